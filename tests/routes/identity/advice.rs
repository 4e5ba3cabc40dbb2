//! POST /auth/password/check

use purser_testkit::{both, json};

both! {
    async fn it_says_how_good_and_what_would_help(app) {
        let _ = app.tenant().await;
        let check = async |body: serde_json::Value| app.nobody().post("/auth/password/check", body).await.ok().data();
        let good = check(json!({ "password": "violet anchor 77 copper" })).await;
        assert_eq!((good["acceptable"].as_bool(), good["score"].as_i64()), (Some(true), Some(4)), "{good}");
        let codes = |advice: &serde_json::Value| -> Vec<String> {
            advice["problems"].as_array().unwrap().iter().map(|hint| hint["code"].as_str().unwrap().to_owned()).collect()
        };
        let weak = check(json!({ "password": "qwertyuiop" })).await;
        assert_eq!((weak["acceptable"].as_bool(), codes(&weak)), (Some(false), vec!["breached".to_owned(), "too_weak".to_owned()]), "{weak}");
        assert!(weak["warning"]["code"].is_string() && !weak["suggestions"].as_array().unwrap().is_empty(), "{weak}");
        let own = json!({ "password": "quoxelbrandt", "words": ["Wilhelmina Quoxelbrandt"] });
        assert_eq!(codes(&check(own).await), ["too_weak"]);
        assert!(codes(&check(json!({ "password": "quoxelbrandt" })).await).is_empty());
        let _ = app.nobody().post("/auth/password/check", json!({ "password": "x", "words": vec!["w"; 11] })).await.problem(400, "invalid").complains("words", "too_many");
    }

    async fn with_a_link_it_knows_whose_it_is_and_what_is_asked(app) {
        let owner = app.owner().await;
        let version = owner.get("/settings/passwords").await.ok().header("etag").unwrap().to_owned();
        let _ = owner.with("if-match", &version).patch("/settings/passwords", json!({ "minLength": 20 })).await.ok();
        let _ = owner.post("/users", json!({ "email": "wilhelmina@example.com", "firstName": "Wilhelmina", "lastName": "Quoxelbrandt", "role": "user" })).await.is(201);
        let token = app.mailed_token("wilhelmina@example.com").await;
        let advice = app.nobody().post("/auth/password/check", json!({ "password": "quoxelbrandt", "token": token })).await.ok().data();
        let text = advice["problems"].to_string();
        assert!(text.contains("too_short") && text.contains("At least 20") && text.contains("too_weak"), "{text}");
    }

    async fn it_is_no_oracle_for_lists(app) {
        let _ = app.tenant().await;
        let mut refused = 0;
        for n in 0..130 {
            let reply = app.nobody().post("/auth/password/check", json!({ "password": format!("guess {n}") })).await;
            refused += usize::from(reply.status.as_u16() == 429);
        }
        assert_eq!(refused, 10);
    }
}
