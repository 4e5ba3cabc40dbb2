//! Work for later. A use case puts it in with its own transaction, so it is done if and only if that was committed; a crew of workers takes
//! it up, tries again when it fails, and leaves what can not be done to a person.
//!
//! A piece of work may be begun more than once (the process can end in the middle), so whatever does it has to bear that. What is put in
//! is seen by everybody who may look at jobs: ids and plain facts, never a secret.

mod crew;
mod manage;
mod perform;
mod regular;

pub use crew::{Crew, recover};
pub use manage::{cancel, list, read, retry, stats};
pub use perform::{Turn, run_due};
pub use regular::{Regular, tick};

use std::collections::HashMap;
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

    /// Do it.
    fn run(self, app: App, turn: Turn) -> impl Future<Output = Result<(), Failure>> + Send;
}

type Done = Pin<Box<dyn Future<Output = Result<(), Failure>> + Send>>;
type Doing = Arc<dyn Fn(App, serde_json::Value, Turn) -> Done + Send + Sync>;

/// The kinds of work this process knows how to do.
#[derive(Default)]
pub struct Kinds(RwLock<HashMap<&'static str, (Plan, Doing)>>);

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
        self.0.write().insert(W::KIND, (W::PLAN, doing));
    }

    fn get(&self, kind: &str) -> Option<(Plan, Doing)> {
        self.0.read().get(kind).cloned()
    }
}

/// What every engine knows how to do.
pub(crate) fn kinds() -> Kinds {
    let kinds = Kinds::default();
    kinds.learn::<regular::Tidy>();
    kinds.learn::<crate::mail::SendMail>();
    kinds.learn::<crate::seal::Renew>();
    kinds.learn::<crate::people::Erase>();
    kinds.learn::<crate::tenants::Purge>();
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
    let payload = serde_json::to_value(work).map_err(|error| Error::Internal(Box::new(error)))?;
    let job = Job {
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
    };
    if !store::insert(tx, &job).await? {
        return Ok(None);
    }
    crate::events::emit(tx, by, Topic::Job, QUEUED, job.id.uuid());
    Ok(Some(job.id))
}

/// The notice that wakes the crew.
const QUEUED: &str = "queued";

/// Announce what became of `job`.
fn announce(tx: &mut Tx, job: &Job, action: &str, at: Timestamp) {
    let (tenant, subject_id) = (job.tenant_id, job.id.uuid());
    tx.emit(Event { seq: 0, tenant, topic: Topic::Job, action: action.to_owned(), subject_id, actor_id: None, at });
}
