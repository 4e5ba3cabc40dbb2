//! Sign-ins from somewhere new, their mail, and `POST /auth/disown`.

use purser_testkit::{Caller, Passkey, Reply, TestApp, both, json};

use super::factors::{OWNER, PASSWORD, actions};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

async fn login(by: &Caller, password: &str) -> Reply {
    by.post("/auth/login", json!({ "email": OWNER, "password": password })).await
}

/// The cookie by which a browser is known again.
fn device(reply: &Reply) -> String {
    let cookies = reply.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
    let kept = cookies.into_iter().find(|line| line.starts_with("purser_device=")).unwrap();
    assert!(kept.contains("HttpOnly; SameSite=Strict") && kept.contains("Max-Age=34560000"), "{kept}");
    kept.split(';').next().unwrap().to_owned()
}

async fn told(app: &TestApp) -> usize {
    app.settle().await;
    app.owner_unasked().await.get("/mailbox?template=new_device").await.ok().data().as_array().unwrap().len()
}

both! {
    async fn a_sign_in_from_somewhere_new_is_mailed_and_the_first_is_not(app) {
        app.tenant().await;
        let home = app.nobody().with("user-agent", FIREFOX).from("192.0.2.1");
        let first = login(&home, PASSWORD).await.ok();
        assert_eq!(told(&app).await, 0, "the very first sign-in");
        let _ = login(&home, PASSWORD).await.ok();
        // The same browser elsewhere is known by its cookie.
        let _ = login(&app.nobody().with("user-agent", FIREFOX).from("198.51.100.7").with("cookie", &device(&first)), PASSWORD).await.ok();
        assert_eq!(told(&app).await, 0);
        let thief = app.nobody().with("user-agent", CHROME).from("129.240.2.3");
        let _ = login(&thief, PASSWORD).await.ok();
        assert_eq!(told(&app).await, 1);
        let owner = app.owner_unasked().await;
        let row = owner.get("/mailbox?template=new_device").await.ok().data()[0].clone();
        let mail = owner.get(&format!("/mailbox/{}", row["id"].as_str().unwrap())).await.ok().data();
        for part in ["129.240.2.3 (Norway)", "Chrome on Windows", "2026-11-21 09:00 UTC", "https://console.example/not-me#token="] {
            assert!(mail["text"].as_str().unwrap().contains(part) && mail["html"].as_str().unwrap().contains(part), "{part}: {mail}");
        }
        // The same program from another address, without the cookie.
        let _ = login(&app.nobody().with("user-agent", FIREFOX).from("203.0.113.10"), PASSWORD).await.ok();
        assert_eq!(told(&app).await, 2);
    }

    async fn a_cookie_of_ones_own_making_or_of_somebody_else_is_not_known(app) {
        app.tenant().await;
        let home = app.nobody().with("user-agent", FIREFOX).from("192.0.2.1");
        let _ = login(&home, PASSWORD).await.ok();
        let made_up = format!("purser_device={}", "A".repeat(43));
        let _ = login(&app.nobody().with("user-agent", CHROME).from("203.0.113.9").with("cookie", &made_up), PASSWORD).await.ok();
        assert_eq!(told(&app).await, 1);
    }

    async fn who_says_it_was_not_them_ends_everything_and_chooses_another_password(app) {
        app.tenant().await;
        let home = login(&app.nobody().with("user-agent", FIREFOX).from("192.0.2.1"), PASSWORD).await.ok();
        let thief = login(&app.nobody().with("user-agent", CHROME).from("203.0.113.9"), PASSWORD).await.ok();
        let token = app.mailed_token(OWNER).await;
        let inside = |reply: &Reply| app.nobody().with_token(reply.data()["accessToken"].as_str().unwrap());
        let (home, thief) = (inside(&home), inside(&thief));
        let nobody = app.nobody();
        assert_eq!(nobody.post("/auth/link", json!({ "token": token })).await.ok().data()["purpose"], "disown");
        let _ = thief.get("/auth/me").await.ok();
        // A link for one thing is not good for another.
        let misused = nobody.post("/auth/password/reset", json!({ "token": token, "newPassword": "violet anchor 77 copper" })).await;
        let _ = misused.problem(400, "invalid").complains("token", "bad_link");
        let next = nobody.post("/auth/disown", json!({ "token": token })).await.ok().data();
        for session in [&home, &thief] {
            let _ = session.get("/auth/me").await.problem(401, "session_ended");
        }
        let _ = login(&nobody, PASSWORD).await.problem(401, "bad_credentials");
        let again = nobody.post("/auth/disown", json!({ "token": token })).await;
        let _ = again.problem(400, "invalid").complains("token", "bad_link");
        let choice = json!({ "token": next["resetToken"], "newPassword": "violet anchor 77 copper" });
        let _ = nobody.post("/auth/password/reset", choice).await.is(204);
        let _ = login(&nobody, "violet anchor 77 copper").await.ok();
        assert!(actions(&app).await.contains(&"session.disown".to_owned()));
    }

    async fn what_the_other_left_behind_is_taken_back(app) {
        app.tenant().await;
        let home = login(&app.nobody().with("user-agent", FIREFOX).from("192.0.2.1"), PASSWORD).await.ok();
        let home = app.nobody().with_token(home.data()["accessToken"].as_str().unwrap());
        let scopes = json!(["read:user"]);
        let mine = home.post("/keys", json!({ "name": "Nightly", "scopes": scopes })).await.ok().data()["secret"].as_str().unwrap().to_owned();
        app.advance(60_000_000);
        let thief = login(&app.nobody().with("user-agent", CHROME).from("203.0.113.9"), PASSWORD).await.ok();
        let thief = app.nobody().with_token(thief.data()["accessToken"].as_str().unwrap());
        let token = app.mailed_token(OWNER).await;
        let id = thief.get("/auth/me").await.ok().data()["id"].as_str().unwrap().to_owned();
        let theirs = thief.post("/keys", json!({ "name": "Back door", "scopes": scopes })).await.ok().data()["secret"].as_str().unwrap().to_owned();
        let etag = thief.get(&format!("/users/{id}")).await.ok().header("etag").unwrap().to_owned();
        let _ = thief.with("if-match", &etag).patch(&format!("/users/{id}"), json!({ "email": "thief@evil.test" })).await.ok();
        let asked = thief.post("/auth/factors/passkey", json!({})).await.ok().data();
        let (_, credential) = Passkey::create(&asked["options"], "https://console.example");
        let body = json!({ "token": asked["token"], "name": "Back door", "credential": credential });
        let _ = thief.post("/auth/factors/passkey/confirm", body).await.ok();
        let next = app.nobody().post("/auth/disown", json!({ "token": token })).await.ok().data();
        let _ = app.nobody().with("x-api-key", &theirs).get("/users").await.is(401);
        let _ = app.nobody().with("x-api-key", &mine).get("/users").await.ok();
        let choice = json!({ "token": next["resetToken"], "newPassword": "violet anchor 77 copper" });
        let _ = app.nobody().post("/auth/password/reset", choice).await.is(204);
        // No factor is asked for, and the address is the owner's again.
        let back = login(&app.nobody(), "violet anchor 77 copper").await.ok().data();
        assert_eq!((back["user"]["email"].as_str(), back["challenge"].as_str()), (Some(OWNER), None));
    }

    async fn fifty_at_once_disown_once(app) {
        app.tenant().await;
        let _ = login(&app.nobody().with("user-agent", FIREFOX).from("192.0.2.1"), PASSWORD).await.ok();
        let _ = login(&app.nobody().with("user-agent", CHROME).from("203.0.113.9"), PASSWORD).await.ok();
        let token = app.mailed_token(OWNER).await;
        let calls: Vec<_> = (0..50)
            .map(|at| {
                let (nobody, token) = (app.nobody().from(&format!("192.0.2.{at}")), token.clone());
                tokio::spawn(async move { nobody.post("/auth/disown", json!({ "token": token })).await.status.as_u16() })
            })
            .collect();
        let mut good = 0;
        for call in calls {
            match call.await.unwrap() {
                200 => good += 1,
                other => assert_eq!(other, 400),
            }
        }
        assert_eq!(good, 1);
    }
}
