//! Shapes of work on the wire.

use purser_core::Timestamp;
use purser_core::ids::{JobId, UserId};
use purser_core::jobs::{JobState, Priority};
use purser_core::patch::Patch;
use purser_core::time::SECOND;
use purser_service::App;
use purser_service::jobs::{AllAgain, Edit, PutAway, Rein};
use purser_store::jobs::{Filter, Held, Job, Tally};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::extract::When;
use crate::reply::Versioned;

/// A piece of work.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Job")]
pub(crate) struct JobView {
    id: JobId,
    queue: String,
    /// What is to be done: `mail.send`.
    kind: String,
    state: JobState,
    /// What is taken first.
    priority: Priority,
    /// With what it is to be done: ids and plain facts.
    data: serde_json::Value,
    /// How far it is, of 100.
    progress: i64,
    /// Tries begun.
    attempts: i64,
    /// Tries allowed.
    max_attempts: i64,
    /// Not before.
    run_at: Timestamp,
    /// Why the last try failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_error: Option<String>,
    /// Of all that wait or run, one of the kind with this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    unique_key: Option<String>,
    /// The person who set it off.
    #[serde(skip_serializing_if = "Option::is_none")]
    created_by: Option<UserId>,
    created_at: Timestamp,
    /// When the last try began.
    #[serde(skip_serializing_if = "Option::is_none")]
    started_at: Option<Timestamp>,
    /// When it was over.
    #[serde(skip_serializing_if = "Option::is_none")]
    finished_at: Option<Timestamp>,
    /// The person who let it be tried again last.
    #[serde(skip_serializing_if = "Option::is_none")]
    retried_by: Option<UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retried_at: Option<Timestamp>,
    /// How often somebody let it be tried again.
    retries: i64,
    /// Whether work of this kind can be changed once it has failed for good.
    editable: bool,
}

impl JobView {
    pub(crate) fn of(app: &App, job: Job) -> Self {
        Self {
            editable: app.jobs.is_editable(&job.kind),
            id: job.id,
            queue: job.queue,
            kind: job.kind,
            state: job.state,
            priority: Priority::of(job.priority),
            data: job.payload.0,
            progress: job.progress,
            attempts: job.attempts,
            max_attempts: job.max_attempts,
            run_at: job.run_at,
            last_error: job.last_error,
            unique_key: job.unique_key,
            created_by: job.created_by.map(UserId),
            created_at: job.created_at,
            started_at: job.started_at,
            finished_at: job.finished_at,
            retried_by: job.retried_by.map(UserId),
            retried_at: job.retried_at,
            retries: job.retries,
        }
    }
}

impl Versioned for JobView {}

/// How much work there is.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "JobStats")]
pub(crate) struct StatsView {
    /// Waits.
    pending: i64,
    /// Is under way.
    running: i64,
    /// Failed for good and waits for a person.
    dead: i64,
    /// Seconds the oldest of what is due has been waiting.
    behind_s: i64,
    queues: Vec<QueueView>,
}

/// One queue.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "JobQueue")]
struct QueueView {
    queue: String,
    counts: Vec<CountView>,
}

/// How much work of a queue is in one state.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "JobCount")]
struct CountView {
    state: JobState,
    count: i64,
}

impl StatsView {
    pub(crate) fn new(tallies: Vec<Tally>, now: Timestamp) -> Self {
        let of = |state| tallies.iter().filter(|tally| tally.state == state).map(|tally| tally.n).sum();
        let due = tallies.iter().filter(|tally| tally.state == JobState::Pending).filter_map(|tally| tally.oldest).min();
        let (pending, running, dead) = (of(JobState::Pending), of(JobState::Running), of(JobState::Dead));
        let behind_s = due.map_or(0, |at| (now.since(at) / SECOND).max(0));
        let mut queues: Vec<QueueView> = Vec::new();
        for tally in tallies {
            let count = CountView { state: tally.state, count: tally.n };
            match queues.last_mut().filter(|view| view.queue == tally.queue) {
                Some(view) => view.counts.push(count),
                None => queues.push(QueueView { queue: tally.queue, counts: vec![count] }),
            }
        }
        Self { pending, running, dead, behind_s, queues }
    }
}

