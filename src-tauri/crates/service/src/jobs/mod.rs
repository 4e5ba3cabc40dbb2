//! Work for later. A use case puts it in with its own transaction, so it is done if and only if that was committed; a crew of workers takes
//! it up, tries again when it fails, and leaves what can not be done to a person.
//!
//! A piece of work may be begun more than once (the process can end in the middle), so whatever does it has to bear that. What is put in
//! is seen by everybody who may look at jobs: ids and plain facts, never a secret.

mod crew;
mod edit;
mod manage;
mod many;
mod perform;
mod regular;
mod schedules;
mod workers;

pub use crew::{Crew, recover};
pub use edit::{Edit, edit};
pub use manage::{cancel, list, read, retry, stats};
pub use many::{AllAgain, PutAway, Rein, discard_all, hold_back, queues, retry_all};
pub use perform::{Turn, run_due};
pub use regular::{Regular, tick};
pub use schedules::{Change, Shown as Scheduled, reschedule, schedules};
pub use workers::{Shown as WorkerShown, Who, workers};

use std::collections::{BTreeSet, HashMap};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::RwLock;
use purser_core::access::Grant;
use purser_core::events::{Event, Topic};
use purser_core::ids::JobId;
use purser_core::jobs::{JobState, Priority, Wait};
use purser_core::time::{MINUTE, SECOND};
use purser_core::{Error, Result, Timestamp};
use purser_store::Tx;
use purser_store::jobs::{self as store, Job};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::App;

/// Why a try failed.
#[derive(Debug)]
pub enum Failure {
    /// It may work later. The reason is shown to people: no secret, nothing personal.
    Later(String),
    /// It never will.
    Never(String),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        // What broke inside goes to the log, not to the row.
        if let Error::Internal(cause) = &error {
            tracing::warn!(error = %cause, "a job failed inside Purser");
        }
        Self::Later(error.to_string())
    }
}

impl From<purser_store::Error> for Failure {
    fn from(error: purser_store::Error) -> Self {
        Error::from(error).into()
    }
}

/// How often something is tried, and how long a try may take.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Tries, the first one included.
    pub tries: i64,
    /// Between two tries.
    pub wait: Wait,
    /// A try that takes longer has failed.
    pub longest: Duration,
}

impl Plan {
    /// Three tries, a second apart at first, a minute each.
    pub const USUAL: Self = Self { tries: 3, wait: Wait::Doubling(SECOND, 15 * MINUTE), longest: Duration::from_mins(1) };
}

/// A kind of work: what it needs to know, and how it is done.
pub trait Work: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Name of the kind, as stored: `mail.send`.
    const KIND: &'static str;
    /// Whose turn it takes.
    const QUEUE: &'static str;
    /// How often it is tried.
    const PLAN: Plan = Plan::USUAL;
    /// Whether a person may change what it was put in with, once it has failed: only where whoever looks after work could as well have had
    /// the other thing done.
    const EDITABLE: bool = false;

    /// Do it.
    fn run(self, app: App, turn: Turn) -> impl Future<Output = Result<(), Failure>> + Send;
}

type Done = Pin<Box<dyn Future<Output = Result<(), Failure>> + Send>>;
type Doing = Arc<dyn Fn(App, serde_json::Value, Turn) -> Done + Send + Sync>;

type Reading = fn(&serde_json::Value) -> Result<(), String>;

/// How a kind is done, whose turn it takes, and what it may be put in with if a person may change that.
struct Kind {
    plan: Plan,
    doing: Doing,
    queue: &'static str,
    reading: Option<Reading>,
}

/// The kinds of work this process knows how to do.
#[derive(Default)]
pub struct Kinds(RwLock<HashMap<&'static str, Kind>>);

/// Whether `W` can be put in with just this.
fn reads<W: Work>(payload: &serde_json::Value) -> Result<(), String> {
    let work: W = serde_json::from_value(payload.clone()).map_err(|error| error.to_string())?;
    let written = serde_json::to_value(work).map_err(|error| error.to_string())?;
    if written == *payload { Ok(()) } else { Err(format!("it would be read as {written}")) }
}

impl Kinds {
    /// Learn a kind.
    pub fn learn<W: Work>(&self) {
        let doing: Doing = Arc::new(|app, payload, turn| {
            Box::pin(async move {
                match serde_json::from_value::<W>(payload) {
                    Ok(work) => work.run(app, turn).await,
                    Err(error) => Err(Failure::Never(format!("What it was put in with can not be read: {error}."))),
                }
            })
        });
        let reading: Option<Reading> = W::EDITABLE.then_some(reads::<W>);
        self.0.write().insert(W::KIND, Kind { plan: W::PLAN, doing, queue: W::QUEUE, reading });
    }

    fn get(&self, kind: &str) -> Option<(Plan, Doing)> {
        self.0.read().get(kind).map(|kind| (kind.plan, kind.doing.clone()))
    }

    /// What tells whether a kind can be put in with something else; nothing if nobody may change that.
    fn reading(&self, kind: &str) -> Option<Reading> {
        self.0.read().get(kind).and_then(|kind| kind.reading)
    }

    /// Whether a person may change what work of this kind was put in with, once it has failed for good.
    pub fn is_editable(&self, kind: &str) -> bool {
        self.reading(kind).is_some()
    }

    /// The queues work is taken from.
    fn queues(&self) -> Vec<&'static str> {
        let queues: BTreeSet<&'static str> = self.0.read().values().map(|kind| kind.queue).collect();
        queues.into_iter().collect()
    }
}

