//! `GET /settings/checkout`, `PATCH /settings/checkout`, and what they make of quotes, orders and refunds.

use purser_core::access::Role;
use purser_testkit::{Caller, both, json};
use serde_json::Value;

use super::shop::Shop;

/// Change the settings as they are now.
pub(crate) async fn set(by: &Caller, change: Value) -> Value {
    let etag = by.get("/settings/checkout").await.ok().header("etag").unwrap().to_owned();
    by.with("if-match", etag.as_str()).patch("/settings/checkout", change).await.ok().data()
}

fn eur(amount: i64) -> Value {
    json!({ "amount": amount, "currency": "EUR" })
}

/// Two ways: at home for 3.00 and from 50.00 on for nothing, elsewhere by weight.
fn ways() -> Value {
    json!([
        { "code": "home", "name": "By post", "kind": "flat", "price": eur(300), "freeFrom": eur(5_000), "countries": ["NO"], "active": true },
        { "code": "world", "name": "By sea", "kind": "by_weight", "active": true,
          "bands": [{ "underGrams": 1_000, "price": eur(700) }, { "underGrams": null, "price": eur(1_900) }] },
        { "code": "old", "name": "By horse", "kind": "flat", "price": eur(1), "active": false }
    ])
}

/// Subtotal, discount, tax, shipping, total.
fn sums(quote: &Value) -> [i64; 5] {
    ["subtotal", "discount", "tax", "shipping", "total"].map(|field| quote[field]["amount"].as_i64().unwrap())
}

