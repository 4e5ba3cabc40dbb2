//! Working the queue off: take, keep, end. Whoever takes a piece of work leases it; every later statement names the worker, so one whose
//! lease has lapsed changes nothing any more.

use purser_core::Timestamp;
use purser_core::ids::JobId;
use uuid::Uuid;

use super::{Job, plain};
use crate::rows::MaybeInstant;
use crate::{Query, Result, Tx, sql};

/// Who takes how much.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    /// The worker.
    pub worker: Uuid,
    /// Now.
    pub now: Timestamp,
    /// The lease ends then unless it is renewed.
    pub lease_until: Timestamp,
    /// At most so many.
    pub most: i64,
}

const TAKE: &str = concat!(
    "UPDATE jobs SET state = 'running', worker = $1, lease_until = $2, started_at = $3, attempts = attempts + 1 WHERE id IN \
     (SELECT id FROM jobs WHERE state = 'pending' AND run_at <= $3 AND tenant_id NOT IN (SELECT id FROM tenants WHERE state <> 'active') \
     AND NOT EXISTS (SELECT 1 FROM job_queues q WHERE q.tenant_id = jobs.tenant_id AND q.queue = jobs.queue) \
     ORDER BY priority DESC, run_at, id LIMIT $4) RETURNING ",
    plain!()
);
// The array is made once. What stands in IN may be asked for again for each row, and then more is taken than the limit says.
const TAKE_POSTGRES: &str = concat!(
    "UPDATE jobs SET state = 'running', worker = $1, lease_until = $2, started_at = $3, attempts = attempts + 1 WHERE id = ANY(ARRAY \
     (SELECT id FROM jobs WHERE state = 'pending' AND run_at <= $3 AND tenant_id NOT IN (SELECT id FROM tenants WHERE state <> 'active') \
     AND NOT EXISTS (SELECT 1 FROM job_queues q WHERE q.tenant_id = jobs.tenant_id AND q.queue = jobs.queue) \
     ORDER BY priority DESC, run_at, id LIMIT $4 FOR UPDATE SKIP LOCKED)) \
     RETURNING ",
    plain!()
);

/// Take what is due, most urgent first, of all tenants that are active. Two workers never take the same. Needs [`crate::Scope::System`].
pub async fn claim(tx: &mut Tx, claim: &Claim) -> Result<Vec<Job>> {
    let text = tx.pick(TAKE, TAKE_POSTGRES);
    let mut jobs: Vec<Job> = tx.all(sql(text).bind(claim.worker).bind(claim.lease_until).bind(claim.now).bind(claim.most)).await?;
    let left = claim.most - i64::try_from(jobs.len()).unwrap_or(claim.most);
    if left > 0 && super::queues::any(tx).await? {
        jobs.extend(super::queues::take(tx, claim, left).await?);
    }
    jobs.sort_by_key(|job| (-job.priority, job.run_at, job.id));
    Ok(jobs)
}

#[derive(sqlx::FromRow)]
struct Next {
    #[sqlx(try_from = "MaybeInstant")]
    at: Option<Timestamp>,
}

/// When the next piece of work is due, of all tenants. Needs [`crate::Scope::System`].
pub async fn next_due(tx: &mut Tx) -> Result<Option<Timestamp>> {
    const NEXT: &str =
        "SELECT MIN(run_at) AS at FROM jobs WHERE state = 'pending' AND tenant_id NOT IN (SELECT id FROM tenants WHERE state <> 'active')";
    let next: Next = tx.one(sql(NEXT)).await?;
    Ok(next.at)
}

#[derive(sqlx::FromRow)]
struct Held {
    #[sqlx(try_from = "Uuid")]
    id: JobId,
}

/// Renew the leases of `worker` on `jobs`; those it still has. Needs [`crate::Scope::System`].
pub async fn beat(tx: &mut Tx, worker: Uuid, jobs: &[JobId], until: Timestamp) -> Result<Vec<JobId>> {
    let mut query = Query::start("UPDATE jobs SET lease_until = ");
    query.arg(until).push(" WHERE state = 'running' AND worker = ").arg(worker);
    query.push(" AND id IN ").list(jobs.iter().map(|id| (*id).into())).push(" RETURNING id");
    let held: Vec<Held> = tx.all(query).await?;
    Ok(held.into_iter().map(|row| row.id).collect())
}

const ADVANCE: &str = "UPDATE jobs SET progress = $4 WHERE tenant_id = $1 AND id = $2 AND state = 'running' AND worker = $3";

/// Note how far `worker` is with a job; `false` if it is no longer its.
pub async fn advance(tx: &mut Tx, id: JobId, worker: Uuid, progress: i64) -> Result<bool> {
    Ok(tx.run(sql(ADVANCE).bind(tx.tenant()).bind(id).bind(worker).bind(progress)).await? == 1)
}

/// How a try ended.
#[derive(Clone, Debug)]
pub enum Ended {
    /// It is done.
    Done,
    /// It failed for this reason and is tried again then.
    Again(String, Timestamp),
    /// It failed for this reason, for good.
    Dead(String),
}

const END: &str = "UPDATE jobs SET state = $4, last_error = COALESCE($5, last_error), progress = CASE WHEN $4 = 'done' THEN 100 ELSE progress END, \
     run_at = COALESCE($6, run_at), finished_at = $7, worker = NULL, lease_until = NULL \
     WHERE tenant_id = $1 AND id = $2 AND state = 'running' AND worker = $3";

/// End the try `worker` was at; `false` if the job is no longer its.
pub async fn end(tx: &mut Tx, id: JobId, worker: Uuid, (ended, now): (&Ended, Timestamp)) -> Result<bool> {
    let (state, error, run_at, finished) = match ended {
        Ended::Done => ("done", None, None, Some(now)),
        Ended::Again(error, at) => ("pending", Some(error.clone()), Some(*at), None),
        Ended::Dead(error) => ("dead", Some(error.clone()), None, Some(now)),
    };
    let query = sql(END).bind(tx.tenant()).bind(id).bind(worker).bind(state).bind(error).bind(run_at).bind(finished);
    Ok(tx.run(query).await? == 1)
}

macro_rules! lapse {
    ($which:literal) => {
        concat!(
            "UPDATE jobs SET state = CASE WHEN attempts >= max_attempts THEN 'dead' ELSE 'pending' END, run_at = $1, \
             last_error = 'The process that was at it ended.', finished_at = CASE WHEN attempts >= max_attempts THEN $1 END, \
             worker = NULL, lease_until = NULL WHERE state = 'running' AND ",
            $which,
            " RETURNING ",
            plain!()
        )
    };
}

/// Let others have what is leased to nobody who still renews it: pending again, or dead after its last try. `all`: everything that is
/// leased at all, which is right where only this process can have been at it. Needs [`crate::Scope::System`].
pub async fn release_lapsed(tx: &mut Tx, now: Timestamp, all: bool) -> Result<Vec<Job>> {
    let text = if all { lapse!("lease_until IS NOT NULL") } else { lapse!("lease_until < $1") };
    tx.all(sql(text).bind(now)).await
}

const RELEASE: &str = "UPDATE jobs SET state = 'pending', attempts = attempts - 1, run_at = $2, worker = NULL, lease_until = NULL \
     WHERE state = 'running' AND worker = $1";

/// Give back, as if never begun, whatever `worker` still has when it has to stop; how many. Needs [`crate::Scope::System`].
pub async fn release(tx: &mut Tx, worker: Uuid, now: Timestamp) -> Result<u64> {
    tx.run(sql(RELEASE).bind(worker).bind(now)).await
}
