//! Second factors: enrol, confirm, rename, take away, and the backup codes beside them.
//!
//! What an authenticator app shares with us is sealed; backup codes are kept as hashes; a code is taken once.

use purser_core::access::{Grant, Origin, can};
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::identity::{FactorKind, Method};
use purser_core::ids::{FactorId, UserId};
use purser_core::mail::{Channel, Notice};
use purser_core::time::MINUTE;
use purser_core::{Error, Result, Timestamp};
use purser_store::factors::{self as store, Codes, Factor};
use purser_store::users::User;
use purser_store::{Tx, sessions, tenants, users};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::attempts::{self, Lock};
use super::sessions::own;
use super::take_away::Grounds;
use super::{backup, codes, lockout, step_up, totp};
use crate::audit::{self, Line};
use crate::mail::{self, News};
use crate::{App, events};

/// Factors a person may have.
pub(crate) const MOST: usize = 10;
/// How long an enrolment may take.
pub(crate) const PATIENCE: i64 = 15 * MINUTE;

/// What somebody shows as a second factor.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Which way.
    pub method: Method,
    /// The code.
    pub code: String,
}

impl Answer {
    /// Six digits come from an app, anything else is a backup code.
    pub(crate) fn guess(code: String) -> Self {
        let digits: Vec<char> = code.chars().filter(|c| !c.is_whitespace()).collect();
        let app = digits.len() == 6 && digits.iter().all(char::is_ascii_digit);
        Self { method: if app { Method::Totp } else { Method::Backup }, code }
    }
}

/// What is needed to add an authenticator app.
#[derive(Clone, Debug)]
pub struct Enrolment {
    /// The factor, which counts once it is confirmed.
    pub factor: FactorId,
    /// The shared secret, for typing.
    pub secret: String,
    /// The same for an app to open.
    pub uri: String,
    /// The same to be scanned, as SVG.
    pub qr: String,
    /// When it can no longer be confirmed.
    pub expires_at: Timestamp,
}

/// The second factors of a person.
#[derive(Clone, Debug)]
pub struct Factors {
    /// Those that count.
    pub factors: Vec<Factor>,
    /// The backup codes.
    pub codes: Codes,
}

/// Proof that it is really the owner of the account who wants a factor gone.
#[derive(Clone, Debug, Default)]
pub struct Proof {
    /// The password; needed where the account has one.
    pub password: Option<String>,
    /// A code; without one the session has to have proved a factor lately.
    pub code: Option<String>,
}

/// To what a secret is sealed.
pub(crate) fn place(id: FactorId) -> String {
    format!("factor:{id}")
}

pub(crate) fn wrong_code() -> Error {
    Error::invalid("code", "wrong", "This code is not right, or was used before.")
}

async fn all(tx: &mut Tx, user: UserId) -> Result<Factors> {
    let factors = store::list(tx, user).await?.into_iter().filter(|factor| factor.confirmed_at.is_some()).collect();
    Ok(Factors { factors, codes: store::codes(tx, user).await? })
}

/// One's own factors.
pub async fn list_own(app: &App, by: &Grant<can::ReadSelf>) -> Result<Factors> {
    let (user, _) = own(by)?;
    app.db.read(by, async |tx| all(tx, user).await).await
}

/// The factors of another person.
pub async fn list_of(app: &App, by: &Grant<can::ManageSession>, user: UserId) -> Result<Factors> {
    app.db
        .read(by, async |tx| {
            users::find(tx, user).await?.ok_or(Error::NotFound("user"))?;
            all(tx, user).await
        })
        .await
}

/// Begin to add an authenticator app; one that was begun before and never confirmed is forgotten. Whoever
/// adds one has shown lately who they are: by a factor they have, else by the password.
pub async fn begin_totp(app: &App, by: &Grant<can::ReadSelf>, name: Option<String>) -> Result<Enrolment> {
    let (id, _) = own(by)?;
    step_up::check_self(by)?;
    let name = named(name)?;
    app.db
        .transact(by, async |tx| {
            let user = users::find(tx, id).await?.ok_or(Error::NotFound("user"))?;
            new_totp(tx, app, &user, name).await
        })
        .await
}

