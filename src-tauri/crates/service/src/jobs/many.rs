//! Work by the hundred: everything that failed and fits a filter tried again or put away, and queues that are held back.

use purser_core::access::{Grant, can};
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::{JobId, UserId};
use purser_core::jobs::{JobState, Priority};
use purser_core::patch::Patch;
use purser_core::{Error, Result, Timestamp};
use purser_store::jobs::{self as store, Again, Filter, Held};
use serde::Serialize;

use super::QUEUED;
use crate::audit::{self, Line};
use crate::limits::{self, Limit};
use crate::{App, events};

/// Tried again or put away with one call; whoever has more calls again.
const AT_ONCE: i64 = 500;

/// Calls of one person: enough to empty a large queue, too few to keep a failing party busy.
const CALLS: Limit = Limit { calls: 30, span_s: 60 };

/// Queues or kinds in one filter.
const MOST_WORDS: usize = 50;

/// What came of trying everything again.
#[derive(Clone, Copy, Debug)]
pub struct AllAgain {
    /// Waits again.
    pub retried: i64,
    /// Failed for good and fits as well, and was left: too many for one call, or the same work waits already.
    pub left: i64,
}

/// The filter and the outcome as the audit log keeps them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Facts<'a> {
    queues: &'a [String],
    kinds: &'a [String],
    search: Option<&'a str>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    retried: usize,
}

/// Let everything that failed for good and fits `filter` be tried again, for a reason. What was tried again a moment ago no longer fits, so a
/// second press finds nothing.
pub async fn retry_all(app: &App, by: &Grant<can::ManageJob>, filter: &Filter, reason: &str) -> Result<AllAgain> {
    check(filter, reason)?;
    limits::of_person(app, by, "retry all", CALLS).await?;
    let again = Again { by: by.actor().person().map(UserId::uuid), at: by.now(), priority: Priority::High.weight() };
    app.db
        .transact(by, async |tx| {
            let moved: Vec<JobId> = store::retry_many(tx, filter, &again, AT_ONCE).await?;
            let dead = Filter { states: vec![JobState::Dead], ..filter.clone() };
            let (left, _) = store::count(tx, &dead, 10_000).await?;
            if !moved.is_empty() {
                let Filter { queues, kinds, from, to, .. } = filter;
                let facts = Facts { queues, kinds, search: filter.search.as_deref(), from: *from, to: *to, retried: moved.len() };
                let line = Line::new("job.retry_all", "tenant", by.tenant().uuid(), "work that failed".to_owned());
                audit::record(tx, by, line.after(&facts).reason(reason.trim()));
                // One notice wakes the crew and the pages; they read the rest.
                events::emit(tx, by, Topic::Job, QUEUED, moved[0].uuid());
            }
            Ok::<_, Error>(AllAgain { retried: i64::try_from(moved.len()).unwrap_or(i64::MAX), left })
        })
        .await
}

/// What came of putting everything away.
#[derive(Clone, Copy, Debug)]
pub struct PutAway {
    /// Nobody has to look at it any more.
    pub discarded: i64,
    /// Failed for good and fits as well, and was left: too many for one call.
    pub left: i64,
}

/// What was put away, as the audit log keeps it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Away<'a> {
    queues: &'a [String],
    kinds: &'a [String],
    search: Option<&'a str>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    discarded: usize,
}

/// Put everything away that failed for good and fits `filter`, for a reason: it counts as called off, and can be tried again like all that was.
pub async fn discard_all(app: &App, by: &Grant<can::ManageJob>, filter: &Filter, reason: &str) -> Result<PutAway> {
    check(filter, reason)?;
    app.db
        .transact(by, async |tx| {
            let moved: Vec<JobId> = store::discard_many(tx, filter, by.now(), AT_ONCE).await?;
            let dead = Filter { states: vec![JobState::Dead], ..filter.clone() };
            let (left, _) = store::count(tx, &dead, 10_000).await?;
            if let Some(first) = moved.first() {
                let Filter { queues, kinds, from, to, .. } = filter;
                let facts = Away { queues, kinds, search: filter.search.as_deref(), from: *from, to: *to, discarded: moved.len() };
                let line = Line::new("job.discard_all", "tenant", by.tenant().uuid(), "work that failed".to_owned());
                audit::record(tx, by, line.after(&facts).reason(reason.trim()));
                // One notice tells the pages; they read the rest.
                events::emit(tx, by, Topic::Job, "cancelled", first.uuid());
            }
            Ok::<_, Error>(PutAway { discarded: i64::try_from(moved.len()).unwrap_or(i64::MAX), left })
        })
        .await
}

