//! The `sessions`, `refresh_tokens` and `signing_keys` tables.

use purser_core::Timestamp;
use purser_core::access::RoleKey;
use purser_core::ids::{SessionId, TenantId, TokenId, UserId};
use purser_core::people::Status;
use uuid::Uuid;

use crate::rows::{Instant, MaybeInstant};
use crate::{Result, Tx, sql};

/// One signed-in device of a person.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Session {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: SessionId,
    /// Tenant.
    #[sqlx(try_from = "Uuid")]
    pub tenant_id: TenantId,
    /// Whose it is.
    #[sqlx(try_from = "Uuid")]
    pub user_id: UserId,
    /// Whether it was asked to last 30 days rather than 7.
    pub remembered: bool,
    /// Address at sign-in.
    pub ip: Option<String>,
    /// Client program at sign-in.
    pub user_agent: Option<String>,
    /// When it began.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
    /// Last time its refresh token was used.
    #[sqlx(try_from = "Instant")]
    pub last_used_at: Timestamp,
    /// When it ends unless it is used.
    #[sqlx(try_from = "Instant")]
    pub expires_at: Timestamp,
    /// When it ends at the latest.
    #[sqlx(try_from = "MaybeInstant")]
    pub absolute_at: Option<Timestamp>,
    /// When it last proved a second factor.
    #[sqlx(try_from = "MaybeInstant")]
    pub proved_at: Option<Timestamp>,
    /// When it was ended.
    #[sqlx(try_from = "MaybeInstant")]
    pub ended_at: Option<Timestamp>,
}

/// A refresh token and the session it belongs to.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Token {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: TokenId,
    /// Session.
    #[sqlx(try_from = "Uuid")]
    pub session_id: SessionId,
    /// Tenant.
    #[sqlx(try_from = "Uuid")]
    pub tenant_id: TenantId,
    /// Person.
    #[sqlx(try_from = "Uuid")]
    pub user_id: UserId,
    /// When it stops working.
    #[sqlx(try_from = "Instant")]
    pub expires_at: Timestamp,
    /// When it was exchanged; a second use is a replay.
    #[sqlx(try_from = "MaybeInstant")]
    pub used_at: Option<Timestamp>,
    /// When the session was ended.
    #[sqlx(try_from = "MaybeInstant")]
    pub ended_at: Option<Timestamp>,
    /// Whether the session lasts 30 days.
    pub remembered: bool,
    /// When the session ends at the latest.
    #[sqlx(try_from = "MaybeInstant")]
    pub absolute_at: Option<Timestamp>,
}

/// A refresh token nobody used yet.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Fresh {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: TokenId,
    /// SHA-256 of the token.
    pub hash: Vec<u8>,
    /// When it stops working.
    #[sqlx(try_from = "Instant")]
    pub expires_at: Timestamp,
}

/// What a session may do at this moment.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(clippy::struct_excessive_bools, reason = "a row of the database; each stands for itself")]
pub struct Authority {
    /// Person.
    #[sqlx(try_from = "Uuid")]
    pub user_id: UserId,
    /// Tenant.
    #[sqlx(try_from = "Uuid")]
    pub tenant_id: TenantId,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Role.
    #[sqlx(try_from = "String")]
    pub role: RoleKey,
    /// Where the account stands.
    #[sqlx(try_from = "String")]
    pub status: Status,
    /// When the session ends by itself.
    #[sqlx(try_from = "Instant")]
    pub expires_at: Timestamp,
    /// When it last proved a second factor.
    #[sqlx(try_from = "MaybeInstant")]
    pub proved_at: Option<Timestamp>,
    /// Whether the person has a second factor.
    pub enrolled: bool,
    /// Whether the address was proved.
    pub email_verified: bool,
    /// Since when the password is in force, where that is known.
    #[sqlx(try_from = "MaybeInstant")]
    pub password_changed_at: Option<Timestamp>,
    /// Whether the password has to be changed.
    pub must_change: bool,
    /// The settings of the tenant.
    pub settings: crate::tenants::Settings,
    /// When it was ended.
    #[sqlx(try_from = "MaybeInstant")]
    pub ended_at: Option<Timestamp>,
    /// When it began.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
    /// Whether the person asked to be remembered.
    pub remembered: bool,
    /// Whether they had signed in on this device before.
    pub known_device: bool,
}

