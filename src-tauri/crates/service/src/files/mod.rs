//! Files attached to orders and people. The bytes lie behind [`Vault`]; the row is written only after they are durable, so a row without
//! its bytes can not be; bytes without a row, and those of files deleted a while ago, are swept up.

mod port;
mod receive;
mod sweep;

pub use port::{Incoming, Key, Outgoing, Vault};
pub use receive::Received;
pub use sweep::{GRACE, clean_up, sweep};

use std::ops::Range;

use bytes::Bytes;
use futures::Stream;
use purser_core::access::{Grant, can};
use purser_core::events::Topic;
use purser_core::ids::{FileId, OrderId, ProductId, TenantId, UserId};
use purser_core::{Error, Result};
use purser_store::files::{self as store, FileRow, Filter, NewFile};
use purser_store::page::COUNT_LIMIT;
use purser_store::{Listing, Page, Tx, people, products};
use serde::Serialize;
use uuid::Uuid;

use crate::audit::{self, Line};
use crate::catalog::pictures;
use crate::disputes::evidence;
use crate::idempotency::{self, Once, Outcome};
use crate::totals::Wanted;
use crate::{App, events};

/// Room of the vault.
pub const AREA: &str = "files";

/// Largest file taken unless said otherwise.
pub const LARGEST: u64 = 25 * 1024 * 1024;

pub(crate) fn key(tenant: TenantId, id: FileId) -> Key {
    Key { area: AREA, tenant, id: id.uuid() }
}

/// What a file can be attached to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// An order.
    Order(OrderId),
    /// A person.
    User(UserId),
    /// A product: its images.
    Product(ProductId),
}

impl Subject {
    /// From the two words callers write.
    pub fn new(kind: &str, id: Uuid) -> Result<Self> {
        match kind {
            "order" => Ok(Self::Order(OrderId(id))),
            "user" => Ok(Self::User(UserId(id))),
            "product" => Ok(Self::Product(ProductId(id))),
            _ => Err(Error::invalid("subjectType", "unknown_choice", "Choose one of: order, user, product.")),
        }
    }

    /// The word and the id callers write.
    pub fn parts(self) -> (&'static str, Uuid) {
        match self {
            Self::Order(id) => ("order", id.uuid()),
            Self::User(id) => ("user", id.uuid()),
            Self::Product(id) => ("product", id.uuid()),
        }
    }

    /// What people call it; not found when it is not the tenant's.
    async fn label(self, tx: &mut Tx) -> Result<String> {
        match self {
            Self::Order(id) => {
                let number = store::order_number(tx, id).await?.ok_or(Error::NotFound("order"))?;
                Ok(format!("#{number}"))
            }
            Self::User(id) => {
                let person = people::find(tx, id).await?.ok_or(Error::NotFound("user"))?;
                Ok(crate::people::label(&person))
            }
            Self::Product(id) => Ok(products::find(tx, id).await?.ok_or(Error::NotFound("product"))?.name),
        }
    }
}

/// A page of files and, without a cursor, how many there are.
pub async fn list(app: &App, by: &Grant<can::ReadFile>, filter: &Filter, page: &Page) -> Result<(Listing<FileRow>, Option<(i64, bool)>)> {
    let listing = app.db.read(by, async |tx| store::list(tx, filter, page).await.map_err(Error::from)).await?;
    let wanted = Wanted { tenant: by.tenant(), list: format!("files {filter:?}"), topics: &[Topic::File], page };
    let count = async || app.db.read(by, async |tx| store::count(tx, filter, COUNT_LIMIT).await.map_err(Error::from)).await;
    Ok((listing, app.totals.of(&app.db, &wanted, count).await?))
}

/// One file.
pub async fn read(app: &App, by: &Grant<can::ReadFile>, id: FileId) -> Result<FileRow> {
    app.db.read(by, async |tx| store::find(tx, id).await?.ok_or(Error::NotFound("file"))).await
}

