//! What keeps a customer from trying cards and from setting goods aside for nothing.

use purser_core::access::Role;
use purser_core::time::MINUTE;
use purser_testkit::{Caller, TestApp, both, json};
use serde_json::Value;

use super::play;
use crate::routes::shop::{Shop, address};

async fn shop(app: &TestApp) -> (Shop, Caller) {
    let customer = app.caller(Role::User).await;
    (Shop { owner: app.owner().await, customer: customer.id.clone().unwrap() }, customer)
}

async fn checkout(by: &Caller, product: &str) -> purser_testkit::Reply {
    let _ = by.post("/cart/items", json!({ "productId": product, "quantity": 1 })).await.ok();
    by.post("/cart/checkout", json!({ "shippingAddress": address() })).await
}

fn path(order: &Value) -> String {
    format!("/orders/{}", order["id"].as_str().unwrap())
}

both! {
    async fn whoever_tries_cards_is_stopped(app) {
        let (shop, customer) = shop(&app).await;
        let lamp = shop.product("LAMP", (2_500, json!(1.5), 10)).await;
        let order = checkout(&customer, &lamp).await.is(201).data()["order"].clone();
        let pay = format!("{}/pay", path(&order));
        let declined = json!({ "paymentMethod": "pm_card_declined" });
        let first = customer.with("idempotency-key", "try-1");
        let answer = first.post(&pay, declined.clone()).await.ok().text();
        for _ in 0..9 {
            assert_eq!(customer.post(&pay, declined.clone()).await.ok().data()["payment"]["state"], "failed");
        }
        assert_eq!(first.post(&pay, declined.clone()).await.ok().text(), answer, "a repeat is no attempt");
        let refused = customer.post(&pay, json!({ "paymentMethod": "pm_card_visa" })).await.problem(429, "rate_limited");
        assert!(refused.header("retry-after").is_some());
        // Nor by another door.
        let _ = customer.post("/cart/items", json!({ "productId": lamp, "quantity": 1 })).await.ok();
        let _ = customer.post("/cart/checkout", json!({ "shippingAddress": address(), "paymentMethod": "pm_card_visa" })).await.problem(429, "rate_limited");
        assert_eq!(first.post(&pay, declined).await.ok().text(), answer);
        // Staff are not counted, nor is anybody else.
        let other = shop.order().await;
        for _ in 0..11 {
            let _ = shop.owner.post(&format!("{}/pay", path(&other)), json!({ "paymentMethod": "pm_card_declined" })).await.ok();
        }
        app.advance(10 * MINUTE);
        let paid = customer.post(&pay, json!({ "paymentMethod": "pm_card_visa" })).await.ok().data();
        assert_eq!(paid["payment"]["state"], "captured");
    }

    async fn what_is_refused_tries_no_card(app) {
        let (shop, customer) = shop(&app).await;
        let lamp = shop.product("LAMP", (2_500, json!(1.5), 10)).await;
        let _ = customer.post("/cart/items", json!({ "productId": lamp, "quantity": 1 })).await.ok();
        let ask = |total: i64| json!({ "shippingAddress": address(), "paymentMethod": "pm_card_visa", "expectedTotal": { "amount": total, "currency": "EUR" } });
        for _ in 0..25 {
            let _ = customer.post("/cart/checkout", ask(1)).await.problem(409, "total_changed");
        }
        let _ = customer.post("/cart/checkout", ask(3_200)).await.is(201);
        // That one was begun, and counts.
        let order = checkout(&customer, &lamp).await.is(201).data()["order"].clone();
        let declined = json!({ "paymentMethod": "pm_card_declined" });
        for _ in 0..9 {
            let _ = customer.post(&format!("{}/pay", path(&order)), declined.clone()).await.ok();
        }
        let _ = customer.post(&format!("{}/pay", path(&order)), declined).await.problem(429, "rate_limited");
    }

    async fn goods_are_set_aside_for_a_few_unpaid_orders(app) {
        let (shop, customer) = shop(&app).await;
        let lamp = shop.product("LAMP", (2_500, json!(1.5), 50)).await;
        let mut orders = Vec::new();
        for _ in 0..5 {
            orders.push(checkout(&customer, &lamp).await.is(201).data()["order"].clone());
        }
        let _ = checkout(&customer, &lamp).await.problem(409, "too_many_unpaid");
        let stock = shop.owner.get(&format!("/products/{lamp}")).await.ok().data();
        assert_eq!((stock["stock"].as_i64(), stock["reserved"].as_i64()), (Some(45), Some(5)));
        // Somebody else's are somebody else's, and staff enter what they like.
        let other = app.caller(Role::User).await;
        let _ = checkout(&other, &lamp).await.is(201);
        let _ = shop.owner.post("/orders", shop.wants(&lamp, 1)).await.is(201);
        // One that is paid, or called off, makes room for another.
        let _ = customer.post(&format!("{}/pay", path(&orders[0])), json!({ "paymentMethod": "pm_card_visa" })).await.ok();
        let _ = checkout(&customer, &lamp).await.is(201);
        let _ = checkout(&customer, &lamp).await.problem(409, "too_many_unpaid");
        let _ = customer.post(&format!("{}/cancel", path(&orders[1])), json!({ "reason": "one too many" })).await.ok();
        let _ = checkout(&customer, &lamp).await.is(201);
    }

    async fn what_customers_order_lapses_also_where_a_business_named_no_time(app) {
        let (shop, customer) = shop(&app).await;
        let tag = shop.owner.get("/settings/checkout").await.ok().header("etag").unwrap().to_owned();
        let _ = shop.owner.with("if-match", &tag).patch("/settings/checkout", json!({ "reserveMinutes": null })).await.ok();
        let lamp = shop.product("LAMP", (2_500, json!(1.5), 10)).await;
        let order = checkout(&customer, &lamp).await.is(201).data()["order"].clone();
        assert!(order["payUntil"].is_string(), "{order}");
        // Whoever can not pay by themselves is sent an invoice and has longer.
        let billed = app.caller(Role::User).await;
        let denied = json!({ "permission": "capture:payment:own", "effect": "deny", "reason": "by invoice alone" });
        let _ = shop.owner.post(&format!("/users/{}/rights", billed.id.clone().unwrap()), denied).await.is(201);
        let kept = checkout(&billed, &lamp).await.is(201).data()["order"].clone();
        assert!(kept.get("payUntil").is_none(), "{kept}");
        app.advance(59 * MINUTE);
        play(&app).await;
        app.advance(MINUTE);
        play(&app).await;
        let owner = app.owner_unasked().await;
        assert_eq!(owner.get(&path(&order)).await.ok().data()["state"], "cancelled");
        assert_eq!(owner.get(&path(&kept)).await.ok().data()["state"], "pending");
    }
}
