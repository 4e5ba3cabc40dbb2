//! The `impersonations` table: who acted as whom.

use purser_core::Timestamp;
use purser_core::ids::{ImpersonationId, SessionId, TenantId, UserId};
use uuid::Uuid;

use crate::rows::{Instant, MaybeInstant};
use crate::{Result, Tx, sql};

/// One time somebody acted as another person.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Impersonation {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: ImpersonationId,
    /// Tenant.
    #[sqlx(try_from = "Uuid")]
    pub tenant_id: TenantId,
    /// Through which session.
    #[sqlx(try_from = "Uuid")]
    pub session_id: SessionId,
    /// Who.
    #[sqlx(try_from = "Uuid")]
    pub by_id: UserId,
    /// Their name at that time.
    pub by_name: String,
    /// As whom.
    #[sqlx(try_from = "Uuid")]
    pub user_id: UserId,
    /// Why.
    pub reason: String,
    /// Whether they could change things.
    pub writes: bool,
    /// When it began.
    #[sqlx(try_from = "Instant")]
    pub started_at: Timestamp,
    /// When it ends by itself.
    #[sqlx(try_from = "Instant")]
    pub until: Timestamp,
    /// When somebody ended it.
    #[sqlx(try_from = "MaybeInstant")]
    pub ended_at: Option<Timestamp>,
}

const LIVE: &str = "SELECT id, tenant_id, session_id, by_id, by_name, user_id, reason, writes, started_at, until, ended_at FROM impersonations \
     WHERE session_id = $1 AND ended_at IS NULL AND until > $2 ORDER BY until DESC LIMIT 1";
const OF_USER: &str = "SELECT id, tenant_id, session_id, by_id, by_name, user_id, reason, writes, started_at, until, ended_at FROM impersonations \
     WHERE tenant_id = $1 AND user_id = $2 ORDER BY started_at DESC, id DESC LIMIT 100";
const INSERT: &str = "INSERT INTO impersonations (id, tenant_id, session_id, by_id, by_name, user_id, reason, writes, started_at, until) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const END: &str = "UPDATE impersonations SET ended_at = $3 WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL";

/// As whom a session acts at this moment, of any tenant. Needs [`crate::Scope::System`].
pub async fn live(tx: &mut Tx, session: SessionId, now: Timestamp) -> Result<Option<Impersonation>> {
    tx.optional(sql(LIVE).bind(session).bind(now)).await
}

/// Who acted as this person, newest first, at most 100.
pub async fn of_user(tx: &mut Tx, user: UserId) -> Result<Vec<Impersonation>> {
    tx.all(sql(OF_USER).bind(tx.tenant()).bind(user)).await
}

/// Begin one.
pub async fn insert(tx: &mut Tx, one: &Impersonation) -> Result<()> {
    let query = sql(INSERT)
        .bind(one.id)
        .bind(one.tenant_id)
        .bind(one.session_id)
        .bind(one.by_id)
        .bind(&one.by_name)
        .bind(one.user_id)
        .bind(&one.reason)
        .bind(one.writes)
        .bind(one.started_at)
        .bind(one.until);
    tx.run(query).await.map(drop)
}

/// End one; `false` if it is over already.
pub async fn end(tx: &mut Tx, id: ImpersonationId, at: Timestamp) -> Result<bool> {
    Ok(tx.run(sql(END).bind(tx.tenant()).bind(id).bind(at)).await? == 1)
}
