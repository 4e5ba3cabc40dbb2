//! GET and POST /categories, GET, PATCH and DELETE /categories/{id}

use purser_core::access::Role;
use purser_testkit::{Caller, both, json};
use serde_json::Value;

async fn add(owner: &Caller, body: Value) -> String {
    owner.post("/categories", body).await.is(201).data()["id"].as_str().unwrap().to_owned()
}

both! {
    async fn categories_hang_in_a_tree_and_take_their_products_along(app) {
        let owner = app.owner().await;
        let deck = add(&owner, json!({ "name": "On Deck & Bridge", "position": 2 })).await;
        let rope = add(&owner, json!({ "name": "Rope", "parentId": deck, "position": 1 })).await;
        let listed = owner.get("/categories").await.ok().data();
        let slugs: Vec<&str> = listed.as_array().unwrap().iter().map(|row| row["slug"].as_str().unwrap()).collect();
        assert_eq!(slugs, ["rope", "on-deck-bridge"]);
        let _ = owner.post("/categories", json!({ "name": "rope" })).await.problem(409, "taken").complains("slug", "taken");
        let body = json!({ "name": "Sheet", "sku": "S-1", "price": { "amount": 100, "currency": "EUR" }, "categoryId": rope, "tags": ["Blue", "sail"] });
        let product = owner.post("/products", body).await.is(201).data();
        assert_eq!(product["categoryId"], rope.as_str());
        let found = async |query: String| owner.get(&format!("/products?{query}")).await.ok().meta()["total"].clone();
        assert_eq!(found(format!("categoryId={deck}")).await, 1, "what lies below counts");
        assert_eq!(found(format!("categoryId={rope}&tag=blue")).await, 1);
        assert_eq!(found(format!("categoryId={rope}&tag=blue,red")).await, 0);
        let facets = owner.get(&format!("/products/facets?categoryId={deck}")).await.ok().data();
        assert_eq!(facets, json!({ "categories": [{ "id": rope, "name": "Rope", "count": 1 }], "tags": [{ "tag": "blue", "count": 1 }, { "tag": "sail", "count": 1 }] }));
        let reply = owner.get(&format!("/categories/{deck}")).await.ok();
        let held = owner.with("if-match", reply.header("etag").unwrap());
        let circle = held.patch(&format!("/categories/{deck}"), json!({ "parentId": rope })).await;
        let _ = circle.problem(422, "unprocessable").complains("parentId", "circle");
        let _ = owner.delete(&format!("/categories/{deck}")).await.problem(409, "has_children");
        let _ = owner.delete(&format!("/categories/{rope}")).await.is(204);
        let left = owner.get(&format!("/products/{}", product["id"].as_str().unwrap())).await.ok().data();
        assert!(left.get("categoryId").is_none(), "{left}");
        let top = held.patch(&format!("/categories/{deck}"), json!({ "name": "Deck", "position": 0 })).await.ok().data();
        assert_eq!((top["name"].as_str(), top["slug"].as_str(), top["version"].as_i64()), (Some("Deck"), Some("on-deck-bridge"), Some(2)));
        let _ = held.patch(&format!("/categories/{deck}"), json!({ "position": 1 })).await.problem(412, "stale");
    }

    async fn what_makes_no_category_is_named(app) {
        let owner = app.owner().await;
        for (body, status, field, code) in [
            (json!({ "name": " " }), 400, "name", "required"),
            (json!({ "name": "A", "slug": "A b" }), 400, "slug", "not_valid"),
            (json!({ "name": "!!!" }), 400, "slug", "not_valid"),
            (json!({ "name": "A", "position": -1 }), 400, "position", "out_of_range"),
            (json!({ "name": "A", "parentId": uuid::Uuid::nil() }), 422, "parentId", "unknown_category"),
        ] {
            let reply = owner.post("/categories", body).await;
            let _ = reply.problem(status, if status == 422 { "unprocessable" } else { "invalid" }).complains(field, code);
        }
        let _ = app.caller(Role::Support).await.post("/categories", json!({ "name": "A" })).await.problem(403, "forbidden");
        let mut parent = Value::Null;
        for level in 0..8 {
            parent = json!(add(&owner, json!({ "name": format!("Level {level}"), "parentId": parent })).await);
        }
        let _ = owner.post("/categories", json!({ "name": "Too deep", "parentId": parent })).await.problem(422, "unprocessable").complains("parentId", "too_deep");
    }
}
