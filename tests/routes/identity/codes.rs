//! Codes by mail and as text messages: `POST /auth/factors/{email,sms}`, `…/confirm`, `POST /auth/challenge/{send,email,sms}`,
//! `POST /auth/step-up/send`.

use purser_core::access::Role;
use purser_testkit::{Caller, TestApp, both, json};
use serde_json::Value;

use super::factors::{OWNER, PASSWORD, answer, first_step, inside};

const PHONE: &str = "+4755512345";
const MINUTE: i64 = 60_000_000;

/// Have codes mailed to the caller, whose address is `email`; the backup codes.
async fn enrol(app: &TestApp, by: &Caller, email: &str) -> Vec<String> {
    let _ = by.post("/auth/factors/email", json!({})).await.ok();
    let code = app.sent_code(email).await;
    let reply = by.post("/auth/factors/email/confirm", json!({ "code": code })).await.ok().data();
    app.advance(MINUTE);
    reply["backupCodes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned()).collect()
}

/// The first step, and a code sent for it.
async fn asked(app: &TestApp, method: &str) -> (String, Value) {
    let step = first_step(app, OWNER).await;
    let challenge = step["challenge"].as_str().unwrap_or_else(|| panic!("{step}")).to_owned();
    let sent = app.nobody().post("/auth/challenge/send", json!({ "challenge": challenge, "method": method })).await.ok().data();
    (challenge, sent)
}

fn other(code: &str) -> String {
    if code == "000000" { "000001".into() } else { "000000".into() }
}

both! {
    async fn a_mailed_code_is_a_second_step(app) {
        let owner = app.owner().await;
        let begun = owner.post("/auth/factors/email", json!({})).await.ok().data();
        assert_eq!(begun["sentTo"], "o•••@harbour.example");
        // Until it is confirmed it asks for nothing.
        assert!(first_step(&app, OWNER).await["accessToken"].is_string());
        let code = app.sent_code(OWNER).await;
        let wrong = owner.post("/auth/factors/email/confirm", json!({ "code": other(&code) })).await;
        let _ = wrong.problem(400, "invalid").complains("code", "wrong");
        let made = owner.post("/auth/factors/email/confirm", json!({ "code": code })).await.ok().data();
        assert_eq!(made["backupCodes"].as_array().unwrap().len(), 10);
        app.advance(MINUTE);
        let step = first_step(&app, OWNER).await;
        assert_eq!(step["methods"], json!(["email", "backup"]));
        let (challenge, sent) = asked(&app, "email").await;
        assert_eq!(sent["sentTo"], "o•••@harbour.example");
        let code = app.sent_code(OWNER).await;
        let _ = answer(&app, "email", &challenge, &other(&code)).await.problem(401, "bad_code");
        let reply = answer(&app, "email", &challenge, &code).await.ok();
        assert_eq!(inside(&app, &reply).get("/auth/me").await.ok().data()["email"], OWNER);
        // Once, and for this sign-in.
        let next = first_step(&app, OWNER).await;
        let _ = answer(&app, "email", next["challenge"].as_str().unwrap(), &code).await.problem(401, "bad_code");
    }

    async fn a_code_is_good_for_the_sign_in_it_was_sent_for_and_ten_minutes(app) {
        let owner = app.owner().await;
        let _ = enrol(&app, &owner, OWNER).await;
        let (first, _) = asked(&app, "email").await;
        let code = app.sent_code(OWNER).await;
        let second = first_step(&app, OWNER).await["challenge"].as_str().unwrap().to_owned();
        let _ = answer(&app, "email", &second, &code).await.problem(401, "bad_code");
        app.advance(9 * MINUTE);
        let _ = answer(&app, "email", &first, &code).await.ok();
        let (third, _) = asked(&app, "email").await;
        let code = app.sent_code(OWNER).await;
        app.advance(10 * MINUTE);
        let _ = answer(&app, "email", &third, &code).await.problem(401, "challenge_over");
    }

    async fn five_wrong_answers_use_a_code_up(app) {
        let owner = app.owner().await;
        let _ = enrol(&app, &owner, OWNER).await;
        let _ = owner.post("/auth/step-up/send", json!({ "method": "email" })).await.ok();
        let code = app.sent_code(OWNER).await;
        for _ in 0..5 {
            let wrong = owner.post("/auth/step-up", json!({ "method": "email", "code": other(&code) })).await;
            let _ = wrong.problem(400, "invalid").complains("code", "wrong");
        }
        let late = owner.post("/auth/step-up", json!({ "method": "email", "code": code })).await;
        let _ = late.problem(400, "invalid").complains("code", "wrong");
        app.advance(MINUTE);
        let _ = owner.post("/auth/step-up/send", json!({ "method": "email" })).await.ok();
        let code = app.sent_code(OWNER).await;
        assert!(owner.post("/auth/step-up", json!({ "method": "email", "code": code })).await.ok().data()["freshUntil"].is_string());
    }

    async fn one_mailed_code_fifty_times_at_once_lets_one_in(app) {
        let owner = app.owner().await;
        let _ = enrol(&app, &owner, OWNER).await;
        let _ = owner.post("/auth/step-up/send", json!({ "method": "email" })).await.ok();
        let code = app.sent_code(OWNER).await;
        let calls: Vec<_> = (0..50)
            .map(|_| {
                let (owner, code) = (owner.clone(), code.clone());
                tokio::spawn(async move { owner.post("/auth/step-up", json!({ "method": "email", "code": code })).await.status.as_u16() })
            })
            .collect();
        let mut good = 0;
        for call in calls {
            match call.await.unwrap() {
                200 => good += 1,
                // Those that come too late are wrong, and many wrong ones lock.
                other => assert!([400, 429].contains(&other), "{other}"),
            }
        }
        assert_eq!(good, 1);
    }

    async fn another_is_sent_after_a_minute_and_five_in_an_hour(app) {
        let owner = app.owner().await;
        let _ = enrol(&app, &owner, OWNER).await;
        let send = json!({ "method": "email" });
        let _ = owner.post("/auth/step-up/send", send.clone()).await.ok();
        let soon = owner.post("/auth/step-up/send", send.clone()).await.problem(429, "rate_limited");
        assert_eq!(soon.header("retry-after"), Some("60"));
        for _ in 0..3 {
            app.advance(MINUTE);
            let _ = owner.post("/auth/step-up/send", send.clone()).await.ok();
        }
        app.advance(MINUTE);
        let _ = owner.post("/auth/step-up/send", send).await.problem(429, "rate_limited");
        // An older one does not work any more.
        let code = app.sent_code(OWNER).await;
        assert!(owner.post("/auth/step-up", json!({ "method": "email", "code": code })).await.ok().data()["freshUntil"].is_string());
    }

    async fn a_telephone_gets_its_code_as_a_text_message(app) {
        let owner = app.owner().await;
        assert_eq!(app.nobody().get("/auth/ways").await.ok().data()["codes"], json!(["email", "sms"]));
        let bad = owner.post("/auth/factors/sms", json!({ "phone": "55512345" })).await.problem(400, "invalid");
        let _ = bad.complains("phone", "phone");
        let begun = owner.post("/auth/factors/sms", json!({ "phone": "+47 555 123-45" })).await.ok().data();
        assert_eq!(begun["sentTo"], "•••• 45");
        let code = app.sent_code("55512345").await;
        let rows = owner.get("/mailbox?template=sign_in_code").await.ok().data();
        assert_eq!((&rows[0]["channel"], &rows[0]["address"]), (&json!("sms"), &json!(PHONE)));
        let _ = owner.post("/auth/factors/sms/confirm", json!({ "code": code })).await.ok();
        let _ = owner.post("/auth/factors/sms", json!({ "phone": PHONE })).await.problem(409, "have_one");
        app.advance(MINUTE);
        let (challenge, sent) = asked(&app, "sms").await;
        assert_eq!(sent["sentTo"], "•••• 45");
        let code = app.sent_code("55512345").await;
        let _ = answer(&app, "sms", &challenge, &code).await.ok();
        let _ = app.nobody().post("/auth/challenge/send", json!({ "challenge": challenge, "method": "sms" })).await.problem(401, "challenge_over");
    }

    async fn who_has_another_address_now_is_not_asked_for_less(app) {
        let owner = app.owner().await;
        let user = app.caller(Role::Support).await;
        let id = user.id.clone().unwrap();
        let email = user.get("/auth/me").await.ok().data()["email"].as_str().unwrap().to_owned();
        let codes = enrol(&app, &user, &email).await;
        let etag = owner.get(&format!("/users/{id}")).await.ok().header("etag").unwrap().to_owned();
        let _ = owner.with("if-match", &etag).patch(&format!("/users/{id}"), json!({ "email": "new@harbour.example" })).await.ok();
        let step = first_step(&app, "new@harbour.example").await;
        assert_eq!(step["methods"], json!(["backup"]));
        let send = json!({ "challenge": step["challenge"], "method": "email" });
        let _ = app.nobody().post("/auth/challenge/send", send).await.problem(409, "no_such_way");
        let _ = answer(&app, "backup", step["challenge"].as_str().unwrap(), &codes[0]).await.ok();
    }

    async fn nothing_at_rest_holds_the_code_and_few_may_read_it(app) {
        let owner = app.owner().await;
        let _ = enrol(&app, &owner, OWNER).await;
        let _ = owner.post("/auth/step-up/send", json!({ "method": "email" })).await.ok();
        let code = app.sent_code(OWNER).await;
        let stored = format!("{:?}", app.db_dump(app.tenant().await).await);
        assert!(!stored.contains(&format!("{code:?}")) && !stored.contains(&format!("'{code}'")), "the code is in the database");
        let admin = app.caller(Role::Admin).await;
        let row = admin.get("/mailbox?limit=1&template=sign_in_code").await.ok().data()[0].clone();
        let mail = admin.get(&format!("/mailbox/{}", row["id"].as_str().unwrap())).await.ok().data();
        assert!(mail["text"].as_str().unwrap().contains("••••••") && mail["codeShown"] == false, "{mail}");
        assert!(!mail.to_string().contains(&code));
    }

    async fn without_the_password_no_code_is_sent(app) {
        let owner = app.owner().await;
        let _ = enrol(&app, &owner, OWNER).await;
        let wrong = json!({ "email": OWNER, "password": "no" });
        let _ = app.nobody().post("/auth/login", wrong).await.problem(401, "bad_credentials");
        let _ = app.nobody().post("/auth/challenge/send", json!({ "challenge": "none", "method": "email" })).await.problem(401, "challenge_over");
        let right = json!({ "email": OWNER, "password": PASSWORD });
        let step = app.nobody().post("/auth/login", right).await.ok().data();
        let _ = app.nobody().post("/auth/challenge/send", json!({ "challenge": step["challenge"], "method": "sms" })).await.problem(409, "no_such_way");
    }
}
