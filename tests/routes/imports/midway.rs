//! An import that is stopped while it is under way.

use std::fmt::Write;
use std::time::Duration;

use purser_core::events::Topic;
use purser_testkit::{both, json};

use super::sent;

const ROWS: i64 = 12_000;

fn people() -> String {
    let mut text = "email,first name,last name\n".to_owned();
    for n in 0..ROWS {
        writeln!(text, "p{n}@many.example,Pat,Number{n}").unwrap();
    }
    text
}

both! {
    async fn what_was_brought_in_before_the_stop_stays_and_is_told(app) {
        let owner = app.owner().await;
        let before = owner.get("/users").await.ok().meta()["total"].as_i64().unwrap();
        let import = sent(&owner, "people", people()).await;
        let id = import["id"].as_str().unwrap().to_owned();
        let path = format!("/imports/{id}");
        let mut events = app.app.db.follow();
        let _ = owner.post(&format!("{path}/run"), json!({ "mode": "skip_bad" })).await.ok();
        let mut next = async |wanted: &[&str]| loop {
            let event = tokio::time::timeout(Duration::from_mins(1), events.recv()).await.expect("something happens").unwrap();
            if event.topic == Topic::Import && event.subject_id.to_string() == id && wanted.contains(&event.action.as_str()) { return event.action.clone(); }
        };
        next(&["progress"]).await;
        let _ = owner.post(&format!("{path}/cancel"), json!({})).await.ok();
        assert_eq!(next(&["done", "failed", "cancelled"]).await, "cancelled");
        let stopped = owner.get(&path).await.ok().data();
        let done = stopped["progress"]["done"].as_i64().unwrap();
        assert!(stopped["state"] == "cancelled" && (1..ROWS).contains(&done), "{stopped}");
        assert_eq!(stopped["result"]["inserted"], done, "{stopped}");
        let list = owner.get("/users").await.ok();
        assert_eq!((list.meta()["total"].as_i64().unwrap() - before, list.meta()["totalExact"].as_bool()), (done, Some(true)));
        assert_eq!(owner.get("/audit?action=import.cancel").await.ok().meta()["total"], 1);
        let _ = owner.post(&format!("{path}/run"), json!({ "mode": "skip_bad" })).await.problem(409, "import_not_ready");
    }

    async fn all_or_nothing_that_is_stopped_is_nothing(app) {
        let owner = app.owner().await;
        let before = owner.get("/users").await.ok().meta()["total"].clone();
        let import = sent(&owner, "people", people()).await;
        let id = import["id"].as_str().unwrap().to_owned();
        let path = format!("/imports/{id}");
        let mut events = app.app.db.follow();
        let _ = owner.post(&format!("{path}/run"), json!({ "mode": "all_or_nothing" })).await.ok();
        let _ = owner.post(&format!("{path}/cancel"), json!({})).await.ok();
        loop {
            let event = tokio::time::timeout(Duration::from_mins(1), events.recv()).await.expect("it ends").unwrap();
            if event.topic == Topic::Import && ["done", "failed", "cancelled"].contains(&event.action.as_str()) {
                assert_eq!(event.action, "cancelled");
                break;
            }
        }
        let stopped = owner.get(&path).await.ok().data();
        assert_eq!((stopped["state"].as_str(), stopped["progress"]["done"].as_i64()), (Some("cancelled"), Some(0)), "{stopped}");
        assert!(stopped.get("result").is_none_or(serde_json::Value::is_null), "{stopped}");
        assert_eq!(owner.get("/users").await.ok().meta()["total"], before);
    }
}
