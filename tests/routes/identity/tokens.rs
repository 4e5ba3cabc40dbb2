//! Access tokens: what is forged is refused, each with its own word; keys follow one another and nobody is signed out.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use purser_core::access::Role;
use purser_core::time::{DAY, HOUR, MINUTE};
use purser_store::{Scope, sessions};
use purser_testkit::{Caller, TestApp, both, json};
use serde_json::Value;

async fn token_of(app: &TestApp) -> String {
    app.tenant().await;
    let body = json!({ "email": "owner@harbour.example", "password": "harbour lantern 42 brass" });
    app.nobody().post("/auth/login", body).await.ok().data()["accessToken"].as_str().unwrap().to_owned()
}

fn part(token: &str, place: usize) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(place).unwrap()).unwrap()).unwrap()
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// A token signed with the engine's own key, saying what it likes.
async fn signed(app: &TestApp, header: Header, claims: &Value) -> String {
    let keys = app.app.db.read(Scope::System, async |tx| sessions::signing_keys(tx).await).await.unwrap();
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(&keys[0].private_key));
    jsonwebtoken::encode(&header, claims, &EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap()).unwrap()
}

/// The header ours have.
fn kind() -> Header {
    Header { typ: Some("at+jwt".into()), ..Header::new(Algorithm::RS256) }
}

async fn refused(app: &TestApp, token: &str, code: &str) {
    let _ = app.nobody().with_token(token).get("/auth/me").await.problem(401, code);
}

