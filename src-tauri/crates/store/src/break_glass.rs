//! The `break_glass` table: sealed ways in.

use purser_core::Timestamp;
use purser_core::ids::{EnvelopeId, SessionId, TenantId, UserId};
use uuid::Uuid;

use crate::rows::{Instant, MaybeInstant};
use crate::{Result, Tx, sql};

/// One sealed code.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Envelope {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: EnvelopeId,
    /// Tenant.
    #[sqlx(try_from = "Uuid")]
    pub tenant_id: TenantId,
    /// The account it opens.
    #[sqlx(try_from = "Uuid")]
    pub user_id: UserId,
    /// When it was sealed.
    #[sqlx(try_from = "Instant")]
    pub sealed_at: Timestamp,
    /// Who sealed it; of those sealed long ago the name alone is known.
    pub sealed_by: Option<Uuid>,
    /// Their name.
    pub sealed_by_name: String,
    /// When another took its place, or it was torn up.
    #[sqlx(try_from = "MaybeInstant")]
    pub void_at: Option<Timestamp>,
    /// When it was opened.
    #[sqlx(try_from = "MaybeInstant")]
    pub opened_at: Option<Timestamp>,
    /// Why, as whoever opened it says.
    pub reason: Option<String>,
    /// From which address.
    pub ip: Option<String>,
    /// The session it opened.
    pub session_id: Option<Uuid>,
    /// When that ends.
    #[sqlx(try_from = "MaybeInstant")]
    pub until: Option<Timestamp>,
    /// When it was over.
    #[sqlx(try_from = "MaybeInstant")]
    pub closed_at: Option<Timestamp>,
}

macro_rules! columns {
    () => {
        "b.id, b.tenant_id, b.user_id, b.sealed_at, b.sealed_by, b.sealed_by_name, b.void_at, b.opened_at, b.reason, b.ip, b.session_id, b.until, b.closed_at"
    };
}

const INSERT: &str =
    "INSERT INTO break_glass (id, tenant_id, user_id, hash, sealed_at, sealed_by, sealed_by_name) VALUES ($1, $2, $3, $4, $5, $6, $7)";
const NEWEST: &str = concat!("SELECT ", columns!(), " FROM break_glass b WHERE b.tenant_id = $1 ORDER BY b.sealed_at DESC, b.id DESC LIMIT 20");
const BY_HASH: &str = concat!("SELECT ", columns!(), " FROM break_glass b WHERE b.hash = $1");
const OPEN: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM break_glass b WHERE b.tenant_id = $1 AND b.opened_at IS NOT NULL AND b.closed_at IS NULL ORDER BY b.opened_at DESC LIMIT 1"
);
const LAPSED: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM break_glass b WHERE b.opened_at IS NOT NULL AND b.closed_at IS NULL AND b.until <= $1 ORDER BY b.until LIMIT 100"
);
const VOID: &str = "UPDATE break_glass SET void_at = $2 WHERE tenant_id = $1 AND void_at IS NULL AND opened_at IS NULL";
const OPENING: &str = "UPDATE break_glass SET opened_at = $3, reason = $4, ip = $5, session_id = $6, until = $7 \
     WHERE tenant_id = $1 AND id = $2 AND opened_at IS NULL AND void_at IS NULL";
const CLOSE: &str = "UPDATE break_glass SET closed_at = $3 WHERE tenant_id = $1 AND id = $2 AND opened_at IS NOT NULL AND closed_at IS NULL";

/// Seal a code; only its hash is kept.
pub async fn insert(tx: &mut Tx, envelope: &Envelope, hash: Vec<u8>) -> Result<()> {
    let query = sql(INSERT)
        .bind(envelope.id)
        .bind(envelope.tenant_id)
        .bind(envelope.user_id)
        .bind(hash)
        .bind(envelope.sealed_at)
        .bind(envelope.sealed_by)
        .bind(&envelope.sealed_by_name);
    tx.run(query).await.map(drop)
}

/// Those of the tenant, newest first, at most 20.
pub async fn list(tx: &mut Tx) -> Result<Vec<Envelope>> {
    tx.all(sql(NEWEST).bind(tx.tenant())).await
}

/// The one whose code has this hash, of any tenant. Needs [`crate::Scope::System`].
pub async fn find_by_hash(tx: &mut Tx, hash: &[u8]) -> Result<Option<Envelope>> {
    tx.optional(sql(BY_HASH).bind(hash.to_vec())).await
}

/// The one that is open.
pub async fn open(tx: &mut Tx) -> Result<Option<Envelope>> {
    tx.optional(sql(OPEN).bind(tx.tenant())).await
}

/// Those of all tenants whose time is over. Needs [`crate::Scope::System`].
pub async fn lapsed(tx: &mut Tx, now: Timestamp) -> Result<Vec<Envelope>> {
    tx.all(sql(LAPSED).bind(now)).await
}

/// Void every code of the tenant that was not opened.
pub async fn void(tx: &mut Tx, at: Timestamp) -> Result<u64> {
    tx.run(sql(VOID).bind(tx.tenant()).bind(at)).await
}

/// What is noted of an opening.
#[derive(Clone, Debug)]
pub struct Opening {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
    /// From where.
    pub ip: Option<String>,
    /// The session it opened.
    pub session: SessionId,
    /// When that ends.
    pub until: Timestamp,
}

/// Open a code; `false` if it was opened or void already.
pub async fn mark_opened(tx: &mut Tx, id: EnvelopeId, opening: &Opening) -> Result<bool> {
    let query = sql(OPENING)
        .bind(tx.tenant())
        .bind(id)
        .bind(opening.at)
        .bind(&opening.reason)
        .bind(opening.ip.clone())
        .bind(opening.session)
        .bind(opening.until);
    Ok(tx.run(query).await? == 1)
}

/// It is over; `false` if it was already.
pub async fn close(tx: &mut Tx, id: EnvelopeId, at: Timestamp) -> Result<bool> {
    Ok(tx.run(sql(CLOSE).bind(tx.tenant()).bind(id).bind(at)).await? == 1)
}

/// The account that sealed codes of the tenant open, once there was one.
pub async fn account(tx: &mut Tx) -> Result<Option<UserId>> {
    let found: Vec<Envelope> = tx.all(sql(NEWEST).bind(tx.tenant())).await?;
    Ok(found.first().map(|envelope| envelope.user_id))
}

/// Let the account of the tenant in, or keep it out, with no more ado than that.
pub async fn set_in_use(tx: &mut Tx, user: UserId, in_use: bool, at: Timestamp) -> Result<()> {
    const SET: &str = "UPDATE users SET status = CASE WHEN $3 THEN 'active' ELSE 'locked' END, locked_at = CASE WHEN $3 THEN NULL ELSE $4 END, \
         lock_reason = CASE WHEN $3 THEN NULL ELSE 'sealed' END, version = version + 1, updated_at = $4 WHERE tenant_id = $1 AND id = $2";
    tx.run(sql(SET).bind(tx.tenant()).bind(user).bind(in_use).bind(at)).await.map(drop)
}
