//! An API key stands where its owner stands: denials, roles, policies and rights that run out reach it with its next call.

use purser_core::access::Role;
use purser_testkit::{Caller, TestApp, both, json};

const HOUR: i64 = 3_600 * 1_000_000;

async fn key(app: &TestApp, owner: &Caller, scopes: &[&str]) -> Caller {
    let made = owner.post("/keys", json!({ "name": "Nightly", "scopes": scopes })).await.is(201).data();
    app.nobody().with_token(made["secret"].as_str().unwrap())
}

both! {
    async fn a_denial_and_its_end_reach_a_key(app) {
        let (owner, developer) = (app.owner().await, app.caller(Role::Developer).await);
        let script = key(&app, &developer, &["read:ledger"]).await;
        let _ = script.get("/ledger/accounts").await.ok();
        let path = format!("/users/{}/rights", developer.id.clone().unwrap());
        let denial = owner.post(&path, json!({ "permission": "read:ledger", "effect": "deny", "reason": "not now" })).await.is(201).data();
        let _ = script.get("/ledger/accounts").await.problem(403, "forbidden");
        let _ = owner.delete(&format!("{path}/{}", denial["id"].as_str().unwrap())).await.ok();
        let _ = script.get("/ledger/accounts").await.ok();
    }

    async fn a_role_that_changes_changes_the_keys(app) {
        let (owner, developer) = (app.owner().await, app.caller(Role::Developer).await);
        let script = key(&app, &developer, &["read:ledger", "read:audit"]).await;
        let _ = script.get("/audit").await.ok();
        let role = owner.get("/roles/developer").await.ok();
        let mut powers = role.data()["permissions"].as_array().unwrap().clone();
        powers.retain(|power| power != "read:audit");
        let tag = role.header("etag").unwrap().to_owned();
        let _ = owner.with("if-match", &tag).patch("/roles/developer", json!({ "permissions": powers })).await.ok();
        let _ = script.get("/audit").await.problem(403, "forbidden");
        let _ = script.get("/ledger/accounts").await.ok();
    }

    async fn policies_bind_a_key(app) {
        let (owner, developer) = (app.owner().await, app.caller(Role::Developer).await);
        let script = key(&app, &developer, &["read:ledger"]).await;
        let _ = script.get("/ledger/accounts").await.ok();
        let source = "forbid (principal in Role::\"developer\", action == Action::\"read:ledger\", resource);";
        let body = json!({ "name": "No ledger", "source": source, "state": "enforced" });
        let policy = owner.post("/policies", body).await.is(201).data();
        let reply = script.get("/ledger/accounts").await.problem(403, "policy_denied");
        assert_eq!(reply.json()["policy"], policy["id"]);
        assert_eq!(owner.get(&format!("/policies/{}", policy["id"].as_str().unwrap())).await.ok().data()["refused"], 1);
    }

    async fn a_right_that_runs_out_runs_out_for_the_key(app) {
        let (owner, developer) = (app.owner().await, app.caller(Role::Developer).await);
        let path = format!("/users/{}/rights", developer.id.clone().unwrap());
        let until = app.app.clock.now().plus(HOUR).to_string();
        let body = json!({ "permission": "read:sign-in", "effect": "grant", "reason": "one hour", "expiresAt": until });
        let _ = owner.post(&path, body).await.is(201);
        let script = key(&app, &developer, &["read:sign-in"]).await;
        let _ = script.get("/sign-ins").await.ok();
        app.advance(HOUR);
        let _ = script.get("/sign-ins").await.problem(403, "forbidden");
    }

    async fn what_is_held_over_ones_own_can_be_a_scope(app) {
        let shop = crate::routes::shop::Shop::open(&app).await;
        let _ = shop.order().await;
        let owner = app.owner().await;
        let customer = app.caller(Role::User).await;
        let path = format!("/users/{}/rights", customer.id.clone().unwrap());
        let _ = owner.post(&path, json!({ "permission": "create:key", "effect": "grant", "reason": "their shop asks" })).await.is(201);
        let script = key(&app, &customer, &["read:order"]).await;
        assert_eq!(script.get("/orders").await.ok().meta()["total"], 0, "their own, of which there are none");
    }

    async fn nobody_makes_keys_for_the_person_they_act_as(app) {
        let (owner, developer) = (app.owner().await, app.caller(Role::Developer).await);
        let user = developer.id.clone().unwrap();
        let _ = owner.post("/auth/impersonation", json!({ "userId": user, "reason": "they asked", "readOnly": false })).await.is(201);
        let body = json!({ "name": "Stolen", "scopes": ["read:ledger"] });
        let _ = owner.post("/keys", body).await.problem(403, "not_while_impersonating");
    }

    async fn a_key_works_from_its_networks_alone(app) {
        let developer = app.caller(Role::Developer).await;
        let body = json!({ "name": "Office", "scopes": ["read:ledger", "read:self"], "allowedNetworks": ["203.0.113.0/24", "2001:db8::7", "203.0.113.0/24"] });
        let made = developer.post("/keys", body).await.is(201).data();
        assert_eq!(made["allowedNetworks"], json!(["203.0.113.0/24", "2001:db8::7"]));
        let script = app.nobody().with_token(made["secret"].as_str().unwrap());
        for inside in ["203.0.113.9", "2001:db8::7"] {
            let _ = script.from(inside).get("/ledger/accounts").await.ok();
        }
        for outside in ["203.0.114.9", "2001:db8::8", "127.0.0.1"] {
            let _ = script.from(outside).get("/ledger/accounts").await.problem(403, "key_not_from_here");
        }
        // From nowhere that is known is not from there either.
        let _ = script.get("/ledger/accounts").await.problem(403, "key_not_from_here");
        // Made anew it is bound as before.
        let next = developer.post(&format!("/keys/{}/rotate", made["id"].as_str().unwrap()), json!({})).await.is(201).data();
        let script = app.nobody().with_token(next["secret"].as_str().unwrap());
        let _ = script.from("203.0.114.9").get("/ledger/accounts").await.problem(403, "key_not_from_here");
        let _ = script.from("203.0.113.9").get("/ledger/accounts").await.ok();
        for bad in ["0.0.0.0/0", "office", "203.0.113.0/33"] {
            let body = json!({ "name": "x", "scopes": ["read:self"], "allowedNetworks": ["203.0.113.9", bad] });
            let _ = developer.post("/keys", body).await.problem(400, "invalid").complains("allowedNetworks[1]", "not_a_network");
        }
        let many: Vec<String> = (0..21).map(|n| format!("203.0.113.{n}")).collect();
        let body = json!({ "name": "x", "scopes": ["read:self"], "allowedNetworks": many });
        let _ = developer.post("/keys", body).await.problem(400, "invalid").complains("allowedNetworks", "too_many");
    }

    async fn the_first_use_of_a_day_from_an_address_is_in_the_log(app) {
        let developer = app.caller(Role::Developer).await;
        let script = key(&app, &developer, &["read:ledger"]).await;
        let used = async || {
            purser_service::identity::keys::flush(&app.app).await.unwrap();
            let lines = app.owner_unasked().await.get("/audit?action=key.use").await.ok().data();
            lines.as_array().unwrap().iter().map(|line| line["ip"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
        };
        for _ in 0..3 {
            let _ = script.from("203.0.113.9").get("/ledger/accounts").await.ok();
        }
        assert_eq!(used().await, ["203.0.113.9"]);
        let _ = script.from("203.0.113.9").get("/ledger/accounts").await.ok();
        assert_eq!(used().await.len(), 1, "not each call");
        let _ = script.from("203.0.113.10").get("/ledger/accounts").await.ok();
        assert_eq!(used().await.len(), 2, "another address is news");
        app.advance(24 * HOUR);
        let _ = script.from("203.0.113.9").get("/ledger/accounts").await.ok();
        assert_eq!(used().await.len(), 3, "and so is another day");
        let line = app.owner_unasked().await.get("/audit?action=key.use").await.ok().data()[0].clone();
        assert!(line.to_string().contains("key Nightly") && line.to_string().contains(developer.id.as_deref().unwrap()), "{line}");
    }
}
