//! `POST /auth/step-up`, and what asks for it.

use purser_core::access::Role;
use purser_testkit::{Caller, TestApp, both, json};

use super::factors::{PASSWORD, enrol};

async fn policy(owner: &Caller, change: serde_json::Value) {
    let tag = owner.get("/settings/sign-in").await.ok().header("etag").unwrap().to_owned();
    let _ = owner.with("if-match", &tag).patch("/settings/sign-in", change).await.ok();
}

async fn somebody(app: &TestApp) -> String {
    let tenant = app.tenant().await;
    app.db_user(tenant, Role::User, "Una").await.id.to_string()
}

both! {
    async fn a_proof_counts_for_ten_minutes(app) {
        let owner = app.owner().await;
        let (device, codes) = enrol(&app, &owner).await;
        let path = format!("/users/{}/role", somebody(&app).await);
        let _ = owner.post_role(&path, "support").await.ok();
        app.advance(9 * 60_000_000);
        let _ = owner.post_role(&path, "user").await.problem(403, "step_up_required");
        let _ = owner.get("/users/export").await.problem(403, "step_up_required");
        let _ = owner.get("/orders/export").await.problem(403, "step_up_required");
        let _ = owner.post("/auth/step-up", json!({ "method": "totp", "code": "000000" })).await.problem(400, "invalid").complains("code", "wrong");
        let reply = owner.post("/auth/step-up", json!({ "method": "totp", "code": device.code(&app, 0) })).await.ok();
        assert!(reply.data()["freshUntil"].is_string());
        assert_eq!(owner.get("/auth/factors").await.ok().data()["freshUntil"], reply.data()["freshUntil"]);
        let _ = owner.post_role(&path, "user").await.ok();
        let _ = owner.get("/users/export").await.ok();
        // The same code proves nothing a second time; a backup code does, once.
        let again = owner.post("/auth/step-up", json!({ "method": "totp", "code": device.code(&app, 0) })).await;
        let _ = again.problem(400, "invalid").complains("code", "wrong");
        let _ = owner.post("/auth/step-up", json!({ "method": "backup", "code": codes[0] })).await.ok();
        let _ = owner.post("/auth/step-up", json!({ "method": "backup", "code": codes[0] })).await.problem(400, "invalid");
    }

    async fn whoever_has_no_factor_is_asked_only_where_everybody_is(app) {
        let owner = app.owner().await;
        let path = format!("/users/{}/role", somebody(&app).await);
        let _ = owner.post_role(&path, "support").await.ok();
        policy(&owner, json!({ "stepUp": "always" })).await;
        let _ = owner.post_role(&path, "user").await.problem(403, "factor_required");
        let _ = enrol(&app, &owner).await;
        let _ = owner.post_role(&path, "user").await.ok();
        policy(&owner, json!({ "stepUp": "off" })).await;
        app.advance(10 * 60_000_000);
        let _ = owner.post_role(&path, "support").await.ok();
    }

    async fn the_policy_itself_asks_for_it(app) {
        let owner = app.owner().await;
        let _ = enrol(&app, &owner).await;
        app.advance(10 * 60_000_000);
        let tag = owner.get("/settings/sign-in").await.ok().header("etag").unwrap().to_owned();
        let refused = owner.with("if-match", &tag).patch("/settings/sign-in", json!({ "stepUp": "off" })).await;
        let _ = refused.problem(403, "step_up_required");
    }

    async fn another_session_is_not_stepped_up_with_this_one(app) {
        let owner = app.owner().await;
        let (_, codes) = enrol(&app, &owner).await;
        let path = format!("/users/{}/role", somebody(&app).await);
        app.advance(11 * 60_000_000);
        let body = json!({ "email": "owner@harbour.example", "password": PASSWORD });
        let asked = app.nobody().post("/auth/login", body).await.ok().data();
        let answer = json!({ "challenge": asked["challenge"], "code": codes[0] });
        let other = app.nobody().post("/auth/challenge/backup", answer).await.ok().data();
        let other = app.nobody().with_token(other["accessToken"].as_str().unwrap());
        let _ = other.post_role(&path, "support").await.ok();
        let _ = owner.post_role(&path, "user").await.problem(403, "step_up_required");
    }

    async fn there_is_no_way_round_it(app) {
        let owner = app.owner().await;
        let _ = enrol(&app, &owner).await;
        let id = somebody(&app).await;
        app.advance(10 * 60_000_000);
        let needed = |reply: purser_testkit::Reply| { let _ = reply.problem(403, "step_up_required"); };
        let person = |role: &str| json!({ "email": format!("{role}@people.example"), "firstName": "Ada", "lastName": "Example", "role": role });
        needed(owner.post("/users", person("support")).await);
        needed(owner.post("/users", person("admin")).await);
        let _ = owner.post("/users", person("user")).await.is(201);
        needed(owner.delete(&format!("/users/{id}")).await);
        needed(owner.post("/users/bulk", json!({ "action": "delete", "ids": [id] })).await);
        let _ = owner.post("/users/bulk", json!({ "action": "delete", "ids": [id], "dryRun": true })).await.ok();
        let tag = owner.get(&format!("/users/{id}")).await.ok().header("etag").unwrap().to_owned();
        needed(owner.with("if-match", &tag).patch(&format!("/users/{id}"), json!({ "email": "mine@harbour.example" })).await);
        let _ = owner.with("if-match", &tag).patch(&format!("/users/{id}"), json!({ "country": "NO" })).await.ok();
        needed(owner.post("/roles", json!({ "key": "night", "name": "Night", "permissions": ["read:order"], "staff": true, "inherits": [] })).await);
        let rule = json!({ "name": "All of them", "kind": "refund", "effect": "approve", "expiresHours": 24 });
        needed(owner.post("/approval-rules", rule).await);
        needed(owner.get("/audit/export").await);
        assert_eq!(owner.get(&format!("/users/{id}")).await.ok().data()["status"], "active");
    }

    async fn people_with_roles_are_brought_in_after_a_fresh_proof(app) {
        let owner = app.owner().await;
        let _ = enrol(&app, &owner).await;
        let file = async |text: &str| {
            crate::routes::imports::sent(&owner, "people", text).await["id"].as_str().unwrap().to_owned()
        };
        let (roles, plain) = (file("email,firstName,role\nada@people.example,Ada,support\n").await, file("email,firstName\nben@people.example,Ben\n").await);
        app.advance(10 * 60_000_000);
        let _ = owner.post(&format!("/imports/{roles}/run"), json!({ "mode": "all_or_nothing" })).await.problem(403, "step_up_required");
        let _ = owner.post(&format!("/imports/{plain}/run"), json!({ "mode": "all_or_nothing" })).await.ok();
    }

    async fn rules_that_guard_others_are_changed_after_a_fresh_proof(app) {
        let owner = app.owner().await;
        let _ = enrol(&app, &owner).await;
        let id = somebody(&app).await;
        let denial = json!({ "permission": "read:order", "effect": "deny", "reason": "on leave" });
        let right = owner.post(&format!("/users/{id}/rights"), denial).await.is(201).data();
        app.advance(10 * 60_000_000);
        let _ = owner.delete(&format!("/users/{id}/rights/{}", right["id"].as_str().unwrap())).await.problem(403, "step_up_required");
        let tag = owner.get("/settings/passwords").await.ok().header("etag").unwrap().to_owned();
        let _ = owner.with("if-match", &tag).patch("/settings/passwords", json!({ "history": 0 })).await.problem(403, "step_up_required");
        let policy = json!({ "name": "None at night", "source": "permit(principal, action, resource);", "state": "draft" });
        let _ = owner.post("/policies", policy).await.problem(403, "step_up_required");
    }
}

/// The call the tests repeat.
trait Roles {
    async fn post_role(&self, path: &str, role: &str) -> purser_testkit::Reply;
}

impl Roles for Caller {
    async fn post_role(&self, path: &str, role: &str) -> purser_testkit::Reply {
        self.patch(path, json!({ "role": role })).await
    }
}
