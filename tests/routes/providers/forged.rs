//! Tokens that are not what was asked for, each refused, none a way in.

use purser_testkit::{TestApp, both, json};
use serde_json::Value;

use super::fake::{Fake, Fault};
use super::trip::{Trip, collected, connect, open, refused};

fn eve() -> Value {
    json!({ "sub": "eve-1", "email": "eve@evil.example", "email_verified": true })
}

async fn refuse(app: &TestApp, fake: &Fake, provider: &str, fault: Fault) -> String {
    let trip = Trip::begin(app, provider).await;
    refused(&trip.back(app, &fake.faulty(app, &trip, eve(), fault)).await)
}

both! {
    async fn tokens_with_a_wrong_claim(plain) {
        let (app, fake) = Fake::on(plain.database).await;
        let owner = app.owner().await;
        let provider = connect(&owner, open()).await;
        let now = app.app.clock.now().seconds();
        let wrong = [
            json!({ "nonce": "another sign-in's" }), json!({ "nonce": null }), json!({ "aud": "somebody-else" }), json!({ "aud": null }),
            json!({ "aud": ["purser", "somebody-else"] }), json!({ "aud": ["purser", "x"], "azp": "x" }), json!({ "azp": "x" }),
            json!({ "iss": "https://evil.example" }), json!({ "iss": "https://id.example/" }), json!({ "exp": now - 61 }), json!({ "exp": null }),
            json!({ "iat": now + 61 }), json!({ "iat": now - 3_700 }), json!({ "iat": null }), json!({ "nbf": now + 120 }), json!({ "sub": "" }), json!({ "sub": null }),
        ];
        for claims in wrong {
            let fault = Fault { claims: claims.clone(), ..Fault::default() };
            assert_eq!(refuse(&app, &fake, &provider, fault).await, "provider_token", "{claims}");
        }
        for claims in [json!({ "aud": ["purser"] }), json!({ "aud": ["purser", "x"], "azp": "purser" }), json!({ "exp": now - 30 })] {
            let trip = Trip::begin(&app, &provider).await;
            let landed = trip.back(&app, &fake.faulty(&app, &trip, eve(), Fault { claims, ..Fault::default() })).await;
            let _ = trip.finish(&app, &collected(&landed)).await.ok();
        }
        let attempts = owner.get("/sign-ins?outcome=refused&limit=50").await.ok().data();
        assert_eq!(attempts.as_array().unwrap().iter().filter(|attempt| attempt["reason"] == "provider_token").count(), 17);
    }

    async fn tokens_nobody_or_somebody_else_signed(plain) {
        let (app, fake) = Fake::on(plain.database).await;
        let owner = app.owner().await;
        let provider = connect(&owner, open()).await;
        for fault in [
            Fault { unsigned: true, ..Fault::default() },
            Fault { shared_secret: true, ..Fault::default() },
            Fault { foreign_key: true, ..Fault::default() },
        ] {
            assert_eq!(refuse(&app, &fake, &provider, fault).await, "provider_token");
        }
    }

    async fn new_keys_are_asked_for_but_not_for_every_name_somebody_makes_up(plain) {
        let (app, fake) = Fake::on(plain.database).await;
        let owner = app.owner().await;
        let provider = connect(&owner, open()).await;
        let trip = Trip::begin(&app, &provider).await;
        let _ = trip.whole(&app, &fake.code(&app, &trip, eve())).await.ok();
        app.advance(31_000_000);
        let trip = Trip::begin(&app, &provider).await;
        let rotated = Fault { rotated: true, ..Fault::default() };
        let _ = trip.whole(&app, &fake.faulty(&app, &trip, eve(), rotated.clone())).await.ok();
        let asked = || fake.asked.lock().unwrap().iter().filter(|asked| asked.ends_with("/keys")).count();
        assert_eq!(asked(), 2);
        for _ in 0..5 { assert_eq!(refuse(&app, &fake, &provider, rotated.clone()).await, "provider_token"); }
        assert_eq!(asked(), 2, "names nobody knows, five times within half a minute");
    }

    async fn tampered_ways_back(plain) {
        let (app, fake) = Fake::on(plain.database).await;
        let owner = app.owner().await;
        let provider = connect(&owner, open()).await;
        let trip = Trip::begin(&app, &provider).await;
        let code = fake.code(&app, &trip, eve());
        // Another state, none, one of a sign-in that is over: nothing is asked of the provider.
        let before = fake.asked.lock().unwrap().len();
        for query in [format!("code={code}&state=x"), format!("code={code}"), String::new(), format!("code={code}&state={}", "x".repeat(5_000))] {
            assert_eq!(refused(&trip.back_with(&app, &query).await), "sign_in_over");
        }
        assert_eq!(fake.asked.lock().unwrap().len(), before);
        // A program that is no browser hears it as a problem.
        let _ = app.nobody().get(&format!("//api/v1/auth/providers/callback?code={code}&state=x")).await.problem(401, "sign_in_over");
        // The answer of another issuer.
        let query = format!("code={code}&state={}&iss=https%3A%2F%2Fevil.example", trip.state());
        assert_eq!(refused(&trip.back_with(&app, &query).await), "provider_token");
        let trip = Trip::begin(&app, &provider).await;
        assert_eq!(refused(&trip.back(&app, "a-guess").await), "provider_token");
        // A verifier that is another's: the code of one sign-in brought back in another.
        let (one, other) = (Trip::begin(&app, &provider).await, Trip::begin(&app, &provider).await);
        assert_eq!(refused(&other.back(&app, &fake.code(&app, &one, eve())).await), "provider_token");
        let trip = Trip::begin(&app, &provider).await;
        assert_eq!(refused(&trip.back_with(&app, &format!("error=access_denied&state={}", trip.state())).await), "cancelled");
        let trip = Trip::begin(&app, &provider).await;
        assert_eq!(refused(&trip.back_with(&app, &format!("error=server_error&state={}", trip.state())).await), "provider_refused");
    }

    async fn an_issuer_that_calls_itself_otherwise_is_not_spoken_to(plain) {
        let (app, fake) = Fake::on(plain.database).await;
        let owner = app.owner().await;
        let mut body = open();
        body["issuer"] = json!("https://other.example");
        let provider = connect(&owner, body).await;
        let _ = app.nobody().post(&format!("/auth/providers/{provider}/start"), json!({})).await.problem(503, "provider_misconfigured");
        let test = owner.call(axum::http::Method::POST, &format!("/providers/{provider}/test"), None).await.ok().data();
        assert_eq!(test["ok"], false);
        let issuer = test["steps"].as_array().unwrap().iter().find(|step| step["name"] == "issuer").unwrap().clone();
        assert_eq!(issuer["state"], "failed");
        assert!(issuer["detail"].as_str().unwrap().contains("https://id.example"), "{issuer}");
        assert_eq!((issuer["code"].as_str(), issuer["facts"]["issuer"].as_str()), (Some("issuer_differs"), Some("https://id.example")));
        assert_eq!(test["steps"][5]["code"], "skipped");
        *fake.away.lock().unwrap() = true;
        let _ = app.nobody().post(&format!("/auth/providers/{provider}/start"), json!({})).await.problem(503, "provider_unreachable");
    }
}