both! {
    async fn are_read_and_changed_by_who_may(app) {
        let owner = app.owner().await;
        let reply = owner.get("/settings/checkout").await.ok();
        let settings = reply.data();
        assert_eq!((settings["pricesIncludeTax"].clone(), settings["reserveMinutes"].clone(), settings["cartDays"].clone()), (json!(false), json!(60), json!(30)));
        let etag = reply.header("etag").unwrap().to_owned();
        let by = owner.with("if-match", etag.as_str());
        let patch = async |body: Value| by.patch("/settings/checkout", body).await;
        let rate = json!({ "country": "no", "taxClass": "standard", "rateBp": 10_001 });
        let _ = patch(json!({ "taxRates": [rate] })).await.problem(400, "invalid").complains("taxRates[0].country", "not_a_country").complains("taxRates[0].rateBp", "out_of_range");
        let mut wrong = ways();
        wrong[0]["price"] = json!({ "amount": 1, "currency": "USD" });
        let _ = patch(json!({ "shippingMethods": wrong })).await.problem(400, "invalid").complains("shippingMethods[0].price", "wrong_currency");
        wrong[0].as_object_mut().unwrap().remove("price");
        let _ = patch(json!({ "shippingMethods": wrong })).await.problem(400, "invalid").complains("shippingMethods[0].price", "required");
        let _ = patch(json!({ "reserveMinutes": 0, "cartDays": 0 })).await.problem(400, "invalid").complains("reserveMinutes", "out_of_range").complains("cartDays", "out_of_range");
        let _ = patch(json!({ "cartDays": null })).await.problem(400, "invalid");
        let changed = patch(json!({ "shippingMethods": ways(), "reserveMinutes": null })).await.ok().data();
        assert_eq!((changed["shippingMethods"][1]["bands"][1]["price"].clone(), changed.get("reserveMinutes")), (eur(1_900), None));
        assert_eq!(changed["shippingMethods"][0]["price"], eur(300));
        let _ = patch(json!({ "cartDays": 7 })).await.problem(412, "stale");
        let _ = app.caller(Role::Auditor).await.with("if-match", "\"2\"").patch("/settings/checkout", json!({ "cartDays": 7 })).await.problem(403, "forbidden");
        let _ = app.caller(Role::Support).await.get("/settings/checkout").await.problem(403, "forbidden");
        let lines = app.owner_unasked().await.get("/audit?action=setting.checkout").await.ok().data();
        assert_eq!(lines.as_array().map(Vec::len), Some(1), "{lines}");
        // What the other settings keep stays.
        assert_eq!(app.owner_unasked().await.get("/settings").await.ok().data()["taxRateBp"], 800);
    }

    async fn tax_and_sending_follow_the_country(app) {
        let shop = Shop::open(&app).await;
        let rates = json!([
            { "country": "NO", "taxClass": "standard", "rateBp": 2_500 },
            { "country": "NO", "taxClass": "reduced", "rateBp": 1_500 },
            { "taxClass": "standard", "rateBp": 0 }
        ]);
        let _ = set(&shop.owner, json!({ "taxRates": rates, "shippingMethods": ways() })).await;
        let lamp = shop.product("LAMP", (1_001, json!(1.5), 90)).await;
        let body = json!({ "name": "Chart", "sku": "CHART", "price": eur(333), "weight": 0.1, "stock": 90, "taxClass": "reduced" });
        let chart = shop.owner.post("/products", body).await.is(201).data()["id"].clone();
        let items = json!([{ "productId": lamp, "quantity": 1 }, { "productId": chart, "quantity": 1 }]);
        let quote = async |country: &str, method: Value| shop.owner.post("/orders/quote", json!({ "items": items, "country": country, "shippingMethod": method })).await;
        let home = quote("NO", json!(null)).await.ok().data();
        assert_eq!(sums(&home), [1_334, 0, 300, 300, 1_934], "{home}");
        assert_eq!(home["taxes"], json!([{ "rateBp": 1_500, "base": eur(333), "tax": eur(50) }, { "rateBp": 2_500, "base": eur(1_001), "tax": eur(250) }]));
        let codes: Vec<_> = home["shippingMethods"].as_array().unwrap().iter().map(|way| way["code"].as_str().unwrap()).collect();
        assert_eq!((codes, home["shippingMethod"].clone()), (vec!["home", "world"], json!("home")));
        // Elsewhere the class that has no rate there has that of the settings.
        assert_eq!(sums(&quote("DE", json!("world")).await.ok().data()), [1_334, 0, 27, 1_900, 3_261]);
        let _ = quote("DE", json!("home")).await.problem(422, "unprocessable").complains("shippingMethod", "not_there");
        let _ = quote("NO", json!("old")).await.problem(422, "unprocessable").complains("shippingMethod", "unknown_method");
        let _ = quote("no", json!(null)).await.problem(400, "invalid").complains("country", "not_a_country");
        let mut wants = shop.wants(&lamp, 5);
        let order = shop.owner.post("/orders", wants.clone()).await.is(201).data();
        assert_eq!(sums(&order), [5_005, 0, 1_251, 0, 6_256]);
        assert_eq!((order["shippingMethod"].clone(), order["items"][0]["taxRateBp"].clone(), order["items"][0]["tax"].clone()), (json!({ "code": "home", "name": "By post" }), json!(2_500), eur(1_251)));
        wants["shippingMethod"] = json!("world");
        assert_eq!(shop.owner.post("/orders", wants.clone()).await.is(201).data()["shipping"], eur(1_900));
        let _ = set(&shop.owner, json!({ "shippingMethods": [ways()[0]] })).await;
        wants.as_object_mut().unwrap().remove("shippingMethod");
        wants["shippingAddress"]["country"] = json!("DE");
        let _ = shop.owner.post("/orders", wants).await.problem(422, "unprocessable").complains("shippingMethod", "no_shipping");
    }

    async fn prices_that_carry_their_tax_come_back_whole(app) {
        let shop = Shop::open(&app).await;
        let rates = json!([{ "taxClass": "standard", "rateBp": 2_500 }, { "taxClass": "reduced", "rateBp": 1_200 }]);
        let _ = set(&shop.owner, json!({ "pricesIncludeTax": true, "taxRates": rates })).await;
        let lamp = shop.product("LAMP", (2_500, json!(1.5), 90)).await;
        let body = json!({ "name": "Chart", "sku": "CHART", "price": eur(999), "weight": 0.1, "stock": 90, "taxClass": "reduced" });
        let chart = shop.owner.post("/products", body).await.is(201).data()["id"].clone();
        let _ = shop.owner.post("/coupons", json!({ "code": "TEN", "kind": "percent", "percentBp": 1_000 })).await.is(201);
        let mut wants = shop.wants(&lamp, 2);
        wants["items"].as_array_mut().unwrap().push(json!({ "productId": chart, "quantity": 1 }));
        wants["coupons"] = json!(["TEN"]);
        let order = shop.owner.post("/orders", wants).await.is(201).data();
        // 50.00 holds 10.00 of tax, 9.99 holds 1.07; a tenth of 59.99 is taken off, 5.00 is the sending.
        assert_eq!(sums(&order), [4_892, 600, 1_107, 500, 5_899], "{order}");
        assert_eq!((order["pricesIncludeTax"].clone(), order["items"][0]["total"].clone()), (json!(true), eur(5_000)));
        let id = order["id"].as_str().unwrap();
        let _ = shop.owner.post(&format!("/orders/{id}/pay"), json!({ "paymentMethod": "pm_card_visa" })).await.ok();
        let lines: Vec<Value> = order["items"].as_array().unwrap().iter().map(|line| json!({ "lineId": line["id"], "quantity": 1 })).collect();
        let refund = shop.owner.post(&format!("/orders/{id}/refunds"), json!({ "lines": lines, "reason": "scratched" })).await.ok().data();
        // Half the lanterns: 20.00 less their share of the discount, and 5.00 of tax; the chart: 8.92 less its share, and 1.07.
        let split = shop.owner.get(&format!("/orders/{id}")).await.ok().data()["refunded"].clone();
        assert_eq!(split["amount"].as_i64().unwrap(), 2_000 + 500 + 892 + 107 - 245 - 109, "{refund}");
        let rest = shop.owner.post(&format!("/orders/{id}/refunds"), json!({ "reason": "all of it" })).await;
        let _ = rest.ok();
        assert_eq!(shop.owner.get(&format!("/orders/{id}")).await.ok().data()["refunded"], eur(5_899));
        shop.books_balance().await;
    }
}
