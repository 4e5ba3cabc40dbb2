//! Connections: what may be written, by whom, and what is shown.

use axum::http::Method;
use purser_core::access::Role;
use purser_testkit::{both, json};

use super::fake::{Fake, Key};
use super::trip::{Trip, connect, open};

both! {
    async fn a_secret_goes_in_and_never_comes_out(plain) {
        let (app, _) = Fake::on(plain.database).await;
        let owner = app.owner().await;
        let made = owner.post("/providers", open()).await.is(201);
        assert_eq!(made.data()["hasSecret"], true);
        assert_eq!(made.data()["redirectUri"], "https://console.example/api/v1/auth/providers/callback");
        let path = made.header("location").unwrap().trim_start_matches("/api/v1").to_owned();
        for text in [made.text(), owner.get(&path).await.ok().text(), owner.get("/providers").await.ok().text(), owner.get("/audit").await.ok().text()] {
            assert!(!text.contains("a shared secret"), "{text}");
        }
        let read = owner.get(&path).await.ok();
        let changed = owner.with("if-match", read.header("etag").unwrap()).patch(&path, json!({ "secret": "another one", "name": "Renamed" })).await.ok();
        assert_eq!((changed.data()["name"].as_str(), changed.data()["version"].as_i64()), (Some("Renamed"), Some(2)));
        let _ = owner.with("if-match", read.header("etag").unwrap()).patch(&path, json!({ "name": "Stale" })).await.problem(412, "stale");
        let _ = owner.patch(&path, json!({ "name": "Blind" })).await.problem(428, "precondition_required");
        let line = owner.get("/audit?action=provider.update").await.ok().data()[0].clone();
        assert!(line["after"].to_string().contains("secretChanged") && !line.to_string().contains("another one"), "{line}");
        let _ = owner.delete(&path).await.is(204);
        let _ = owner.get(&path).await.problem(404, "not_found");
    }

    async fn what_can_not_be_is_named(plain) {
        let (app, _) = Fake::on(plain.database).await;
        let owner = app.owner().await;
        let with = |more: serde_json::Value| {
            let mut body = open();
            for (name, value) in more.as_object().unwrap() { body[name] = value.clone(); }
            body
        };
        let cases = [
            (with(json!({ "issuer": "http://id.example" })), "issuer", "not_an_address"), (with(json!({ "issuer": "javascript:alert(1)" })), "issuer", "not_an_address"),
            (with(json!({ "issuer": "https://a:b@id.example" })), "issuer", "not_an_address"), (with(json!({ "issuer": "https://id.example/?x=1" })), "issuer", "not_an_address"),
            (with(json!({ "issuer": null })), "issuer", "required"), (with(json!({ "clientId": "" })), "clientId", "required"), (with(json!({ "name": " " })), "name", "required"),
            (with(json!({ "scopes": ["email"] })), "scopes", "openid_missing"), (with(json!({ "scopes": ["openid", "two words"] })), "scopes", "not_valid"),
            (with(json!({ "domains": ["no domain"] })), "domains", "not_a_domain"), (with(json!({ "provesAddresses": true })), "provesAddresses", "domains_needed"),
            (with(json!({ "roles": [{ "group": "x", "role": "support" }] })), "groupClaim", "required"), (with(json!({ "defaultRole": "owner" })), "defaultRole", "owner"),
            (with(json!({ "groupClaim": "g", "roles": [{ "group": "x", "role": "owner" }] })), "roles[0].role", "owner"),
            (with(json!({ "kind": "google" })), "issuer", "fixed"), (json!({ "kind": "github", "name": "x", "clientId": "x" }), "secret", "required"),
            (json!({ "kind": "apple", "name": "x", "clientId": "x", "secret": "no key", "apple": { "teamId": "T", "keyId": "K" } }), "secret", "not_a_key"),
            (json!({ "kind": "apple", "name": "x", "clientId": "x", "secret": Key::new().pem }), "apple", "required"), (with(json!({ "kind": "myspace" })), "kind", "unknown_choice"),
        ];
        for (body, field, code) in cases {
            let _ = owner.post("/providers", body).await.problem(400, "invalid").complains(field, code);
        }
        let _ = owner.post("/providers", open()).await.is(201);
        let _ = owner.post("/providers", open()).await.problem(409, "taken").complains("name", "taken");
    }

    async fn nobody_makes_others_what_they_are_not_themselves(plain) {
        let (app, fake) = Fake::on(plain.database).await;
        let owner = app.owner().await;
        let _ = app.caller(Role::Support).await.post("/providers", open()).await.problem(403, "forbidden");
        let _ = app.caller(Role::Developer).await.get("/providers").await.ok();
        let admin = app.caller(Role::Admin).await;
        let provider = connect(&admin, open()).await;
        let path = format!("/providers/{provider}");
        let change = async |by: &purser_testkit::Caller, body: serde_json::Value| {
            let etag = by.get(&path).await.ok().header("etag").unwrap().to_owned();
            by.with("if-match", &etag).patch(&path, body).await
        };
        let _ = change(&admin, json!({ "clientId": "another" })).await.ok();
        let _ = change(&admin, json!({ "clientId": "purser" })).await.ok();
        // Once an owner signs in this way, whoever changes it could sign in as the owner.
        let trip = Trip::begin_link(&owner, &provider).await;
        let code = crate::routes::providers::trip::collected(&trip.back(&app, &fake.code(&app, &trip, json!({ "sub": "olive" }))).await);
        let _ = owner.with("cookie", &trip.cookie).post("/auth/identities/finish", json!({ "code": code })).await.ok();
        let _ = change(&admin, json!({ "clientId": "mine" })).await.problem(403, "role_above_yours");
        let _ = admin.delete(&path).await.problem(403, "role_above_yours");
        // And another provider would know other people by the same names.
        let _ = change(&owner, json!({ "issuer": "https://other.example" })).await.problem(409, "has_people");
        let _ = change(&owner, json!({ "name": "Ours" })).await.ok();
    }

    async fn a_test_tells_step_by_step(plain) {
        let (app, fake) = Fake::on(plain.database).await;
        let owner = app.owner().await;
        let path = format!("/providers/{}/test", connect(&owner, open()).await);
        let test = async || owner.call(Method::POST, &path, None).await.ok().data();
        let good = test().await;
        assert_eq!(good["ok"], true, "{good}");
        let names: Vec<_> = good["steps"].as_array().unwrap().iter().map(|step| step["name"].as_str().unwrap().to_owned()).collect();
        assert_eq!(names, ["address", "discovery", "issuer", "methods", "keys", "credentials"]);
        assert!(good["steps"].as_array().unwrap().iter().all(|step| step["state"] == "ok"), "{good}");
        *fake.away.lock().unwrap() = true;
        let bad = test().await;
        assert_eq!((bad["ok"].as_bool(), bad["steps"][0]["state"].as_str(), bad["steps"][5]["state"].as_str()), (Some(false), Some("failed"), Some("skipped")));
    }
}
