//! `GET /settings/retention` and `PATCH /settings/retention`, and what the night takes away.

use purser_core::time::DAY;
use purser_service::jobs;
use purser_testkit::{TestApp, both, json};

use crate::routes::people::{id, invited};

async fn night(app: &TestApp) {
    app.advance(2 * DAY);
    jobs::tick(&app.app).await.unwrap();
    while jobs::run_due(&app.app).await.unwrap() > 0 {}
}

both! {
    async fn is_read_and_changed_by_who_may(app) {
        let owner = app.owner().await;
        let reply = owner.get("/settings/retention").await.ok();
        assert_eq!((reply.data()["signInDays"].clone(), reply.data()["mailDays"].clone(), reply.data().get("deletedPeopleDays").cloned()), (json!(365), json!(90), None));
        let by = owner.with("if-match", reply.header("etag").unwrap());
        for (field, value) in [("signInDays", json!(6)), ("mailDays", json!(4_000)), ("deletedPeopleDays", json!(0))] {
            let _ = by.patch("/settings/retention", json!({ field: value })).await.problem(400, "invalid").complains(field, "out_of_range");
        }
        let _ = by.patch("/settings/retention", json!({ "signInDays": null })).await.problem(400, "invalid");
        let changed = by.patch("/settings/retention", json!({ "deletedPeopleDays": 30, "signInDays": 7 })).await.ok().data();
        assert_eq!((changed["deletedPeopleDays"].clone(), changed["signInDays"].clone()), (json!(30), json!(7)));
        let _ = by.patch("/settings/retention", json!({ "signInDays": 8 })).await.problem(412, "stale");
        let _ = app.caller(purser_core::access::Role::Auditor).await.with("if-match", "\"2\"").patch("/settings/retention", json!({ "signInDays": 8 })).await.problem(403, "forbidden");
    }

    async fn what_is_older_goes_by_itself(app) {
        let owner = app.owner().await;
        let (kept, gone) = (invited(&owner, "Kari", "user").await, invited(&owner, "Gerda", "user").await);
        let _ = owner.delete(&format!("/users/{}", id(&gone))).await.is(204);
        let tag = owner.get("/settings/retention").await.ok().header("etag").unwrap().to_owned();
        let _ = owner.with("if-match", &tag).patch("/settings/retention", json!({ "deletedPeopleDays": 7, "signInDays": 7 })).await.ok();
        night(&app).await;
        let owner = app.owner().await;
        assert!(owner.get(&format!("/users/{}", id(&gone))).await.ok().data().get("erasedAt").is_none(), "two days are not seven");
        let before = owner.get("/sign-ins").await.ok().data().as_array().unwrap().len();
        app.advance(6 * DAY);
        night(&app).await;
        let owner = app.owner().await;
        assert!(owner.get(&format!("/users/{}", id(&gone))).await.ok().data()["erasedAt"].is_string());
        assert_eq!(owner.get(&format!("/users/{}", id(&kept))).await.ok().data()["firstName"], "Kari");
        let after = owner.get("/sign-ins").await.ok().data();
        assert!(after.as_array().unwrap().len() <= before, "the old attempts went: {after}");
        assert!(after.as_array().unwrap().iter().all(|row| row["at"].as_str().unwrap() > "2026-11-22"), "{after}");
        assert_eq!(owner.get("/audit/verify").await.ok().data()["intact"], true);
    }
}
