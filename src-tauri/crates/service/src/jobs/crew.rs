//! The workers of a process: woken by a commit that puts work in, or by the clock; a bounded number of tries at once; leases kept up while
//! they go on; an orderly end.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use parking_lot::Mutex;
use purser_core::events::{Event, Topic};
use purser_core::ids::JobId;
use purser_core::time::{MINUTE, SECOND};
use purser_core::{Error, Result, Timestamp};
use purser_store::{Engine, Scope, jobs as store};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Semaphore, broadcast};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::perform::{LEASE, perform, take};
use super::workers::{self, Who};
use super::{QUEUED, announce, regular};
use crate::{App, Parts};

/// Tries at once.
const AT_ONCE: usize = 8;
/// The longest sleep: work for a later time begins within a second of it.
const NAP: Duration = Duration::from_secs(1);
/// Leases are renewed so often: three chances before one lapses.
const BEAT: Duration = Duration::from_secs(20);
/// Lapsed leases of other processes and regular work are looked for so often.
const ROUND: i64 = 15 * SECOND;

const _: () = assert!(LEASE >= 3 * 20 * SECOND && ROUND < MINUTE, "a lease outlives two missed beats");

/// The workers of this process. Cheap to clone.
#[derive(Clone)]
pub struct Crew(Arc<Inner>);

struct Inner {
    worker: Uuid,
    who: Who,
    since: Timestamp,
    stop: CancellationToken,
    tasks: TaskTracker,
    slots: Arc<Semaphore>,
    /// Whoever asks the providers about disputes again: one at a time.
    answers: Arc<Semaphore>,
    /// What is under way, and how to stop it.
    busy: Mutex<HashMap<JobId, CancellationToken>>,
}

/// Take up what a process that is gone was at. On SQLite only this process can have been; elsewhere a lapsed lease tells.
pub async fn recover(app: &App) -> Result<usize> {
    let (now, all) = (app.clock.now(), app.db.engine() == Engine::Sqlite);
    let released = app.db.transact(Scope::System, async |tx| {
        let released = store::release_lapsed(tx, now, all).await?;
        for job in &released {
            announce(tx, job, if job.finished_at.is_some() { "dead" } else { QUEUED }, now);
        }
        Ok::<_, Error>(released)
    });
    let released = released.await?;
    for dead in released.iter().filter(|job| job.finished_at.is_some()) {
        tracing::error!(job = %dead.id, kind = dead.kind, attempts = dead.attempts, "job_permanently_failed");
    }
    Ok(released.len())
}

impl Crew {
    /// Begin to work, for as long as the engine lives.
    pub fn start(app: &App) -> Self {
        Self::start_as(app, Who::default())
    }

    /// The same, with what this process says of itself.
    pub fn start_as(app: &App, who: Who) -> Self {
        let since = app.clock.now();
        let inner = Inner {
            worker: app.ids.next(since),
            who,
            since,
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
            slots: Arc::new(Semaphore::new(AT_ONCE)),
            answers: Arc::new(Semaphore::new(1)),
            busy: Mutex::default(),
        };
        let crew = Self(Arc::new(inner));
        tokio::spawn(crew.clone().work(app.weak(), app.db.follow()));
        tokio::spawn(crew.clone().keep_leases(app.weak()));
        crew.0.tasks.spawn(crew.clone().say_so(app.weak()));
        crew
    }

    /// Take nothing new, give what is under way so long to end, and give the rest back for the next process.
    pub async fn drain(&self, app: &App, grace: Duration) {
        self.0.stop.cancel();
        self.0.tasks.close();
        if tokio::time::timeout(grace, self.0.tasks.wait()).await.is_err() {
            for stop in self.0.busy.lock().values() {
                stop.cancel();
            }
            self.0.tasks.wait().await;
        }
        let given_back = app.db.transact(Scope::System, async |tx| store::release(tx, self.0.worker, app.clock.now()).await);
        match given_back.await {
            Ok(0) => {}
            Ok(jobs) => tracing::info!(jobs, "work under way was given back"),
            Err(error) => tracing::warn!(%error, "work under way is taken up again when its lease lapses"),
        }
        if let Err(error) = workers::leave(app, self.0.worker).await {
            tracing::warn!(%error, "this process is still in the list of workers for a while");
        }
    }

    async fn work(self, app: Weak<Parts>, mut news: broadcast::Receiver<Arc<Event>>) {
        let mut looked = None;
        loop {
            let nap = {
                let Some(app) = app.upgrade().map(App::from) else { return };
                let now = app.clock.now();
                if looked.is_none_or(|at| now.since(at) >= ROUND) {
                    looked = Some(now);
                    self.round(&app).await;
                }
                self.take_what_is_due(&app).await
            };
            tokio::select! {
                () = self.0.stop.cancelled() => return,
                () = tokio::time::sleep(nap) => {}
                () = self.wanted(&mut news) => {}
            }
        }
    }

