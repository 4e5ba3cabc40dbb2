//! What is kept about the ledger as a whole: proofs that were made, periods that were closed, and its figures month by month.

use purser_core::ledger::AccountCode;
use purser_core::{Currency, Timestamp};
use uuid::Uuid;

use crate::ledger::{Count, Unbalanced};
use crate::page::{Key, List, SortKey};
use crate::rows::{Instant, MaybeInstant};
use crate::{Listing, Page, Query, Result, Tx, sql};

#[derive(sqlx::FromRow)]
struct At {
    #[sqlx(try_from = "Instant")]
    at: Timestamp,
}

const EDGE: &str = "SELECT at FROM ledger_entries WHERE tenant_id = $1 ORDER BY at DESC, id DESC LIMIT 1 OFFSET $2";

/// When the entry was made that lies `back` entries behind the newest; `None` if there are not so many.
pub async fn edge(tx: &mut Tx, back: i64) -> Result<Option<Timestamp>> {
    Ok(tx.optional::<At>(sql(EDGE).bind(tx.tenant()).bind(back)).await?.map(|row| row.at))
}

const UNBALANCED_SINCE: &str = "SELECT posting_id, CAST(SUM(amount) AS BIGINT) AS sum FROM ledger_entries WHERE tenant_id = $1 AND at >= $2 \
     GROUP BY at, posting_id HAVING SUM(amount) <> 0 LIMIT 20";

/// Bookings since `from` whose entries do not sum to nothing, at most 20.
pub async fn unbalanced_since(tx: &mut Tx, from: Timestamp) -> Result<Vec<Unbalanced>> {
    tx.all(sql(UNBALANCED_SINCE).bind(tx.tenant()).bind(from)).await
}

const SINCE: &str = "SELECT a.currency, COUNT(DISTINCT e.posting_id) AS n FROM (SELECT account_id, posting_id FROM ledger_entries \
     WHERE tenant_id = $1 AND at > $2 ORDER BY at DESC LIMIT 20000) e JOIN ledger_accounts a ON a.id = e.account_id GROUP BY a.currency";

/// Bookings since `from` by currency, of the newest 20,000 entries.
pub async fn transactions_since(tx: &mut Tx, from: Timestamp) -> Result<Vec<Count>> {
    tx.all(sql(SINCE).bind(tx.tenant()).bind(from)).await
}

/// A proof that was made of every entry.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Proved {
    /// Id.
    pub id: Uuid,
    /// When.
    #[sqlx(try_from = "Instant")]
    pub checked_at: Timestamp,
    /// Whether everything balanced.
    pub balanced: bool,
    /// Bookings that were added up.
    pub entries: i64,
    /// What did not balance, in words.
    pub findings: sqlx::types::Json<Vec<String>>,
    /// Bookings by currency.
    pub currencies: sqlx::types::Json<Vec<(String, i64)>>,
}

const INSERT_PROOF: &str =
    "INSERT INTO ledger_proofs (id, tenant_id, checked_at, balanced, entries, findings, currencies) VALUES ($1, $2, $3, $4, $5, $6, $7)";
const NEWEST_PROOF: &str = "SELECT id, checked_at, balanced, entries, findings, currencies FROM ledger_proofs WHERE tenant_id = $1 \
     ORDER BY checked_at DESC, id DESC LIMIT 1";
const FORGET_PROOFS: &str = "DELETE FROM ledger_proofs WHERE tenant_id = $1 AND id IN (SELECT id FROM ledger_proofs WHERE tenant_id = $1 \
     ORDER BY checked_at DESC, id DESC LIMIT 1000 OFFSET 90)";

/// Keep a proof; of old ones the newest 90 stay.
pub async fn insert_proof(tx: &mut Tx, proof: &Proved) -> Result<()> {
    let query = sql(INSERT_PROOF)
        .bind(proof.id)
        .bind(tx.tenant())
        .bind(proof.checked_at)
        .bind(proof.balanced)
        .bind(proof.entries)
        .bind(serde_json::json!(proof.findings.0))
        .bind(serde_json::json!(proof.currencies.0));
    tx.run(query).await?;
    tx.run(sql(FORGET_PROOFS).bind(tx.tenant())).await.map(drop)
}

