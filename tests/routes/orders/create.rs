//! POST /orders

use std::collections::BTreeSet;

use purser_core::access::Role;
use purser_testkit::{both, json};

use crate::routes::shop::{Shop, address};

both! {
    async fn the_checkout_vector(app) {
        let shop = Shop::open(&app).await;
        let product = shop.product("L-1", (2_500, json!(1.5), 10)).await;
        let reply = shop.owner.post("/orders", shop.wants(&product, 2)).await.is(201);
        let order = reply.data();
        let amounts: Vec<_> = ["subtotal", "discount", "tax", "shipping", "total", "paid", "refunded"].iter().map(|f| order[f]["amount"].as_i64().unwrap()).collect();
        assert_eq!(amounts, [5_000, 0, 400, 500, 5_900, 0, 0]);
        assert_eq!((order["state"].as_str(), order["paymentState"].as_str(), order["source"].as_str()), (Some("pending"), Some("unpaid"), Some("staff")));
        assert_eq!((order["itemCount"].as_i64(), order["country"].as_str(), order["number"].as_i64()), (Some(2), Some("NO"), Some(1)));
        assert_eq!(order["items"][0]["total"]["amount"], 5_000);
        assert_eq!(reply.header("location"), Some(format!("/api/v1/orders/{}", order["id"].as_str().unwrap()).as_str()));
        assert_eq!(shop.owner.get(&format!("/products/{product}")).await.ok().data()["stock"], 8);
        let line = shop.owner.get(&format!("/audit?subjectId={}", order["id"].as_str().unwrap())).await.ok().data();
        assert_eq!((line[0]["action"].as_str(), line[0]["subject"]["label"].as_str()), (Some("order.create"), Some("#1")));
    }

    async fn shipping_follows_the_weight(app) {
        let shop = Shop::open(&app).await;
        let cases = [(json!(0), 0), (json!(4.99), 500), (json!(5), 1_000), (json!(9.99), 1_000), (json!(10), 1_500)];
        for (place, (weight, shipping)) in cases.into_iter().enumerate() {
            let product = shop.product(&format!("W-{place}"), (1_000, weight.clone(), 1)).await;
            let order = shop.owner.post("/orders", shop.wants(&product, 1)).await.is(201).data();
            assert_eq!(order["shipping"]["amount"], shipping, "{weight} kg");
        }
    }

    async fn what_can_not_be_is_named_and_changes_nothing(app) {
        let shop = Shop::open(&app).await;
        let product = shop.product("L-1", (2_500, json!(1.5), 3)).await;
        let post = async |body| shop.owner.post("/orders", body).await;
        for quantity in [0, -1, 10_000, i64::MAX] {
            let _ = post(shop.wants(&product, quantity)).await.problem(400, "invalid").complains("items[0].quantity", "out_of_range");
        }
        let _ = post(shop.wants(&product, 4)).await.problem(422, "unprocessable").complains("items[0].quantity", "out_of_stock");
        // Two lines of the same product are looked at together.
        let mut twice = shop.wants(&product, 2);
        twice["items"] = json!([{ "productId": product, "quantity": 2 }, { "productId": product, "quantity": 2 }]);
        let _ = post(twice).await.problem(422, "unprocessable").complains("items[1].quantity", "out_of_stock");
        let elsewhere = app.stranger(Role::Owner).await.id.unwrap();
        let body = json!({ "customerId": elsewhere, "items": [{ "productId": product, "quantity": 1 }], "shippingAddress": address() });
        let _ = post(body).await.problem(422, "unprocessable").complains("customerId", "unknown_customer");
        let _ = post(shop.wants(&shop.customer, 1)).await.problem(422, "unprocessable").complains("items[0].productId", "unknown_product");
        let mut body = shop.wants(&product, 1);
        body["items"] = json!([]);
        let _ = post(body.clone()).await.problem(400, "invalid").complains("items", "required");
        body["total"] = json!(1);
        let _ = post(body).await.problem(400, "invalid").complains("total", "unknown_field");
        let mut body = shop.wants(&product, 1);
        body["shippingAddress"]["country"] = json!("Norway");
        let _ = post(body).await.problem(400, "invalid").complains("shippingAddress.country", "not_a_country");
        let mut body = shop.wants(&product, 1);
        body["items"][0]["quantity"] = json!(1.5);
        let _ = post(body).await.problem(400, "invalid").complains("items[0].quantity", "wrong_type");
        let _ = shop.owner.delete(&format!("/products/{product}")).await.is(204);
        let _ = post(shop.wants(&product, 1)).await.problem(422, "unprocessable").complains("items[0].productId", "not_for_sale");
        assert_eq!(shop.owner.get("/orders").await.ok().meta()["total"], 0);
        assert_eq!(shop.owner.get(&format!("/products/{product}")).await.ok().data()["stock"], 3);
    }

    async fn the_last_piece_is_sold_once(app) {
        let shop = Shop::open(&app).await;
        let product = shop.product("L-1", (2_500, json!(1.5), 1)).await;
        let tries = (0..50).map(|_| {
            let (owner, body) = (shop.owner.clone(), shop.wants(&product, 1));
            tokio::spawn(async move { owner.post("/orders", body).await.status.as_u16() })
        });
        let mut statuses = Vec::new();
        for one in tries.collect::<Vec<_>>() {
            statuses.push(one.await.unwrap());
        }
        assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| [201, 409, 422].contains(status)), "{statuses:?}");
        assert_eq!(shop.owner.get(&format!("/products/{product}")).await.ok().data()["stock"], 0);
    }

    async fn numbers_are_never_given_twice(app) {
        let shop = Shop::open(&app).await;
        let product = shop.product("L-1", (100, json!(0), 100)).await;
        let tries = (0..40).map(|_| {
            let (owner, body) = (shop.owner.clone(), shop.wants(&product, 1));
            tokio::spawn(async move { owner.post("/orders", body).await.is(201).data()["number"].as_i64().unwrap() })
        });
        let mut numbers = BTreeSet::new();
        for one in tries.collect::<Vec<_>>() {
            numbers.insert(one.await.unwrap());
        }
        assert_eq!(numbers.len(), 40);
    }

    async fn a_repeat_with_the_key_is_the_same_order(app) {
        let shop = Shop::open(&app).await;
        let product = shop.product("L-1", (2_500, json!(1.5), 10)).await;
        let keyed = shop.owner.with("idempotency-key", "order-1");
        let first = keyed.post("/orders", shop.wants(&product, 2)).await.is(201);
        let again = keyed.post("/orders", shop.wants(&product, 2)).await.is(201);
        assert_eq!((first.body.clone(), first.header("location")), (again.body.clone(), again.header("location")));
        assert_eq!(shop.owner.get("/orders").await.ok().meta()["total"], 1);
        let _ = keyed.post("/orders", shop.wants(&product, 1)).await.problem(422, "unprocessable").complains("Idempotency-Key", "used_for_another_request");
        let refused = app.caller(Role::Auditor).await.post("/orders", shop.wants(&product, 1)).await;
        let _ = refused.problem(403, "forbidden");
    }
}
