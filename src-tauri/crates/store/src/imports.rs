//! The `imports` and `import_errors` tables, and the look-ups by which rows of a file meet rows that are here.

use purser_core::Timestamp;
use purser_core::ids::{ImportId, ProductId, TenantId, UserId};
use purser_core::imports::{Kind, Mode, Outcome, State};
use sqlx::types::Json;
use uuid::Uuid;

use crate::page::{Key, List, SortKey};
use crate::rows::{Instant, MaybeInstant};
use crate::{Listing, Page, Query, Result, Tx, Value, sql};

/// An import.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Import {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: ImportId,
    /// What the file holds.
    #[sqlx(try_from = "String")]
    pub kind: Kind,
    /// Its name.
    pub file_name: String,
    /// Where the import stands.
    #[sqlx(try_from = "String")]
    pub state: State,
    /// How the file is written.
    pub encoding: String,
    /// What stands between its cells.
    pub delimiter: String,
    /// Rows below the header.
    pub row_count: i64,
    /// The header.
    pub header: Json<Vec<String>>,
    /// The first rows.
    pub sample: Json<Vec<Vec<String>>>,
    /// Which column each field comes from.
    pub mapping: Json<serde_json::Map<String, serde_json::Value>>,
    /// What becomes of good rows beside bad ones; once run. A stored word.
    pub mode: Option<String>,
    /// Rows that are in for good, in a run that leaves bad rows out.
    pub done: i64,
    /// What came of it.
    pub result: Option<Json<Outcome>>,
    /// Complaints found, more than are kept.
    pub error_count: i64,
    /// Why it failed.
    pub message: Option<String>,
    /// Who brought it.
    pub created_by: Option<Uuid>,
    /// When.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
    /// When it ended.
    #[sqlx(try_from = "MaybeInstant")]
    pub finished_at: Option<Timestamp>,
}

/// A complaint about a cell.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Complaint {
    /// Place among the complaints, from 1.
    pub seq: i64,
    /// Line of the file.
    pub line: i64,
    /// The field.
    pub field: String,
    /// For programs.
    pub code: String,
    /// For people.
    pub message: String,
    /// What stood there.
    pub value: Option<String>,
}

macro_rules! columns {
    () => {
        "i.id, i.kind, i.file_name, i.state, i.encoding, i.delimiter, i.row_count, i.header, i.sample, i.mapping, i.mode, i.done, i.result, \
         i.error_count, i.message, i.created_by, i.created_at, i.finished_at"
    };
}

static LIST: List<Import> = List {
    select: concat!("SELECT ", columns!(), " FROM imports i"),
    id: "i.id",
    row_id: |i| i.id.uuid(),
    sorts: &[SortKey { name: "createdAt", column: "i.created_at", key: |i| Key::Time(i.created_at.micros()) }],
};

static ERRORS: List<Complaint> = List {
    select: "SELECT e.seq, e.line, e.field, e.code, e.message, e.value FROM import_errors e",
    id: "e.import_id",
    // All rows are of one import, so places alone tell them apart.
    row_id: |_| Uuid::max(),
    sorts: &[SortKey { name: "seq", column: "e.seq", key: |e| Key::Int(e.seq) }],
};

/// Imports, newest first.
pub async fn list(tx: &mut Tx, page: &Page) -> Result<Listing<Import>> {
    let mut filter = Query::start(" WHERE i.tenant_id = ");
    filter.arg(tx.tenant());
    LIST.page(tx, &filter, page).await
}

/// How many there are, exact up to `most`.
pub async fn count(tx: &mut Tx, most: i64) -> Result<(i64, bool)> {
    let mut filter = Query::start(" WHERE i.tenant_id = ");
    filter.arg(tx.tenant());
    crate::page::count(tx, "imports i", &filter, most).await
}

const FIND: &str = concat!("SELECT ", columns!(), " FROM imports i WHERE i.tenant_id = $1 AND i.id = $2");

/// One import.
pub async fn find(tx: &mut Tx, id: ImportId) -> Result<Option<Import>> {
    tx.optional(sql(FIND).bind(tx.tenant()).bind(id)).await
}

const INSERT: &str = "INSERT INTO imports (id, tenant_id, kind, file_name, state, encoding, delimiter, row_count, header, sample, mapping, created_by, \
     created_at, touched_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)";

/// Add an import.
pub async fn insert(tx: &mut Tx, import: &Import) -> Result<()> {
    let json = |value: serde_json::Result<serde_json::Value>| value.unwrap_or_default();
    let query = sql(INSERT)
        .bind(import.id)
        .bind(tx.tenant())
        .bind(import.kind.as_str())
        .bind(&import.file_name)
        .bind(import.state.as_str())
        .bind(&import.encoding)
        .bind(&import.delimiter)
        .bind(import.row_count)
        .bind(json(serde_json::to_value(&import.header.0)))
        .bind(json(serde_json::to_value(&import.sample.0)))
        .bind(serde_json::Value::Object(import.mapping.0.clone()))
        .bind(import.created_by)
        .bind(import.created_at);
    tx.run(query).await.map(drop)
}

const BEGIN: &str = "UPDATE imports SET state = $3, mapping = $4, mode = $5, message = NULL, finished_at = NULL, touched_at = $6 \
     WHERE tenant_id = $1 AND id = $2 AND state IN ('uploaded', 'checked', 'failed')";

/// Begin to check or run an import that is not busy; `false` if it is.
pub async fn begin(
    tx: &mut Tx,
    id: ImportId,
    (state, mode): (State, Option<Mode>),
    mapping: serde_json::Map<String, serde_json::Value>,
    at: Timestamp,
) -> Result<bool> {
    let query =
        sql(BEGIN).bind(tx.tenant()).bind(id).bind(state.as_str()).bind(serde_json::Value::Object(mapping)).bind(mode.map(Mode::as_str)).bind(at);
    Ok(tx.run(query).await? == 1)
}