/// The newest proof.
pub async fn newest_proof(tx: &mut Tx) -> Result<Option<Proved>> {
    tx.optional(sql(NEWEST_PROOF).bind(tx.tenant())).await
}

/// A period that was closed.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Period {
    /// Id.
    pub id: Uuid,
    /// Nothing is booked before this any more.
    #[sqlx(try_from = "Instant")]
    pub ends_at: Timestamp,
    /// Why.
    pub reason: String,
    /// Who closed it.
    pub closed_by: Option<Uuid>,
    /// Their name that day.
    pub closed_by_name: String,
    /// When.
    #[sqlx(try_from = "Instant")]
    pub closed_at: Timestamp,
    /// What the accounts said at the close: code, currency, balance.
    pub balances: sqlx::types::Json<Vec<(String, String, i64)>>,
    /// When it was opened again.
    #[sqlx(try_from = "MaybeInstant")]
    pub reopened_at: Option<Timestamp>,
    /// Who opened it.
    pub reopened_by: Option<Uuid>,
    /// Their name that day.
    pub reopened_by_name: Option<String>,
    /// Why it was opened.
    pub reopen_reason: Option<String>,
}

macro_rules! periods {
    () => {
        "SELECT p.id, p.ends_at, p.reason, p.closed_by, p.closed_by_name, p.closed_at, p.balances, p.reopened_at, p.reopened_by, \
         p.reopened_by_name, p.reopen_reason FROM ledger_periods p"
    };
}

const PERIODS: List<Period> = List {
    select: periods!(),
    id: "p.id",
    row_id: |p| p.id,
    sorts: &[SortKey { name: "endsAt", column: "p.ends_at", key: |p| Key::Time(p.ends_at.micros()) }],
};

/// One page of closed periods.
pub async fn periods(tx: &mut Tx, page: &Page) -> Result<Listing<Period>> {
    let mut clause = Query::start(" WHERE p.tenant_id = ");
    clause.arg(tx.tenant());
    PERIODS.page(tx, &clause, page).await
}

const INSERT_PERIOD: &str = "INSERT INTO ledger_periods (id, tenant_id, ends_at, reason, closed_by, closed_by_name, closed_at, balances) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

/// Close a period.
pub async fn insert_period(tx: &mut Tx, period: &Period) -> Result<()> {
    let query = sql(INSERT_PERIOD)
        .bind(period.id)
        .bind(tx.tenant())
        .bind(period.ends_at)
        .bind(&period.reason)
        .bind(period.closed_by)
        .bind(&period.closed_by_name)
        .bind(period.closed_at)
        .bind(serde_json::json!(period.balances.0));
    tx.run(query).await.map(drop)
}

/// One period.
pub async fn period(tx: &mut Tx, id: Uuid) -> Result<Option<Period>> {
    tx.optional(sql(concat!(periods!(), " WHERE p.tenant_id = $1 AND p.id = $2")).bind(tx.tenant()).bind(id)).await
}

const REOPEN: &str = "UPDATE ledger_periods SET reopened_at = $3, reopened_by = $4, reopened_by_name = $5, reopen_reason = $6 \
     WHERE tenant_id = $1 AND id = $2 AND reopened_at IS NULL";

/// Write down that a period was opened again; `false` if it was already.
pub async fn reopen(tx: &mut Tx, period: &Period) -> Result<bool> {
    let query = sql(REOPEN).bind(tx.tenant()).bind(period.id).bind(period.reopened_at).bind(period.reopened_by);
    Ok(tx.run(query.bind(period.reopened_by_name.clone()).bind(period.reopen_reason.clone())).await? == 1)
}

const CLOSED_UNTIL: &str = "SELECT ends_at AS at FROM ledger_periods WHERE tenant_id = $1 AND reopened_at IS NULL ORDER BY ends_at DESC LIMIT 1";

/// Until when the books are closed.
pub async fn closed_until(tx: &mut Tx) -> Result<Option<Timestamp>> {
    Ok(tx.optional::<At>(sql(CLOSED_UNTIL).bind(tx.tenant())).await?.map(|row| row.at))
}

/// What an account was debited less what it was credited, until an instant.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Balance {
    /// The account.
    #[sqlx(try_from = "String")]
    pub code: AccountCode,
    /// Its currency.
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    /// Debits less credits.
    pub balance: i64,
}

