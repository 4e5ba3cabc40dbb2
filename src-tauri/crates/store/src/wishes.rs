//! Which mails staff want, in the `users` table; and the figures of a week, of which some of them tell.

use purser_core::access::RoleKey;
use purser_core::ids::UserId;
use purser_core::{Currency, Timestamp};
use uuid::Uuid;

use crate::{Result, Tx, sql};

/// Somebody who may want mails, and what they said about it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Wisher {
    /// Who.
    #[sqlx(try_from = "Uuid")]
    pub id: UserId,
    /// Their role.
    #[sqlx(try_from = "String")]
    pub role: RoleKey,
    /// What they chose, with spaces between; nothing if they never did.
    pub wanted_mails: Option<String>,
}

/// Somebody's own.
pub async fn of(tx: &mut Tx, id: UserId) -> Result<Option<Wisher>> {
    const OF: &str = "SELECT id, role, wanted_mails FROM users WHERE tenant_id = $1 AND id = $2";
    tx.optional(sql(OF).bind(tx.tenant()).bind(id)).await
}

/// Everybody who chose, and whoever has one of the roles that get some without, at most 500 of each.
pub async fn all(tx: &mut Tx, usual: [RoleKey; 2]) -> Result<Vec<Wisher>> {
    const CHOSE: &str = "SELECT id, role, wanted_mails FROM users WHERE tenant_id = $1 AND wanted_mails IS NOT NULL AND status = 'active' LIMIT 500";
    const USUAL: &str = "SELECT id, role, wanted_mails FROM users WHERE tenant_id = $1 AND role IN ($2, $3) AND wanted_mails IS NULL \
         AND status = 'active' LIMIT 500";
    let mut found: Vec<Wisher> = tx.all(sql(CHOSE).bind(tx.tenant())).await?;
    let [one, two] = usual.map(|role| role.as_str().to_owned());
    found.extend(tx.all::<Wisher>(sql(USUAL).bind(tx.tenant()).bind(one).bind(two)).await?);
    Ok(found)
}

/// Write down what somebody chose.
pub async fn choose(tx: &mut Tx, id: UserId, wanted: String) -> Result<()> {
    const CHOOSE: &str = "UPDATE users SET wanted_mails = $3 WHERE tenant_id = $1 AND id = $2";
    tx.run(sql(CHOOSE).bind(tx.tenant()).bind(id).bind(wanted)).await.map(drop)
}

/// What a span came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Span {
    /// Orders entered, but for cancelled ones.
    pub orders: i64,
    /// What was taken for the orders of the span.
    pub revenue: i64,
    /// What was given back in it.
    pub refunded: i64,
    /// Customers who are new.
    pub customers: i64,
    /// Disputes that were opened.
    pub disputes: i64,
}

/// What the span from `from` to before `to` came to, in `currency`.
pub async fn span(tx: &mut Tx, (from, to): (Timestamp, Timestamp), currency: Currency) -> Result<Span> {
    const SPAN: &str = "SELECT \
         (SELECT COUNT(*) FROM orders WHERE tenant_id = $1 AND created_at >= $2 AND created_at < $3 AND state <> 'cancelled') AS orders, \
         (SELECT CAST(COALESCE(SUM(paid), 0) AS BIGINT) FROM orders WHERE tenant_id = $1 AND created_at >= $2 AND created_at < $3 \
         AND currency = $4) AS revenue, \
         (SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM refunds WHERE tenant_id = $1 AND created_at >= $2 AND created_at < $3 \
         AND currency = $4 AND state = 'succeeded') AS refunded, \
         (SELECT COUNT(*) FROM users WHERE tenant_id = $1 AND role = 'user' AND created_at >= $2 AND created_at < $3 AND status <> 'deleted') AS customers, \
         (SELECT COUNT(*) FROM disputes WHERE tenant_id = $1 AND opened_at >= $2 AND opened_at < $3) AS disputes";
    tx.one(sql(SPAN).bind(tx.tenant()).bind(from).bind(to).bind(currency)).await
}
