//! The `idempotency_keys` table: which requests were begun under which key, and what they were answered. What people see of it is in
//! `repeats.rs`.

use purser_core::Timestamp;
use purser_core::ids::RepeatId;
use uuid::Uuid;

use crate::rows::Instant;
use crate::seal::Seal;
use crate::{Query, Result, Tx, sql};

/// A key a caller chose for one request.
#[derive(Clone, Debug)]
pub struct Key {
    /// Id it is listed by.
    pub id: RepeatId,
    /// What was asked, in a word.
    pub operation: String,
    /// Who called.
    pub caller: String,
    /// The key.
    pub key: String,
    /// Hash of the route and the body.
    pub request_hash: Vec<u8>,
    /// The process that works on it.
    pub owner: Uuid,
    /// The id of what the request sets out to make.
    pub subject: Uuid,
    /// When it came.
    pub at: Timestamp,
    /// When it may be forgotten.
    pub expires_at: Timestamp,
}

/// What is known of a key.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Known {
    /// Hash of the route and the body.
    pub request_hash: Vec<u8>,
    /// The process that works on it.
    pub owner: Uuid,
    /// The id of what the request set out to make.
    pub subject_id: Option<Uuid>,
    /// Status it was answered with.
    pub status: Option<i64>,
    /// Body it was answered with.
    pub body: Option<Vec<u8>>,
    /// When it may be forgotten.
    #[sqlx(try_from = "Instant")]
    pub expires_at: Timestamp,
}

const CLAIM: &str = "INSERT INTO idempotency_keys (tenant_id, caller, key, request_hash, owner, subject_id, status, body, created_at, expires_at, \
     id, operation) VALUES ($1, $2, $3, $4, $5, $6, NULL, NULL, $7, $8, $9, $10) ON CONFLICT (tenant_id, caller, key) DO UPDATE SET \
     request_hash = excluded.request_hash, owner = excluded.owner, subject_id = excluded.subject_id, status = NULL, body = NULL, \
     created_at = excluded.created_at, expires_at = excluded.expires_at, id = excluded.id, operation = excluded.operation, repeats = 0, \
     repeated_at = NULL WHERE idempotency_keys.expires_at <= excluded.created_at";

/// Write the key down; `false` if it is there already and has not run out.
pub async fn claim(tx: &mut Tx, key: &Key) -> Result<bool> {
    let query = sql(CLAIM)
        .bind(tx.tenant())
        .bind(&key.caller)
        .bind(&key.key)
        .bind(key.request_hash.clone())
        .bind(key.owner)
        .bind(key.subject)
        .bind(key.at)
        .bind(key.expires_at)
        .bind(key.id.uuid())
        .bind(&key.operation);
    Ok(tx.run(query).await? == 1)
}

const FIND: &str = "SELECT request_hash, owner, subject_id, status, body, expires_at FROM idempotency_keys \
     WHERE tenant_id = $1 AND caller = $2 AND key = $3";

/// What is known of a key.
pub async fn find(tx: &mut Tx, caller: &str, key: &str) -> Result<Option<Known>> {
    let known: Option<Known> = tx.optional(sql(FIND).bind(tx.tenant()).bind(caller.to_owned()).bind(key.to_owned())).await?;
    let Some(known) = known else { return Ok(None) };
    let body = known.body.as_deref().map(|body| opened(tx, (caller, key), body)).transpose()?;
    Ok(Some(Known { body, ..known }))
}

/// Replies may show what is sealed elsewhere, so they are sealed as well.
fn about(tx: &Tx, (caller, key): (&str, &str)) -> String {
    format!("{}/idempotency_keys.body/{caller}/{key}", tx.tenant())
}

fn opened(tx: &Tx, of: (&str, &str), stored: &[u8]) -> Result<Vec<u8>> {
    match std::str::from_utf8(stored) {
        Ok(text) if Seal::is_sealed(text) => Ok(tx.seal()?.open(&about(tx, of), text)?),
        _ => Ok(stored.to_vec()),
    }
}

const TAKE_OVER: &str = "UPDATE idempotency_keys SET owner = $4 WHERE tenant_id = $1 AND caller = $2 AND key = $3 AND owner = $5 AND status IS NULL";

/// Go on with a request that another process left unfinished; `false` if somebody else does already.
pub async fn take_over(tx: &mut Tx, key: &Key, from: Uuid) -> Result<bool> {
    let query = sql(TAKE_OVER).bind(tx.tenant()).bind(&key.caller).bind(&key.key).bind(key.owner).bind(from);
    Ok(tx.run(query).await? == 1)
}

/// Note that a request that was answered came again.
pub async fn repeated(tx: &mut Tx, caller: &str, key: &str, now: Timestamp) -> Result<()> {
    const REPEATED: &str = "UPDATE idempotency_keys SET repeats = repeats + 1, repeated_at = $4 WHERE tenant_id = $1 AND caller = $2 AND key = $3";
    tx.run(sql(REPEATED).bind(tx.tenant()).bind(caller.to_owned()).bind(key.to_owned()).bind(now)).await.map(drop)
}

/// What a request was answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Who called.
    pub caller: String,
    /// The key.
    pub key: String,
    /// Status.
    pub status: u16,
    /// Body.
    pub body: Vec<u8>,
}

/// Write down what requests were answered, many in one statement.
pub async fn answer(tx: &mut Tx, answers: &[Answer]) -> Result<()> {
    if answers.is_empty() {
        return Ok(());
    }
    let mut query = Query::start("UPDATE idempotency_keys SET status = v.column3, body = v.column4 FROM (VALUES");
    let rows = answers.iter().map(|a| {
        let body = tx.seal()?.seal(&about(tx, (&a.caller, &a.key)), &a.body)?;
        Ok([(&a.caller).into(), (&a.key).into(), i64::from(a.status).into(), body.into_bytes().into()])
    });
    query.rows(rows.collect::<Result<Vec<_>>>()?);
    query.push(") AS v WHERE idempotency_keys.caller = v.column1 AND idempotency_keys.key = v.column2 AND idempotency_keys.tenant_id = ");
    query.arg(tx.tenant());
    tx.run(query).await.map(drop)
}

/// Forget what was answered and has run out, of all tenants; how many. Needs [`crate::Scope::System`].
pub async fn forget(tx: &mut Tx, now: Timestamp) -> Result<u64> {
    tx.run(sql("DELETE FROM idempotency_keys WHERE expires_at <= $1 AND status IS NOT NULL").bind(now)).await
}
