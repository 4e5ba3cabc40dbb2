//! GET, POST /users/{id}/rights; DELETE /users/{id}/rights/{right}; rights over what is one's own

use purser_core::access::Role;
use purser_testkit::{Caller, both, json};
use serde_json::Value;

use crate::routes::shop::Shop;

fn reasoned<'a>(rights: &'a Value, permission: &str) -> &'a Value {
    rights["effective"].as_array().unwrap().iter().find(|right| right["permission"] == permission).unwrap()
}

both! {
    async fn a_right_given_and_taken_flips_the_next_call(app) {
        let owner = app.owner().await;
        let support = app.caller(Role::Support).await;
        let path = format!("/users/{}/rights", support.id.clone().unwrap());
        let _ = support.get("/audit").await.problem(403, "forbidden");
        let body = json!({ "permission": "read:audit", "effect": "grant", "reason": "the year's accounts" });
        let right = owner.post(&path, body.clone()).await.is(201).data();
        let _ = support.get("/audit").await.ok();
        assert_eq!(owner.post(&path, body).await.is(201).data()["id"], right["id"], "the same again changes nothing");
        let rights = owner.get(&path).await.ok().data();
        assert_eq!(reasoned(&rights, "read:audit"), &json!({ "permission": "read:audit", "allowed": true, "sources": [{ "kind": "grant", "rightId": right["id"] }] }));
        assert_eq!(reasoned(&rights, "refund:order")["sources"], json!([{ "kind": "role", "role": "support" }]));
        assert_eq!(reasoned(&rights, "update:role"), &json!({ "permission": "update:role", "allowed": false, "sources": [] }));
        let ended = owner.delete(&format!("{path}/{}", right["id"].as_str().unwrap())).await.ok().data();
        assert_eq!((&ended["allowed"], &ended["sources"]), (&json!(false), &json!([])));
        let _ = support.get("/audit").await.problem(403, "forbidden");
        let _ = owner.delete(&format!("{path}/{}", right["id"].as_str().unwrap())).await.problem(409, "over");
        let line = owner.get("/audit?action=right.grant").await.ok().data()[0].clone();
        assert_eq!((&line["reason"], &line["after"]), (&json!("the year's accounts"), &json!({ "permission": "read:audit", "denied": false })));
        assert_eq!(owner.get("/audit?action=right.end").await.ok().meta()["total"], 1);
    }

    async fn a_denial_wins_and_the_role_still_gives(app) {
        let owner = app.owner().await;
        let support = app.caller(Role::Support).await;
        let path = format!("/users/{}/rights", support.id.clone().unwrap());
        let _ = support.get("/payments").await.ok();
        let denial = owner.post(&path, json!({ "permission": "read:payment", "effect": "deny", "reason": "under review" })).await.is(201).data();
        let _ = owner.post(&path, json!({ "permission": "read:payment", "effect": "grant", "reason": "no" })).await.is(201);
        let _ = support.get("/payments").await.problem(403, "forbidden");
        let ended = owner.delete(&format!("{path}/{}", denial["id"].as_str().unwrap())).await.ok().data();
        assert_eq!((&ended["allowed"], &ended["sources"][0]), (&json!(true), &json!({ "kind": "role", "role": "support" })));
        let _ = support.get("/payments").await.ok();
    }

    async fn a_right_stops_by_itself(app) {
        let owner = app.owner().await;
        let support = app.caller(Role::Support).await;
        let path = format!("/users/{}/rights", support.id.clone().unwrap());
        let _ = owner.post(&path, json!({ "permission": "read:audit", "effect": "grant", "reason": "today", "expiresAt": "2026-11-21T09:05:00Z" })).await.is(201);
        let _ = support.get("/audit").await.ok();
        app.advance(5 * 60 * 1_000_000);
        let _ = support.get("/audit").await.problem(403, "forbidden");
        assert_eq!(reasoned(&owner.get(&path).await.ok().data(), "read:audit")["allowed"], false);
        let late = json!({ "permission": "read:audit", "effect": "grant", "reason": "late", "expiresAt": "2026-11-21T09:00:00Z" });
        let _ = owner.post(&path, late).await.is(400).complains("expiresAt", "past");
    }

    async fn nobody_gives_what_they_lack_or_changes_themselves(app) {
        let owner = app.owner().await;
        let _ = owner.post("/roles", json!({ "key": "clerk", "name": "Clerk", "permissions": ["read:self", "read:role", "grant:right", "read:product", "read:order", "update:user"] })).await.ok();
        let clerk = app.caller("clerk".parse::<purser_core::RoleKey>().unwrap()).await;
        let guest = app.caller(Role::Guest).await.id.unwrap();
        let path = format!("/users/{guest}/rights");
        let _ = clerk.post(&path, json!({ "permission": "refund:order", "effect": "grant", "reason": "x" })).await.problem(403, "right_above_yours");
        let _ = clerk.post(&path, json!({ "permission": "refund:order", "effect": "deny", "reason": "x" })).await.problem(403, "right_above_yours");
        let own = format!("/users/{}/rights", clerk.id.clone().unwrap());
        let _ = clerk.post(&own, json!({ "permission": "read:order", "effect": "grant", "reason": "x" })).await.problem(409, "own_account");
        let owners = format!("/users/{}/rights", owner.id.clone().unwrap());
        let _ = clerk.post(&owners, json!({ "permission": "read:order", "effect": "deny", "reason": "x" })).await.problem(403, "role_above_yours");
        let second = app.caller(Role::Owner).await;
        let _ = second.post(&owners, json!({ "permission": "read:order", "effect": "deny", "reason": "x" })).await.problem(409, "owner_is_whole");
        let _ = owner.post(&path, json!({ "permission": "read:order", "effect": "grant", "reason": " " })).await.is(400).complains("reason", "required");
        let _ = owner.post(&path, json!({ "permission": "fly:ship", "effect": "grant", "reason": "x" })).await.is(400);
        // Whoever was given more than the clerk holds is out of the clerk's reach.
        let _ = owner.post(&path, json!({ "permission": "refund:order", "effect": "grant", "reason": "x" })).await.is(201);
        let _ = clerk.post(&format!("/users/{guest}/lock"), json!({ "reason": "x" })).await.problem(403, "role_above_yours");
        let _ = app.caller(Role::Auditor).await.get(&path).await.ok();
        let _ = app.caller(Role::Support).await.get(&path).await.problem(403, "forbidden");
    }

    async fn customers_see_their_own_orders_and_no_others(app) {
        let shop = Shop::open(&app).await;
        let (mine, theirs) = (app.caller(Role::User).await, app.caller(Role::User).await);
        let order_of = async |customer: &Caller| {
            let shop = Shop { owner: shop.owner.clone(), customer: customer.id.clone().unwrap() };
            shop.order().await["id"].as_str().unwrap().to_owned()
        };
        let (order, other) = (order_of(&mine).await, order_of(&theirs).await);
        let rows = mine.get("/orders").await.ok();
        assert_eq!((&rows.meta()["total"], &rows.data()[0]["id"]), (&json!(1), &json!(order)));
        assert_eq!(mine.get(&format!("/orders/{order}")).await.ok().data()["id"], json!(order));
        let _ = mine.get(&format!("/orders/{other}")).await.problem(404, "not_found");
        assert_eq!(mine.get(&format!("/orders?customerId={}", theirs.id.as_deref().unwrap())).await.ok().data(), json!([]));
        let _ = mine.get("/orders/export").await.problem(403, "forbidden");
        assert_eq!(mine.get("/auth/me").await.ok().data()["own"], json!(["read:order", "create:order", "cancel:order", "read:payment", "capture:payment"]));
        let owner = app.owner().await;
        let path = format!("/users/{}/rights", mine.id.clone().unwrap());
        let _ = owner.post(&path, json!({ "permission": "read:order:own", "effect": "deny", "reason": "moved away" })).await.is(201);
        let _ = mine.get("/orders").await.problem(403, "forbidden");
        let _ = app.caller(Role::Guest).await.get("/orders").await.problem(403, "forbidden");
    }
}
