//! GET and PATCH /settings/passwords

use purser_core::access::Role;
use purser_testkit::{both, json};

both! {
    async fn more_can_be_asked_and_never_less(app) {
        let owner = app.owner().await;
        let reply = owner.get("/settings/passwords").await.ok();
        let usual = reply.data();
        assert_eq!((usual["minLength"].as_i64(), usual["minScore"].as_i64(), usual["history"].as_i64()), (Some(8), Some(3), Some(5)), "{usual}");
        assert_eq!((usual["adminExpiryDays"].as_i64(), usual["staffExpiryDays"].is_null()), (Some(90), true), "{usual}");
        let version = reply.header("etag").unwrap().to_owned();
        let by = owner.with("if-match", &version);
        for (field, value) in [("minLength", 7), ("minScore", 2), ("history", 4), ("adminExpiryDays", 6)] {
            let _ = by.patch("/settings/passwords", json!({ field: value })).await.problem(400, "invalid").complains(field, "out_of_range");
        }
        let _ = by.patch("/settings/passwords", json!({})).await.problem(400, "invalid").complains("body", "empty");
        let _ = by.patch("/settings/passwords", json!({ "history": null })).await.problem(400, "invalid").complains("history", "required");
        let next = by.patch("/settings/passwords", json!({ "minLength": 12, "requireClasses": true, "adminExpiryDays": null })).await.ok().data();
        assert_eq!((next["minLength"].as_i64(), next["adminExpiryDays"].is_null()), (Some(12), true), "{next}");
        let _ = by.patch("/settings/passwords", json!({ "minLength": 13 })).await.problem(412, "stale");
        let _ = owner.patch("/settings/passwords", json!({ "minLength": 13 })).await.problem(428, "precondition_required");
        let body = json!({ "email": "n@example.com", "firstName": "N", "lastName": "N", "role": "user", "password": "violet anchor 77 copper" });
        let _ = owner.post("/users", body).await.problem(400, "invalid").complains("password", "class_missing");
        let line = owner.get("/audit?action=setting.passwords").await.ok().data();
        assert_eq!((line[0]["before"]["minLength"].as_i64(), line[0]["after"]["minLength"].as_i64()), (Some(8), Some(12)), "{line}");
        // The other settings are as they were.
        assert_eq!(owner.get("/settings").await.ok().data()["taxRateBp"], 800);
        let _ = app.caller(Role::Support).await.get("/settings/passwords").await.problem(403, "forbidden");
    }
}
