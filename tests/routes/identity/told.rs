//! What somebody is told of by mail when their account changes.

use purser_core::access::Role;
use purser_core::time::MINUTE;
use purser_testkit::{Caller, TestApp, both, json};

use super::factors::{PASSWORD, answer, challenge, enrol};

/// The subjects of what somebody was told, newest first.
async fn told(app: &TestApp, email: &str) -> Vec<String> {
    app.settle().await;
    let owner = app.owner_unasked().await;
    let mails = owner.get(&format!("/mailbox?template=account_notice&search={email}")).await.ok().data();
    mails.as_array().unwrap().iter().map(|mail| mail["subject"].as_str().unwrap().to_owned()).collect()
}

async fn somebody(app: &TestApp, role: Role, name: &str) -> (Caller, String, String) {
    let tenant = app.tenant().await;
    let user = app.db_user(tenant, role, name).await;
    (app.signed_in(user.clone()).await, user.id.to_string(), user.email)
}

/// What the newest of them says.
async fn newest(app: &TestApp, email: &str) -> String {
    let owner = app.owner_unasked().await;
    let mails = owner.get(&format!("/mailbox?template=account_notice&search={email}&limit=1")).await.ok().data();
    let mail = owner.get(&format!("/mailbox/{}", mails[0]["id"].as_str().unwrap())).await.ok().data();
    mail["text"].as_str().unwrap().to_owned()
}

