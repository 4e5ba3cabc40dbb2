//! POST /orders/{id}/cancel

use purser_core::access::Role;
use purser_testkit::{both, json};

use crate::routes::shop::Shop;

both! {
    async fn an_unpaid_order_gives_its_goods_back(app) {
        let shop = Shop::open(&app).await;
        let product = shop.product("L-1", (2_500, json!(1.5), 10)).await;
        let order = shop.owner.post("/orders", shop.wants(&product, 4)).await.is(201).data();
        let path = format!("/orders/{}/cancel", order["id"].as_str().unwrap());
        let _ = shop.owner.post(&path, json!({ "reason": " " })).await.problem(400, "invalid").complains("reason", "required");
        let after = shop.owner.post(&path, json!({ "reason": "changed mind" })).await.ok().data();
        assert_eq!((after["state"].as_str(), after["refunds"].as_array().map(Vec::len)), (Some("cancelled"), Some(0)));
        let _ = shop.owner.post(&path, json!({ "reason": "again" })).await.problem(409, "already_cancelled");
        assert_eq!(shop.owner.get(&format!("/products/{product}")).await.ok().data()["stock"], 10);
    }

    async fn a_paid_order_gives_its_money_back(app) {
        let shop = Shop::open(&app).await;
        let done = shop.paid_by("pm_card_visa").await;
        let order = done["order"]["id"].as_str().unwrap();
        let _ = shop.owner.post(&format!("/orders/{order}/state"), json!({ "state": "processing" })).await.ok();
        let _ = shop.refund(done["payment"]["id"].as_str().unwrap(), Some(900)).await.is(201);
        let after = shop.owner.post(&format!("/orders/{order}/cancel"), json!({ "reason": "lost" })).await.ok().data();
        assert_eq!((after["state"].as_str(), after["paymentState"].as_str()), (Some("cancelled"), Some("refunded")));
        let amounts: Vec<_> = after["refunds"].as_array().unwrap().iter().map(|r| r["amount"]["amount"].as_i64().unwrap()).collect();
        assert_eq!((amounts, after["refunded"]["amount"].as_i64()), (vec![900, 5_000], Some(5_900)));
        shop.books_balance().await;
    }

    async fn a_promise_is_let_go_and_what_is_shipped_stays(app) {
        let shop = Shop::open(&app).await;
        let order = shop.order().await;
        let path = format!("/orders/{}", order["id"].as_str().unwrap());
        let _ = shop.owner.post(&format!("{path}/pay"), json!({ "paymentMethod": "pm_card_visa", "capture": "manual" })).await.ok();
        let after = shop.owner.post(&format!("{path}/cancel"), json!({ "reason": "lost" })).await.ok().data();
        assert_eq!((after["state"].as_str(), after["payments"][0]["state"].as_str()), (Some("cancelled"), Some("voided")));
        let done = shop.paid_by("pm_card_visa").await;
        let path = format!("/orders/{}", done["order"]["id"].as_str().unwrap());
        for state in ["processing", "shipped"] {
            let _ = shop.owner.post(&format!("{path}/state"), json!({ "state": state })).await.ok();
        }
        let _ = shop.owner.post(&format!("{path}/cancel"), json!({ "reason": "too late" })).await.problem(409, "illegal_move");
    }

    async fn a_repeat_with_the_key_is_the_same_answer(app) {
        let shop = Shop::open(&app).await;
        let done = shop.paid_by("pm_card_visa").await;
        let path = format!("/orders/{}/cancel", done["order"]["id"].as_str().unwrap());
        let keyed = shop.owner.with("idempotency-key", "cancel-1");
        let first = keyed.post(&path, json!({ "reason": "lost" })).await.ok();
        let again = keyed.post(&path, json!({ "reason": "lost" })).await.ok();
        assert_eq!(first.body, again.body);
        let _ = app.caller(Role::Auditor).await.post(&path, json!({ "reason": "x" })).await.problem(403, "forbidden");
        let _ = app.stranger(Role::Owner).await.post(&path, json!({ "reason": "x" })).await.problem(404, "not_found");
    }
}