impl Versioned for StatsView {}

/// What is to be tried again, and why. What is left out does not narrow it.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "FailedJobs")]
pub(crate) struct AgainBody {
    /// Of any of these queues.
    #[serde(default)]
    queue: Vec<String>,
    /// Of any of these kinds.
    #[serde(default)]
    kind: Vec<String>,
    /// With these words, as in the list.
    #[serde(default)]
    search: Option<String>,
    /// Put in at or after.
    #[serde(default)]
    from: Option<When>,
    /// Put in before.
    #[serde(default)]
    to: Option<When>,
    reason: String,
}

impl AgainBody {
    /// The filter and the reason.
    pub(crate) fn split(self) -> (Filter, String) {
        let search = self.search.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let (from, to) = (self.from.map(When::instant), self.to.map(When::instant));
        (Filter { queues: self.queue, kinds: self.kind, search, from, to, ..Filter::default() }, self.reason)
    }
}

/// What came of it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "RetriedJobs")]
pub(crate) struct AgainView {
    /// Waits again.
    retried: i64,
    /// Failed for good and fits as well, and was left: ask again, or the same work waits already.
    left: i64,
}

impl From<AllAgain> for AgainView {
    fn from(again: AllAgain) -> Self {
        Self { retried: again.retried, left: again.left }
    }
}

impl Versioned for AgainView {}

/// What came of putting it away.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "DiscardedJobs")]
pub(crate) struct AwayView {
    /// Counts as called off now.
    discarded: i64,
    /// Failed for good and fits as well, and was left: ask again.
    left: i64,
}

impl From<PutAway> for AwayView {
    fn from(away: PutAway) -> Self {
        Self { discarded: away.discarded, left: away.left }
    }
}

impl Versioned for AwayView {}

/// What failed work is to be put in with, and why.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "EditJob")]
pub(crate) struct EditBody {
    /// All of it: what is left out is gone.
    data: serde_json::Map<String, serde_json::Value>,
    reason: String,
    /// Let it be tried again at once.
    #[serde(default)]
    retry: bool,
}

impl From<EditBody> for Edit {
    fn from(body: EditBody) -> Self {
        Self { data: body.data.into(), reason: body.reason, retry: body.retry }
    }
}

/// How a queue is to be held back; what is left out stays as it is, null lets it go.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "HoldBackQueue")]
pub(crate) struct ReinBody {
    queue: String,
    /// Begin nothing of it.
    #[serde(default)]
    paused: Option<bool>,
    /// So many under way at once.
    #[serde(default)]
    at_once: Patch<i64>,
    /// So many begun a minute.
    #[serde(default)]
    per_minute: Patch<i64>,
}

impl ReinBody {
    /// The queue, and how it is held back.
    pub(crate) fn split(self) -> (String, Rein) {
        (self.queue, Rein { paused: self.paused, at_once: self.at_once, per_minute: self.per_minute })
    }
}

/// A queue that is held back.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "HeldQueue")]
pub(crate) struct ReinView {
    queue: String,
    /// Nothing of it is begun.
    paused: bool,
    /// So many under way at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    at_once: Option<i64>,
    /// So many begun a minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    per_minute: Option<i64>,
    /// The person who said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    changed_by: Option<UserId>,
    changed_at: Timestamp,
}

impl From<Held> for ReinView {
    fn from(held: Held) -> Self {
        Self {
            queue: held.queue,
            paused: held.paused,
            at_once: held.at_once,
            per_minute: held.per_minute,
            changed_by: held.changed_by.map(UserId),
            changed_at: held.changed_at,
        }
    }
}

impl Versioned for ReinView {}
