//! DELETE /users/{id} and POST /users/{id}/restore

use axum::http::Method;
use purser_core::access::Role;
use purser_testkit::{both, json};

use super::{id, invited};

both! {
    async fn deleted_is_kept_out_and_comes_back(app) {
        let (owner, ada) = (app.owner().await, app.caller(Role::Support).await);
        let path = format!("/users/{}", ada.id.clone().unwrap());
        let reply = owner.delete(&path).await.is(204);
        assert!(reply.body.is_empty());
        let _ = owner.delete(&path).await.is(204);
        let _ = ada.get("/users").await.problem(401, "session_ended");
        let view = owner.get(&path).await.ok().data();
        assert_eq!(view["status"], "deleted");
        assert!(view["deletedAt"].is_string());
        let _ = owner.with("if-match", "\"2\"").patch(&path, json!({ "notes": "x" })).await.problem(409, "deleted");
        let _ = owner.post(&format!("{path}/lock"), json!({ "reason": "x" })).await.problem(409, "deleted");
        let back = owner.call(Method::POST, &format!("{path}/restore"), None).await.ok().data();
        assert_eq!(back["status"], "active");
        assert!(back.get("deletedAt").is_none());
        let _ = ada.get("/users").await.problem(401, "session_ended");
        assert_eq!(owner.get(&format!("/audit?action=user.delete,user.restore&subjectId={}", ada.id.unwrap())).await.ok().meta()["total"], 2);
    }

    async fn a_locked_account_comes_back_locked(app) {
        let owner = app.owner().await;
        let path = format!("/users/{}", id(&invited(&owner, "Ada", "user").await));
        let _ = owner.post(&format!("{path}/lock"), json!({ "reason": "fraud" })).await.ok();
        let _ = owner.delete(&path).await.is(204);
        let back = owner.call(Method::POST, &format!("{path}/restore"), None).await.ok().data();
        assert_eq!((back["status"].as_str(), back["lockReason"].as_str()), (Some("locked"), Some("fraud")));
    }

    async fn the_address_of_a_deleted_account_is_free(app) {
        let owner = app.owner().await;
        let path = format!("/users/{}", id(&invited(&owner, "Ada", "user").await));
        let _ = owner.delete(&path).await.is(204);
        let _ = invited(&owner, "Ada", "user").await;
        let _ = owner.call(Method::POST, &format!("{path}/restore"), None).await.problem(409, "taken").complains("email", "taken");
    }

    async fn who_may_not(app) {
        let (owner, support) = (app.owner().await, app.caller(Role::Support).await);
        let _ = owner.delete(&format!("/users/{}", owner.id.clone().unwrap())).await.problem(409, "own_account");
        let _ = support.delete(&format!("/users/{}", support.id.clone().unwrap())).await.problem(403, "forbidden");
        let _ = app.caller(Role::Admin).await.delete(&format!("/users/{}", owner.id.clone().unwrap())).await.problem(403, "role_above_yours");
        let _ = owner.delete("/users/0192f0c1-0000-7000-8000-000000000000").await.problem(404, "not_found");
    }
}
