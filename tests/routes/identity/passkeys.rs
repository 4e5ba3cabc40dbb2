//! `POST /auth/factors/passkey`, `…/confirm`, `POST /auth/passkey`, `POST /auth/challenge/passkey`, `POST /auth/step-up/passkey`, each with its
//! `…/begin`, `GET /auth/ways`.

use axum::http::Method;
use purser_core::access::Role;
use purser_testkit::{Caller, Passkey, Reply, TestApp, both, json};
use serde_json::Value;

use super::factors::{OWNER, PASSWORD, actions, first_step, inside};

const ORIGIN: &str = "https://console.example";

/// Add a passkey to the caller's account; the device and the backup codes.
async fn add(by: &Caller, name: &str) -> (Passkey, Vec<String>) {
    let asked = by.post("/auth/factors/passkey", json!({})).await.ok().data();
    let (device, credential) = Passkey::create(&asked["options"], ORIGIN);
    let body = json!({ "token": asked["token"], "name": name, "credential": credential });
    let added = by.post("/auth/factors/passkey/confirm", body).await.ok().data();
    (device, added["backupCodes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned()).collect())
}

async fn asked(app: &TestApp) -> Value {
    app.nobody().post("/auth/passkey/begin", json!({})).await.ok().data()
}

async fn come(app: &TestApp, asked: &Value, credential: &Value) -> Reply {
    let body = json!({ "token": asked["token"], "credential": credential, "tokenDelivery": "body" });
    app.nobody().post("/auth/passkey", body).await
}

async fn sign_in(app: &TestApp, device: &mut Passkey) -> Reply {
    let asked = asked(app).await;
    let credential = device.sign(&asked["options"]);
    come(app, &asked, &credential).await
}

async fn last_attempt(app: &TestApp) -> Value {
    app.owner_unasked().await.get("/sign-ins?outcome=refused&limit=1").await.ok().data()[0].clone()
}

fn grounds(reason: &str) -> serde_json::Value {
    json!({ "reason": reason, "identifiedBy": "knows the number of their contract" })
}

both! {
    async fn one_signs_in_without_a_password_and_counts_as_both_factors(app) {
        let owner = app.owner().await;
        let (mut device, codes) = add(&owner, "Laptop").await;
        assert_eq!(codes.len(), 10);
        let asked = asked(&app).await;
        assert_eq!(asked["options"]["publicKey"]["rpId"], "console.example");
        assert_eq!(asked["options"]["publicKey"]["userVerification"], "required");
        assert_eq!(asked["options"]["mediation"], "conditional");
        let credential = device.sign(&asked["options"]);
        let reply = come(&app, &asked, &credential).await.ok();
        let me = inside(&app, &reply);
        assert_eq!(me.get("/auth/me").await.ok().data()["email"], OWNER);
        assert!(reply.data()["refreshToken"].is_string());
        let factors = me.get("/auth/factors").await.ok().data();
        assert!(factors["freshUntil"].is_string(), "{factors}");
        assert_eq!((&factors["factors"][0]["kind"], &factors["factors"][0]["name"]), (&json!("passkey"), &json!("Laptop")));
        assert!(factors["factors"][0]["lastUsedAt"].is_string());
        let last = me.get("/sign-ins?limit=1").await.ok().data();
        assert_eq!((&last[0]["outcome"], &last[0]["method"]), (&json!("signed_in"), &json!("passkey")));
        // The same answer once more, with a request that is used up.
        let _ = come(&app, &asked, &credential).await.problem(401, "challenge_over");
    }

    async fn an_answer_is_good_for_what_was_asked_and_for_five_minutes(app) {
        let owner = app.owner().await;
        let (mut device, _) = add(&owner, "Laptop").await;
        let (first, second) = (asked(&app).await, asked(&app).await);
        let credential = device.sign(&first["options"]);
        let _ = come(&app, &second, &credential).await.problem(401, "bad_passkey");
        // One try: the right answer comes too late.
        let late = device.sign(&second["options"]);
        let _ = come(&app, &second, &late).await.problem(401, "challenge_over");
        app.advance(5 * 60_000_000);
        let _ = come(&app, &first, &credential).await.problem(401, "challenge_over");
        let _ = sign_in(&app, &mut device).await.ok();
    }

    async fn other_pages_other_addresses_and_unsure_devices_are_refused(app) {
        let owner = app.owner().await;
        let (device, _) = add(&owner, "Laptop").await;
        let wrong: [fn(&mut Passkey); 3] = [
            |device| device.origin = "https://console.example.evil.test".into(),
            |device| device.party = "evil.test".into(),
            |device| device.verifies = false,
        ];
        for change in wrong {
            let mut device = device.clone();
            change(&mut device);
            let _ = sign_in(&app, &mut device).await.problem(401, "bad_passkey");
        }
        assert_eq!(last_attempt(&app).await["reason"], "wrong_passkey");
        let mut silent = device.clone();
        silent.tells = false;
        let _ = sign_in(&app, &mut silent).await.problem(400, "invalid").complains("credential", "malformed");
        let (_, other) = Passkey::create(&json!({ "publicKey": { "rp": { "id": "console.example" }, "user": { "id": "AAAA" }, "challenge": "AAAA" } }), ORIGIN);
        let asked = asked(&app).await;
        let _ = come(&app, &asked, &other).await.problem(400, "invalid").complains("credential", "malformed");
        let _ = sign_in(&app, &mut device.clone()).await.ok();
    }

    async fn a_copied_key_is_refused_and_told(app) {
        let owner = app.owner().await;
        let (mut device, _) = add(&owner, "Key ring").await;
        let mut copy = device.clone();
        let _ = sign_in(&app, &mut device).await.ok();
        let _ = sign_in(&app, &mut device).await.ok();
        let _ = sign_in(&app, &mut copy).await.problem(401, "bad_passkey");
        assert_eq!(last_attempt(&app).await["reason"], "copied_passkey");
        assert!(actions(&app).await.contains(&"factor.copied".to_owned()));
        let _ = sign_in(&app, &mut device).await.ok();
    }

    async fn fifty_answers_at_once_open_one_session(app) {
        let owner = app.owner().await;
        let (mut device, _) = add(&owner, "Laptop").await;
        let asked = asked(&app).await;
        let body = json!({ "token": asked["token"], "credential": device.sign(&asked["options"]), "tokenDelivery": "body" });
        let calls: Vec<_> = (0..50)
            .map(|at| {
                let (nobody, body) = (app.nobody().from(&format!("192.0.2.{at}")), body.clone());
                tokio::spawn(async move { nobody.post("/auth/passkey", body).await.status.as_u16() })
            })
            .collect();
        let mut good = 0;
        for call in calls {
            match call.await.unwrap() {
                200 => good += 1,
                other => assert_eq!(other, 401),
            }
        }
        assert_eq!(good, 1);
    }

    async fn it_is_a_second_step_after_a_password(app) {
        let owner = app.owner().await;
        let (mut device, codes) = add(&owner, "Laptop").await;
        let _ = owner.get("/auth/me").await.ok();
        let step = first_step(&app, OWNER).await;
        assert_eq!(step["methods"], json!(["passkey", "backup"]));
        let nobody = app.nobody();
        let begun = nobody.post("/auth/challenge/passkey/begin", json!({ "challenge": step["challenge"] })).await.ok().data();
        assert_eq!(begun["options"]["publicKey"]["allowCredentials"].as_array().unwrap().len(), 1);
        assert!(begun["options"].get("mediation").is_none());
        let answer = |credential: Value| json!({ "challenge": step["challenge"], "credential": credential, "tokenDelivery": "body" });
        let mut elsewhere = device.clone();
        elsewhere.origin = "https://evil.test".into();
        let _ = nobody.post("/auth/challenge/passkey", answer(elsewhere.sign(&begun["options"]))).await.problem(401, "bad_passkey");
        // Asked once, answered once.
        let late = answer(device.sign(&begun["options"]));
        let _ = nobody.post("/auth/challenge/passkey", late).await.problem(409, "nothing_to_confirm");
        let begun = nobody.post("/auth/challenge/passkey/begin", json!({ "challenge": step["challenge"] })).await.ok().data();
        let reply = nobody.post("/auth/challenge/passkey", answer(device.sign(&begun["options"]))).await.ok();
        assert_eq!(inside(&app, &reply).get("/auth/me").await.ok().data()["email"], OWNER);
        // A backup code does as well.
        let step = first_step(&app, OWNER).await;
        let _ = nobody.post("/auth/challenge/backup", json!({ "challenge": step["challenge"], "code": codes[0] })).await.ok();
    }

    async fn it_is_a_fresh_proof(app) {
        let owner = app.owner().await;
        let (mut device, _) = add(&owner, "Laptop").await;
        app.advance(11 * 60_000_000);
        let support = app.caller(Role::Support).await;
        let role = format!("/users/{}/role", support.id.clone().unwrap());
        let owner = inside(&app, &sign_in(&app, &mut device).await.ok());
        app.advance(11 * 60_000_000);
        let _ = owner.patch(&role, json!({ "role": "finance" })).await.problem(403, "step_up_required");
        let asked = owner.post("/auth/step-up/passkey/begin", json!({})).await.ok().data();
        let body = json!({ "token": asked["token"], "credential": device.sign(&asked["options"]) });
        // What one person was asked another can not answer.
        let _ = support.post("/auth/step-up/passkey", body.clone()).await;
        let asked = owner.post("/auth/step-up/passkey/begin", json!({})).await.ok().data();
        let body = json!({ "token": asked["token"], "credential": device.sign(&asked["options"]) });
        assert!(owner.post("/auth/step-up/passkey", body.clone()).await.ok().data()["freshUntil"].is_string());
        let _ = owner.patch(&role, json!({ "role": "finance" })).await.ok();
        let _ = owner.post("/auth/step-up/passkey", body).await.problem(409, "nothing_to_confirm");
        let _ = support.post("/auth/step-up/passkey/begin", json!({})).await.problem(409, "no_passkey");
    }

    async fn several_are_added_named_and_taken_away(app) {
        let owner = app.owner().await;
        let (mut first, codes) = add(&owner, "Laptop").await;
        let (mut second, none) = add(&owner, "Telephone").await;
        assert_eq!((codes.len(), none.len()), (10, 0));
        let asked = owner.post("/auth/factors/passkey", json!({})).await.ok().data();
        assert_eq!(asked["options"]["publicKey"]["excludeCredentials"].as_array().unwrap().len(), 2);
        let (_, foreign) = Passkey::create(&asked["options"], "https://evil.test");
        let body = json!({ "token": asked["token"], "name": "Evil", "credential": foreign });
        let _ = owner.post("/auth/factors/passkey/confirm", body.clone()).await.problem(400, "invalid").complains("credential", "not_taken");
        let _ = owner.post("/auth/factors/passkey/confirm", body).await.problem(409, "nothing_to_confirm");
        let rows = owner.get("/auth/factors").await.ok().data();
        let id = rows["factors"][0]["id"].as_str().unwrap().to_owned();
        let _ = owner.patch(&format!("/auth/factors/{id}"), json!({ "name": "Old laptop" })).await.is(204);
        let _ = owner.post(&format!("/auth/factors/{id}/remove"), json!({ "password": PASSWORD })).await.is(204);
        let _ = sign_in(&app, &mut first).await.problem(401, "bad_passkey");
        let _ = sign_in(&app, &mut second).await.ok();
    }

    async fn only_whoever_asked_adds_a_key_and_only_once(app) {
        let owner = app.owner().await;
        let support = app.caller(Role::Support).await;
        let asked = owner.post("/auth/factors/passkey", json!({})).await.ok().data();
        let (_, credential) = Passkey::create(&asked["options"], ORIGIN);
        let body = json!({ "token": asked["token"], "name": "Laptop", "credential": credential });
        let _ = support.post("/auth/factors/passkey/confirm", body.clone()).await.problem(409, "nothing_to_confirm");
        assert_eq!(support.get("/auth/factors").await.ok().data()["factors"], json!([]));
        let _ = owner.post("/auth/factors/passkey/confirm", body.clone()).await.ok();
        let _ = owner.post("/auth/factors/passkey/confirm", body).await.problem(409, "nothing_to_confirm");
        assert_eq!(owner.get("/auth/factors").await.ok().data()["factors"].as_array().unwrap().len(), 1);
    }

    async fn staff_see_and_take_away_a_persons_passkey_with_a_reason(app) {
        let owner = app.owner().await;
        let user = app.caller(Role::Support).await;
        let (mut device, _) = add(&user, "Laptop").await;
        let path = format!("/users/{}/factors", user.id.clone().unwrap());
        let row = owner.get(&path).await.ok().data()["factors"][0].clone();
        assert_eq!((&row["kind"], &row["name"]), (&json!("passkey"), &json!("Laptop")));
        let take = format!("{path}/{}/remove", row["id"].as_str().unwrap());
        let _ = owner.post(&take, grounds(" ")).await.problem(400, "invalid").complains("reason", "required");
        let stranger = app.stranger(Role::Owner).await;
        let _ = stranger.post(&take, grounds("lost")).await.problem(404, "not_found");
        let _ = user.post(&take, grounds("lost")).await.problem(403, "forbidden");
        let _ = owner.post(&take, grounds("lost on a train")).await.is(204);
        let _ = user.get("/auth/me").await.problem(401, "session_ended");
        let _ = sign_in(&app, &mut device).await.problem(401, "bad_passkey");
        let line = owner.get("/audit?action=factor.remove&limit=1").await.ok().data()[0].clone();
        assert_eq!((&line["reason"], &line["after"]["identifiedBy"]), (&json!("lost on a train"), &json!("knows the number of their contract")));
        let _ = owner.post(&take, grounds("again")).await.problem(404, "not_found");
    }

    async fn a_locked_person_stays_out(app) {
        let owner = app.owner().await;
        let user = app.caller(Role::Support).await;
        let (mut device, _) = add(&user, "Laptop").await;
        let id = user.id.clone().unwrap();
        let _ = owner.post(&format!("/users/{id}/lock"), json!({ "reason": "left" })).await.ok();
        let _ = sign_in(&app, &mut device).await.problem(401, "bad_passkey");
        assert_eq!(last_attempt(&app).await["reason"], "not_active");
        let _ = owner.call(Method::POST, &format!("/users/{id}/unlock"), None).await.ok();
        let _ = sign_in(&app, &mut device).await.ok();
    }

    async fn the_page_learns_where_passkeys_work(app) {
        assert_eq!(app.nobody().get("/auth/ways").await.ok().data()["passkeyOrigin"], ORIGIN);
    }

    async fn no_request_and_no_key_is_readable_in_the_database(app) {
        let owner = app.owner().await;
        let (_, _) = add(&owner, "Laptop").await;
        let asked = asked(&app).await;
        let challenge = asked["options"]["publicKey"]["challenge"].as_str().unwrap();
        let tenant = app.tenant().await;
        let stored = format!("{:?}", app.db_dump(tenant).await);
        assert!(!stored.contains(challenge) && !stored.contains(asked["token"].as_str().unwrap()));
        assert!(!stored.contains("SECP256R1"), "a key is in the clear");
    }
}
