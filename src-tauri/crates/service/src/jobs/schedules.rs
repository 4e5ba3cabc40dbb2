//! When regular work is done, as people look after it: see it, move it, stop it for now.

use purser_core::access::{Grant, can};
use purser_core::cron::{self, Cron};
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::UserId;
use purser_core::patch::Patch;
use purser_core::{Error, Result, Timestamp};
use purser_store::Tx;
use purser_store::jobs::{self as store, Schedule};
use serde::Serialize;

use super::regular::{self, REGULAR, Regular};
use crate::audit::{self, Line};
use crate::{App, events};

/// Regular work and when it is done.
#[derive(Clone, Debug)]
pub struct Shown {
    /// What is done.
    pub regular: Regular,
    /// When.
    pub schedule: Schedule,
    /// The next times, also while it is stopped.
    pub next: Vec<Timestamp>,
}

/// What is to be different.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// A rule of five fields; emptied for the usual one.
    pub cron: Patch<String>,
    /// The name of the place whose time it goes by; emptied for UTC.
    pub zone: Patch<String>,
    /// Not done for now.
    pub paused: Option<bool>,
}

/// Times shown ahead.
const AHEAD: usize = 3;

/// Regular work of the tenant.
pub async fn schedules(app: &App, by: &Grant<can::ReadJob>) -> Result<Vec<Shown>> {
    let known = app.db.read(by, async |tx| store::schedules(tx).await.map_err(Error::from)).await?;
    REGULAR.iter().map(|regular| shown(regular, known.iter().find(|schedule| schedule.name == regular.name), by.now())).collect()
}

fn shown(regular: &Regular, known: Option<&Schedule>, now: Timestamp) -> Result<Shown> {
    let mut next = Vec::with_capacity(AHEAD);
    let mut at = now;
    for _ in 0..AHEAD {
        at = regular::next(regular, known, at)?;
        next.push(at);
    }
    let usual = || Schedule {
        name: regular.name.into(),
        next_at: next[0],
        cron: None,
        zone: None,
        paused: false,
        last_at: None,
        changed_by: None,
        changed_at: None,
    };
    Ok(Shown { regular: *regular, schedule: known.cloned().unwrap_or_else(usual), next })
}

/// A schedule as the audit log keeps it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Facts<'a> {
    cron: Option<&'a str>,
    time_zone: Option<&'a str>,
    paused: bool,
}

fn facts(schedule: &Schedule) -> Facts<'_> {
    Facts { cron: schedule.cron.as_deref(), time_zone: schedule.zone.as_deref(), paused: schedule.paused }
}

/// Do something at another time from now on, or not for now.
pub async fn reschedule(app: &App, by: &Grant<can::ManageJob>, name: &str, change: Change) -> Result<Shown> {
    let regular = REGULAR.iter().find(|regular| regular.name == name).ok_or(Error::NotFound("schedule"))?;
    let mut checks = Checks::new();
    let rule = change.cron.set().is_none_or(|text| text.len() <= 100 && Cron::read(text).is_some());
    checks.that(rule, "cron", "not_valid", "Five fields such as 30 9 * * 1-5: minute, hour, day of the month, month, day of the week.");
    let zone = change.zone.set().is_none_or(|text| text.len() <= 60 && cron::zone(text).is_some());
    checks.that(zone, "timeZone", "not_valid", "The name of a place's time, such as Europe/Oslo.");
    checks.done()?;
    let shown = app.db.transact(by, async |tx| write(tx, by, regular, change).await).await?;
    app.regular.lock().remove(&by.tenant());
    Ok(shown)
}

async fn write(tx: &mut Tx, by: &Grant<can::ManageJob>, regular: &Regular, change: Change) -> Result<Shown> {
    let known = store::schedules(tx).await?.into_iter().find(|schedule| schedule.name == regular.name);
    let before = shown(regular, known.as_ref(), by.now())?.schedule;
    let mut after = before.clone();
    change.cron.apply_optional(&mut after.cron);
    change.zone.apply_optional(&mut after.zone);
    after.paused = change.paused.unwrap_or(before.paused);
    (after.changed_by, after.changed_at) = (by.actor().person().map(UserId::uuid), Some(by.now()));
    after.next_at = regular::next(regular, Some(&after), by.now())?;
    store::set_schedule(tx, &after).await?;
    let (was, is) = audit::changes(&facts(&before), &facts(&after));
    audit::record(tx, by, Line::new("job.schedule", "tenant", by.tenant().uuid(), regular.name).before(&was).after(&is));
    events::emit(tx, by, Topic::Job, "scheduled", by.tenant().uuid());
    shown(regular, Some(&after), by.now())
}
