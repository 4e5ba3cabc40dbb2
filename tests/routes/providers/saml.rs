//! SAML, with `samlp` as the identity provider: it checks our signed requests, and signs what it says.

use axum::body::Body;
use axum::http::Method;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use purser_testkit::{Caller, Reply, TestApp, both, json};
use serde_json::Value;

use super::parties::{Party, engine};
use super::trip::{Trip, collected, facts, refused};

const ISSUER: &str = "https://idp.example/saml";
const MAIL: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress";

/// A connection and its provider.
struct Connected {
    id: String,
    acs: String,
    _party: Party,
}

/// What a provider of RSA signs with: its key and its certificate.
fn identity() -> (String, String) {
    let key = rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048).unwrap();
    let certificate = rcgen::CertificateParams::default().self_signed(&key).unwrap();
    (key.serialize_pem(), certificate.pem())
}

async fn change(owner: &Caller, id: &str, body: Value) -> Value {
    let path = format!("/providers/{id}");
    let etag = owner.get(&path).await.ok().header("etag").unwrap().to_owned();
    owner.with("if-match", &etag).patch(&path, body).await.ok().data()
}

/// Set both sides up: each is told of the other what it has to know.
async fn connected(app: &TestApp, owner: &Caller, more: Value) -> Connected {
    let (key, cert) = identity();
    let mut body = json!({
        "kind": "saml", "name": "Directory", "issuer": ISSUER, "domains": ["home.example"], "provesAddresses": true, "createPeople": true,
        "saml": { "ssoUrl": "https://idp.example/sso", "certificates": [cert], "emailAttribute": MAIL, "firstNameAttribute": "given" },
    });
    let mut more = more.as_object().unwrap().clone();
    let encryption = more.remove("encryption");
    for (name, value) in more {
        body[name] = value;
    }
    let made = owner.post("/providers", body.clone()).await.ok().data();
    let id = made["id"].as_str().unwrap().to_owned();
    let acs = made["serviceProvider"]["acsUrl"].as_str().unwrap().to_owned();
    let metadata = app.nobody().get(&format!("//api/v1/auth/saml/{id}/metadata")).await.ok();
    assert_eq!(metadata.header("content-type"), Some("application/samlmetadata+xml"));
    let text = metadata.text();
    assert!(
        text.contains(&acs) && text.contains("WantAssertionsSigned=\"true\"") && text.contains("<md:KeyDescriptor use=\"encryption\">"),
        "{text}"
    );
    let ours = text.split("<ds:X509Certificate>").nth(1).unwrap().split('<').next().unwrap();
    let ours = format!("-----BEGIN CERTIFICATE-----\n{ours}\n-----END CERTIFICATE-----\n");
    let people = json!({
        "ada": { "id": "ada-1", "claims": { MAIL: "ada@home.example", "given": "Ada", "groups": ["help", "money"] } },
        "eve": { "id": "eve-1", "claims": { MAIL: "eve@evil.example", "given": "Eve" } },
    });
    let settings =
        json!({ "key": key, "cert": cert, "signingCert": ours, "issuer": body["issuer"], "acsUrl": acs, "people": people, "encryption": encryption });
    let party = Party::start("saml.mjs", &settings).await;
    change(owner, &id, json!({ "saml": { "ssoUrl": format!("{}/sso", party.url) } })).await;
    Connected { id, acs, _party: party }
}

