//! Seeing Purser as another person sees it: for a reason, for half an hour at most, to look and not to touch unless said so; the person is
//! told, and the log names both.

use purser_core::access::{Caller, Grant, can};
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::UserId;
use purser_core::mail::Notice;
use purser_core::people::Status;
use purser_core::time::MINUTE;
use purser_core::{Error, Result, Timestamp};
use purser_store::impersonations::{self as store, Impersonation};
use purser_store::{people, users};
use serde::Serialize;

use super::Ranks;
use crate::audit::{self, Line};
use crate::identity::step_up;
use crate::mail::{self, News};
use crate::people::label;
use crate::{App, events};

/// Longest, in minutes.
pub const LONGEST: i64 = 30;

/// What somebody asks for.
#[derive(Clone, Debug)]
pub struct Ask {
    /// As whom.
    pub user: UserId,
    /// Why.
    pub reason: String,
    /// For how many minutes.
    pub minutes: i64,
    /// Whether to change things as well.
    pub writes: bool,
}

/// Begin to act as another person, in this session alone.
pub async fn begin(app: &App, by: &Grant<can::ImpersonateUser>, ask: Ask) -> Result<Impersonation> {
    let mut checks = Checks::new();
    checks.text("reason", &ask.reason, 500);
    checks.that((1..=LONGEST).contains(&ask.minutes), "minutes", "out_of_range", format!("From 1 to {LONGEST} minutes."));
    checks.done()?;
    let Caller::User(own, session) = by.actor().caller else { return Err(Error::NotFound("session")) };
    step_up::demand(app, by).await?;
    if own == ask.user {
        return Err(Error::conflict("own_account", "This is your own account."));
    }
    app.db
        .transact(by, async |tx| {
            let ranks = Ranks::read(tx).await?.with(tx, &[ask.user], by.now()).await?;
            let person = people::find(tx, ask.user).await?.ok_or(Error::NotFound("user"))?;
            ranks.within_reach(by, &person)?;
            if person.status != Status::Active {
                return Err(Error::conflict("not_active", "Only an account that can sign in can be looked at this way."));
            }
            let one = Impersonation {
                id: by.id(),
                tenant_id: by.tenant(),
                session_id: session,
                by_id: own,
                by_name: by.actor().name.clone(),
                user_id: ask.user,
                reason: ask.reason.trim().to_owned(),
                writes: ask.writes,
                started_at: by.now(),
                until: by.now().plus(ask.minutes * MINUTE),
                ended_at: None,
            };
            store::insert(tx, &one).await?;
            let facts = Facts { until: one.until, writes: one.writes };
            let line = Line::new("impersonation.begin", "user", ask.user.uuid(), label(&person)).after(&facts).reason(one.reason.clone());
            audit::record(tx, by, line);
            let told = users::find(tx, ask.user).await?.ok_or(Error::NotFound("user"))?;
            mail::tell(tx, by, &told, News::of(Notice::Impersonated, one.reason.clone())).await?;
            events::emit(tx, by, Topic::User, "impersonated", ask.user.uuid());
            events::emit(tx, by, Topic::Session, "acting", session.uuid());
            Ok(one)
        })
        .await
}

/// Be oneself again.
pub async fn end(app: &App, by: &Grant<can::ReadSelf>) -> Result<()> {
    let acting = by.actor().acting.clone().ok_or_else(|| Error::conflict("not_impersonating", "You are yourself."))?;
    let Caller::User(user, session) = by.actor().caller else { return Err(Error::NotFound("session")) };
    app.db
        .transact(by, async |tx| {
            if store::end(tx, acting.id, by.now()).await? {
                audit::record(tx, by, Line::new("impersonation.end", "user", user.uuid(), by.actor().name.clone()));
                events::emit(tx, by, Topic::User, "impersonation_ended", user.uuid());
                events::emit(tx, by, Topic::Session, "acting", session.uuid());
            }
            Ok(())
        })
        .await
}

/// Who acted as the caller, newest first: everybody may know who looked over their shoulder.
pub async fn of_oneself(app: &App, by: &Grant<can::ReadSelf>) -> Result<Vec<Impersonation>> {
    let user = by.user().ok_or(Error::NotFound("user"))?;
    app.db.read(by, async |tx| store::of_user(tx, user).await.map_err(Error::from)).await
}

#[derive(Serialize)]
struct Facts {
    until: Timestamp,
    writes: bool,
}
