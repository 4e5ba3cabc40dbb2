//! /carts: opened, filled, looked at while prices and stock move, merged, forgotten.

use purser_core::access::Role;
use purser_core::time::DAY;
use purser_service::jobs;
use purser_testkit::{both, json};
use serde_json::Value;

use super::{cart, path_of};
use crate::routes::shop::{Shop, address};

fn codes(line: &Value) -> Vec<&str> {
    line["changes"].as_array().unwrap().iter().map(|change| change["code"].as_str().unwrap()).collect()
}

/// Change a cart as it is now.
async fn patch(shop: &Shop, path: &str, body: Value) -> purser_testkit::Reply {
    let etag = shop.owner.get(path).await.ok().header("etag").unwrap().to_owned();
    shop.owner.with("if-match", etag.as_str()).patch(path, body).await
}

both! {
    async fn more_of_a_product_makes_its_line_longer_and_never_longer_than_stock(app) {
        let shop = Shop::open(&app).await;
        let lamp = shop.product("LAMP", (1_000, json!(1), 5)).await;
        let opened = cart(&shop, &[]).await;
        assert_eq!((opened["kind"].clone(), opened["state"].clone(), opened["problems"][0]["field"].clone()), (json!("cart"), json!("open"), json!("lines")));
        let path = path_of(&opened);
        let add = async |quantity: i64| shop.owner.post(&format!("{path}/lines"), json!({ "productId": lamp, "quantity": quantity })).await;
        let once = add(3).await.ok().data();
        assert_eq!((once["itemCount"].clone(), once["value"]["amount"].clone(), once["totals"]["total"]["amount"].clone()), (json!(3), json!(3_000), json!(3_740)));
        let _ = add(3).await.problem(422, "unprocessable").complains("quantity", "out_of_stock");
        let _ = add(0).await.problem(400, "invalid").complains("quantity", "out_of_range");
        let full = add(2).await.ok().data();
        assert_eq!((full["lines"].as_array().map(Vec::len), full["lines"][0]["quantity"].clone()), (Some(1), json!(5)));
        let line = format!("{path}/lines/{}", full["lines"][0]["id"].as_str().unwrap());
        let _ = shop.owner.patch(&line, json!({ "quantity": 6 })).await.problem(422, "unprocessable").complains("quantity", "out_of_stock");
        let _ = shop.owner.patch(&line, json!({ "quantity": -1 })).await.problem(400, "invalid").complains("quantity", "out_of_range");
        assert_eq!(shop.owner.patch(&line, json!({ "quantity": 1 })).await.ok().data()["itemCount"], 1);
        // A line is of one cart alone.
        let other = cart(&shop, &[(&lamp, 1)]).await;
        let strange = format!("{}/lines/{}", path_of(&other), full["lines"][0]["id"].as_str().unwrap());
        let _ = shop.owner.delete(&strange).await.problem(404, "not_found");
        assert_eq!(shop.owner.patch(&line, json!({ "quantity": 0 })).await.ok().data()["lines"], json!([]));
        let _ = shop.owner.delete(&line).await.problem(404, "not_found");
        let unknown = json!({ "productId": "01890000-0000-7000-8000-000000000000", "quantity": 1 });
        let _ = shop.owner.post(&format!("{path}/lines"), unknown).await.problem(422, "unprocessable").complains("productId", "unknown_product");
        // Carts take nothing out of stock, and are staff's to see.
        assert_eq!(shop.owner.get(&format!("/products/{lamp}")).await.ok().data()["stock"], 5);
        let _ = app.caller(Role::User).await.get(&path).await.problem(403, "forbidden");
        let _ = app.caller(Role::Auditor).await.post(&format!("{path}/lines"), json!({ "productId": lamp, "quantity": 1 })).await.problem(403, "forbidden");
        let _ = app.caller(Role::Auditor).await.get(&path).await.ok();
    }

    async fn twenty_at_once_make_one_line(app) {
        let shop = Shop::open(&app).await;
        let lamp = shop.product("LAMP", (1_000, json!(1), 50)).await;
        let path = format!("{}/lines", path_of(&cart(&shop, &[]).await));
        let add = || shop.owner.post(&path, json!({ "productId": lamp, "quantity": 1 }));
        for reply in futures::future::join_all((0..20).map(|_| add())).await {
            let _ = reply.ok();
        }
        let lines = shop.owner.get(path.trim_end_matches("/lines")).await.ok().data()["lines"].clone();
        assert_eq!((lines.as_array().map(Vec::len), lines[0]["quantity"].clone()), (Some(1), json!(20)));
    }

    async fn a_cart_says_what_has_changed_until_somebody_takes_note(app) {
        let shop = Shop::open(&app).await;
        let lamp = shop.product("LAMP", (1_000, json!(1), 5)).await;
        let rope = shop.product("ROPE", (500, json!(1), 5)).await;
        let buoy = shop.product("BUOY", (300, json!(1), 5)).await;
        let opened = cart(&shop, &[(&lamp, 4), (&rope, 1), (&buoy, 1)]).await;
        assert_eq!(opened["changed"], false);
        let path = path_of(&opened);
        let _ = shop.owner.with("if-match", "\"1\"").patch(&format!("/products/{lamp}"), json!({ "price": { "amount": 1_200, "currency": "EUR" }, "stock": 3 })).await.ok();
        let _ = shop.owner.with("if-match", "\"1\"").patch(&format!("/products/{rope}"), json!({ "price": { "amount": 400, "currency": "EUR" } })).await.ok();
        let _ = shop.owner.delete(&format!("/products/{buoy}")).await.is(204);
        let seen = shop.owner.get(&path).await.ok().data();
        assert_eq!(seen["changed"], true);
        assert_eq!(codes(&seen["lines"][0]), ["out_of_stock", "price_up"], "{seen}");
        assert_eq!((codes(&seen["lines"][1]), codes(&seen["lines"][2])), (vec!["price_down"], vec!["not_for_sale"]));
        assert_eq!((seen["lines"][0]["seenPrice"]["amount"].clone(), seen["lines"][0]["unitPrice"]["amount"].clone()), (json!(1_000), json!(1_200)));
        // What can be sold of it: one rope, 4.00, its tax and its sending.
        assert_eq!(seen["totals"]["total"]["amount"], 400 + 32 + 500);
        let noted = shop.owner.call(axum::http::Method::POST, &format!("{path}/accept"), None).await.ok().data();
        let lines: Vec<_> = noted["lines"].as_array().unwrap().iter().map(|line| (line["sku"].as_str().unwrap(), line["quantity"].as_i64().unwrap())).collect();
        assert_eq!((lines, noted["changed"].clone()), (vec![("LAMP", 3), ("ROPE", 1)], json!(false)));
        assert_eq!(noted["value"]["amount"], 4_000);
    }

    async fn a_guest_becomes_a_customer_and_their_carts_one(app) {
        let shop = Shop::open(&app).await;
        let lamp = shop.product("LAMP", (1_000, json!(1), 5)).await;
        let rope = shop.product("ROPE", (500, json!(1), 5)).await;
        let _ = shop.owner.post("/coupons", json!({ "code": "TEN", "kind": "percent", "percentBp": 1_000, "stackable": true })).await.is(201);
        let own = shop.owner.post("/carts", json!({ "customerId": shop.customer, "lines": [{ "productId": lamp, "quantity": 2 }] })).await.is(201).data();
        let _ = shop.owner.post("/carts", json!({ "customerId": shop.customer })).await.problem(409, "has_cart");
        let guest = shop.owner.post("/carts", json!({ "lines": [{ "productId": lamp, "quantity": 2 }, { "productId": rope, "quantity": 1 }], "coupons": ["ten"], "shippingAddress": address() })).await.is(201).data();
        assert_eq!((guest["coupons"].clone(), guest["totals"]["discount"]["amount"].clone()), (json!(["TEN"]), json!(250)));
        let _ = patch(&shop, &path_of(&guest), json!({ "customerId": shop.customer })).await.problem(409, "has_cart");
        let merged = shop.owner.post(&format!("{}/merge", path_of(&own)), json!({ "from": guest["id"] })).await.ok().data();
        let lines: Vec<_> = merged["lines"].as_array().unwrap().iter().map(|line| (line["sku"].as_str().unwrap(), line["quantity"].as_i64().unwrap())).collect();
        assert_eq!((lines, merged["coupons"].clone()), (vec![("LAMP", 4), ("ROPE", 1)], json!(["TEN"])));
        assert_eq!((merged["shippingAddress"]["city"].clone(), merged["problems"].clone()), (json!("Bergen"), json!([])));
        let gone = shop.owner.get(&path_of(&guest)).await.ok().data();
        assert_eq!((gone["state"].clone(), gone["mergedInto"].clone()), (json!("merged"), own["id"].clone()));
        let _ = shop.owner.post(&format!("{}/lines", path_of(&guest)), json!({ "productId": lamp, "quantity": 1 })).await.problem(409, "cart_closed");
        let _ = shop.owner.post(&format!("{}/merge", path_of(&own)), json!({ "from": own["id"] })).await.problem(422, "unprocessable").complains("from", "same_cart");
        // Somebody else's is not poured in.
        let other = app.caller(Role::User).await.id.unwrap();
        let theirs = shop.owner.post("/carts", json!({ "customerId": other })).await.is(201).data();
        let _ = shop.owner.post(&format!("{}/merge", path_of(&own)), json!({ "from": theirs["id"] })).await.problem(409, "other_customer");
    }

    async fn coupons_and_ways_that_do_not_count_are_problems_and_no_errors(app) {
        let shop = Shop::open(&app).await;
        let lamp = shop.product("LAMP", (1_000, json!(1), 5)).await;
        let opened = cart(&shop, &[(&lamp, 1)]).await;
        let path = path_of(&opened);
        let _ = shop.owner.post("/coupons", json!({ "code": "BIG", "kind": "fixed", "amountOff": 100, "minSubtotal": 5_000 })).await.is(201);
        let seen = patch(&shop, &path, json!({ "coupons": ["big", "none"], "shippingMethod": "boat", "customerId": shop.customer, "shippingAddress": address() })).await.ok().data();
        let found: Vec<_> = seen["problems"].as_array().unwrap().iter().map(|problem| format!("{} {}", problem["field"].as_str().unwrap(), problem["code"].as_str().unwrap())).collect();
        assert_eq!(found, ["coupons[1] unknown_coupon", "shippingMethod unknown_method"], "{seen}");
        assert_eq!(seen["totals"]["total"]["amount"], 1_580);
        let seen = patch(&shop, &path, json!({ "coupons": ["big"], "shippingMethod": null })).await.ok().data();
        assert_eq!((seen["problems"][0]["code"].clone(), seen["totals"]["discount"]["amount"].clone()), (json!("coupon_minimum"), json!(0)));
        let _ = patch(&shop, &path, json!({ "country": "Norway", "coupons": ["a", "A"] })).await.problem(400, "invalid").complains("country", "not_a_country").complains("coupons[1]", "twice");
        let _ = shop.owner.with("if-match", "\"1\"").patch(&path, json!({ "country": "NO" })).await.problem(412, "stale");
        let _ = patch(&shop, &path, json!({ "customerId": "01890000-0000-7000-8000-000000000000" })).await.problem(422, "unprocessable").complains("customerId", "unknown_customer");
    }

    async fn what_nobody_touches_is_abandoned_and_then_forgotten(app) {
        let shop = Shop::open(&app).await;
        let lamp = shop.product("LAMP", (1_000, json!(1), 5)).await;
        let left = path_of(&cart(&shop, &[(&lamp, 1)]).await);
        let _ = cart(&shop, &[]).await;
        let draft = shop.owner.post("/carts", json!({ "kind": "draft", "customerId": shop.customer, "lines": [{ "productId": lamp, "quantity": 1 }] })).await.is(201).data();
        assert!(draft.get("expiresAt").is_none());
        let count = async |query: &str| app.owner_unasked().await.get(&format!("/carts?{query}")).await.ok().meta()["total"].as_i64().unwrap();
        assert_eq!((count("").await, count("abandoned=true").await, count("kind=draft").await), (3, 0, 1));
        app.advance(DAY / 12);
        assert_eq!((count("abandoned=true").await, count("abandoned=false").await), (1, 2));
        let owner = app.owner_unasked().await;
        assert_eq!(owner.get(&left).await.ok().data()["abandoned"], true);
        app.advance(30 * DAY);
        let owner = app.owner_unasked().await;
        assert_eq!(owner.get(&left).await.ok().data()["state"], "expired");
        let _ = owner.post(&format!("{left}/lines"), json!({ "productId": lamp, "quantity": 1 })).await.problem(409, "cart_closed");
        jobs::tick(&app.app).await.unwrap();
        assert_eq!((count("state=expired").await, count("state=open").await), (2, 1));
        let owner = app.owner_unasked().await;
        let _ = owner.delete(&path_of(&draft)).await.is(204);
        let _ = owner.delete(&path_of(&draft)).await.problem(409, "cart_closed");
        let lines = owner.get("/audit?action=cart.discard").await.ok().data();
        assert_eq!(lines.as_array().map(Vec::len), Some(1), "{lines}");
        // Passwords run out as well in so long a time: the tables are asked.
        app.advance(95 * DAY);
        jobs::tick(&app.app).await.unwrap();
        while jobs::run_due(&app.app).await.unwrap() > 0 {}
        let tenant = app.tenant().await;
        let left = app.app.db.read(tenant, async |tx| purser_store::carts::count(tx, &purser_store::carts::Filter::default(), 100).await);
        assert_eq!(left.await.unwrap().0, 0);
    }
}
