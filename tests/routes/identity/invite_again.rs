//! POST /users/{id}/invitation

use purser_core::access::Role;
use purser_core::time::MINUTE;
use purser_testkit::{both, json};

both! {
    async fn the_new_link_works_and_the_old_one_no_more(app) {
        let owner = app.owner().await;
        let body = json!({ "email": "ada@example.com", "firstName": "Ada", "lastName": "L", "role": "support" });
        let id = owner.post("/users", body).await.is(201).data()["id"].as_str().unwrap().to_owned();
        let first = app.mailed_token("ada@example.com").await;
        let path = format!("/users/{id}/invitation");
        let _ = owner.post(&path, json!({})).await.problem(429, "rate_limited");
        app.advance(2 * MINUTE);
        let _ = owner.post(&path, json!({})).await.is(204);
        let second = app.mailed_token("ada@example.com").await;
        let accept = async |token: &str| app.nobody().post("/auth/invitation/accept", json!({ "token": token, "password": "violet anchor 77 copper" })).await;
        let _ = accept(&first).await.problem(400, "invalid").complains("token", "bad_link");
        let _ = accept(&second).await.is(204);
        let _ = owner.post(&path, json!({})).await.problem(409, "not_invited");
        assert_eq!(owner.get("/audit?action=user.invite").await.ok().data().as_array().map(Vec::len), Some(1));
        let _ = app.caller(Role::Auditor).await.post(&path, json!({})).await.problem(403, "forbidden");
        let _ = app.stranger(Role::Owner).await.post(&path, json!({})).await.problem(404, "not_found");
    }
}
