//! The same thing twice, twenty times at once, too late, and in another browser.

use purser_testkit::{both, json};
use serde_json::Value;

use super::fake::Fake;
use super::trip::{Trip, collected, connect, facts, open, refused};

fn ada() -> Value {
    json!({ "sub": "ada-1", "email": "ada@home.example", "email_verified": true })
}

both! {
    async fn twenty_callbacks_at_once_are_one(plain) {
        let (app, fake) = Fake::on(plain.database).await;
        let owner = app.owner().await;
        let provider = connect(&owner, open()).await;
        let trip = Trip::begin(&app, &provider).await;
        let code = fake.code(&app, &trip, ada());
        let backs = futures::future::join_all((0..20).map(|_| trip.back(&app, &code))).await;
        let codes: Vec<String> = backs.iter().filter_map(|back| facts(back.header("location").unwrap()).get("code").cloned()).collect();
        assert_eq!(codes.len(), 1);
        let finished = futures::future::join_all((0..20).map(|_| trip.finish(&app, &codes[0]))).await;
        let good: Vec<_> = finished.iter().filter(|reply| reply.status.is_success()).collect();
        assert_eq!(good.len(), 1);
        let id = good[0].data()["user"]["id"].as_str().unwrap().to_owned();
        for reply in finished.into_iter().filter(|reply| !reply.status.is_success()) { let _ = reply.problem(401, "sign_in_over"); }
        assert_eq!(owner.get(&format!("/users/{id}/sessions")).await.ok().data().as_array().unwrap().len(), 1);
    }

    async fn ten_first_times_at_once_make_one_account(plain) {
        let (app, fake) = Fake::on(plain.database).await;
        let owner = app.owner().await;
        let provider = connect(&owner, open()).await;
        let mut waiting = Vec::new();
        for _ in 0..10 {
            let trip = Trip::begin(&app, &provider).await;
            let code = collected(&trip.back(&app, &fake.code(&app, &trip, ada())).await);
            waiting.push((trip, code));
        }
        let finished = futures::future::join_all(waiting.iter().map(|(trip, code)| trip.finish(&app, code))).await;
        let mut ids: Vec<Value> = finished.into_iter().map(|reply| reply.ok().data()["user"]["id"].clone()).collect();
        ids.dedup();
        assert_eq!(ids.len(), 1);
        assert_eq!(owner.get("/users?search=ada").await.ok().data().as_array().unwrap().len(), 1);
    }

    async fn only_the_browser_that_began_collects(plain) {
        let (app, fake) = Fake::on(plain.database).await;
        let owner = app.owner().await;
        let provider = connect(&owner, open()).await;
        let (victim, attacker) = (Trip::begin(&app, &provider).await, Trip::begin(&app, &provider).await);
        // The attacker's way back, opened in the victim's browser.
        let code = collected(&victim.back_with(&app, &format!("code={}&state={}", fake.code(&app, &attacker, ada()), attacker.state())).await);
        let _ = victim.finish(&app, &code).await.problem(401, "sign_in_over");
        let _ = app.nobody().post("/auth/providers/finish", json!({ "code": code })).await.problem(401, "sign_in_over");
        let _ = attacker.finish(&app, &code).await.ok();
    }

    async fn what_takes_too_long_is_over(plain) {
        let (app, fake) = Fake::on(plain.database).await;
        let owner = app.owner().await;
        let provider = connect(&owner, open()).await;
        let trip = Trip::begin(&app, &provider).await;
        let code = fake.code(&app, &trip, ada());
        app.advance(600_000_000);
        assert_eq!(refused(&trip.back(&app, &code).await), "sign_in_over");
        let trip = Trip::begin(&app, &provider).await;
        let code = collected(&trip.back(&app, &fake.code(&app, &trip, ada())).await);
        app.advance(120_000_000);
        let _ = trip.finish(&app, &code).await.problem(401, "sign_in_over");
    }

    async fn a_way_that_was_switched_off_meanwhile_leads_nowhere(plain) {
        let (app, fake) = Fake::on(plain.database).await;
        let owner = app.owner().await;
        let provider = connect(&owner, open()).await;
        let (early, late) = (Trip::begin(&app, &provider).await, Trip::begin(&app, &provider).await);
        let code = collected(&early.back(&app, &fake.code(&app, &early, ada())).await);
        let path = format!("/providers/{provider}");
        let one = owner.get(&path).await.ok();
        let _ = owner.with("if-match", one.header("etag").unwrap()).patch(&path, json!({ "enabled": false })).await.ok();
        let _ = early.finish(&app, &code).await.problem(401, "provider_disabled");
        assert_eq!(refused(&late.back(&app, &fake.code(&app, &late, ada())).await), "provider_disabled");
    }

    async fn nothing_that_works_lies_in_the_database(plain) {
        let (app, fake) = Fake::on(plain.database).await;
        let owner = app.owner().await;
        let provider = connect(&owner, open()).await;
        let (trip, open_trip) = (Trip::begin(&app, &provider).await, Trip::begin(&app, &provider).await);
        let code = collected(&trip.back(&app, &fake.code(&app, &trip, ada())).await);
        let kept = trip.cookie.split('=').nth(1).unwrap().to_owned();
        let (nonce, challenge) = (facts(&open_trip.url)["nonce"].clone(), facts(&open_trip.url)["code_challenge"].clone());
        let dump = format!("{:?}", app.db_dump(app.tenant().await).await);
        for secret in ["a shared secret", code.as_str(), &kept, &open_trip.state(), &nonce, &challenge] {
            let hex: Vec<String> = secret.bytes().map(|byte| format!("{byte:02X}")).collect();
            let hex = hex.concat();
            assert!(!dump.contains(secret) && !dump.contains(&hex), "{secret}");
        }
    }

    async fn too_many_at_once_from_one_address_are_refused(plain) {
        let (app, _) = Fake::on(plain.database).await;
        let owner = app.owner().await;
        let provider = connect(&owner, open()).await;
        let start = async || app.nobody().post(&format!("/auth/providers/{provider}/start"), json!({})).await.status.as_u16();
        let mut last = 200;
        for _ in 0..61 { last = start().await; }
        assert_eq!(last, 429);
    }
}
