//! Signing in, and exchanging a refresh token for the next one.

use purser_core::access::{Actor, Caller, Grant, Origin, Power, can};
use purser_core::events::Topic;
use purser_core::identity::SignInPolicy;
use purser_core::ids::{SessionId, TenantId};
use purser_core::people::{Status, email_key};
use purser_core::{Error, Result, Timestamp};
use purser_store::sessions::{Session, Token};
use purser_store::users::User;
use purser_store::{Scope, Tx, sessions, sign_ins, tenants, users};
use std::sync::Arc;
use uuid::Uuid;

use super::challenge::{self, Asked};
use super::lockout::{self, Failed};
use super::{attempts, captcha, devices, passwords, policy, tokens};
use crate::audit::{self, Line};
use crate::tenants as tenancy;
use crate::{App, events, limits};

/// What somebody sends to sign in.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// E-mail.
    pub email: String,
    /// Password.
    pub password: String,
    /// Whether the session shall last 30 days rather than 7.
    pub remember: bool,
    /// What the page's puzzle gave, where one was asked for.
    pub captcha: Option<String>,
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
    /// The backup codes that were made on the way, shown this once.
    pub backup_codes: Option<Vec<String>>,
    /// How many backup codes are left, when one was used.
    pub backup_left: Option<i64>,
}

/// Where the right password leads.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// In.
    In(Box<SignedIn>),
    /// To a second step.
    Asked(Asked),
}

/// One answer for every reason, so that nobody learns who has an account.
fn refused() -> Error {
    Error::Unauthenticated("bad_credentials", "The e-mail or the password is not right.".into())
}

/// Sign in with e-mail and password.
pub async fn sign_in(app: &App, credentials: Credentials, origin: Arc<Origin>) -> Result<Outcome> {
    let now = app.clock.now();
    if let Some(name) = lockout::counter(origin.ip.as_deref()) {
        limits::refuse(&*app.counters, &name, lockout::BY_CALLER, now).await?;
    }
    let account = email_key(&credentials.email);
    captcha::demand(app, &account, &origin, credentials.captcha.as_deref()).await?;
    let address = lockout::address(origin.ip.as_deref()).to_owned();
    let (found, locked) = app
        .db
        .read(Scope::System, async |tx| {
            let found = users::find_by_email(tx, &credentials.email).await?;
            Ok::<_, Error>((found, lockout::locked_until(tx, &account, &address, now).await?))
        })
        .await?;
    if let Some(until) = locked {
        let failure = Failure { user: found.into_iter().next(), credentials: &credentials, origin: &origin };
        note_refusal(app, failure, "locked").await?;
        return Err(lockout::limited(until, now));
    }
    // Several tenants may know the same e-mail; the first that is open and whose password fits is meant.
    let (mut fits, mut shut) = (None, None);
    let candidates: Vec<Option<User>> = if found.is_empty() { vec![None] } else { found.iter().cloned().map(Some).collect() };
    for candidate in candidates {
        let hash = candidate.as_ref().and_then(|user| user.password_hash.clone());
        if app.passwords.verify(credentials.password.clone(), hash).await? {
            // Only whoever knows the password hears that the tenant is shut.
            if let Some(user) = &candidate
                && let Some(refusal) = app.db.read(user.tenant_id, async |tx| tenancy::shut(tx, user.tenant_id).await).await?
            {
                shut = Some((refusal, user.clone()));
                continue;
            }
            fits = candidate;
            break;
        }
    }
    if let Some((refusal, user)) = shut.filter(|_| fits.is_none()) {
        let failure = Failure { user: Some(user), credentials: &credentials, origin: &origin };
        note_refusal(app, failure, "tenant_shut").await?;
        return Err(refusal);
    }
    if let Some(user) = fits.as_ref().filter(|user| user.password_hash.as_deref().is_some_and(passwords::is_old)) {
        renew_hash(app, user, credentials.password.clone()).await?;
    }
    match fits {
        Some(user) if user.status == Status::Active => proceed(app, user, credentials.remember, (&account, &address, origin)).await,
        other => {
            let user = other.or_else(|| found.into_iter().next());
            let failure = Failure { user, credentials: &credentials, origin: &origin };
            Err(note_failure(app, failure, (&account, &address)).await?)
        }
    }
}

/// Put our own kind of hash in the place of one that came from elsewhere, now that the password is at hand.
async fn renew_hash(app: &App, user: &User, password: String) -> Result<()> {
    let Some(old) = user.password_hash.clone() else { return Ok(()) };
    let new = app.passwords.hash(password).await?;
    app.db.transact(user.tenant_id, async |tx| users::rehash(tx, user.id, (old, new)).await.map_err(Error::from)).await.map(drop)
}