fn named(name: Option<String>) -> Result<String> {
    let name = name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    let name = name.unwrap_or_else(|| "Authenticator app".to_owned());
    Checks::new().text("name", &name, 60).done()?;
    Ok(name)
}

pub(crate) async fn new_totp(tx: &mut Tx, app: &App, user: &User, name: String) -> Result<Enrolment> {
    let now = app.clock.now();
    store::delete_pending(tx, user.id, FactorKind::Totp).await?;
    if store::list(tx, user.id).await?.len() >= MOST {
        return Err(Error::conflict("too_many_factors", format!("At most {MOST} factors. Take one away first.")));
    }
    let tenant = tenants::find(tx, user.tenant_id).await?.ok_or(Error::NotFound("tenant"))?;
    let secret: [u8; totp::SECRET_LEN] = rand::random();
    let id: FactorId = app.ids.next(now);
    let factor = Factor {
        id,
        tenant_id: user.tenant_id,
        user_id: user.id,
        kind: FactorKind::Totp,
        name,
        secret: app.seal.seal(&place(id), &secret)?,
        credential: None,
        last_step: None,
        created_at: now,
        confirmed_at: None,
        last_used_at: None,
    };
    store::insert(tx, &factor).await?;
    let uri = totp::uri(&tenant.name, &user.email, &secret);
    Ok(Enrolment { factor: id, secret: totp::base32(&secret), qr: totp::qr(&uri)?, uri, expires_at: now.plus(PATIENCE) })
}

/// Confirm an enrolment with the first code. `Some` are the backup codes, made with the first factor and never shown again.
pub async fn confirm_totp(app: &App, by: &Grant<can::ReadSelf>, code: &str) -> Result<Option<Vec<String>>> {
    let (id, session) = own(by)?;
    let outcome = app
        .db
        .transact(by, async |tx| {
            let user = users::find(tx, id).await?.ok_or(Error::NotFound("user"))?;
            lockout::refuse_factor(tx, id, by.now()).await?;
            let Some(codes) = confirm_pending(tx, app, &user, code).await? else {
                failed(tx, app, &user, by.origin(), Method::Totp).await?;
                return Ok(None);
            };
            sessions::prove(tx, session, by.now()).await?;
            // Whoever was in without a second factor is out.
            sessions::end_all(tx, id, Some(session), by.now(), "factor_added").await?;
            added(tx, by, &user, (FactorKind::Totp, "Authenticator app")).await?;
            Ok::<_, Error>(Some(codes))
        })
        .await?;
    outcome.ok_or_else(wrong_code)
}

/// A factor was added: in the log, for every open page, and by mail.
pub(crate) async fn added<P>(tx: &mut Tx, by: &Grant<P>, user: &User, (kind, name): (FactorKind, &str)) -> Result<()> {
    audit::record(tx, by, Line::new("factor.add", "user", user.id.uuid(), user.name()).after(&serde_json::json!({ "kind": kind })));
    events::emit(tx, by, Topic::User, "factor_added", user.id.uuid());
    mail::tell(tx, by, user, News::of(Notice::FactorAdded, name)).await
}

/// `None`: the code is wrong. `Some(None)`: confirmed, there were backup codes already.
pub(crate) async fn confirm_pending(tx: &mut Tx, app: &App, user: &User, code: &str) -> Result<Option<Option<Vec<String>>>> {
    let now = app.clock.now();
    let factors = store::list(tx, user.id).await?;
    let pending = factors.iter().find(|factor| factor.kind == FactorKind::Totp && factor.confirmed_at.is_none());
    let pending = pending.filter(|factor| now.since(factor.created_at) <= PATIENCE);
    let Some(pending) = pending else {
        return Err(Error::conflict("nothing_to_confirm", "No authenticator app waits to be confirmed. Begin again."));
    };
    let secret = Zeroizing::new(app.seal.open(&place(pending.id), &pending.secret)?);
    let Some(step) = totp::find(&secret, code, now) else { return Ok(None) };
    if !store::confirm(tx, pending.id, now, Some(step)).await? {
        return Ok(None);
    }
    let has_codes = store::codes(tx, user.id).await?.remaining > 0;
    Ok(Some(if has_codes { None } else { Some(new_codes(tx, app, user.id).await?) }))
}

