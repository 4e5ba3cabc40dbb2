//! The `registrations` table: who made themselves an account and has not proved their address yet. A row goes with the first proof.

use purser_core::Timestamp;
use purser_core::access::Role;
use purser_core::ids::{TenantId, UserId};
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

/// Those who registered until `until` and were not reminded since `stale`, and when they did; at most `most`.
pub async fn to_remind(tx: &mut Tx, (until, stale): (Timestamp, Timestamp), most: i64) -> Result<Vec<(UserId, Timestamp)>> {
    let mut query = unproved(tx);
    query.push(" AND (r.reminded_at IS NULL OR r.reminded_at <= ").arg(stale).push(") AND r.at <= ").arg(until);
    some(tx, query, most).await
}

/// Those who registered until `until` and were reminded until `reminded`, at most `most`.
pub async fn due(tx: &mut Tx, (until, reminded): (Timestamp, Timestamp), most: i64) -> Result<Vec<UserId>> {
    let mut query = unproved(tx);
    query.push(" AND r.at <= ").arg(until).push(" AND r.reminded_at <= ").arg(reminded);
    Ok(some(tx, query, most).await?.into_iter().map(|(id, _)| id).collect())
}

/// Note that somebody was reminded.
pub async fn reminded(tx: &mut Tx, user: UserId, at: Timestamp) -> Result<()> {
    const REMINDED: &str = "UPDATE registrations SET reminded_at = $3 WHERE tenant_id = $1 AND user_id = $2";
    tx.run(sql(REMINDED).bind(tx.tenant()).bind(user).bind(at)).await.map(drop)
}