fn check(filter: &Filter, reason: &str) -> Result<()> {
    let mut checks = Checks::new();
    checks.text("reason", reason, 500);
    checks.length("search", filter.search.as_deref().unwrap_or_default(), 100);
    for (field, words) in [("queue", &filter.queues), ("kind", &filter.kinds)] {
        checks.that(words.len() <= MOST_WORDS, field, "too_many", format!("At most {MOST_WORDS}."));
        for (place, word) in words.iter().enumerate().take(MOST_WORDS) {
            checks.length(&format!("{field}[{place}]"), word, 100);
        }
    }
    checks.done()
}

/// How a queue is to be held back; what is left out stays as it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rein {
    /// Begin nothing of it.
    pub paused: Option<bool>,
    /// So many under way at once; emptied for as many as there are hands.
    pub at_once: Patch<i64>,
    /// So many begun a minute; emptied for as many as come.
    pub per_minute: Patch<i64>,
}

/// A queue as the audit log keeps it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Reins {
    paused: bool,
    at_once: Option<i64>,
    per_minute: Option<i64>,
}

impl From<&Held> for Reins {
    fn from(held: &Held) -> Self {
        Self { paused: held.paused, at_once: held.at_once, per_minute: held.per_minute }
    }
}

/// Queues that are held back.
pub async fn queues(app: &App, by: &Grant<can::ReadJob>) -> Result<Vec<Held>> {
    app.db.read(by, async |tx| store::held(tx).await.map_err(Error::from)).await
}

/// Hold a queue back, or let it go. What is under way goes on.
pub async fn hold_back(app: &App, by: &Grant<can::ManageJob>, queue: &str, rein: Rein) -> Result<Held> {
    let mut checks = Checks::new();
    checks.that(queue.len() <= 100 && !queue.trim().is_empty(), "queue", "not_valid", "The name of a queue, at most 100 characters.");
    let good = |most: Patch<i64>| most.set().is_none_or(|most| (1..=1_000).contains(most));
    checks.that(good(rein.at_once), "atOnce", "out_of_range", "From 1 to 1000, or nothing for as many as there are hands.");
    checks.that(good(rein.per_minute), "perMinute", "out_of_range", "From 1 to 1000, or nothing for as many as come.");
    checks.done()?;
    app.db
        .transact(by, async |tx| {
            let found = store::held(tx).await?.into_iter().find(|held| held.queue == queue);
            let (changed_by, changed_at) = (by.actor().person().map(UserId::uuid), by.now());
            let before = found.unwrap_or(Held { queue: queue.to_owned(), paused: false, at_once: None, per_minute: None, changed_by, changed_at });
            let mut after = Held { paused: rein.paused.unwrap_or(before.paused), changed_by, changed_at, ..before.clone() };
            rein.at_once.apply_optional(&mut after.at_once);
            rein.per_minute.apply_optional(&mut after.per_minute);
            store::hold_back(tx, &after).await?;
            let (was, is) = audit::changes(&Reins::from(&before), &Reins::from(&after));
            audit::record(tx, by, Line::new("job.hold_back", "tenant", by.tenant().uuid(), queue.to_owned()).before(&was).after(&is));
            // A queue that was let go has work that is due.
            events::emit(tx, by, Topic::Job, QUEUED, by.tenant().uuid());
            Ok::<_, Error>(after)
        })
        .await
}
