//! The books of the built-in sandbox provider: `sandbox_charges` and `sandbox_refunds`. A separate party: nothing here reads or writes the
//! tables of payments.

use purser_core::{Currency, Timestamp};

use crate::rows::{Instant, MaybeInstant};
use crate::{Query, Result, Tx, Value, sql};

/// A charge as the provider keeps it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Charge {
    /// The caller's key for it; a second charge with the same key is the same charge.
    pub key: String,
    /// Means of payment.
    pub method: String,
    /// `automatic` or `manual`.
    pub capture_mode: String,
    /// Where it stands: `requires_action`, `processing`, `authorised`, `captured`, `failed`, `voided`.
    pub state: String,
    /// Currency of every amount.
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    /// What it is for.
    pub amount: i64,
    /// What was taken.
    pub captured: i64,
    /// What was given back.
    pub refunded: i64,
    /// Why it failed.
    pub failure_code: Option<String>,
    /// When something that takes its time is done.
    #[sqlx(try_from = "MaybeInstant")]
    pub ready_at: Option<Timestamp>,
    /// Made.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
}

const INSERT: &str = "INSERT INTO sandbox_charges (tenant_id, key, method, capture_mode, state, currency, amount, captured, refunded, failure_code, \
     ready_at, created_at) VALUES";

/// Add charges whose key is new; those whose key is known stay as they are.
pub async fn insert(tx: &mut Tx, charges: &[Charge]) -> Result<()> {
    let tenant: Value = tx.tenant().into();
    for chunk in charges.chunks(500) {
        let mut query = Query::start(INSERT);
        query.rows(chunk.iter().map(|c| row(tenant.clone(), c)));
        query.push(" ON CONFLICT (tenant_id, key) DO NOTHING");
        tx.run(query).await?;
    }
    Ok(())
}

/// Add one charge; `false` if its key is known, and then it stays as it is.
pub async fn add(tx: &mut Tx, charge: &Charge) -> Result<bool> {
    let mut query = Query::start(INSERT);
    query.rows([row(tx.tenant().into(), charge)]);
    query.push(" ON CONFLICT (tenant_id, key) DO NOTHING");
    Ok(tx.run(query).await? == 1)
}

/// Charges that take their time, or one of them, held until the transaction ends; at most 200.
pub async fn hold_processing(tx: &mut Tx, key: Option<String>) -> Result<Vec<Charge>> {
    let mut query = Query::start(SELECT);
    query.arg(tx.tenant()).push(" AND state = 'processing'");
    if let Some(key) = key {
        query.push(" AND key = ").arg(key);
    }
    query.push(tx.pick(" ORDER BY key LIMIT 200", " ORDER BY key LIMIT 200 FOR UPDATE"));
    tx.all(query).await
}

fn row(tenant: Value, c: &Charge) -> [Value; 12] {
    [
        tenant,
        (&c.key).into(),
        (&c.method).into(),
        (&c.capture_mode).into(),
        (&c.state).into(),
        c.currency.into(),
        c.amount.into(),
        c.captured.into(),
        c.refunded.into(),
        c.failure_code.clone().into(),
        c.ready_at.into(),
        c.created_at.into(),
    ]
}

const SELECT: &str = "SELECT key, method, capture_mode, state, currency, amount, captured, refunded, failure_code, ready_at, created_at \
     FROM sandbox_charges WHERE tenant_id = ";

/// The charges of `keys`.
pub async fn find(tx: &mut Tx, keys: &[String]) -> Result<Vec<Charge>> {
    let mut query = Query::start(SELECT);
    query.arg(tx.tenant()).push(" AND key IN ").list(keys.iter().map(Value::from));
    tx.all(query).await
}

/// The charges of `keys`, held until the transaction ends.
pub async fn hold(tx: &mut Tx, keys: &[String]) -> Result<Vec<Charge>> {
    let mut query = Query::start(SELECT);
    query.arg(tx.tenant()).push(" AND key IN ").list(keys.iter().map(Value::from));
    query.push(tx.pick(" ORDER BY key", " ORDER BY key FOR UPDATE"));
    tx.all(query).await
}

const UPDATE: &str = "UPDATE sandbox_charges SET state = $3, captured = $4, failure_code = $5, ready_at = $6 WHERE tenant_id = $1 AND key = $2";

/// Write where a charge stands.
pub async fn update(tx: &mut Tx, charge: &Charge) -> Result<()> {
    let query = sql(UPDATE)
        .bind(tx.tenant())
        .bind(&charge.key)
        .bind(&charge.state)
        .bind(charge.captured)
        .bind(charge.failure_code.clone())
        .bind(charge.ready_at);
    tx.run(query).await.map(drop)
}

/// A refund as the provider keeps it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Refund {
    /// The caller's key for it.
    pub key: String,
    /// The charge it gives back.
    pub charge_key: String,
    /// How much.
    pub amount: i64,
    /// `succeeded` or `failed`.
    pub state: String,
    /// Made.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
}

/// The refunds of `keys` that are known.
pub async fn refunds(tx: &mut Tx, keys: &[String]) -> Result<Vec<Refund>> {
    let mut query = Query::start("SELECT key, charge_key, amount, state, created_at FROM sandbox_refunds WHERE tenant_id = ");
    query.arg(tx.tenant()).push(" AND key IN ").list(keys.iter().map(Value::from));
    tx.all(query).await
}

/// Add refunds and take the amounts of those that succeeded off their charges.
pub async fn insert_refunds(tx: &mut Tx, refunds: &[Refund], taken: &[(String, i64)]) -> Result<()> {
    let tenant: Value = tx.tenant().into();
    for chunk in refunds.chunks(500) {
        let mut query = Query::start("INSERT INTO sandbox_refunds (tenant_id, key, charge_key, amount, state, created_at) VALUES");
        query.rows(
            chunk.iter().map(|r| [tenant.clone(), (&r.key).into(), (&r.charge_key).into(), r.amount.into(), (&r.state).into(), r.created_at.into()]),
        );
        tx.run(query).await?;
    }
    if taken.is_empty() {
        return Ok(());
    }
    let mut query = Query::start("UPDATE sandbox_charges SET refunded = sandbox_charges.refunded + v.column2 FROM (VALUES");
    query.rows(taken.iter().map(|(key, amount)| [key.into(), (*amount).into()]));
    query.push(") AS v WHERE sandbox_charges.key = v.column1 AND sandbox_charges.tenant_id = ").arg(tx.tenant());
    tx.run(query).await.map(drop)
}
