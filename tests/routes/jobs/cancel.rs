//! Calling work off.

use purser_service::jobs::{self, When};
use purser_testkit::{both, json};

use super::{Trial, job, put, trials};

both! {
    async fn what_is_called_off_is_not_done(app) {
        let owner = app.owner().await;
        let id = put(&app, &Trial { fails: 0, never: false }, When::default()).await.unwrap();
        let path = format!("/jobs/{id}/cancel");
        assert_eq!(owner.post(&path, json!({})).await.ok().data()["state"], "cancelled");
        let _ = owner.post(&path, json!({})).await.problem(409, "already_over");
        assert_eq!((jobs::run_due(&app.app).await.unwrap(), trials(&app).await), (0, 0));
        let lines = owner.get("/audit?action=job.cancel").await.ok().data();
        assert_eq!((&lines[0]["before"]["state"], &lines[0]["after"]["state"]), (&"pending".into(), &"cancelled".into()), "{lines}");
        // And taken up again.
        let _ = owner.post(&format!("/jobs/{id}/retry"), json!({})).await.ok();
        assert_eq!((jobs::run_due(&app.app).await.unwrap(), trials(&app).await), (1, 1));
        assert_eq!(job(&app, id).await["state"], "done");
    }

    async fn what_failed_for_good_is_put_away_one_by_one_as_all_at_once(app) {
        let owner = app.owner().await;
        let id = put(&app, &Trial { fails: 0, never: true }, When::default()).await.unwrap();
        jobs::run_due(&app.app).await.unwrap();
        assert_eq!(job(&app, id).await["state"], "dead");
        let path = format!("/jobs/{id}/cancel");
        let away = owner.post(&path, json!({})).await.ok().data();
        assert_eq!((away["state"].as_str(), away["lastError"].as_str()), (Some("cancelled"), Some("It can not be done.")), "it keeps why it failed");
        let _ = owner.post(&path, json!({})).await.problem(409, "already_over");
        assert_eq!(owner.post(&format!("/jobs/{id}/retry"), json!({})).await.ok().data()["state"], "pending");
    }
}
