//! What becomes of work that is due.

use purser_core::Error;
use purser_core::access::{Grant, can};
use purser_core::jobs::Priority;
use purser_core::time::{DAY, HOUR, MINUTE};
use purser_service::jobs::{self, When};
use purser_testkit::both;

use super::{Broken, Trial, job, put, put_for, trials, urgent};

const GOOD: Trial = Trial { fails: 0, never: false };

both! {
    async fn it_is_done_once_and_only_if_it_was_committed(app) {
        let tenant = app.tenant().await;
        app.app.jobs.learn::<Trial>();
        let by = Grant::<can::ManageJob>::system(tenant, app.app.clock.now(), &app.app.ids);
        let undone: Result<(), Error> = app.app.db.transact(tenant, async |tx| {
            jobs::enqueue(tx, &by, &GOOD, When::default()).await?;
            Err(Error::Stale)
        }).await;
        assert!(undone.is_err());
        assert_eq!(jobs::run_due(&app.app).await.unwrap(), 0);
        let id = put(&app, &GOOD, When::default()).await.unwrap();
        assert_eq!((jobs::run_due(&app.app).await.unwrap(), jobs::run_due(&app.app).await.unwrap()), (1, 0));
        assert_eq!(trials(&app).await, 1);
        let done = job(&app, id).await;
        assert_eq!((&done["state"], &done["progress"], &done["attempts"]), (&"done".into(), &100.into(), &1.into()), "{done}");
        assert!(done["finishedAt"].is_string() && done["lastError"].is_null(), "{done}");
    }

    async fn the_most_urgent_goes_first_and_a_later_time_is_waited_for(app) {
        let at = app.app.clock.now().plus(HOUR);
        let later = put(&app, &GOOD, When { run_at: Some(at), ..urgent(Priority::Critical) }).await.unwrap();
        let mut ids = Vec::new();
        for priority in [Priority::Low, Priority::Normal, Priority::Critical, Priority::High] {
            app.advance(1_000);
            ids.push(put(&app, &GOOD, urgent(priority)).await.unwrap());
        }
        let worker = app.app.ids.next(app.app.clock.now());
        let now = app.app.clock.now();
        let claim = purser_store::jobs::Claim { worker, now, lease_until: now.plus(MINUTE), most: 1 };
        let mut order = Vec::new();
        for _ in 0..5 {
            let taken = app.app.db.transact(purser_store::Scope::System, async |tx| purser_store::jobs::claim(tx, &claim).await).await.unwrap();
            order.extend(taken.into_iter().map(|job| job.id));
        }
        assert_eq!(order, [ids[2], ids[3], ids[1], ids[0]]);
        assert_eq!(job(&app, later).await["state"], "pending");
        app.advance(HOUR);
        assert_eq!(jobs::run_due(&app.app).await.unwrap(), 1);
        assert_eq!(job(&app, later).await["state"], "done");
    }

    async fn it_is_tried_again_by_the_ladder_and_then_left_to_a_person(app) {
        let two = put(&app, &Trial { fails: 2, never: false }, When::default()).await.unwrap();
        let always = put(&app, &Trial { fails: 99, never: false }, When::default()).await.unwrap();
        let mut tries = Vec::new();
        for minutes in [0, 1, 1, 5, 2] {
            app.advance(minutes * MINUTE);
            tries.push(jobs::run_due(&app.app).await.unwrap());
        }
        // A minute and at most a quarter, then five minutes and at most a quarter.
        assert_eq!((tries[0], tries.iter().sum::<usize>()), (2, 6), "{tries:?}");
        assert_eq!((tries[1] + tries[2], tries[3] + tries[4]), (2, 2), "{tries:?}");
        let (done, dead) = (job(&app, two).await, job(&app, always).await);
        assert_eq!((&done["state"], &done["attempts"]), (&"done".into(), &3.into()), "{done}");
        assert_eq!((&dead["state"], &dead["attempts"], &dead["lastError"]), (&"dead".into(), &3.into(), &"Not today.".into()), "{dead}");
        assert_eq!(trials(&app).await, 1);
    }

    async fn what_breaks_down_or_is_not_known_fails_alone(app) {
        let broken = put(&app, &Broken {}, When::default()).await.unwrap();
        let hopeless = put(&app, &Trial { fails: 0, never: true }, When::default()).await.unwrap();
        let unknown = app.db_job(app.tenant().await, false).await;
        app.advance(31 * DAY);
        let good = put(&app, &GOOD, When::default()).await.unwrap();
        assert_eq!(jobs::run_due(&app.app).await.unwrap(), 4);
        assert_eq!(job(&app, good).await["state"], "done");
        assert_eq!(job(&app, broken).await["state"], "pending");
        let hopeless = job(&app, hopeless).await;
        assert_eq!((&hopeless["state"], &hopeless["attempts"]), (&"dead".into(), &1.into()), "{hopeless}");
        let unknown = job(&app, unknown).await;
        assert!(unknown["lastError"].as_str().unwrap().contains("does not know"), "{unknown}");
    }

    async fn one_of_a_name_waits_at_a_time(app) {
        let named = || When { unique: Some("only".into()), ..When::default() };
        let first = put(&app, &GOOD, named()).await;
        assert!(first.is_some() && put(&app, &GOOD, named()).await.is_none());
        let other = app.db_tenant("Elsewhere").await;
        assert!(put_for(&app, other, &GOOD, named()).await.is_some(), "names are the tenant's own");
        assert_eq!(jobs::run_due(&app.app).await.unwrap(), 2);
        assert!(put(&app, &GOOD, named()).await.is_some());
    }

    async fn many_takers_share_without_taking_twice(app) {
        for _ in 0..100 { put(&app, &GOOD, When::default()).await.unwrap(); }
        let mut takers = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let app = app.app.clone();
            takers.spawn(async move { jobs::run_due(&app).await.unwrap() });
        }
        assert_eq!(takers.join_all().await.into_iter().sum::<usize>(), 100);
        assert_eq!(trials(&app).await, 100);
    }

    async fn regular_work_is_put_in_once_when_it_is_due(app) {
        let count = async || app.owner_unasked().await.get("/jobs?kind=tidy").await.ok().meta()["total"].as_i64().unwrap();
        let _ = app.tenant().await;
        jobs::tick(&app.app).await.unwrap();
        assert_eq!(count().await, 0, "it is written down for the night");
        app.advance(DAY);
        let (one, two) = tokio::join!(jobs::tick(&app.app), jobs::tick(&app.app));
        assert!(one.is_ok() && two.is_ok());
        assert_eq!(count().await, 1);
        let old = put(&app, &GOOD, When::default()).await.unwrap();
        // With the other things that are done regularly.
        assert_eq!(jobs::run_due(&app.app).await.unwrap(), 10);
        // A Monday is among these days, and with it the week in figures.
        app.advance(8 * DAY);
        jobs::tick(&app.app).await.unwrap();
        assert_eq!(jobs::run_due(&app.app).await.unwrap(), 10);
        let _ = app.owner_unasked().await.get(&format!("/jobs/{old}")).await.problem(404, "not_found");
    }
}
