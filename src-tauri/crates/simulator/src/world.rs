//! One business, and every life of the process it runs in. A life ends like a process that is killed: nothing of it is asked to finish; the
//! next one opens what is left on disk.

use std::future::Future;
use std::sync::Arc;

use axum::http::Method;
use purser_core::access::Role;
use purser_core::ids::{Ids, TenantId};
use purser_core::time::{Clock, MINUTE, SECOND};
use purser_core::{Result, Timestamp};
use purser_service::{disputes, jobs, payments, sandbox};
use purser_store::Engine;
use purser_store::users::User;
use purser_testkit::{Caller, Database, Reply, Start, TestApp};
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

use crate::dice::Dice;
use crate::sky::{Doom, Gate, Sky, Weather};

/// Access tokens are made anew before they run out.
const SIGNED_IN: i64 = 10 * MINUTE;

/// A call somebody makes.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    /// Which of the staff.
    pub(crate) who: usize,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) body: Value,
    pub(crate) key: Option<String>,
    pub(crate) version: Option<i64>,
}

/// Where the process is killed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kill {
    /// At a call to the provider.
    Call(Doom),
    /// As this many statements were sent.
    Statement(u64),
}

struct Life {
    app: TestApp,
    gate: Arc<Gate>,
    staff: Vec<Caller>,
    signed_in: Timestamp,
    // Last, so that it outlives everything that hangs on it.
    runtime: Runtime,
}

pub(crate) struct World {
    life: Option<Life>,
    staff: Vec<User>,
    pub(crate) tenant: TenantId,
    pub(crate) customer: String,
    pub(crate) sky: Arc<Sky>,
    pub(crate) clock: Clock,
    ids: Ids,
    pub(crate) lives: u64,
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

async fn open(database: Database, start: Start, sky: &Arc<Sky>) -> (TestApp, Arc<Gate>) {
    let (sky, clock) = (sky.clone(), start.clock.clone());
    let kept: Arc<std::sync::OnceLock<Arc<Gate>>> = Arc::default();
    let keep = kept.clone();
    let app = TestApp::start(database, start, move |sandbox| {
        let gate = Arc::new(Gate::new(sandbox, sky, clock));
        drop(keep.set(gate.clone()));
        gate
    });
    let app = app.await;
    let gate = kept.get().expect("the engine asked for a provider").clone();
    (app, gate)
}

impl World {
    /// A new business on `database`.
    pub(crate) fn begin(database: impl AsyncFnOnce() -> Database, seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let (clock, ids) = (Clock::fixed(Timestamp::parse("2026-11-21T09:00:00Z").expect("a time")), Ids::seeded(dice.throw()));
        let sky = Arc::new(Sky::new(dice.throw()));
        let runtime = runtime();
        let (app, gate, staff, tenant, customer) = runtime.block_on(async {
            let start = Start { clock: clock.clone(), ids: ids.clone(), tenant: None };
            let (app, gate) = open(database().await, start, &sky).await;
            let tenant = app.tenant().await;
            let mut staff = Vec::new();
            for (role, name) in [(Role::Admin, "Anna"), (Role::Support, "Sten"), (Role::Finance, "Finn")] {
                staff.push(app.db_user(tenant, role, name).await);
            }
            let customer = app.db_user(tenant, Role::User, "Ada").await.id.to_string();
            (app, gate, staff, tenant, customer)
        });
        let life = Life { app, gate, staff: Vec::new(), signed_in: Timestamp::from_micros(0), runtime };
        Self { life: Some(life), staff, tenant, customer, sky, clock, ids, lives: 1 }
    }

    fn life(&mut self) -> &mut Life {
        self.life.as_mut().expect("the process runs")
    }

    /// Run `work` on the engine.
    pub(crate) fn on<T>(&mut self, work: impl AsyncFnOnce(&TestApp) -> T) -> T {
        let life = self.life();
        life.runtime.block_on(work(&life.app))
    }

    /// Leave the tables where they are.
    pub(crate) fn keep(&mut self) {
        if let Some(Life { app, gate, staff, runtime, .. }) = self.life.take() {
            let _inside = runtime.enter();
            drop((gate, staff));
            let database = app.into_database();
            eprintln!("its tables are left in {}", database.folder.path().display());
            std::mem::forget(database);
        }
    }