/// The bytes of a file that was found by whoever may see it, or of a part of it.
pub async fn open<P>(app: &App, by: &Grant<P>, file: &FileRow, range: Option<Range<u64>>) -> Result<Outgoing> {
    match app.vault.get(key(by.tenant(), file.id), range).await {
        Err(Error::NotFound(_)) => Err(Error::internal(format!("the bytes of file {} are gone", file.id))),
        other => other,
    }
}

/// Whether a file may be attached to `subject`: asked before the bytes come, where that is known.
pub async fn check(app: &App, by: &Grant<can::CreateFile>, subject: Subject) -> Result<()> {
    app.db.read(by, async |tx| subject.label(tx).await.map(drop)).await
}

/// Keep the bytes of a file that has yet to be attached.
pub async fn receive<S>(app: &App, by: &Grant<can::CreateFile>, given_name: &str, body: S) -> Result<Received>
where
    S: Stream<Item = Result<Bytes>> + Send + Unpin,
{
    receive::receive(&app.vault, key(by.tenant(), by.id()), given_name, (body, app.largest_file)).await
}

/// Attach a received file, once for each key. The bytes of a repeat are not kept.
pub async fn attach(
    app: &App,
    by: &Grant<can::CreateFile>,
    (received, subject): (Received, Subject),
    once: Option<Once<FileRow>>,
) -> Result<Outcome<FileRow>> {
    let (subject_type, subject_id) = subject.parts();
    let _turn = once.as_ref().map(|once| app.once.enter(by.tenant(), &once.key)).transpose()?;
    let (outcome, new) = app
        .db
        .transact(by, async |tx| {
            if let Some(reply) = app.once.answered(tx, once.as_ref(), (by.now(), received.id.uuid())).await? {
                return Ok((Outcome::Reply(reply), false));
            }
            let file = NewFile {
                id: received.id,
                name: received.name.clone(),
                content_type: received.content_type.clone(),
                size: received.size,
                sha256: received.sha256.clone(),
                subject_type,
                subject_id,
                subject_label: subject.label(tx).await?,
                uploaded_by: by.user(),
                created_at: by.now(),
            };
            store::insert(tx, std::slice::from_ref(&file)).await?;
            let row = store::find(tx, file.id).await?.ok_or(Error::NotFound("file"))?;
            audit::record(tx, by, Line::new("file.create", "file", file.id.uuid(), row.name.clone()).after(&Facts::from(&row)));
            events::emit(tx, by, Topic::File, "created", file.id.uuid());
            Ok::<_, Error>((idempotency::finish(tx, once.as_ref(), row).await?, true))
        })
        .await?;
    if new {
        received.keep();
    }
    Ok(outcome)
}

/// Take a file away, unless it is a picture of a product or evidence yet to be handed in. Its bytes stay for [`GRACE`]; its row stays with the log that mentions it.
pub async fn delete(app: &App, by: &Grant<can::DeleteFile>, id: FileId) -> Result<()> {
    app.db
        .transact(by, async |tx| {
            let row = store::find(tx, id).await?.ok_or(Error::NotFound("file"))?;
            if !store::delete(tx, id, by.now()).await? {
                return Err(Error::NotFound("file"));
            }
            pictures::unused(tx, &row).await?;
            evidence::unused(tx, &row).await?;
            audit::record(tx, by, Line::new("file.delete", "file", id.uuid(), row.name.clone()).before(&Facts::from(&row)));
            events::emit(tx, by, Topic::File, "deleted", id.uuid());
            Ok(())
        })
        .await
}

/// A file as the audit log keeps it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Facts<'a> {
    name: &'a str,
    content_type: &'a str,
    size: i64,
    sha256: &'a str,
    subject_type: &'a str,
    subject_id: Uuid,
}

impl<'a> From<&'a FileRow> for Facts<'a> {
    fn from(row: &'a FileRow) -> Self {
        Self {
            name: &row.name,
            content_type: &row.content_type,
            size: row.size,
            sha256: &row.sha256,
            subject_type: &row.subject_type,
            subject_id: row.subject_id,
        }
    }
}
