//! GET /search

use purser_core::access::Role;
use purser_testkit::both;
use serde_json::Value;

use super::files::upload;
use super::people::invited;

fn kinds(rows: &Value) -> Vec<String> {
    rows.as_array().unwrap().iter().map(|row| format!("{} {}", row["type"].as_str().unwrap(), row["title"].as_str().unwrap())).collect()
}

both! {
    async fn everything_in_at_most_five_statements(app) {
        let owner = app.owner().await;
        let ada = invited(&owner, "Shipley", "user").await;
        let _ = upload(&owner, "shipping-labels.txt", b"x").await.is(201);
        let _ = owner.get("/search?q=ship").await.ok();
        let before = app.app.db.statements();
        let found = owner.get("/search?q=ship").await.ok().data();
        // PostgreSQL needs one more to name the tenant.
        assert!(app.app.db.statements() - before <= 6);
        assert_eq!(kinds(&found), ["user Shipley Example", "file shipping-labels.txt", "setting Shipping"]);
        assert_eq!(kinds(&owner.get("/search?q=example%20shipl").await.ok().data()), ["user Shipley Example"]);
        assert_eq!(kinds(&owner.get(&format!("/search?q={}", ada["id"].as_str().unwrap())).await.ok().data()), ["user Shipley Example"]);
        assert!(owner.get("/search?q=%20").await.ok().data().as_array().unwrap().is_empty());
        assert!(owner.get("/search?q=%23999").await.ok().data().as_array().unwrap().is_empty());
        assert!(owner.get("/search?q=%25").await.ok().data().as_array().unwrap().is_empty());
    }

    async fn what_is_called_so_comes_before_what_it_is_said_of(app) {
        let owner = app.owner().await;
        for (name, sku, said) in [
            ("Anchor", "A-1", "Goes with every compass and its lamp."),
            ("Brass compass", "B-1", "Shines."),
            ("Compass of wood", "C-1", "A compass of wood."),
            ("Zinc plate", "COMPASS-9", "Flat."),
        ] {
            let price = serde_json::json!({ "amount": 100, "currency": "EUR" });
            let body = serde_json::json!({ "name": name, "sku": sku, "description": said, "price": price, "weight": 0, "stock": 1 });
            let _ = owner.post("/products", body).await.is(201);
        }
        let found = async |text: &str| kinds(&owner.get(&format!("/search?q={text}")).await.ok().data());
        assert_eq!(found("compass").await, ["product Brass compass", "product Compass of wood", "product Zinc plate", "product Anchor"]);
        assert_eq!(found("wood%20comp").await, ["product Compass of wood"]);
        assert_eq!(found("compass%20of").await, ["product Compass of wood"]);
        assert_eq!(found("lamp").await, ["product Anchor"]);
        assert!(app.stranger(Role::Owner).await.get("/search?q=compass").await.ok().data().as_array().unwrap().is_empty());
    }

    async fn only_what_one_may_see(app) {
        let owner = app.owner().await;
        let _ = invited(&owner, "Shipley", "user").await;
        assert!(app.caller(Role::User).await.get("/search?q=ship").await.ok().data().as_array().unwrap().is_empty());
        assert_eq!(kinds(&app.caller(Role::Support).await.get("/search?q=ship").await.ok().data()), ["user Shipley Example"]);
        assert_eq!(kinds(&app.stranger(Role::Support).await.get("/search?q=ship").await.ok().data()), Vec::<String>::new());
        let _ = owner.get("/search").await.problem(400, "invalid").complains("q", "required");
        let _ = owner.get("/search?q=x&limit=21").await.problem(400, "invalid").complains("limit", "out_of_range");
    }
}
