//! A provider that keeps to the rules, and can be told to break one: `OpenID` Connect at `https://id.example`, Apple, `GitHub` and Facebook.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use purser_service::providers::{Answer, Ask, Refusal, Web};
use purser_testkit::{Database, TestApp, json};
use serde_json::{Map, Value};

use super::trip::{Trip, facts};

/// What is different about one answer.
#[derive(Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "one thing is wrong at a time")]
pub(super) struct Fault {
    /// Claims that take the place of the right ones; `null` leaves one out.
    pub(super) claims: Value,
    /// Signed by a key of somebody else under the name of the provider's.
    pub(super) foreign_key: bool,
    /// Not signed at all.
    pub(super) unsigned: bool,
    /// Signed with the client secret, which is no secret to whoever runs the client.
    pub(super) shared_secret: bool,
    /// The provider has other keys from now on.
    pub(super) rotated: bool,
}

/// A code that was given out: whom for, and what was said when it was asked for.
struct Given {
    query: std::collections::BTreeMap<String, String>,
    claims: Value,
    fault: Fault,
}

pub(super) struct Key {
    pub(super) pem: String,
    point: Vec<u8>,
}

impl Key {
    pub(super) fn new() -> Self {
        let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
        Self { pem: pair.serialize_pem(), point: pair.public_key_raw().to_vec() }
    }

    /// The public point, uncompressed.
    pub(super) fn point(&self) -> Vec<u8> {
        self.point.clone()
    }

    fn jwk(&self, kid: &str) -> Value {
        let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({ "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": kid, "x": part(&self.point[1..33]), "y": part(&self.point[33..65]) })
    }
}

/// The provider.
pub(super) struct Fake {
    keys: Mutex<Vec<(String, Key)>>,
    given: Mutex<HashMap<String, Given>>,
    tokens: Mutex<HashMap<String, Value>>,
    /// What the providers without identity tokens say of whoever holds any token.
    pub(super) facts: Mutex<HashMap<String, Value>>,
    /// Every address that was asked.
    pub(super) asked: Mutex<Vec<String>>,
    pub(super) away: Mutex<bool>,
    now: Mutex<i64>,
}

impl Fake {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            keys: Mutex::new(vec![("one".into(), Key::new())]),
            given: Mutex::default(),
            tokens: Mutex::default(),
            facts: Mutex::default(),
            asked: Mutex::default(),
            away: Mutex::new(false),
            now: Mutex::new(0),
        })
    }

    /// An engine whose only party this is.
    pub(super) async fn on(database: Database) -> (TestApp, Arc<Self>) {
        let fake = Self::new();
        let app = TestApp::with_web(database, fake.clone()).await;
        (app, fake)
    }

    /// Somebody signed in there: the code the browser takes back.
    pub(super) fn code(&self, app: &TestApp, trip: &Trip, claims: Value) -> String {
        self.faulty(app, trip, claims, Fault::default())
    }

    /// The same, with something wrong about what will be answered.
    pub(super) fn faulty(&self, app: &TestApp, trip: &Trip, claims: Value, fault: Fault) -> String {
        *self.now.lock().unwrap() = app.app.clock.now().seconds();
        let query = facts(&trip.url);
        assert_eq!(query["response_type"], "code");
        assert_eq!(query["code_challenge_method"], "S256");
        let mut given = self.given.lock().unwrap();
        let code = format!("code-{}", given.len());
        given.insert(code.clone(), Given { query, claims, fault });
        code
    }

    fn token(&self, ask: &Ask) -> Answer {
        let form: HashMap<&str, &str> = ask.form.as_ref().unwrap().iter().map(|(name, value)| (*name, value.as_str())).collect();
        let Some(given) = self.given.lock().unwrap().remove(form["code"]) else { return answer(400, &json!({ "error": "invalid_grant" })) };
        let digest = URL_SAFE_NO_PAD.encode(sha256(form["code_verifier"].as_bytes()));
        if given.query["code_challenge"] != digest || given.query["redirect_uri"] != form["redirect_uri"] {
            return answer(400, &json!({ "error": "invalid_grant" }));
        }
        let proof = ask.authorization.clone().or_else(|| form.get("client_secret").map(|secret| (*secret).to_owned())).unwrap_or_default();
        self.asked.lock().unwrap().push(format!("proof {proof}"));
        let access = format!("access-{}", self.tokens.lock().unwrap().len());
        self.tokens.lock().unwrap().insert(access.clone(), given.claims.clone());
        if !ask.url.contains("id.example") && !ask.url.contains("appleid") {
            return answer(200, &json!({ "access_token": access, "token_type": "bearer" }));
        }
        let issuer = if ask.url.contains("appleid") { "https://appleid.apple.com" } else { "https://id.example" };
        answer(200, &json!({ "access_token": access, "token_type": "Bearer", "id_token": self.id_token(issuer, &given) }))
    }

    fn id_token(&self, issuer: &str, given: &Given) -> String {
        let now = *self.now.lock().unwrap();
        let mut claims = json!({ "iss": issuer, "aud": given.query["client_id"], "iat": now, "exp": now + 300, "nonce": given.query.get("nonce") });
        for more in [&given.claims, &given.fault.claims] {
            for (name, value) in more.as_object().unwrap_or(&Map::new()) {
                if value.is_null() {
                    claims.as_object_mut().unwrap().remove(name)
                } else {
                    claims.as_object_mut().unwrap().insert(name.clone(), value.clone())
                };
            }
        }
        let encode = |header: &Value| {
            let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
            format!("{}.{}.", part(header), part(&claims))
        };
        if given.fault.unsigned {
            return encode(&json!({ "alg": "none", "kid": "one" }));
        }
        if given.fault.shared_secret {
            return jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(b"a shared secret")).unwrap();
        }
        let mut keys = self.keys.lock().unwrap();
        if given.fault.rotated {
            let name = format!("key {}", keys.len());
            *keys = vec![(name, Key::new())];
        }
        let (kid, key) = keys.first().unwrap();
        let pem = if given.fault.foreign_key { Key::new().pem } else { key.pem.clone() };
        let header = Header { kid: Some(kid.clone()), ..Header::new(Algorithm::ES256) };
        jsonwebtoken::encode(&header, &claims, &EncodingKey::from_ec_pem(pem.as_bytes()).unwrap()).unwrap()
    }

    fn discovery(issuer: &str) -> Value {
        json!({
            "issuer": issuer, "authorization_endpoint": format!("{issuer}/authorize"), "token_endpoint": format!("{issuer}/token"),
            "jwks_uri": format!("{issuer}/keys"), "userinfo_endpoint": format!("{issuer}/userinfo"), "code_challenge_methods_supported": ["S256"],
        })
    }
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes).as_ref().to_vec()
}

