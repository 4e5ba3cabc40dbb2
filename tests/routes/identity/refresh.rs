//! `POST /auth/refresh`.

use axum::http::Method;
use purser_testkit::{Reply, TestApp, both, json};

async fn refresh_token(app: &TestApp) -> String {
    app.tenant().await;
    let body = json!({ "email": "owner@harbour.example", "password": "harbour lantern 42 brass", "tokenDelivery": "body" });
    app.nobody().post("/auth/login", body).await.ok().data()["refreshToken"].as_str().unwrap().to_owned()
}

/// The cookie of a new sign-in.
async fn cookie(app: &TestApp) -> String {
    app.tenant().await;
    let body = json!({ "email": "owner@harbour.example", "password": "harbour lantern 42 brass" });
    set(&app.nobody().post("/auth/login", body).await.ok())
}

fn set(reply: &Reply) -> String {
    reply.header("set-cookie").unwrap().split(';').next().unwrap().to_owned()
}

/// A page asks for the next token.
async fn asked(app: &TestApp, cookie: &str) -> Reply {
    app.nobody().with("cookie", cookie).with("sec-fetch-site", "same-origin").call(Method::POST, "/auth/refresh", None).await
}

/// How many sessions ended because a token was used twice.
async fn replays(app: &TestApp) -> usize {
    let owner = app.owner_unasked().await;
    owner.get("/audit?action=session.replay").await.ok().data().as_array().unwrap().len()
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
        assert_eq!(replays(&app).await, 1, "the session ended once");
    }

    async fn a_browser_that_asks_twice_is_answered_the_same(app) {
        let first = cookie(&app).await;
        let second = asked(&app, &first).await.ok();
        let again = asked(&app, &first).await.ok();
        assert_eq!(set(&again), set(&second), "the answer that got lost");
        let access = again.data()["accessToken"].as_str().unwrap().to_owned();
        let _ = app.nobody().with_token(&access).get("/auth/me").await.ok();
        let third = asked(&app, &set(&second)).await.ok();
        assert_ne!(set(&third), set(&second));
        // What came of the first one was used meanwhile: now it is a replay, however soon.
        let _ = asked(&app, &first).await.problem(401, "token_replayed");
        let _ = asked(&app, &set(&third)).await.problem(401, "session_ended");
        assert_eq!(replays(&app).await, 1);
    }

    async fn a_repeat_after_a_while_or_of_the_token_itself_is_a_replay(app) {
        let first = cookie(&app).await;
        let second = asked(&app, &first).await.ok();
        app.advance(11 * 1_000_000);
        let _ = asked(&app, &first).await.problem(401, "token_replayed");
        let _ = asked(&app, &set(&second)).await.problem(401, "session_ended");
        // Whoever holds the token itself is no browser.
        let first = cookie(&app).await;
        let _ = asked(&app, &first).await.ok();
        let token = first.split_once('=').unwrap().1;
        let _ = app.nobody().post("/auth/refresh", json!({ "refreshToken": token })).await.problem(401, "token_replayed");
        assert_eq!(replays(&app).await, 2);
    }

    async fn a_browser_that_asks_fifty_times_at_once_has_one_next_token(app) {
        let first = cookie(&app).await;
        let app = std::sync::Arc::new(app);
        let mut calls = tokio::task::JoinSet::new();
        for _ in 0..50 {
            let (app, first) = (app.clone(), first.clone());
            calls.spawn(async move { set(&asked(&app, &first).await.ok()) });
        }
        let mut answers = calls.join_all().await;
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:?}");
        let _ = asked(&app, &answers[0]).await.ok();
        assert_eq!(replays(&app).await, 0);
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
