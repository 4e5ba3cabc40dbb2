//! The entries of the ledger as a CSV file, for whoever keeps the books elsewhere.

use purser_core::access::{Grant, can};
use purser_core::{Error, Money, Result};
use purser_store::Page;
use purser_store::ledger::{self as store, Entry, Filter};

use crate::App;
use crate::audit::{self, Line};
use crate::csv::{Export, Sheet};
use crate::limits;

const HEADER: [&str; 11] = ["at", "booking", "kind", "account", "account_name", "debit", "credit", "currency", "memo", "order_number", "payment_id"];

/// The entries the filter finds, newest first. That they were taken out goes into the audit log.
pub async fn statement(app: &App, by: &Grant<can::ReadLedger>, filter: Filter, sort: String) -> Result<Export> {
    limits::of_person(app, by, "export", limits::EXPORTS).await?;
    // Refuse a wrong sort before the first byte is out.
    let first = Page { limit: 1, sort: sort.clone(), ..Page::default() };
    app.db.read(by, async |tx| store::entries(tx, &filter, &first).await.map_err(Error::from)).await?;
    app.db
        .transact(by, async |tx| {
            audit::record(tx, by, Line::new("ledger.export", "ledger", by.tenant().uuid(), "Ledger").after(&filter));
            Ok::<_, Error>(())
        })
        .await?;
    let (db, tenant) = (app.db.clone(), by.tenant());
    let next = move |after| {
        let (db, filter) = (db.clone(), filter.clone());
        let page = Page { limit: 1_000, after, sort: sort.clone(), ..Page::default() };
        async move { db.read(tenant, async |tx| store::entries(tx, &filter, &page).await.map_err(Error::from)).await }
    };
    Ok(Sheet { header: &HEADER, cells }.stream(next))
}

fn cells(entry: &Entry) -> Vec<String> {
    let side = |amount: i64| if amount > 0 { Money::new(amount, entry.currency).decimal() } else { String::new() };
    vec![
        entry.at.to_string(),
        entry.posting_id.to_string(),
        entry.kind.to_string(),
        entry.code.to_string(),
        entry.name.clone(),
        side(entry.amount),
        side(-entry.amount),
        entry.currency.to_string(),
        entry.memo.clone(),
        entry.order_number.map(|number| number.to_string()).unwrap_or_default(),
        entry.payment_id.map(|id| id.to_string()).unwrap_or_default(),
    ]
}
