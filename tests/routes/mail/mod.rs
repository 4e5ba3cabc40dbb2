//! Mail: what is written, sent, looked at.

mod list;
mod orders;
mod papers;
mod read;
mod send;
mod smtp;
mod staff;

use purser_testkit::{Caller, TestApp, json};
use serde_json::Value;

/// Ask somebody in and answer the mail that asked them.
pub(super) async fn invited(app: &TestApp, by: &Caller, email: &str, more: Value) -> Value {
    let mut body = json!({ "email": email, "firstName": "Ada", "lastName": "Lovelace", "role": "user" });
    body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
    let _ = by.post("/users", body).await.is(201);
    app.settle().await;
    newest(app, email).await
}

/// The newest mail to this address. Whoever looks signs in anew: time may have gone on.
pub(super) async fn newest(app: &TestApp, email: &str) -> Value {
    let by = app.owner_unasked().await;
    let mails = by.get(&format!("/mailbox?limit=1&search={email}")).await.ok().data();
    let id = mails[0]["id"].as_str().unwrap_or_else(|| panic!("no mail to {email}")).to_owned();
    by.get(&format!("/mailbox/{id}")).await.ok().data()
}
