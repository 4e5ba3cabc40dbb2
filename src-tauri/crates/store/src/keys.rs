//! The `api_keys` table: keys for scripts, kept as hashes.

use purser_core::Timestamp;
use purser_core::access::RoleKey;
use purser_core::ids::{KeyId, TenantId, UserId};
use purser_core::people::Status;
use uuid::Uuid;

use crate::rows::{Instant, MaybeInstant};
use crate::{Query, Result, Tx, sql};

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
    /// Networks it may be used from, separated by blanks; none: from anywhere.
    pub networks: String,
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
    /// Networks it may be used from, separated by blanks; none: from anywhere.
    pub networks: String,
    /// When it stops working.
    #[sqlx(try_from = "Instant")]
    pub expires_at: Timestamp,
    /// When it was revoked.
    #[sqlx(try_from = "MaybeInstant")]
    pub revoked_at: Option<Timestamp>,
}

macro_rules! columns {
    () => {
        "id, tenant_id, user_id, name, prefix, scopes, rate, networks, created_at, expires_at, last_used_at, last_used_ip, revoked_at"
    };
}

const OF: &str = concat!("SELECT ", columns!(), " FROM api_keys WHERE tenant_id = $1 AND user_id = $2 ORDER BY created_at DESC, id DESC LIMIT 100");
const IN_FORCE: &str = "SELECT COUNT(*) AS n FROM api_keys WHERE tenant_id = $1 AND user_id = $2 AND revoked_at IS NULL AND expires_at > $3";
const FIND: &str = concat!("SELECT ", columns!(), " FROM api_keys WHERE tenant_id = $1 AND user_id = $2 AND id = $3");
const AUTHORITY: &str = "SELECT k.id, k.name, k.tenant_id, k.user_id, u.first_name, u.last_name, u.role, u.status, k.scopes, k.rate, k.networks, k.expires_at, \
     k.revoked_at FROM api_keys k JOIN users u ON u.id = k.user_id WHERE k.hash = $1";
const INSERT: &str = "INSERT INTO api_keys (id, tenant_id, user_id, name, prefix, hash, scopes, rate, created_at, expires_at, replaces, networks) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
const REVOKE: &str = "UPDATE api_keys SET revoked_at = $4 WHERE tenant_id = $1 AND user_id = $2 AND id = $3 AND revoked_at IS NULL";
const SHORTEN: &str = "UPDATE api_keys SET expires_at = $3 WHERE tenant_id = $1 AND id = $2 AND expires_at > $3";
const USED: &str = "UPDATE api_keys SET last_used_at = $3, last_used_ip = $4 WHERE tenant_id = $1 AND id = $2 \
     AND (last_used_at IS NULL OR last_used_at < $3)";

const USED_FROM: &str = "INSERT INTO key_uses (tenant_id, key_id, ip, day) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (tenant_id, key_id, ip) DO UPDATE SET day = excluded.day WHERE key_uses.day < excluded.day";
const FORGET: &str = "DELETE FROM key_uses WHERE tenant_id = $1 AND day < $2";

/// Note that a key was used from an address on a day; whether that is the first time that day.
pub async fn used_from(tx: &mut Tx, id: KeyId, ip: String, day: String) -> Result<bool> {
    Ok(tx.run(sql(USED_FROM).bind(tx.tenant()).bind(id).bind(ip).bind(day)).await? == 1)
}

/// Forget from where keys were used before `day`; how many addresses.
pub async fn forget_uses(tx: &mut Tx, day: String) -> Result<u64> {
    tx.run(sql(FORGET).bind(tx.tenant()).bind(day)).await
}

/// The keys of a person, newest first, at most 100.
pub async fn of(tx: &mut Tx, user: UserId) -> Result<Vec<ApiKey>> {
    tx.all(sql(OF).bind(tx.tenant()).bind(user)).await
}

#[derive(sqlx::FromRow)]
struct Count {
    n: i64,
}

/// How many keys of a person work at `now`.
pub async fn in_force(tx: &mut Tx, user: UserId, now: Timestamp) -> Result<i64> {
    let count: Count = tx.one(sql(IN_FORCE).bind(tx.tenant()).bind(user).bind(now)).await?;
    Ok(count.n)
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
        .bind(replaces)
        .bind(&key.networks);
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

/// Keys of active people that run out at `until` or before and were told of it less closely than `days` ahead, soonest first, at most `most`.
/// One with another in its place already is let go in silence.
pub async fn running_out(tx: &mut Tx, (now, until): (Timestamp, Timestamp), days: i64, most: i64) -> Result<Vec<ApiKey>> {
    let mut query = Query::start(concat!("SELECT ", columns!(), " FROM api_keys k WHERE tenant_id = "));
    query.arg(tx.tenant()).push(" AND revoked_at IS NULL AND expires_at > ").arg(now).push(" AND expires_at <= ").arg(until);
    query.push(" AND (told_days IS NULL OR told_days > ").arg(days);
    query.push(
        ") AND EXISTS (SELECT 1 FROM users u WHERE u.tenant_id = k.tenant_id AND u.id = k.user_id AND u.status = 'active') \
         AND NOT EXISTS (SELECT 1 FROM api_keys n WHERE n.tenant_id = k.tenant_id AND n.user_id = k.user_id AND n.replaces = k.id \
         AND n.revoked_at IS NULL) ORDER BY expires_at, id LIMIT ",
    );
    query.arg(most);
    tx.all(query).await
}

/// Note that whoever has a key was told `days` ahead that it runs out.
pub async fn told(tx: &mut Tx, id: KeyId, days: i64) -> Result<()> {
    const TOLD: &str = "UPDATE api_keys SET told_days = $3 WHERE tenant_id = $1 AND id = $2";
    tx.run(sql(TOLD).bind(tx.tenant()).bind(id).bind(days)).await.map(drop)
}

/// Note the last use of a key.
pub async fn used(tx: &mut Tx, id: KeyId, at: Timestamp, ip: Option<String>) -> Result<()> {
    tx.run(sql(USED).bind(tx.tenant()).bind(id).bind(at).bind(ip)).await.map(drop)
}
