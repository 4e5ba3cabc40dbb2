//! GET, POST /roles; GET, PATCH, DELETE /roles/{key}; POST /roles/{key}/preview; GET /permissions

use purser_core::access::{Permission, Role};
use purser_store::{Scope, sql};
use purser_testkit::{Caller, TestApp, both, json};
use serde_json::Value;

async fn given(app: &TestApp, owner: &Caller, role: &str) -> Caller {
    let caller = app.caller(Role::Guest).await;
    let path = format!("/users/{}/role", caller.id.clone().unwrap());
    let _ = owner.patch(&path, json!({ "role": role })).await.ok();
    caller
}

fn words(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect()
}

both! {
    async fn presets_are_there_without_being_asked_for(app) {
        let owner = app.owner().await;
        let roles = owner.get("/roles").await.ok().data();
        let keys: Vec<&str> = roles.as_array().unwrap().iter().map(|role| role["key"].as_str().unwrap()).collect();
        assert_eq!(keys, Role::ALL.iter().map(|role| role.as_str()).collect::<Vec<_>>());
        let support = owner.get("/roles/support").await.ok();
        assert_eq!(support.header("etag"), Some("\"0\""));
        assert_eq!((&support.data()["preset"], &support.data()["changed"], &support.data()["editable"]), (&json!(true), &json!(false), &json!(true)));
        assert!(words(&support.data()["effective"]).contains(&"refund:order"));
        assert_eq!(owner.get("/roles/owner").await.ok().data()["editable"], false);
        let vocabulary = app.caller(Role::Guest).await.get("/permissions").await.ok().data();
        assert_eq!(vocabulary.as_array().unwrap().len(), Permission::ALL.len());
        let refund = vocabulary.as_array().unwrap().iter().find(|word| word["permission"] == "refund:order").unwrap();
        assert_eq!((&refund["action"], &refund["resource"], &refund["description"], &refund["own"]), (&json!("refund"), &json!("order"), &json!("Give money back."), &json!(false)));
    }

    async fn a_changed_role_bites_on_the_next_request(app) {
        let owner = app.owner().await;
        let support = app.caller(Role::Support).await;
        let _ = support.get("/audit").await.problem(403, "forbidden");
        let mut powers: Vec<String> = words(&owner.get("/roles/support").await.ok().data()["permissions"]).into_iter().map(str::to_owned).collect();
        powers.push("read:audit".into());
        powers.retain(|power| power != "read:payment");
        let preview = owner.post("/roles/support/preview", json!({ "permissions": powers })).await.ok().data();
        assert_eq!(preview["people"], 1);
        assert_eq!(preview["roles"], json!([{ "role": "support", "gained": ["read:audit"], "lost": ["read:payment"], "people": 1 }]));
        assert_eq!(preview["named"][0]["id"].as_str(), support.id.as_deref());
        let _ = support.get("/payments").await.ok();
        let changed = owner.with("if-match", "\"0\"").patch("/roles/support", json!({ "permissions": powers })).await.ok();
        assert_eq!((&changed.data()["changed"], &changed.data()["version"]), (&json!(true), &json!(1)));
        let _ = support.get("/audit").await.ok();
        let reply = support.get("/payments").await.problem(403, "forbidden");
        assert!(reply.text().contains("read:payment"));
        assert!(!words(&support.get("/auth/me").await.ok().data()["permissions"]).contains(&"read:payment"));
        let _ = owner.with("if-match", "\"0\"").patch("/roles/support", json!({ "permissions": powers })).await.problem(412, "stale");
        let line = owner.get("/audit?action=role.update").await.ok().data()[0].clone();
        assert!(line["before"]["permissions"].to_string().contains("read:payment") && line["after"]["permissions"].to_string().contains("read:audit"), "{line}");
        let defaults = owner.get("/roles/support").await.ok().data()["defaults"].clone();
        let back = owner.with("if-match", "\"1\"").patch("/roles/support", json!({ "permissions": defaults })).await.ok().data();
        assert_eq!(back["changed"], false);
        let _ = support.get("/payments").await.ok();
    }

    async fn a_role_of_ones_own_inherits_until_the_parent_goes(app) {
        let owner = app.owner().await;
        let made = owner.post("/roles", json!({ "name": "Refund desk", "inherits": ["support"], "permissions": ["read:ledger"] })).await.is(201);
        assert_eq!(made.header("location"), Some("/api/v1/roles/refund-desk"));
        assert_eq!(made.data()["permissions"], json!(["read:ledger"]));
        let desk = given(&app, &owner, "refund-desk").await;
        let _ = desk.get("/ledger/accounts").await.ok();
        let _ = desk.get("/payments").await.ok();
        assert_eq!(owner.get("/roles/refund-desk").await.ok().data()["holders"], 1);
        let me = desk.get("/auth/me").await.ok().data();
        assert_eq!(me["role"], "refund-desk");
        let _ = owner.with("if-match", "\"1\"").patch("/roles/refund-desk", json!({ "inherits": [] })).await.ok();
        let _ = desk.get("/payments").await.problem(403, "forbidden");
        let _ = desk.get("/ledger/accounts").await.ok();
        assert_eq!(owner.get("/users?role=refund-desk").await.ok().meta()["total"], 1);
    }

    async fn a_role_is_forgotten_when_nobody_has_it(app) {
        let owner = app.owner().await;
        let _ = owner.post("/roles", json!({ "name": "Desk" })).await.ok();
        let _ = owner.post("/roles", json!({ "name": "Desk lead", "inherits": ["desk"] })).await.ok();
        let desk = given(&app, &owner, "desk").await;
        let _ = owner.delete("/roles/desk").await.problem(409, "role_held");
        let _ = owner.patch(&format!("/users/{}/role", desk.id.unwrap()), json!({ "role": "guest" })).await.ok();
        let _ = owner.delete("/roles/desk").await.problem(409, "role_inherited");
        let _ = owner.delete("/roles/desk-lead").await.is(204);
        let _ = owner.delete("/roles/desk").await.is(204);
        let _ = owner.get("/roles/desk").await.problem(404, "not_found");
        let _ = owner.delete("/roles/support").await.problem(409, "preset");
        assert_eq!(owner.get("/audit?action=role.delete").await.ok().meta()["total"], 2);
    }

    async fn mistakes_are_named(app) {
        let owner = app.owner().await;
        let _ = owner.post("/roles", json!({ "name": "One" })).await.ok();
        let _ = owner.post("/roles", json!({ "name": "2", "inherits": ["one"] })).await.is(400).complains("key", "not_a_key");
        let _ = owner.post("/roles", json!({ "key": "two", "name": "Two", "inherits": ["one"] })).await.is(201);
        let _ = owner.post("/roles", json!({ "key": "two", "name": "Again" })).await.problem(409, "taken").complains("key", "taken");
        let _ = owner.with("if-match", "\"1\"").patch("/roles/one", json!({ "inherits": ["two"] })).await.is(400).complains("inherits", "circle");
        let _ = owner.post("/roles", json!({ "name": "Three", "inherits": ["owner"] })).await.is(400).complains("inherits", "owner");
        let _ = owner.post("/roles", json!({ "name": "Three", "inherits": ["nobody"] })).await.is(400).complains("inherits", "unknown_choice");
        let _ = owner.post("/roles", json!({ "name": "Three", "permissions": ["fly:ship"] })).await.is(400);
        let _ = owner.post("/roles", json!({ "name": "Three", "permissions": ["refund:order:own"] })).await.is(400);
        let _ = owner.with("if-match", "\"0\"").patch("/roles/owner", json!({ "permissions": [] })).await.problem(409, "owner_is_whole");
        let _ = owner.with("if-match", "\"0\"").patch("/roles/support", json!({ "name": "Helpers" })).await.problem(409, "preset");
        let _ = owner.with("if-match", "\"1\"").patch("/roles/one", json!({})).await.is(400).complains("body", "empty");
        let _ = owner.patch("/roles/one", json!({ "name": "x" })).await.problem(428, "precondition_required");
    }

    async fn nobody_makes_a_role_that_holds_more_than_they_do(app) {
        let owner = app.owner().await;
        let _ = owner.post("/roles", json!({ "key": "clerk", "name": "Clerk", "permissions": ["read:self", "read:role", "manage:role", "update:role", "read:order"] })).await.ok();
        let clerk = given(&app, &owner, "clerk").await;
        let reply = clerk.post("/roles", json!({ "key": "more", "name": "More", "permissions": ["refund:order"] })).await.problem(403, "role_above_yours");
        assert!(reply.text().contains("refund:order"));
        let _ = clerk.post("/roles", json!({ "key": "more", "name": "More", "inherits": ["support"] })).await.problem(403, "role_above_yours");
        let _ = clerk.with("if-match", "\"0\"").patch("/roles/admin", json!({ "permissions": [] })).await.problem(403, "role_above_yours");
        let _ = clerk.post("/roles", json!({ "key": "less", "name": "Less", "permissions": ["read:order"] })).await.is(201);
        let somebody = app.caller(Role::Guest).await.id.unwrap();
        let _ = clerk.patch(&format!("/users/{somebody}/role"), json!({ "role": "support" })).await.problem(403, "role_above_yours");
        let _ = app.caller(Role::Auditor).await.post("/roles", json!({ "name": "x" })).await.problem(403, "forbidden");
        let _ = app.caller(Role::Support).await.get("/roles").await.problem(403, "forbidden");
    }

    async fn what_customers_do_for_themselves_is_handed_out_by_whoever_holds_it(app) {
        let owner = app.owner().await;
        let may = ["read:self", "read:product", "read:role", "manage:role", "update:role", "read:user", "update:user", "read:order", "cancel:order"];
        let _ = owner.post("/roles", json!({ "key": "clerk", "name": "Clerk", "permissions": may })).await.ok();
        let clerk = given(&app, &owner, "clerk").await;
        // Customers are within reach of whoever looks after them, and can be made.
        let somebody = app.caller(Role::Guest).await.id.unwrap();
        let _ = clerk.patch(&format!("/users/{somebody}/role"), json!({ "role": "user" })).await.ok();
        // A role that orders and pays is not theirs to make, nor is that of customers theirs to change.
        for power in ["create:order:own", "capture:payment:own"] {
            let reply = clerk.post("/roles", json!({ "key": "more", "name": "More", "permissions": [power] })).await.problem(403, "role_above_yours");
            assert!(reply.text().contains(power), "{}", reply.text());
        }
        let _ = clerk.post("/roles", json!({ "key": "more", "name": "More", "inherits": ["user"] })).await.problem(403, "role_above_yours");
        let _ = clerk.with("if-match", "\"0\"").patch("/roles/user", json!({ "permissions": ["read:self"] })).await.problem(403, "role_above_yours");
        let _ = clerk.post("/roles", json!({ "key": "less", "name": "Less", "permissions": ["read:order:own"] })).await.is(201);
        // Whoever holds as much over everything may.
        let admin = app.caller(Role::Admin).await;
        let mut powers: Vec<String> = words(&owner.get("/roles/user").await.ok().data()["permissions"]).into_iter().map(str::to_owned).collect();
        powers.retain(|power| power != "cancel:order:own");
        assert!(powers.iter().any(|power| power == "create:order:own"), "{powers:?}");
        let _ = admin.with("if-match", "\"0\"").patch("/roles/user", json!({ "permissions": powers })).await.ok();
        let _ = owner.post("/roles", json!({ "key": "buyer", "name": "Buyer", "permissions": ["create:order:own", "capture:payment:own"] })).await.is(201);
    }

    async fn an_unknown_role_may_do_nothing(app) {
        let support = app.caller(Role::Support).await;
        let owner = app.owner().await;
        let id: uuid::Uuid = support.id.clone().unwrap().parse().unwrap();
        app.app.db.transact(Scope::System, async |tx| tx.run(sql("UPDATE users SET role = 'emperor' WHERE id = $1").bind(id)).await).await.unwrap();
        // Behind the door nobody was told; any change of a person tells.
        let _ = owner.post(&format!("/users/{}/lock", app.caller(Role::Guest).await.id.unwrap()), json!({ "reason": "x" })).await.ok();
        let _ = support.get("/auth/me").await.problem(403, "forbidden");
        let _ = support.get("/orders").await.problem(403, "forbidden");
    }

    async fn another_tenants_roles_are_its_own(app) {
        let owner = app.owner().await;
        let stranger = app.stranger(Role::Owner).await;
        let _ = owner.post("/roles", json!({ "key": "desk", "name": "Desk", "permissions": ["read:order"] })).await.ok();
        let _ = owner.with("if-match", "\"0\"").patch("/roles/support", json!({ "permissions": ["read:self"] })).await.ok();
        let _ = stranger.get("/roles/desk").await.problem(404, "not_found");
        assert_eq!(stranger.get("/roles/support").await.ok().data()["changed"], false);
        let _ = stranger.post("/roles", json!({ "key": "desk", "name": "Desk" })).await.is(201);
    }
}
