//! POST, DELETE, GET /auth/impersonation

use purser_core::access::Role;
use purser_testkit::{both, json};

both! {
    async fn one_sees_what_the_other_sees_and_touches_nothing(app) {
        let owner = app.owner().await;
        let support = app.caller(Role::Support).await;
        let id = support.id.clone().unwrap();
        let body = json!({ "userId": id, "reason": "can not find an order", "minutes": 10 });
        let made = owner.post("/auth/impersonation", body.clone()).await.is(201).data();
        assert_eq!((&made["readOnly"], &made["until"]), (&json!(true), &json!("2026-11-21T09:10:00.000000Z")));
        let me = owner.get("/auth/me").await.ok().data();
        assert_eq!((me["id"].as_str(), &me["impersonation"]["byName"]), (Some(id.as_str()), &json!("Olive Owner")));
        assert!(!me["permissions"].to_string().contains("refund:order"), "only what changes nothing: {me}");
        let _ = owner.get("/audit").await.problem(403, "forbidden");
        let _ = owner.get("/orders").await.ok();
        let _ = owner.post("/auth/password", json!({ "currentPassword": "x", "newPassword": "y" })).await.problem(403, "read_only");
        let _ = owner.post("/auth/logout", json!({})).await.problem(403, "read_only");
        let _ = owner.post("/auth/impersonation", body).await.is(403);
        let told = support.get("/auth/impersonation").await.ok().data();
        assert_eq!((&told[0]["byName"], &told[0]["reason"]), (&json!("Olive Owner"), &json!("can not find an order")));
        let _ = owner.delete("/auth/impersonation").await.is(204);
        assert_ne!(owner.get("/auth/me").await.ok().data()["id"].as_str(), Some(id.as_str()));
        let _ = owner.delete("/auth/impersonation").await.problem(409, "not_impersonating");
        let begun = owner.get("/audit?action=impersonation.begin").await.ok().data()[0].clone();
        assert_eq!((&begun["actor"]["name"], begun["subject"]["id"].as_str(), &begun["reason"]), (&json!("Olive Owner"), Some(id.as_str()), &json!("can not find an order")));
        assert_eq!(owner.get("/audit?action=impersonation.end").await.ok().meta()["total"], 1);
    }

    async fn it_ends_by_itself(app) {
        let owner = app.owner().await;
        let support = app.caller(Role::Support).await;
        let _ = owner.post("/auth/impersonation", json!({ "userId": support.id, "reason": "x", "minutes": 5 })).await.is(201);
        let _ = owner.get("/audit").await.problem(403, "forbidden");
        app.advance(5 * 60 * 1_000_000);
        let _ = owner.get("/audit").await.ok();
        let _ = owner.post("/auth/impersonation", json!({ "userId": support.id, "reason": "x", "minutes": 31 })).await.is(400).complains("minutes", "out_of_range");
        let _ = owner.post("/auth/impersonation", json!({ "userId": support.id, "reason": " " })).await.is(400).complains("reason", "required");
    }

    async fn what_is_changed_names_both(app) {
        let owner = app.owner().await;
        let support = app.caller(Role::Support).await;
        let customer = app.caller(Role::User).await.id.unwrap();
        let _ = owner.post("/auth/impersonation", json!({ "userId": support.id, "reason": "x", "readOnly": false })).await.is(201);
        let _ = owner.post(&format!("/users/{customer}/lock"), json!({ "reason": "asked" })).await.ok();
        let _ = owner.post("/auth/password", json!({ "currentPassword": "x", "newPassword": "y" })).await.problem(403, "not_while_impersonating");
        // Looking is allowed, taking out all that is held of somebody is not.
        let _ = owner.get("/auth/personal-data").await.problem(403, "not_while_impersonating");
        let _ = owner.delete("/auth/impersonation").await.is(204);
        let line = owner.get("/audit?action=user.lock").await.ok().data()[0].clone();
        assert_eq!(line["actor"]["id"].as_str(), owner.id.as_deref());
        assert_eq!(line["after"]["onBehalfOf"].as_str(), support.id.as_deref());
        assert!(line["actor"]["name"].as_str().unwrap().starts_with("Olive Owner as "), "{line}");
        assert_eq!(owner.get("/audit/verify").await.ok().data()["intact"], true);
    }

    async fn nobody_looks_up(app) {
        let owner = app.owner().await;
        let admin = app.caller(Role::Admin).await;
        let _ = admin.post("/auth/impersonation", json!({ "userId": owner.id, "reason": "x" })).await.problem(403, "role_above_yours");
        let _ = admin.post("/auth/impersonation", json!({ "userId": admin.id, "reason": "x" })).await.problem(409, "own_account");
        let support = app.caller(Role::Support).await;
        let _ = support.post("/auth/impersonation", json!({ "userId": admin.id, "reason": "x" })).await.problem(403, "forbidden");
        let stranger = app.stranger(Role::Owner).await;
        let _ = stranger.post("/auth/impersonation", json!({ "userId": admin.id, "reason": "x" })).await.problem(404, "not_found");
        // Whoever loses the right is themselves again at once.
        let _ = admin.post("/auth/impersonation", json!({ "userId": support.id, "reason": "x" })).await.is(201);
        let denial = json!({ "permission": "impersonate:user", "effect": "deny", "reason": "x" });
        let _ = owner.post(&format!("/users/{}/rights", admin.id.clone().unwrap()), denial).await.is(201);
        assert_eq!(admin.get("/auth/me").await.ok().data()["id"].as_str(), admin.id.as_deref());
    }
}
