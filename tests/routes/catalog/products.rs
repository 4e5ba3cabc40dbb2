//! GET and POST /products, GET, PATCH and DELETE /products/{id}

use purser_core::access::Role;
use purser_testkit::{both, json};
use serde_json::Value;

use crate::routes::shop::Shop;

fn lantern() -> Value {
    json!({ "name": "Lantern", "sku": "L-1", "price": { "amount": 2_500, "currency": "EUR" }, "weight": 1.25, "stock": 3 })
}

both! {
    async fn a_product_is_added_read_and_changed(app) {
        let owner = app.owner().await;
        let reply = owner.post("/products", lantern()).await.is(201);
        let product = reply.data();
        let path = format!("/products/{}", product["id"].as_str().unwrap());
        assert_eq!(reply.header("location"), Some(format!("/api/v1{path}").as_str()));
        assert_eq!((product["weight"].as_f64(), product["active"].as_bool(), product["version"].as_i64()), (Some(1.25), Some(true), Some(1)));
        let read = owner.get(&path).await.ok();
        assert_eq!((read.data(), read.header("etag")), (product, Some("\"1\"")));
        let _ = owner.patch(&path, json!({ "stock": 9 })).await.problem(428, "precondition_required");
        let changed = owner.with("if-match", "\"1\"").patch(&path, json!({ "stock": 9, "description": "Brass" })).await.ok().data();
        assert_eq!((changed["stock"].as_i64(), changed["description"].as_str(), changed["version"].as_i64()), (Some(9), Some("Brass"), Some(2)));
        let _ = owner.with("if-match", "\"1\"").patch(&path, json!({ "stock": 1 })).await.problem(412, "stale");
        let cleared = owner.with("if-match", "\"2\"").patch(&path, json!({ "description": null })).await.ok().data();
        assert!(cleared.get("description").is_none());
        let _ = owner.with("if-match", "\"3\"").patch(&path, json!({ "stock": null })).await.problem(400, "invalid").complains("stock", "required");
    }

    async fn a_withdrawn_product_stays_readable(app) {
        let owner = app.owner().await;
        let path = format!("/products/{}", owner.post("/products", lantern()).await.is(201).data()["id"].as_str().unwrap());
        for _ in 0..2 {
            let _ = owner.delete(&path).await.is(204);
        }
        assert_eq!(owner.get(&path).await.ok().data()["active"], false);
        assert_eq!(owner.get("/products?active=true").await.ok().meta()["total"], 0);
    }

    async fn what_makes_no_product_is_named(app) {
        let owner = app.owner().await;
        let _ = owner.post("/products", lantern()).await.is(201);
        let _ = owner.post("/products", lantern()).await.problem(409, "taken");
        let cases = [
            ("price", json!({ "amount": -1, "currency": "EUR" }), 400, "price.amount", "out_of_range"),
            ("price", json!({ "amount": i64::MAX, "currency": "EUR" }), 400, "price.amount", "out_of_range"),
            ("price", json!({ "amount": 100, "currency": "USD" }), 422, "price.currency", "wrong_currency"),
            ("price", json!({ "amount": 100, "currency": "XXX" }), 400, "price.currency", "not_valid"),
            ("price", json!({ "amount": 10.5, "currency": "EUR" }), 400, "price.amount", "wrong_type"),
            ("weight", json!(-1), 400, "weight", "wrong_type"),
            ("weight", json!(1.2345), 400, "weight", "wrong_type"),
            ("stock", json!(-1), 400, "stock", "out_of_range"),
            ("sku", json!("A B"), 400, "sku", "not_valid"),
            ("name", json!(" "), 400, "name", "required"),
            ("name", json!("x".repeat(201)), 400, "name", "too_long"),
            ("colour", json!("red"), 400, "colour", "unknown_field"),
        ];
        for (name, value, status, field, code) in cases {
            let mut body = lantern();
            body["sku"] = json!("L-2");
            body[name] = value;
            let reply = owner.post("/products", body).await;
            let _ = reply.problem(status, if status == 422 { "unprocessable" } else { "invalid" }).complains(field, code);
        }
        assert_eq!(owner.get("/products").await.ok().meta()["total"], 1);
    }

    async fn products_are_found_and_sorted(app) {
        let shop = Shop::open(&app).await;
        for (sku, price, stock) in [("A-1", 300, 50), ("B-2", 100, 5), ("C-3", 200, 9)] {
            let _ = shop.product(sku, (price, json!(0), stock)).await;
        }
        let skus = async |query: &str| -> Vec<String> {
            let rows = shop.owner.get(&format!("/products?{query}")).await.ok().data();
            rows.as_array().unwrap().iter().map(|p| p["sku"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(skus("sort=price").await, ["B-2", "C-3", "A-1"]);
        assert_eq!(skus("sort=-stock").await, ["A-1", "C-3", "B-2"]);
        assert_eq!(skus("sort=name").await, ["A-1", "B-2", "C-3"]);
        assert_eq!(skus("sort=sku&lowStock=true").await, ["B-2", "C-3"]);
        assert_eq!(skus("sort=sku&minPrice=0&maxPrice=200").await, ["B-2", "C-3"]);
        assert_eq!(skus("search=lantern%20c").await, ["C-3"]);
        let _ = shop.owner.get("/products?sort=id;drop").await.problem(400, "invalid").complains("sort", "unknown_field");
        let _ = app.caller(Role::Auditor).await.post("/products", lantern()).await.problem(403, "forbidden");
        assert_eq!(app.stranger(Role::Owner).await.get("/products").await.ok().meta()["total"], 0);
    }
}
