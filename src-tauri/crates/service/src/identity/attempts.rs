//! What is written down of every attempt to sign in.

use purser_core::access::{Grant, Origin, can};
use purser_core::events::Topic;
use purser_store::Tx;
use purser_store::sign_ins::Attempt;
use purser_store::users::User;

use crate::audit::{self, Line};
use crate::{App, events};

/// An attempt on the account of `user`.
pub(crate) fn of(app: &App, user: &User, origin: &Origin, method: &'static str) -> Attempt {
    let now = app.clock.now();
    Attempt {
        id: app.ids.next(now),
        tenant: user.tenant_id,
        user: Some(user.id),
        email: Some(user.email.clone()),
        outcome: "signed_in",
        reason: None,
        method,
        ip: origin.ip.clone(),
        user_agent: origin.user_agent.clone(),
        session: None,
        new_device: false,
        at: now,
    }
}

/// The same, refused.
pub(crate) fn refused(attempt: Attempt, reason: &'static str) -> Attempt {
    Attempt { outcome: "refused", reason: Some(reason), ..attempt }
}

/// An account was locked: in the log, and for every open page.
pub(crate) fn note_lock(tx: &mut Tx, app: &App, user: &User, what: &'static str) {
    let by: Grant<can::ReadSelf> = Grant::system(user.tenant_id, app.clock.now(), &app.ids);
    let line = Line::new("sign_in.lock", "user", user.id.uuid(), user.name()).after(&serde_json::json!({ "tooManyFailures": what }));
    audit::record(tx, &by, line);
    events::emit(tx, &by, Topic::User, "sign_in_locked", user.id.uuid());
}
