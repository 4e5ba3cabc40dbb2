//! What the log says of refusals: who, what, when, from where, in lines a program can read; and what it never says.

use std::process::Stdio;

use purser_testkit::json;
use reqwest::Method;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};

use super::client::Client;
use super::{LIMIT, PASSWORD, Place, purser};

const SMTP: &str = "planted-smtp-password-51c2";

/// Make one of every kind of secret, and use what can be used.
async fn plant(owner: &Client) -> Vec<String> {
    let made = async |path: &str, body: Value| {
        let (status, reply) = owner.post(path, body).await.unwrap();
        assert!((200..300).contains(&status), "{path}: {reply}");
        reply["data"].clone()
    };
    let text = |value: &Value| value["secret"].as_str().unwrap().to_owned();
    let mut planted = vec![text(&made("/auth/factors/totp", json!({ "name": "Telephone" })).await)];
    let key = text(&made("/keys", json!({ "name": "Planted", "scopes": ["read:self"] })).await);
    assert_eq!(owner.with_token(&key).get("/auth/me").await.unwrap().0, 200);
    assert_eq!(owner.with_token(&format!("{key}x")).get("/auth/me").await.unwrap().0, 401);
    planted.push(key);
    planted.push(text(&made("/webhooks/endpoints", json!({ "url": "https://hooks.example/planted", "topics": ["user.*"] })).await));
    let client = "planted-client-secret-9f31";
    let _ = made("/providers", json!({ "kind": "github", "name": "Planted", "clientId": "planted", "secret": client })).await;
    let gateway = "sk_test_plantedgatewaysecret";
    let body = json!({ "kind": "stripe", "name": "Planted", "secret": gateway, "webhookSecret": "whsec_plantedsigningsecret" });
    let _ = made("/payment-providers", body).await;
    let tag = owner.request(Method::GET, "/settings/captcha").send().await.unwrap().headers()["etag"].clone();
    let body = json!({ "kind": "hcaptcha", "siteKey": "site", "secret": "planted-captcha-secret-77aa" });
    let (status, reply) = owner.send(owner.request(Method::PATCH, "/settings/captcha").header("if-match", tag).json(&body)).await.unwrap();
    assert_eq!(status, 200, "{reply}");
    assert_eq!(owner.post("/auth/challenge/backup", json!({ "challenge": "none", "code": "planted-backup-code" })).await.unwrap().0, 401);
    planted.extend([client, gateway, "whsec_plantedsigningsecret", "planted-captcha-secret-77aa", "planted-backup-code"].map(str::to_owned));
    planted
}