fn answer(status: u16, body: &Value) -> Answer {
    Answer { status, body: body.to_string().into_bytes() }
}

#[async_trait]
impl Web for Fake {
    async fn ask(&self, ask: Ask) -> Result<Answer, Refusal> {
        self.asked.lock().unwrap().push(ask.url.clone());
        if *self.away.lock().unwrap() {
            return Err(Refusal::Away("Nobody is there.".into()));
        }
        let path = ask.url.split('?').next().unwrap();
        Ok(match path {
            // The other calls itself something else than it is called.
            "https://id.example/.well-known/openid-configuration" | "https://other.example/.well-known/openid-configuration" => {
                answer(200, &Self::discovery("https://id.example"))
            }
            "https://appleid.apple.com/.well-known/openid-configuration" => answer(200, &Self::discovery("https://appleid.apple.com")),
            "https://id.example/keys" | "https://appleid.apple.com/keys" => {
                let keys: Vec<Value> = self.keys.lock().unwrap().iter().map(|(kid, key)| key.jwk(kid)).collect();
                // One of a kind nobody knows yet must not be in the way of the others.
                let unknown = json!({ "kty": "OKP", "crv": "not known yet", "x": "AA" });
                let keys = [vec![unknown], keys].concat();
                answer(200, &json!({ "keys": keys }))
            }
            _ if ask.form.is_some() => self.token(&ask),
            _ => {
                let token = ask.authorization.as_deref().and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
                let claims = self.tokens.lock().unwrap().get(token).cloned();
                match (claims, self.facts.lock().unwrap().get(path)) {
                    (None, _) => answer(401, &json!({})),
                    (Some(_), Some(facts)) => answer(200, facts),
                    (Some(claims), None) => answer(200, &claims),
                }
            }
        })
    }

    async fn reach(&self, url: &str) -> Result<String, Refusal> {
        if *self.away.lock().unwrap() { Err(Refusal::Away("Nobody is there.".into())) } else { Ok(format!("{url} is known.")) }
    }
}

/// What `Authorization: Basic` says.
pub(super) fn basic(proof: &str) -> String {
    let text = proof.strip_prefix("proof Basic ").unwrap_or_else(|| panic!("{proof} is not basic"));
    String::from_utf8(STANDARD.decode(text).unwrap()).unwrap()
}
