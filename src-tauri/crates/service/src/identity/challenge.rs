//! The second step of a sign-in: what was asked after the password, and its answer.
//!
//! A challenge is good for five minutes, five answers and one session. Its token is opaque and kept as a hash, like a refresh token.

use std::sync::Arc;

use purser_core::access::Origin;
use purser_core::identity::{FactorKind, Method, SignInPolicy};
use purser_core::ids::TenantId;
use purser_core::people::Status;
use purser_core::time::MINUTE;
use purser_core::{Error, Result, Timestamp};
use purser_store::challenges::{self as store, Challenge, New};
use purser_store::factors::Factor;
use purser_store::users::User;
use purser_store::{Scope, Tx, factors as factor_store, users};

use super::factors::{self, Answer, Enrolment};
use super::sign_in::{self, Begun, Entry, SignedIn};
use super::{codes, lockout, policy, tokens};
use crate::App;

/// How long a challenge can be answered.
pub(crate) const LIFE: i64 = 5 * MINUTE;
/// How often it can be answered.
const ANSWERS: i64 = 5;
/// Asked for a second factor.
pub(crate) const FACTOR: &str = "factor";
/// Asked to enrol one.
const ENROL: &str = "enrol";

/// What is asked of somebody whose password was right.
#[derive(Clone, Debug)]
pub struct Asked {
    /// To be shown with the answer.
    pub token: String,
    /// When it can no longer be answered.
    pub expires_at: Timestamp,
    /// How it can be answered; empty when a factor has to be enrolled first.
    pub methods: Vec<Method>,
    /// Whether a factor has to be enrolled first.
    pub enrol: bool,
}

pub(crate) fn over() -> Error {
    Error::Unauthenticated("challenge_over", "This sign-in took too long or was tried too often. Begin again.".into())
}

fn wrong() -> Error {
    Error::Unauthenticated("bad_code", "This code is not right, or was used before.".into())
}

/// What to ask `user` for, if anything. `required`: their role needs a second factor.
pub(crate) async fn ask(tx: &mut Tx, app: &App, user: &User, (required, remembered): (bool, bool)) -> Result<Option<Asked>> {
    let now = app.clock.now();
    let (methods, enrolled) = methods(tx, app, user).await?;
    let enrol = !enrolled;
    if enrol && !required {
        return Ok(None);
    }
    let (token, hash) = tokens::refresh_token();
    let expires_at = now.plus(LIFE);
    let purpose = if enrol { ENROL } else { FACTOR };
    let new = New { id: app.ids.next(now), user: user.id, purpose, hash, remembered, state: None, at: now, expires_at };
    store::insert(tx, new).await?;
    Ok(Some(Asked { token, expires_at, methods, enrol }))
}

/// How a person can prove themselves beyond the password, and whether they ever added a way. Codes that can not be sent now are left out: it
/// is not asked for less on that account.
async fn methods(tx: &mut Tx, app: &App, user: &User) -> Result<(Vec<Method>, bool)> {
    let mine: Vec<Factor> = factor_store::list(tx, user.id).await?.into_iter().filter(|factor| factor.confirmed_at.is_some()).collect();
    let mut methods = Vec::new();
    for kind in FactorKind::ALL {
        let Some(factor) = mine.iter().find(|factor| factor.kind == *kind) else { continue };
        let sent = matches!(kind, FactorKind::Email | FactorKind::Sms);
        if !sent || codes::address(app, user, factor)?.is_some() {
            methods.push(Method::from(*kind));
        }
    }
    if !mine.is_empty() && factor_store::codes(tx, user.id).await?.remaining > 0 {
        methods.push(Method::Backup);
    }
    Ok((methods, !mine.is_empty()))
}

/// The tenant of the challenge behind `token`.
pub(crate) async fn tenant(app: &App, hash: &[u8]) -> Result<TenantId> {
    app.db.read(Scope::System, async |tx| store::tenant(tx, hash).await.map_err(Error::from)).await?.ok_or_else(over)
}

/// The person a challenge is for, while they may sign in.
pub(crate) async fn person(tx: &mut Tx, challenge: &Challenge) -> Result<User> {
    users::find(tx, challenge.user_id).await?.filter(|user| user.status == Status::Active).ok_or_else(over)
}

