//! What is written down of every attempt to sign in.

use std::sync::Arc;

use purser_core::access::{Grant, Origin, can};
use purser_core::events::Topic;
use purser_core::identity::Risks;
use purser_core::ids::TenantId;
use purser_core::mail::Notice;
use purser_core::people::Status;
use purser_core::{Result, Timestamp};
use purser_store::Tx;
use purser_store::sign_ins::Attempt;
use purser_store::users::User;

use super::{places, recover};
use crate::audit::{self, Line};
use crate::limits::{self, Limit};
use crate::mail::{self, News};
use crate::{App, events};

/// An attempt on the account of `user`.
pub(crate) fn of(app: &App, user: &User, origin: &Origin, method: &'static str) -> Attempt {
    Attempt { user: Some(user.id), email: Some(user.email.clone()), ..from(app, user.tenant_id, origin, method) }
}

/// An attempt from there, on whatever account.
pub(crate) fn from(app: &App, tenant: TenantId, origin: &Origin, method: &'static str) -> Attempt {
    let now = app.clock.now();
    Attempt {
        id: app.ids.next(now),
        tenant,
        user: None,
        email: None,
        outcome: "signed_in",
        reason: None,
        method,
        ip: origin.ip.clone(),
        user_agent: origin.user_agent.clone(),
        session: None,
        new_device: false,
        place: origin.ip.as_deref().and_then(|ip| app.places.of(ip)),
        network: origin.ip.as_deref().and_then(places::network),
        risks: Risks::default(),
        at: now,
    }
}

/// The same, refused.
pub(crate) fn refused(attempt: Attempt, reason: &'static str) -> Attempt {
    Attempt { outcome: "refused", reason: Some(reason), ..attempt }
}

/// What was locked by too many failures, and until when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lock {
    /// Of what kind.
    pub(crate) notice: Notice,
    /// Until when.
    pub(crate) until: Timestamp,
}

impl Lock {
    fn what(self) -> &'static str {
        match self.notice {
            Notice::LockedHere => "password, from one address",
            Notice::FactorsLocked => "second factor",
            _ => "password",
        }
    }
}

/// An account was locked: in the log, and for every open page. Its owner is told by [`tell_lock`].
pub(crate) fn note_lock(tx: &mut Tx, app: &App, user: &User, lock: Lock) {
    let by: Grant<can::ReadSelf> = Grant::system(user.tenant_id, app.clock.now(), &app.ids);
    let line = Line::new("sign_in.lock", "user", user.id.uuid(), user.name()).after(&serde_json::json!({ "tooManyFailures": lock.what() }));
    audit::record(tx, &by, line);
    events::emit(tx, &by, Topic::User, "sign_in_locked", user.id.uuid());
}

/// Mails one person gets about locks of one kind: whoever sets them off needs no more than some wrong passwords.
const TOLD: Limit = Limit { calls: 3, span_s: 86_400 };

/// Tell the owner of an account that it was locked.
pub(crate) async fn tell_lock(tx: &mut Tx, app: &App, (user, origin): (&User, &Origin), lock: Lock) -> Result<()> {
    if user.status != Status::Active {
        return Ok(());
    }
    let name = format!("lock_told:{}:{}", lock.notice.as_str(), user.id);
    if limits::take(&*app.counters, &name, TOLD, app.clock.now()).await.is_err() {
        return Ok(());
    }
    let by = recover::on_behalf(app, user, &Arc::new(origin.clone()))?;
    let until = lock.until.to_utc().format("%Y-%m-%d %H:%M UTC").to_string();
    mail::tell(tx, &by, user, News { until: Some(until), ..News::plain(lock.notice) }).await
}

/// The same beside the answer: how long that takes must not tell whether anybody has an account by the address.
pub(crate) fn tell_lock_later(app: &App, user: User, origin: &Origin, lock: Lock) {
    let (later, origin) = (app.clone(), origin.clone());
    app.background.spawn(async move {
        let told = later.db.transact(user.tenant_id, async |tx| tell_lock(tx, &later, (&user, &origin), lock).await);
        if let Err(error) = told.await {
            tracing::warn!(%error, "somebody could not be told that their account was locked");
        }
    });
}
