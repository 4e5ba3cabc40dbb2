//! The `jobs` table as people see it: put a piece of work in, find it, list it, call it off. How it is worked off is in `work.rs`, what is
//! regular in `regular.rs`.

mod queues;
mod regular;
mod retry;
mod terms;
mod work;

use std::collections::BTreeSet;

use purser_core::Timestamp;
use purser_core::ids::{JobId, TenantId};
use purser_core::jobs::JobState;
use sqlx::types::Json;
use uuid::Uuid;

use crate::page::{Key, List, SortKey};
use crate::rows::{Instant, MaybeInstant};
use crate::{Listing, Page, Query, Result, Tx, Value, sql};

pub use queues::{Held, held, hold_back};
pub use regular::{Schedule, first, forget, schedules, set_schedule, take_turn};
pub use retry::{Again, discard_many, edit, retry, retry_many};
pub use work::{Claim, Ended, advance, beat, claim, end, next_due, release, release_lapsed};

/// A piece of work.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Job {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: JobId,
    /// The tenant it is done for.
    #[sqlx(try_from = "Uuid")]
    pub tenant_id: TenantId,
    /// Whose turn it takes.
    pub queue: String,
    /// What is to be done.
    pub kind: String,
    /// With what. Ids and plain facts, never a secret.
    pub payload: Json<serde_json::Value>,
    /// Where it stands.
    #[sqlx(try_from = "String")]
    pub state: JobState,
    /// Larger goes first.
    pub priority: i64,
    /// Not before.
    #[sqlx(try_from = "Instant")]
    pub run_at: Timestamp,
    /// Tries begun.
    pub attempts: i64,
    /// Tries allowed.
    pub max_attempts: i64,
    /// Of all that wait or run, one of a kind with this name.
    pub unique_key: Option<String>,
    /// Why the last try failed.
    pub last_error: Option<String>,
    /// How far it is, of 100.
    pub progress: i64,
    /// The person who set it off.
    pub created_by: Option<Uuid>,
    /// When it was put in.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
    /// When the last try began.
    #[sqlx(try_from = "MaybeInstant")]
    pub started_at: Option<Timestamp>,
    /// When it was over.
    #[sqlx(try_from = "MaybeInstant")]
    pub finished_at: Option<Timestamp>,
    /// The person who let it be tried again last.
    pub retried_by: Option<Uuid>,
    /// When that was.
    #[sqlx(try_from = "MaybeInstant")]
    pub retried_at: Option<Timestamp>,
    /// How often it was.
    pub retries: i64,
}

macro_rules! columns {
    () => {
        "j.id, j.tenant_id, j.queue, j.kind, j.payload, j.state, j.priority, j.run_at, j.attempts, j.max_attempts, j.unique_key, j.last_error, \
         j.progress, j.created_by, j.created_at, j.started_at, j.finished_at, j.retried_by, j.retried_at, j.retries"
    };
}

/// The same columns of the one table a statement is about.
macro_rules! plain {
    () => {
        "id, tenant_id, queue, kind, payload, state, priority, run_at, attempts, max_attempts, unique_key, last_error, progress, created_by, \
         created_at, started_at, finished_at, retried_by, retried_at, retries"
    };
}
use plain;

static LIST: List<Job> = List {
    select: concat!("SELECT ", columns!(), " FROM jobs j"),
    id: "j.id",
    row_id: |job| job.id.uuid(),
    sorts: &[
        SortKey { name: "createdAt", column: "j.created_at", key: |job| Key::Time(job.created_at.micros()) },
        SortKey { name: "runAt", column: "j.run_at", key: |job| Key::Time(job.run_at.micros()) },
    ],
};

/// Put a piece of work in; `false` if one of its kind and name waits or runs already.
pub async fn insert(tx: &mut Tx, job: &Job) -> Result<bool> {
    Ok(!insert_all(tx, std::slice::from_ref(job)).await?.is_empty())
}

#[derive(sqlx::FromRow)]
struct Put {
    #[sqlx(try_from = "Uuid")]
    id: JobId,
}

