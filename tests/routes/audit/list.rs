//! GET /audit and /audit/{id}

use purser_core::access::Role;
use purser_testkit::{both, json};

both! {
    async fn filters_and_search(app) {
        let owner = app.owner().await;
        let body = json!({ "email": "ada@example.com", "firstName": "Ada", "lastName": "Love_lace", "role": "user" });
        let ada = owner.post("/users", body).await.is(201).data()["id"].as_str().unwrap().to_owned();
        let _ = owner.post(&format!("/users/{ada}/lock"), json!({ "reason": "Chargeback fraud" })).await.ok();
        let total = async |query: &str| owner.get(&format!("/audit?{query}")).await.ok().meta()["total"].as_i64().unwrap();
        assert_eq!(total(&format!("subjectId={ada}")).await, 2);
        assert_eq!(total("action=user.lock").await, 1);
        assert!(total("action=user.").await >= 3);
        assert_eq!(total("search=chargeback").await, 1);
        assert_eq!(total("search=love_l").await, 2);
        assert_eq!(total("search=love%25l").await, 0, "a percent sign is a percent sign");
        assert_eq!(total(&format!("actorId={}&action=user.lock", owner.id.clone().unwrap())).await, 1);
        assert_eq!(total("from=2026-11-22").await, 0);
        assert_eq!(total("subjectType=order").await, 0);
        let line = owner.get("/audit?action=user.lock").await.ok().data()[0].clone();
        assert_eq!(line["actor"]["name"], "Olive Owner");
        assert_eq!(line["actor"]["kind"], "user");
        assert_eq!(line["subject"], json!({ "type": "user", "id": ada, "label": "Ada Love_lace" }));
        assert_eq!(line["reason"], "Chargeback fraud");
        assert!(line["requestId"].is_string());
        assert_eq!(owner.get(&format!("/audit/{}", line["id"].as_str().unwrap())).await.ok().data(), line);
        let newest = owner.get("/audit").await.ok().data();
        assert!(newest[0]["seq"].as_i64() > newest[1]["seq"].as_i64());
    }

    async fn nobody_else_sees_it(app) {
        let owner = app.owner().await;
        let id = owner.get("/audit").await.ok().data()[0]["id"].as_str().unwrap().to_owned();
        let _ = app.stranger(Role::Owner).await.get(&format!("/audit/{id}")).await.problem(404, "not_found");
        let _ = app.caller(Role::Support).await.get("/audit").await.problem(403, "forbidden");
        for method in [axum::http::Method::PATCH, axum::http::Method::DELETE, axum::http::Method::POST] {
            let _ = owner.call(method, &format!("/audit/{id}"), None).await.is(405);
        }
    }
}