async fn published(app: &TestApp) -> Vec<String> {
    let keys = app.nobody().get("//.well-known/jwks.json").await.ok().json()["keys"].clone();
    keys.as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

both! {
    async fn no_algorithm_and_the_public_key_as_a_secret_are_refused(app) {
        let token = token_of(&app).await;
        let (header, claims) = (part(&token, 0), part(&token, 1));
        for algorithm in ["none", "None", "NONE"] {
            let head = json!({ "alg": algorithm, "typ": "at+jwt", "kid": header["kid"] });
            for signature in ["", token.rsplit('.').next().unwrap()] {
                refused(&app, &format!("{}.{}.{signature}", encoded(&head), encoded(&claims)), "bad_token").await;
            }
        }
        // HS256 with what everybody can read of the key as the secret.
        let jwk = app.nobody().get("//.well-known/jwks.json").await.ok().json()["keys"][0].clone();
        let modulus = jwk["n"].as_str().unwrap();
        for secret in [modulus.as_bytes().to_vec(), URL_SAFE_NO_PAD.decode(modulus).unwrap(), jwk.to_string().into_bytes()] {
            let head = Header { kid: header["kid"].as_str().map(str::to_owned), typ: Some("at+jwt".into()), ..Header::new(Algorithm::HS256) };
            let forged = jsonwebtoken::encode(&head, &claims, &EncodingKey::from_secret(&secret)).unwrap();
            refused(&app, &forged, "bad_token").await;
        }
    }

    async fn changed_claims_and_foreign_keys_are_refused(app) {
        let token = token_of(&app).await;
        let (header, claims) = (part(&token, 0), part(&token, 1));
        let mut other = claims.clone();
        other["sub"] = json!(app.caller(Role::Support).await.id.unwrap());
        let parts: Vec<&str> = token.split('.').collect();
        refused(&app, &format!("{}.{}.{}", parts[0], encoded(&other), parts[2]), "bad_token").await;
        let head = |kid: &str| json!({ "alg": "RS256", "typ": "at+jwt", "kid": kid });
        for kid in ["unknown", "", "../../keys", "' OR 1=1 --"] {
            refused(&app, &format!("{}.{}.{}", encoded(&head(kid)), parts[1], parts[2]), "bad_token").await;
        }
        let nameless = signed(&app, kind(), &claims).await;
        refused(&app, &nameless, "bad_token").await;
        // A stranger's key under our key's name.
        let stranger = purser_service::identity::tokens::generate().unwrap();
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(&stranger.private_key));
        let head = Header { kid: header["kid"].as_str().map(str::to_owned), ..kind() };
        let forged = jsonwebtoken::encode(&head, &claims, &EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap()).unwrap();
        refused(&app, &forged, "bad_token").await;
    }

    async fn time_issuer_audience_tenant_and_device_are_checked_even_under_our_own_signature(app) {
        let token = token_of(&app).await;
        let (header, claims) = (part(&token, 0), part(&token, 1));
        let now = app.app.clock.now().seconds();
        let elsewhere = app.db_tenant("Elsewhere").await;
        let another = part(&token_of(&app).await, 1);
        let support = app.caller(Role::Support).await.id.unwrap();
        let cases = [
            ("exp", json!(now), "token_expired"),
            ("nbf", json!(now + 120), "bad_token"),
            ("iat", json!(now + 120), "bad_token"),
            ("iss", json!("somebody"), "bad_token"),
            ("aud", json!("another-api"), "bad_token"),
            ("tid", json!(elsewhere), "session_ended"),
            ("sub", json!(support), "session_ended"),
        ];
        let head = || Header { kid: header["kid"].as_str().map(str::to_owned), ..kind() };
        let good = signed(&app, head(), &claims).await;
        let _ = app.nobody().with_token(&good).get("/auth/me").await.ok();
        for (claim, value, code) in cases {
            let mut changed = claims.clone();
            changed[claim] = value;
            refused(&app, &signed(&app, head(), &changed).await, code).await;
        }
        // Another device of the same person, which was signed out.
        let other = signed(&app, head(), &another).await;
        let by = app.nobody().with_token(&other);
        let _ = by.get("/auth/me").await.ok();
        let _ = by.post("/auth/logout", json!({})).await.is(204);
        refused(&app, &other, "session_ended").await;
        let _ = app.nobody().with_token(&good).get("/auth/me").await.ok();
    }

    async fn keys_rotate_and_nobody_is_signed_out(app) {
        let body = json!({ "email": "owner@harbour.example", "password": "harbour lantern 42 brass", "tokenDelivery": "body" });
        app.tenant().await;
        app.advance(31 * DAY);
        let signed_in = app.nobody().post("/auth/login", body).await.ok().data();
        let old = signed_in["accessToken"].as_str().unwrap().to_owned();
        let first = published(&app).await;
        let rotate = async || app.app.tokens.rotate(&app.app.db, &app.app.clock).await.unwrap();
        rotate().await;
        rotate().await;
        let both = published(&app).await;
        assert_eq!((both.len(), &both[1]), (2, &first[0]));
        // It is published for a while before it signs.
        let refresh = async |token: &str| app.nobody().post("/auth/refresh", json!({ "refreshToken": token, "tokenDelivery": "body" })).await.ok().data();
        let next = refresh(signed_in["refreshToken"].as_str().unwrap()).await;
        assert_eq!(part(next["accessToken"].as_str().unwrap(), 0)["kid"], first[0].as_str());
        app.advance(10 * MINUTE);
        let _ = app.nobody().with_token(&old).get("/auth/me").await.ok();
        let next = refresh(next["refreshToken"].as_str().unwrap()).await;
        assert_eq!(part(next["accessToken"].as_str().unwrap(), 0)["kid"], both[0].as_str());
        // The old one goes a day later; the session stays.
        app.advance(DAY);
        rotate().await;
        assert_eq!(published(&app).await, both[..1]);
        let next = refresh(next["refreshToken"].as_str().unwrap()).await;
        let me = app.nobody().with_token(next["accessToken"].as_str().unwrap());
        let _ = me.get("/auth/me").await.ok();
        app.advance(HOUR);
        refused(&app, &old, "bad_token").await;
    }

    async fn a_key_another_process_made_is_found(app) {
        let token = token_of(&app).await;
        let (_, claims) = (part(&token, 0), part(&token, 1));
        let fresh = purser_service::identity::tokens::generate().unwrap();
        let store = async |tx: &mut purser_store::Tx| sessions::insert_signing_key(tx, &sessions::SigningKey { created_at: app.app.clock.now(), ..fresh.clone() }).await;
        app.app.db.transact(Scope::System, store).await.unwrap();
        let head = Header { kid: Some(fresh.kid.clone()), ..kind() };
        let token = signed(&app, head, &claims).await;
        let _ = app.nobody().with_token(&token).get("/auth/me").await.ok();
    }

    async fn ending_all_sessions_leaves_the_one_that_asks(app) {
        let (here, one, two) = (app.owner().await, app.owner().await, app.owner().await);
        assert_eq!(here.delete("/auth/sessions").await.ok().data()["ended"], 2);
        for gone in [one, two] { let _ = gone.get("/auth/me").await.problem(401, "session_ended"); }
        let _ = here.get("/auth/me").await.ok();
        assert_eq!(here.delete("/auth/sessions").await.ok().data()["ended"], 0);
        let person = app.caller(Role::Finance).await;
        let path = format!("/users/{}/sessions", person.id.clone().unwrap());
        let _ = app.caller(Role::Auditor).await.delete(&path).await.problem(403, "forbidden");
        assert_eq!(here.delete(&path).await.ok().data()["ended"], 1);
        let _ = person.get("/auth/me").await.problem(401, "session_ended");
        let stranger: Caller = app.stranger(Role::Owner).await;
        let _ = stranger.delete(&path).await.problem(404, "not_found");
    }
}
