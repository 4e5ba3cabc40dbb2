//! POST /auth/link

use purser_testkit::{both, json};

both! {
    async fn it_tells_what_a_link_is_good_for_and_uses_nothing_up(app) {
        let owner = app.owner().await;
        let _ = owner.post("/users", json!({ "email": "ada@example.com", "firstName": "Ada", "lastName": "L", "role": "user" })).await.is(201);
        let token = app.mailed_token("ada@example.com").await;
        let look = async |token: &str| app.nobody().post("/auth/link", json!({ "token": token })).await.ok().data();
        for _ in 0..2 {
            let seen = look(&token).await;
            assert_eq!((seen["valid"].as_bool(), seen["purpose"].as_str(), seen["email"].as_str()), (Some(true), Some("invitation"), Some("ada@example.com")));
            assert_eq!((seen["business"].as_str(), seen["firstName"].as_str()), (Some("Harbour Supplies"), Some("Ada")));
        }
        let _ = app.nobody().post("/auth/invitation/accept", json!({ "token": token, "password": "violet anchor 77 copper" })).await.is(204);
        for token in [token.as_str(), "", "made-up"] {
            assert_eq!(look(token).await, json!({ "valid": false }), "one that does not work says nothing more");
        }
    }

    async fn trying_many_is_refused(app) {
        let _ = app.tenant().await;
        let mut refused = 0;
        for n in 0..40 {
            let status = app.nobody().post("/auth/link", json!({ "token": format!("guess-{n}") })).await.status.as_u16();
            refused += usize::from(status == 429);
        }
        assert_eq!(refused, 10);
    }
}