pub(crate) async fn new_codes(tx: &mut Tx, app: &App, user: UserId) -> Result<Vec<String>> {
    let now = app.clock.now();
    let codes: Vec<String> = std::iter::repeat_with(backup::generate).take(backup::COUNT).collect();
    let rows = codes.iter().map(|code| (app.ids.next(now), backup::hash(user, code))).collect();
    store::delete_codes(tx, user).await?;
    store::insert_codes(tx, user, rows, now).await?;
    Ok(codes)
}

/// Whether `answer` is right, using it up. A code that was sent is good only for `bound`, the sign-in or session it was sent for.
pub(crate) async fn check(tx: &mut Tx, app: &App, user: &User, answer: &Answer, bound: Uuid) -> Result<bool> {
    let now = app.clock.now();
    match answer.method {
        Method::Backup => Ok(store::use_code(tx, user.id, &backup::hash(user.id, &answer.code), now).await?),
        Method::Totp => {
            let factors = store::list(tx, user.id).await?;
            for factor in factors.iter().filter(|factor| factor.kind == FactorKind::Totp && factor.confirmed_at.is_some()) {
                let secret = Zeroizing::new(app.seal.open(&place(factor.id), &factor.secret)?);
                if let Some(step) = totp::find(&secret, &answer.code, now) {
                    return Ok(store::use_step(tx, factor.id, step, now).await?);
                }
            }
            Ok(false)
        }
        Method::Email => codes::check(tx, app, user, (Channel::Email, bound), &answer.code).await,
        Method::Sms => codes::check(tx, app, user, (Channel::Sms, bound), &answer.code).await,
        Method::Passkey => Ok(false),
    }
}

/// A wrong code: counted, written down, and told in the log when it locks.
pub(crate) async fn failed(tx: &mut Tx, app: &App, user: &User, origin: &Origin, method: Method) -> Result<()> {
    failed_by(tx, app, (user, origin), (method.as_str(), "wrong_code")).await
}

/// The same for whatever was shown instead.
pub(crate) async fn failed_by(
    tx: &mut Tx,
    app: &App,
    (user, origin): (&User, &Origin),
    (method, reason): (&'static str, &'static str),
) -> Result<()> {
    let now = app.clock.now();
    let attempt = attempts::of(app, user, origin, method);
    purser_store::sign_ins::insert(tx, attempts::refused(attempt, reason)).await?;
    match lockout::fail(tx, &lockout::factor_account(user.id), "", now).await? {
        lockout::Failed::Counted => {}
        lockout::Failed::Locked(until) => {
            let lock = Lock { notice: Notice::FactorsLocked, until };
            attempts::note_lock(tx, app, user, lock);
            attempts::tell_lock(tx, app, (user, origin), lock).await?;
        }
        // Somebody else's failure locked it in the same moment: this one hears nothing but that.
        lockout::Failed::Late => lockout::refuse_factor(tx, user.id, now).await?,
    }
    Ok(())
}

/// Refuse unless it is the owner of the account who asks: the password where there is one, and a code or a fresh proof.
async fn really(app: &App, by: &Grant<can::ReadSelf>, proof: Proof) -> Result<User> {
    let (id, _) = own(by)?;
    let user = app.db.read(by, async |tx| users::find(tx, id).await.map_err(Error::from)).await?.ok_or(Error::NotFound("user"))?;
    if user.password_hash.is_some() {
        app.db.read(by, async |tx| lockout::refuse_factor(tx, id, by.now()).await).await?;
        let given = proof.password.ok_or_else(|| Error::invalid("password", "required", "This is needed."))?;
        if !app.passwords.verify(given, user.password_hash.clone()).await? {
            app.db.transact(by, async |tx| failed(tx, app, &user, by.origin(), Method::Totp).await).await?;
            return Err(Error::invalid("password", "wrong", "This is not the current password."));
        }
    }
    match proof.code {
        Some(code) => step_up::prove(app, by, Answer::guess(code)).await.map(drop)?,
        None if step_up::fresh_until(by).is_some() || !by.actor().assurance.enrolled => {}
        None => {
            let message = "Give a code of your second factor as well.";
            return Err(Error::Refused("step_up_required", message.into()));
        }
    }
    Ok(user)
}