/// The password was right: begin the session, or ask for the second step.
async fn proceed(app: &App, user: User, remembered: bool, (account, address, origin): (&str, &str, Arc<Origin>)) -> Result<Outcome> {
    let now = app.clock.now();
    let policy = policy::of(app, user.tenant_id).await?;
    let required = policy.require_factor_for.iter().any(|role| user.role == *role);
    let (begun, asked) = app
        .db
        .transact(user.tenant_id, async |tx| {
            // Others may have failed meanwhile: the right password is refused too once the account is locked.
            if let Some(until) = lockout::locked_until(tx, account, address, now).await? {
                return Err(lockout::limited(until, now));
            }
            lockout::clear(tx, account, address).await?;
            if let Some(asked) = challenge::ask(tx, app, &user, (required, remembered)).await? {
                return Ok((None, Some(asked)));
            }
            let entry = Entry { user: user.clone(), remembered, method: "password", proved: false, origin: origin.clone() };
            Ok((Some(enter(tx, app, entry, &policy).await?), None))
        })
        .await?;
    match (begun, asked) {
        (Some(begun), _) => Ok(Outcome::In(Box::new(finish(app, begun)?))),
        (None, Some(asked)) => Ok(Outcome::Asked(asked)),
        (None, None) => Err(Error::internal("a sign-in that led nowhere")),
    }
}

/// Begin a session for a person whose identity was proved.
pub async fn begin(app: &App, user: User, remembered: bool, origin: Arc<Origin>) -> Result<SignedIn> {
    let entry = Entry { user, remembered, method: "password", proved: false, origin };
    let (tenant, policy) = (entry.user.tenant_id, policy::of(app, entry.user.tenant_id).await?);
    let begun = app.db.transact(tenant, async |tx| enter(tx, app, entry, &policy).await).await?;
    finish(app, begun)
}

/// Somebody who may come in.
pub(crate) struct Entry {
    pub(crate) user: User,
    pub(crate) remembered: bool,
    /// What was shown last.
    pub(crate) method: &'static str,
    /// Whether a second factor was proved.
    pub(crate) proved: bool,
    pub(crate) origin: Arc<Origin>,
}

/// A session that was written down; its access token is signed after the commit.
pub(crate) struct Begun {
    user: User,
    session: SessionId,
    refresh_token: String,
    expires_at: Timestamp,
    remembered: bool,
    pub(crate) backup_codes: Option<Vec<String>>,
    pub(crate) backup_left: Option<i64>,
}

/// Write the session down.
pub(crate) async fn enter(tx: &mut Tx, app: &App, entry: Entry, policy: &SignInPolicy) -> Result<Begun> {
    let Entry { user, remembered, method, proved, origin } = entry;
    // Whichever way they come.
    if let Some(refusal) = tenancy::shut(tx, user.tenant_id).await? {
        return Err(refusal);
    }
    let now = app.clock.now();
    let absolute_at = now.plus(policy.longest());
    let expires_at = now.plus(policy.idle(remembered)).min(absolute_at);
    let session: SessionId = app.ids.next(now);
    let (refresh_token, hash) = tokens::refresh_token();
    let by = acting(app, &user, session, &origin, now)?;
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
        absolute_at: Some(absolute_at),
        proved_at: proved.then_some(now),
        ended_at: None,
    };
    sessions::insert(tx, &row).await?;
    sessions::insert_token(tx, by.id(), session, &hash, (now, expires_at)).await?;
    users::signed_in(tx, user.id, now).await?;
    let new_device = devices::note(tx, &user, &origin, now).await?;
    let attempt = attempts::of(app, &user, &origin, method);
    sign_ins::insert(tx, sign_ins::Attempt { session: Some(session), new_device, ..attempt }).await?;
    audit::record(tx, &by, Line::new("session.begin", "user", user.id.uuid(), user.name()));
    if new_device {
        devices::tell(tx, app, &by, (&user, session)).await?;
    }
    Ok(Begun { user, session, refresh_token, expires_at, remembered, backup_codes: None, backup_left: None })
}

impl Begun {
    /// The session.
    pub(crate) fn session(&self) -> SessionId {
        self.session
    }
}

/// The same, for no longer than `until`.
pub(crate) async fn enter_until(tx: &mut Tx, app: &App, entry: Entry, (policy, until): (&SignInPolicy, Timestamp)) -> Result<Begun> {
    let begun = enter(tx, app, entry, policy).await?;
    sessions::limit(tx, begun.session, until).await?;
    Ok(Begun { expires_at: begun.expires_at.min(until), ..begun })
}

