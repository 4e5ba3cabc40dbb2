//! POST /users/{id}/lock and /unlock

use purser_core::access::Role;
use purser_testkit::{both, json};

both! {
    async fn a_lock_bites_on_the_next_request_and_an_unlock_too(app) {
        let (owner, ada) = (app.owner().await, app.caller(Role::Support).await);
        let path = format!("/users/{}", ada.id.clone().unwrap());
        let _ = ada.get("/users").await.ok();
        let locked = owner.post(&format!("{path}/lock"), json!({ "reason": "lost laptop" })).await.ok().data();
        assert_eq!((locked["status"].as_str(), locked["lockReason"].as_str()), (Some("locked"), Some("lost laptop")));
        assert!(locked["lockedAt"].is_string());
        let _ = ada.get("/users").await.problem(401, "session_ended");
        let again = owner.post(&format!("{path}/lock"), json!({ "reason": "again" })).await.ok().data();
        assert_eq!((again["version"].clone(), again["lockReason"].as_str()), (locked["version"].clone(), Some("lost laptop")), "a repeat changes nothing");
        let unlocked = owner.call(axum::http::Method::POST, &format!("{path}/unlock"), None).await.ok().data();
        assert_eq!(unlocked["status"], "active");
        assert!(unlocked.get("lockReason").is_none());
        let _ = ada.get("/users").await.ok();
        let lines = owner.get(&format!("/audit?subjectId={}&action=user.lock,user.unlock", ada.id.clone().unwrap())).await.ok();
        assert_eq!(lines.meta()["total"], 2);
        assert_eq!(lines.data()[1]["reason"], "lost laptop");
    }

    async fn a_lock_needs_a_reason(app) {
        let (owner, ada) = (app.owner().await, app.caller(Role::Support).await);
        let path = format!("/users/{}/lock", ada.id.clone().unwrap());
        let _ = owner.post(&path, json!({})).await.problem(400, "invalid").complains("reason", "required");
        let _ = owner.post(&path, json!({ "reason": "  " })).await.problem(400, "invalid").complains("reason", "required");
        let _ = owner.post(&path, json!({ "reason": "x".repeat(501) })).await.problem(400, "invalid").complains("reason", "too_long");
        let _ = ada.get("/users").await.ok();
    }

    async fn not_oneself_not_the_last_owner_not_above(app) {
        let (owner, support) = (app.owner().await, app.caller(Role::Support).await);
        let lock = |id: &Option<String>| format!("/users/{}/lock", id.clone().unwrap());
        let body = json!({ "reason": "test" });
        let _ = owner.post(&lock(&owner.id), body.clone()).await.problem(409, "own_account");
        let _ = support.post(&lock(&owner.id), body.clone()).await.problem(403, "role_above_yours");
        let _ = app.stranger(Role::Owner).await.post(&lock(&owner.id), body.clone()).await.problem(404, "not_found");
        let _ = app.caller(Role::Finance).await.post(&lock(&support.id), body).await.problem(403, "forbidden");
    }
}
