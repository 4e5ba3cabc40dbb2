//! GET /jobs/schedules, PATCH /jobs/schedules/{name}: regular work in the time of a place.

use purser_core::Timestamp;
use purser_core::access::Role;
use purser_core::time::{DAY, HOUR, MINUTE};
use purser_service::jobs;
use purser_testkit::{both, json};

both! {
    async fn regular_work_goes_by_the_time_of_a_place(app) {
        let owner = app.owner().await;
        let usual = owner.get("/jobs/schedules").await.ok().data()[0].clone();
        assert_eq!((usual["name"].as_str(), usual["cron"].as_str(), usual["timeZone"].as_str(), usual["custom"].as_bool()), (Some("tidy"), Some("10 3 * * *"), Some("UTC"), Some(false)));
        // It is 09:00 in UTC on 21 November and 10:00 in Oslo.
        let path = "/jobs/schedules/tidy";
        let moved = owner.patch(path, json!({ "cron": "30 10 * * *", "timeZone": "Europe/Oslo" })).await.ok().data();
        let at = |text: &str| json!(Timestamp::parse(text).unwrap());
        assert_eq!(moved["next"], json!([at("2026-11-21T09:30:00Z"), at("2026-11-22T09:30:00Z"), at("2026-11-23T09:30:00Z")]), "{moved}");
        assert_eq!(moved["changedBy"], owner.id.clone().unwrap());
        let count = async || app.owner_unasked().await.get("/jobs?kind=tidy").await.ok().meta()["total"].as_i64().unwrap();
        jobs::tick(&app.app).await.unwrap();
        assert_eq!(count().await, 0);
        app.advance(31 * MINUTE);
        jobs::tick(&app.app).await.unwrap();
        jobs::tick(&app.app).await.unwrap();
        assert_eq!(count().await, 1);
        jobs::run_due(&app.app).await.unwrap();
        // Stopped for now, and what was left out meanwhile is not made up for.
        let owner = app.owner_unasked().await;
        assert_eq!(owner.patch(path, json!({ "paused": true })).await.ok().data()["paused"], true);
        app.advance(3 * DAY);
        jobs::tick(&app.app).await.unwrap();
        assert_eq!(count().await, 1);
        let owner = app.owner_unasked().await;
        let on = owner.patch(path, json!({ "paused": false, "cron": null, "timeZone": null })).await.ok().data();
        assert_eq!((on["paused"].as_bool(), on["custom"].as_bool()), (Some(false), Some(false)));
        jobs::tick(&app.app).await.unwrap();
        assert_eq!(count().await, 1);
        app.advance(18 * HOUR);
        jobs::tick(&app.app).await.unwrap();
        assert_eq!(count().await, 2);
        let lines = app.owner_unasked().await.get("/audit?action=job.schedule").await.ok();
        assert_eq!(lines.meta()["total"], 3);
        assert_eq!(lines.data()[2]["after"]["timeZone"], "Europe/Oslo");
    }

    async fn what_is_no_rule_or_no_place_is_refused(app) {
        let owner = app.owner().await;
        let path = "/jobs/schedules/tidy";
        for bad in ["", "every day", "61 * * * *", "0 0 31 2 *"] {
            let _ = owner.patch(path, json!({ "cron": bad })).await.problem(400, "invalid").complains("cron", "not_valid");
        }
        let _ = owner.patch(path, json!({ "timeZone": "Moon/Base" })).await.problem(400, "invalid").complains("timeZone", "not_valid");
        let _ = owner.patch("/jobs/schedules/nothing", json!({ "paused": true })).await.problem(404, "not_found");
        let support = app.caller(Role::Support).await;
        let _ = support.patch(path, json!({ "paused": true })).await.problem(403, "forbidden");
        // Another tenant's stays as it was.
        let _ = owner.patch(path, json!({ "cron": "0 1 * * *" })).await.ok();
        let stranger = app.stranger(Role::Owner).await;
        assert_eq!(stranger.get("/jobs/schedules").await.ok().data()[0]["custom"], false);
    }
}