/// A key that signs access tokens.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct SigningKey {
    /// Key id, as in the token's header.
    pub kid: String,
    /// PKCS#8 DER.
    pub private_key: Vec<u8>,
    /// When it was made.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
}

const INSERT: &str = "INSERT INTO sessions (id, tenant_id, user_id, remembered, ip, user_agent, created_at, last_used_at, expires_at, \
     absolute_at, proved_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const INSERT_TOKEN: &str = "INSERT INTO refresh_tokens (id, tenant_id, session_id, hash, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)";
const FIND_TOKEN: &str = "SELECT t.id, t.session_id, t.tenant_id, s.user_id, t.expires_at, t.used_at, s.ended_at, s.remembered, s.absolute_at \
     FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id WHERE t.hash = $1";
const USE_TOKEN: &str = "UPDATE refresh_tokens SET used_at = $2 WHERE id = $1 AND used_at IS NULL";
const FRESH: &str = "SELECT id, hash, expires_at FROM refresh_tokens WHERE tenant_id = $1 AND session_id = $2 AND used_at IS NULL AND created_at >= $3 \
     ORDER BY created_at DESC, id DESC LIMIT 1";
const TOUCH: &str = "UPDATE sessions SET last_used_at = $2, expires_at = $3 WHERE id = $1";
const END: &str = "UPDATE sessions SET ended_at = $3, end_reason = $4 WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL";
const END_ALL: &str = "UPDATE sessions SET ended_at = $3, end_reason = $4 WHERE tenant_id = $1 AND user_id = $2 AND ended_at IS NULL AND id <> $5";
const LIST: &str = "SELECT id, tenant_id, user_id, remembered, ip, user_agent, created_at, last_used_at, expires_at, absolute_at, proved_at, \
     ended_at FROM sessions \
     WHERE tenant_id = $1 AND user_id = $2 AND ended_at IS NULL AND expires_at > $3 ORDER BY last_used_at DESC LIMIT 100";
const AUTHORITY: &str = "SELECT s.user_id, s.tenant_id, u.first_name, u.last_name, u.role, u.status, s.expires_at, s.proved_at, s.ended_at, \
     s.created_at, s.remembered, s.known_device, \
     EXISTS (SELECT 1 FROM factors f WHERE f.tenant_id = s.tenant_id AND f.user_id = s.user_id AND f.confirmed_at IS NOT NULL) AS enrolled, \
     u.email_verified, p.changed_at AS password_changed_at, COALESCE(p.must_change, $2) AS must_change, t.settings \
     FROM sessions s JOIN users u ON u.id = s.user_id JOIN tenants t ON t.id = s.tenant_id \
     LEFT JOIN password_standings p ON p.user_id = s.user_id WHERE s.id = $1";
const PROVE: &str = "UPDATE sessions SET proved_at = $3 WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL";
const KNOWN: &str = "UPDATE sessions SET known_device = $3 WHERE tenant_id = $1 AND id = $2";
const KEYS: &str = "SELECT kid, private_key, created_at FROM signing_keys WHERE retired_at IS NULL ORDER BY created_at DESC LIMIT 8";
const INSERT_KEY: &str = "INSERT INTO signing_keys (kid, private_key, created_at) VALUES ($1, $2, $3)";

/// Begin a session.
pub async fn insert(tx: &mut Tx, session: &Session) -> Result<()> {
    let query = sql(INSERT)
        .bind(session.id)
        .bind(session.tenant_id)
        .bind(session.user_id)
        .bind(session.remembered)
        .bind(session.ip.clone())
        .bind(session.user_agent.clone())
        .bind(session.created_at)
        .bind(session.last_used_at)
        .bind(session.expires_at)
        .bind(session.absolute_at)
        .bind(session.proved_at);
    tx.run(query).await.map(drop)
}

/// The session is on a device the person had signed in on before.
pub async fn on_known_device(tx: &mut Tx, id: SessionId) -> Result<()> {
    tx.run(sql(KNOWN).bind(tx.tenant()).bind(id).bind(true)).await.map(drop)
}

/// Store a refresh token by its SHA-256.
pub async fn insert_token(tx: &mut Tx, id: TokenId, session: SessionId, hash: &[u8], (from, to): (Timestamp, Timestamp)) -> Result<()> {
    let query = sql(INSERT_TOKEN).bind(id).bind(tx.tenant()).bind(session).bind(hash.to_vec()).bind(from).bind(to);
    tx.run(query).await.map(drop)
}

