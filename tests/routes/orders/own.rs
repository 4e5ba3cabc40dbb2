//! POST /orders/{id}/cancel by customers, and POST /products/{id}/publish: one right, either of two, and both.

use purser_core::access::Role;
use purser_testkit::{Caller, TestApp, both, json};

use crate::routes::shop::Shop;

/// A shop whose orders belong to the customer that is returned.
async fn sold(app: &TestApp) -> (Shop, Caller) {
    let customer = app.caller(Role::User).await;
    (Shop { owner: app.owner().await, customer: customer.id.clone().unwrap() }, customer)
}

async fn with_role(app: &TestApp, owner: &Caller, key: &str, permissions: &[&str]) -> Caller {
    let _ = owner.post("/roles", json!({ "key": key, "name": key, "permissions": permissions })).await.ok();
    app.caller(key.parse::<purser_core::access::RoleKey>().unwrap()).await
}

both! {
    async fn a_customer_cancels_an_own_order_but_not_anothers(app) {
        let (shop, customer) = sold(&app).await;
        let path = format!("/orders/{}/cancel", shop.order().await["id"].as_str().unwrap());
        let reason = json!({ "reason": "changed my mind" });
        // Somebody else's is as good as none.
        let _ = app.caller(Role::User).await.post(&path, reason.clone()).await.problem(404, "not_found");
        let _ = app.caller(Role::Guest).await.post(&path, reason.clone()).await.problem(403, "forbidden");
        assert_eq!(customer.post(&path, reason.clone()).await.ok().data()["state"], "cancelled");
        let _ = customer.post(&path, reason).await.problem(409, "already_cancelled");
        let log = shop.owner.get("/audit?action=order.cancel").await.ok().data();
        assert_eq!(log[0]["actor"]["id"].as_str(), customer.id.as_deref(), "{log}");
    }

    async fn a_customer_reaches_nothing_else_of_an_order(app) {
        let (shop, customer) = sold(&app).await;
        let order = shop.order().await;
        let id = order["id"].as_str().unwrap();
        let _ = customer.post(&format!("/orders/{id}/state"), json!({ "state": "processing" })).await.problem(403, "forbidden");
        let _ = customer.post("/orders/bulk", json!({ "action": "cancel", "ids": [id], "reason": "x" })).await.problem(403, "forbidden");
        // What was paid is given back by whoever may do that.
        let _ = shop.owner.post(&format!("/orders/{id}/pay"), json!({ "paymentMethod": "pm_card_visa" })).await.ok();
        let _ = customer.post(&format!("/orders/{id}/cancel"), json!({ "reason": "x" })).await.problem(403, "forbidden");
        assert_eq!(shop.owner.get(&format!("/orders/{id}")).await.ok().data()["state"], "paid");
    }

    async fn either_of_two_rights_cancels(app) {
        let (shop, _) = sold(&app).await;
        let only = with_role(&app, &shop.owner, "canceller", &["cancel:order"]).await;
        let moves = with_role(&app, &shop.owner, "mover", &["update:order"]).await;
        let neither = with_role(&app, &shop.owner, "reader", &["read:order"]).await;
        let path = async || format!("/orders/{}/cancel", shop.order().await["id"].as_str().unwrap());
        let reason = json!({ "reason": "out of stock" });
        let _ = only.post(&path().await, reason.clone()).await.ok();
        let _ = moves.post(&path().await, reason.clone()).await.ok();
        let refusal = neither.post(&path().await, reason).await.problem(403, "forbidden").json();
        assert_eq!(refusal["missing"], "cancel:order");
    }

    async fn a_policy_and_a_denial_reach_the_own_scope(app) {
        let (shop, customer) = sold(&app).await;
        let path = format!("/orders/{}/cancel", shop.order().await["id"].as_str().unwrap());
        let rights = format!("/users/{}/rights", shop.customer);
        let body = json!({ "permission": "cancel:order:own", "effect": "deny", "reason": "cancels everything" });
        let right = shop.owner.post(&rights, body).await.is(201).data();
        let _ = customer.post(&path, json!({ "reason": "x" })).await.problem(403, "forbidden");
        let _ = shop.owner.delete(&format!("{rights}/{}", right["id"].as_str().unwrap())).await.ok();
        let source = "forbid (principal, action == Action::\"cancel:order\", resource);";
        let _ = shop.owner.post("/policies", json!({ "name": "Final", "source": source, "state": "enforced" })).await.is(201);
        let _ = customer.post(&path, json!({ "reason": "x" })).await.problem(403, "policy_denied");
    }

    async fn putting_on_sale_takes_both_rights(app) {
        let (shop, _) = sold(&app).await;
        let id = shop.product("P-1", (1_000, json!(1), 5)).await;
        let publish = format!("/products/{id}/publish");
        let _ = shop.owner.delete(&format!("/products/{id}")).await.is(204);
        let editor = with_role(&app, &shop.owner, "editor", &["read:product", "create:product", "update:product"]).await;
        let seller = with_role(&app, &shop.owner, "seller", &["read:product", "publish:product"]).await;
        assert_eq!(editor.post(&publish, json!({})).await.problem(403, "forbidden").json()["missing"], "publish:product");
        assert_eq!(seller.post(&publish, json!({})).await.problem(403, "forbidden").json()["missing"], "update:product");
        // Neither is there another way on sale for them.
        let tag = editor.get(&format!("/products/{id}")).await.ok().header("etag").unwrap().to_owned();
        let _ = editor.with("if-match", &tag).patch(&format!("/products/{id}"), json!({ "active": true })).await.problem(403, "forbidden");
        let body = json!({ "name": "New", "sku": "N-1", "price": { "amount": 1, "currency": "EUR" } });
        assert_eq!(editor.post("/products", body.clone()).await.is(201).data()["active"], false);
        let mut active = body;
        active["active"] = json!(true);
        active["sku"] = json!("N-2");
        let _ = editor.post("/products", active).await.problem(403, "forbidden");
        assert_eq!(shop.owner.post(&publish, json!({})).await.ok().data()["active"], true);
        assert_eq!(shop.owner.post(&publish, json!({})).await.ok().data()["active"], true, "once more changes nothing");
        let log = shop.owner.get("/audit?action=product.publish").await.ok().data();
        assert_eq!(log.as_array().unwrap().len(), 1);
    }
}
