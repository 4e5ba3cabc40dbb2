//! `GET`, `POST /auth/register`: strangers who make themselves an account.

use purser_core::access::Role;
use purser_core::time::{DAY, MINUTE};
use purser_testkit::{Caller, both, json};
use serde_json::Value;

fn stranger(email: &str) -> Value {
    json!({ "email": email, "password": "harbour lantern 42 brass", "firstName": "Ida", "lastName": "Nygaard" })
}

async fn let_in(owner: &Caller) {
    let tag = owner.get("/settings/sign-in").await.ok().header("etag").unwrap().to_owned();
    let _ = owner.with("if-match", &tag).patch("/settings/sign-in", json!({ "selfRegistration": true })).await.ok();
}

both! {
    async fn nobody_registers_unless_the_business_wants_it(app) {
        let owner = app.owner().await;
        let nobody = app.nobody();
        assert_eq!(owner.get("/settings/sign-in").await.ok().data()["selfRegistration"], false);
        assert_eq!(nobody.get("/auth/register").await.ok().data(), json!({ "open": false }));
        let _ = nobody.post("/auth/register", stranger("ida@example.com")).await.problem(403, "registration_closed");
        let_in(&owner).await;
        assert_eq!(nobody.get("/auth/register").await.ok().data(), json!({ "open": true, "business": "Harbour Supplies" }));
        // Of several businesses one has to be named, and each says for itself.
        let _ = app.db_tenant("Elsewhere").await;
        assert_eq!(nobody.get("/auth/register").await.ok().data()["open"], false);
        assert_eq!(nobody.get("/auth/register?tenant=harbour-supplies").await.ok().data()["open"], true);
        let _ = nobody.post("/auth/register?tenant=nowhere", stranger("ida@example.com")).await.problem(403, "registration_closed");
        app.settle().await;
        assert_eq!(owner.get("/users?search=ida@example.com").await.ok().meta()["total"], 0);
    }

    async fn whoever_registers_is_a_customer_who_proves_their_address(app) {
        let owner = app.owner().await;
        let_in(&owner).await;
        let nobody = app.nobody();
        let mut greedy = stranger("ida@example.com");
        greedy["role"] = json!("owner");
        let _ = nobody.post("/auth/register", greedy).await.problem(400, "invalid").complains("role", "unknown_field");
        let mut weak = stranger("ida@example.com");
        weak["password"] = json!("nygaard");
        let _ = nobody.post("/auth/register", weak).await.problem(400, "invalid");
        let _ = nobody.post("/auth/register", stranger("ida@example.com")).await.is(204);
        let token = app.mailed_token("ida@example.com").await;
        let ida = app.sign_in("ida@example.com").await;
        let me = ida.get("/auth/me").await.ok();
        assert_eq!(me.header("x-purser-reminder"), Some("email_unverified"));
        assert_eq!((me.data()["role"].as_str(), me.data()["emailVerified"].as_bool()), (Some("user"), Some(false)));
        let _ = ida.get("/users").await.problem(403, "forbidden");
        let _ = app.nobody().post("/auth/email/verify", json!({ "token": token })).await.ok();
        let me = ida.get("/auth/me").await.ok();
        assert_eq!((me.header("x-purser-reminder"), me.data()["emailVerified"].as_bool()), (None, Some(true)));
        let line = owner.get("/audit?action=user.register").await.ok().data();
        assert_eq!((line.as_array().map(Vec::len), line[0]["actor"]["kind"].as_str()), (Some(1), Some("system")));
    }

    async fn whoever_asks_learns_nothing_of_who_is_here(app) {
        let owner = app.owner().await;
        let_in(&owner).await;
        let tenant = app.tenant().await;
        let known = app.db_user(tenant, Role::Support, "Ben").await;
        let mut replies = Vec::new();
        for email in ["ida@example.com", known.email.as_str()] {
            let reply = app.nobody().post("/auth/register", stranger(email)).await.is(204);
            replies.push((reply.status, reply.body.clone(), reply.header("content-type").map(str::to_owned)));
        }
        assert_eq!(replies[0], replies[1]);
        app.settle().await;
        let told = owner.get(&format!("/mailbox?search={}", known.email)).await.ok().data();
        assert_eq!((told.as_array().map(Vec::len), told[0]["template"].as_str()), (Some(1), Some("account_notice")), "{told}");
        assert_eq!(owner.get(&format!("/users/{}", known.id)).await.ok().data()["role"], "support", "nothing of theirs changed");
        let _ = app.sign_in(&known.email).await.get("/auth/me").await.ok();
        // Three a minute from one address; one mail in ten minutes to one mailbox.
        let _ = app.nobody().post("/auth/register", stranger(&known.email)).await.is(204);
        let _ = app.nobody().post("/auth/register", stranger("eva@example.com")).await.problem(429, "rate_limited");
        app.settle().await;
        assert_eq!(owner.get(&format!("/mailbox?search={}", known.email)).await.ok().meta()["total"], 1);
        app.advance(DAY + MINUTE);
        let _ = app.nobody().post("/auth/register", stranger(&known.email)).await.is(204);
        app.settle().await;
        assert_eq!(app.owner().await.get(&format!("/mailbox?search={}", known.email)).await.ok().meta()["total"], 2);
    }

    async fn two_at_once_make_one_account(app) {
        let owner = app.owner().await;
        let_in(&owner).await;
        let ask = || { let nobody = app.nobody(); tokio::spawn(async move { nobody.post("/auth/register", stranger("ida@example.com")).await.is(204) }) };
        let (one, two) = (ask(), ask());
        let _ = (one.await.unwrap(), two.await.unwrap());
        app.settle().await;
        assert_eq!(owner.get("/users?search=ida@example.com").await.ok().meta()["total"], 1);
    }
}
