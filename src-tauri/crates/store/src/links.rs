//! The `one_time_links` table: links in mails that prove an address or a person, each once.

use purser_core::Timestamp;
use purser_core::ids::{LinkId, TenantId, UserId};
use purser_core::people::Purpose;
use uuid::Uuid;

use crate::rows::{Instant, MaybeInstant};
use crate::{Result, Tx, sql};

/// A link.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Link {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: LinkId,
    /// Tenant.
    #[sqlx(try_from = "Uuid")]
    pub tenant_id: TenantId,
    /// Whom it was sent to.
    #[sqlx(try_from = "Uuid")]
    pub user_id: UserId,
    /// What it is good for.
    #[sqlx(try_from = "String")]
    pub purpose: Purpose,
    /// The address it was sent to, as addresses are compared.
    pub email_key: String,
    /// SHA-256 of the secret.
    pub token_hash: Vec<u8>,
    /// The secret, sealed, for as long as the link works.
    pub sealed: Option<String>,
    /// When it was made.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
    /// When it stops working.
    #[sqlx(try_from = "Instant")]
    pub expires_at: Timestamp,
    /// When it was used.
    #[sqlx(try_from = "MaybeInstant")]
    pub used_at: Option<Timestamp>,
    /// When another took its place.
    #[sqlx(try_from = "MaybeInstant")]
    pub replaced_at: Option<Timestamp>,
}

impl Link {
    /// Whether it works at `now`.
    pub fn works(&self, now: Timestamp) -> bool {
        self.used_at.is_none() && self.replaced_at.is_none() && self.expires_at > now
    }
}

macro_rules! columns {
    () => {
        "l.id, l.tenant_id, l.user_id, l.purpose, l.email_key, l.token_hash, l.sealed, l.created_at, l.expires_at, l.used_at, l.replaced_at"
    };
}

const INSERT: &str = "INSERT INTO one_time_links (id, tenant_id, user_id, purpose, email_key, token_hash, sealed, created_at, expires_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

/// Add a link.
pub async fn insert(tx: &mut Tx, link: &Link) -> Result<()> {
    let query = sql(INSERT)
        .bind(link.id)
        .bind(link.tenant_id)
        .bind(link.user_id)
        .bind(link.purpose.as_str())
        .bind(&link.email_key)
        .bind(link.token_hash.clone())
        .bind(link.sealed.clone())
        .bind(link.created_at)
        .bind(link.expires_at);
    tx.run(query).await.map(drop)
}

const REPLACE: &str = "UPDATE one_time_links SET replaced_at = $4, sealed = NULL WHERE tenant_id = $1 AND user_id = $2 AND purpose = $3 AND used_at IS NULL \
     AND replaced_at IS NULL";

/// Take every unused link of a person for `purpose` out of force.
pub async fn replace(tx: &mut Tx, user: UserId, purpose: Purpose, at: Timestamp) -> Result<u64> {
    tx.run(sql(REPLACE).bind(tx.tenant()).bind(user).bind(purpose.as_str()).bind(at)).await
}

const FIND: &str = concat!("SELECT ", columns!(), " FROM one_time_links l WHERE l.tenant_id = $1 AND l.id = $2");
const BY_HASH: &str = concat!("SELECT ", columns!(), " FROM one_time_links l WHERE l.token_hash = $1");

/// One link.
pub async fn find(tx: &mut Tx, id: LinkId) -> Result<Option<Link>> {
    tx.optional(sql(FIND).bind(tx.tenant()).bind(id)).await
}

const NEWEST: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM one_time_links l WHERE l.tenant_id = $1 AND l.user_id = $2 AND l.purpose = $3 ORDER BY l.created_at DESC, l.id DESC LIMIT 1"
);

/// The link made last for a person.
pub async fn newest(tx: &mut Tx, user: UserId, purpose: Purpose) -> Result<Option<Link>> {
    tx.optional(sql(NEWEST).bind(tx.tenant()).bind(user).bind(purpose.as_str())).await
}

/// The link whose secret has this hash, of any tenant. Needs [`crate::Scope::System`].
pub async fn find_by_hash(tx: &mut Tx, hash: &[u8]) -> Result<Option<Link>> {
    tx.optional(sql(BY_HASH).bind(hash.to_vec())).await
}

const USE: &str = "UPDATE one_time_links SET used_at = $3, sealed = NULL WHERE tenant_id = $1 AND id = $2 AND used_at IS NULL AND replaced_at IS NULL \
     AND expires_at > $3";

/// Use a link up; `false` if somebody else did, or it is out of force.
pub async fn use_up(tx: &mut Tx, id: LinkId, at: Timestamp) -> Result<bool> {
    Ok(tx.run(sql(USE).bind(tx.tenant()).bind(id).bind(at)).await? == 1)
}

#[derive(sqlx::FromRow)]
struct Made {
    #[sqlx(try_from = "Instant")]
    created_at: Timestamp,
}

const RECENT: &str = "SELECT l.created_at FROM one_time_links l WHERE l.tenant_id = $1 AND l.user_id = $2 AND l.purpose = $3 AND l.created_at > $4 \
     ORDER BY l.created_at DESC LIMIT 20";

/// When links of a person for `purpose` were made since `since`, newest first, at most 20.
pub async fn recent(tx: &mut Tx, user: UserId, purpose: Purpose, since: Timestamp) -> Result<Vec<Timestamp>> {
    let rows: Vec<Made> = tx.all(sql(RECENT).bind(tx.tenant()).bind(user).bind(purpose.as_str()).bind(since)).await?;
    Ok(rows.into_iter().map(|row| row.created_at).collect())
}

const FORGET: &str = "DELETE FROM one_time_links WHERE tenant_id = $1 AND id IN (SELECT id FROM one_time_links WHERE tenant_id = $1 \
     AND expires_at < $2 ORDER BY expires_at LIMIT $3)";

/// Forget links that stopped working before `before`, at most `most` at once; how many.
pub async fn forget(tx: &mut Tx, before: Timestamp, most: i64) -> Result<u64> {
    tx.run(sql(FORGET).bind(tx.tenant()).bind(before).bind(most)).await
}
