//! The `files` table: what is known of each stored object. The bytes are elsewhere, behind the service's `Vault`.

use purser_core::Timestamp;
use purser_core::ids::{FileId, OrderId, UserId};
use purser_core::text::fold;
use uuid::Uuid;

use crate::page::{Key, List, SortKey};
use crate::rows::Instant;
use crate::{Listing, Page, Query, Result, Tx, Value, sql};

/// A stored file with the name of what it is attached to and of who brought it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct FileRow {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: FileId,
    /// Name as people see it.
    pub name: String,
    /// Name as lists sort it.
    pub name_key: String,
    /// Type found in its bytes.
    pub content_type: String,
    /// Bytes.
    pub size: i64,
    /// SHA-256 of the bytes, in hex.
    pub sha256: String,
    /// `order` or `user`.
    pub subject_type: String,
    /// The order or person.
    pub subject_id: Uuid,
    /// What a person calls it.
    pub subject_label: String,
    /// Who brought it.
    pub uploaded_by: Option<Uuid>,
    /// Name of who brought it.
    pub uploader: Option<String>,
    /// When.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
}

macro_rules! select {
    () => {
        "SELECT f.id, f.name, f.name_key, f.content_type, f.size, f.sha256, f.subject_type, f.subject_id, \
         CASE WHEN s.id IS NULL THEN f.subject_label ELSE s.first_name || ' ' || s.last_name END AS subject_label, \
         f.uploaded_by, b.first_name || ' ' || b.last_name AS uploader, f.created_at FROM files f \
         LEFT JOIN users s ON s.id = f.subject_id AND s.tenant_id = f.tenant_id \
         LEFT JOIN users b ON b.id = f.uploaded_by AND b.tenant_id = f.tenant_id"
    };
}

static LIST: List<FileRow> = List {
    select: select!(),
    id: "f.id",
    row_id: |f| f.id.uuid(),
    sorts: &[
        SortKey { name: "createdAt", column: "f.created_at", key: |f| Key::Time(f.created_at.micros()) },
        SortKey { name: "name", column: "f.name_key", key: |f| Key::Text(f.name_key.clone()) },
        SortKey { name: "size", column: "f.size", key: |f| Key::Int(f.size) },
    ],
};

/// Which files are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    /// Attached to things of any of these kinds.
    pub subject_types: Vec<String>,
    /// Attached to any of these things.
    pub subject_ids: Vec<Uuid>,
    /// Any of these types; `image/` stands for all that begin so.
    pub content_types: Vec<String>,
    /// Brought at or after.
    pub from: Option<Timestamp>,
    /// Brought before.
    pub to: Option<Timestamp>,
    /// Found anywhere in the name.
    pub search: Option<String>,
}

fn clause(tx: &Tx, filter: &Filter) -> Query {
    let mut query = Query::start(" WHERE f.tenant_id = ");
    query.arg(tx.tenant()).push(" AND f.deleted_at IS NULL");
    if !filter.subject_types.is_empty() {
        query.push(" AND f.subject_type IN ").list(filter.subject_types.iter().map(Value::from));
    }
    if !filter.subject_ids.is_empty() {
        query.push(" AND f.subject_id IN ").list(filter.subject_ids.iter().map(|id| (*id).into()));
    }
    if !filter.content_types.is_empty() {
        query.push(" AND (");
        for (place, kind) in filter.content_types.iter().enumerate() {
            query.push(if place == 0 { "f.content_type " } else { " OR f.content_type " });
            match kind.strip_suffix('/') {
                Some(family) => query.push("LIKE ").arg(format!("{}/%", crate::sql::like(family))).push(" ESCAPE '\\'"),
                None => query.push("= ").arg(kind),
            };
        }
        query.push(")");
    }
    if let Some(from) = filter.from {
        query.push(" AND f.created_at >= ").arg(from);
    }
    if let Some(to) = filter.to {
        query.push(" AND f.created_at < ").arg(to);
    }
    if let Some(search) = &filter.search {
        query.push(" AND f.name_key LIKE ").arg(format!("%{}%", crate::sql::like(&fold(search)))).push(" ESCAPE '\\'");
    }
    query
}

/// One page.
pub async fn list(tx: &mut Tx, filter: &Filter, page: &Page) -> Result<Listing<FileRow>> {
    let clause = clause(tx, filter);
    LIST.page(tx, &clause, page).await
}

