//! Signing in, and exchanging a refresh token for the next one.

use purser_core::access::{Actor, Caller, Grant, Origin, can};
use purser_core::events::Topic;
use purser_core::ids::{SessionId, TenantId};
use purser_core::people::Status;
use purser_core::time::DAY;
use purser_core::{Error, Result, Timestamp};
use purser_store::sessions::{Session, Token};
use purser_store::users::User;
use purser_store::{Scope, Tx, sessions, tenants, users};
use std::sync::Arc;
use uuid::Uuid;

use super::tokens;
use crate::audit::{self, Line};
use crate::{App, events};

/// What somebody sends to sign in.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// E-mail.
    pub email: String,
    /// Password.
    pub password: String,
    /// Whether the session shall last 30 days rather than 7.
    pub remember: bool,
}

/// What somebody who signed in gets.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The person.
    pub user: User,
    /// The session.
    pub session: SessionId,
    /// Access token.
    pub access_token: String,
    /// Refresh token, to be kept by the client and shown to nobody.
    pub refresh_token: String,
    /// When the refresh token stops working.
    pub refresh_expires_at: Timestamp,
    /// Whether the session lasts 30 days.
    pub remembered: bool,
}

/// One answer for every reason, so that nobody learns who has an account.
fn refused() -> Error {
    Error::Unauthenticated("bad_credentials", "The e-mail or the password is not right.".into())
}

/// Sign in with e-mail and password.
pub async fn sign_in(app: &App, credentials: Credentials, origin: Arc<Origin>) -> Result<SignedIn> {
    let found = app.db.read(Scope::System, async |tx| users::find_by_email(tx, &credentials.email).await.map_err(Error::from)).await?;
    // Several tenants may know the same e-mail; the first whose password fits is meant.
    let mut fits = None;
    let candidates: Vec<Option<User>> = if found.is_empty() { vec![None] } else { found.iter().cloned().map(Some).collect() };
    for candidate in candidates {
        let hash = candidate.as_ref().and_then(|user| user.password_hash.clone());
        if app.passwords.verify(credentials.password.clone(), hash).await? {
            fits = candidate;
            break;
        }
    }
    match fits {
        Some(user) if user.status == Status::Active => begin(app, user, credentials.remember, origin).await,
        other => {
            let user = other.or_else(|| found.into_iter().next());
            note_failure(app, user, &origin).await?;
            Err(refused())
        }
    }
}

/// Begin a session for a person whose identity was proved.
pub async fn begin(app: &App, user: User, remembered: bool, origin: Arc<Origin>) -> Result<SignedIn> {
    let now = app.clock.now();
    let expires_at = now.plus(life(remembered));
    let session: SessionId = app.ids.next(now);
    let (refresh_token, hash) = tokens::refresh_token();
    let by = as_themselves(app, &user, session, &origin, now)?;
    app.db
        .transact(user.tenant_id, async |tx| {
            let row = Session {
                id: session,
                tenant_id: user.tenant_id,
                user_id: user.id,
                remembered,
                ip: origin.ip.clone(),
                user_agent: origin.user_agent.clone(),
                created_at: now,
                last_used_at: now,
                expires_at,
                ended_at: None,
            };
            sessions::insert(tx, &row).await?;
            sessions::insert_token(tx, by.id(), session, &hash, (now, expires_at)).await?;
            users::signed_in(tx, user.id, now).await?;
            sessions::attempt(tx, by.id::<Uuid>(), (user.tenant_id, Some(user.id)), "signed_in", (origin.ip.clone(), now)).await?;
            audit::record(tx, &by, Line::new("session.begin", "user", user.id.uuid(), user.name()));
            Ok::<_, Error>(())
        })
        .await?;
    let access_token = app.tokens.issue((user.id, user.tenant_id, session), now)?;
    Ok(SignedIn { user, session, access_token, refresh_token, refresh_expires_at: expires_at, remembered })
}

