//! Signing in.

use purser_core::access::{Actor, Caller, Grant, Origin, Power, can};
use purser_core::identity::SignInPolicy;
use purser_core::ids::{SessionId, TenantId};
use purser_core::people::Status;
use purser_core::providers::Kind;
use purser_core::{Error, Result, Timestamp};
use purser_store::sessions::Session;
use purser_store::users::User;
use purser_store::{Scope, Tx, sessions, sign_ins, tenants, users};
use std::sync::Arc;
use uuid::Uuid;

use super::challenge::{self, Asked};
use super::failed::{Failure, note_failure, note_refusal};
use super::lockout::{self, Account};
use super::risks::{self, Shown};
use super::{attempts, captcha, devices, passwords, policy, tokens};
use crate::audit::{self, Line};
use crate::tenants as tenancy;
use crate::{App, limits};

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
    /// The business that is meant, where address and password fit several.
    pub business: Option<TenantId>,
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
    /// To several businesses; one has to be named.
    Choose(Vec<(TenantId, String)>),
}

/// One answer for every reason, so that nobody learns who has an account.
pub(super) fn refused() -> Error {
    Error::Unauthenticated("bad_credentials", "The e-mail or the password is not right.".into())
}

/// Sign in with e-mail and password.
pub async fn sign_in(app: &App, credentials: Credentials, origin: Arc<Origin>) -> Result<Outcome> {
    let now = app.clock.now();
    if let Some(name) = lockout::counter(origin.ip.as_deref()) {
        limits::refuse(&*app.counters, &name, lockout::BY_CALLER, now).await?;
    }
    let account = lockout::typed(&credentials.email);
    captcha::demand(app, &account, &origin, credentials.captcha.as_deref()).await?;
    let address = lockout::address(origin.ip.as_deref()).to_owned();
    let (found, usual) = app
        .db
        .read(Scope::System, async |tx| {
            let open = open_to(tx, &account, &credentials, (&address, now)).await?;
            Ok::<_, Error>((open, Usual { several: tenants::several(tx).await?, old: users::old_hash(tx).await? }))
        })
        .await?;
    let found = match found {
        Open::To(found) => found,
        Open::Locked(until, user) => {
            note_refusal(app, Failure { meant: user.map(|user| *user).into_iter().collect(), credentials: &credentials, origin: &origin }, "locked")
                .await?;
            return Err(lockout::limited(until, now));
        }
    };
    // Several tenants may know the same e-mail: each is looked at, so that it takes as long wherever the password fits.
    let (mut fits, mut shut) = (Vec::new(), None);
    for user in &found {
        if app.passwords.verify(credentials.password.clone(), user.password_hash.clone()).await? {
            // Only whoever knows the password hears that the tenant is shut.
            match app.db.read(user.tenant_id, async |tx| tenancy::shut(tx, user.tenant_id).await).await? {
                Some(refusal) => shut = Some((refusal, user.clone())),
                None => fits.push(user.clone()),
            }
        }
    }
    if fits.is_empty() {
        usual.fill_up(app, &credentials.password, &found).await?;
    }
    // Where one can be signed in to, one that can not is not meant.
    if fits.iter().any(|user| user.status == Status::Active) {
        fits.retain(|user| user.status == Status::Active);
    }
    if fits.len() > 1 && fits.iter().all(|user| user.status == Status::Active) {
        return choose(app, &fits).await;
    }
    let fits = fits.into_iter().next();
    if let Some((refusal, user)) = shut.filter(|_| fits.is_none()) {
        let failure = Failure { meant: vec![user], credentials: &credentials, origin: &origin };
        note_refusal(app, failure, "tenant_shut").await?;
        return Err(refusal);
    }
    if let Some(user) = fits.as_ref().filter(|user| user.password_hash.as_deref().is_some_and(passwords::is_old)) {
        renew_hash(app, user, credentials.password.clone()).await?;
    }
    match fits {
        Some(user) if user.status == Status::Active => proceed(app, user, credentials.remember, (&address, origin)).await,
        // The password was right, of an account that is not active: the failure is that one's.
        Some(user) => Err(note_failure(app, Failure { meant: vec![user], credentials: &credentials, origin: &origin }, (&account, &address)).await?),
        None => Err(note_failure(app, Failure { meant: found, credentials: &credentials, origin: &origin }, (&account, &address)).await?),
    }
}

/// Which businesses there are for whoever has shown the password of an account in each.
async fn choose(app: &App, fits: &[User]) -> Result<Outcome> {
    let mut choice = Vec::with_capacity(fits.len());
    for user in fits {
        let tenant = app.db.read(user.tenant_id, async |tx| tenants::find(tx, user.tenant_id).await.map_err(Error::from)).await?;
        choice.push((user.tenant_id, tenant.ok_or(Error::NotFound("tenant"))?.name));
    }
    choice.sort_by(|a, b| a.1.cmp(&b.1));
    Ok(Outcome::Choose(choice))
}

