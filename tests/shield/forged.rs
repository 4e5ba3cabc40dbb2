//! Access tokens that were not made by us, or not for this: each hears 401, and which kind.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use purser_core::Error;
use purser_core::access::Role;
use purser_service::identity::tokens;
use purser_store::{Scope, sessions};
use purser_testkit::{TestApp, both, json};
use serde_json::Value;

fn pem(der: &[u8]) -> EncodingKey {
    let body = STANDARD.encode(der);
    let lines: Vec<&str> = body.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let text = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"));
    EncodingKey::from_rsa_pem(text.as_bytes()).unwrap()
}

/// The engine's own key: what a thief of the database would hold.
async fn own_key(app: &TestApp) -> (String, EncodingKey) {
    let keys = app.app.db.read(Scope::System, async |tx| sessions::signing_keys(tx).await.map_err(Error::from)).await.unwrap();
    (keys[0].kid.clone(), pem(&keys[0].private_key))
}

fn parts(token: &str) -> (Value, Value) {
    let read = |part: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    let mut parts = token.split('.');
    (read(parts.next().unwrap()), read(parts.next().unwrap()))
}

fn header(kid: &str) -> Header {
    Header { kid: Some(kid.to_owned()), typ: Some("at+jwt".into()), ..Header::new(Algorithm::RS256) }
}

async fn good_token(app: &TestApp) -> String {
    app.tenant().await;
    let body = json!({ "email": "owner@harbour.example", "password": "harbour lantern 42 brass" });
    app.nobody().post("/auth/login", body).await.ok().data()["accessToken"].as_str().unwrap().to_owned()
}

both! {
    async fn a_signature_of_ours_is_needed(app) {
        let token = good_token(&app).await;
        let (head, claims) = parts(&token);
        assert_eq!((head["alg"].as_str(), head["typ"].as_str()), (Some("RS256"), Some("at+jwt")));
        let kid = head["kid"].as_str().unwrap();
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let sign = |header: &Header, key: &EncodingKey| jsonwebtoken::encode(header, &claims, key).unwrap();
        let published = app.nobody().get("//.well-known/jwks.json").await.ok().json();
        let public = published["keys"][0].clone();
        let modulus = URL_SAFE_NO_PAD.decode(public["n"].as_str().unwrap()).unwrap();
        assert!(modulus.len() * 8 >= 3_072, "as strong as 128 bits");
        assert!(published["keys"].as_array().unwrap().iter().all(|key| key.get("d").is_none() && key.get("p").is_none()), "public halves only");
        let own = pem(&tokens::generate().unwrap().private_key);
        let hs = |secret: &[u8]| sign(&Header { alg: Algorithm::HS256, ..header(kid) }, &EncodingKey::from_secret(secret));
        let (_, body) = token.split_once('.').unwrap();
        let (payload, signature) = body.split_once('.').unwrap();
        let mut admin = claims.clone();
        admin["sub"] = json!("0192f0c1-0000-7000-8000-000000000000");
        let mut brought = header(kid);
        brought.jku = Some("https://evil.example/keys".into());
        let forged = [
            ("no algorithm", format!("{}.{payload}.", encode(&json!({ "alg": "none", "typ": "at+jwt", "kid": kid })))),
            ("no algorithm, with the signature", format!("{}.{payload}.{signature}", encode(&json!({ "alg": "none", "typ": "at+jwt", "kid": kid })))),
            ("the public key as a secret", hs(&modulus)),
            ("the published text as a secret", hs(public.to_string().as_bytes())),
            ("an empty secret", hs(b"")),
            ("another key under our name", sign(&header(kid), &own)),
            ("another key under its own name", sign(&header("feedfacefeedface"), &own)),
            ("another key it brings along", sign(&brought, &own)),
            ("no name of a key", sign(&Header { kid: None, ..header(kid) }, &own)),
            ("another algorithm of the same family", format!("{}.{payload}.{signature}", encode(&json!({ "alg": "RS512", "typ": "at+jwt", "kid": kid })))),
            ("other words under our signature", format!("{}.{}.{signature}", token.split('.').next().unwrap(), encode(&admin))),
            ("no signature", format!("{}.{payload}.", token.split('.').next().unwrap())),
            ("half of it", token[..token.len() / 2].to_owned()),
            ("nothing", String::new()),
        ];
        for (what, token) in &forged {
            let reply = app.nobody().with_token(token).get("/auth/me").await.is(401);
            assert_eq!(reply.json()["code"], "bad_token", "{what}: {}", reply.text());
        }
        let _ = app.nobody().with_token(&token).get("/auth/me").await.ok();
    }

    async fn even_our_signature_is_good_for_one_purpose_and_time(app) {
        let token = good_token(&app).await;
        let (_, claims) = parts(&token);
        let (kid, key) = own_key(&app).await;
        let now = app.app.clock.now().seconds();
        let answer = async |header: &Header, changed: &[(&str, Value)]| {
            let mut claims = claims.clone();
            for (name, value) in changed {
                claims[*name] = value.clone();
            }
            let token = jsonwebtoken::encode(header, &claims, &key).unwrap();
            let reply = app.nobody().with_token(&token).get("/auth/me").await;
            if reply.status.is_success() { "in".to_owned() } else { reply.is(401).json()["code"].as_str().unwrap().to_owned() }
        };
        assert_eq!(answer(&header(&kid), &[]).await, "in", "the test signs as we do");
        assert_eq!(answer(&header(&kid), &[("nbf", json!(now))]).await, "in");
        let other = app.stranger(Role::Owner).await.id.unwrap();
        for (what, changed, wanted) in [
            ("run out", ("exp", json!(now)), "token_expired"),
            ("not yet in force", ("nbf", json!(now + 120)), "bad_token"),
            ("from the future", ("iat", json!(now + 120)), "bad_token"),
            ("for somebody else", ("aud", json!("another-api")), "bad_token"),
            ("for several", ("aud", json!(["purser-api", "another-api"])), "bad_token"),
            ("by somebody else", ("iss", json!("https://evil.example")), "bad_token"),
            ("another person", ("sub", json!(other)), "session_ended"),
            ("another tenant", ("tid", json!("0192f0c1-0000-7000-8000-000000000000")), "session_ended"),
            ("no such session", ("sid", json!("0192f0c1-0000-7000-8000-000000000000")), "session_ended"),
            ("not a person", ("sub", json!("owner")), "bad_token"),
        ] {
            assert_eq!(answer(&header(&kid), &[changed]).await, wanted, "{what}");
        }
        for kind in [None, Some("JWT"), Some("logout+jwt"), Some("AT+JWT ")] {
            let other = Header { typ: kind.map(str::to_owned), ..header(&kid) };
            assert_eq!(answer(&other, &[]).await, "bad_token", "a token of the kind {kind:?}");
        }
    }
}
