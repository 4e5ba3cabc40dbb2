//! `GET`, `POST /keys`, `DELETE /keys/{id}`, `POST /keys/{id}/rotate`, and those of other people.

use axum::http::Method;
use purser_core::access::Role;
use purser_testkit::{Caller, TestApp, both, json};
use serde_json::Value;

use super::factors::{actions, enrol};

const DAY: i64 = 24 * 3_600 * 1_000_000;

async fn made(by: &Caller, scopes: &[&str]) -> Value {
    by.post("/keys", json!({ "name": "Nightly", "scopes": scopes })).await.is(201).data()
}

fn script(app: &TestApp, key: &Value) -> Caller {
    app.nobody().with_token(key["secret"].as_str().unwrap())
}

both! {
    async fn a_key_does_what_its_scopes_say_and_no_more(app) {
        let owner = app.owner().await;
        let key = made(&owner, &["read:user", "read:self"]).await;
        assert!(key["secret"].as_str().unwrap().starts_with(key["prefix"].as_str().unwrap()));
        let script = script(&app, &key);
        let _ = script.get("/users").await.ok();
        assert_eq!(script.get("/auth/me").await.ok().data()["email"], "owner@harbour.example");
        let _ = script.get("/orders").await.problem(403, "forbidden");
        let _ = script.post("/users", json!({})).await.problem(403, "forbidden");
        // The header scripts know from elsewhere does as well.
        let other = app.nobody().with("x-api-key", key["secret"].as_str().unwrap());
        let _ = other.get("/users").await.ok();
        let _ = app.nobody().with("x-api-key", "sk_none").get("/users").await.problem(401, "bad_key");
    }

    async fn the_secret_is_shown_once_and_kept_as_a_hash(app) {
        let owner = app.owner().await;
        let key = made(&owner, &["read:user"]).await;
        let secret = key["secret"].as_str().unwrap();
        let hidden = secret.strip_prefix(key["prefix"].as_str().unwrap()).unwrap();
        assert!(hidden.len() > 20, "enough to be told from other words");
        let list = owner.get("/keys").await.ok();
        assert!(!list.text().contains(secret) && list.data()[0].get("secret").is_none());
        let stored = format!("{:?}", app.db_dump(app.tenant().await).await);
        assert!(!stored.contains(secret) && !stored.contains(hidden));
    }

    async fn nobody_gives_a_key_what_they_do_not_hold(app) {
        let developer = app.caller(Role::Developer).await;
        let body = json!({ "name": "Too much", "scopes": ["read:user", "refund:order"] });
        let _ = developer.post("/keys", body).await.problem(400, "invalid").complains("scopes[1]", "not_yours");
        let _ = developer.post("/keys", json!({ "name": "Nothing", "scopes": [] })).await.problem(400, "invalid").complains("scopes", "required");
        for (field, value) in [("expiresInDays", 0), ("expiresInDays", 366), ("ratePerMinute", 0)] {
            let body = json!({ "name": "x", "scopes": ["read:user"], field: value });
            let _ = developer.post("/keys", body).await.problem(400, "invalid").complains(field, "out_of_range");
        }
    }

    async fn what_the_owner_loses_the_key_loses(app) {
        let (owner, developer) = (app.owner().await, app.caller(Role::Developer).await);
        let script = script(&app, &made(&developer, &["read:ledger", "read:self"]).await);
        let _ = script.get("/ledger/accounts").await.ok();
        let id = developer.id.clone().unwrap();
        let _ = owner.patch(&format!("/users/{id}/role"), json!({ "role": "user" })).await.ok();
        let _ = script.get("/ledger/accounts").await.problem(403, "forbidden");
        let _ = script.get("/auth/me").await.ok();
        let _ = owner.post(&format!("/users/{id}/lock"), json!({ "reason": "gone" })).await.ok();
        let _ = script.get("/auth/me").await.problem(401, "key_owner_gone");
    }

    async fn revoked_and_expired_keys_say_so(app) {
        let owner = app.owner().await;
        let (one, two) = (made(&owner, &["read:user"]).await, made(&owner, &["read:user"]).await);
        let _ = script(&app, &one).get("/users").await.ok();
        let path = format!("/keys/{}", one["id"].as_str().unwrap());
        let _ = owner.delete(&path).await.is(204);
        let _ = owner.delete(&path).await.is(204);
        let _ = script(&app, &one).get("/users").await.problem(401, "key_revoked");
        let log = actions(&app).await;
        assert_eq!(log.iter().filter(|action| *action == "key.revoke").count(), 1, "{log:?}");
        assert_eq!(log.iter().filter(|action| *action == "key.create").count(), 2);
        app.advance(365 * DAY);
        let _ = script(&app, &two).get("/users").await.problem(401, "key_expired");
        let _ = app.nobody().with_token("pk_00000000_none").get("/users").await.problem(401, "bad_key");
    }

    async fn rotation_leaves_the_old_key_some_hours(app) {
        let owner = app.owner().await;
        let old = made(&owner, &["read:user"]).await;
        let path = format!("/keys/{}/rotate", old["id"].as_str().unwrap());
        let _ = owner.post(&path, json!({ "overlapHours": 169 })).await.problem(400, "invalid").complains("overlapHours", "out_of_range");
        let new = owner.post(&path, json!({ "overlapHours": 2 })).await.is(201).data();
        assert_eq!((new["name"].clone(), new["scopes"].clone()), (old["name"].clone(), old["scopes"].clone()));
        for key in [&old, &new] { let _ = script(&app, key).get("/users").await.ok(); }
        app.advance(2 * 3_600 * 1_000_000);
        let _ = script(&app, &old).get("/users").await.problem(401, "key_expired");
        let _ = script(&app, &new).get("/users").await.ok();
        let owner = app.owner().await;
        let _ = owner.post(&path, json!({})).await.problem(409, "key_over");
    }

    async fn the_last_use_is_known(app) {
        let owner = app.owner().await;
        let key = made(&owner, &["read:user"]).await;
        assert!(owner.get("/keys").await.ok().data()[0].get("lastUsedAt").is_none());
        app.advance(1_000_000);
        let _ = script(&app, &key).get("/users").await.ok();
        assert_eq!(owner.get("/keys").await.ok().data()[0]["lastUsedAt"], "2026-11-21T09:00:01.000000Z");
    }

    async fn each_key_has_a_rate_of_its_own(app) {
        let owner = app.owner().await;
        let body = json!({ "name": "Slow", "scopes": ["read:user"], "ratePerMinute": 3 });
        let slow = owner.post("/keys", body).await.is(201).data();
        let quick = made(&owner, &["read:user"]).await;
        for _ in 0..3 { let _ = script(&app, &slow).get("/users").await.ok(); }
        let refused = script(&app, &slow).get("/users").await.problem(429, "rate_limited");
        assert_eq!(refused.header("retry-after"), Some("60"));
        let _ = script(&app, &quick).get("/users").await.ok();
        app.advance(60_000_000);
        let _ = script(&app, &slow).get("/users").await.ok();
    }

    async fn a_key_makes_no_keys_changes_no_roles_and_ends_no_sessions(app) {
        let owner = app.owner().await;
        let key = made(&owner, &["create:key", "update:role", "read:self", "update:setting", "reset:factor", "export:user"]).await;
        let script = script(&app, &key);
        let _ = script.post("/keys", json!({ "name": "Child", "scopes": ["read:self"] })).await.problem(403, "needs_session");
        let _ = script.call(Method::GET, "/keys", None).await.problem(403, "needs_session");
        let id = app.caller(Role::User).await.id.unwrap();
        let _ = script.patch(&format!("/users/{id}/role"), json!({ "role": "admin" })).await.problem(403, "needs_session");
        let _ = script.post(&format!("/users/{id}/factors/reset"), json!({ "reason": "x", "identifiedBy": "y" })).await.problem(403, "needs_session");
        let _ = script.get("/auth/sessions").await.problem(403, "needs_session");
        let _ = script.post("/auth/logout", json!({})).await.problem(403, "needs_session");
        let _ = script.get("/users/export").await.ok();
    }

    async fn making_one_asks_for_a_fresh_factor(app) {
        let owner = app.owner().await;
        let _ = enrol(&app, &owner).await;
        let _ = made(&owner, &["read:user"]).await;
        app.advance(10 * 60_000_000);
        let body = json!({ "name": "Late", "scopes": ["read:user"] });
        let _ = owner.post("/keys", body).await.problem(403, "step_up_required");
    }

    async fn administrators_see_and_revoke_those_of_others(app) {
        let (owner, developer) = (app.owner().await, app.caller(Role::Developer).await);
        let key = made(&developer, &["read:ledger"]).await;
        let (user, id) = (developer.id.clone().unwrap(), key["id"].as_str().unwrap().to_owned());
        assert_eq!(owner.get(&format!("/users/{user}/keys")).await.ok().data()[0]["id"], key["id"]);
        let _ = developer.get(&format!("/users/{user}/keys")).await.problem(403, "forbidden");
        // Not their own: nobody revokes it by the short way.
        let _ = owner.delete(&format!("/keys/{id}")).await.problem(404, "not_found");
        let stranger = app.stranger(Role::Owner).await;
        let _ = stranger.delete(&format!("/users/{user}/keys/{id}")).await.problem(404, "not_found");
        let _ = owner.delete(&format!("/users/{user}/keys/{id}")).await.is(204);
        let _ = script(&app, &key).get("/ledger/accounts").await.problem(401, "key_revoked");
    }

    async fn whoever_looks_after_keys_sees_those_of_everybody(app) {
        let (owner, developer) = (app.owner().await, app.caller(Role::Developer).await);
        let (mine, theirs) = (made(&owner, &["read:user"]).await, made(&developer, &["read:ledger"]).await);
        let body = json!({ "name": "Quay lamp", "scopes": ["read:user"], "expiresInDays": 1 });
        let short = owner.post("/keys", body).await.is(201).data();
        let ids = async |by: &Caller, query: &str| {
            let rows = by.get(&format!("/keys/all?{query}")).await.ok().data();
            rows.as_array().unwrap().iter().map(|row| row["id"].clone()).collect::<Vec<_>>()
        };
        let all = owner.get("/keys/all?sort=createdAt&limit=2").await.ok();
        assert_eq!(all.meta()["total"], 3);
        let found = ids(&owner, "").await;
        assert!([&mine, &theirs, &short].iter().all(|key| found.contains(&key["id"])) && found.len() == 3, "{found:?}");
        let row = owner.get("/keys/all?search=QUAY").await.ok().data()[0].clone();
        assert_eq!((row["owner"]["name"].clone(), row["owner"]["status"].clone()), (json!("Olive Owner"), json!("active")));
        assert_eq!((row["name"].clone(), row["secret"].clone()), (json!("Quay lamp"), json!(null)));
        assert_eq!(ids(&owner, &format!("search={}", theirs["prefix"].as_str().unwrap())).await, [theirs["id"].clone()]);
        assert!(ids(&owner, "search=%25").await.is_empty());
        let _ = developer.get("/keys/all").await.problem(403, "forbidden");
        assert!(ids(&app.stranger(Role::Owner).await, "").await.is_empty(), "keys of another business");

        app.advance(90 * DAY + 1);
        let owner = app.caller(Role::Owner).await;
        let _ = script(&app, &mine).get("/users").await.ok();
        let user = developer.id.clone().unwrap();
        let _ = owner.delete(&format!("/users/{user}/keys/{}", theirs["id"].as_str().unwrap())).await.is(204);
        assert_eq!(ids(&owner, "state=active").await, [mine["id"].clone()]);
        assert_eq!(ids(&owner, "state=expired").await, [short["id"].clone()]);
        assert_eq!(ids(&owner, "state=revoked").await, [theirs["id"].clone()]);
        assert_eq!(ids(&owner, "state=revoked,active").await.len(), 2);
        // Used a moment ago, though made long before.
        let unused = ids(&owner, "unused=true").await;
        assert!(unused.len() == 2 && !unused.contains(&mine["id"]), "{unused:?}");
        assert_eq!(ids(&owner, "unused=false").await.len(), 3);
        assert_eq!(ids(&owner, "sort=expiresAt&limit=1").await, [short["id"].clone()]);
        let _ = owner.get("/keys/all?state=lost").await.problem(400, "invalid");
    }

    async fn nobody_has_keys_without_end(app) {
        let owner = app.owner().await;
        let first = made(&owner, &["read:user"]).await;
        for _ in 1..50 { let _ = made(&owner, &["read:user"]).await; }
        let body = json!({ "name": "One more", "scopes": ["read:user"] });
        let _ = owner.post("/keys", body.clone()).await.problem(409, "too_many_keys");
        // Made anew, one overlaps; not one after another.
        let path = format!("/keys/{}/rotate", first["id"].as_str().unwrap());
        let next = owner.post(&path, json!({})).await.is(201).data();
        let _ = owner.post(&path, json!({})).await.problem(409, "too_many_keys");
        for key in [&first, &next] { let _ = owner.delete(&format!("/keys/{}", key["id"].as_str().unwrap())).await.is(204); }
        let _ = owner.post("/keys", body).await.is(201);
    }
}
