//! GET and POST /products/{id}/variants, prices for a time, words that find

use purser_core::access::Role;
use purser_testkit::{both, json};

use crate::routes::shop::Shop;

both! {
    async fn a_variant_is_sold_as_a_product_and_its_product_is_not(app) {
        let shop = Shop::open(&app).await;
        let owner = &shop.owner;
        let jersey = shop.product("JERSEY", (4_000, json!(0.5), 0)).await;
        let path = format!("/products/{jersey}/variants");
        let small = owner.post(&path, json!({ "options": { "Size": "S", "colour": "Red" }, "sku": "J-S", "stock": 2 })).await.is(201).data();
        assert_eq!((small["name"].as_str(), small["price"]["amount"].as_i64(), small["weight"].as_f64()), (Some("Lantern JERSEY – Red / S"), Some(4_000), Some(0.5)));
        assert_eq!(small["options"], json!({ "colour": "Red", "size": "S" }));
        let again = json!({ "options": { "colour": "Red", "size": "S" }, "sku": "J-S2" });
        let _ = owner.post(&path, again).await.problem(409, "taken").complains("options", "taken");
        let _ = owner.post(&path, json!({ "options": { "size": "M" }, "sku": "J-S" })).await.problem(409, "taken").complains("sku", "taken");
        let _ = owner.post(&path, json!({ "options": {}, "sku": "J-X" })).await.problem(400, "invalid").complains("options", "required");
        let _ = owner.post(&path, json!({ "options": { "size": "M" }, "sku": "J-M", "stock": 3, "price": { "amount": 4_500, "currency": "EUR" } })).await.is(201);
        let parent = owner.get(&format!("/products/{jersey}")).await.ok().data();
        assert_eq!((parent["variantCount"].as_i64(), parent["stock"].as_i64()), (Some(2), Some(5)), "the stock of all of them");
        assert_eq!(owner.get("/products").await.ok().meta()["total"], 1, "a list begins with what is no variant");
        assert_eq!(owner.get(&path).await.ok().data().as_array().unwrap().len(), 2);
        let _ = owner.post("/orders", shop.wants(&jersey, 1)).await.problem(422, "unprocessable").complains("items[0].productId", "choose_variant");
        let order = owner.post("/orders", shop.wants(small["id"].as_str().unwrap(), 2)).await.is(201).data();
        assert_eq!((order["items"][0]["sku"].as_str(), order["subtotal"]["amount"].as_i64()), (Some("J-S"), Some(8_000)));
        let _ = owner.post("/orders", shop.wants(small["id"].as_str().unwrap(), 1)).await.problem(422, "unprocessable").complains("items[0].quantity", "out_of_stock");
        let renamed = owner.with("if-match", &format!("\"{}\"", parent["version"])).patch(&format!("/products/{jersey}"), json!({ "name": "Jersey" })).await.ok();
        assert_eq!(renamed.data()["variantCount"], 2);
        assert_eq!(owner.get(&format!("/products/{}", small["id"].as_str().unwrap())).await.ok().data()["name"], "Jersey – Red / S");
        let _ = owner.delete(&format!("/products/{jersey}")).await.is(204);
        assert!(owner.get(&path).await.ok().data().as_array().unwrap().iter().all(|variant| variant["active"] == false));
    }

    async fn a_product_is_sorted_by_what_its_variants_have_together(app) {
        let shop = Shop::open(&app).await;
        let owner = &shop.owner;
        let mut ids = Vec::new();
        for (sku, stock) in [("A", 4), ("B", 0), ("C", 6), ("D", 5)] {
            ids.push(shop.product(sku, (1_000, json!(1), stock)).await);
        }
        let path = format!("/products/{}/variants", ids[1]);
        let small = owner.post(&path, json!({ "options": { "size": "S" }, "sku": "B-S", "stock": 2 })).await.is(201).data();
        let _ = owner.post(&path, json!({ "options": { "size": "M" }, "sku": "B-M", "stock": 3 })).await.is(201);
        let walk = async |sort: &str| {
            let (mut found, mut next) = (Vec::new(), String::new());
            loop {
                let page = owner.get(&format!("/products?sort={sort}&limit=1{next}")).await.ok();
                found.extend(page.data().as_array().unwrap().iter().map(|row| format!("{}{}", row["sku"].as_str().unwrap(), row["stock"])));
                match page.meta()["nextCursor"].as_str() {
                    Some(cursor) => next = format!("&cursor={cursor}"),
                    None => return found,
                }
            }
        };
        let mut rising = walk("stock").await;
        assert_eq!(rising.first().map(String::as_str), Some("A4"));
        assert_eq!(rising.last().map(String::as_str), Some("C6"));
        rising.reverse();
        assert_eq!(rising, walk("-stock").await, "five and five are told apart by their ids");
        // Whatever moves a variant moves its product: an order, its end, a delivery, a count.
        let small = small["id"].as_str().unwrap();
        let order = owner.post("/orders", shop.wants(small, 2)).await.is(201).data();
        assert_eq!(walk("stock").await[0], "B3");
        let _ = owner.post(&format!("/orders/{}/cancel", order["id"].as_str().unwrap()), json!({ "reason": "changed mind" })).await.ok();
        let _ = owner.post(&format!("/products/{small}/stock"), json!({ "kind": "received", "quantity": 4 })).await.ok();
        assert_eq!(walk("-stock").await[0], "B9");
        let _ = owner.post(&format!("/products/{small}/stock"), json!({ "kind": "counted", "quantity": 0 })).await.ok();
        assert_eq!(walk("stock").await[0], "B3");
        assert_eq!(owner.get("/products?inStock=true").await.ok().meta()["total"], 4);
    }

    async fn what_has_stock_or_is_a_variant_has_no_variants(app) {
        let shop = Shop::open(&app).await;
        let lamp = shop.product("LAMP", (100, json!(0), 1)).await;
        let body = json!({ "options": { "size": "S" }, "sku": "LAMP-S" });
        let _ = shop.owner.post(&format!("/products/{lamp}/variants"), body.clone()).await.problem(409, "has_stock");
        let _ = shop.owner.post(&format!("/products/{lamp}/stock"), json!({ "kind": "counted", "quantity": 0 })).await.ok();
        let variant = shop.owner.post(&format!("/products/{lamp}/variants"), body).await.is(201).data();
        let below = json!({ "options": { "size": "S" }, "sku": "LAMP-S-S" });
        let _ = shop.owner.post(&format!("/products/{}/variants", variant["id"].as_str().unwrap()), below).await.problem(409, "is_variant");
        let _ = shop.owner.post(&format!("/products/{lamp}/stock"), json!({ "kind": "received", "quantity": 1 })).await.problem(409, "has_variants");
    }

    async fn a_price_for_a_time_is_in_force_for_that_time(app) {
        let shop = Shop::open(&app).await;
        let product = shop.product("SALE", (2_500, json!(0), 50)).await;
        let path = format!("/products/{product}");
        let (from, until) = (app.app.clock.now().plus(60_000_000), app.app.clock.now().plus(120_000_000));
        let sale = json!({ "price": { "amount": 2_000, "currency": "EUR" }, "from": from.to_string(), "until": until.to_string() });
        let change = json!({ "sale": sale, "compareAtPrice": { "amount": 3_000, "currency": "EUR" }, "cost": { "amount": 900, "currency": "EUR" } });
        let _ = shop.owner.with("if-match", "\"1\"").patch(&path, change).await.ok();
        for wanted in [2_500, 2_000, 2_500] {
            let now = shop.owner.get(&path).await.ok().data();
            assert_eq!((now["currentPrice"]["amount"].as_i64(), now["onSale"].as_bool()), (Some(wanted), Some(wanted == 2_000)));
            let order = shop.owner.post("/orders", shop.wants(&product, 1)).await.is(201).data();
            assert_eq!(order["items"][0]["unitPrice"]["amount"], wanted);
            app.advance(60_000_000);
        }
        let customer = app.caller(Role::User).await.get(&path).await.ok().data();
        assert!(customer.get("cost").is_none() && customer["compareAtPrice"]["amount"] == 3_000, "{customer}");
        let bad = json!({ "sale": { "price": { "amount": 2_500, "currency": "EUR" } } });
        let version = shop.owner.get(&path).await.ok().header("etag").unwrap().to_owned();
        let _ = shop.owner.with("if-match", &version).patch(&path, bad).await.problem(400, "invalid").complains("sale.price.amount", "not_lower");
        let other = json!({ "cost": { "amount": 1, "currency": "USD" } });
        let _ = shop.owner.with("if-match", &version).patch(&path, other).await.problem(400, "invalid").complains("cost.currency", "wrong_currency");
    }

    async fn words_of_name_sku_tags_and_description_find(app) {
        let owner = app.owner().await;
        let price = json!({ "amount": 100, "currency": "EUR" });
        let rope = json!({ "name": "Tågvirke", "sku": "ROPE-12", "description": "Braided, for the anchor", "tags": ["Deck"], "price": price });
        let rope = owner.post("/products", rope).await.is(201).data();
        let _ = owner.post("/products", json!({ "name": "Compass", "sku": "C-1", "price": price })).await.is(201);
        let variant = json!({ "options": { "length": "Twenty" }, "sku": "ROPE-12-20" });
        let _ = owner.post(&format!("/products/{}/variants", rope["id"].as_str().unwrap()), variant).await.is(201);
        let found = async |words: &str| -> Vec<String> {
            let rows = owner.get(&format!("/products?search={words}")).await.ok().data();
            rows.as_array().unwrap().iter().map(|row| row["sku"].as_str().unwrap().to_owned()).collect()
        };
        for words in ["tagv", "rope", "rope-12", "deck", "braid%20anch", "ANCHOR", "twenty", "12%20tagvirke"] {
            assert_eq!(found(words).await, ["ROPE-12"], "{words}");
        }
        assert_eq!(found("compass").await, ["C-1"]);
        for words in ["anchor%20compass", "xyz", "nchor"] {
            assert_eq!(found(words).await, [""; 0], "{words}");
        }
        // Called so comes before said of, however new that is.
        let _ = owner.post("/products", json!({ "name": "Ape hide", "sku": "H-1", "description": "Goes well with a compass", "price": price })).await.is(201);
        assert_eq!(found("compass").await, ["H-1", "C-1"], "a list is in its own order");
        assert_eq!((found("compass&named=true").await, found("compass&named=false").await.len()), (vec!["C-1".to_owned()], 2));
        assert_eq!(found("12%20tagvirke&named=true").await, ["ROPE-12"], "of its name and its number");
        assert_eq!((found("braided&named=true").await, found("twenty&named=true").await), (vec![], vec!["ROPE-12".to_owned()]), "variants have names as well");
        let hits = owner.get("/search?q=compass").await.ok().data();
        let titles: Vec<_> = hits.as_array().unwrap().iter().map(|hit| hit["title"].as_str().unwrap()).collect();
        assert_eq!(titles, ["Compass", "Ape hide"], "{hits}");
        let held = owner.with("if-match", "\"2\"");
        let _ = held.patch(&format!("/products/{}", rope["id"].as_str().unwrap()), json!({ "description": "Twisted", "tags": [] })).await.ok();
        assert_eq!(found("braided").await, [""; 0], "words that are gone find nothing");
        assert_eq!(found("twist").await, ["ROPE-12"]);
        for odd in ["%22", "a%22%20OR%20b", "%27", "*", "NEAR(a,b)", "%26%7C!"] {
            let _ = owner.get(&format!("/products?search={odd}")).await.ok();
        }
    }
}
