//! POST /orders/{id}/cancel

use purser_core::access::Role;
use purser_service::payments::resolve_unknown;
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

    async fn money_that_comes_while_the_order_is_called_off_goes_back(app) {
        let shop = Shop::open(&app).await;
        let done = shop.paid_by("pm_card_proved_late").await;
        assert_eq!(done["payment"]["state"], "requires_action");
        let path = format!("/orders/{}", done["order"]["id"].as_str().unwrap());
        let after = shop.owner.post(&format!("{path}/cancel"), json!({ "reason": "changed mind" })).await.ok().data();
        assert_eq!((after["state"].as_str(), after["paid"]["amount"].as_i64()), (Some("cancelled"), Some(5_900)));
        resolve_unknown(&app.app, 0).await.unwrap();
        let after = shop.owner.get(&path).await.ok().data();
        assert_eq!((after["state"].as_str(), after["paymentState"].as_str(), after["refunded"]["amount"].as_i64()), (Some("cancelled"), Some("refunded"), Some(5_900)));
        assert_eq!(after["refunds"].as_array().map(Vec::len), Some(1), "{after}");
        shop.books_balance().await;
    }

    async fn money_that_is_promised_while_the_order_is_called_off_is_let_go(app) {
        let shop = Shop::open(&app).await;
        let order = shop.order().await;
        let path = format!("/orders/{}", order["id"].as_str().unwrap());
        let pay = json!({ "paymentMethod": "pm_card_proved_late", "capture": "manual" });
        assert_eq!(shop.owner.post(&format!("{path}/pay"), pay).await.ok().data()["payment"]["state"], "requires_action");
        // The customer is quicker than the call that lets the payment go.
        let after = shop.owner.post(&format!("{path}/cancel"), json!({ "reason": "changed mind" })).await.ok().data();
        assert_eq!((after["state"].as_str(), after["payments"][0]["state"].as_str()), (Some("cancelled"), Some("authorised")));
        resolve_unknown(&app.app, 0).await.unwrap();
        let after = shop.owner.get(&path).await.ok().data();
        assert_eq!((after["payments"][0]["state"].as_str(), after["paid"]["amount"].as_i64()), (Some("voided"), Some(0)));
        shop.books_balance().await;
    }

    async fn calling_off_what_was_paid_asks_for_a_factor_as_a_refund_does(app) {
        let shop = Shop::open(&app).await;
        let mut orders = Vec::new();
        for _ in 0..2 {
            orders.push(shop.paid_by("pm_card_visa").await["order"]["id"].as_str().unwrap().to_owned());
        }
        let unpaid = shop.order().await["id"].as_str().unwrap().to_owned();
        let product = shop.product("L-LARGE", (2_500, json!(0), 10)).await;
        let large = shop.owner.post("/orders", shop.wants(&product, 4)).await.is(201).data()["id"].as_str().unwrap().to_owned();
        let _ = shop.owner.post(&format!("/orders/{large}/pay"), json!({ "paymentMethod": "pm_card_visa" })).await.ok();
        let tag = shop.owner.get("/settings/sign-in").await.ok().header("etag").unwrap().to_owned();
        let change = json!({ "stepUp": "always", "stepUpRefundFrom": 6_000 });
        let _ = shop.owner.with("if-match", &tag).patch("/settings/sign-in", change).await.ok();
        let why = json!({ "reason": "lost" });
        let _ = shop.owner.post(&format!("/orders/{large}/cancel"), why.clone()).await.problem(403, "factor_required");
        // Each alone is small enough, all together are not, and then none is called off.
        let bulk = json!({ "action": "cancel", "ids": orders, "reason": "lost" });
        let _ = shop.owner.post("/orders/bulk", bulk).await.problem(403, "factor_required");
        assert_eq!(shop.owner.get("/refunds").await.ok().meta()["total"], 0);
        let _ = shop.owner.post(&format!("/orders/{}/cancel", orders[0]), why).await.ok();
        // Nothing goes back: nothing is asked.
        let gone = shop.owner.post("/orders/bulk", json!({ "action": "cancel", "ids": [unpaid], "reason": "lost" })).await.ok().data();
        assert_eq!(gone["done"], 1);
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
