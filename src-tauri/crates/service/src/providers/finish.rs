//! Collecting the outcome: whoever began the sign-in shows what they kept, and goes the same road as after a right password.

use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use purser_core::access::{Grant, Origin, can};
use purser_core::people::Status;
use purser_core::providers::{Aim, Said};
use purser_core::{Error, Result};
use purser_store::identities::{self, Linked};
use purser_store::provider_sign_ins::{self as store, Pending};
use purser_store::providers::{self, Provider};
use purser_store::users::User;
use purser_store::{Scope, Tx, sign_ins, users};

use super::come_back::refused;
use super::people::{Comer, Found};
use super::{count, over, place, terms};
use crate::App;
use crate::identity::challenge::{self, Asked};
use crate::identity::lockout::{self, Account};
use crate::identity::sign_in::{self, Begun, Entry, Outcome};
use crate::identity::{policy, step_up, tokens};

/// The sign-in whose outcome waits under `code`, for whoever shows what was kept when it began.
async fn waiting(app: &App, code: &str, shown: Option<&str>) -> Result<Pending> {
    let (hash, now) = (tokens::hash(code), app.clock.now());
    let shown = shown.filter(|shown| shown.len() <= 200).ok_or_else(over)?;
    let found = app.db.read(Scope::System, async |tx| store::by_code(tx, &hash, now).await.map_err(Error::from)).await?;
    let same = |pending: &Pending| verify_slices_are_equal(&tokens::hash(shown), &pending.binding).is_ok();
    found.filter(same).ok_or_else(over)
}

/// What was said, and the connection it was said through, used up with this transaction.
async fn open(app: &App, tx: &mut Tx, pending: &Pending) -> Result<(Provider, Said)> {
    let sealed = pending.sealed.as_deref().ok_or_else(over)?;
    if !store::use_up(tx, pending.id, app.clock.now()).await? {
        return Err(over());
    }
    let disabled = || Error::Unauthenticated("provider_disabled", "This way to sign in was switched off.".into());
    let provider = providers::find(tx, pending.provider_id).await?.filter(|provider| provider.enabled).ok_or_else(disabled)?;
    let plain = app.seal.open(&place(provider.id), sealed)?;
    Ok((provider, serde_json::from_slice(&plain).map_err(|error| Error::Internal(Box::new(error)))?))
}

/// Where the transaction ended.
enum Step {
    In(Box<Begun>),
    Asked(Asked),
    Refused(Error),
}

/// Collect the outcome of a sign-in: in, or to the second step.
pub async fn finish(app: &App, code: &str, shown: Option<&str>, origin: Arc<Origin>) -> Result<Outcome> {
    count(app, &origin).await?;
    let pending = waiting(app, code, shown).await?;
    if pending.aim != Aim::SignIn {
        return Err(over());
    }
    let policy = policy::of(app, pending.tenant_id).await?;
    let step = app
        .db
        .transact(pending.tenant_id, async |tx| {
            let (provider, said) = open(app, tx, &pending).await?;
            let terms = terms(&provider)?;
            let comer = Comer { app, provider: &provider, terms: &terms, said: &said, origin: &origin };
            let user = match comer.account(tx).await? {
                Found::Person(user) => user,
                Found::Refused(error, user) => {
                    note(app, tx, (&provider, user.as_ref()), &origin, error.code()).await?;
                    return Ok(Step::Refused(error));
                }
            };
            let (account, address) = (Account::of(&user), lockout::address(origin.ip.as_deref()).to_owned());
            if let Some(until) = lockout::locked_until(tx, &account, &address, app.clock.now()).await? {
                note(app, tx, (&provider, Some(&user)), &origin, "locked").await?;
                return Ok(Step::Refused(lockout::limited(until, app.clock.now())));
            }
            let required = policy.require_factor_for.contains(&user.role);
            if let Some(asked) = challenge::ask(tx, app, &user, (required, pending.remembered)).await? {
                return Ok(Step::Asked(asked));
            }
            let entry = Entry { user, remembered: pending.remembered, method: provider.kind.as_str(), proved: false, origin: origin.clone() };
            Ok::<_, Error>(Step::In(Box::new(sign_in::enter(tx, app, entry, &policy).await?)))
        })
        .await?;
    match step {
        Step::In(begun) => Ok(Outcome::In(Box::new(sign_in::finish(app, *begun)?))),
        Step::Asked(asked) => Ok(Outcome::Asked(asked)),
        Step::Refused(error) => Err(error),
    }
}

/// Write down that somebody did not come in.
async fn note(app: &App, tx: &mut Tx, (provider, user): (&Provider, Option<&User>), origin: &Origin, reason: &'static str) -> Result<()> {
    let attempt = refused(app, provider, origin, reason);
    let attempt = sign_ins::Attempt { user: user.map(|user| user.id), email: user.map(|user| user.email.clone()), ..attempt };
    Ok(sign_ins::insert(tx, attempt).await?)
}

/// Collect the outcome of adding a way in to one's own account.
pub async fn finish_link(app: &App, by: &Grant<can::ReadSelf>, code: &str, shown: Option<&str>) -> Result<Linked> {
    step_up::demand(app, by).await?;
    count(app, by.origin()).await?;
    let id = by.user().ok_or(Error::NotFound("user"))?;
    // Nobody's session has run out: 401 is not the word for it here.
    let late = || Error::conflict("sign_in_over", "This took too long, was used before, or began in another browser. Begin again.");
    let pending = waiting(app, code, shown).await.map_err(|error| if error.code() == "sign_in_over" { late() } else { error })?;
    // Begun by the same person, or it would be somebody else's identity that ends up on this account.
    if pending.aim != Aim::Link || pending.user_id != Some(id.uuid()) || pending.tenant_id != by.tenant() {
        return Err(late());
    }
    app.db
        .transact(by, async |tx| {
            let (provider, said) = open(app, tx, &pending).await?;
            let terms = terms(&provider)?;
            tx.alone("identities").await?;
            let user = users::find(tx, id).await?.filter(|user| user.status == Status::Active).ok_or(Error::NotFound("user"))?;
            let known = identities::find(tx, provider.id, &said.subject).await?;
            if known.as_ref().is_some_and(|identity| identity.user_id != id) {
                return Err(Error::conflict("identity_taken", "This identity belongs to another account here."));
            }
            if !terms.admits(said.email.as_deref()) {
                return Err(Error::Refused("domain_not_allowed", "Addresses of this domain can not sign in here this way.".into()));
            }
            let identity = if let Some(identity) = known {
                identity.id
            } else {
                let origin = Arc::new(by.origin().clone());
                let comer = Comer { app, provider: &provider, terms: &terms, said: &said, origin: &origin };
                comer.link(tx, by, &user, false).await?.id
            };
            let linked = identities::of(tx, id).await?;
            linked.into_iter().find(|linked| linked.id == identity).ok_or(Error::NotFound("identity"))
        })
        .await
}
