//! `POST /auth/refresh`.

use purser_testkit::{TestApp, both, json};

async fn refresh_token(app: &TestApp) -> String {
    app.tenant().await;
    let body = json!({ "email": "owner@harbour.example", "password": "harbour lantern 42 brass", "tokenDelivery": "body" });
    app.nobody().post("/auth/login", body).await.ok().data()["refreshToken"].as_str().unwrap().to_owned()
}

both! {
    async fn rotates_and_a_replay_ends_the_session(app) {
        let first = refresh_token(&app).await;
        let nobody = app.nobody();
        let reply = nobody.post("/auth/refresh", json!({ "refreshToken": first, "tokenDelivery": "body" })).await.ok();
        let second = reply.data()["refreshToken"].as_str().unwrap().to_owned();
        let access = reply.data()["accessToken"].as_str().unwrap().to_owned();
        assert_ne!(first, second);
        let _ = nobody.with_token(&access).get("/auth/me").await.ok();
        let _ = nobody.post("/auth/refresh", json!({ "refreshToken": first })).await.problem(401, "token_replayed");
        // The thief and the owner are both out.
        let _ = nobody.post("/auth/refresh", json!({ "refreshToken": second })).await.problem(401, "session_ended");
        let _ = nobody.with_token(&access).get("/auth/me").await.problem(401, "session_ended");
    }

    async fn fifty_at_once_succeed_once(app) {
        let token = refresh_token(&app).await;
        let calls: Vec<_> = (0..50)
            .map(|_| {
                let (nobody, token) = (app.nobody(), token.clone());
                tokio::spawn(async move { nobody.post("/auth/refresh", json!({ "refreshToken": token })).await.status.as_u16() })
            })
            .collect();
        let mut good = 0;
        for call in calls {
            match call.await.unwrap() {
                200 => good += 1,
                other => assert_eq!(other, 401),
            }
        }
        assert_eq!(good, 1);
    }

    async fn comes_from_the_cookie_too(app) {
        app.tenant().await;
        let body = json!({ "email": "owner@harbour.example", "password": "harbour lantern 42 brass", "rememberMe": true });
        let reply = app.nobody().post("/auth/login", body).await.ok();
        let cookie = reply.header("set-cookie").unwrap().to_owned();
        assert!(cookie.contains("Max-Age=2592000"), "{cookie}");
        let pair = cookie.split(';').next().unwrap().to_owned();
        let page = app.nobody().with("cookie", &pair).with("sec-fetch-site", "same-origin");
        let _ = page.call(axum::http::Method::POST, "/auth/refresh", None).await.ok();
    }

    async fn runs_out_after_seven_days(app) {
        let token = refresh_token(&app).await;
        app.advance(7 * 24 * 3_600 * 1_000_000);
        let _ = app.nobody().post("/auth/refresh", json!({ "refreshToken": token })).await.problem(401, "session_ended");
    }
}
