//! Trying again what failed for good.

use purser_core::access::Role;
use purser_service::jobs::{self, When};
use purser_testkit::{both, json};

use super::{Trial, job, put, trials};

both! {
    async fn a_second_press_tries_once(app) {
        let owner = app.owner().await;
        let id = put(&app, &Trial { fails: 0, never: true }, When::default()).await.unwrap();
        assert_eq!(jobs::run_due(&app.app).await.unwrap(), 1);
        assert_eq!(job(&app, id).await["state"], "dead");
        let path = format!("/jobs/{id}/retry");
        let (one, two) = tokio::join!(owner.post(&path, json!({})), owner.post(&path, json!({})));
        let mut statuses = [one.status.as_u16(), two.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
        let again = job(&app, id).await;
        assert_eq!((&again["state"], &again["attempts"], &again["priority"]), (&"pending".into(), &0.into(), &"high".into()), "{again}");
        let lines = owner.get("/audit?action=job.retry").await.ok().data();
        assert_eq!(lines.as_array().map(Vec::len), Some(1), "{lines}");
        assert_eq!(lines[0]["subject"]["label"], "test.trial");
        assert_eq!(trials(&app).await, 0);
    }

    async fn what_waits_or_is_done_is_not_tried_again(app) {
        let owner = app.owner().await;
        let id = put(&app, &Trial { fails: 0, never: false }, When::default()).await.unwrap();
        let path = format!("/jobs/{id}/retry");
        let _ = owner.post(&path, json!({})).await.problem(409, "already_queued");
        jobs::run_due(&app.app).await.unwrap();
        let _ = owner.post(&path, json!({})).await.problem(409, "already_done");
        let _ = app.caller(Role::Auditor).await.post(&path, json!({})).await.problem(403, "forbidden");
    }

    async fn a_twin_that_waits_is_enough(app) {
        let owner = app.owner().await;
        let named = || When { unique: Some("only".into()), ..When::default() };
        let first = put(&app, &Trial { fails: 0, never: true }, named()).await.unwrap();
        jobs::run_due(&app.app).await.unwrap();
        assert!(put(&app, &Trial { fails: 0, never: true }, named()).await.is_some());
        let _ = owner.post(&format!("/jobs/{first}/retry"), json!({})).await.problem(409, "already_queued");
    }
}
