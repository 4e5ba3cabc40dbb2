//! Step-up: before an action that could do much harm, the session has to have proved a second factor within the last ten minutes.

use purser_core::access::{Caller, Grant, can};
use purser_core::events::Topic;
use purser_core::identity::{FRESH, Method, SignInPolicy, StepUp};
use purser_core::ids::SessionId;
use purser_core::{Error, Result, Timestamp};
use purser_store::users::User;
use purser_store::{Tx, sessions, users};

use super::factors::{self, Answer};
use super::sessions::own;
use super::{lockout, policy};
use crate::audit::{self, Line};
use crate::{App, events};

/// Until when the caller's proof counts as fresh, if it does.
pub fn fresh_until<P>(by: &Grant<P>) -> Option<Timestamp> {
    by.actor().assurance.proved_at.map(|at| at.plus(FRESH)).filter(|until| *until > by.now())
}

/// Refuse the caller unless a second factor was proved lately, as far as `policy` asks for it.
pub(crate) fn check<P>(by: &Grant<P>, policy: &SignInPolicy) -> Result<()> {
    match by.actor().caller {
        Caller::User(..) => {}
        Caller::Key(..) => return Err(Error::Refused("needs_session", "An API key can not do this. Sign in.".into())),
        Caller::System | Caller::Command => return Ok(()),
    }
    let enrolled = by.actor().assurance.enrolled;
    let needed = match policy.step_up {
        StepUp::Off => false,
        StepUp::Enrolled => enrolled,
        StepUp::Always => true,
    };
    if !needed || fresh_until(by).is_some() {
        return Ok(());
    }
    if enrolled {
        let message = "This needs your second factor, proved within the last ten minutes. Prove it and try again.";
        return Err(Error::Refused("step_up_required", message.into()));
    }
    Err(Error::Refused("factor_required", "This needs a second factor, and you have none yet. Add one first.".into()))
}

/// The same, with the policy of the caller's tenant.
pub(crate) async fn demand<P>(app: &App, by: &Grant<P>) -> Result<()> {
    check(by, policy::of(app, by.tenant()).await?.as_ref())
}

/// The same for what a script may do as well: its key was made with a fresh factor, for exactly this.
pub(crate) async fn demand_unless_key<P>(app: &App, by: &Grant<P>) -> Result<()> {
    if matches!(by.actor().caller, Caller::Key(..)) { Ok(()) } else { demand(app, by).await }
}

/// Refunds of a large amount ask for it; `amount` is in minor units.
pub(crate) async fn demand_for_refund<P>(app: &App, by: &Grant<P>, amount: impl FnOnce() -> Option<i64>) -> Result<()> {
    let policy = policy::of(app, by.tenant()).await?;
    let Some(from) = policy.step_up_refund_from else { return Ok(()) };
    // Everything that is left may be any amount.
    if amount().is_none_or(|amount| amount >= from) { check(by, &policy) } else { Ok(()) }
}

/// Prove a second factor; until when that counts.
pub async fn prove(app: &App, by: &Grant<can::ReadSelf>, answer: Answer) -> Result<Timestamp> {
    let (id, session) = own(by)?;
    let passed = app
        .db
        .transact(by, async |tx| {
            let user = users::find(tx, id).await?.ok_or(Error::NotFound("user"))?;
            lockout::refuse_factor(tx, id, by.now()).await?;
            if !factors::check(tx, app, &user, &answer, session.uuid()).await? {
                factors::failed(tx, app, &user, by.origin(), answer.method).await?;
                return Ok(false);
            }
            proved(tx, by, (&user, session), answer.method).await?;
            Ok::<_, Error>(true)
        })
        .await?;
    if passed { Ok(by.now().plus(FRESH)) } else { Err(factors::wrong_code()) }
}

/// A second factor was proved: in the session, in the log, and for every open page.
pub(crate) async fn proved(tx: &mut Tx, by: &Grant<can::ReadSelf>, (user, session): (&User, SessionId), method: Method) -> Result<()> {
    lockout::clear(tx, &lockout::factor_account(user.id), "").await?;
    sessions::prove(tx, session, by.now()).await?;
    events::emit(tx, by, Topic::Session, "proved", session.uuid());
    let action = if method == Method::Backup { "session.prove_by_backup_code" } else { "session.prove" };
    audit::record(tx, by, Line::new(action, "user", user.id.uuid(), user.name()));
    Ok(())
}
