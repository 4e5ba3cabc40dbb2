//! What products are called in an address: GET /products/by-slug/{slug}, and where slugs come from.

use purser_core::access::Role;
use purser_testkit::{both, json};
use serde_json::Value;

use crate::routes::shop::Shop;

fn lantern(sku: &str) -> Value {
    json!({ "name": "Åse's storm lantern", "sku": sku, "price": { "amount": 2_500, "currency": "EUR" } })
}

fn called(sku: &str, slug: &str) -> Value {
    let mut body = lantern(sku);
    body["slug"] = json!(slug);
    body
}

both! {
    async fn a_slug_is_made_of_the_name_and_numbered_where_it_is_taken(app) {
        let owner = app.owner().await;
        let mut slugs = Vec::new();
        for sku in ["A", "B", "C"] {
            slugs.push(owner.post("/products", lantern(sku)).await.is(201).data()["slug"].as_str().unwrap().to_owned());
        }
        assert_eq!(slugs, ["ase-s-storm-lantern", "ase-s-storm-lantern-2", "ase-s-storm-lantern-3"]);
        assert_eq!(owner.post("/products", called("D", "")).await.is(201).data()["slug"], "ase-s-storm-lantern-4", "empty is none");
        let nameless = json!({ "name": "!!!", "sku": "E", "price": { "amount": 1, "currency": "EUR" } });
        assert_eq!(owner.post("/products", nameless).await.is(201).data()["slug"], "product");
        let theirs = app.stranger(Role::Owner).await.post("/products", lantern("A")).await.is(201).data();
        assert_eq!(theirs["slug"], "ase-s-storm-lantern", "another business has names of its own");
    }

    async fn a_slug_is_chosen_checked_and_changed(app) {
        let owner = app.owner().await;
        let one = owner.post("/products", called("A", "storm")).await.is(201).data();
        assert_eq!(one["slug"], "storm");
        let _ = owner.post("/products", called("B", "storm")).await.problem(409, "taken").complains("slug", "taken");
        for bad in ["Storm lantern", "storm--lantern", "-storm", "storm/lantern", &"x".repeat(81)] {
            let _ = owner.post("/products", called("B", bad)).await.problem(400, "invalid").complains("slug", "not_valid");
        }
        let _ = owner.post("/products", called("B", "lamp")).await.is(201);
        let path = format!("/products/{}", one["id"].as_str().unwrap());
        let _ = owner.with("if-match", "\"1\"").patch(&path, json!({ "slug": "lamp" })).await.problem(409, "taken").complains("slug", "taken");
        let renamed = owner.with("if-match", "\"1\"").patch(&path, json!({ "name": "Gale lantern" })).await.ok().data();
        assert_eq!(renamed["slug"], "storm", "links go on leading there");
        let chosen = owner.with("if-match", "\"2\"").patch(&path, json!({ "slug": "gale" })).await.ok().data();
        assert_eq!(chosen["slug"], "gale");
        let made = owner.with("if-match", "\"3\"").patch(&path, json!({ "slug": null })).await.ok().data();
        assert_eq!(made["slug"], "gale-lantern");
        let again = owner.with("if-match", "\"4\"").patch(&path, json!({ "slug": "" })).await.ok().data();
        assert_eq!(again["slug"], "gale-lantern", "it is not in its own way");
        let log = owner.get("/audit?action=product.update").await.ok().data();
        assert_eq!((log[1]["before"]["slug"].as_str(), log[1]["after"]["slug"].as_str()), (Some("gale"), Some("gale-lantern")));
    }

    async fn a_product_is_read_by_its_slug(app) {
        let shop = Shop::open(&app).await;
        let one = shop.owner.post("/products", called("A", "storm")).await.is(201).data();
        let jersey = shop.product("JERSEY", (4_000, json!(0.5), 0)).await;
        let variant = json!({ "options": { "size": "S", "colour": "red" }, "sku": "J-S" });
        let small = shop.owner.post(&format!("/products/{jersey}/variants"), variant).await.is(201).data();
        assert_eq!(small["slug"], "lantern-jersey-red-s");
        let customer = app.caller(Role::User).await;
        let read = customer.get("/products/by-slug/storm").await.ok();
        assert_eq!((read.data()["id"].clone(), read.header("etag")), (one["id"].clone(), Some("\"1\"")));
        for unknown in ["none", "STORM", "%00", "a%20b"] {
            let _ = customer.get(&format!("/products/by-slug/{unknown}")).await.problem(404, "not_found");
        }
        let _ = app.stranger(Role::Owner).await.get("/products/by-slug/storm").await.problem(404, "not_found");
    }

    async fn many_of_one_name_at_once_are_told_apart(app) {
        let owner = app.owner().await;
        let skus: Vec<String> = (0..8).map(|n| format!("S-{n}")).collect();
        let replies = futures::future::join_all(skus.iter().map(|sku| owner.post("/products", lantern(sku)))).await;
        let mut slugs: Vec<String> = Vec::new();
        for reply in replies {
            slugs.push(reply.is(201).data()["slug"].as_str().unwrap().to_owned());
        }
        slugs.sort();
        slugs.dedup();
        assert_eq!(slugs.len(), 8);
    }
}
