//! `POST /auth/factors/totp`, `…/confirm` and `POST /auth/challenge/totp`.

use purser_core::access::Role;
use purser_testkit::{both, json};

use super::factors::{Authenticator, OWNER, PASSWORD, actions, answer, challenge, enrol, first_step, inside};

both! {
    async fn an_enrolled_person_is_asked_for_a_code_and_gets_in_with_it(app) {
        let owner = app.owner().await;
        let (device, codes) = enrol(&app, &owner).await;
        assert_eq!(codes.len(), 10);
        let asked = first_step(&app, OWNER).await;
        assert_eq!(asked["methods"], json!(["totp", "backup"]));
        assert_eq!(asked["enrol"], false);
        assert_eq!(asked["expiresIn"], 300);
        assert!(asked.get("accessToken").is_none() && asked.get("refreshToken").is_none(), "{asked}");
        let token = asked["challenge"].as_str().unwrap();
        // A challenge is no access token.
        let _ = app.nobody().with_token(token).get("/auth/me").await.problem(401, "bad_token");
        let reply = answer(&app, "totp", token, &device.code(&app, 0)).await.ok();
        let me = inside(&app, &reply).get("/auth/me").await.ok().data();
        assert_eq!(me["email"], OWNER);
        assert!(reply.data()["refreshToken"].is_string());
        // The challenge is used up.
        app.advance(30_000_000);
        let _ = answer(&app, "totp", token, &device.code(&app, 0)).await.problem(401, "challenge_over");
    }

    async fn the_enrolment_can_be_scanned_typed_and_is_nowhere_readable(app) {
        let owner = app.owner().await;
        let enrolment = owner.post("/auth/factors/totp", json!({})).await.ok().data();
        let (secret, uri, qr) = (enrolment["secret"].as_str().unwrap(), enrolment["uri"].as_str().unwrap(), enrolment["qr"].as_str().unwrap());
        assert_eq!(secret.len(), 32);
        assert!(uri.starts_with("otpauth://totp/Harbour%20Supplies:owner@harbour.example?secret="), "{uri}");
        assert!(uri.contains(secret) && qr.starts_with("<svg "));
        let tenant = app.tenant().await;
        let stored = format!("{:?}", app.db_dump(tenant).await);
        assert!(!stored.contains(secret), "the secret is in the database");
        // Until it is confirmed it asks for nothing.
        assert!(first_step(&app, OWNER).await["accessToken"].is_string());
        assert_eq!(owner.get("/auth/factors").await.ok().data()["factors"], json!([]));
    }

    async fn a_wrong_code_confirms_nothing_and_a_late_one_neither(app) {
        let owner = app.owner().await;
        let _ = owner.post("/auth/factors/totp/confirm", json!({ "code": "123456" })).await.problem(409, "nothing_to_confirm");
        let first = Authenticator::scan(&owner.post("/auth/factors/totp", json!({})).await.ok().data());
        let second = Authenticator::scan(&owner.post("/auth/factors/totp", json!({})).await.ok().data());
        let wrong = owner.post("/auth/factors/totp/confirm", json!({ "code": first.code(&app, 0) })).await.problem(400, "invalid");
        let _ = wrong.complains("code", "wrong");
        app.advance(16 * 60_000_000);
        // The access token is renewed on the way.
        let owner = app.owner().await;
        let late = owner.post("/auth/factors/totp/confirm", json!({ "code": second.code(&app, 0) })).await;
        let _ = late.problem(409, "nothing_to_confirm");
    }

    async fn a_code_is_good_one_step_early_and_late_and_only_once(app) {
        let owner = app.owner().await;
        let (device, _) = enrol(&app, &owner).await;
        for (steps, good) in [(-2, false), (2, false), (-1, true), (0, true), (1, true)] {
            let token = challenge(&app, OWNER).await;
            let code = device.code(&app, steps);
            let reply = answer(&app, "totp", &token, &code).await;
            if !good {
                let _ = reply.problem(401, "bad_code");
                continue;
            }
            let _ = reply.ok();
            // Nobody uses it again, nor one of a step before.
            for old in [code, device.code(&app, steps - 1)] {
                let token = challenge(&app, OWNER).await;
                let _ = answer(&app, "totp", &token, &old).await.problem(401, "bad_code");
            }
        }
    }

    async fn one_code_fifty_times_at_once_lets_one_in(app) {
        let owner = app.owner().await;
        let (device, _) = enrol(&app, &owner).await;
        let code = device.code(&app, 0);
        let mut tokens = Vec::new();
        for _ in 0..50 { tokens.push(challenge(&app, OWNER).await); }
        let calls: Vec<_> = tokens
            .into_iter()
            .map(|token| {
                let (nobody, code) = (app.nobody(), code.clone());
                tokio::spawn(async move { nobody.post("/auth/challenge/totp", json!({ "challenge": token, "code": code })).await.status.as_u16() })
            })
            .collect();
        let mut good = 0;
        for call in calls {
            match call.await.unwrap() {
                200 => good += 1,
                other => assert!(other == 401 || other == 429, "{other}"),
            }
        }
        assert_eq!(good, 1);
    }

    async fn a_challenge_takes_five_answers_and_five_minutes(app) {
        let owner = app.owner().await;
        let (device, _) = enrol(&app, &owner).await;
        let token = challenge(&app, OWNER).await;
        for _ in 0..5 { let _ = answer(&app, "totp", &token, "000000").await.problem(401, "bad_code"); }
        let _ = answer(&app, "totp", &token, &device.code(&app, 0)).await.problem(401, "challenge_over");
        let token = challenge(&app, OWNER).await;
        app.advance(5 * 60_000_000);
        let _ = answer(&app, "totp", &token, &device.code(&app, 0)).await.problem(401, "challenge_over");
        let _ = answer(&app, "totp", "made up", "000000").await.problem(401, "challenge_over");
    }

    async fn ten_wrong_codes_lock_the_second_step_for_a_while(app) {
        let owner = app.owner().await;
        let (device, _) = enrol(&app, &owner).await;
        for _ in 0..2 {
            let token = challenge(&app, OWNER).await;
            for _ in 0..5 { let _ = answer(&app, "totp", &token, "000000").await.problem(401, "bad_code"); }
        }
        let token = challenge(&app, OWNER).await;
        let refused = answer(&app, "totp", &token, &device.code(&app, 0)).await.problem(429, "rate_limited");
        assert_eq!(refused.header("retry-after"), Some("900"));
        app.advance(15 * 60_000_000);
        let token = challenge(&app, OWNER).await;
        let _ = answer(&app, "totp", &token, &device.code(&app, 0)).await.ok();
    }

    async fn enrolling_ends_the_other_sessions_and_is_in_the_log(app) {
        let (owner, other) = (app.owner().await, app.owner().await);
        let _ = enrol(&app, &owner).await;
        let _ = other.get("/auth/me").await.problem(401, "session_ended");
        let _ = owner.get("/auth/me").await.ok();
        let log = actions(&app).await;
        assert!(log.iter().any(|action| action == "factor.add"), "{log:?}");
    }

    async fn the_password_alone_still_decides_who_is_asked(app) {
        let owner = app.owner().await;
        let _ = enrol(&app, &owner).await;
        let wrong = app.nobody().post("/auth/login", json!({ "email": OWNER, "password": "no" })).await;
        let _ = wrong.problem(401, "bad_credentials");
        // Somebody else is asked for nothing.
        let tenant = app.tenant().await;
        let other = app.db_user(tenant, Role::Support, "Sam").await;
        let body = json!({ "email": other.email, "password": PASSWORD });
        assert!(app.nobody().post("/auth/login", body).await.ok().data()["accessToken"].is_string());
    }
}
