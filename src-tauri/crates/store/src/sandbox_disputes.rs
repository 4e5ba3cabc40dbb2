//! The sandbox provider's own book of disputes: `sandbox_disputes`, and of the files that came ahead: `sandbox_files`. A separate party, as [`crate::sandbox`].

use purser_core::{Currency, Timestamp};

use crate::rows::Instant;
use crate::{Query, Result, Tx, sql};

/// A dispute as the provider keeps it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Row {
    /// Its name there.
    pub key: String,
    /// The charge.
    pub charge_key: String,
    /// How much.
    pub amount: i64,
    /// Currency of the amounts.
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    /// Why.
    pub reason: String,
    /// Where it stands: `needs_evidence`, `submitted`, `won`, `lost`, `accepted`.
    pub state: String,
    /// Until when evidence is taken.
    #[sqlx(try_from = "Instant")]
    pub due_at: Timestamp,
    /// Kept for its trouble.
    pub fee: i64,
    /// Opened.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
}

const INSERT: &str = "INSERT INTO sandbox_disputes (tenant_id, key, charge_key, amount, currency, reason, state, due_at, fee, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const SELECT: &str =
    "SELECT key, charge_key, amount, currency, reason, state, due_at, fee, created_at FROM sandbox_disputes WHERE tenant_id = $1 AND key = $2";
const HOLD: &str = "SELECT key, charge_key, amount, currency, reason, state, due_at, fee, created_at FROM sandbox_disputes \
     WHERE tenant_id = $1 AND key = $2 FOR UPDATE";
const NEWEST: &str = "SELECT key, charge_key, amount, currency, reason, state, due_at, fee, created_at FROM sandbox_disputes WHERE tenant_id = $1 \
     ORDER BY created_at DESC, key LIMIT 200";
const UPDATE: &str = "UPDATE sandbox_disputes SET state = $3 WHERE tenant_id = $1 AND key = $2";

/// Add a dispute.
pub async fn insert(tx: &mut Tx, row: &Row) -> Result<()> {
    let query = sql(INSERT)
        .bind(tx.tenant())
        .bind(&row.key)
        .bind(&row.charge_key)
        .bind(row.amount)
        .bind(row.currency)
        .bind(&row.reason)
        .bind(&row.state)
        .bind(row.due_at)
        .bind(row.fee)
        .bind(row.created_at);
    tx.run(query).await.map(drop)
}

/// One dispute, held until the transaction ends.
pub async fn hold(tx: &mut Tx, key: &str) -> Result<Option<Row>> {
    tx.optional(sql(tx.pick(SELECT, HOLD)).bind(tx.tenant()).bind(key.to_owned())).await
}

/// The newest, at most 200.
pub async fn newest(tx: &mut Tx) -> Result<Vec<Row>> {
    tx.all(sql(NEWEST).bind(tx.tenant())).await
}

/// Those of a charge, the newest first, at most 50.
pub async fn of(tx: &mut Tx, charge: &str) -> Result<Vec<Row>> {
    const OF: &str = "SELECT key, charge_key, amount, currency, reason, state, due_at, fee, created_at FROM sandbox_disputes \
         WHERE tenant_id = $1 AND charge_key = $2 ORDER BY created_at DESC, key LIMIT 50";
    tx.all(sql(OF).bind(tx.tenant()).bind(charge.to_owned())).await
}

/// Write where one stands.
pub async fn update(tx: &mut Tx, row: &Row) -> Result<()> {
    tx.run(sql(UPDATE).bind(tx.tenant()).bind(&row.key).bind(&row.state)).await.map(drop)
}

/// A file that came ahead of evidence.
#[derive(Clone, Debug)]
pub struct File {
    /// Its name there.
    pub key: String,
    /// The dispute it is about.
    pub dispute: String,
    /// Its name with us.
    pub name: String,
    /// What it is.
    pub content_type: String,
    /// Bytes.
    pub size: i64,
    /// When it came.
    pub created_at: Timestamp,
}

/// Keep a file, once.
pub async fn keep_file(tx: &mut Tx, file: &File) -> Result<()> {
    const KEEP: &str = "INSERT INTO sandbox_files (tenant_id, key, dispute_key, name, content_type, size, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant_id, key) DO NOTHING";
    let query = sql(KEEP).bind(tx.tenant()).bind(&file.key).bind(&file.dispute).bind(&file.name);
    tx.run(query.bind(&file.content_type).bind(file.size).bind(file.created_at)).await.map(drop)
}

#[derive(sqlx::FromRow)]
struct Count {
    n: i64,
}

/// How many of these files came about a dispute.
pub async fn files(tx: &mut Tx, dispute: &str, keys: &[String]) -> Result<i64> {
    let mut query = Query::start("SELECT COUNT(*) AS n FROM sandbox_files WHERE tenant_id = ");
    query.arg(tx.tenant()).push(" AND dispute_key = ").arg(dispute.to_owned()).push(" AND key IN ").list(keys.iter().map(Into::into));
    Ok(tx.one::<Count>(query).await?.n)
}
