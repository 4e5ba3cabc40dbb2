//! POST /orders/quote

use purser_core::access::Role;
use purser_testkit::{both, json};

use crate::routes::shop::Shop;

both! {
    async fn what_an_order_would_come_to(app) {
        let shop = Shop::open(&app).await;
        let product = shop.product("L-1", (2_500, json!(1.5), 10)).await;
        let body = json!({ "items": [{ "productId": product, "quantity": 2 }] });
        let quote = shop.owner.post("/orders/quote", body).await.ok().data();
        let amounts: Vec<_> = ["subtotal", "discount", "tax", "shipping", "total"].iter().map(|f| quote[f]["amount"].as_i64().unwrap()).collect();
        assert_eq!(amounts, [5_000, 0, 400, 500, 5_900]);
        // It is the same sum an order comes to, and it takes nothing.
        let order = shop.owner.post("/orders", shop.wants(&product, 2)).await.is(201).data();
        assert_eq!(order["total"], quote["total"]);
        assert_eq!(shop.owner.get(&format!("/products/{product}")).await.ok().data()["stock"], 8);
    }

    async fn what_can_not_be_sold_is_named(app) {
        let shop = Shop::open(&app).await;
        let product = shop.product("L-1", (2_500, json!(1.5), 3)).await;
        let post = async |quantity| shop.owner.post("/orders/quote", json!({ "items": [{ "productId": product, "quantity": quantity }] })).await;
        let _ = post(4).await.problem(422, "unprocessable").complains("items[0].quantity", "out_of_stock");
        let _ = post(0).await.problem(400, "invalid").complains("items[0].quantity", "out_of_range");
        let _ = shop.owner.post("/orders/quote", json!({ "items": [] })).await.problem(400, "invalid").complains("items", "required");
        let auditor = app.caller(Role::Auditor).await;
        let _ = auditor.post("/orders/quote", json!({ "items": [{ "productId": product, "quantity": 1 }] })).await.problem(403, "forbidden");
    }
}
