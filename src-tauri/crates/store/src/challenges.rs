//! The `challenges` table: what was asked of somebody who is signing in, until it is answered.

use purser_core::Timestamp;
use purser_core::ids::{ChallengeId, TenantId, UserId};
use uuid::Uuid;

use crate::rows::Instant;
use crate::{Result, Tx, sql};

/// Something asked.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Challenge {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: ChallengeId,
    /// Tenant.
    #[sqlx(try_from = "Uuid")]
    pub tenant_id: TenantId,
    /// Of whom.
    #[sqlx(try_from = "Uuid")]
    pub user_id: UserId,
    /// What for: `factor`, `enrol`, …
    pub purpose: String,
    /// Whether the session shall last.
    pub remembered: bool,
    /// Answers given, this one included.
    pub attempts: i64,
    /// What is needed to check the answer, sealed.
    pub state: Option<String>,
    /// When it can no longer be answered.
    #[sqlx(try_from = "Instant")]
    pub expires_at: Timestamp,
}

/// What a new challenge is made of.
#[derive(Clone, Debug)]
pub struct New {
    /// Id.
    pub id: ChallengeId,
    /// Of whom.
    pub user: UserId,
    /// What for.
    pub purpose: &'static str,
    /// SHA-256 of the token its holder shows.
    pub hash: Vec<u8>,
    /// Whether the session shall last.
    pub remembered: bool,
    /// What is needed to check the answer, sealed.
    pub state: Option<String>,
    /// When it was asked.
    pub at: Timestamp,
    /// When it can no longer be answered.
    pub expires_at: Timestamp,
}

const INSERT: &str = "INSERT INTO challenges (id, tenant_id, user_id, purpose, hash, remembered, state, created_at, expires_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const TENANT: &str = "SELECT tenant_id FROM challenges WHERE hash = $1";
const FIND: &str = "SELECT id, tenant_id, user_id, purpose, remembered, attempts, state, expires_at FROM challenges \
     WHERE tenant_id = $1 AND hash = $2 AND used_at IS NULL AND expires_at > $3";
const TRY: &str = "UPDATE challenges SET attempts = attempts + 1 \
     WHERE tenant_id = $1 AND hash = $2 AND used_at IS NULL AND expires_at > $3 AND attempts < $4 \
     RETURNING id, tenant_id, user_id, purpose, remembered, attempts, state, expires_at";
const USE: &str = "UPDATE challenges SET used_at = $3, state = NULL WHERE tenant_id = $1 AND id = $2 AND used_at IS NULL";
const SET_STATE: &str = "UPDATE challenges SET state = $3 WHERE tenant_id = $1 AND id = $2";
const EXTEND: &str = "UPDATE challenges SET expires_at = $3 WHERE tenant_id = $1 AND id = $2 AND used_at IS NULL AND expires_at < $3";
const FORGET: &str = "DELETE FROM challenges WHERE expires_at < $1";
const SENT: &str = "SELECT COUNT(*) AS n FROM challenges WHERE tenant_id = $1 AND user_id = $2 AND purpose = $3 AND created_at > $4";

#[derive(sqlx::FromRow)]
struct Owner {
    #[sqlx(try_from = "Uuid")]
    tenant_id: TenantId,
}

#[derive(sqlx::FromRow)]
struct Count {
    n: i64,
}

/// Ask something.
pub async fn insert(tx: &mut Tx, new: New) -> Result<()> {
    let query = sql(INSERT)
        .bind(new.id)
        .bind(tx.tenant())
        .bind(new.user)
        .bind(new.purpose)
        .bind(new.hash)
        .bind(new.remembered)
        .bind(new.state)
        .bind(new.at)
        .bind(new.expires_at);
    tx.run(query).await.map(drop)
}

/// The tenant a token's challenge belongs to. Needs [`crate::Scope::System`].
pub async fn tenant(tx: &mut Tx, hash: &[u8]) -> Result<Option<TenantId>> {
    Ok(tx.optional::<Owner>(sql(TENANT).bind(hash.to_vec())).await?.map(|owner| owner.tenant_id))
}

/// A challenge that can still be answered, without counting it as an answer.
pub async fn find(tx: &mut Tx, hash: &[u8], now: Timestamp) -> Result<Option<Challenge>> {
    tx.optional(sql(FIND).bind(tx.tenant()).bind(hash.to_vec()).bind(now)).await
}

/// Count an answer to a challenge that can still be answered and was not answered `limit` times.
pub async fn attempt(tx: &mut Tx, hash: &[u8], now: Timestamp, limit: i64) -> Result<Option<Challenge>> {
    tx.optional(sql(TRY).bind(tx.tenant()).bind(hash.to_vec()).bind(now).bind(limit)).await
}

/// It was answered well; `false` if somebody else was first.
pub async fn finish(tx: &mut Tx, id: ChallengeId, at: Timestamp) -> Result<bool> {
    Ok(tx.run(sql(USE).bind(tx.tenant()).bind(id).bind(at)).await? == 1)
}

/// Keep what is needed to check the next answer.
pub async fn set_state(tx: &mut Tx, id: ChallengeId, state: Option<String>) -> Result<()> {
    tx.run(sql(SET_STATE).bind(tx.tenant()).bind(id).bind(state)).await.map(drop)
}

/// Give more time to answer.
pub async fn extend(tx: &mut Tx, id: ChallengeId, until: Timestamp) -> Result<()> {
    tx.run(sql(EXTEND).bind(tx.tenant()).bind(id).bind(until)).await.map(drop)
}

/// How many of this purpose a person was asked since `since`.
pub async fn count(tx: &mut Tx, user: UserId, purpose: &'static str, since: Timestamp) -> Result<i64> {
    let count: Count = tx.one(sql(SENT).bind(tx.tenant()).bind(user).bind(purpose).bind(since)).await?;
    Ok(count.n)
}

/// Forget what could no longer be answered before `before`, of every tenant. Needs [`crate::Scope::System`].
pub async fn forget(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    tx.run(sql(FORGET).bind(before)).await
}
