//! The `provider_sign_ins` table: sign-ins under way elsewhere; and `assertions`: those that were taken, so that none is taken twice.

use purser_core::Timestamp;
use purser_core::ids::{PendingId, ProviderId, TenantId};
use purser_core::providers::Aim;
use uuid::Uuid;

use crate::rows::Instant;
use crate::{Result, Tx, sql};

/// A sign-in that is under way.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Pending {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: PendingId,
    /// Tenant.
    #[sqlx(try_from = "Uuid")]
    pub tenant_id: TenantId,
    /// The connection.
    #[sqlx(try_from = "Uuid")]
    pub provider_id: ProviderId,
    /// What was begun.
    #[sqlx(try_from = "String")]
    pub aim: Aim,
    /// Who began it, when it is a link.
    pub user_id: Option<Uuid>,
    /// SHA-256 of what whoever began it keeps.
    pub binding: Vec<u8>,
    /// The loopback port a program waits at.
    pub port: Option<i64>,
    /// Whether the session shall last.
    pub remembered: bool,
    /// What is needed next, sealed.
    pub sealed: Option<String>,
    /// When it is over.
    #[sqlx(try_from = "Instant")]
    pub expires_at: Timestamp,
}

/// What a new one is made of.
#[derive(Clone, Debug)]
pub struct New {
    /// Id.
    pub id: PendingId,
    /// The connection.
    pub provider: ProviderId,
    /// What was begun.
    pub aim: Aim,
    /// Who began it, when it is a link.
    pub user: Option<Uuid>,
    /// SHA-256 of what the provider sends back.
    pub state_hash: Vec<u8>,
    /// SHA-256 of what whoever began it keeps.
    pub binding: Vec<u8>,
    /// The loopback port a program waits at.
    pub port: Option<i64>,
    /// Whether the session shall last.
    pub remembered: bool,
    /// What is needed to check what comes back, sealed.
    pub sealed: String,
    /// When it was begun.
    pub at: Timestamp,
    /// When it is over.
    pub expires_at: Timestamp,
}

macro_rules! columns {
    () => {
        "id, tenant_id, provider_id, aim, user_id, binding, port, remembered, sealed, expires_at"
    };
}

const INSERT: &str = "INSERT INTO provider_sign_ins (id, tenant_id, provider_id, aim, user_id, state_hash, binding, port, remembered, sealed, \
     created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
const BY_STATE: &str = concat!("SELECT ", columns!(), " FROM provider_sign_ins WHERE state_hash = $1");
const BY_CODE: &str = concat!("SELECT ", columns!(), " FROM provider_sign_ins WHERE code_hash = $1 AND used_at IS NULL AND expires_at > $2");
const RETURNED: &str = "UPDATE provider_sign_ins SET returned_at = $3 WHERE tenant_id = $1 AND id = $2 AND returned_at IS NULL AND expires_at > $3";
const HAND_OVER: &str =
    "UPDATE provider_sign_ins SET code_hash = $3, sealed = $4, expires_at = $5 WHERE tenant_id = $1 AND id = $2 AND used_at IS NULL";
const USE: &str = "UPDATE provider_sign_ins SET used_at = $3, sealed = NULL WHERE tenant_id = $1 AND id = $2 AND used_at IS NULL AND expires_at > $3";
const GIVE_UP: &str = "UPDATE provider_sign_ins SET used_at = $3, sealed = NULL WHERE tenant_id = $1 AND id = $2 AND used_at IS NULL";
const FORGET: &str = "DELETE FROM provider_sign_ins WHERE tenant_id = $1 AND id IN (SELECT id FROM provider_sign_ins WHERE tenant_id = $1 \
     AND expires_at < $2 ORDER BY expires_at LIMIT $3)";
const TAKE: &str = "INSERT INTO assertions (provider_id, hash, tenant_id, expires_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
const FORGET_ASSERTIONS: &str = "DELETE FROM assertions WHERE tenant_id = $1 AND hash IN (SELECT hash FROM assertions WHERE tenant_id = $1 \
     AND expires_at < $2 ORDER BY expires_at LIMIT $3)";

/// Begin one.
pub async fn insert(tx: &mut Tx, new: New) -> Result<()> {
    let query = sql(INSERT)
        .bind(new.id)
        .bind(tx.tenant())
        .bind(new.provider)
        .bind(new.aim.as_str())
        .bind(new.user)
        .bind(new.state_hash)
        .bind(new.binding)
        .bind(new.port)
        .bind(new.remembered)
        .bind(new.sealed)
        .bind(new.at)
        .bind(new.expires_at);
    tx.run(query).await.map(drop)
}

/// The one that comes back with this. Needs [`crate::Scope::System`].
pub async fn by_state(tx: &mut Tx, hash: &[u8]) -> Result<Option<Pending>> {
    tx.optional(sql(BY_STATE).bind(hash.to_vec())).await
}

/// The one whose outcome waits under this code. Needs [`crate::Scope::System`].
pub async fn by_code(tx: &mut Tx, hash: &[u8], now: Timestamp) -> Result<Option<Pending>> {
    tx.optional(sql(BY_CODE).bind(hash.to_vec()).bind(now)).await
}

/// Somebody came back with it; `false` if somebody did before, or it is over.
pub async fn returned(tx: &mut Tx, id: PendingId, now: Timestamp) -> Result<bool> {
    Ok(tx.run(sql(RETURNED).bind(tx.tenant()).bind(id).bind(now)).await? == 1)
}

/// Its outcome waits under a code until then.
pub async fn hand_over(tx: &mut Tx, id: PendingId, (code_hash, sealed): (Vec<u8>, String), until: Timestamp) -> Result<()> {
    tx.run(sql(HAND_OVER).bind(tx.tenant()).bind(id).bind(code_hash).bind(sealed).bind(until)).await.map(drop)
}

/// Use it up; `false` if somebody did before, or it is over.
pub async fn use_up(tx: &mut Tx, id: PendingId, now: Timestamp) -> Result<bool> {
    Ok(tx.run(sql(USE).bind(tx.tenant()).bind(id).bind(now)).await? == 1)
}

/// It led nowhere.
pub async fn give_up(tx: &mut Tx, id: PendingId, now: Timestamp) -> Result<()> {
    tx.run(sql(GIVE_UP).bind(tx.tenant()).bind(id).bind(now)).await.map(drop)
}

/// Take an assertion; `false` if it was taken before.
pub async fn take_assertion(tx: &mut Tx, provider: ProviderId, hash: Vec<u8>, until: Timestamp) -> Result<bool> {
    Ok(tx.run(sql(TAKE).bind(provider).bind(hash).bind(tx.tenant()).bind(until)).await? == 1)
}

/// Forget what was over before `before`, at most `most` of each at once; how many of the larger part.
pub async fn forget(tx: &mut Tx, before: Timestamp, most: i64) -> Result<u64> {
    let pending = tx.run(sql(FORGET).bind(tx.tenant()).bind(before).bind(most)).await?;
    Ok(pending.max(tx.run(sql(FORGET_ASSERTIONS).bind(tx.tenant()).bind(before).bind(most)).await?))
}
