//! GET /jobs/workers: who does the work, and what each is at.

use std::sync::atomic::Ordering;
use std::time::Duration;

use purser_core::access::Role;
use purser_core::time::{DAY, MINUTE};
use purser_service::jobs::{Crew, When, Who};
use purser_store::workers::{self, Worker};
use purser_store::{Engine, Scope};
use purser_testkit::{TestApp, both};
use serde_json::Value;
use uuid::Uuid;

use super::{Endless, UNDER_WAY, put};

async fn listed(app: &TestApp) -> Vec<Value> {
    app.owner_unasked().await.get("/jobs/workers").await.ok().data().as_array().unwrap().clone()
}

/// Wait until the list is like that.
async fn until(app: &TestApp, fits: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    for _ in 0..2_000 {
        let found = listed(app).await;
        if fits(&found) {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("it is not like that: {:?}", listed(app).await);
}

/// One of another process, heard of a while ago.
async fn other(app: &TestApp, pid: i64, ago: i64) {
    let at = app.app.clock.now().plus(-ago);
    let worker = Worker {
        id: Uuid::from_u128(u128::try_from(pid).unwrap()),
        role: "worker".into(),
        host: "aft".into(),
        pid,
        version: "1.0.0".into(),
        queues: "mail,orders".into(),
        room: 8,
        started_at: at,
        beat_at: at,
    };
    app.app.db.transact(Scope::System, async |tx| workers::beat(tx, &worker).await).await.unwrap();
}

both! {
    async fn a_crew_is_listed_with_what_it_is_at_until_it_ends(app) {
        let _alone = crate::routes::jobs::crew::ALONE.lock().await;
        let owner = app.owner().await;
        app.app.jobs.learn::<Endless>();
        let crew = Crew::start_as(&app.app, Who { role: "worker", host: "bow".into() });
        let before = UNDER_WAY.load(Ordering::SeqCst);
        let id = put(&app, &Endless {}, When::default()).await.unwrap();
        while UNDER_WAY.load(Ordering::SeqCst) == before {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let found = until(&app, |found| found.len() == 1).await;
        let one = &found[0];
        assert_eq!((&one["host"], &one["role"], &one["alive"], &one["pid"]), (&"bow".into(), &"worker".into(), &true.into(), &std::process::id().into()));
        assert!(one["queues"].as_array().unwrap().contains(&"test".into()), "{one}");
        assert_eq!((&one["holds"][0]["id"], &one["holds"][0]["kind"]), (&id.to_string().into(), &"test.endless".into()), "{one}");
        // What it does for others is theirs to see.
        let stranger = app.stranger(Role::Owner).await.get("/jobs/workers").await.ok().data();
        assert_eq!(stranger[0]["holds"], Value::Array(Vec::new()));
        let _ = app.caller(Role::User).await.get("/jobs/workers").await.problem(403, "forbidden");
        let _ = owner;
        crew.drain(&app.app, Duration::from_millis(1)).await;
        assert_eq!(listed(&app).await.len(), 0, "who ends in order is gone");
    }

    async fn who_is_silent_is_told_apart_and_forgotten_after_a_day(app) {
        let _ = app.owner().await;
        other(&app, 11, DAY + MINUTE).await;
        other(&app, 12, 5 * MINUTE).await;
        let found = listed(&app).await;
        assert_eq!(found.iter().map(|one| (one["pid"].as_i64().unwrap(), one["alive"].as_bool().unwrap())).collect::<Vec<_>>(), [(12, false), (11, false)]);
        let crew = Crew::start(&app.app);
        // A file has one process: whoever else is in the list is not there any more.
        let left = if app.app.db.engine() == Engine::Sqlite { 1 } else { 2 };
        let found = until(&app, |found| found.len() == left && found.iter().any(|one| one["pid"] == std::process::id())).await;
        assert_eq!(found[0]["alive"], true);
        crew.drain(&app.app, Duration::from_millis(1)).await;
        assert_eq!(listed(&app).await.len(), left - 1);
    }
}
