//! Bringing in people, products and past orders.

mod midway;
mod orders;
mod people;
mod products;
mod refund;
mod refusals;

use std::time::Duration;

use axum::body::Body;
use axum::http::Method;
use purser_core::events::Topic;
use purser_testkit::{Caller, Reply, TestApp, json};
use serde_json::Value;

use super::files::form;

/// Send a file.
async fn send(by: &Caller, kind: &str, (name, bytes): (&str, &[u8])) -> Reply {
    let body = form(&[("kind", None, kind.as_bytes()), ("file", Some(name), bytes)]);
    by.send(Method::POST, "/imports", Some("multipart/form-data; boundary=purser-test-boundary"), Body::from(body)).await
}

/// Send a file and answer its import.
pub(in crate::routes) async fn sent(by: &Caller, kind: &str, text: impl AsRef<[u8]>) -> Value {
    send(by, kind, ("file.csv", text.as_ref())).await.is(201).data()
}

/// Begin something and wait for its end: the import afterwards.
async fn ended(app: &TestApp, by: &Caller, import: &Value, (verb, body): (&str, Value)) -> Value {
    let mut events = app.app.db.follow();
    let path = format!("/imports/{}", import["id"].as_str().unwrap());
    let begun = by.post(&format!("{path}/{verb}"), body).await.ok().data();
    assert!(["checking", "running", "checked", "done", "failed"].contains(&begun["state"].as_str().unwrap()), "{begun}");
    loop {
        let event = tokio::time::timeout(Duration::from_mins(1), events.recv()).await.expect("the import ends").unwrap();
        let over = ["checked", "done", "failed", "cancelled"].contains(&event.action.as_str());
        if event.topic == Topic::Import && over && Some(event.subject_id.to_string().as_str()) == import["id"].as_str() {
            return by.get(&path).await.ok().data();
        }
    }
}

async fn check(app: &TestApp, by: &Caller, import: &Value) -> Value {
    ended(app, by, import, ("check", json!({}))).await
}

async fn bring(app: &TestApp, by: &Caller, import: &Value, mode: &str) -> Value {
    ended(app, by, import, ("run", json!({ "mode": mode }))).await
}

/// A file sent and brought in at once: the import afterwards.
pub(in crate::routes) async fn brought(app: &TestApp, by: &Caller, kind: &str, text: &str, mode: &str) -> Value {
    let import = sent(by, kind, text).await;
    bring(app, by, &import, mode).await
}

/// Line, field and code of each complaint.
async fn complaints(by: &Caller, import: &Value) -> Vec<(i64, String, String)> {
    let list = by.get(&format!("/imports/{}/errors?limit=100", import["id"].as_str().unwrap())).await.ok().data();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    list.as_array().unwrap().iter().map(|row| (row["line"].as_i64().unwrap(), text(&row["field"]), text(&row["code"]))).collect()
}