/// Give one of one's own factors another name.
pub async fn rename(app: &App, by: &Grant<can::ReadSelf>, id: FactorId, name: String) -> Result<()> {
    let (user, _) = own(by)?;
    let name = named(Some(name))?;
    app.db
        .transact(by, async |tx| {
            if !store::rename(tx, user, id, name).await? {
                return Err(Error::NotFound("factor"));
            }
            audit::record(tx, by, Line::new("factor.rename", "user", user.uuid(), by.actor().name.clone()));
            events::emit(tx, by, Topic::User, "factor_renamed", user.uuid());
            Ok(())
        })
        .await
}

/// Take one of one's own factors away; with the last one the backup codes go too.
pub async fn remove(app: &App, by: &Grant<can::ReadSelf>, id: FactorId, proof: Proof) -> Result<()> {
    let (owner, session) = own(by)?;
    let mine = app.db.read(by, async |tx| all(tx, owner).await).await?;
    let factor = mine.factors.iter().find(|factor| factor.id == id).ok_or(Error::NotFound("factor"))?;
    let user = really(app, by, proof).await?;
    app.db
        .transact(by, async |tx| {
            if !store::delete(tx, owner, id).await? {
                return Err(Error::NotFound("factor"));
            }
            if all(tx, owner).await?.factors.is_empty() {
                store::delete_codes(tx, owner).await?;
            }
            sessions::end_all(tx, owner, Some(session), by.now(), "factor_removed").await?;
            let was = serde_json::json!({ "kind": factor.kind, "name": factor.name });
            audit::record(tx, by, Line::new("factor.remove", "user", owner.uuid(), user.name()).before(&was));
            events::emit(tx, by, Topic::User, "factor_removed", owner.uuid());
            mail::tell(tx, by, &user, News::of(Notice::FactorRemoved, factor.name.clone())).await
        })
        .await
}

/// Ten new backup codes; the old ones stop working.
pub async fn renew_codes(app: &App, by: &Grant<can::ReadSelf>, proof: Proof) -> Result<Vec<String>> {
    let (owner, _) = own(by)?;
    let mine = app.db.read(by, async |tx| all(tx, owner).await).await?;
    if mine.factors.is_empty() {
        return Err(Error::conflict("no_factor", "Backup codes belong to a second factor. Add one first."));
    }
    let user = really(app, by, proof).await?;
    app.db
        .transact(by, async |tx| {
            let codes = new_codes(tx, app, owner).await?;
            audit::record(tx, by, Line::new("factor.backup_codes", "user", owner.uuid(), user.name()));
            events::emit(tx, by, Topic::User, "backup_codes_renewed", owner.uuid());
            mail::tell(tx, by, &user, News::plain(Notice::BackupCodesRenewed)).await?;
            Ok(codes)
        })
        .await
}

/// Take every factor of somebody who lost theirs away, and end their sessions; they enrol anew where their role needs it.
pub async fn reset(app: &App, by: &Grant<can::ResetFactor>, id: UserId, grounds: &Grounds) -> Result<()> {
    grounds.check()?;
    if by.user() == Some(id) {
        return Err(Error::conflict("own_account", "This is your own account. Take your factors away one by one, or ask somebody else."));
    }
    step_up::demand(app, by).await?;
    app.db
        .transact(by, async |tx| {
            let user = users::find(tx, id).await?.ok_or(Error::NotFound("user"))?;
            crate::access::Ranks::read(tx).await?.with(tx, &[user.id], by.now()).await?.covers(by, (user.id, user.role))?;
            let count = store::delete_all(tx, id).await?;
            lockout::clear(tx, &lockout::factor_account(id), "").await?;
            sessions::end_all(tx, id, None, by.now(), "factors_reset").await?;
            let was = serde_json::json!({ "factors": count });
            audit::record(tx, by, grounds.line(Line::new("factor.reset", "user", id.uuid(), user.name()).before(&was)));
            events::emit(tx, by, Topic::User, "factors_reset", id.uuid());
            events::emit(tx, by, Topic::Session, "ended", id.uuid());
            mail::tell(tx, by, &user, News::plain(Notice::FactorsReset)).await
        })
        .await
}
