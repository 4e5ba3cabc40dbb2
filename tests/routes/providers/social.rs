//! GitHub, Facebook and Apple, each as what it is.

use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use purser_testkit::{both, json};
use serde_json::Value;

use super::fake::{Fake, Key};
use super::trip::{Trip, collected, connect, facts};

const GITHUB: &str = "https://api.github.com";

both! {
    async fn github_says_who_when_asked(plain) {
        let (app, fake) = Fake::on(plain.database).await;
        let owner = app.owner().await;
        let body = json!({ "kind": "github", "name": "GitHub", "clientId": "purser", "secret": "a shared secret", "createPeople": true });
        let provider = connect(&owner, body).await;
        let say = |verified: bool| {
            let mut facts = fake.facts.lock().unwrap();
            facts.insert(format!("{GITHUB}/user"), json!({ "id": 583_231, "login": "octo", "name": "Mona Lisa Octocat", "email": "public@else.example" }));
            let emails = json!([{ "email": "old@home.example", "primary": false, "verified": true }, { "email": "mona@home.example", "primary": true, "verified": verified }]);
            facts.insert(format!("{GITHUB}/user/emails"), emails);
        };
        say(false);
        let trip = Trip::begin(&app, &provider).await;
        assert!(trip.url.starts_with("https://github.com/login/oauth/authorize?"), "{}", trip.url);
        let _ = trip.whole(&app, &fake.code(&app, &trip, json!({}))).await.problem(403, "email_unverified_there");
        say(true);
        let trip = Trip::begin(&app, &provider).await;
        let reply = trip.whole(&app, &fake.code(&app, &trip, json!({}))).await.ok();
        assert_eq!((reply.data()["user"]["email"].as_str(), reply.data()["user"]["lastName"].as_str()), (Some("mona@home.example"), Some("Lisa Octocat")));
        let asked = fake.asked.lock().unwrap();
        assert!(asked.iter().any(|asked| asked == "https://github.com/login/oauth/access_token") && asked.iter().any(|asked| asked == "proof a shared secret"));
    }

    async fn an_enterprise_server_is_asked_at_its_own_address(plain) {
        let (app, fake) = Fake::on(plain.database).await;
        let owner = app.owner().await;
        let body = json!({ "kind": "github", "name": "Hub", "issuer": "https://hub.example", "clientId": "purser", "secret": "s", "createPeople": true });
        let provider = connect(&owner, body).await;
        fake.facts.lock().unwrap().insert("https://hub.example/api/v3/user".into(), json!({ "id": 1, "name": null }));
        fake.facts.lock().unwrap().insert("https://hub.example/api/v3/user/emails".into(), json!([{ "email": "mo@home.example", "primary": true, "verified": true }]));
        let trip = Trip::begin(&app, &provider).await;
        assert!(trip.url.starts_with("https://hub.example/login/oauth/authorize?"), "{}", trip.url);
        let _ = trip.whole(&app, &fake.code(&app, &trip, json!({}))).await.ok();
    }

    async fn facebook_vouches_for_no_address(plain) {
        let (app, fake) = Fake::on(plain.database).await;
        let owner = app.owner().await;
        let body = json!({ "kind": "facebook", "name": "Facebook", "clientId": "purser", "secret": "a shared secret", "createPeople": true });
        let provider = connect(&owner, body).await;
        let me = json!({ "id": "10221", "first_name": "Fay", "last_name": "Book", "email": "fay@home.example" });
        fake.facts.lock().unwrap().insert("https://graph.facebook.com/v23.0/me".into(), me);
        let trip = Trip::begin(&app, &provider).await;
        assert!(trip.url.starts_with("https://www.facebook.com/v23.0/dialog/oauth?"), "{}", trip.url);
        let _ = trip.whole(&app, &fake.code(&app, &trip, json!({}))).await.problem(403, "email_unverified_there");
        let fay = app.caller(purser_core::access::Role::User).await;
        let trip = Trip::begin_link(&fay, &provider).await;
        let code = collected(&trip.back(&app, &fake.code(&app, &trip, json!({}))).await);
        let _ = fay.with("cookie", &trip.cookie).post("/auth/identities/finish", json!({ "code": code })).await.ok();
        let trip = Trip::begin(&app, &provider).await;
        assert_eq!(trip.whole(&app, &fake.code(&app, &trip, json!({}))).await.ok().data()["user"]["id"].as_str(), fay.id.as_deref());
        let asked = fake.asked.lock().unwrap();
        let proof = asked.iter().find(|asked| asked.contains("/me?")).and_then(|asked| facts(asked).get("appsecret_proof").cloned()).unwrap();
        assert_eq!(proof.len(), 64);
    }

    async fn apple_gets_a_secret_signed_for_the_moment_and_sends_a_form(plain) {
        let (app, fake) = Fake::on(plain.database).await;
        let owner = app.owner().await;
        let key = Key::new();
        let body = json!({ "kind": "apple", "name": "Apple", "clientId": "example.purser", "secret": key.pem, "createPeople": true, "apple": { "teamId": "TEAM123456", "keyId": "KEY1234567" } });
        let provider = connect(&owner, body).await;
        let trip = Trip::begin(&app, &provider).await;
        assert_eq!(facts(&trip.url)["response_mode"], "form_post");
        let code = fake.code(&app, &trip, json!({ "sub": "apple-1", "email": "relay@privaterelay.example", "email_verified": "true" }));
        let form = format!("state={}&code={code}&user=%7B%22name%22%3A%7B%22firstName%22%3A%22Ann%22%2C%22lastName%22%3A%22Apple%22%7D%7D", trip.state());
        // Apple's page sends the form, so it names itself, and no cookie of ours comes along.
        let apple = app.nobody().with("accept", "text/html").with("origin", "https://appleid.apple.com").with("host", "console.example");
        let kind = Some("application/x-www-form-urlencoded");
        let landed = apple.send(axum::http::Method::POST, "//api/v1/auth/providers/callback", kind, axum::body::Body::from(form)).await;
        let reply = trip.finish(&app, &collected(&landed)).await.ok();
        assert_eq!(reply.data()["user"]["name"], "Ann Apple");
        let asked = fake.asked.lock().unwrap();
        let secret = asked.iter().find_map(|asked| asked.strip_prefix("proof ")).unwrap();
        let mut validation = Validation::new(Algorithm::ES256);
        validation.set_audience(&["https://appleid.apple.com"]);
        validation.validate_exp = false;
        let header = jsonwebtoken::decode_header(secret).unwrap();
        assert_eq!(header.kid.as_deref(), Some("KEY1234567"));
        let claims = jsonwebtoken::decode::<Value>(secret, &DecodingKey::from_ec_der(&key.point()), &validation).unwrap().claims;
        assert_eq!((claims["iss"].as_str(), claims["sub"].as_str()), (Some("TEAM123456"), Some("example.purser")));
        assert!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap() <= 300);
    }

    async fn no_other_door_takes_forms_of_other_sites(plain) {
        let (app, _) = Fake::on(plain.database).await;
        app.tenant().await;
        let foreign = app.nobody().with("origin", "https://evil.example").with("host", "console.example");
        for path in ["/auth/login", "/auth/providers/finish", "/auth/refresh", "/auth/identities/finish"] {
            let _ = foreign.post(path, json!({})).await.problem(403, "foreign_origin");
        }
    }
}
