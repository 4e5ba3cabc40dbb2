//! GET /events

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::Method;
use futures::StreamExt;
use purser_core::access::Role;
use purser_testkit::{Caller, both, json};
use serde_json::Value;

use super::people::{id, invited};

struct Page {
    stream: BodyDataStream,
    text: String,
}

/// One frame: id, event, data.
type Frame = (i64, String, Value);

impl Page {
    async fn open(by: &Caller) -> Self {
        let response = by.open(Method::GET, "/events", None, Body::empty()).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { stream: response.into_body().into_data_stream(), text: String::new() }
    }

    async fn next(&mut self) -> Option<Frame> {
        loop {
            if let Some(end) = self.text.find("\n\n") {
                let frame: String = self.text.drain(..end + 2).collect();
                let field = |name: &str| frame.lines().find_map(|line| line.strip_prefix(&format!("{name}: "))).unwrap_or_default().to_owned();
                let found = (field("id").parse().unwrap_or(-1), field("event"), serde_json::from_str(&field("data")).unwrap_or(Value::Null));
                return Some(found);
            }
            let part = tokio::time::timeout(Duration::from_secs(20), self.stream.next()).await.expect("something happens");
            self.text.push_str(std::str::from_utf8(&part?.unwrap()).unwrap());
        }
    }

    /// The next change; sign-ins of the test itself, which PostgreSQL may tell late, and letters on their way do not count.
    async fn change(&mut self) -> Value {
        loop {
            let (_, event, data) = self.next().await.expect("the feed goes on");
            assert_eq!(event, "change");
            if !["session", "mail", "job"].iter().any(|topic| data["topic"] == *topic) {
                return data;
            }
        }
    }

    /// Read on until there is news of this thing.
    async fn until(&mut self, subject: &Value) {
        while self.change().await["subjectId"] != *subject {}
    }
}

both! {
    async fn changes_arrive_after_the_commit(app) {
        let owner = app.owner().await;
        let mut page = Page::open(&owner).await;
        assert_eq!(page.next().await.unwrap().1, "ready");
        let ada = invited(&owner, "Ada", "user").await;
        let data = page.change().await;
        assert_eq!((data["topic"].as_str(), data["action"].as_str(), data["subjectId"].as_str()), (Some("user"), Some("created"), Some(id(&ada).as_str())));
        assert_eq!(data["actorId"].as_str(), owner.id.as_deref());
        assert!(data.get("tenant").is_none());
    }

    async fn a_page_that_comes_back_hears_what_it_missed(app) {
        let owner = app.owner().await;
        let mut page = Page::open(&owner).await;
        let (ready, ..) = page.next().await.unwrap();
        drop(page);
        let (ada, ben) = (invited(&owner, "Ada", "user").await, invited(&owner, "Ben", "user").await);
        let mut back = Page::open(&owner.with("last-event-id", &ready.to_string())).await;
        let mut heard = Vec::new();
        while heard.len() < 2 {
            let (_, event, data) = back.next().await.unwrap();
            if event == "change" && (data["subjectId"] == ada["id"] || data["subjectId"] == ben["id"]) { heard.push(data["subjectId"].clone()) }
        }
        assert_eq!(heard, [ada["id"].clone(), ben["id"].clone()]);
        let cleo = invited(&owner, "Cleo", "user").await;
        assert_eq!(back.change().await["subjectId"], cleo["id"], "and then what happens");
    }

    async fn who_was_away_too_long_reads_everything_again(app) {
        let owner = app.owner().await;
        let _ = invited(&owner, "Ada", "user").await;
        let mut lost = Page::open(&owner.with("last-event-id", "999999999")).await;
        assert_eq!(lost.next().await.unwrap().1, "gap");
        let ben = invited(&owner, "Ben", "user").await;
        lost.until(&ben["id"]).await;
        let _ = owner.with("last-event-id", "soon").get("/events").await.problem(400, "invalid").complains("Last-Event-ID", "not_valid");
    }

    async fn nobody_hears_of_what_they_may_not_see(app) {
        let (owner, customer, stranger) = (app.owner().await, app.caller(Role::User).await, app.stranger(Role::Owner).await);
        let (mut theirs, mut elsewhere) = (Page::open(&customer).await, Page::open(&stranger).await);
        assert_eq!(theirs.next().await.unwrap().1, "ready");
        assert_eq!(elsewhere.next().await.unwrap().1, "ready");
        let _ = invited(&owner, "Ada", "user").await;
        let _ = owner.with("if-match", "\"1\"").patch("/settings", json!({ "name": "New Name" })).await.ok();
        assert_eq!(theirs.change().await["topic"], "setting", "the person before it was not for a customer");
        let own = invited(&stranger, "Zoe", "user").await;
        assert_eq!(elsewhere.change().await["subjectId"], own["id"], "nothing of the other tenant came first");
        let _ = app.nobody().get("/events").await.problem(401, "not_signed_in");
    }

    async fn a_lock_ends_the_feed(app) {
        let (owner, support) = (app.owner().await, app.caller(Role::Support).await);
        let mut page = Page::open(&support).await;
        assert_eq!(page.next().await.unwrap().1, "ready");
        let _ = owner.post(&format!("/users/{}/lock", support.id.clone().unwrap()), json!({ "reason": "test" })).await.ok();
        assert_eq!(page.change().await["action"], "locked");
        assert!(page.next().await.is_none());
        let _ = support.get("/events").await.problem(401, "session_ended");
    }
}