/// Exchange a refresh token. A token that was used before ends the whole session: one of its two holders stole it.
pub async fn refresh(app: &App, token: &str, origin: Arc<Origin>) -> Result<SignedIn> {
    let now = app.clock.now();
    let hash = tokens::hash(token);
    let ended = || Error::Unauthenticated("session_ended", "This sign-in was ended. Sign in again.".into());
    let found = app.db.read(Scope::System, async |tx| sessions::find_token(tx, &hash).await.map_err(Error::from)).await?;
    let found = found.filter(|token| token.ended_at.is_none() && token.expires_at > now).ok_or_else(ended)?;
    let user = app.db.read(found.tenant_id, async |tx| users::find(tx, found.user_id).await.map_err(Error::from)).await?;
    let user = user.filter(|user| user.status == Status::Active).ok_or_else(ended)?;
    let by = as_themselves(app, &user, found.session_id, &origin, now)?;
    let (refresh_token, next) = tokens::refresh_token();
    let expires_at = now.plus(life(found.remembered));
    let replayed = app.db.transact(user.tenant_id, async |tx| exchange(tx, &by, &found, (&next, expires_at)).await).await?;
    if replayed {
        return Err(Error::Unauthenticated("token_replayed", "This sign-in was used from two places and has been ended. Sign in again.".into()));
    }
    let access_token = app.tokens.issue((user.id, user.tenant_id, found.session_id), now)?;
    Ok(SignedIn { user, session: found.session_id, access_token, refresh_token, refresh_expires_at: expires_at, remembered: found.remembered })
}

/// Use `old` up and store the next token; `true` if it was a replay and the session was ended instead.
async fn exchange(tx: &mut Tx, by: &Grant<can::ReadSelf>, old: &Token, next: (&[u8], Timestamp)) -> Result<bool> {
    let now = by.now();
    if old.used_at.is_some() || !sessions::use_token(tx, old.id, now).await? {
        sessions::end(tx, old.session_id, now, "replay").await?;
        events::emit(tx, by, Topic::Session, "ended", old.session_id.uuid());
        audit::record(tx, by, Line::new("session.replay", "user", old.user_id.uuid(), by.actor().name.clone()));
        return Ok(true);
    }
    sessions::insert_token(tx, by.id(), old.session_id, next.0, (now, next.1)).await?;
    sessions::touch(tx, old.session_id, now, next.1).await?;
    Ok(false)
}

/// The proof a person carries before any permission was looked up: signing in and out is everybody's own affair.
fn as_themselves(app: &App, user: &User, session: SessionId, origin: &Arc<Origin>, now: Timestamp) -> Result<Grant<can::ReadSelf>> {
    let permissions = [purser_core::Permission::ReadSelf].into_iter().collect();
    let actor = Actor { tenant: user.tenant_id, caller: Caller::User(user.id, session), name: user.name(), role: user.role, permissions };
    Grant::of(Arc::new(actor), origin.clone(), now, &app.ids)
}

/// Write a failed attempt down: with the account if there is one, else with the first tenant.
async fn note_failure(app: &App, user: Option<User>, origin: &Origin) -> Result<()> {
    let now = app.clock.now();
    let tenant: Option<TenantId> = match &user {
        Some(user) => Some(user.tenant_id),
        None => app.db.read(Scope::System, async |tx| tenants::all(tx).await.map_err(Error::from)).await?.first().map(|tenant| tenant.id),
    };
    let Some(tenant) = tenant else { return Ok(()) };
    let id: Uuid = app.ids.next(now);
    let who = (tenant, user.map(|user| user.id));
    app.db.transact(tenant, async |tx| sessions::attempt(tx, id, who, "refused", (origin.ip.clone(), now)).await.map_err(Error::from)).await
}

/// How long a session lasts without use: 7 days, or 30 when it was asked to remember.
const fn life(remembered: bool) -> i64 {
    if remembered { 30 * DAY } else { 7 * DAY }
}
