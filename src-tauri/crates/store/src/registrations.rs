//! The `registrations` table: who made themselves an account and has not proved their address yet. A row goes with the first proof.

use purser_core::Timestamp;
use purser_core::access::Role;
use purser_core::ids::{TenantId, UserId};
use purser_core::mail::{MailState, Template};
use uuid::Uuid;

use crate::rows::Instant;
use crate::{Query, Result, Tx, sql};

/// Note that somebody made themselves an account.
pub async fn insert(tx: &mut Tx, (tenant, user): (TenantId, UserId), at: Timestamp) -> Result<()> {
    const INSERT: &str = "INSERT INTO registrations (user_id, tenant_id, at) VALUES ($2, $1, $3)";
    tx.run(sql(INSERT).bind(tenant).bind(user).bind(at)).await.map(drop)
}

/// Forget that they did: they proved an address, or staff dealt with them and knows them.
pub async fn proved(tx: &mut Tx, user: UserId) -> Result<()> {
    all_proved(tx, &[user]).await
}

/// The same of many at once.
pub async fn all_proved(tx: &mut Tx, users: &[UserId]) -> Result<()> {
    let mut query = Query::start("DELETE FROM registrations WHERE tenant_id = ");
    query.arg(tx.tenant()).push(" AND user_id IN ").list(users.iter().map(|id| (*id).into()));
    tx.run(query).await.map(drop)
}

#[derive(sqlx::FromRow)]
struct Unproved {
    #[sqlx(try_from = "Uuid")]
    user_id: UserId,
    #[sqlx(try_from = "Instant")]
    at: Timestamp,
}

/// Customers who never proved their address and never ordered anything. Whoever was given another role is known to the business, and whom
/// somebody locked stays locked.
fn unproved(tx: &Tx) -> Query {
    let mut query = Query::start(
        "SELECT r.user_id, r.at FROM registrations r JOIN users u ON u.id = r.user_id AND u.tenant_id = r.tenant_id WHERE r.tenant_id = ",
    );
    query.arg(tx.tenant()).push(" AND u.status = 'active' AND u.email_verified = ").arg(false).push(" AND u.role = ").arg(Role::User.as_str());
    query.push(" AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.tenant_id = r.tenant_id AND o.customer_id = r.user_id)");
    query
}

async fn some(tx: &mut Tx, mut query: Query, most: i64) -> Result<Vec<(UserId, Timestamp)>> {
    query.push(" ORDER BY r.at, r.user_id LIMIT ").arg(most);
    let rows: Vec<Unproved> = tx.all(query).await?;
    Ok(rows.into_iter().map(|row| (row.user_id, row.at)).collect())
}

/// Since when somebody was not reminded.
#[derive(Clone, Copy, Debug)]
pub struct Unheard {
    /// Not at all since then.
    pub stale: Timestamp,
    /// Or not since then, and what was written to them in vain.
    pub vain: Timestamp,
    /// Unless they registered before: they are not written to in vain for ever.
    pub last: Timestamp,
}

/// ` [NOT] EXISTS` the mail that last reminded them, in one of these states. It was written in the very transaction that noted it, at the same
/// time: another link they asked for since says nothing of the day on which they are forgotten.
fn mail(query: &mut Query, exists: &'static str, states: &'static [MailState]) {
    query.push(exists).push(" (SELECT 1 FROM mails m WHERE m.tenant_id = r.tenant_id AND m.user_id = r.user_id AND m.created_at = r.reminded_at");
    query.push(" AND m.template = ").arg(Template::Verification.as_str());
    query.push(" AND m.state IN ").list(states.iter().map(|state| state.as_str().into()));
}

/// Those who registered until `until` and were not reminded, and when they registered; at most `most`.
pub async fn to_remind(tx: &mut Tx, (until, unheard): (Timestamp, Unheard), most: i64) -> Result<Vec<(UserId, Timestamp)>> {
    let mut query = unproved(tx);
    query.push(" AND (r.reminded_at IS NULL OR r.reminded_at <= ").arg(unheard.stale);
    query.push(" OR (r.at > ").arg(unheard.last).push(" AND r.reminded_at <= ").arg(unheard.vain);
    mail(&mut query, " AND NOT EXISTS", &[MailState::Sent, MailState::Queued]);
    query.push("))) AND r.at <= ").arg(until);
    some(tx, query, most).await
}

/// Whose time is over.
#[derive(Clone, Copy, Debug)]
pub struct Over {
    /// They registered until then.
    pub until: Timestamp,
    /// And were reminded until then, which was taken.
    pub reminded: Timestamp,
    /// Or were reminded in vain, and registered until then: nobody takes mail there.
    pub last: Timestamp,
}

/// Those whose time is over, at most `most`.
pub async fn due(tx: &mut Tx, over: Over, most: i64) -> Result<Vec<UserId>> {
    let mut query = unproved(tx);
    query.push(" AND r.at <= ").arg(over.until).push(" AND r.reminded_at <= ").arg(over.reminded).push(" AND (r.at <= ").arg(over.last);
    mail(&mut query, " OR EXISTS", &[MailState::Sent]);
    query.push(" AND m.sent_at <= ").arg(over.reminded).push("))");
    Ok(some(tx, query, most).await?.into_iter().map(|(id, _)| id).collect())
}

/// Note that somebody was reminded.
pub async fn reminded(tx: &mut Tx, user: UserId, at: Timestamp) -> Result<()> {
    const REMINDED: &str = "UPDATE registrations SET reminded_at = $3 WHERE tenant_id = $1 AND user_id = $2";
    tx.run(sql(REMINDED).bind(tx.tenant()).bind(user).bind(at)).await.map(drop)
}
