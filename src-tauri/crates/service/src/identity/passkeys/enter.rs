//! Signing in with a passkey: alone, or as the second step after a password.

use std::sync::Arc;

use purser_core::access::Origin;
use purser_core::identity::Method;
use purser_core::ids::UserId;
use purser_core::people::Status;
use purser_core::{Error, Result};
use purser_store::{Scope, challenges, factors as store, passkeys as requests, people, users};
use serde_json::Value;
use uuid::Uuid;

use super::{Asked, Checked, LIFE, answered, check, malformed, of, refused, request};
use crate::App;
use crate::identity::challenge::{self, FACTOR, Passed};
use crate::identity::sign_in::{self, Entry, SignedIn};
use crate::identity::{policy, recover, tokens};
use crate::limits::{self, Limit};

/// What a state is sealed to when nobody is known yet.
const OPEN: &str = "passkey:open";
/// What a state is sealed to as the second step.
const SECOND: &str = "passkey:second";
/// Requests from one address of the network; a sign-in page makes one when it opens.
const ASKED: Limit = Limit { calls: 60, span_s: 60 };
/// Answers from one address of the network.
const ANSWERED: Limit = Limit { calls: 30, span_s: 60 };

/// One answer for every reason.
fn bad() -> Error {
    Error::Unauthenticated("bad_passkey", "This passkey is not known here, or can not be used any more.".into())
}

/// Ask whatever passkey there is to sign.
pub async fn begin_sign_in(app: &App, origin: &Origin) -> Result<Asked> {
    let now = app.clock.now();
    limits::take(&*app.counters, &recover::counter("passkey_ask", origin), ASKED, now).await?;
    let asked = request(app, OPEN, None)?;
    let (token, hash) = tokens::refresh_token();
    let expires_at = now.plus(LIFE);
    app.db.transact(Scope::System, async |tx| requests::insert(tx, hash, asked.state, (now, expires_at)).await.map_err(Error::from)).await?;
    Ok(Asked { token, options: asked.options, expires_at })
}

/// Somebody who comes with a passkey.
pub struct Arrival<'a> {
    /// The token of what was asked.
    pub token: &'a str,
    /// What the device answered.
    pub credential: &'a Value,
    /// Whether the session shall last.
    pub remember: bool,
    /// From where.
    pub origin: Arc<Origin>,
}

/// Sign in with a passkey. It stands for both factors: the device, and what its owner showed the device.
pub async fn sign_in(app: &App, arrival: Arrival<'_>) -> Result<SignedIn> {
    let Arrival { token, credential, remember, origin } = arrival;
    let now = app.clock.now();
    limits::take(&*app.counters, &recover::counter("passkey", &origin), ANSWERED, now).await?;
    let answer = answered(credential)?;
    let hash = tokens::hash(token);
    let taken = app.db.transact(Scope::System, async |tx| requests::take(tx, &hash, now).await.map_err(Error::from)).await?;
    let state = taken.ok_or_else(challenge::over)?;
    // A device that does not say whose key it is keeps none that is found without a name.
    let owner = answer.get_user_unique_id().and_then(|id| Uuid::from_slice(id).ok()).map(UserId).ok_or_else(malformed)?;
    let found = app.db.read(Scope::System, async |tx| store::find_credential(tx, answer.get_credential_id()).await.map_err(Error::from)).await?;
    let factor = found.filter(|factor| factor.user_id == owner).ok_or_else(bad)?;
    let policy = policy::of(app, factor.tenant_id).await?;
    let begun = app
        .db
        .transact(factor.tenant_id, async |tx| {
            people::hold(tx, &[owner]).await?;
            let Some(user) = users::find(tx, owner).await? else { return Ok(None) };
            let active = user.status == Status::Active;
            let checked = if active { check(tx, app, &user, (OPEN, &state), &answer).await? } else { Checked::Barred };
            if !matches!(checked, Checked::Right) {
                refused(tx, app, (&user, &origin), &checked).await?;
                return Ok::<_, Error>(None);
            }
            let entry = Entry { user, remembered: remember, method: Method::Passkey.as_str(), proved: true, origin };
            sign_in::enter(tx, app, entry, &policy).await.map(Some)
        })
        .await?;
    sign_in::finish(app, begun.ok_or_else(bad)?)
}

/// Ask one of a person's passkeys to sign as the second step behind `token`.
pub async fn begin_answer(app: &App, token: &str) -> Result<Asked> {
    let hash = tokens::hash(token);
    let tenant = challenge::tenant(app, &hash).await?;
    app.db
        .transact(tenant, async |tx| {
            let found = challenges::find(tx, &hash, app.clock.now()).await?;
            let asked = found.filter(|asked| asked.purpose == FACTOR).ok_or_else(challenge::over)?;
            let user = challenge::person(tx, &asked).await?;
            let mine = of(tx, &user).await?;
            if mine.is_empty() {
                return Err(Error::conflict("no_passkey", "This account has no passkey."));
            }
            let request = request(app, SECOND, Some(&mine))?;
            challenges::set_state(tx, asked.id, Some(request.state)).await?;
            Ok(Asked { token: token.to_owned(), options: request.options, expires_at: asked.expires_at })
        })
        .await
}

/// Answer the second step with a passkey, and be signed in.
pub async fn answer(app: &App, token: &str, credential: &Value, origin: Arc<Origin>) -> Result<SignedIn> {
    let signed = answered(credential)?;
    let hash = tokens::hash(token);
    let tenant = challenge::tenant(app, &hash).await?;
    let policy = policy::of(app, tenant).await?;
    let begun = app
        .db
        .transact(tenant, async |tx| {
            let (asked, user) = challenge::attempt(tx, app, &hash, FACTOR).await?;
            let Some(state) = asked.state.clone() else {
                return Err(Error::conflict("nothing_to_confirm", "No passkey was asked for. Begin again."));
            };
            // What a device was asked it is asked once.
            challenges::set_state(tx, asked.id, None).await?;
            people::hold(tx, &[user.id]).await?;
            let checked = check(tx, app, &user, (SECOND, &state), &signed).await?;
            if !matches!(checked, Checked::Right) {
                refused(tx, app, (&user, &origin), &checked).await?;
                return Ok::<_, Error>(None);
            }
            let passed = Passed { user, method: Method::Passkey, origin: &origin, policy: &policy };
            challenge::pass(tx, app, &asked, passed).await.map(Some)
        })
        .await?;
    sign_in::finish(app, begun.ok_or_else(bad)?)
}