    /// End the process where it stands and start another on what is left.
    pub(crate) fn kill(&mut self) {
        let Life { app, gate, staff, runtime: old, .. } = self.life.take().expect("the process runs");
        let database = {
            let _inside = old.enter();
            drop((gate, staff));
            app.into_database()
        };
        drop(old);
        let runtime = runtime();
        let start = Start { clock: self.clock.clone(), ids: self.ids.clone(), tenant: Some(self.tenant) };
        let (app, gate) = runtime.block_on(async {
            let (app, gate) = open(database, start, &self.sky).await;
            jobs::recover(&app.app).await.expect("what was left is taken up");
            (app, gate)
        });
        self.life = Some(Life { app, gate, staff: Vec::new(), signed_in: Timestamp::from_micros(0), runtime });
        self.lives += 1;
    }

    fn sign_in(&mut self) {
        let (now, users) = (self.clock.now(), self.staff.clone());
        let life = self.life();
        if life.staff.is_empty() || now.since(life.signed_in) > SIGNED_IN {
            life.staff = life.runtime.block_on(async {
                let mut staff = Vec::new();
                for user in users {
                    staff.push(life.app.signed_in(user).await);
                }
                staff
            });
            life.signed_in = now;
        }
    }

    /// Make calls at once; their replies, in order.
    pub(crate) fn call(&mut self, wishes: &[Wish]) -> Vec<Reply> {
        self.sign_in();
        let life = self.life();
        let calls = wishes.iter().map(|wish| send(&life.staff, wish));
        life.runtime.block_on(futures::future::join_all(calls))
    }

    /// Make one call and kill the process at `kill`; the reply, if it came before.
    pub(crate) fn call_and_kill(&mut self, wish: &Wish, kill: Kill) -> Option<Reply> {
        self.sign_in();
        self.until_killed(kill, async |_, staff| send(staff, wish).await)
    }

    /// Do what goes on in the background, and kill the process in the middle of it.
    pub(crate) fn upkeep_and_kill(&mut self, kill: Kill) {
        drop(self.until_killed(kill, async |app, _| keep_up(app).await));
    }

    fn until_killed<T>(&mut self, kill: Kill, work: impl AsyncFnOnce(&TestApp, &[Caller]) -> T) -> Option<T> {
        let sky = self.sky.clone();
        if let Kill::Call(doom) = kill {
            sky.doom(Some(doom));
        }
        let life = self.life();
        let db = life.app.app.db.clone();
        let until = match kill {
            Kill::Statement(count) => db.statements() + count,
            Kill::Call(_) => u64::MAX,
        };
        let end = async {
            while db.statements() < until {
                tokio::task::yield_now().await;
            }
        };
        let outcome = life.runtime.block_on(async {
            let work = work(&life.app, &life.staff);
            if until == u64::MAX { first(work, sky.doomed()).await } else { first(work, end).await }
        });
        drop(db);
        sky.doom(None);
        self.kill();
        outcome
    }

    /// Let time pass. What is late arrives before its time is over.
    pub(crate) fn pass(&mut self, micros: i64) {
        if self.sky.deadline().is_some_and(|by| self.clock.now().plus(micros) >= by) {
            let life = self.life();
            life.runtime.block_on(life.gate.arrive());
        }
        self.clock.advance(micros);
    }

    /// What the process does in the background: ask about open ends, work the queue off.
    pub(crate) fn upkeep(&mut self) -> Result<()> {
        self.on(keep_up)
    }

    /// The provider is well again and everything late has arrived.
    pub(crate) fn heal(&mut self) {
        self.sky.turn(Weather::Calm);
        let life = self.life();
        life.runtime.block_on(life.gate.arrive());
        self.clock.advance(SECOND);
    }
}

async fn keep_up(app: &TestApp) -> Result<()> {
    payments::resolve_unknown(&app.app, 0).await?;
    payments::resolve_waiting(&app.app).await?;
    // As the crew does: on SQLite nobody else's lease can lapse.
    if app.app.db.engine() == Engine::Postgres {
        jobs::recover(&app.app).await?;
    }
    sandbox::deliver_due(&app.app).await?;
    jobs::tick(&app.app).await?;
    disputes::sweep(&app.app).await?;
    jobs::run_due(&app.app).await.map(drop)
}

async fn send(staff: &[Caller], wish: &Wish) -> Reply {
    let caller = &staff[wish.who % staff.len()];
    let caller = wish.key.as_ref().map_or_else(|| caller.clone(), |key| caller.with("idempotency-key", key));
    let caller = wish.version.map_or(caller.clone(), |version| caller.with("if-match", &format!("\"{version}\"")));
    let body = (wish.method != Method::GET).then(|| wish.body.clone());
    caller.call(wish.method.clone(), &wish.path, body).await
}

/// What `work` gives, unless `end` comes first.
async fn first<T>(work: impl Future<Output = T>, end: impl Future<Output = ()>) -> Option<T> {
    tokio::select! {
        biased;
        done = work => Some(done),
        () = end => None,
    }
}
