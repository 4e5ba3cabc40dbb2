//! Who agreed, since when, and how.

use axum::http::Method;
use purser_core::access::Role;
use purser_testkit::{both, json};

both! {
    async fn nobody_agreed_who_did_not_say_so(app) {
        let owner = app.owner().await;
        let made = owner.post("/users", json!({ "email": "ada@x.example", "firstName": "Ada", "lastName": "L", "role": "user" })).await.is(201).data();
        let path = format!("/users/{}/newsletters", made["id"].as_str().unwrap());
        assert_eq!(owner.get(&path).await.ok().data(), json!({ "agreed": false }));
        let put = async |body| owner.call(Method::PUT, &path, Some(body)).await;
        let _ = put(json!({ "agreed": true })).await.problem(400, "invalid").complains("note", "required");
        let now = put(json!({ "agreed": true, "note": "card at the counter" })).await.ok().data();
        assert_eq!((now["agreed"].as_bool(), now["how"].as_str(), now["note"].as_str(), now["by"].as_str()), (Some(true), Some("staff"), Some("card at the counter"), Some("Olive Owner")));
        assert_eq!(now["at"], json!(app.app.clock.now()));
        assert_eq!(put(json!({ "agreed": false })).await.ok().data()["agreed"], false);
        let lines = owner.get("/audit?action=user.newsletters").await.ok().data();
        assert_eq!((lines[0]["before"]["note"].as_str(), lines[0]["after"]["agreed"].as_bool(), lines.as_array().unwrap().len()), (Some("card at the counter"), Some(false), 2));
        let support = app.caller(Role::Finance).await;
        let _ = support.call(Method::PUT, &path, Some(json!({ "agreed": false }))).await.problem(403, "forbidden");
    }

    async fn everybody_says_so_for_themselves(app) {
        let ada = app.caller(Role::User).await;
        assert_eq!(ada.get("/auth/newsletters").await.ok().data(), json!({ "agreed": false }));
        let now = ada.call(Method::PUT, "/auth/newsletters", Some(json!({ "agreed": true }))).await.ok().data();
        assert_eq!((now["agreed"].as_bool(), now["how"].as_str()), (Some(true), Some("own")));
        assert_eq!(ada.call(Method::PUT, "/auth/newsletters", Some(json!({ "agreed": false }))).await.ok().data()["agreed"], false);
        let owner = app.owner().await;
        assert_eq!(owner.get(&format!("/users/{}/newsletters", ada.id.as_deref().unwrap())).await.ok().data()["how"], "own");
    }
}
