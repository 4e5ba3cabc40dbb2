//! Saved views.

use purser_core::access::Role;
use purser_testkit::{both, json};

both! {
    async fn ones_own_and_the_shared_ones(app) {
        let (owner, support) = (app.owner().await, app.caller(Role::Support).await);
        let body = json!({ "area": "orders", "name": "Big ones", "query": "minTotal=100000", "shared": true });
        let view = owner.post("/views", body).await.is(201).data();
        assert_eq!(view["owner"]["name"], "Olive Owner");
        let _ = owner.post("/views", json!({ "area": "orders", "name": "Mine", "query": "" })).await.is(201);
        let _ = support.post("/views", json!({ "area": "users", "name": "Locked", "query": "status=locked" })).await.is(201);
        let names = async |by: &purser_testkit::Caller, query: &str| -> Vec<String> {
            by.get(&format!("/views{query}")).await.ok().data().as_array().unwrap().iter().map(|v| v["name"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(names(&owner, "?area=orders").await, ["Big ones", "Mine"]);
        assert_eq!(names(&support, "").await, ["Big ones", "Locked"]);
        let path = format!("/views/{}", view["id"].as_str().unwrap());
        let _ = support.patch(&path, json!({ "name": "Small ones" })).await.problem(403, "forbidden");
        let _ = support.delete(&path).await.problem(403, "forbidden");
        assert_eq!(owner.patch(&path, json!({ "shared": false, "name": "Big" })).await.ok().data()["name"], "Big");
        let _ = support.patch(&path, json!({ "name": "x" })).await.problem(404, "not_found");
        assert_eq!(names(&support, "").await, ["Locked"]);
        let _ = owner.delete(&path).await.is(204);
        let _ = owner.delete(&path).await.problem(404, "not_found");
    }

    async fn rules(app) {
        let (owner, support) = (app.owner().await, app.caller(Role::Support).await);
        let _ = support.post("/views", json!({ "area": "orders", "name": "x", "query": "", "shared": true })).await.problem(403, "forbidden");
        let _ = owner.post("/views", json!({ "area": "../x", "name": "", "query": "q".repeat(2001) })).await.problem(400, "invalid").complains("area", "not_valid").complains("name", "required").complains("query", "too_long");
        let view = owner.post("/views", json!({ "area": "orders", "name": "x", "query": "" })).await.is(201).data();
        let path = format!("/views/{}", view["id"].as_str().unwrap());
        let _ = owner.patch(&path, json!({})).await.problem(400, "invalid").complains("body", "empty");
        let _ = owner.patch(&path, json!({ "name": null })).await.problem(400, "invalid").complains("name", "required");
        let _ = owner.patch(&path, json!({ "area": "users" })).await.problem(400, "invalid").complains("area", "unknown_field");
        let _ = app.stranger(Role::Owner).await.patch(&path, json!({ "name": "x" })).await.problem(404, "not_found");
    }
}
