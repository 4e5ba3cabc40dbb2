//! Every kind of secret there is, planted and then looked for wherever something is written or answered: replies, tables, the log of who did
//! what, what is told to others, what open pages hear.

use std::collections::BTreeMap;

use purser_core::access::Role;
use purser_testkit::{both, json};
use serde_json::Value;

use super::identity::factors;
use crate::api::{Operation, World, operations, samples};

const CLIENT: &str = "planted-client-secret-9f31";
const CAPTCHA: &str = "planted-captcha-secret-77aa";
const GATEWAY: &str = "sk_test_plantedgatewaysecret";
const SIGNING: &str = "whsec_plantedsigningsecret";

/// Operations that hand out what was just made, to whoever made it, and change who is asking.
const PASSED_OVER: [&str; 4] = ["logout", "changePassword", "login", "refresh"];

/// What was planted, by what it is.
async fn plant(world: &World) -> Vec<(&'static str, String)> {
    let owner = &world.owner;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut planted = vec![("provider", CLIENT.to_owned()), ("captcha", CAPTCHA.into()), ("gateway", GATEWAY.into()), ("messages", SIGNING.into())];
    let keeper = world.app.caller(Role::Owner).await;
    let enrolment = keeper.post("/auth/factors/totp", json!({ "name": "Telephone" })).await.ok().data();
    planted.push(("app", text(&enrolment["secret"])));
    let (_, codes) = factors::enrol(&world.app, &world.app.caller(Role::Owner).await).await;
    planted.extend(codes.into_iter().map(|code| ("backup code", code)));
    let key = owner.post("/keys", json!({ "name": "Planted", "scopes": ["read:self", "read:ledger"] })).await.is(201).data();
    planted.push(("key", text(&key["secret"])));
    // A key that is used is noted, without what it is.
    let _ = world.app.nobody().with_token(key["secret"].as_str().unwrap()).from("203.0.113.9").get("/ledger/accounts").await.ok();
    let _ = owner.post("/providers", json!({ "kind": "github", "name": "Planted", "clientId": "planted", "secret": CLIENT })).await.is(201);
    let _ =
        owner.post("/payment-providers", json!({ "kind": "stripe", "name": "Planted", "secret": GATEWAY, "webhookSecret": SIGNING })).await.is(201);
    let tag = owner.get("/settings/captcha").await.ok().header("etag").unwrap().to_owned();
    let body = json!({ "kind": "hcaptcha", "siteKey": "site", "secret": CAPTCHA });
    let _ = owner.with("if-match", &tag).patch("/settings/captcha", body).await.ok();
    let told = owner.post("/webhooks/endpoints", json!({ "url": "https://hooks.example/planted", "topics": ["user.*"] })).await.is(201).data();
    planted.push(("webhook", text(&told["secret"])));
    let _ = world.app.nobody().post("/auth/password/forgot", json!({ "email": "user@world.example" })).await;
    planted.push(("link", world.app.mailed_token("user@world.example").await));
    planted
}

/// Whether it is there by itself, not as a part of a longer word.
fn says(text: &str, secret: &str) -> bool {
    let bounded = |sign: Option<char>| sign.is_none_or(|sign| !sign.is_ascii_alphanumeric());
    let mut from = 0;
    while let Some(at) = text[from..].find(secret).map(|at| at + from) {
        if bounded(text[..at].chars().next_back()) && bounded(text[at + secret.len()..].chars().next()) {
            return true;
        }
        from = at + secret.len();
    }
    false
}

fn hex(text: &str) -> String {
    text.bytes().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

both! {
    async fn no_secret_that_was_planted_comes_up_anywhere(app) {
        let world = World::new(app).await;
        let mut heard = world.app.app.db.follow();
        let planted = plant(&world).await;
        assert_eq!(planted.len(), 18, "{:?}", planted.iter().map(|(what, _)| what).collect::<Vec<_>>());
        world.app.settle().await;
        purser_service::identity::keys::flush(&world.app.app).await.unwrap();
        let heard_all = std::iter::from_fn(|| heard.try_recv().ok()).map(|event| format!("{event:?}")).collect::<Vec<_>>().join("\n");
        assert!(!heard_all.is_empty());
        for (what, secret) in &planted {
            assert!(!heard_all.contains(secret), "open pages hear of a {what}");
        }
        // Every table as it lies there: the log of who did what and what is told to others are among them.
        let tables = world.app.db_dump(world.tenant).await;
        assert!(["audit_log", "api_keys", "factors", "providers", "payment_connections", "webhook_endpoints", "one_time_links", "mails"]
            .iter().all(|table| tables.get(*table).is_some_and(|rows| !rows.is_empty())), "{:?}", tables.keys());
        for (table, rows) in &tables {
            for row in rows {
                for (what, secret) in &planted {
                    assert!(!says(row, secret) && !row.contains(&hex(secret)), "{table} holds a {what} as it is: {row}");
                }
            }
        }
        let by = world.app.caller(Role::Owner).await;
        let mut known: BTreeMap<String, Operation> = operations().1.into_iter().map(|operation| (operation.id.clone(), operation)).collect();
        for sample in samples() {
            let Some(operation) = known.remove(sample.operation) else { continue };
            if PASSED_OVER.contains(&sample.operation) { continue; }
            let reply = world.call(&by, &sample, &operation.method).await.text();
            for (what, secret) in &planted {
                assert!(!reply.contains(secret.as_str()), "{} shows a {what}", sample.operation);
            }
        }
    }

    async fn a_code_that_was_sent_is_in_no_table(app) {
        let owner = app.owner().await;
        let _ = owner.post("/auth/factors/email", json!({})).await.ok();
        let code = app.sent_code("owner@harbour.example").await;
        for (table, rows) in app.db_dump(app.tenant().await).await {
            for row in rows { assert!(!says(&row, &code), "{table} holds a code that was sent: {row}"); }
        }
    }
}
