//! The workers of a process: woken by a commit, stopped by a person, taken over after a crash, drained in order.

use std::sync::atomic::Ordering;
use std::time::Duration;

use purser_core::Error;
use purser_core::time::MINUTE;
use purser_service::jobs::{self, Crew, When};
use purser_store::{Engine, Scope, jobs as store};
use purser_testkit::{TestApp, both};

use super::{Endless, Trial, UNDER_WAY, job, put};

/// These tests share what counts the endless work under way.
pub(super) static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Wait for a notice about work.
async fn until(app: &TestApp, follow: &mut tokio::sync::broadcast::Receiver<std::sync::Arc<purser_core::events::Event>>, action: &str) {
    let _ = app;
    let wait = async { while follow.recv().await.unwrap().action != action {} };
    tokio::time::timeout(Duration::from_secs(30), wait).await.unwrap_or_else(|_| panic!("nothing was {action}"));
}

async fn until_under_way(count: u64) {
    let wait = async {
        while UNDER_WAY.load(Ordering::SeqCst) != count {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), wait).await.expect("the work begins or ends");
}

both! {
    async fn a_commit_wakes_the_crew(app) {
        let crew = Crew::start(&app.app);
        let mut follow = app.app.db.follow();
        app.app.jobs.learn::<Trial>();
        let id = put(&app, &Trial { fails: 0, never: false }, When::default()).await.unwrap();
        until(&app, &mut follow, "done").await;
        assert_eq!(job(&app, id).await["state"], "done");
        crew.drain(&app.app, Duration::from_secs(1)).await;
    }

    async fn what_is_called_off_is_stopped_and_the_rest_is_given_back(app) {
        let _alone = ALONE.lock().await;
        let owner = app.owner().await;
        let crew = Crew::start(&app.app);
        app.app.jobs.learn::<Endless>();
        let one = put(&app, &Endless {}, When::default()).await.unwrap();
        let other = put(&app, &Endless {}, When::default()).await.unwrap();
        until_under_way(2).await;
        assert_eq!(owner.post(&format!("/jobs/{one}/cancel"), serde_json::json!({})).await.ok().data()["state"], "cancelled");
        until_under_way(1).await;
        crew.drain(&app.app, Duration::from_millis(50)).await;
        until_under_way(0).await;
        assert_eq!(job(&app, one).await["state"], "cancelled");
        let back = job(&app, other).await;
        assert_eq!((&back["state"], &back["attempts"]), (&"pending".into(), &0.into()), "{back}");
    }

    async fn what_a_crash_left_is_taken_up(app) {
        let id = put(&app, &Trial { fails: 0, never: false }, When::default()).await.unwrap();
        let crash = async |app: &TestApp| {
            let now = app.app.clock.now();
            let claim = store::Claim { worker: app.app.ids.next(now), now, lease_until: now.plus(MINUTE), most: 1 };
            let taken = app.app.db.transact(Scope::System, async |tx| store::claim(tx, &claim).await.map_err(Error::from)).await.unwrap();
            assert_eq!(taken.len(), 1);
        };
        crash(&app).await;
        // On SQLite nobody else can have been at it; elsewhere its lease has to lapse first.
        let at_once = jobs::recover(&app.app).await.unwrap();
        assert_eq!(at_once, usize::from(app.app.db.engine() == Engine::Sqlite));
        app.advance(2 * MINUTE);
        assert_eq!(at_once + jobs::recover(&app.app).await.unwrap(), 1);
        assert_eq!(job(&app, id).await["state"], "pending");
        // After the last try there is no other.
        for _ in 0..2 {
            crash(&app).await;
            app.advance(2 * MINUTE);
            jobs::recover(&app.app).await.unwrap();
        }
        let dead = job(&app, id).await;
        assert_eq!((&dead["state"], &dead["attempts"]), (&"dead".into(), &3.into()), "{dead}");
    }

    async fn whoever_lost_the_lease_changes_nothing(app) {
        let tenant = app.tenant().await;
        let id = put(&app, &Trial { fails: 0, never: false }, When::default()).await.unwrap();
        let now = app.app.clock.now();
        let (slow, quick): (uuid::Uuid, uuid::Uuid) = (app.app.ids.next(now), app.app.ids.next(now));
        let claim = async |worker, now: purser_core::Timestamp| {
            let claim = store::Claim { worker, now, lease_until: now.plus(MINUTE), most: 9 };
            app.app.db.transact(Scope::System, async |tx| store::claim(tx, &claim).await).await.unwrap().len()
        };
        assert_eq!(claim(slow, now).await, 1);
        let later = now.plus(2 * MINUTE);
        let lapsed = app.app.db.transact(Scope::System, async |tx| store::release_lapsed(tx, later, false).await).await.unwrap();
        assert_eq!(lapsed.len(), 1);
        assert_eq!(claim(quick, later).await, 1);
        let end = async |worker| app.app.db.transact(tenant, async |tx| store::end(tx, id, worker, (&store::Ended::Done, later)).await).await.unwrap();
        let beat = async |worker| app.app.db.transact(Scope::System, async |tx| store::beat(tx, worker, &[id], later.plus(MINUTE)).await).await.unwrap();
        assert!(beat(slow).await.is_empty() && !end(slow).await);
        assert_eq!(beat(quick).await, [id]);
        assert!(end(quick).await && !end(quick).await);
    }
}
