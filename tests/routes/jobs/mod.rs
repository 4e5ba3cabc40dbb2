//! Work for later: what is put in, done, tried again, given up.

mod at_once;
mod cancel;
mod crew;
mod edit;
mod list;
mod many;
mod queues;
mod read;
mod repeats;
mod retry;
mod run;
mod schedules;
mod stats;
mod workers;

use std::sync::atomic::{AtomicU64, Ordering};

use purser_core::access::{Grant, can};
use purser_core::ids::{JobId, TenantId};
use purser_core::jobs::{Priority, Wait};
use purser_core::time::MINUTE;
use purser_core::{Error, Result};
use purser_service::App;
use purser_service::jobs::{self, Failure, Plan, Turn, When, Work};
use purser_testkit::TestApp;
use serde_json::Value;

/// Work that leaves a trace in the counters and fails as often as it is told.
#[derive(serde::Serialize, serde::Deserialize)]
pub(super) struct Trial {
    pub(super) fails: i64,
    pub(super) never: bool,
}

/// Order in which trials of one test are done: the counter `trials` of the tenant.
impl Work for Trial {
    const KIND: &'static str = "test.trial";
    const QUEUE: &'static str = "test";
    const EDITABLE: bool = true;
    const PLAN: Plan = Plan { tries: 3, wait: Wait::Ladder(&[MINUTE, 5 * MINUTE]), longest: std::time::Duration::from_secs(5) };

    async fn run(self, app: App, turn: Turn) -> Result<(), Failure> {
        if self.never {
            return Err(Failure::Never("It can not be done.".into()));
        }
        if turn.attempt <= self.fails {
            return Err(Failure::Later("Not today.".into()));
        }
        turn.progress(50).await?;
        app.db.transact(turn.tenant, async |tx| purser_store::tenants::take_numbers(tx, "trials", 1).await).await?;
        Ok(())
    }
}

/// Work that breaks down.
#[derive(serde::Serialize, serde::Deserialize)]
pub(super) struct Broken {}

impl Work for Broken {
    const KIND: &'static str = "test.broken";
    const QUEUE: &'static str = "test";
    async fn run(self, _: App, _: Turn) -> Result<(), Failure> {
        panic!("broken on purpose")
    }
}

/// Work that goes on until it is stopped; tells how many are under way.
#[derive(serde::Serialize, serde::Deserialize)]
pub(super) struct Endless {}

pub(super) static UNDER_WAY: AtomicU64 = AtomicU64::new(0);

impl Work for Endless {
    const KIND: &'static str = "test.endless";
    const QUEUE: &'static str = "test";
    async fn run(self, _: App, _: Turn) -> Result<(), Failure> {
        struct Left;
        impl Drop for Left {
            fn drop(&mut self) {
                UNDER_WAY.fetch_sub(1, Ordering::SeqCst);
            }
        }
        UNDER_WAY.fetch_add(1, Ordering::SeqCst);
        let _left = Left;
        std::future::pending().await
    }
}

/// Put `work` in.
pub(super) async fn put<W: Work>(app: &TestApp, work: &W, when: When) -> Option<JobId> {
    put_for(app, app.tenant().await, work, when).await
}

pub(super) async fn put_for<W: Work>(app: &TestApp, tenant: TenantId, work: &W, when: When) -> Option<JobId> {
    app.app.jobs.learn::<W>();
    let by = Grant::<can::ManageJob>::system(tenant, app.app.clock.now(), &app.app.ids);
    app.app.db.transact(tenant, async |tx| jobs::enqueue(tx, &by, work, when).await).await.unwrap()
}

pub(super) fn urgent(priority: Priority) -> When {
    When { priority: Some(priority), ..When::default() }
}

/// How many trials were done.
pub(super) async fn trials(app: &TestApp) -> i64 {
    let tenant = app.tenant().await;
    let taken = app.app.db.transact(tenant, async |tx| purser_store::tenants::take_numbers(tx, "trials", 0).await.map_err(Error::from)).await;
    taken.unwrap()
}

/// A job as it is now. Whoever looks signs in anew: time has gone on.
pub(super) async fn job(app: &TestApp, id: JobId) -> Value {
    app.owner_unasked().await.get(&format!("/jobs/{id}")).await.ok().data()
}