/// Sign the access token of a session that is on disk.
pub(crate) fn finish(app: &App, begun: Begun) -> Result<SignedIn> {
    let access_token = app.tokens.issue((begun.user.id, begun.user.tenant_id, begun.session), app.clock.now())?;
    Ok(SignedIn {
        user: begun.user,
        session: begun.session,
        access_token,
        refresh_token: begun.refresh_token,
        refresh_expires_at: begun.expires_at,
        remembered: begun.remembered,
        backup_codes: begun.backup_codes,
        backup_left: begun.backup_left,
    })
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
    if let Some(refusal) = app.db.read(user.tenant_id, async |tx| tenancy::shut(tx, user.tenant_id).await).await? {
        return Err(refusal);
    }
    let by = acting(app, &user, found.session_id, &origin, now)?;
    let (refresh_token, next) = tokens::refresh_token();
    let policy = policy::of(app, user.tenant_id).await?;
    let expires_at = now.plus(policy.idle(found.remembered)).min(found.absolute_at.unwrap_or_else(|| now.plus(policy.longest())));
    let replayed = app.db.transact(user.tenant_id, async |tx| exchange(tx, &by, &found, (&next, expires_at)).await).await?;
    if replayed {
        return Err(Error::Unauthenticated("token_replayed", "This sign-in was used from two places and has been ended. Sign in again.".into()));
    }
    let (session, remembered) = (found.session_id, found.remembered);
    finish(app, Begun { user, session, refresh_token, expires_at, remembered, backup_codes: None, backup_left: None })
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
fn acting(app: &App, user: &User, session: SessionId, origin: &Arc<Origin>, now: Timestamp) -> Result<Grant<can::ReadSelf>> {
    let held = [Power::any(purser_core::Permission::ReadSelf)].into_iter().collect();
    let actor = Actor {
        tenant: user.tenant_id,
        caller: Caller::User(user.id, session),
        name: user.name(),
        role: user.role,
        held,
        ..Actor::system(user.tenant_id)
    };
    Grant::of(Arc::new(actor), origin.clone(), now, &app.ids)
}

/// The same before there is a session.
pub(crate) fn as_themselves(app: &App, user: &User, origin: &Arc<Origin>) -> Result<Grant<can::ReadSelf>> {
    acting(app, user, SessionId(Uuid::nil()), origin, app.clock.now())
}

/// An attempt that failed.
struct Failure<'a> {
    user: Option<User>,
    credentials: &'a Credentials,
    origin: &'a Origin,
}

/// The tenant an attempt is written down with: the account's, else the first.
async fn tenant_of(app: &App, failure: &Failure<'_>) -> Result<Option<TenantId>> {
    match &failure.user {
        Some(user) => Ok(Some(user.tenant_id)),
        None => Ok(app.db.read(Scope::System, async |tx| tenants::all(tx).await.map_err(Error::from)).await?.first().map(|tenant| tenant.id)),
    }
}

fn attempt(app: &App, failure: &Failure<'_>, tenant: TenantId, reason: &'static str) -> sign_ins::Attempt {
    let now = app.clock.now();
    // What was typed is kept where it looks like an address: people type their password into the wrong field.
    let typed = failure.credentials.email.trim();
    let email = purser_core::people::check_email("email", typed).is_none().then(|| typed.to_owned());
    sign_ins::Attempt {
        id: app.ids.next(now),
        tenant,
        user: failure.user.as_ref().map(|user| user.id),
        email,
        outcome: "refused",
        reason: Some(reason),
        method: "password",
        ip: failure.origin.ip.clone(),
        user_agent: failure.origin.user_agent.clone(),
        session: None,
        new_device: false,
        at: now,
    }
}

/// Write an attempt down that was refused before the password was looked at.
async fn note_refusal(app: &App, failure: Failure<'_>, reason: &'static str) -> Result<()> {
    let Some(tenant) = tenant_of(app, &failure).await? else { return Ok(()) };
    let row = attempt(app, &failure, tenant, reason);
    app.db.transact(tenant, async |tx| sign_ins::insert(tx, row).await.map_err(Error::from)).await
}

/// Count and write down a failed attempt; what to answer.
async fn note_failure(app: &App, failure: Failure<'_>, (account, address): (&str, &str)) -> Result<Error> {
    let now = app.clock.now();
    captcha::failed(app, account, failure.origin).await?;
    if let Some(name) = lockout::counter(failure.origin.ip.as_deref()) {
        app.counters.add(&name, 1, lockout::BY_CALLER.span_s, now).await?;
    }
    let Some(tenant) = tenant_of(app, &failure).await? else { return Ok(refused()) };
    app.db
        .transact(tenant, async |tx| {
            let here = lockout::fail(tx, account, address, now).await?;
            let everywhere = lockout::fail(tx, account, "", now).await?;
            let late = here == Failed::Late;
            let reason = match &failure.user {
                _ if late => "locked",
                Some(user) if user.status != Status::Active => "not_active",
                Some(_) => "wrong_password",
                None => "unknown_account",
            };
            sign_ins::insert(tx, attempt(app, &failure, tenant, reason)).await?;
            if let Some(user) = &failure.user
                && (here == Failed::Locked || everywhere == Failed::Locked)
            {
                attempts::note_lock(tx, app, user, if here == Failed::Locked { "password, from one address" } else { "password" });
            }
            if !late {
                return Ok(refused());
            }
            let until = lockout::locked_until(tx, account, address, now).await?;
            Ok(until.map_or_else(refused, |until| lockout::limited(until, now)))
        })
        .await
}