both! {
    async fn of_factors_and_codes(app) {
        let (una, id, email) = somebody(&app, Role::Support, "Una").await;
        let (device, _) = enrol(&app, &una).await;
        assert_eq!(told(&app, &email).await, ["A second factor was added to your account at Harbour Supplies"]);
        let proof = json!({ "password": PASSWORD, "code": device.code(&app, 0) });
        let _ = una.post("/auth/factors/backup-codes", proof).await.ok();
        assert!(told(&app, &email).await[0].starts_with("New backup codes"));
        let factor = una.get("/auth/factors").await.ok().data()["factors"][0]["id"].as_str().unwrap().to_owned();
        let _ = una.post(&format!("/auth/factors/{factor}/remove"), json!({ "password": PASSWORD })).await.is(204);
        assert!(told(&app, &email).await[0].starts_with("A second factor was taken"));
        let _ = enrol(&app, &una).await;
        let owner = app.caller(Role::Owner).await;
        let grounds = json!({ "reason": "lost telephone", "identifiedBy": "their passport" });
        let _ = owner.post(&format!("/users/{id}/factors/reset"), grounds).await.is(204);
        let subjects = told(&app, &email).await;
        assert!(subjects[0].starts_with("The second factors of your account"), "{subjects:?}");
        let mails = app.owner_unasked().await.get(&format!("/mailbox?template=account_notice&search={email}&limit=1")).await.ok().data();
        let mail = app.owner_unasked().await.get(&format!("/mailbox/{}", mails[0]["id"].as_str().unwrap())).await.ok().data();
        assert!(mail["text"].as_str().unwrap().contains("by owner Example"), "{mail}");
    }

    async fn of_keys_addresses_and_whoever_looks_over_their_shoulder(app) {
        let (una, id, email) = somebody(&app, Role::Support, "Una").await;
        let owner = app.caller(Role::Owner).await;
        let _ = owner.post(&format!("/users/{id}/rights"), json!({ "permission": "create:key", "effect": "grant", "reason": "scripts" })).await.is(201);
        let _ = una.post("/keys", json!({ "name": "Nightly", "scopes": ["read:order"], "expiresInDays": 30 })).await.ok();
        assert_eq!(told(&app, &email).await, ["An API key was made for your account at Harbour Supplies"]);
        let _ = owner.post("/auth/impersonation", json!({ "userId": id, "reason": "the wrong total", "minutes": 10 })).await.is(201);
        let _ = owner.delete("/auth/impersonation").await;
        assert_eq!(told(&app, &email).await[0], "Somebody looks at Harbour Supplies as you");
        let tag = owner.get(&format!("/users/{id}")).await.ok().header("etag").unwrap().to_owned();
        let _ = owner.with("if-match", &tag).patch(&format!("/users/{id}"), json!({ "email": "una.new@example.com" })).await.ok();
        let subjects = told(&app, &email).await;
        assert!(subjects[0].starts_with("Your account has another e-mail address"), "{subjects:?}");
        assert_eq!(told(&app, "una.new@example.com").await, Vec::<String>::new(), "only the old address is told");
    }

    async fn in_their_own_language(app) {
        let (una, _, email) = somebody(&app, Role::Support, "Una").await;
        let _ = una.patch("/auth/me", json!({ "language": "de-AT" })).await.ok();
        let _ = enrol(&app, &una).await;
        assert_eq!(told(&app, &email).await, ["Neuer zweiter Faktor für Ihr Konto bei Harbour Supplies"]);
    }

    async fn of_another_role(app) {
        let (una, id, email) = somebody(&app, Role::Support, "Una").await;
        let owner = app.caller(Role::Owner).await;
        let _ = una.patch("/auth/me", json!({ "language": "de" })).await.ok();
        let _ = owner.patch(&format!("/users/{id}/role"), json!({ "role": "finance" })).await.ok();
        assert_eq!(told(&app, &email).await, ["Sie haben eine andere Rolle bei Harbour Supplies"]);
        let text = newest(&app, &email).await;
        assert!(text.contains("\u{201e}Finanzen\u{201c}") && text.contains("owner Example"), "{text}");
        // To give the same again is to change nothing.
        let _ = owner.patch(&format!("/users/{id}/role"), json!({ "role": "finance" })).await.ok();
        assert_eq!(told(&app, &email).await.len(), 1);
    }

    async fn of_a_lock_by_failures_once_and_nobody_else_is(app) {
        let (_, _, email) = somebody(&app, Role::Support, "Una").await;
        let before = app.owner_unasked().await.get("/mailbox").await.ok().meta()["total"].as_i64().unwrap();
        for address in [email.as_str(), "nobody@harbour.example"] {
            for _ in 0..8 {
                let body = json!({ "email": address, "password": "no" });
                let _ = app.nobody().from("198.51.100.7").post("/auth/login", body).await;
            }
        }
        assert_eq!(told(&app, &email).await, ["Failed sign-ins from one address to your account at Harbour Supplies"]);
        let text = newest(&app, &email).await;
        assert!(text.contains("198.51.100.7") && text.contains("From elsewhere you sign in as always"), "{text}");
        let after = app.owner_unasked().await.get("/mailbox").await.ok().meta()["total"].as_i64().unwrap();
        assert_eq!(after, before + 1, "an address nobody has an account by is written nothing");
        // The next lock is another one.
        app.advance(15 * MINUTE);
        for _ in 0..6 {
            let _ = app.nobody().from("198.51.100.7").post("/auth/login", json!({ "email": email, "password": "no" })).await;
        }
        assert_eq!(told(&app, &email).await.len(), 2);
    }

    async fn of_second_factors_that_are_locked(app) {
        let (una, _, email) = somebody(&app, Role::Support, "Una").await;
        let _ = enrol(&app, &una).await;
        for _ in 0..2 {
            let token = challenge(&app, &email).await;
            for _ in 0..5 { let _ = answer(&app, "totp", &token, "000000").await; }
        }
        let token = challenge(&app, &email).await;
        let _ = answer(&app, "totp", &token, "000000").await.problem(429, "rate_limited");
        let subjects = told(&app, &email).await;
        assert_eq!(subjects[..1], ["Too many wrong codes for your account at Harbour Supplies"], "{subjects:?}");
        assert_eq!(subjects.len(), 2, "that, and of the factor before: {subjects:?}");
    }
}