/// Count an answer to the challenge behind `hash`, which has to be of this purpose.
pub(crate) async fn attempt(tx: &mut Tx, app: &App, hash: &[u8], purpose: &'static str) -> Result<(Challenge, User)> {
    let found = store::attempt(tx, hash, app.clock.now(), ANSWERS).await?;
    let challenge = found.filter(|challenge| challenge.purpose == purpose).ok_or_else(over)?;
    let user = person(tx, &challenge).await?;
    lockout::refuse_factor(tx, user.id, app.clock.now()).await?;
    Ok((challenge, user))
}

/// Answer with a code, and be signed in.
pub async fn answer(app: &App, token: &str, answer: Answer, origin: Arc<Origin>) -> Result<SignedIn> {
    let hash = tokens::hash(token);
    let tenant = tenant(app, &hash).await?;
    let policy = policy::of(app, tenant).await?;
    let begun = app
        .db
        .transact(tenant, async |tx| {
            let (challenge, user) = attempt(tx, app, &hash, FACTOR).await?;
            if !factors::check(tx, app, &user, &answer, challenge.id.uuid()).await? {
                factors::failed(tx, app, &user, &origin, answer.method).await?;
                return Ok::<_, Error>(None);
            }
            let left = factor_store::codes(tx, user.id).await?.remaining;
            let mut begun = pass(tx, app, &challenge, Passed { user, method: answer.method, origin: &origin, policy: &policy }).await?;
            begun.backup_left = (answer.method == Method::Backup).then_some(left);
            Ok(Some(begun))
        })
        .await?;
    sign_in::finish(app, begun.ok_or_else(wrong)?)
}

/// Somebody whose answer was right.
pub(crate) struct Passed<'a> {
    pub(crate) user: User,
    pub(crate) method: Method,
    pub(crate) origin: &'a Arc<Origin>,
    pub(crate) policy: &'a SignInPolicy,
}

/// The answer was right: use the challenge up and begin the session, both or neither.
pub(crate) async fn pass(tx: &mut Tx, app: &App, challenge: &Challenge, passed: Passed<'_>) -> Result<Begun> {
    if !store::finish(tx, challenge.id, app.clock.now()).await? {
        return Err(over());
    }
    lockout::clear(tx, &lockout::factor_account(passed.user.id), "").await?;
    let (remembered, method) = (challenge.remembered, passed.method.as_str());
    let entry = Entry { user: passed.user, remembered, method, proved: true, origin: passed.origin.clone() };
    sign_in::enter(tx, app, entry, passed.policy).await
}

/// Refuse once there is a factor: whoever was asked for their first has shown the password alone, and another was added elsewhere since.
async fn still_without(tx: &mut Tx, user: &User) -> Result<()> {
    let enrolled = factor_store::list(tx, user.id).await?.iter().any(|factor| factor.confirmed_at.is_some());
    if enrolled { Err(over()) } else { Ok(()) }
}

/// Begin to enrol the factor a role needs, while signing in.
pub async fn begin_enrolment(app: &App, token: &str) -> Result<Enrolment> {
    let hash = tokens::hash(token);
    let tenant = tenant(app, &hash).await?;
    app.db
        .transact(tenant, async |tx| {
            let found = store::find(tx, &hash, app.clock.now()).await?;
            let challenge = found.filter(|challenge| challenge.purpose == ENROL).ok_or_else(over)?;
            let user = person(tx, &challenge).await?;
            still_without(tx, &user).await?;
            factors::new_totp(tx, app, &user, "Authenticator app".into()).await
        })
        .await
}

/// Confirm the factor with its first code, and be signed in.
pub async fn confirm_enrolment(app: &App, token: &str, code: &str, origin: Arc<Origin>) -> Result<SignedIn> {
    let hash = tokens::hash(token);
    let tenant = tenant(app, &hash).await?;
    let policy = policy::of(app, tenant).await?;
    let begun = app
        .db
        .transact(tenant, async |tx| {
            let (challenge, user) = attempt(tx, app, &hash, ENROL).await?;
            still_without(tx, &user).await?;
            let Some(codes) = factors::confirm_pending(tx, app, &user, code).await? else {
                factors::failed(tx, app, &user, &origin, Method::Totp).await?;
                return Ok::<_, Error>(None);
            };
            let by = sign_in::as_themselves(app, &user, &origin)?;
            factors::added(tx, &by, &user, (FactorKind::Totp, "Authenticator app")).await?;
            let mut begun = pass(tx, app, &challenge, Passed { user, method: Method::Totp, origin: &origin, policy: &policy }).await?;
            begun.backup_codes = codes;
            Ok(Some(begun))
        })
        .await?;
    sign_in::finish(app, begun.ok_or_else(wrong)?)
}
