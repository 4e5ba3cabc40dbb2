//! Shapes of work on the wire.

use purser_core::Timestamp;
use purser_core::ids::{JobId, UserId};
use purser_core::jobs::{JobState, Priority};
use purser_core::time::SECOND;
use purser_store::jobs::{Job, Tally};
use schemars::JsonSchema;
use serde::Serialize;

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
}

impl From<Job> for JobView {
    fn from(job: Job) -> Self {
        Self {
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
