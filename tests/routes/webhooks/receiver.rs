//! A system that is told: it answers as it was asked to and keeps what it got.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use purser_adapters::web::Outside;
use purser_core::time::Clock;
use purser_testkit::{Caller, Database, TestApp, json};
use serde_json::Value;
use standardwebhooks::Webhook;

/// A message as it came.
#[derive(Clone)]
pub(super) struct Got {
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Got {
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(super) fn event(&self) -> String {
        self.json()["type"].as_str().unwrap().to_owned()
    }

    pub(super) fn id(&self) -> String {
        self.headers["webhook-id"].to_str().unwrap().to_owned()
    }

    /// Whether the specification's own library takes it for genuine.
    pub(super) fn is_signed_with(&self, secret: &str) -> bool {
        Webhook::new(secret).unwrap().verify(&self.body, &self.headers).is_ok()
    }
}

#[derive(Default)]
struct Kept {
    got: Vec<Got>,
    answers: VecDeque<u16>,
    usual: u16,
}

/// The receiver.
#[derive(Clone)]
pub(super) struct Receiver {
    pub(super) url: String,
    kept: Arc<Mutex<Kept>>,
}

async fn take(State(kept): State<Arc<Mutex<Kept>>>, headers: HeaderMap, body: Bytes) -> Response {
    let mut kept = kept.lock().unwrap();
    kept.got.push(Got { headers, body });
    let status = kept.answers.pop_front().unwrap_or(kept.usual);
    let status = StatusCode::from_u16(status).unwrap();
    if status.is_redirection() {
        return (status, [(header::LOCATION, "/elsewhere")]).into_response();
    }
    (status, "thanks, ".repeat(1_000)).into_response()
}

impl Receiver {
    pub(super) async fn start() -> Self {
        let kept = Arc::new(Mutex::new(Kept { usual: 200, ..Kept::default() }));
        let router = Router::new().route("/hook", post(take)).route("/elsewhere", post(take).get(take)).with_state(kept.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, kept }
    }

    /// What it answers next, one after the other.
    pub(super) fn answers(&self, statuses: impl IntoIterator<Item = u16>) {
        self.kept.lock().unwrap().answers.extend(statuses);
    }

    /// What it answers from now on.
    pub(super) fn always(&self, status: u16) {
        self.kept.lock().unwrap().usual = status;
    }

    /// What came since this was asked last.
    pub(super) fn got(&self) -> Vec<Got> {
        std::mem::take(&mut self.kept.lock().unwrap().got)
    }
}

/// An engine that goes out to this machine, at this machine's time.
pub(super) async fn engine(database: Database) -> TestApp {
    let app = TestApp::with_web(database, Arc::new(Outside::new(true).unwrap())).await;
    app.advance(Clock::System.now().since(app.app.clock.now()));
    app
}

/// Add an endpoint at the receiver; its id and its secret.
pub(super) async fn subscribe(owner: &Caller, receiver: &Receiver, topics: &[&str]) -> (String, String) {
    let made = owner.post("/webhooks/endpoints", json!({ "url": receiver.url, "topics": topics })).await.is(201).data();
    (made["id"].as_str().unwrap().to_owned(), made["secret"].as_str().unwrap().to_owned())
}

/// An endpoint as it stands.
pub(super) async fn endpoint(owner: &Caller, id: &str) -> Value {
    owner.get(&format!("/webhooks/endpoints/{id}")).await.ok().data()
}