const ADVANCE: &str = "UPDATE imports SET done = $3, result = $4, touched_at = $5 WHERE tenant_id = $1 AND id = $2";

/// Note how far a run has come for good.
pub async fn advance(tx: &mut Tx, id: ImportId, (done, outcome): (i64, &Outcome), at: Timestamp) -> Result<()> {
    let outcome = serde_json::to_value(outcome).unwrap_or_default();
    tx.run(sql(ADVANCE).bind(tx.tenant()).bind(id).bind(done).bind(outcome).bind(at)).await.map(drop)
}

// What is in for good stays written down, however the run ended.
const END: &str = "UPDATE imports SET state = $3, result = CASE WHEN done > 0 AND $3 IN ('failed', 'cancelled') THEN result ELSE $4 END, \
     error_count = $5, message = $6, finished_at = $7, touched_at = $7 WHERE tenant_id = $1 AND id = $2";

/// How a check or run ended.
#[derive(Clone, Debug)]
pub struct End {
    /// The state it ends in.
    pub state: State,
    /// What came of it.
    pub outcome: Option<Outcome>,
    /// Complaints found.
    pub errors: i64,
    /// Why it failed.
    pub message: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// End a check or run.
pub async fn end(tx: &mut Tx, id: ImportId, end: &End) -> Result<()> {
    let query = sql(END)
        .bind(tx.tenant())
        .bind(id)
        .bind(end.state.as_str())
        .bind(end.outcome.and_then(|outcome| serde_json::to_value(outcome).ok()))
        .bind(end.errors)
        .bind(end.message.clone())
        .bind(end.at);
    tx.run(query).await.map(drop)
}

/// Put `complaints` in the place of those kept before.
pub async fn replace_errors(tx: &mut Tx, id: ImportId, complaints: &[Complaint]) -> Result<()> {
    tx.run(sql("DELETE FROM import_errors WHERE tenant_id = $1 AND import_id = $2").bind(tx.tenant()).bind(id)).await?;
    let tenant: Value = tx.tenant().into();
    for chunk in complaints.chunks(1_000) {
        let mut query = Query::start("INSERT INTO import_errors (import_id, seq, tenant_id, line, field, code, message, value) VALUES");
        query.rows(chunk.iter().map(|c| {
            let (field, code, message) = ((&c.field).into(), (&c.code).into(), (&c.message).into());
            [id.into(), c.seq.into(), tenant.clone(), c.line.into(), field, code, message, c.value.clone().into()]
        }));
        tx.run(query).await?;
    }
    Ok(())
}

/// Complaints of an import, in the order of lines.
pub async fn errors(tx: &mut Tx, id: ImportId, page: &Page) -> Result<Listing<Complaint>> {
    let mut filter = Query::start(" WHERE e.tenant_id = ");
    filter.arg(tx.tenant()).push(" AND e.import_id = ").arg(id);
    let page = Page { sort: "seq".into(), ..page.clone() };
    ERRORS.page(tx, &filter, &page).await
}

/// An import that a process left unfinished.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct Unfinished {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: ImportId,
    /// Its tenant.
    #[sqlx(try_from = "Uuid")]
    pub tenant_id: TenantId,
    /// Rows that are in for good.
    pub done: i64,
}

const UNFINISHED: &str = "SELECT id, tenant_id, done FROM imports WHERE state IN ('checking', 'running') AND touched_at <= $1 ORDER BY id LIMIT 1000";

/// Imports nobody has touched since `before`. Needs [`crate::Scope::System`].
pub async fn unfinished(tx: &mut Tx, before: Timestamp) -> Result<Vec<Unfinished>> {
    tx.all(sql(UNFINISHED).bind(before)).await
}

/// Something that is here, by the key files name it with.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Known {
    /// The e-mail, SKU or reference.
    pub key: String,
    /// Its id.
    pub id: Uuid,
}

impl Known {
    /// As a person.
    pub fn user(&self) -> UserId {
        UserId(self.id)
    }

    /// As a product.
    pub fn product(&self) -> ProductId {
        ProductId(self.id)
    }
}

async fn known(tx: &mut Tx, text: &'static str, (keys, rest): (Vec<String>, &'static str)) -> Result<Vec<Known>> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = Query::start(text);
    query.arg(tx.tenant()).push(" AND k IN ").list(keys.into_iter().map(Value::from));
    query.push(rest);
    tx.all(query).await
}

/// People with these e-mails (as they are compared).
pub async fn known_people(tx: &mut Tx, keys: Vec<String>) -> Result<Vec<Known>> {
    let text = "SELECT k AS key, id FROM (SELECT tenant_id, email_key AS k, id, deleted_at FROM users) u WHERE u.tenant_id = ";
    known(tx, text, (keys, " AND u.deleted_at IS NULL")).await
}

/// Products with these SKUs.
pub async fn known_products(tx: &mut Tx, keys: Vec<String>) -> Result<Vec<Known>> {
    known(tx, "SELECT k AS key, id FROM (SELECT tenant_id, sku AS k, id FROM products) p WHERE p.tenant_id = ", (keys, "")).await
}

/// Orders with these references.
pub async fn known_orders(tx: &mut Tx, keys: Vec<String>) -> Result<Vec<Known>> {
    let text = "SELECT k AS key, id FROM (SELECT tenant_id, reference AS k, id FROM orders WHERE reference IS NOT NULL) o WHERE o.tenant_id = ";
    known(tx, text, (keys, "")).await
}
