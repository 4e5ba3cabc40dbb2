//! Step-up: before an action that could do much harm, the session has to have proved a second factor within the last ten minutes.
//!
//! One's own account is guarded in the same way: whoever has no second factor proves their password. Signing in is a proof too.

use std::sync::Arc;

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
    if !needed || (enrolled && fresh_until(by).is_some()) || sealed_way(by) {
        return Ok(());
    }
    if enrolled {
        let message = "This needs your second factor, proved within the last ten minutes. Prove it and try again.";
        return Err(Error::Refused("step_up_required", message.into()));
    }
    Err(Error::Refused("factor_required", "This needs a second factor, and you have none yet. Add one first.".into()))
}

/// Whether this is a session of the sealed way in, which counts as proved for as long as it lasts.
fn sealed_way<P>(by: &Grant<P>) -> bool {
    by.actor().assurance.proved_at.is_some_and(|at| at > by.now())
}

/// Refuse the caller unless they showed within the last ten minutes that it is still them: asked before what their own account depends on
/// changes, whatever the tenant's policy. A second factor where there is one, else the password.
pub(crate) fn check_self<P>(by: &Grant<P>) -> Result<()> {
    let actor = by.actor();
    match actor.caller {
        Caller::User(..) => {}
        Caller::Key(..) => return Err(Error::Refused("needs_session", "An API key can not do this. Sign in.".into())),
        Caller::System | Caller::Command => return Ok(()),
    }
    let came_in = actor.device.since.filter(|_| !actor.assurance.enrolled).is_some_and(|at| at.plus(FRESH) > by.now());
    if came_in || fresh_until(by).is_some() {
        return Ok(());
    }
    let message = if actor.assurance.enrolled {
        "This needs your second factor, proved within the last ten minutes. Prove it and try again."
    } else {
        "This needs your password, given within the last ten minutes. Give it and try again."
    };
    Err(Error::Refused("step_up_required", message.into()))
}

/// The same, with the policy of the caller's tenant.
pub(crate) async fn demand<P>(app: &App, by: &Grant<P>) -> Result<()> {
    check(by, policy::of(app, by.tenant()).await?.as_ref())
}

/// The same for what a script may do as well: its key was made with a fresh factor, for exactly this.
pub(crate) async fn demand_unless_key<P>(app: &App, by: &Grant<P>) -> Result<()> {
    if matches!(by.actor().caller, Caller::Key(..)) { Ok(()) } else { demand(app, by).await }
}

/// What a tenant asks, where it shows only in the transaction whether to ask.
pub(crate) async fn later<P>(app: &App, by: &Grant<P>) -> Result<Later> {
    Ok(Later(policy::of(app, by.tenant()).await?))
}

/// A demand that may come.
pub(crate) struct Later(Arc<SignInPolicy>);

impl Later {
    /// Refuse whoever has not proved a factor lately.
    pub(crate) fn ask<P>(&self, by: &Grant<P>) -> Result<()> {
        check(by, &self.0)
    }

    /// The same for what a script may do as well.
    pub(crate) fn ask_unless_key<P>(&self, by: &Grant<P>) -> Result<()> {
        if matches!(by.actor().caller, Caller::Key(..)) { Ok(()) } else { self.ask(by) }
    }
}

/// Refunds of a large amount ask for it; `amount` is in minor units.
pub(crate) async fn demand_for_refund<P>(app: &App, by: &Grant<P>, amount: impl FnOnce() -> Option<i64>) -> Result<()> {
    refund_demand(app, by).await?.of(by, amount())
}

/// The same for an amount that is known later, in the transaction that puts it aside.
pub(crate) async fn refund_demand<P>(app: &App, by: &Grant<P>) -> Result<RefundDemand> {
    Ok(RefundDemand(policy::of(app, by.tenant()).await?))
}

/// What a tenant asks of whoever gives money back.
pub(crate) struct RefundDemand(Arc<SignInPolicy>);

impl RefundDemand {
    /// Refuse whoever has not proved a factor lately if the amount asks for it; no amount may be any amount.
    pub(crate) fn of<P>(&self, by: &Grant<P>, amount: Option<i64>) -> Result<()> {
        let Some(from) = self.0.step_up_refund_from else { return Ok(()) };
        if amount.is_none_or(|amount| amount >= from) { check(by, &self.0) } else { Ok(()) }
    }
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

/// Prove the password, for whoever has no second factor; until when that counts.
pub async fn prove_password(app: &App, by: &Grant<can::ReadSelf>, password: String) -> Result<Timestamp> {
    let (id, session) = own(by)?;
    if by.actor().assurance.enrolled {
        return Err(Error::conflict("has_factor", "You have a second factor. Prove that one."));
    }
    let find = async |tx: &mut Tx| {
        lockout::refuse_factor(tx, id, by.now()).await?;
        users::find(tx, id).await?.ok_or(Error::NotFound("user"))
    };
    let user = app.db.read(by, find).await?;
    if user.password_hash.is_none() {
        return Err(Error::conflict("no_password", "This account has no password. Sign out and in again."));
    }
    let right = app.passwords.verify(password, user.password_hash.clone()).await?;
    app.db
        .transact(by, async |tx| {
            // Others may have failed meanwhile.
            lockout::refuse_factor(tx, id, by.now()).await?;
            if !right {
                return factors::failed_by(tx, app, (&user, by.origin()), ("password", "wrong_password")).await;
            }
            lockout::clear(tx, &lockout::factor_account(id), "").await?;
            sessions::prove(tx, session, by.now()).await?;
            events::emit(tx, by, Topic::Session, "proved", session.uuid());
            audit::record(tx, by, Line::new("session.prove_by_password", "user", id.uuid(), user.name()));
            Ok(())
        })
        .await?;
    if right { Ok(by.now().plus(FRESH)) } else { Err(Error::invalid("password", "wrong", "This is not the current password.")) }
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
