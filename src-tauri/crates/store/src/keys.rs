//! The `api_keys` table: keys for scripts, kept as hashes.

use purser_core::Timestamp;
use purser_core::access::RoleKey;
use purser_core::ids::{KeyId, TenantId, UserId};
use purser_core::people::Status;
use uuid::Uuid;

use crate::rows::{Instant, MaybeInstant};
use crate::{Result, Tx, sql};

/// An API key.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ApiKey {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: KeyId,
    /// Tenant.
    #[sqlx(try_from = "Uuid")]
    pub tenant_id: TenantId,
    /// Whose it is.
    #[sqlx(try_from = "Uuid")]
    pub user_id: UserId,
    /// What its owner calls it.
    pub name: String,
    /// How it begins, for recognising it.
    pub prefix: String,
    /// What it may do at most: permissions, separated by blanks.
    pub scopes: String,
    /// Calls a minute.
    pub rate: i64,
    /// When it was made.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
    /// When it stops working.
    #[sqlx(try_from = "Instant")]
    pub expires_at: Timestamp,
    /// When it was last used, to half a minute.
    #[sqlx(try_from = "MaybeInstant")]
    pub last_used_at: Option<Timestamp>,
    /// From where it was last used.
    pub last_used_ip: Option<String>,
    /// When it was revoked.
    #[sqlx(try_from = "MaybeInstant")]
    pub revoked_at: Option<Timestamp>,
}

/// What a key may do at this moment.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct KeyAuthority {
    /// Key.
    #[sqlx(try_from = "Uuid")]
    pub id: KeyId,
    /// Name of the key.
    pub name: String,
    /// Tenant.
    #[sqlx(try_from = "Uuid")]
    pub tenant_id: TenantId,
    /// Owner.
    #[sqlx(try_from = "Uuid")]
    pub user_id: UserId,
    /// Given name of the owner.
    pub first_name: String,
    /// Family name of the owner.
    pub last_name: String,
    /// Role of the owner.
    #[sqlx(try_from = "String")]
    pub role: RoleKey,
    /// Where the owner's account stands.
    #[sqlx(try_from = "String")]
    pub status: Status,
    /// What it may do at most.
    pub scopes: String,
    /// Calls a minute.
    pub rate: i64,
    /// When it stops working.
    #[sqlx(try_from = "Instant")]
    pub expires_at: Timestamp,
    /// When it was revoked.
    #[sqlx(try_from = "MaybeInstant")]
    pub revoked_at: Option<Timestamp>,
}

macro_rules! columns {
    () => {
        "id, tenant_id, user_id, name, prefix, scopes, rate, created_at, expires_at, last_used_at, last_used_ip, revoked_at"
    };
}

const OF: &str = concat!("SELECT ", columns!(), " FROM api_keys WHERE tenant_id = $1 AND user_id = $2 ORDER BY created_at DESC, id DESC LIMIT 100");
const FIND: &str = concat!("SELECT ", columns!(), " FROM api_keys WHERE tenant_id = $1 AND user_id = $2 AND id = $3");
const AUTHORITY: &str = "SELECT k.id, k.name, k.tenant_id, k.user_id, u.first_name, u.last_name, u.role, u.status, k.scopes, k.rate, k.expires_at, \
     k.revoked_at FROM api_keys k JOIN users u ON u.id = k.user_id WHERE k.hash = $1";
const INSERT: &str = "INSERT INTO api_keys (id, tenant_id, user_id, name, prefix, hash, scopes, rate, created_at, expires_at, replaces) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const REVOKE: &str = "UPDATE api_keys SET revoked_at = $4 WHERE tenant_id = $1 AND user_id = $2 AND id = $3 AND revoked_at IS NULL";
const SHORTEN: &str = "UPDATE api_keys SET expires_at = $3 WHERE tenant_id = $1 AND id = $2 AND expires_at > $3";
const USED: &str = "UPDATE api_keys SET last_used_at = $3, last_used_ip = $4 WHERE tenant_id = $1 AND id = $2 \
     AND (last_used_at IS NULL OR last_used_at < $3)";

/// The keys of a person, newest first, at most 100.
pub async fn of(tx: &mut Tx, user: UserId) -> Result<Vec<ApiKey>> {
    tx.all(sql(OF).bind(tx.tenant()).bind(user)).await
}

/// One key of a person.
pub async fn find(tx: &mut Tx, user: UserId, id: KeyId) -> Result<Option<ApiKey>> {
    tx.optional(sql(FIND).bind(tx.tenant()).bind(user).bind(id)).await
}

/// What the key with this hash may do, of any tenant. Needs [`crate::Scope::System`].
pub async fn authority(tx: &mut Tx, hash: &[u8]) -> Result<Option<KeyAuthority>> {
    tx.optional(sql(AUTHORITY).bind(hash.to_vec())).await
}

/// Add a key, by its hash; `replaces` is the one it was rotated from.
pub async fn insert(tx: &mut Tx, key: &ApiKey, hash: Vec<u8>, replaces: Option<KeyId>) -> Result<()> {
    let query = sql(INSERT)
        .bind(key.id)
        .bind(key.tenant_id)
        .bind(key.user_id)
        .bind(&key.name)
        .bind(&key.prefix)
        .bind(hash)
        .bind(&key.scopes)
        .bind(key.rate)
        .bind(key.created_at)
        .bind(key.expires_at)
        .bind(replaces);
    tx.run(query).await.map(drop)
}

/// Revoke a key; `false` if it was already.
pub async fn revoke(tx: &mut Tx, user: UserId, id: KeyId, at: Timestamp) -> Result<bool> {
    Ok(tx.run(sql(REVOKE).bind(tx.tenant()).bind(user).bind(id).bind(at)).await? == 1)
}

/// Let a key stop working at `at`, if it does not before.
pub async fn shorten(tx: &mut Tx, id: KeyId, at: Timestamp) -> Result<()> {
    tx.run(sql(SHORTEN).bind(tx.tenant()).bind(id).bind(at)).await.map(drop)
}

/// Note the last use of a key.
pub async fn used(tx: &mut Tx, id: KeyId, at: Timestamp, ip: Option<String>) -> Result<()> {
    tx.run(sql(USED).bind(tx.tenant()).bind(id).bind(at).bind(ip)).await.map(drop)
}
