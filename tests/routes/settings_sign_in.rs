//! `GET /settings/sign-in` and `PATCH /settings/sign-in`.

use purser_core::access::Role;
use purser_testkit::{both, json};

both! {
    async fn is_read_and_changed_by_who_may(app) {
        let owner = app.owner().await;
        let reply = owner.get("/settings/sign-in").await.ok();
        let usual = reply.data();
        assert_eq!(usual["requireFactorFor"], json!([]));
        assert_eq!((usual["stepUp"].clone(), usual["idleMinutes"].clone(), usual["absoluteDays"].clone()), (json!("enrolled"), json!(10_080), json!(90)));
        let tag = reply.header("etag").unwrap();
        let change = json!({ "requireFactorFor": ["finance", "admin", "finance"], "stepUpRefundFrom": 50_000 });
        let _ = owner.patch("/settings/sign-in", change.clone()).await.problem(428, "precondition_required");
        let changed = owner.with("if-match", tag).patch("/settings/sign-in", change.clone()).await.ok().data();
        assert_eq!((changed["requireFactorFor"].clone(), changed["stepUpRefundFrom"].clone()), (json!(["admin", "finance"]), json!(50_000)));
        let _ = owner.with("if-match", tag).patch("/settings/sign-in", change.clone()).await.problem(412, "stale");
        assert_eq!(owner.get("/settings/sign-in").await.ok().data(), changed);
        // The other settings stay as they were.
        assert_eq!(owner.get("/settings").await.ok().data()["currency"], "EUR");
        let _ = app.caller(Role::Auditor).await.with("if-match", "\"2\"").patch("/settings/sign-in", change).await.problem(403, "forbidden");
    }

    async fn roles_of_ones_own_can_need_a_factor_and_made_up_ones_can_not(app) {
        let owner = app.owner().await;
        let _ = owner.post("/roles", json!({ "key": "clerk", "name": "Clerk", "inherits": ["support"] })).await.ok();
        let tag = owner.get("/settings/sign-in").await.ok().header("etag").unwrap().to_owned();
        let by = owner.with("if-match", &tag);
        let refused = by.patch("/settings/sign-in", json!({ "requireFactorFor": ["pirate"] })).await.problem(400, "invalid");
        let _ = refused.complains("requireFactorFor", "unknown_choice");
        let changed = by.patch("/settings/sign-in", json!({ "requireFactorFor": ["clerk", "admin"] })).await.ok().data();
        assert_eq!(changed["requireFactorFor"], json!(["admin", "clerk"]));
        let clerk = app.db_user(app.tenant().await, "clerk".parse::<purser_core::RoleKey>().unwrap(), "Carla").await;
        let asked = app.nobody().post("/auth/login", json!({ "email": clerk.email, "password": "harbour lantern 42 brass" })).await.ok().data();
        assert!(asked["challenge"].is_string(), "{asked}");
    }

    async fn refuses_limits_nobody_could_work_with(app) {
        let owner = app.owner().await;
        let tag = owner.get("/settings/sign-in").await.ok().header("etag").unwrap().to_owned();
        let by = owner.with("if-match", &tag);
        for (field, value) in [("idleMinutes", json!(14)), ("rememberedIdleMinutes", json!(200_000)), ("absoluteDays", json!(0)), ("stepUpRefundFrom", json!(-1)), ("unprovedDays", json!(1))] {
            let reply = by.patch("/settings/sign-in", json!({ field: value })).await.problem(400, "invalid");
            let _ = reply.complains(field, "out_of_range");
        }
        let _ = by.patch("/settings/sign-in", json!({ "absoluteDays": null })).await.problem(400, "invalid");
    }

    async fn sessions_keep_its_limits(app) {
        let owner = app.owner().await;
        let tag = owner.get("/settings/sign-in").await.ok().header("etag").unwrap().to_owned();
        let _ = owner.with("if-match", &tag).patch("/settings/sign-in", json!({ "idleMinutes": 30, "absoluteDays": 1 })).await.ok();
        let body = json!({ "email": "owner@harbour.example", "password": "harbour lantern 42 brass", "tokenDelivery": "body" });
        let mut token = app.nobody().post("/auth/login", body.clone()).await.ok().data()["refreshToken"].as_str().unwrap().to_owned();
        let idle = app.nobody().post("/auth/login", body).await.ok().data()["refreshToken"].as_str().unwrap().to_owned();
        // Used every 20 minutes it lives for a day and no longer; unused it is over after half an hour.
        for _ in 0..72 {
            app.advance(20 * 60_000_000 - 1);
            let reply = app.nobody().post("/auth/refresh", json!({ "refreshToken": token, "tokenDelivery": "body" })).await.ok();
            reply.data()["refreshToken"].as_str().unwrap().clone_into(&mut token);
        }
        app.advance(72);
        let _ = app.nobody().post("/auth/refresh", json!({ "refreshToken": token })).await.problem(401, "session_ended");
        let _ = app.nobody().post("/auth/refresh", json!({ "refreshToken": idle })).await.problem(401, "session_ended");
    }
}
