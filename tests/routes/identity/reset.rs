//! POST /auth/password/reset

use std::sync::Arc;

use purser_core::access::Role;
use purser_core::time::{HOUR, MINUTE};
use purser_testkit::{Caller, TestApp, both, json};

const NEW: &str = "violet anchor 77 copper";

async fn asked(app: &TestApp, email: &str) -> String {
    let _ = app.nobody().post("/auth/password/forgot", json!({ "email": email })).await.is(204);
    app.mailed_token(email).await
}

async fn sign_in(app: &TestApp, email: &str, password: &str) -> u16 {
    app.nobody().post("/auth/login", json!({ "email": email, "password": password })).await.status.as_u16()
}

async fn person(app: &TestApp) -> (String, Caller) {
    let user = app.db_user(app.tenant().await, Role::User, "Ada").await;
    let signed_in = app.sign_in(&user.email).await;
    (user.email, signed_in)
}

both! {
    async fn the_link_works_once_and_ends_every_session(app) {
        let (email, signed_in) = person(&app).await;
        let token = asked(&app, &email).await;
        let body = json!({ "token": token, "newPassword": NEW });
        let _ = app.nobody().post("/auth/password/reset", body.clone()).await.is(204);
        let _ = signed_in.get("/auth/me").await.problem(401, "session_ended");
        assert_eq!((sign_in(&app, &email, "harbour lantern 42 brass").await, sign_in(&app, &email, NEW).await), (401, 200));
        let again = json!({ "token": token, "newPassword": "yellow compass 91 hemp" });
        let _ = app.nobody().post("/auth/password/reset", again).await.problem(400, "invalid").complains("token", "bad_link");
        app.settle().await;
        let owner = app.owner_unasked().await;
        let mails = owner.get(&format!("/mailbox?search={email}")).await.ok().data();
        assert_eq!(mails[0]["template"], "password_changed", "{mails}");
        let lines = owner.get("/audit?action=user.reset").await.ok().data();
        assert_eq!(lines.as_array().map(Vec::len), Some(1), "{lines}");
        assert!(!lines.to_string().contains(&token) && !lines.to_string().contains(NEW));
    }

    async fn fifty_at_once_have_one_effect(app) {
        let (email, _) = person(&app).await;
        let token = asked(&app, &email).await;
        let app = Arc::new(app);
        let mut tries = tokio::task::JoinSet::new();
        for n in 0..50 {
            let (app, token) = (app.clone(), token.clone());
            // Each from an address of its own would be allowed; here they share one, so the limit is moved out of the way.
            tries.spawn(async move {
                let body = json!({ "token": token, "newPassword": format!("violet anchor {n} copper") });
                let reply = app.nobody().with("x-test", "1").post("/auth/password/reset", body).await;
                (reply.status.as_u16(), n)
            });
        }
        let answers = tries.join_all().await;
        let won: Vec<usize> = answers.iter().filter(|(status, _)| *status == 204).map(|(_, n)| *n).collect();
        assert_eq!(won.len(), 1, "{answers:?}");
        assert!(answers.iter().all(|(status, _)| [204, 400, 429].contains(status)), "{answers:?}");
        assert!(answers.iter().filter(|(status, _)| *status == 400).count() >= 20, "{answers:?}");
        app.advance(2 * MINUTE);
        assert_eq!(sign_in(&app, &email, &format!("violet anchor {} copper", won[0])).await, 200);
        let owner = app.owner_unasked().await;
        assert_eq!(owner.get("/audit?action=user.reset").await.ok().data().as_array().map(Vec::len), Some(1));
    }

    async fn a_link_that_is_old_replaced_foreign_or_made_up_is_refused_alike(app) {
        let (email, _) = person(&app).await;
        let first = asked(&app, &email).await;
        app.advance(2 * MINUTE);
        let second = asked(&app, &email).await;
        assert_ne!(first, second);
        let refused = async |token: &str| {
            let body = json!({ "token": token, "newPassword": NEW });
            let reply = app.nobody().post("/auth/password/reset", body).await.problem(400, "invalid").complains("token", "bad_link");
            reply.json()["detail"].clone()
        };
        let mut said = vec![refused(&first).await, refused("").await, refused("made-up").await, refused(&"x".repeat(500)).await];
        app.advance(HOUR + 1);
        said.push(refused(&second).await);
        assert!(said.windows(2).all(|pair| pair[0] == pair[1]), "{said:?}");
        // A link for another purpose is none for this one.
        let owner = app.owner_unasked().await;
        let _ = owner.post("/users", json!({ "email": "new@example.com", "firstName": "N", "lastName": "N", "role": "user" })).await.is(201);
        said.push(refused(&app.mailed_token("new@example.com").await).await);
        assert_eq!(sign_in(&app, &email, "harbour lantern 42 brass").await, 200, "the password is what it was");
    }

    async fn a_link_is_worth_nothing_once_the_account_moved_on(app) {
        let owner = app.owner().await;
        let (email, _) = person(&app).await;
        let token = asked(&app, &email).await;
        let found = owner.get(&format!("/users?search={}", email.split('@').next().unwrap())).await.ok().data()[0].clone();
        let path = format!("/users/{}", found["id"].as_str().unwrap());
        let changed = owner.with("if-match", "\"1\"").patch(&path, json!({ "email": "moved@example.com" })).await.ok();
        assert_eq!(changed.data()["emailVerified"], false);
        let body = json!({ "token": token, "newPassword": NEW });
        let _ = app.nobody().post("/auth/password/reset", body).await.problem(400, "invalid").complains("token", "bad_link");
        let token = asked(&app, "moved@example.com").await;
        let _ = owner.post(&format!("{path}/lock"), json!({ "reason": "x" })).await.ok();
        let body = json!({ "token": token, "newPassword": NEW });
        let _ = app.nobody().post("/auth/password/reset", body).await.problem(400, "invalid").complains("token", "bad_link");
    }

    async fn a_bad_password_does_not_use_the_link_up(app) {
        let (email, _) = person(&app).await;
        let token = asked(&app, &email).await;
        for (password, code) in [("short", "too_short"), ("password1234", "too_weak"), ("harbour lantern 42 brass", "reused"), ("iloveyou12", "breached")] {
            let body = json!({ "token": token, "newPassword": password });
            let _ = app.nobody().post("/auth/password/reset", body).await.problem(400, "invalid").complains("newPassword", code);
        }
        let _ = app.nobody().post("/auth/password/reset", json!({ "token": token, "newPassword": NEW })).await.is(204);
    }

    async fn whoever_proves_the_address_is_kept_out_no_more(app) {
        let (email, _) = person(&app).await;
        for _ in 0..5 { assert_eq!(sign_in(&app, &email, "forgotten").await, 401); }
        assert_eq!(sign_in(&app, &email, "forgotten").await, 429);
        let token = asked(&app, &email).await;
        assert_eq!(sign_in(&app, &email, "forgotten").await, 429, "asking for a link proves nothing");
        let _ = app.nobody().post("/auth/password/reset", json!({ "token": token, "newPassword": NEW })).await.is(204);
        assert_eq!(sign_in(&app, &email, NEW).await, 200);
    }
}
