//! People as staff lead them.

mod bulk;
mod create;
mod delete;
mod erase;
mod export;
mod list;
mod lock;
mod paging;
mod read;
mod role;
mod update;

use purser_testkit::{Caller, json};
use serde_json::Value;

/// Invite somebody and answer the whole view.
pub(crate) async fn invited(by: &Caller, first: &str, role: &str) -> Value {
    let email = format!("{}@people.example", first.to_lowercase());
    by.post("/users", json!({ "email": email, "firstName": first, "lastName": "Example", "role": role })).await.is(201).data()
}

pub(crate) fn id(view: &Value) -> String {
    view["id"].as_str().unwrap().to_owned()
}

pub(crate) fn emails(rows: &Value) -> Vec<String> {
    rows.as_array().unwrap().iter().map(|row| row["email"].as_str().unwrap().to_owned()).collect()
}
