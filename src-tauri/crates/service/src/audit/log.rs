//! Reading the log: pages, one line, and the whole of it as a stream.

use bytes::Bytes;
use futures::stream::try_unfold;
use purser_core::access::{Grant, can};
use purser_core::{Error, Result};
use purser_store::audit::{self as store, AuditRow, Filter};
use purser_store::{Listing, Page, Tx};

use super::{Line, record};
use crate::App;
use crate::csv::Export;
use crate::identity::step_up;
use crate::limits;

/// Counting stops here.
const MOST: i64 = 10_000;

/// A page of lines and, without a cursor, how many there are.
pub async fn list(app: &App, by: &Grant<can::ReadAudit>, filter: &Filter, page: &Page) -> Result<(Listing<AuditRow>, Option<(i64, bool)>)> {
    app.db
        .read(by, async |tx| {
            let listing = store::list(tx, filter, page).await?;
            let total = if page.after.is_some() { None } else { Some(total(tx, filter, page, &listing).await?) };
            Ok((listing, total))
        })
        .await
}

/// A search has looked at every line already; it is not done a second time only to count.
async fn total(tx: &mut Tx, filter: &Filter, page: &Page, listing: &Listing<AuditRow>) -> Result<(i64, bool)> {
    if filter.search.is_none() || (listing.rows.is_empty() && page.offset > 0) {
        return Ok(store::count(tx, filter, MOST).await?);
    }
    let seen = i64::try_from(page.offset).unwrap_or(i64::MAX).saturating_add(i64::try_from(listing.rows.len()).unwrap_or(0));
    let more = listing.next.is_some();
    Ok((seen + i64::from(more), !more))
}

/// One line.
pub async fn read(app: &App, by: &Grant<can::ReadAudit>, id: purser_core::ids::AuditId) -> Result<AuditRow> {
    app.db.read(by, async |tx| store::find(tx, id).await?.ok_or(Error::NotFound("audit line"))).await
}

/// The whole log, oldest first, as the bytes `write` makes of each line. That it was taken out is itself a line.
pub async fn export(app: &App, by: &Grant<can::ExportAudit>, write: fn(AuditRow, &mut Vec<u8>)) -> Result<Export> {
    // Whoever runs a collector of logs gave its key this right with a fresh factor.
    step_up::demand_unless_key(app, by).await?;
    limits::of_person(app, by, "export", limits::EXPORTS).await?;
    app.db
        .transact(by, async |tx| {
            record(tx, by, Line::new("audit.export", "audit", by.tenant().uuid(), "Audit log"));
            Ok::<_, Error>(())
        })
        .await?;
    Ok(Box::pin(try_unfold((app.db.clone(), by.tenant(), write, 0), async |(db, tenant, write, seq)| {
        let rows = db.read(tenant, async |tx| store::walk(tx, tenant, seq, 1_000).await.map_err(Error::from)).await?;
        let Some(last) = rows.last().map(|row| row.seq) else { return Ok(None) };
        let mut out = Vec::with_capacity(rows.len() * 512);
        for row in rows {
            write(row, &mut out);
        }
        Ok(Some((Bytes::from(out), (db, tenant, write, last))))
    })))
}