#[tokio::test]
async fn refusals_are_told_and_secrets_are_not() {
    let place = Place::new();
    let mut command = purser(["serve", "--listen", "127.0.0.1:0", "--data"]);
    for (name, value) in
        [("HOST", "127.0.0.1"), ("PORT", "9"), ("SECURITY", "none"), ("USER", "purser"), ("PASSWORD", SMTP), ("FROM", "purser@harbour.example")]
    {
        command.env(format!("PURSER_SMTP_{name}"), value);
    }
    command.arg(place.data()).env("PURSER_LOG", "trace").env("PURSER_LOG_FORMAT", "json").stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut err = child.stderr.take().unwrap();
    let reading = tokio::spawn(async move {
        let mut text = String::new();
        err.read_to_string(&mut text).await.map(|_| text)
    });
    let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = tokio::time::timeout(LIMIT, out.next_line()).await.unwrap().unwrap().unwrap();
    let nobody = Client::new(first.rsplit_once(' ').unwrap().1);
    let body = json!({ "tenantName": "Harbour", "firstName": "Olive", "lastName": "Owner", "email": "owner@harbour.example", "password": PASSWORD, "tokenDelivery": "body" });
    let (_, owner) = nobody.post("/setup", body).await.unwrap();
    let held = [owner["data"]["accessToken"].as_str().unwrap(), owner["data"]["refreshToken"].as_str().unwrap()].map(str::to_owned);
    let owner_id = owner["data"]["user"]["id"].as_str().unwrap().to_owned();
    let owner = nobody.with_token(&held[0]);
    // A wrong password, a forged token, a missing right, a rule, a foreign page, a mistake; with words that would forge lines of their own.
    let forged = "{\"level\":\"ERROR\"}\r\n2026-01-01T00:00:00Z ERROR forged";
    let typed = "a wrong passphrase nobody may read";
    let _ = nobody.post("/auth/login", json!({ "email": forged, "password": typed })).await.unwrap();
    let _ = nobody.post("/auth/login", json!({ "email": "owner@harbour.example", "password": typed })).await.unwrap();
    let _ = nobody.with_token("planted.token.words").get("/auth/me").await.unwrap();
    let guest =
        json!({ "email": "guest@harbour.example", "firstName": "G", "lastName": "G", "role": "guest", "password": "violet anchor 31 copper" });
    assert_eq!(owner.post("/users", guest).await.unwrap().0, 201);
    let (_, guest) = nobody
        .post("/auth/login", json!({ "email": "guest@harbour.example", "password": "violet anchor 31 copper", "tokenDelivery": "body" }))
        .await
        .unwrap();
    let guest_id = guest["data"]["user"]["id"].as_str().unwrap().to_owned();
    let guest = nobody.with_token(guest["data"]["accessToken"].as_str().unwrap());
    assert_eq!(guest.get("/audit?search=planted-query-words").await.unwrap().0, 403);
    let (status, _) = owner.send(owner.request(Method::GET, "/users%0d%0aERROR%20forged?access_token=planted-query-words")).await.unwrap();
    assert_eq!(status, 404);
    let (status, _) = owner.post(&format!("/users/{owner_id}/lock"), json!({ "reason": "planted reason words" })).await.unwrap();
    assert_eq!(status, 409);
    let foreign = owner.request(Method::GET, "/users").header("origin", "https://evil.example").header("user-agent", "planted agent words");
    assert_eq!(owner.send(foreign).await.unwrap().0, 403);
    assert_eq!(owner.post("/users", json!({ "planted_field_words": 1 })).await.unwrap().0, 400);
    let planted = plant(&owner).await;
    child.kill().await.unwrap();
    let text = reading.await.unwrap().unwrap();

    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("not a line of the log: {line}"))).collect();
    assert!(
        lines.iter().all(|line| line["timestamp"].as_str().is_some_and(|at| at.ends_with('Z') && at.contains('T'))),
        "every line says when, in UTC"
    );
    let refused: Vec<&Value> = lines.iter().filter(|line| line["fields"]["message"] == "refused").collect();
    for (code, user) in [
        ("bad_credentials", ""),
        ("bad_token", ""),
        ("forbidden", &guest_id),
        ("not_found", ""),
        ("own_account", &owner_id),
        ("foreign_origin", ""),
        ("invalid", &owner_id),
    ] {
        let line = refused.iter().find(|line| line["fields"]["code"] == code).unwrap_or_else(|| panic!("{code} is not in the log:\n{text}"));
        assert_eq!((line["fields"]["user"].as_str(), line["fields"]["ip"].as_str()), (Some(user), Some("127.0.0.1")), "{line}");
        assert!(line["span"]["id"].is_string() && line["span"]["path"].is_string() && line["span"]["method"].is_string(), "{line}");
    }
    let forbidden = refused.iter().find(|line| line["fields"]["code"] == "forbidden").unwrap();
    assert_eq!((&forbidden["fields"]["permission"], &forbidden["level"]), (&json!("read:audit"), &json!("WARN")));
    for secret in [
        PASSWORD,
        typed,
        "violet anchor 31 copper",
        &held[0],
        &held[1],
        "planted.token.words",
        "planted-query-words",
        "planted agent words",
        "planted reason words",
        "planted_field_words",
        "$argon2",
        "owner@harbour.example",
        "PRIVATE KEY",
        SMTP,
    ]
    .into_iter()
    .chain(planted.iter().map(String::as_str))
    {
        assert!(
            !text.contains(secret),
            "the log says {secret}:\n{}",
            text.lines().filter(|line| line.contains(secret)).collect::<Vec<_>>().join("\n")
        );
    }
}
