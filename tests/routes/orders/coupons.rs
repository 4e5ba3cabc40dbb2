//! /coupons, and what they take off orders: once for each use, however many ask at once

use purser_core::access::Role;
use purser_testkit::{both, json};
use serde_json::Value;

use crate::routes::shop::Shop;

fn with(mut order: Value, codes: &[&str]) -> Value {
    order["coupons"] = json!(codes);
    order
}

both! {
    async fn coupons_take_off_what_they_say(app) {
        let shop = Shop::open(&app).await;
        // Two pieces of 25.00 weighing 1.5 kg each: 50.00, tax 4.00, shipping 5.00.
        let product = shop.product("COUPON", (2_500, json!(1.5), 50)).await;
        for body in [
            json!({ "code": "ten", "kind": "percent", "percentBp": 1_000, "stackable": true }),
            json!({ "code": "SEVEN", "kind": "fixed", "amountOff": 700, "stackable": true, "minSubtotal": 5_000 }),
            json!({ "code": "POST", "kind": "free_shipping", "stackable": true }),
            json!({ "code": "ALONE", "kind": "fixed", "amountOff": 999_999 }),
        ] {
            let _ = shop.owner.post("/coupons", body).await.is(201);
        }
        let sums = |order: &Value| ["discount", "tax", "shipping", "total"].map(|name| order[name]["amount"].as_i64().unwrap());
        for (codes, wanted) in [
            (vec!["TEN"], [500, 400, 500, 5_400]),
            (vec![" ten ", "seven", "post"], [1_200, 400, 0, 4_200]),
            (vec!["ALONE"], [5_000, 400, 500, 900]),
        ] {
            let quote = json!({ "items": [{ "productId": product, "quantity": 2 }], "coupons": codes });
            assert_eq!(sums(&shop.owner.post("/orders/quote", quote).await.ok().data()), wanted, "{codes:?}");
            let order = shop.owner.post("/orders", with(shop.wants(&product, 2), &codes)).await.is(201).data();
            assert_eq!(sums(&order), wanted, "{codes:?}");
        }
        for (codes, field, code) in [
            (vec!["NONE"], "coupons[0]", "unknown_coupon"),
            (vec!["TEN", "ALONE"], "coupons[1]", "coupon_alone"),
        ] {
            let reply = shop.owner.post("/orders", with(shop.wants(&product, 2), &codes)).await;
            let _ = reply.problem(422, "unprocessable").complains(field, code);
        }
        let little = with(shop.wants(&product, 1), &["SEVEN"]);
        let _ = shop.owner.post("/orders", little).await.problem(422, "unprocessable").complains("coupons[0]", "coupon_minimum");
        let twice = with(shop.wants(&product, 1), &["ten", "TEN"]);
        let _ = shop.owner.post("/orders", twice).await.problem(400, "invalid").complains("coupons[1]", "twice");
        let order = shop.owner.post("/orders", with(shop.wants(&product, 2), &["TEN"])).await.is(201).data();
        let path = format!("/orders/{}", order["id"].as_str().unwrap());
        let _ = shop.owner.post(&format!("{path}/pay"), json!({ "paymentMethod": "pm_card_visa" })).await.ok();
        let handling = shop.owner.get(&format!("{path}/handling")).await.ok().data();
        assert_eq!(handling["coupons"], json!([{ "code": "TEN", "amount": { "amount": 500, "currency": "EUR" } }]));
        shop.books_balance().await;
    }

    async fn a_coupon_counts_in_its_time_and_so_often_as_it_may(app) {
        let shop = Shop::open(&app).await;
        let product = shop.product("LIMIT", (1_000, json!(0), 500)).await;
        let start = app.app.clock.now().plus(60_000_000);
        let body = json!({ "code": "ONCE", "kind": "fixed", "amountOff": 100, "startsAt": start.to_string(), "limitTotal": 3, "limitPerCustomer": 2 });
        let coupon = shop.owner.post("/coupons", body.clone()).await.is(201).data();
        let _ = shop.owner.post("/coupons", body).await.problem(409, "taken").complains("code", "taken");
        let ask = async || shop.owner.post("/orders", with(shop.wants(&product, 1), &["ONCE"])).await;
        let _ = ask().await.problem(422, "unprocessable").complains("coupons[0]", "coupon_not_yet");
        app.advance(60_000_000);
        let first = ask().await.is(201).data();
        let _ = ask().await.is(201);
        let _ = ask().await.problem(422, "unprocessable").complains("coupons[0]", "coupon_used_up");
        let _ = shop.owner.post(&format!("/orders/{}/cancel", first["id"].as_str().unwrap()), json!({ "reason": "Changed their mind" })).await.ok();
        let _ = ask().await.is(201);
        let path = format!("/coupons/{}", coupon["id"].as_str().unwrap());
        let now = shop.owner.get(&path).await.ok();
        assert_eq!(now.data()["used"], 2, "an order that was called off used nothing");
        let held = shop.owner.with("if-match", now.header("etag").unwrap());
        let _ = held.patch(&path, json!({ "endsAt": start.to_string() })).await.problem(400, "invalid").complains("endsAt", "out_of_order");
        let _ = held.patch(&path, json!({ "active": false })).await.ok();
        let quote = json!({ "items": [{ "productId": product, "quantity": 1 }], "coupons": ["once"] });
        let _ = shop.owner.post("/orders/quote", quote).await.problem(422, "unprocessable").complains("coupons[0]", "coupon_over");
        let _ = app.caller(Role::Support).await.get("/coupons").await.problem(403, "forbidden");
        for (body, field) in [
            (json!({ "code": "A B", "kind": "free_shipping" }), "code"),
            (json!({ "code": "A", "kind": "percent", "percentBp": 10_001 }), "percentBp"),
            (json!({ "code": "A", "kind": "fixed" }), "amountOff"),
            (json!({ "code": "A", "kind": "free_shipping", "limitTotal": 0 }), "limitTotal"),
        ] {
            assert!(shop.owner.post("/coupons", body).await.problem(400, "invalid").text().contains(field));
        }
    }

    async fn thirty_at_once_use_a_coupon_so_often_as_it_may(app) {
        let shop = Shop::open(&app).await;
        let product = shop.product("STORM", (1_000, json!(0), 500)).await;
        let body = json!({ "code": "FIVE", "kind": "fixed", "amountOff": 100, "limitTotal": 5 });
        let coupon = shop.owner.post("/coupons", body).await.is(201).data();
        let wants = with(shop.wants(&product, 1), &["FIVE"]);
        let replies = futures::future::join_all((0..30).map(|_| shop.owner.post("/orders", wants.clone()))).await;
        assert_eq!(replies.iter().filter(|reply| reply.status.as_u16() == 201).count(), 5);
        assert_eq!(shop.owner.get(&format!("/coupons/{}", coupon["id"].as_str().unwrap())).await.ok().data()["used"], 5);
        assert_eq!(shop.owner.get("/orders").await.ok().meta()["total"], 5, "who came too late has no order");
        assert_eq!(shop.owner.get(&format!("/products/{product}")).await.ok().data()["stock"], 495);
    }
}
