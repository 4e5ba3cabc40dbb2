//! Too many failures at `POST /auth/login`.

use purser_testkit::{Reply, TestApp, both, json};

use super::factors::{OWNER, PASSWORD, actions};

const MINUTE: i64 = 60_000_000;

async fn attempt(app: &TestApp, email: &str, password: &str) -> Reply {
    app.nobody().post("/auth/login", json!({ "email": email, "password": password })).await
}

both! {
    async fn the_sixth_attempt_is_refused_even_with_the_right_password(app) {
        app.tenant().await;
        for _ in 0..5 { let _ = attempt(&app, OWNER, "no").await.problem(401, "bad_credentials"); }
        let refused = attempt(&app, OWNER, PASSWORD).await.problem(429, "rate_limited");
        assert_eq!(refused.header("retry-after"), Some("900"));
        app.advance(15 * MINUTE - 1);
        assert_eq!(attempt(&app, OWNER, PASSWORD).await.problem(429, "rate_limited").header("retry-after"), Some("1"));
        app.advance(1);
        let _ = attempt(&app, OWNER, PASSWORD).await.ok();
    }

    async fn an_account_nobody_has_is_locked_the_same_way(app) {
        app.tenant().await;
        let mut answers = Vec::new();
        for email in [OWNER, "nobody@harbour.example"] {
            let mut seen = Vec::new();
            for _ in 0..8 { seen.push(attempt(&app, email, "no").await.status.as_u16()); }
            answers.push(seen);
        }
        assert_eq!(answers[0], [401, 401, 401, 401, 401, 429, 429, 429]);
        assert_eq!(answers[0], answers[1]);
    }

    async fn fifty_at_once_are_counted_exactly(app) {
        app.tenant().await;
        let calls: Vec<_> = (0..50)
            .map(|_| {
                let nobody = app.nobody();
                tokio::spawn(async move { nobody.post("/auth/login", json!({ "email": OWNER, "password": "no" })).await.status.as_u16() })
            })
            .collect();
        let (mut counted, mut late) = (0, 0);
        for call in calls {
            match call.await.unwrap() {
                401 => counted += 1,
                429 => late += 1,
                other => panic!("{other}"),
            }
        }
        assert_eq!((counted, late), (5, 45));
    }

    async fn each_lock_lasts_twice_as_long_as_the_one_before(app) {
        app.tenant().await;
        for minutes in [15, 30, 60] {
            for _ in 0..5 { let _ = attempt(&app, OWNER, "no").await.problem(401, "bad_credentials"); }
            let seconds = (minutes * 60).to_string();
            assert_eq!(attempt(&app, OWNER, "no").await.problem(429, "rate_limited").header("retry-after"), Some(seconds.as_str()));
            app.advance(minutes * MINUTE);
        }
    }

    async fn good_sign_ins_are_not_counted_and_forgive(app) {
        app.tenant().await;
        for _ in 0..3 {
            for _ in 0..4 { let _ = attempt(&app, OWNER, "no").await.problem(401, "bad_credentials"); }
            let _ = attempt(&app, OWNER, PASSWORD).await.ok();
        }
        // Slow failures are forgotten too.
        for _ in 0..8 {
            let _ = attempt(&app, OWNER, "no").await.problem(401, "bad_credentials");
            app.advance(4 * MINUTE);
        }
    }

    async fn an_administrator_unlocks_and_both_are_in_the_log(app) {
        let owner = app.owner().await;
        let tenant = app.tenant().await;
        let person = app.db_user(tenant, purser_core::access::Role::Support, "Sam").await;
        for _ in 0..5 { let _ = attempt(&app, &person.email, "no").await.problem(401, "bad_credentials"); }
        let _ = attempt(&app, &person.email, PASSWORD).await.problem(429, "rate_limited");
        let _ = owner.post(&format!("/users/{}/unlock", person.id), json!({})).await.ok();
        let _ = attempt(&app, &person.email, PASSWORD).await.ok();
        let log = actions(&app).await;
        assert!(log.iter().any(|action| action == "sign_in.lock") && log.iter().any(|action| action == "sign_in.unlock"), "{log:?}");
    }
}