const AT: &str = "SELECT a.code, a.currency, CAST(COALESCE(SUM(e.amount), 0) AS BIGINT) AS balance FROM ledger_entries e \
     JOIN ledger_accounts a ON a.id = e.account_id WHERE e.tenant_id = $1 AND e.at < $2 GROUP BY a.code, a.currency ORDER BY a.currency, a.code";

/// What each account said at an instant. Reads every entry before it.
pub async fn balances_at(tx: &mut Tx, at: Timestamp) -> Result<Vec<Balance>> {
    tx.all(sql(AT).bind(tx.tenant()).bind(at)).await
}

/// What an account moved in a month.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Month {
    /// `2026-11`.
    pub month: String,
    /// The account.
    #[sqlx(try_from = "String")]
    pub code: AccountCode,
    /// Its currency.
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    /// Debits less credits.
    pub amount: i64,
}

const MONTHS_SQLITE: &str = "SELECT strftime('%Y-%m', e.at / 1000000, 'unixepoch') AS month, a.code, a.currency, SUM(e.amount) AS amount \
     FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id WHERE e.tenant_id = $1 AND e.at >= $2 AND e.at < $3 \
     GROUP BY 1, a.code, a.currency ORDER BY 1, a.currency, a.code";
const MONTHS_POSTGRES: &str = "SELECT to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM') AS month, a.code, a.currency, SUM(e.amount)::BIGINT AS amount \
     FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id WHERE e.tenant_id = $1 AND e.at >= $2 AND e.at < $3 \
     GROUP BY 1, a.code, a.currency ORDER BY 1, a.currency, a.code";

/// What each account moved, month by month.
pub async fn months(tx: &mut Tx, from: Timestamp, to: Timestamp) -> Result<Vec<Month>> {
    tx.all(sql(tx.pick(MONTHS_SQLITE, MONTHS_POSTGRES)).bind(tx.tenant()).bind(from).bind(to)).await
}

/// Customers who first bought in one month and bought in another.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Cohort {
    /// The month of their first order.
    pub first: String,
    /// The month they bought in.
    pub month: String,
    /// How many of them.
    pub customers: i64,
    /// What they paid then, less what was given back.
    pub amount: i64,
}

const COHORTS_SQLITE: &str = "WITH firsts AS (SELECT customer_id, MIN(created_at) AS at FROM orders WHERE tenant_id = $1 AND paid > 0 GROUP BY customer_id) \
     SELECT strftime('%Y-%m', f.at / 1000000, 'unixepoch') AS first, strftime('%Y-%m', o.created_at / 1000000, 'unixepoch') AS month, \
     COUNT(DISTINCT o.customer_id) AS customers, SUM(o.paid - o.refunded) AS amount FROM firsts f JOIN orders o ON o.customer_id = f.customer_id \
     WHERE o.tenant_id = $1 AND o.paid > 0 AND f.at >= $2 AND f.at < $3 AND o.created_at < $3 AND o.currency = $4 GROUP BY 1, 2 ORDER BY 1, 2";
const COHORTS_POSTGRES: &str = "WITH firsts AS (SELECT customer_id, MIN(created_at) AS at FROM orders WHERE tenant_id = $1 AND paid > 0 GROUP BY customer_id) \
     SELECT to_char(f.at AT TIME ZONE 'UTC', 'YYYY-MM') AS first, to_char(o.created_at AT TIME ZONE 'UTC', 'YYYY-MM') AS month, \
     COUNT(DISTINCT o.customer_id) AS customers, SUM(o.paid - o.refunded)::BIGINT AS amount FROM firsts f JOIN orders o ON o.customer_id = f.customer_id \
     WHERE o.tenant_id = $1 AND o.paid > 0 AND f.at >= $2 AND f.at < $3 AND o.created_at < $3 AND o.currency = $4 GROUP BY 1, 2 ORDER BY 1, 2";

/// Customers by the month of their first order, and what they did since.
pub async fn cohorts(tx: &mut Tx, (from, to): (Timestamp, Timestamp), currency: Currency) -> Result<Vec<Cohort>> {
    tx.all(sql(tx.pick(COHORTS_SQLITE, COHORTS_POSTGRES)).bind(tx.tenant()).bind(from).bind(to).bind(currency)).await
}