/// Put pieces of work in; those that are in now. What is not has one of its kind and name that waits or runs already, or that is in the same
/// slice before it. At most 1,000, so that every statement has room for what it binds.
pub async fn insert_all(tx: &mut Tx, jobs: &[Job]) -> Result<BTreeSet<JobId>> {
    if jobs.is_empty() {
        return Ok(BTreeSet::new());
    }
    let mut query = Query::start(
        "INSERT INTO jobs (id, tenant_id, queue, kind, payload, state, priority, run_at, attempts, max_attempts, unique_key, progress, created_by, \
         created_at) VALUES",
    );
    query.rows(jobs.iter().map(|job| -> [Value; 14] {
        [
            job.id.into(),
            job.tenant_id.into(),
            job.queue.clone().into(),
            job.kind.clone().into(),
            job.payload.0.clone().into(),
            JobState::Pending.as_str().into(),
            job.priority.into(),
            job.run_at.into(),
            0_i64.into(),
            job.max_attempts.into(),
            job.unique_key.clone().into(),
            0_i64.into(),
            job.created_by.into(),
            job.created_at.into(),
        ]
    }));
    query.push(" ON CONFLICT (tenant_id, kind, unique_key) WHERE unique_key IS NOT NULL AND state IN ('pending', 'running') DO NOTHING RETURNING id");
    let put: BTreeSet<JobId> = tx.all::<Put>(query).await?.into_iter().map(|row| row.id).collect();
    terms::insert(tx, jobs.iter().filter(|job| put.contains(&job.id))).await?;
    Ok(put)
}

/// Which pieces of work.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    /// Any of these states.
    pub states: Vec<JobState>,
    /// Any of these queues.
    pub queues: Vec<String>,
    /// Any of these kinds.
    pub kinds: Vec<String>,
    /// Put in at or after.
    pub from: Option<Timestamp>,
    /// Put in before.
    pub to: Option<Timestamp>,
    /// With these words in its id, its kind or what it was put in with, or with this text in the reason it failed for good.
    pub search: Option<String>,
}

fn condition(tx: &Tx, filter: &Filter) -> Query {
    let mut query = Query::start(" WHERE j.tenant_id = ");
    query.arg(tx.tenant());
    if !filter.states.is_empty() {
        query.push(" AND j.state IN ").list(filter.states.iter().map(|state| state.as_str().into()));
    }
    for (column, values) in [(" AND j.queue IN ", &filter.queues), (" AND j.kind IN ", &filter.kinds)] {
        if !values.is_empty() {
            query.push(column).list(values.iter().map(Value::from));
        }
    }
    if let Some(from) = filter.from {
        query.push(" AND j.created_at >= ").arg(from);
    }
    if let Some(to) = filter.to {
        query.push(" AND j.created_at < ").arg(to);
    }
    if let Some(text) = &filter.search {
        terms::found(tx, &mut query, text);
    }
    query
}

/// A page of the tenant's work, newest first unless sorted otherwise.
pub async fn list(tx: &mut Tx, filter: &Filter, page: &Page) -> Result<Listing<Job>> {
    let condition = condition(tx, filter);
    LIST.page(tx, &condition, page).await
}

/// How many there are, exact up to `most`.
pub async fn count(tx: &mut Tx, filter: &Filter, most: i64) -> Result<(i64, bool)> {
    let condition = condition(tx, filter);
    crate::page::count(tx, "jobs j", &condition, most).await
}

const FIND: &str = concat!("SELECT ", columns!(), " FROM jobs j WHERE j.tenant_id = $1 AND j.id = $2");

/// One piece of work.
pub async fn find(tx: &mut Tx, id: JobId) -> Result<Option<Job>> {
    tx.optional(sql(FIND).bind(tx.tenant()).bind(id)).await
}

const LATEST: &str =
    concat!("SELECT ", columns!(), " FROM jobs j WHERE j.tenant_id = $1 AND j.kind = $2 ORDER BY j.created_at DESC, j.id DESC LIMIT 1");

/// The newest job of a kind.
pub async fn latest(tx: &mut Tx, kind: &'static str) -> Result<Option<Job>> {
    tx.optional(sql(LATEST).bind(tx.tenant()).bind(kind)).await
}

const CANCEL: &str = "UPDATE jobs SET state = 'cancelled', worker = NULL, lease_until = NULL, finished_at = $4 \
     WHERE tenant_id = $1 AND id = $2 AND state = $3";

/// Call off what is still in state `from`; `false` if it has moved on.
pub async fn cancel(tx: &mut Tx, id: JobId, from: JobState, at: Timestamp) -> Result<bool> {
    Ok(tx.run(sql(CANCEL).bind(tx.tenant()).bind(id).bind(from.as_str()).bind(at)).await? == 1)
}

/// How many pieces of work of one queue are in one state.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Tally {
    /// Queue.
    pub queue: String,
    /// State.
    #[sqlx(try_from = "String")]
    pub state: JobState,
    /// How many.
    pub n: i64,
    /// The time the oldest of them was to be done.
    #[sqlx(try_from = "MaybeInstant")]
    pub oldest: Option<Timestamp>,
}

const STATS: &str =
    "SELECT queue, state, COUNT(*) AS n, MIN(run_at) AS oldest FROM jobs WHERE tenant_id = $1 GROUP BY queue, state ORDER BY queue, state";

/// The tenant's work by queue and state.
pub async fn stats(tx: &mut Tx) -> Result<Vec<Tally>> {
    tx.all(sql(STATS).bind(tx.tenant())).await
}
