//! The `password_standings` and `password_history` tables: since when a password is in force, whether it has to be changed, and the hashes
//! of those before it.

use purser_core::Timestamp;
use purser_core::access::RoleKey;
use purser_core::ids::{TenantId, UserId};
use uuid::Uuid;

use crate::rows::Instant;
use crate::{Query, Result, Tx, sql};

/// What is known of a password beside its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Standing {
    /// Since when it is in force.
    #[sqlx(try_from = "Instant")]
    pub changed_at: Timestamp,
    /// Nothing else may be done before it is changed.
    pub must_change: bool,
}

const FIND: &str = "SELECT changed_at, must_change FROM password_standings WHERE tenant_id = $1 AND user_id = $2";

/// What is known of a person's password; nothing of one that never was set here.
pub async fn standing(tx: &mut Tx, user: UserId) -> Result<Option<Standing>> {
    tx.optional(sql(FIND).bind(tx.tenant()).bind(user)).await
}

const SET: &str = "INSERT INTO password_standings (user_id, tenant_id, changed_at, must_change) VALUES ($2, $1, $3, $4) \
     ON CONFLICT (user_id) DO UPDATE SET changed_at = excluded.changed_at, must_change = excluded.must_change";

/// Note that a person's password changed.
pub async fn changed(tx: &mut Tx, (tenant, user): (TenantId, UserId), standing: Standing) -> Result<()> {
    tx.run(sql(SET).bind(tenant).bind(user).bind(standing.changed_at).bind(standing.must_change)).await.map(drop)
}

const DEMAND: &str = "INSERT INTO password_standings (user_id, tenant_id, changed_at, must_change) VALUES ($2, $1, $3, $4) \
     ON CONFLICT (user_id) DO UPDATE SET must_change = excluded.must_change";

/// Demand that a person changes their password before anything else.
pub async fn demand(tx: &mut Tx, user: UserId, at: Timestamp) -> Result<()> {
    tx.run(sql(DEMAND).bind(tx.tenant()).bind(user).bind(at).bind(true)).await.map(drop)
}

#[derive(sqlx::FromRow)]
struct RunningOut {
    #[sqlx(try_from = "Uuid")]
    user_id: UserId,
    #[sqlx(try_from = "Instant")]
    changed_at: Timestamp,
}

/// Active people of these roles whose password is in force since `span` and who were not told since then, at most `most`.
pub async fn running_out(tx: &mut Tx, roles: &[RoleKey], (after, until): (Timestamp, Timestamp), most: i64) -> Result<Vec<(UserId, Timestamp)>> {
    let mut query = Query::start(
        "SELECT s.user_id, s.changed_at FROM password_standings s JOIN users u ON u.id = s.user_id AND u.tenant_id = s.tenant_id WHERE s.tenant_id = ",
    );
    query.arg(tx.tenant()).push(" AND u.status = 'active' AND u.role IN ").list(roles.iter().map(|role| role.as_str().to_owned().into()));
    query.push(" AND s.changed_at > ").arg(after).push(" AND s.changed_at <= ").arg(until);
    query.push(" AND (s.reminded_at IS NULL OR s.reminded_at < s.changed_at) ORDER BY s.user_id LIMIT ").arg(most);
    let rows: Vec<RunningOut> = tx.all(query).await?;
    Ok(rows.into_iter().map(|row| (row.user_id, row.changed_at)).collect())
}

const REMINDED: &str = "UPDATE password_standings SET reminded_at = $3 WHERE tenant_id = $1 AND user_id = $2";

/// Note that somebody was told that their password runs out.
pub async fn reminded(tx: &mut Tx, user: UserId, at: Timestamp) -> Result<()> {
    tx.run(sql(REMINDED).bind(tx.tenant()).bind(user).bind(at)).await.map(drop)
}

#[derive(sqlx::FromRow)]
struct Hash {
    hash: String,
}

const HISTORY: &str = "SELECT hash FROM password_history WHERE tenant_id = $1 AND user_id = $2 ORDER BY created_at DESC, id DESC LIMIT $3";

/// Hashes of a person's last `most` passwords, newest first.
pub async fn history(tx: &mut Tx, user: UserId, most: i64) -> Result<Vec<String>> {
    let rows: Vec<Hash> = tx.all(sql(HISTORY).bind(tx.tenant()).bind(user).bind(most)).await?;
    Ok(rows.into_iter().map(|row| row.hash).collect())
}

const KEEP: &str = "INSERT INTO password_history (id, tenant_id, user_id, hash, created_at) VALUES ($1, $2, $3, $4, $5)";
const TRIM: &str = "DELETE FROM password_history WHERE tenant_id = $1 AND user_id = $2 AND id NOT IN \
     (SELECT id FROM password_history WHERE tenant_id = $1 AND user_id = $2 ORDER BY created_at DESC, id DESC LIMIT $3)";

/// Keep the hash of a new password, and only the last `most` of them.
pub async fn keep(tx: &mut Tx, id: Uuid, (tenant, user): (TenantId, UserId), (hash, at): (&str, Timestamp), most: i64) -> Result<()> {
    tx.run(sql(KEEP).bind(id).bind(tenant).bind(user).bind(hash.to_owned()).bind(at)).await?;
    tx.run(sql(TRIM).bind(tenant).bind(user).bind(most)).await.map(drop)
}