/// What every engine knows how to do.
pub(crate) fn kinds() -> Kinds {
    let kinds = Kinds::default();
    kinds.learn::<regular::Tidy>();
    kinds.learn::<crate::identity::passwords::Remind>();
    kinds.learn::<crate::identity::Unproved>();
    kinds.learn::<crate::identity::keys::Warn>();
    kinds.learn::<crate::ledger::ProveLedger>();
    kinds.learn::<crate::disputes::HearDisputes>();
    kinds.learn::<crate::reconciliation::Compare>();
    kinds.learn::<crate::mail::SendMail>();
    kinds.learn::<crate::newsletters::Gather>();
    kinds.learn::<crate::newsletters::Batch>();
    kinds.learn::<crate::newsletters::Resume>();
    kinds.learn::<crate::mail::TellStaff>();
    kinds.learn::<crate::mail::weekly::WeeklyReport>();
    kinds.learn::<crate::seal::Renew>();
    kinds.learn::<crate::people::Erase>();
    kinds.learn::<crate::orders::Expire>();
    kinds.learn::<crate::tenants::Purge>();
    kinds.learn::<crate::webhooks::Deliver>();
    kinds.learn::<crate::payments::notices::FollowUp>();
    kinds.learn::<crate::sagas::Run>();
    kinds
}

/// How a piece of work is put in, where it differs from the usual.
#[derive(Clone, Debug, Default)]
pub struct When {
    /// Not before; at once otherwise.
    pub run_at: Option<Timestamp>,
    /// What is taken first; normal otherwise.
    pub priority: Option<Priority>,
    /// Of all that wait or run, one of the kind with this name.
    pub unique: Option<String>,
}

/// Put `work` in with the transaction `tx`. `None` if one of its kind and name waits or runs already.
pub async fn enqueue<W: Work, P>(tx: &mut Tx, by: &Grant<P>, work: &W, when: When) -> Result<Option<JobId>> {
    let job = job(by, work, when)?;
    if !store::insert(tx, &job).await? {
        return Ok(None);
    }
    crate::events::emit(tx, by, Topic::Job, QUEUED, job.id.uuid());
    Ok(Some(job.id))
}

/// The most that is put in at once.
pub const MOST_AT_ONCE: usize = 1_000;

/// Put many pieces of work of one kind in with the transaction `tx`, with the statements of a few: each gets its answer in its place, `None`
/// where one of its name waits or runs already or stands before it. At most [`MOST_AT_ONCE`]; whoever has more says so in parts.
pub async fn enqueue_all<W: Work, P>(tx: &mut Tx, by: &Grant<P>, work: &[(W, When)]) -> Result<Vec<Option<JobId>>> {
    if work.len() > MOST_AT_ONCE {
        return Err(Error::internal("more work put in at once than one statement has room for"));
    }
    let jobs = work.iter().map(|(work, when)| job(by, work, when.clone())).collect::<Result<Vec<Job>>>()?;
    let put = store::insert_all(tx, &jobs).await?;
    // One notice wakes the crew and the pages; they read the rest.
    if let Some(first) = put.first() {
        crate::events::emit(tx, by, Topic::Job, QUEUED, first.uuid());
    }
    Ok(jobs.iter().map(|job| put.contains(&job.id).then_some(job.id)).collect())
}

fn job<W: Work, P>(by: &Grant<P>, work: &W, when: When) -> Result<Job> {
    let payload = serde_json::to_value(work).map_err(|error| Error::Internal(Box::new(error)))?;
    Ok(Job {
        id: by.id(),
        tenant_id: by.tenant(),
        queue: W::QUEUE.into(),
        kind: W::KIND.into(),
        payload: payload.into(),
        state: JobState::Pending,
        priority: when.priority.unwrap_or(Priority::Normal).weight(),
        run_at: when.run_at.unwrap_or_else(|| by.now()),
        attempts: 0,
        max_attempts: W::PLAN.tries,
        unique_key: when.unique,
        last_error: None,
        progress: 0,
        created_by: by.user().map(purser_core::ids::UserId::uuid),
        created_at: by.now(),
        started_at: None,
        finished_at: None,
        retried_by: None,
        retried_at: None,
        retries: 0,
    })
}

/// The notice that wakes the crew.
const QUEUED: &str = "queued";

/// Announce what became of `job`.
fn announce(tx: &mut Tx, job: &Job, action: &str, at: Timestamp) {
    let (tenant, subject_id) = (job.tenant_id, job.id.uuid());
    tx.emit(Event { seq: 0, tenant, topic: Topic::Job, action: action.to_owned(), subject_id, actor_id: None, at });
}
