//! PATCH /users/{id}/role

use purser_core::access::Role;
use purser_testkit::{both, json};

use super::{id, invited};

both! {
    async fn a_new_role_bites_on_the_next_request(app) {
        let owner = app.owner().await;
        let support = app.caller(Role::Support).await;
        let path = format!("/users/{}/role", support.id.clone().unwrap());
        let _ = support.get("/audit").await.problem(403, "forbidden");
        assert_eq!(owner.patch(&path, json!({ "role": "auditor" })).await.ok().data()["role"], "auditor");
        let _ = support.get("/audit").await.ok();
        let line = owner.get("/audit?action=user.role").await.ok().data()[0].clone();
        assert_eq!((line["before"].clone(), line["after"].clone()), (json!({ "role": "support" }), json!({ "role": "auditor" })));
        let lines = owner.get("/audit?action=user.role").await.ok().meta()["total"].clone();
        let _ = owner.patch(&path, json!({ "role": "auditor" })).await.ok();
        assert_eq!(owner.get("/audit?action=user.role").await.ok().meta()["total"], lines, "nothing changed, nothing is noted");
    }

    async fn the_last_owner_stays(app) {
        let owner = app.owner().await;
        let path = format!("/users/{}/role", owner.id.clone().unwrap());
        let _ = owner.patch(&path, json!({ "role": "admin" })).await.problem(400, "invalid").complains("role", "own_account");
        let second = app.caller(Role::Owner).await;
        let _ = second.patch(&path, json!({ "role": "admin" })).await.ok();
        let _ = second.patch(&format!("/users/{}/role", second.id.clone().unwrap()), json!({ "role": "admin" })).await.problem(400, "invalid").complains("role", "own_account");
    }

    async fn two_owners_can_not_step_down_at_once(app) {
        let (a, b) = (app.owner().await, app.caller(Role::Owner).await);
        let step = |by: purser_testkit::Caller, id: String| tokio::spawn(async move { by.patch(&format!("/users/{id}/role"), json!({ "role": "admin" })).await.status.as_u16() });
        let (first, second) = (a.id.clone().unwrap(), b.id.clone().unwrap());
        let (one, two) = (step(a, second), step(b, first));
        let mut statuses = [one.await.unwrap(), two.await.unwrap()];
        statuses.sort_unstable();
        // Whoever comes second is the last owner's undoing, or no owner any more.
        assert!(statuses[0] == 200 && [403, 409].contains(&statuses[1]), "{statuses:?}");
    }

    async fn the_reason_is_kept(app) {
        let owner = app.owner().await;
        let ada = id(&invited(&owner, "Ada", "user").await);
        let path = format!("/users/{ada}/role");
        let _ = owner.patch(&path, json!({ "role": "support", "reason": "x".repeat(501) })).await.problem(400, "invalid").complains("reason", "too_long");
        let _ = owner.patch(&path, json!({ "role": "support", "reason": " Takes the late shift " })).await.ok();
        let line = owner.get("/audit?action=user.role").await.ok().data()[0].clone();
        assert_eq!((line["reason"].as_str(), line["after"]["role"].as_str()), (Some("Takes the late shift"), Some("support")));
        let _ = owner.patch(&path, json!({ "role": "user" })).await.ok();
        assert!(owner.get("/audit?action=user.role").await.ok().data()[0].get("reason").is_none());
    }

    async fn nobody_gives_or_takes_more_than_they_hold(app) {
        let (owner, admin) = (app.owner().await, app.caller(Role::Admin).await);
        let ada = invited(&owner, "Ada", "user").await;
        let path = format!("/users/{}/role", id(&ada));
        let _ = admin.patch(&path, json!({ "role": "owner" })).await.problem(403, "role_above_yours");
        let _ = admin.patch(&format!("/users/{}/role", owner.id.clone().unwrap()), json!({ "role": "user" })).await.problem(403, "role_above_yours");
        let _ = admin.patch(&path, json!({ "role": "admin" })).await.ok();
        let _ = app.caller(Role::Support).await.patch(&path, json!({ "role": "guest" })).await.problem(403, "forbidden");
        let _ = owner.patch(&path, json!({ "role": "emperor" })).await.problem(400, "invalid").complains("role", "unknown_choice");
    }
}
