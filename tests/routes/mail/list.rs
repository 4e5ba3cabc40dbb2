//! GET /mailbox

use purser_core::access::Role;
use purser_testkit::{both, json};

use super::invited;

both! {
    async fn mails_are_found_by_state_kind_person_and_words(app) {
        let owner = app.owner().await;
        let one = invited(&app, &owner, "ada@example.com", json!({})).await;
        app.advance(1_000);
        let _ = owner.post("/users", json!({ "email": "grace@example.com", "firstName": "Grace", "lastName": "H", "role": "user" })).await.is(201);
        let count = async |query: &str| owner.get(&format!("/mailbox{query}")).await.ok().meta()["total"].as_i64().unwrap();
        assert_eq!((count("").await, count("?state=sent").await, count("?state=queued").await, count("?state=failed").await), (2, 1, 1, 0));
        assert_eq!((count("?search=ADA@").await, count("?search=nobody").await, count("?template=invitation").await), (1, 0, 2));
        let user = one["userId"].as_str().unwrap();
        assert_eq!((count(&format!("?userId={user}")).await, count("?template=welcome,password_reset").await), (1, 0));
        let rows = owner.get("/mailbox").await.ok().data();
        assert_eq!(rows[1]["provider"], "mailbox");
        assert!(rows[0].get("text").is_none() && !rows.to_string().contains("token"), "a list holds no text");
        let _ = app.caller(Role::Support).await.get("/mailbox").await.problem(403, "forbidden");
        assert_eq!(app.stranger(Role::Owner).await.get("/mailbox").await.ok().meta()["total"], 0);
    }
}
