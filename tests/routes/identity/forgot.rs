//! POST /auth/password/forgot

use purser_core::access::Role;
use purser_core::time::MINUTE;
use purser_testkit::{both, json};

both! {
    async fn everybody_hears_the_same_and_only_accounts_get_a_link(app) {
        let owner = app.owner().await;
        let tenant = app.tenant().await;
        let (locked, active) = (app.db_user(tenant, Role::User, "Locked").await, app.db_user(tenant, Role::User, "Active").await);
        let _ = owner.post(&format!("/users/{}/lock", locked.id), json!({ "reason": "x" })).await.ok();
        let nobody = app.nobody();
        let mut bodies = Vec::new();
        for email in ["nobody@example.com", &locked.email, &active.email] {
            let reply = nobody.post("/auth/password/forgot", json!({ "email": email })).await.is(204);
            bodies.push((reply.status, reply.body.clone(), reply.header("content-type").map(str::to_owned)));
        }
        assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]), "{bodies:?}");
        app.settle().await;
        let mails = owner.get("/mailbox").await.ok().data();
        assert_eq!(mails.as_array().map(Vec::len), Some(1), "{mails}");
        assert_eq!((mails[0]["address"].as_str(), mails[0]["template"].as_str()), (Some(active.email.as_str()), Some("password_reset")));
        let lines = owner.get("/audit?action=user.reset_request").await.ok().data();
        assert_eq!((lines.as_array().map(Vec::len), lines[0]["actor"]["kind"].as_str()), (Some(1), Some("system")), "{lines}");
        let _ = nobody.post("/auth/password/forgot", json!({ "email": "nonsense" })).await.problem(400, "invalid").complains("email", "not_an_email");
    }

    async fn asking_often_is_refused_and_an_account_gets_one_link_a_minute(app) {
        let owner = app.owner().await;
        let nobody = app.nobody();
        let body = json!({ "email": "owner@harbour.example" });
        for _ in 0..3 { let _ = nobody.post("/auth/password/forgot", body.clone()).await.is(204); }
        let reply = nobody.post("/auth/password/forgot", body.clone()).await.problem(429, "rate_limited");
        let wait: i64 = reply.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=61).contains(&wait), "{wait}");
        app.settle().await;
        let count = async || owner.get("/mailbox?template=password_reset").await.ok().meta()["total"].as_i64().unwrap();
        assert_eq!(count().await, 1, "one link, however often it was asked for");
        app.advance(MINUTE + 1);
        let _ = nobody.post("/auth/password/forgot", body).await.is(204);
        app.settle().await;
        assert_eq!(count().await, 2);
    }
}
