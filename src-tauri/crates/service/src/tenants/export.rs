//! Everything a tenant has as one archive, sent while it is read: `manifest.json`, `tables/<table>/<part>.ndjson`, `files/<id>`, and at the
//! end `complete.json`, without which the archive was cut short. Secrets are in none of it.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use purser_core::access::{Grant, Permission, can};
use purser_core::ids::TenantId;
use purser_core::time::SECOND;
use purser_core::{Error, Result, Timestamp};
use purser_store::tenancy::{self as store, Cells, LEFT_OUT, SECRETS, TABLES};
use purser_store::tenants::{self, Tenant};
use purser_store::{Scope, files as stored};
use serde_json::json;
use tokio::sync::{Semaphore, SemaphorePermit, mpsc};

use super::over;
use super::tar::{END, header, padding};
use crate::audit::{self, Line};
use crate::csv::Export;
use crate::identity::step_up;
use crate::{App, files};

/// Archives written at once by one process: each holds a connection while a table is read.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// Bytes of rows in one part.
const PART: usize = 1024 * 1024;

/// Who takes nothing for so long is not waited for.
const PATIENCE: Duration = Duration::from_mins(1);

/// The archive of a tenant and the name to save it under. Of one's own, or with `manage:tenant` of any. That it was taken out is a line in
/// its log, and in that of whoever took it.
pub async fn export(app: &App, by: &Grant<can::ExportTenant>, id: TenantId) -> Result<(String, Export)> {
    let absent = || Error::NotFound("tenant");
    if id != by.tenant() && !by.actor().may(Permission::ManageTenant) {
        return Err(absent());
    }
    step_up::demand(app, by).await?;
    let there = over(app, by, id)?;
    let permit = AT_ONCE.try_acquire().map_err(|_| Error::RateLimited { retry_after_s: 60 })?;
    let tenant = app
        .db
        .transact(Scope::System, async |tx| {
            let tenant = tenants::find(tx, id).await?.ok_or_else(absent)?;
            let line = || Line::new("tenant.export", "tenant", id.uuid(), tenant.name.clone());
            audit::record(tx, by, line());
            if id != by.tenant() {
                audit::record(tx, &there, line());
            }
            Ok::<_, Error>(tenant)
        })
        .await?;
    let name = format!("{}-{}.tar", tenant.slug, by.now().to_utc().format("%Y-%m-%d"));
    let (send, receive) = mpsc::channel(4);
    let archive = Archive { app: app.clone(), tenant, at: by.now(), out: send, _permit: Arc::new(permit) };
    tokio::spawn(archive.write());
    // Whoever compresses it asks once more after the end.
    let body = futures::stream::unfold(receive, async |mut receive| receive.recv().await.map(|part| (part, receive))).fuse();
    Ok((name, Box::pin(body)))
}

struct Archive {
    app: App,
    tenant: Tenant,
    at: Timestamp,
    out: mpsc::Sender<Result<Bytes>>,
    _permit: Arc<SemaphorePermit<'static>>,
}

impl Archive {
    async fn write(self) {
        if let Err(error) = self.all().await {
            // A reader that sees this knows that the archive is cut.
            drop(self.out.send_timeout(Err(error), PATIENCE).await);
        }
    }

    async fn all(&self) -> Result<()> {
        let tables: Vec<&str> = TABLES.iter().map(|table| table.name).collect();
        let manifest = json!({
            "format": "purser-tenant",
            "version": 1,
            "tenant": { "id": self.tenant.id, "name": self.tenant.name, "slug": self.tenant.slug },
            "at": self.at,
            "tables": tables,
            "leftOut": { "tables": LEFT_OUT, "columns": SECRETS },
        });
        self.file("manifest.json", manifest.to_string().into_bytes()).await?;
        let mut rows = serde_json::Map::new();
        for table in TABLES {
            rows.insert(table.name.to_owned(), self.table(table).await?.into());
        }
        let files = self.files().await?;
        self.file("complete.json", json!({ "rows": rows, "files": files }).to_string().into_bytes()).await?;
        self.send(Bytes::from_static(&END)).await
    }