/// The token with this hash, of any tenant. Needs [`crate::Scope::System`].
pub async fn find_token(tx: &mut Tx, hash: &[u8]) -> Result<Option<Token>> {
    tx.optional(sql(FIND_TOKEN).bind(hash.to_vec())).await
}

/// Use a token up; `false` if somebody else already did.
pub async fn use_token(tx: &mut Tx, id: TokenId, at: Timestamp) -> Result<bool> {
    Ok(tx.run(sql(USE_TOKEN).bind(id).bind(at)).await? == 1)
}

/// The token of a session that is to be used next, if it was made at `since` or later.
pub async fn fresh(tx: &mut Tx, session: SessionId, since: Timestamp) -> Result<Option<Fresh>> {
    tx.optional(sql(FRESH).bind(tx.tenant()).bind(session).bind(since)).await
}

/// Note a use of the session and let it last until `expires`.
pub async fn touch(tx: &mut Tx, id: SessionId, at: Timestamp, expires: Timestamp) -> Result<()> {
    tx.run(sql(TOUCH).bind(id).bind(at).bind(expires)).await.map(drop)
}

/// End a session of this tenant; `false` if there is no such open one.
pub async fn end(tx: &mut Tx, id: SessionId, at: Timestamp, reason: &'static str) -> Result<bool> {
    Ok(tx.run(sql(END).bind(tx.tenant()).bind(id).bind(at).bind(reason)).await? == 1)
}

/// End every open session of a person, but for `except`; how many.
pub async fn end_all(tx: &mut Tx, user: UserId, except: Option<SessionId>, at: Timestamp, reason: &'static str) -> Result<u64> {
    let except = except.unwrap_or(SessionId(Uuid::nil()));
    tx.run(sql(END_ALL).bind(tx.tenant()).bind(user).bind(at).bind(reason).bind(except)).await
}

/// The open sessions of a person, last used first, at most 100.
pub async fn list(tx: &mut Tx, user: UserId, now: Timestamp) -> Result<Vec<Session>> {
    tx.all(sql(LIST).bind(tx.tenant()).bind(user).bind(now)).await
}

/// What a session may do, of any tenant. Needs [`crate::Scope::System`].
pub async fn authority(tx: &mut Tx, id: SessionId) -> Result<Option<Authority>> {
    tx.optional(sql(AUTHORITY).bind(id).bind(false)).await
}

/// The session ends at `until` at the latest, and counts as proved for as long as it lasts.
pub async fn limit(tx: &mut Tx, id: SessionId, until: Timestamp) -> Result<()> {
    const LIMIT: &str = "UPDATE sessions SET expires_at = $3, absolute_at = $3, proved_at = $3 WHERE tenant_id = $1 AND id = $2";
    const TOKENS: &str = "UPDATE refresh_tokens SET expires_at = $3 WHERE tenant_id = $1 AND session_id = $2";
    tx.run(sql(LIMIT).bind(tx.tenant()).bind(id).bind(until)).await?;
    tx.run(sql(TOKENS).bind(tx.tenant()).bind(id).bind(until)).await.map(drop)
}

/// The session proved a second factor.
pub async fn prove(tx: &mut Tx, id: SessionId, at: Timestamp) -> Result<()> {
    tx.run(sql(PROVE).bind(tx.tenant()).bind(id).bind(at)).await.map(drop)
}

/// The keys in force, newest first.
pub async fn signing_keys(tx: &mut Tx) -> Result<Vec<SigningKey>> {
    tx.all(sql(KEYS)).await
}

/// Take a signing key out of force: what it signed is no longer accepted.
pub async fn retire_signing_key(tx: &mut Tx, kid: &str, at: Timestamp) -> Result<()> {
    let query = sql("UPDATE signing_keys SET retired_at = $2 WHERE kid = $1 AND retired_at IS NULL");
    tx.run(query.bind(kid.to_owned()).bind(at)).await.map(drop)
}

/// Add a signing key.
pub async fn insert_signing_key(tx: &mut Tx, key: &SigningKey) -> Result<()> {
    tx.run(sql(INSERT_KEY).bind(&key.kid).bind(key.private_key.clone()).bind(key.created_at)).await.map(drop)
}
