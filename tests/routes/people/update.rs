//! PATCH /users/{id}

use purser_core::access::Role;
use purser_testkit::{both, json};

use super::{id, invited};

both! {
    async fn only_what_is_mentioned_changes(app) {
        let owner = app.owner().await;
        let ada = invited(&owner, "Ada", "user").await;
        let path = format!("/users/{}", id(&ada));
        let reply = owner.with("if-match", "\"1\"").patch(&path, json!({ "lastName": "Lovelace", "phone": "+44 20 1234" })).await.ok();
        assert_eq!(reply.header("etag"), Some("\"2\""));
        let next = reply.data();
        assert_eq!((next["firstName"].as_str(), next["lastName"].as_str(), next["phone"].as_str()), (Some("Ada"), Some("Lovelace"), Some("+44 20 1234")));
        assert_eq!(owner.get(&path).await.ok().data(), next);
        let cleared = owner.with("if-match", "\"2\"").patch(&path, json!({ "phone": null })).await.ok().data();
        assert!(cleared.get("phone").is_none());
        let line = owner.get("/audit?action=user.update&limit=2").await.ok().data()[1].clone();
        assert_eq!(line["before"], json!({ "lastName": "Example", "phone": null }));
        assert_eq!(line["after"], json!({ "lastName": "Lovelace", "phone": "…34" }));
        assert_eq!(owner.get("/users?search=lovelace").await.ok().meta()["total"], 1);
        assert_eq!(owner.get("/users?search=ada%20example&role=user").await.ok().meta()["total"], 1, "the address still says example");
    }

    async fn the_version_has_to_be_named_and_be_the_last(app) {
        let owner = app.owner().await;
        let path = format!("/users/{}", id(&invited(&owner, "Ada", "user").await));
        let _ = owner.patch(&path, json!({ "firstName": "A" })).await.problem(428, "precondition_required");
        let _ = owner.with("if-match", "\"7\"").patch(&path, json!({ "firstName": "A" })).await.problem(412, "stale");
        let _ = owner.with("if-match", "\"x\"").patch(&path, json!({ "firstName": "A" })).await.problem(412, "stale");
        assert_eq!(owner.get(&path).await.ok().data()["firstName"], "Ada");
    }

    async fn of_many_at_once_one_wins(app) {
        let owner = app.owner().await.with("if-match", "\"1\"");
        let path = format!("/users/{}", id(&invited(&owner, "Ada", "user").await));
        let calls: Vec<_> = (0..8).map(|n| { let (owner, path) = (owner.clone(), path.clone()); tokio::spawn(async move { owner.patch(&path, json!({ "notes": format!("{n}") })).await.status.as_u16() }) }).collect();
        let mut statuses = Vec::new();
        for call in calls { statuses.push(call.await.unwrap()); }
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412, 412, 412, 412, 412, 412, 412]);
    }

    async fn a_new_address_is_unique_and_unproved(app) {
        let owner = app.owner().await;
        let tenant = app.tenant().await;
        let ada = app.db_user(tenant, Role::User, "Ada").await;
        let _ = invited(&owner, "Ben", "user").await;
        let path = format!("/users/{}", ada.id);
        let owner = owner.with("if-match", "\"1\"");
        let _ = owner.patch(&path, json!({ "email": "BEN@people.example" })).await.problem(409, "taken").complains("email", "taken");
        assert_eq!(owner.get(&path).await.ok().data()["emailVerified"], true);
        let next = owner.patch(&path, json!({ "email": "ada@new.example" })).await.ok().data();
        assert_eq!((next["email"].as_str(), next["emailVerified"].as_bool()), (Some("ada@new.example"), Some(false)));
    }

    async fn bad_changes_change_nothing(app) {
        let owner = app.owner().await.with("if-match", "\"1\"");
        let path = format!("/users/{}", id(&invited(&owner, "Ada", "user").await));
        let _ = owner.patch(&path, json!({})).await.problem(400, "invalid");
        let _ = owner.patch(&path, json!({ "firstName": null })).await.problem(400, "invalid").complains("firstName", "required");
        let _ = owner.patch(&path, json!({ "email": null })).await.problem(400, "invalid").complains("email", "required");
        let _ = owner.patch(&path, json!({ "role": "owner" })).await.problem(400, "invalid").complains("role", "unknown_field");
        let _ = owner.patch(&path, json!({ "lastName": 7 })).await.problem(400, "invalid").complains("lastName", "wrong_type");
        let _ = owner.patch(&path, json!({ "notes": "x".repeat(5001) })).await.problem(400, "invalid").complains("notes", "too_long");
        let _ = owner.patch(&path, json!({ "language": "klingon!" })).await.problem(400, "invalid").complains("language", "language");
        assert_eq!(owner.get(&path).await.ok().data()["version"], 1);
    }

    async fn nobody_changes_an_account_above_their_own(app) {
        let owner = app.owner().await;
        let support = app.caller(Role::Support).await.with("if-match", "\"1\"");
        let path = format!("/users/{}", owner.id.clone().unwrap());
        let _ = support.patch(&path, json!({ "email": "mine@evil.example" })).await.problem(403, "role_above_yours");
        let _ = app.stranger(Role::Owner).await.with("if-match", "\"1\"").patch(&path, json!({ "notes": "x" })).await.problem(404, "not_found");
    }
}