    /// The rows of one table, as of one moment, in parts.
    async fn table(&self, table: &'static store::Table) -> Result<u64> {
        let (db, tenant, out, seconds) = (self.app.db.clone(), self.tenant.id, self.out.clone(), self.seconds());
        let seal = self.app.seal.clone();
        let mut parts = Parts { table: table.name, body: Vec::with_capacity(PART), number: 0, rows: 0, seconds };
        let parts = db
            .read(tenant, async move |tx| {
                let take = |mut row: Cells| {
                    store::reveal(Some(&seal), (table.name, tenant), &mut row)?;
                    parts.add(&row)?;
                    Ok((parts.body.len() >= PART).then(|| send(out.clone(), parts.cut())))
                };
                tx.each(store::rows(table, tenant), take).await?;
                Ok::<_, Error>(parts)
            })
            .await?;
        let (rows, mut parts) = (parts.rows, parts);
        if !parts.body.is_empty() || parts.number == 0 {
            self.send(parts.cut()).await?;
        }
        Ok(rows)
    }

    async fn files(&self) -> Result<u64> {
        let (mut after, mut count) = (None, 0);
        loop {
            let page = self.app.db.read(self.tenant.id, async |tx| stored::after(tx, after, 500).await.map_err(Error::from)).await?;
            let Some(last) = page.last() else { return Ok(count) };
            after = Some(last.id);
            for file in page {
                let size = u64::try_from(file.size).unwrap_or(0);
                self.send(Bytes::copy_from_slice(&header(&format!("files/{}", file.id), size, self.seconds()))).await?;
                let mut body = self.app.vault.get(files::key(self.tenant.id, file.id), None).await?;
                let mut sent = 0_u64;
                while let Some(bytes) = body.next().await {
                    let bytes = bytes?;
                    sent += u64::try_from(bytes.len()).unwrap_or(0);
                    self.send(bytes).await?;
                }
                if sent != size {
                    return Err(Error::internal(format!("file {} has {sent} bytes and not {size}", file.id)));
                }
                self.send(padding(size).into()).await?;
                count += 1;
            }
        }
    }

    async fn file(&self, name: &str, body: Vec<u8>) -> Result<()> {
        self.send(entry(name, &body, self.seconds())).await
    }

    fn seconds(&self) -> i64 {
        self.at.micros() / SECOND
    }

    async fn send(&self, bytes: Bytes) -> Result<()> {
        send(self.out.clone(), bytes).await
    }
}

async fn send(out: mpsc::Sender<Result<Bytes>>, bytes: Bytes) -> Result<()> {
    if bytes.is_empty() {
        return Ok(());
    }
    let gone = |_| Error::internal("whoever took a tenant out went away");
    out.send_timeout(Ok(bytes), PATIENCE).await.map_err(gone)
}

/// A small file of the archive, whole.
fn entry(name: &str, body: &[u8], seconds: i64) -> Bytes {
    let size = u64::try_from(body.len()).unwrap_or(0);
    [header(name, size, seconds).as_slice(), body, &padding(size)].concat().into()
}

/// The rows of a table, gathered until they fill a part.
struct Parts {
    table: &'static str,
    body: Vec<u8>,
    number: u32,
    rows: u64,
    seconds: i64,
}

impl Parts {
    fn add(&mut self, row: &Cells) -> Result<()> {
        serde_json::to_writer(&mut self.body, &row.0).map_err(|error| Error::Internal(Box::new(error)))?;
        self.body.push(b'\n');
        self.rows += 1;
        Ok(())
    }

    fn cut(&mut self) -> Bytes {
        self.number += 1;
        let whole = entry(&format!("tables/{}/{:06}.ndjson", self.table, self.number), &self.body, self.seconds);
        self.body.clear();
        whole
    }
}
