//! /orders/{id}/returns and /returns: goods come back, piece by piece, and into stock where they can be sold again

use axum::http::Method;
use purser_core::access::Role;
use purser_testkit::{Caller, both, json};
use serde_json::Value;

use crate::routes::shop::Shop;

/// An order of four pieces that was shipped: its path, its line, its product.
async fn shipped(shop: &Shop) -> (String, String, String) {
    let product = shop.product("RMA", (1_000, json!(0), 10)).await;
    let order = shop.owner.post("/orders", shop.wants(&product, 4)).await.is(201).data();
    let path = format!("/orders/{}", order["id"].as_str().unwrap());
    let _ = shop.owner.post(&format!("{path}/pay"), json!({ "paymentMethod": "pm_card_visa" })).await.ok();
    let line = order["items"][0]["id"].as_str().unwrap().to_owned();
    let _ = shop
        .owner
        .post(&format!("{path}/returns"), json!({ "lines": [{ "lineId": line, "quantity": 1 }], "reason": "Early" }))
        .await
        .problem(422, "unprocessable")
        .complains("lines[0].quantity", "too_many_pieces");
    let _ = shop.owner.post(&format!("{path}/fulfilments"), json!({})).await.ok();
    (path, line, product)
}

async fn step(by: &Caller, one: &Value, step: &str, body: Option<Value>) -> purser_testkit::Reply {
    by.call(Method::POST, &format!("/returns/{}/{step}", one["id"].as_str().unwrap()), body).await
}

both! {
    async fn goods_come_back_and_what_is_whole_is_sold_again(app) {
        let shop = Shop::open(&app).await;
        let (path, line, product) = shipped(&shop).await;
        let ask = |quantity: i64| json!({ "lines": [{ "lineId": line, "quantity": quantity }], "reason": "Too small" });
        let one = shop.owner.post(&format!("{path}/returns"), ask(3)).await.is(201).data();
        assert_eq!((one["state"].as_str(), one["lines"][0]["quantity"].as_i64()), (Some("requested"), Some(3)));
        let _ = shop.owner.post(&format!("{path}/returns"), ask(2)).await.problem(422, "unprocessable").complains("lines[0].quantity", "too_many_pieces");
        let came = |quantity: i64, restock: bool| Some(json!({ "lines": [{ "lineId": line, "quantity": quantity, "restock": restock }] }));
        let _ = step(&shop.owner, &one, "receive", came(1, true)).await.problem(409, "illegal_move");
        assert_eq!(step(&shop.owner, &one, "approve", None).await.ok().data()["state"], "approved");
        let _ = step(&shop.owner, &one, "receive", came(4, true)).await.problem(422, "unprocessable");
        let received = step(&shop.owner, &one, "receive", came(2, true)).await.ok().data();
        assert_eq!((received["lines"][0]["received"].as_i64(), received["lines"][0]["restocked"].as_i64()), (Some(2), Some(2)));
        let stock = async || shop.owner.get(&format!("/products/{product}")).await.ok().data()["stock"].as_i64().unwrap();
        assert_eq!(stock().await, 8);
        let _ = step(&shop.owner, &one, "receive", came(1, true)).await.problem(409, "illegal_move");
        let rest = shop.owner.post(&format!("{path}/returns"), ask(2)).await.is(201).data();
        let _ = step(&shop.owner, &rest, "approve", None).await.ok();
        let broken = step(&shop.owner, &rest, "receive", came(2, false)).await.ok().data();
        assert_eq!((broken["state"].as_str(), broken["lines"][0]["restocked"].as_i64(), stock().await), (Some("received"), Some(0), 8));
        let _ = shop.owner.post(&format!("{path}/returns"), ask(1)).await.problem(422, "unprocessable");
        let rows = shop.owner.get(&format!("/products/{product}/movements?kind=returned")).await.ok().data();
        assert_eq!((rows.as_array().unwrap().len(), rows[0]["available"].as_i64()), (1, Some(2)));
        let handling = shop.owner.get(&format!("{path}/handling")).await.ok().data();
        assert_eq!((handling["returns"].as_array().unwrap().len(), handling["lines"][0]["returned"].as_i64()), (2, Some(4)));
        assert_eq!(shop.owner.get("/returns?state=received").await.ok().meta()["total"], 2);
        assert_eq!(shop.owner.get("/returns?state=requested").await.ok().meta()["total"], 0);
    }

    async fn what_is_refused_can_be_asked_for_again(app) {
        let shop = Shop::open(&app).await;
        let (path, line, _) = shipped(&shop).await;
        let ask = json!({ "lines": [{ "lineId": line, "quantity": 4 }], "reason": "Too small" });
        let one = shop.owner.post(&format!("{path}/returns"), ask.clone()).await.is(201).data();
        let _ = step(&shop.owner, &one, "reject", Some(json!({ "reason": "" }))).await.problem(400, "invalid").complains("reason", "required");
        let no = step(&shop.owner, &one, "reject", Some(json!({ "reason": "Worn" }))).await.ok().data();
        assert_eq!((no["state"].as_str(), no["decision"].as_str()), (Some("rejected"), Some("Worn")));
        let _ = step(&shop.owner, &one, "approve", None).await.problem(409, "illegal_move");
        let _ = shop.owner.post(&format!("{path}/returns"), ask).await.is(201);
        let _ = app.caller(Role::User).await.get("/returns").await.problem(403, "forbidden");
        let _ = step(&app.caller(Role::Auditor).await, &one, "approve", None).await.problem(403, "forbidden");
        let _ = step(&app.stranger(Role::Owner).await, &one, "approve", None).await.problem(404, "not_found");
    }
}