/// How many there are, exact up to `most`, and whether that is all.
pub async fn count(tx: &mut Tx, filter: &Filter, most: i64) -> Result<(i64, bool)> {
    let clause = clause(tx, filter);
    crate::page::count(tx, "files f", &clause, most).await
}

const AFTER: &str = concat!(select!(), " WHERE f.tenant_id = $1 AND f.id > $2 AND f.deleted_at IS NULL ORDER BY f.id LIMIT $3");

/// Files in the order of their ids, from the one after `last` on.
pub async fn after(tx: &mut Tx, last: Option<FileId>, most: i64) -> Result<Vec<FileRow>> {
    tx.all(sql(AFTER).bind(tx.tenant()).bind(last.unwrap_or(FileId(Uuid::nil()))).bind(most)).await
}

const BY_ID: &str = concat!(select!(), " WHERE f.tenant_id = $1 AND f.id = $2 AND f.deleted_at IS NULL");

/// One file that is not deleted.
pub async fn find(tx: &mut Tx, id: FileId) -> Result<Option<FileRow>> {
    tx.optional(sql(BY_ID).bind(tx.tenant()).bind(id)).await
}

/// A file about to be known.
#[derive(Clone, Debug)]
pub struct NewFile {
    /// Id.
    pub id: FileId,
    /// Name as people see it.
    pub name: String,
    /// Type found in its bytes.
    pub content_type: String,
    /// Bytes.
    pub size: i64,
    /// SHA-256 of the bytes, in hex.
    pub sha256: String,
    /// `order` or `user`.
    pub subject_type: &'static str,
    /// The order or person.
    pub subject_id: Uuid,
    /// What a person calls it.
    pub subject_label: String,
    /// Who brought it.
    pub uploaded_by: Option<UserId>,
    /// When.
    pub created_at: Timestamp,
}

const INSERT: &str = "INSERT INTO files (id, tenant_id, name, name_key, content_type, size, sha256, subject_type, subject_id, subject_label, \
     uploaded_by, created_at) VALUES";

/// Insert files.
pub async fn insert(tx: &mut Tx, files: &[NewFile]) -> Result<()> {
    let tenant = tx.tenant();
    for chunk in files.chunks(500) {
        let mut query = Query::start(INSERT);
        query.rows(chunk.iter().map(|f| {
            [
                f.id.into(),
                tenant.into(),
                (&f.name).into(),
                fold(&f.name).into(),
                (&f.content_type).into(),
                f.size.into(),
                (&f.sha256).into(),
                f.subject_type.into(),
                f.subject_id.into(),
                (&f.subject_label).into(),
                Value::Uuid(f.uploaded_by.map(UserId::uuid)),
                f.created_at.into(),
            ]
        }));
        tx.run(query).await?;
    }
    Ok(())
}

/// Take a file away; `false` when it is not there (any more).
pub async fn delete(tx: &mut Tx, id: FileId, now: Timestamp) -> Result<bool> {
    const DELETE: &str = "UPDATE files SET deleted_at = $3 WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL";
    Ok(tx.run(sql(DELETE).bind(tx.tenant()).bind(id).bind(now)).await? > 0)
}

#[derive(sqlx::FromRow)]
struct Known {
    #[sqlx(try_from = "Uuid")]
    id: FileId,
}

/// Those of `ids` whose bytes are still wanted, of any tenant: they have a row that was not deleted before `gone`. Needs
/// [`crate::Scope::System`].
pub async fn wanted(tx: &mut Tx, ids: &[FileId], gone: Timestamp) -> Result<Vec<FileId>> {
    let mut query = Query::start("SELECT id FROM files WHERE id IN ");
    query.list(ids.iter().map(|id| (*id).into()));
    query.push(" AND (deleted_at IS NULL OR deleted_at >= ").arg(gone).push(")");
    let rows: Vec<Known> = tx.all(query).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

#[derive(sqlx::FromRow)]
struct Number {
    number: i64,
}

/// The number of an order of this tenant.
pub async fn order_number(tx: &mut Tx, id: OrderId) -> Result<Option<i64>> {
    let row: Option<Number> = tx.optional(sql("SELECT number FROM orders WHERE tenant_id = $1 AND id = $2").bind(tx.tenant()).bind(id)).await?;
    Ok(row.map(|row| row.number))
}
