//! /orders/{id}/handling, /fulfilments, /hold, /release, /tags, /orders/bulk: what leaves, what waits, and what becomes of the order

use purser_core::access::Role;
use purser_testkit::{both, json};
use serde_json::Value;

use crate::routes::shop::{Shop, address};

/// A paid order of three pieces of one product and two of another; its path, its lines.
async fn paid(shop: &Shop) -> (String, Vec<String>) {
    let total = shop.owner.get("/products?limit=1").await.ok().meta()["total"].clone();
    let one = shop.product(&format!("H-{total}-A"), (1_000, json!(0), 10)).await;
    let two = shop.product(&format!("H-{total}-B"), (500, json!(0), 10)).await;
    let items = json!([{ "productId": one, "quantity": 3 }, { "productId": two, "quantity": 2 }]);
    let body = json!({ "customerId": shop.customer, "items": items, "shippingAddress": address() });
    let order = shop.owner.post("/orders", body).await.is(201).data();
    let path = format!("/orders/{}", order["id"].as_str().unwrap());
    let _ = shop.owner.post(&format!("{path}/pay"), json!({ "paymentMethod": "pm_card_visa" })).await.ok();
    (path, order["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect())
}

fn pieces(handling: &Value, name: &str) -> Vec<i64> {
    handling["lines"].as_array().unwrap().iter().map(|line| line[name].as_i64().unwrap()).collect()
}

both! {
    async fn an_order_leaves_in_parcels_and_its_state_follows(app) {
        let shop = Shop::open(&app).await;
        let (path, lines) = paid(&shop).await;
        let ship = format!("{path}/fulfilments");
        let first = json!({ "lines": [{ "lineId": lines[0], "quantity": 2 }], "carrier": "Posten", "trackingNumber": "NO-1", "trackingUrl": "https://track.example/NO-1" });
        let once = shop.owner.with("idempotency-key", "parcel-1");
        let handling = once.post(&ship, first.clone()).await.ok().data();
        assert_eq!((handling["state"].as_str(), pieces(&handling, "left"), pieces(&handling, "reserved")), (Some("processing"), vec![1, 2], vec![1, 2]));
        let again = once.post(&ship, first).await.ok().data();
        assert_eq!(again["fulfilments"].as_array().unwrap().len(), 1, "a repeat sends nothing");
        let too_many = json!({ "lines": [{ "lineId": lines[0], "quantity": 2 }, { "lineId": uuid::Uuid::nil(), "quantity": 1 }] });
        let reply = shop.owner.post(&ship, too_many).await.problem(422, "unprocessable").complains("lines[0].quantity", "too_many_pieces");
        let _ = reply.complains("lines[1].lineId", "unknown_line");
        let _ = shop.owner.post(&ship, json!({ "trackingUrl": "javascript:alert(1)" })).await.problem(400, "invalid").complains("trackingUrl", "not_valid");
        let _ = shop.owner.post(&format!("{path}/cancel"), json!({ "reason": "Too late" })).await.problem(409, "partly_shipped");
        let whole = shop.owner.post(&ship, json!({})).await.ok().data();
        assert_eq!((whole["state"].as_str(), pieces(&whole, "shipped"), pieces(&whole, "reserved")), (Some("shipped"), vec![3, 2], vec![0, 0]));
        let _ = shop.owner.post(&ship, json!({})).await.problem(409, "illegal_move");
        let parcels: Vec<&str> = whole["fulfilments"].as_array().unwrap().iter().map(|parcel| parcel["id"].as_str().unwrap()).collect();
        for (parcel, state) in parcels.iter().zip(["shipped", "delivered"]) {
            let reply = shop.owner.call(axum::http::Method::POST, &format!("/fulfilments/{parcel}/deliver"), None).await.ok();
            assert_eq!(reply.data()["state"], state);
        }
        let product = shop.owner.get("/products?search=h%20a").await.ok().data()[0].clone();
        assert_eq!((product["stock"].as_i64(), product["reserved"].as_i64()), (Some(7), Some(0)));
    }

    async fn what_was_given_back_does_not_leave(app) {
        let shop = Shop::open(&app).await;
        let (path, lines) = paid(&shop).await;
        let ship = format!("{path}/fulfilments");
        let back = async |line: &str| json!({ "lines": [{ "lineId": line, "quantity": 1 }], "reason": "not any more" });
        let _ = shop.owner.post(&format!("{path}/refunds"), back(&lines[0]).await).await.is(201);
        app.advance(purser_core::time::SECOND);
        let handling = shop.owner.get(&format!("{path}/handling")).await.ok().data();
        assert_eq!((pieces(&handling, "left"), pieces(&handling, "reserved")), (vec![2, 2], vec![3, 2]));
        let three = json!({ "lines": [{ "lineId": lines[0], "quantity": 3 }] });
        let _ = shop.owner.post(&ship, three).await.problem(422, "unprocessable").complains("lines[0].quantity", "too_many_pieces");
        let two = json!({ "lines": [{ "lineId": lines[0], "quantity": 2 }] });
        let handling = shop.owner.post(&ship, two).await.ok().data();
        assert_eq!((handling["state"].as_str(), pieces(&handling, "left")), (Some("processing"), vec![0, 2]));
        // A piece that left is damaged: what is left of the order leaves all the same.
        let _ = shop.owner.post(&format!("{path}/refunds"), back(&lines[0]).await).await.is(201);
        let handling = shop.owner.post(&ship, json!({})).await.ok().data();
        let found = (handling["state"].as_str(), pieces(&handling, "shipped"), pieces(&handling, "left"), pieces(&handling, "reserved"));
        assert_eq!(found, (Some("shipped"), vec![2, 2], vec![0, 0], vec![0, 0]));
        let product = shop.owner.get("/products?search=h%20a").await.ok().data()[0].clone();
        assert_eq!((product["stock"].as_i64(), product["reserved"].as_i64()), (Some(8), Some(0)), "the piece that stayed can be sold again");
        // All of it given back: cancelled, not sent, also as one of many.
        let (path, _) = paid(&shop).await;
        let _ = shop.owner.post(&format!("{path}/state"), json!({ "state": "processing" })).await.ok();
        let _ = shop.owner.post(&format!("{path}/refunds"), json!({ "reason": "not any more" })).await.is(201);
        let _ = shop.owner.post(&format!("{path}/fulfilments"), json!({})).await.problem(409, "refunded");
        let bulk = json!({ "action": "ship", "ids": [path.trim_start_matches("/orders/")] });
        assert_eq!(shop.owner.post("/orders/bulk", bulk).await.ok().data()["rows"][0]["code"], "refunded");
        assert_eq!(shop.owner.post(&format!("{path}/cancel"), json!({ "reason": "given back" })).await.ok().data()["state"], "cancelled");
        shop.books_balance().await;
    }

    async fn an_order_on_hold_does_not_leave(app) {
        let shop = Shop::open(&app).await;
        let (path, _) = paid(&shop).await;
        let _ = shop.owner.post(&format!("{path}/hold"), json!({ "reason": " " })).await.problem(400, "invalid").complains("reason", "required");
        let held = shop.owner.post(&format!("{path}/hold"), json!({ "reason": "Address unclear" })).await.ok().data();
        assert_eq!(held["hold"]["reason"], "Address unclear");
        let _ = shop.owner.post(&format!("{path}/hold"), json!({ "reason": "Again" })).await.problem(409, "already_held");
        let _ = shop.owner.post(&format!("{path}/fulfilments"), json!({})).await.problem(409, "on_hold");
        let _ = shop.owner.post(&format!("{path}/state"), json!({ "state": "processing" })).await.ok();
        let _ = shop.owner.post(&format!("{path}/state"), json!({ "state": "shipped" })).await.problem(409, "on_hold");
        assert_eq!(shop.owner.get("/orders?held=true").await.ok().meta()["total"], 1);
        let tagged = shop.owner.call(axum::http::Method::PUT, &format!("{path}/tags"), Some(json!({ "tags": ["VIP", "gift"] }))).await.ok().data();
        assert_eq!(tagged["tags"], json!(["gift", "vip"]));
        let found = async |query: &str| shop.owner.get(&format!("/orders?{query}")).await.ok().meta()["total"].clone();
        assert_eq!((found("tag=vip,gift").await, found("tag=vi").await, found("held=false").await), (json!(1), json!(0), json!(0)));
        let post = axum::http::Method::POST;
        let _ = shop.owner.call(post.clone(), &format!("{path}/release"), None).await.ok();
        let _ = shop.owner.call(post, &format!("{path}/release"), None).await.problem(409, "not_held");
        let shipped = shop.owner.post(&format!("{path}/state"), json!({ "state": "shipped" })).await.ok();
        assert_eq!(shipped.data()["state"], "shipped");
        let handling = shop.owner.get(&format!("{path}/handling")).await.ok().data();
        assert_eq!((handling["fulfilments"].as_array().unwrap().len(), pieces(&handling, "left")), (1, vec![0, 0]), "what was left went in one parcel");
        let _ = app.caller(Role::Auditor).await.post(&format!("{path}/hold"), json!({ "reason": "x" })).await.problem(403, "forbidden");
        let _ = app.caller(Role::User).await.get(&format!("{path}/handling")).await.problem(404, "not_found");
    }

    async fn many_orders_move_in_one_request_and_each_is_answered(app) {
        let shop = Shop::open(&app).await;
        let (paid, _) = paid(&shop).await;
        let unpaid = shop.order().await["id"].as_str().unwrap().to_owned();
        let paid = paid.trim_start_matches("/orders/").to_owned();
        let nobody = uuid::Uuid::nil().to_string();
        let body = json!({ "action": "process", "ids": [paid, unpaid, nobody] });
        let outcome = shop.owner.post("/orders/bulk", body).await.ok().data();
        let codes: Vec<Option<&str>> = outcome["rows"].as_array().unwrap().iter().map(|row| row["code"].as_str()).collect();
        assert_eq!((codes, outcome["done"].as_i64(), outcome["refused"].as_i64()), (vec![None, Some("illegal_move"), Some("not_found")], Some(1), Some(2)));
        assert_eq!(shop.owner.get(&format!("/orders/{paid}")).await.ok().data()["state"], "processing");
        let _ = shop.owner.post("/orders/bulk", json!({ "action": "cancel", "ids": [paid] })).await.problem(400, "invalid").complains("reason", "required");
        let _ = shop.owner.post("/orders/bulk", json!({ "action": "ship", "ids": [paid, paid] })).await.problem(400, "invalid").complains("ids", "duplicate");
        let gone = shop.owner.post("/orders/bulk", json!({ "action": "cancel", "ids": [paid, unpaid], "reason": "Closed" })).await.ok().data();
        assert_eq!(gone["done"], 2);
        shop.books_balance().await;
    }
}
