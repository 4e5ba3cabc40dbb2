//! POST /auth/email/send and POST /auth/email/verify

use purser_core::time::{DAY, MINUTE};
use purser_testkit::{both, json};

both! {
    async fn the_link_proves_the_address_and_a_second_press_says_so(app) {
        let owner = app.owner().await;
        assert_eq!(owner.get("/auth/me").await.ok().data()["emailVerified"], false);
        let _ = owner.post("/auth/email/send", json!({})).await.is(204);
        let token = app.mailed_token("owner@harbour.example").await;
        let verify = async || app.nobody().post("/auth/email/verify", json!({ "token": token })).await.ok().data()["already"].clone();
        assert_eq!((verify().await, verify().await), (false.into(), true.into()));
        assert_eq!(owner.get("/auth/me").await.ok().data()["emailVerified"], true);
        app.settle().await;
        assert_eq!(owner.get("/mailbox?template=welcome").await.ok().meta()["total"], 1);
        assert_eq!(owner.get("/audit?action=user.verify").await.ok().data().as_array().map(Vec::len), Some(1));
        // Whoever has proved it is not written to again.
        app.advance(10 * MINUTE);
        let _ = owner.post("/auth/email/send", json!({})).await.is(204);
        app.settle().await;
        assert_eq!(owner.get("/mailbox?template=verification").await.ok().meta()["total"], 1);
    }

    async fn it_is_sent_once_a_minute_and_three_times_in_five(app) {
        let owner = app.owner().await;
        let send = async || owner.post("/auth/email/send", json!({})).await;
        let _ = send().await.is(204);
        let wait = send().await.problem(429, "rate_limited");
        assert!(wait.header("retry-after").unwrap().parse::<i64>().unwrap() <= 61);
        for _ in 0..2 {
            app.advance(MINUTE + 1);
            let _ = send().await.is(204);
        }
        app.advance(MINUTE + 1);
        let _ = send().await.problem(429, "rate_limited");
        app.advance(3 * MINUTE);
        let _ = send().await.is(204);
    }

    async fn an_old_link_and_one_for_another_address_prove_nothing(app) {
        let owner = app.owner().await;
        let _ = owner.post("/auth/email/send", json!({})).await.is(204);
        let token = app.mailed_token("owner@harbour.example").await;
        app.advance(DAY + 1);
        let refused = async |token: &str| { let _ = app.nobody().post("/auth/email/verify", json!({ "token": token })).await.problem(400, "invalid").complains("token", "bad_link"); };
        refused(&token).await;
        refused("").await;
        let owner = app.owner_unasked().await;
        let id = owner.get("/auth/me").await.ok().data()["id"].as_str().unwrap().to_owned();
        let version = owner.get(&format!("/users/{id}")).await.ok().header("etag").unwrap().to_owned();
        let _ = owner.post("/auth/email/send", json!({})).await.is(204);
        let token = app.mailed_token("owner@harbour.example").await;
        let _ = owner.with("if-match", &version).patch(&format!("/users/{id}"), json!({ "email": "other@harbour.example" })).await.ok();
        refused(&token).await;
        app.settle().await;
        let mails = owner.get("/mailbox?search=other@harbour.example").await.ok().data();
        assert_eq!(mails[0]["template"], "verification", "a new address is asked to be proved");
    }

    async fn whoever_has_to_prove_their_address_can_do_nothing_else(app) {
        let owner = app.owner().await;
        let version = owner.get("/settings/passwords").await.ok().header("etag").unwrap().to_owned();
        let _ = owner.with("if-match", &version).patch("/settings/passwords", json!({ "requireVerifiedEmail": true })).await.ok();
        let _ = owner.get("/users").await.problem(403, "email_unverified");
        assert_eq!(owner.get("/auth/me").await.ok().data()["first"], "email_unverified");
        let _ = owner.post("/auth/email/send", json!({})).await.is(204);
        app.settle().await;
        // Whose address is proved goes on as before.
        let admin = app.caller(purser_core::Role::Admin).await;
        let mails = admin.get("/mailbox?template=verification").await.ok().data();
        assert_eq!(mails.as_array().map(Vec::len), Some(1));
    }
}
