//! One try of one piece of work.

use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use purser_core::ids::{JobId, TenantId};
use purser_core::time::MINUTE;
use purser_core::{Error, Result};
use purser_store::jobs::{self as store, Claim, Ended, Job};
use purser_store::{Db, Scope};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{Failure, Plan, announce};
use crate::App;

/// How long a lease lasts without being renewed.
pub(super) const LEASE: i64 = MINUTE;

/// The try that is under way, as the work itself sees it.
#[derive(Clone)]
pub struct Turn {
    /// The job.
    pub job: JobId,
    /// The tenant it is done for.
    pub tenant: TenantId,
    /// Which try it is, from 1.
    pub attempt: i64,
    /// Whether another try follows if this one fails.
    pub last: bool,
    worker: Uuid,
    db: Db,
}

impl Turn {
    /// Tell how far it is, of 100. Fails when the job was called off or given to somebody else: then stop.
    pub async fn progress(&self, percent: i64) -> Result<(), Failure> {
        let percent = percent.clamp(0, 100);
        let held = self.db.transact(self.tenant, async |tx| store::advance(tx, self.job, self.worker, percent).await).await?;
        if held { Ok(()) } else { Err(Failure::Never("It was called off.".into())) }
    }
}

/// Take up to `most` that are due.
pub(super) async fn take(app: &App, worker: Uuid, most: i64) -> Result<Vec<Job>> {
    let now = app.clock.now();
    let claim = Claim { worker, now, lease_until: now.plus(LEASE), most };
    app.db.transact(Scope::System, async |tx| store::claim(tx, &claim).await.map_err(Error::from)).await
}

/// Try `job` once and write down what came of it. `stop` ends it where it stands: the job is somebody else's then, or nobody's.
pub(super) async fn perform(app: &App, worker: Uuid, job: &Job, stop: &CancellationToken) {
    let outcome = match app.jobs.get(&job.kind) {
        None => Err(Failure::Later("This version of Purser does not know how to do this.".into())),
        Some((plan, doing)) => {
            let last = job.attempts >= job.max_attempts;
            let turn = Turn { job: job.id, tenant: job.tenant_id, attempt: job.attempts, last, worker, db: app.db.clone() };
            let work = AssertUnwindSafe(doing(app.clone(), job.payload.0.clone(), turn)).catch_unwind();
            tokio::select! {
                () = stop.cancelled() => return,
                outcome = tokio::time::timeout(plan.longest, work) => match outcome {
                    Ok(Ok(outcome)) => outcome,
                    Ok(Err(_)) => Err(Failure::Later("It broke down; the log of the server says where.".into())),
                    Err(_) => Err(Failure::Later(format!("It took longer than {} s and was stopped.", plan.longest.as_secs()))),
                },
            }
        }
    };
    let plan = app.jobs.get(&job.kind).map_or(Plan::USUAL, |(plan, _)| plan);
    let ended = ended(app, job, plan, outcome);
    if let Err(error) = write_down(app, worker, job, &ended).await {
        // The lease lapses, and the job is taken up again.
        tracing::warn!(%error, job = %job.id, kind = job.kind, "what came of a job could not be written down");
    }
}

fn ended(app: &App, job: &Job, plan: Plan, outcome: Result<(), Failure>) -> Ended {
    match outcome {
        Ok(()) => Ended::Done,
        Err(Failure::Later(why)) if job.attempts < job.max_attempts => {
            Ended::Again(cut(why), app.clock.now().plus(plan.wait.after(job.attempts, rand::random())))
        }
        Err(Failure::Later(why) | Failure::Never(why)) => Ended::Dead(cut(why)),
    }
}

/// A reason is a sentence or two.
fn cut(why: String) -> String {
    if why.chars().count() > 500 { why.chars().take(500).collect() } else { why }
}

async fn write_down(app: &App, worker: Uuid, job: &Job, ended: &Ended) -> Result<()> {
    let now = app.clock.now();
    let kept = app.db.transact(job.tenant_id, async |tx| {
        let kept = store::end(tx, job.id, worker, (ended, now)).await?;
        if kept {
            let action = match ended {
                Ended::Done => "done",
                Ended::Again(..) => "failed",
                Ended::Dead(_) => "dead",
            };
            announce(tx, job, action, now);
        }
        Ok::<_, Error>(kept)
    });
    if kept.await?
        && let Ended::Dead(why) = ended
    {
        tracing::error!(job = %job.id, kind = job.kind, attempts = job.attempts, why, "job_permanently_failed");
    }
    Ok(())
}

/// Do everything that is due, one after the other, most urgent first; how much there was. For commands and tests, where nobody else works.
pub async fn run_due(app: &App) -> Result<usize> {
    let (worker, stop) = (app.ids.next::<Uuid>(app.clock.now()), CancellationToken::new());
    let mut done = 0;
    loop {
        let taken = take(app, worker, 1).await?;
        let Some(job) = taken.first() else { return Ok(done) };
        perform(app, worker, job, &stop).await;
        done += 1;
    }
}
