//! POST /users/{id}/demand-password, and what it means to have to change a password.

use purser_core::access::Role;
use purser_testkit::{both, json};

both! {
    async fn nothing_else_can_be_done_before(app) {
        let owner = app.owner().await;
        let support = app.caller(Role::Support).await;
        let id = support.id.clone().unwrap();
        let _ = support.get("/users").await.ok();
        let _ = owner.post(&format!("/users/{id}/demand-password"), json!({})).await.is(204);
        for path in ["/users", "/orders", "/auth/sessions", "/search?q=x"] {
            let _ = support.get(path).await.problem(403, "password_change_required");
        }
        assert_eq!(support.get("/auth/me").await.ok().data()["first"], "password_change_required");
        let change = json!({ "currentPassword": "harbour lantern 42 brass", "newPassword": "violet anchor 77 copper" });
        let _ = support.post("/auth/password", change).await.is(204);
        let _ = support.get("/users").await.ok();
        assert!(support.get("/auth/me").await.ok().data()["first"].is_null());
        let line = owner.get("/audit?action=user.demand_password").await.ok().data();
        assert_eq!(line[0]["subject"]["id"], id.as_str());
    }

    async fn signing_in_says_so_at_once(app) {
        let owner = app.owner().await;
        let body = json!({ "email": "grace@example.com", "firstName": "G", "lastName": "H", "role": "finance", "password": "harbour lantern 42 brass", "mustChangePassword": true });
        let _ = owner.post("/users", body).await.is(201);
        let login = app.nobody().post("/auth/login", json!({ "email": "grace@example.com", "password": "harbour lantern 42 brass" })).await.ok().data();
        assert_eq!(login["user"]["first"], "password_change_required", "{login}");
        let without = json!({ "email": "h@example.com", "firstName": "G", "lastName": "H", "role": "finance", "mustChangePassword": true });
        let _ = owner.post("/users", without).await.problem(400, "invalid").complains("mustChangePassword", "no_password");
    }

    async fn rules(app) {
        let owner = app.owner().await;
        let own = owner.get("/auth/me").await.ok().data()["id"].as_str().unwrap().to_owned();
        let _ = app.caller(Role::Support).await.post(&format!("/users/{own}/demand-password"), json!({})).await.problem(403, "role_above_yours");
        let _ = app.caller(Role::Auditor).await.post(&format!("/users/{own}/demand-password"), json!({})).await.problem(403, "forbidden");
        let _ = app.stranger(Role::Owner).await.post(&format!("/users/{own}/demand-password"), json!({})).await.problem(404, "not_found");
        let invited = owner.post("/users", json!({ "email": "n@example.com", "firstName": "N", "lastName": "N", "role": "user" })).await.is(201).data();
        let path = format!("/users/{}/demand-password", invited["id"].as_str().unwrap());
        let _ = owner.post(&path, json!({})).await.problem(409, "no_password");
    }
}