/// What the provider has the browser of `person` send: its answer, and the state.
async fn answer(trip: &Trip, person: &str) -> (String, String) {
    let reply = reqwest::get(format!("{}&person={person}", trip.url)).await.unwrap();
    let (status, page) = (reply.status(), reply.text().await.unwrap());
    assert!(status.is_success(), "{page}");
    let value = |name: &str| {
        let behind = page.split(&format!("name=\"{name}\"")).nth(1).unwrap_or_else(|| panic!("no {name} in {page}"));
        behind.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    (value("SAMLResponse"), value("RelayState"))
}

impl Connected {
    /// The browser sends the form: the provider's page says where it is from, and none of our cookies come along.
    async fn send(&self, app: &TestApp, answer: &str, state: &str) -> Reply {
        let body = reqwest::Url::parse_with_params("https://x.example", [("SAMLResponse", answer), ("RelayState", state)]).unwrap();
        let from = app.nobody().with("accept", "text/html").with("origin", "https://idp.example").with("host", "console.example");
        let path = self.acs.replace("https://console.example", "/");
        from.send(Method::POST, &path, Some("application/x-www-form-urlencoded"), Body::from(body.query().unwrap().to_owned())).await
    }

    async fn whole(&self, app: &TestApp, person: &str) -> Reply {
        let trip = Trip::begin(app, &self.id).await;
        let (answer, state) = answer(&trip, person).await;
        let landed = self.send(app, &answer, &state).await;
        trip.finish(app, &collected(&landed)).await
    }
}

both! {
    async fn what_a_provider_encrypts_for_us_is_read_and_the_weak_way_is_not(plain) {
        let app = engine(plain.database).await;
        let owner = app.owner().await;
        let ways = ["http://www.w3.org/2009/xmlenc11#aes256-gcm", "http://www.w3.org/2009/xmlenc11#aes128-gcm", "http://www.w3.org/2001/04/xmlenc#aes256-cbc"];
        for way in ways {
            let (_, name) = way.split_once('#').unwrap();
            let there = connected(&app, &owner, json!({ "encryption": way, "issuer": format!("https://{name}.example/saml"), "name": name })).await;
            let trip = Trip::begin(&app, &there.id).await;
            let (answer, state) = answer(&trip, "ada").await;
            let text = String::from_utf8(STANDARD.decode(&answer).unwrap()).unwrap();
            assert!(text.contains("<saml:EncryptedAssertion") && text.contains(way) && !text.contains("ada@home.example"), "{text}");
            let landed = there.send(&app, &answer, &state).await;
            if name.ends_with("gcm") {
                assert_eq!(trip.finish(&app, &collected(&landed)).await.ok().data()["user"]["email"], "ada@home.example");
            } else {
                assert_eq!(refused(&landed), "provider_misconfigured");
            }
        }
    }

    async fn a_provider_nobody_here_wrote_lets_somebody_in(plain) {
        let app = engine(plain.database).await;
        let owner = app.owner().await;
        let more = json!({ "groupClaim": "groups", "roles": [{ "group": "money", "role": "finance" }] });
        let there = connected(&app, &owner, more).await;
        let reply = there.whole(&app, "ada").await.ok();
        let user = reply.data()["user"].clone();
        assert_eq!((user["email"].as_str(), user["firstName"].as_str(), user["role"].as_str()), (Some("ada@home.example"), Some("Ada"), Some("finance")));
        assert_eq!(there.whole(&app, "ada").await.ok().data()["user"]["id"], user["id"]);
        // It vouches for its own domains and no others.
        let _ = there.whole(&app, "eve").await.problem(403, "domain_not_allowed");
        let attempts = owner.get(&format!("/users/{}/sign-ins", user["id"].as_str().unwrap())).await.ok().data();
        assert_eq!(attempts[0]["method"], "saml");
        let test = owner.call(Method::POST, &format!("/providers/{}/test", there.id), None).await.ok().data();
        assert_eq!(test["ok"], true, "{test}");
    }

    async fn an_answer_is_taken_once_and_for_the_sign_in_it_answers(plain) {
        let app = engine(plain.database).await;
        let owner = app.owner().await;
        let there = connected(&app, &owner, json!({})).await;
        let (one, other) = (Trip::begin(&app, &there.id).await, Trip::begin(&app, &there.id).await);
        let (answer_one, state) = answer(&one, "ada").await;
        // In another sign-in it answers nothing that was asked there, and that one is over with it.
        assert_eq!(refused(&there.send(&app, &answer_one, &other.state_of_saml()).await), "provider_token");
        let landed = futures::future::join_all((0..20).map(|_| there.send(&app, &answer_one, &state))).await;
        let codes: Vec<String> = landed.iter().filter_map(|reply| facts(reply.header("location").unwrap()).get("code").cloned()).collect();
        assert_eq!(codes.len(), 1, "twenty at once");
        let _ = one.finish(&app, &codes[0]).await.ok();
        assert_eq!(refused(&there.send(&app, &answer_one, &state).await), "sign_in_over");
        // What nobody asked for is not taken, whoever signed it.
        assert_eq!(refused(&there.send(&app, &answer_one, "unasked").await), "sign_in_over");
        let plain = app.nobody().send(Method::POST, &there.acs.replace("https://console.example", "/"), Some("application/x-www-form-urlencoded"), Body::from("SAMLResponse=AAAA")).await;
        let _ = plain.problem(401, "sign_in_over");
    }

    async fn what_was_changed_on_the_way_is_refused(plain) {
        let app = engine(plain.database).await;
        let owner = app.owner().await;
        let there = connected(&app, &owner, json!({})).await;
        let altered = |answer: &str, from: &str, to: &str| {
            let text = String::from_utf8(STANDARD.decode(answer).unwrap()).unwrap();
            assert!(text.contains(from), "{from} is not in {text}");
            STANDARD.encode(text.replace(from, to))
        };
        for (from, to) in [("ada@home.example", "bob@home.example"), ("ada-1", "ada-2"), ("<ds:Signature", "<ds:Nothing"), ("<Signature", "<Nothing"), ("rsa-sha256", "rsa-sha1"), ("<?xml", "<!DOCTYPE x []><?xml"), ("<samlp:Response", "<!DOCTYPE x []><samlp:Response")] {
            let trip = Trip::begin(&app, &there.id).await;
            let (answer, state) = answer(&trip, "ada").await;
            let text = String::from_utf8(STANDARD.decode(&answer).unwrap()).unwrap();
            if !text.contains(from) { continue; }
            assert_eq!(refused(&there.send(&app, &altered(&answer, from, to), &state).await), "provider_token", "{from}");
        }
        // Another key: the provider's certificate here is somebody else's.
        change(&owner, &there.id, json!({ "saml": { "certificates": [identity().1] } })).await;
        let trip = Trip::begin(&app, &there.id).await;
        let (foreign, state) = answer(&trip, "ada").await;
        assert_eq!(refused(&there.send(&app, &foreign, &state).await), "provider_token");
        let reasons = owner.get("/sign-ins?outcome=refused").await.ok().data();
        assert!(reasons.as_array().unwrap().iter().all(|attempt| attempt["reason"] == "provider_token" && attempt["method"] == "saml"));
    }

    async fn an_answer_that_comes_too_late_is_refused(plain) {
        let app = engine(plain.database).await;
        let owner = app.owner().await;
        let there = connected(&app, &owner, json!({})).await;
        let (early, late) = (Trip::begin(&app, &there.id).await, Trip::begin(&app, &there.id).await);
        let (in_time, state) = answer(&early, "ada").await;
        let (too_late, other) = answer(&late, "ada").await;
        // It is good for five minutes, and a minute for clocks that differ.
        app.advance(330_000_000);
        let _ = early.finish(&app, &collected(&there.send(&app, &in_time, &state).await)).await.ok();
        app.advance(60_000_000);
        assert_eq!(refused(&there.send(&app, &too_late, &other).await), "provider_token");
    }

    async fn it_can_be_set_up_from_metadata(app) {
        let owner = app.owner().await;
        let (_, cert) = identity();
        let bare: String = cert.lines().filter(|line| !line.starts_with("-----")).collect();
        let metadata = format!(
            "<EntityDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"{ISSUER}\"><IDPSSODescriptor \
             protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\"><KeyDescriptor use=\"signing\"><KeyInfo \
             xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><X509Data><X509Certificate>{bare}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>\
             <SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" Location=\"https://idp.example/post\"/>\
             <SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect\" Location=\"https://idp.example/sso\"/>\
             </IDPSSODescriptor></EntityDescriptor>"
        );
        let made = owner.post("/providers", json!({ "kind": "saml", "name": "From metadata", "saml": { "metadata": metadata } })).await.ok().data();
        assert_eq!((made["issuer"].as_str(), made["saml"]["ssoUrl"].as_str()), (Some(ISSUER), Some("https://idp.example/sso")));
        assert_eq!(made["saml"]["certificates"][0]["fingerprint"].as_str().map(str::len), Some(64));
        let body = |saml: Value| json!({ "kind": "saml", "name": "Wrong", "issuer": ISSUER, "saml": saml });
        let _ = owner.post("/providers", body(json!({ "metadata": "<a/>" }))).await.problem(400, "invalid").complains("saml.metadata", "not_metadata");
        let _ = owner.post("/providers", body(json!({ "ssoUrl": "https://idp.example/sso" }))).await.problem(400, "invalid").complains("saml.certificates", "required");
        let _ = owner.post("/providers", body(json!({ "ssoUrl": "javascript:1", "certificates": [cert] }))).await.problem(400, "invalid").complains("saml.ssoUrl", "not_an_address");
        let wrong = json!({ "ssoUrl": "https://idp.example/sso", "certificates": ["none"] });
        let _ = owner.post("/providers", body(wrong)).await.problem(400, "invalid").complains("saml.certificates[0]", "not_a_certificate");
        let _ = app.nobody().get("//api/v1/auth/saml/0192b1f0-0000-7000-8000-000000000000/metadata").await.problem(404, "not_found");
    }
}