    /// Begin whatever is due and fits; how long to sleep.
    async fn take_what_is_due(&self, app: &App) -> Duration {
        loop {
            if self.0.stop.is_cancelled() {
                return NAP;
            }
            let now = app.clock.now();
            // A look costs no turn on the writing connection.
            let next = match app.db.read(Scope::System, async |tx| store::next_due(tx).await).await {
                Ok(next) => next,
                Err(error) => {
                    tracing::warn!(%error, "work that waits can not be seen; looking again");
                    return NAP;
                }
            };
            match next {
                None => return NAP,
                Some(at) if at > now => {
                    let micros = u64::try_from(at.since(now)).unwrap_or(0);
                    return NAP.min(Duration::from_micros(micros.saturating_add(1_000)));
                }
                Some(_) => {}
            }
            let Ok(slot) = self.0.slots.clone().acquire_owned().await else { return NAP };
            let most = i64::try_from(self.0.slots.available_permits()).unwrap_or(0) + 1;
            let jobs = match take(app, self.0.worker, most).await {
                Ok(jobs) => jobs,
                Err(error) => {
                    tracing::warn!(%error, "work that is due could not be taken; trying again");
                    return NAP;
                }
            };
            if jobs.is_empty() {
                return NAP;
            }
            let mut slot = Some(slot);
            for job in jobs {
                // The first has the slot that was waited for; there were enough for the others, and only this task takes any.
                let Some(slot) = slot.take().or_else(|| self.0.slots.clone().try_acquire_owned().ok()) else { break };
                let (crew, app, stop) = (self.clone(), app.clone(), CancellationToken::new());
                self.0.busy.lock().insert(job.id, stop.clone());
                self.0.tasks.spawn(async move {
                    perform(&app, crew.0.worker, &job, &stop).await;
                    crew.0.busy.lock().remove(&job.id);
                    drop(slot);
                });
            }
        }
    }

    /// Look for lapsed leases and regular work.
    async fn round(&self, app: &App) {
        // On SQLite there is no other process whose leases could lapse; what this one has is renewed below.
        if app.db.engine() == Engine::Postgres
            && let Err(error) = recover(app).await
        {
            tracing::warn!(%error, "lapsed leases could not be looked for; trying again");
        }
        if let Err(error) = regular::tick(app).await {
            tracing::warn!(%error, "regular work could not be put in; trying again");
        }
        self.answer_disputes(app);
    }

    /// Ask again where a provider gave no answer to a dispute. Files take minutes on a slow line, and no other work waits for them.
    fn answer_disputes(&self, app: &App) {
        let Ok(turn) = self.0.answers.clone().try_acquire_owned() else { return };
        let (app, stop) = (app.clone(), self.0.stop.clone());
        self.0.tasks.spawn(async move {
            let _turn = turn;
            tokio::select! {
                () = stop.cancelled() => {}
                done = crate::disputes::sweep(&app) => if let Err(error) = done {
                    tracing::warn!(%error, "disputes could not be asked about again; trying again");
                }
            }
        });
    }

    /// Somebody put work in, or called off what is under way here.
    async fn wanted(&self, news: &mut broadcast::Receiver<Arc<Event>>) {
        loop {
            match news.recv().await {
                Ok(event) if event.topic == Topic::Job && event.action == QUEUED => return,
                Ok(event) if event.topic == Topic::Job && event.action == "cancelled" => {
                    if let Some(stop) = self.0.busy.lock().get(&JobId(event.subject_id)) {
                        stop.cancel();
                    }
                }
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => return,
                // The database is gone; the engine goes with it.
                Err(RecvError::Closed) => std::future::pending().await,
            }
        }
    }

    /// Say that this process is there, as long as it takes work.
    async fn say_so(self, app: Weak<Parts>) {
        let mut first = true;
        loop {
            {
                let Some(app) = app.upgrade().map(App::from) else { return };
                let row = self.0.who.row(&app, self.0.worker, (self.0.since, AT_ONCE));
                match workers::say(&app, &row, first).await {
                    Ok(()) => first = false,
                    Err(error) => tracing::warn!(%error, "this process could not say that it works; trying again"),
                }
            }
            tokio::select! {
                () = tokio::time::sleep(BEAT) => {}
                () = self.0.stop.cancelled() => return,
            }
        }
    }

    async fn keep_leases(self, app: Weak<Parts>) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(BEAT) => {}
                () = self.0.stop.cancelled() => {
                    // What is under way may go on through the grace of a drain.
                    if self.0.tasks.is_empty() { return }
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
            let Some(app) = app.upgrade().map(App::from) else { return };
            let busy: Vec<JobId> = self.0.busy.lock().keys().copied().collect();
            if busy.is_empty() {
                continue;
            }
            let until = app.clock.now().plus(LEASE);
            match app.db.transact(Scope::System, async |tx| store::beat(tx, self.0.worker, &busy, until).await).await {
                Ok(held) => {
                    let under_way = self.0.busy.lock();
                    for (_, stop) in under_way.iter().filter(|(id, _)| busy.contains(id) && !held.contains(id)) {
                        stop.cancel();
                    }
                }
                Err(error) => tracing::warn!(%error, "leases could not be renewed; trying again"),
            }
        }
    }
}
