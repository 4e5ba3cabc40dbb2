//! The `sent_codes` table: codes that were sent by mail or as text messages, each good once and for what it was sent for.

use purser_core::Timestamp;
use purser_core::ids::{CodeId, TenantId, UserId};
use purser_core::mail::Channel;
use uuid::Uuid;

use crate::rows::{Instant, MaybeInstant};
use crate::{Result, Tx, sql};

/// A code.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Code {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: CodeId,
    /// Tenant.
    #[sqlx(try_from = "Uuid")]
    pub tenant_id: TenantId,
    /// Whom it was sent to.
    #[sqlx(try_from = "Uuid")]
    pub user_id: UserId,
    /// How it was sent.
    #[sqlx(try_from = "String")]
    pub channel: Channel,
    /// What it was sent for.
    pub bound_to: Uuid,
    /// Hash of the code, with a random value that is only in `sealed`.
    pub hash: Vec<u8>,
    /// That value and the code, sealed, for as long as it works.
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

impl Code {
    /// Whether it works at `now`.
    pub fn works(&self, now: Timestamp) -> bool {
        self.used_at.is_none() && self.replaced_at.is_none() && self.expires_at > now
    }
}

macro_rules! columns {
    () => {
        "id, tenant_id, user_id, channel, bound_to, hash, sealed, created_at, expires_at, used_at, replaced_at"
    };
}

const INSERT: &str = "INSERT INTO sent_codes (id, tenant_id, user_id, channel, bound_to, hash, sealed, created_at, expires_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const FIND: &str = concat!("SELECT ", columns!(), " FROM sent_codes WHERE tenant_id = $1 AND id = $2");
const REPLACE: &str = "UPDATE sent_codes SET replaced_at = $4, sealed = NULL WHERE tenant_id = $1 AND user_id = $2 AND channel = $3 \
     AND used_at IS NULL AND replaced_at IS NULL";
const TRY: &str = concat!(
    "UPDATE sent_codes SET attempts = attempts + 1 WHERE tenant_id = $1 AND user_id = $2 AND channel = $3 AND bound_to = $4 \
     AND used_at IS NULL AND replaced_at IS NULL AND expires_at > $5 AND attempts < $6 RETURNING ",
    columns!()
);
const USE: &str = "UPDATE sent_codes SET used_at = $3, sealed = NULL WHERE tenant_id = $1 AND id = $2 AND used_at IS NULL";
const RECENT: &str = "SELECT created_at FROM sent_codes WHERE tenant_id = $1 AND user_id = $2 AND channel = $3 AND created_at > $4 \
     ORDER BY created_at DESC LIMIT 20";
const FORGET: &str = "DELETE FROM sent_codes WHERE tenant_id = $1 AND id IN (SELECT id FROM sent_codes WHERE tenant_id = $1 \
     AND expires_at < $2 ORDER BY expires_at LIMIT $3)";

/// Add a code.
pub async fn insert(tx: &mut Tx, code: &Code) -> Result<()> {
    let query = sql(INSERT)
        .bind(code.id)
        .bind(code.tenant_id)
        .bind(code.user_id)
        .bind(code.channel.as_str())
        .bind(code.bound_to)
        .bind(code.hash.clone())
        .bind(code.sealed.clone())
        .bind(code.created_at)
        .bind(code.expires_at);
    tx.run(query).await.map(drop)
}

/// One code.
pub async fn find(tx: &mut Tx, id: CodeId) -> Result<Option<Code>> {
    tx.optional(sql(FIND).bind(tx.tenant()).bind(id)).await
}

/// Take every unused code of a person on this channel out of force.
pub async fn replace(tx: &mut Tx, user: UserId, channel: Channel, at: Timestamp) -> Result<()> {
    tx.run(sql(REPLACE).bind(tx.tenant()).bind(user).bind(channel.as_str()).bind(at)).await.map(drop)
}

/// Count a try of the code a person was sent for `bound_to`, if it works and was not tried `most` times.
pub async fn attempt(tx: &mut Tx, user: UserId, (channel, bound_to): (Channel, Uuid), now: Timestamp, most: i64) -> Result<Option<Code>> {
    tx.optional(sql(TRY).bind(tx.tenant()).bind(user).bind(channel.as_str()).bind(bound_to).bind(now).bind(most)).await
}

/// Use a code up; `false` if somebody else did.
pub async fn use_up(tx: &mut Tx, id: CodeId, at: Timestamp) -> Result<bool> {
    Ok(tx.run(sql(USE).bind(tx.tenant()).bind(id).bind(at)).await? == 1)
}

#[derive(sqlx::FromRow)]
struct Made {
    #[sqlx(try_from = "Instant")]
    created_at: Timestamp,
}

/// When codes were sent to a person since `since`, newest first, at most 20.
pub async fn recent(tx: &mut Tx, user: UserId, channel: Channel, since: Timestamp) -> Result<Vec<Timestamp>> {
    let rows: Vec<Made> = tx.all(sql(RECENT).bind(tx.tenant()).bind(user).bind(channel.as_str()).bind(since)).await?;
    Ok(rows.into_iter().map(|row| row.created_at).collect())
}

/// Forget codes that stopped working before `before`, at most `most` at once; how many.
pub async fn forget(tx: &mut Tx, before: Timestamp, most: i64) -> Result<u64> {
    tx.run(sql(FORGET).bind(tx.tenant()).bind(before).bind(most)).await
}