/// The work an attempt that fails takes here, whoever it was meant for: of our kind of hash as often as an address is usually known, and as
/// often of the kind somebody brought along, while there are such.
struct Usual {
    several: bool,
    old: Option<String>,
}

impl Usual {
    /// Do what the accounts that were looked at did not take.
    async fn fill_up(&self, app: &App, password: &str, looked_at: &[User]) -> Result<()> {
        let times = 1 + usize::from(self.several);
        let old = looked_at.iter().filter(|user| user.password_hash.as_deref().is_some_and(passwords::is_old)).count();
        for _ in looked_at.len() - old..times {
            app.passwords.verify(password.to_owned(), None).await?;
        }
        let Some(sample) = &self.old else { return Ok(()) };
        for _ in old..times {
            // Whether it fits is nobody's concern: it takes as long.
            app.passwords.verify(password.to_owned(), Some(sample.clone())).await?;
        }
        Ok(())
    }
}

/// Whom an attempt may be meant for.
enum Open {
    /// Anybody of these; nobody, if there are none.
    To(Vec<User>),
    /// Every account is locked: until when the first opens, and whose.
    Locked(Timestamp, Option<Box<User>>),
}

/// The accounts of an address that are not locked. Each business locks and unlocks its own.
async fn open_to(tx: &mut Tx, account: &str, credentials: &Credentials, (address, now): (&str, Timestamp)) -> Result<Open> {
    let mut found = users::find_by_email(tx, &credentials.email).await?;
    found.retain(|user| credentials.business.is_none_or(|business| business == user.tenant_id));
    if found.is_empty() {
        let locked = lockout::locked_until(tx, &Account::nobodys(account), address, now).await?;
        return Ok(locked.map_or(Open::To(found), |until| Open::Locked(until, None)));
    }
    let (mut open, mut first) = (Vec::new(), None);
    for user in found {
        match lockout::locked_until(tx, &Account::of(&user), address, now).await? {
            None => open.push(user),
            Some(until) if first.as_ref().is_none_or(|(earliest, _)| until < *earliest) => first = Some((until, user)),
            Some(_) => {}
        }
    }
    Ok(match first {
        Some((until, user)) if open.is_empty() => Open::Locked(until, Some(Box::new(user))),
        _ => Open::To(open),
    })
}

/// Put our own kind of hash in the place of one that came from elsewhere, now that the password is at hand.
async fn renew_hash(app: &App, user: &User, password: String) -> Result<()> {
    let Some(old) = user.password_hash.clone() else { return Ok(()) };
    let new = app.passwords.hash(password).await?;
    app.db.transact(user.tenant_id, async |tx| users::rehash(tx, user.id, (old, new)).await.map_err(Error::from)).await.map(drop)
}

/// The password was right: begin the session, or ask for the second step.
async fn proceed(app: &App, user: User, remembered: bool, (address, origin): (&str, Arc<Origin>)) -> Result<Outcome> {
    let (now, account) = (app.clock.now(), Account::of(&user));
    let policy = policy::of(app, user.tenant_id).await?;
    let required = policy.require_factor_for.contains(&user.role);
    let (begun, asked) = app
        .db
        .transact(user.tenant_id, async |tx| {
            // Others may have failed meanwhile: the right password is refused too once the account is locked.
            if let Some(until) = lockout::locked_until(tx, &account, address, now).await? {
                return Err(lockout::limited(until, now));
            }
            lockout::forgive(tx, &account, address, now).await?;
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
    pub(crate) user: User,
    pub(crate) session: SessionId,
    pub(crate) refresh_token: String,
    pub(crate) expires_at: Timestamp,
    pub(crate) remembered: bool,
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
    let (new_device, known_device) = devices::note(tx, &user, &origin, now).await?;
    if known_device {
        sessions::on_known_device(tx, session).await?;
    }
    let attempt = attempts::of(app, &user, &origin, method);
    let elsewhere = method.parse::<Kind>().is_ok();
    let risks = risks::of(tx, &attempt, Shown { proved, elsewhere, new_device }).await?;
    let place = attempt.place.clone();
    sign_ins::insert(tx, sign_ins::Attempt { session: Some(session), new_device, risks, ..attempt }).await?;
    audit::record(tx, &by, Line::new("session.begin", "user", user.id.uuid(), user.name()));
    if new_device {
        devices::tell(tx, app, &by, (&user, session, place)).await?;
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

/// The proof a person carries before any permission was looked up: signing in and out is everybody's own affair.
pub(crate) fn acting(app: &App, user: &User, session: SessionId, origin: &Arc<Origin>, now: Timestamp) -> Result<Grant<can::ReadSelf>> {
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
