//! The real engine behind both doors: what the window gets and what the network gets are the same bytes.

use std::net::SocketAddr;
use std::sync::Arc;

use http::{HeaderValue, StatusCode};
use purser_core::Timestamp;
use purser_core::ids::Ids;
use purser_core::time::Clock;
use purser_server::{Config, Engine, Reach};
use serde_json::{Value, json};

use crate::backend::{self, Backend, Remote};
use crate::connection::Connection;
use crate::engine;
use crate::local::{Local, Opener};
use crate::session::Session;
use crate::trust::Trust;
use crate::vault::Vault;
use crate::wire::{self, Call};

const REQUEST: &str = "01900000-0000-7000-8000-000000000001";

struct Reply {
    status: StatusCode,
    kind: Option<HeaderValue>,
    tag: Option<HeaderValue>,
    body: Vec<u8>,
}

async fn ask(connection: &Connection, mut call: Call) -> Reply {
    call.headers.insert("x-request-id", HeaderValue::from_static(REQUEST));
    let (mut parts, body) = connection.answer(call).await.unwrap().into_parts();
    let body = wire::collect(body, 1 << 22).await.unwrap().to_vec();
    Reply { status: parts.status, kind: parts.headers.remove("content-type"), tag: parts.headers.remove("etag"), body }
}

/// An engine whose clock stands still, opened as the shell opens it: not on an async thread.
async fn standing_engine(folder: &std::path::Path) -> Engine {
    let config = Config::embedded(folder);
    let clock = Clock::fixed(Timestamp::parse("2026-03-01T09:00:00Z").unwrap());
    let runtime = tokio::runtime::Handle::current();
    let opened = tokio::task::spawn_blocking(move || runtime.block_on(Engine::open_with(config, clock, Ids::seeded(1)))).await;
    opened.unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_window_and_the_network_get_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let engine = standing_engine(folder.path()).await;
    let listener = engine.listen(SocketAddr::from(([127, 0, 0, 1], 0)), Reach::Machine).await.unwrap();
    let url = backend::address(&listener.url()).unwrap();
    let shared = engine.clone();
    let opener: Opener = Arc::new(move |_| {
        let engine = engine::embedded(shared.clone());
        Box::pin(async move { Ok(engine) })
    });
    let vault = Arc::new(Vault::memory());
    let inside = Backend::Local(Local::open(folder.path().to_owned(), &opener));
    let window = Connection::new("local".into(), inside, Session::new("window".into(), vault.clone()));
    let network = Connection::new("net".into(), Backend::Remote(Remote::new(url, &Trust::default()).unwrap()), Session::new("network".into(), vault));

    let owner = json!({"tenantName": "Harbour", "firstName": "Ada", "lastName": "Quay", "email": "ada@harbour.example", "password": "brass lantern on the quay 7"});
    assert_eq!(ask(&window, Call::post("/api/v1/setup", &owner)).await.status, StatusCode::CREATED);
    let login = json!({"email": "ada@harbour.example", "password": "brass lantern on the quay 7"});
    assert_eq!(ask(&network, Call::post("/api/v1/auth/login", &login)).await.status, StatusCode::OK);
    let me: Value = serde_json::from_slice(&ask(&window, Call::get("/api/v1/auth/me")).await.body).unwrap();
    let id = me["data"]["id"].as_str().unwrap();

    let calls = [
        Call::get("/health/live"),
        Call::get("/api/openapi.json"),
        Call::get("/api/v1/auth/me"),
        Call::get("/api/v1/users?sort=-createdAt&limit=5"),
        Call::get(&format!("/api/v1/users/{id}")),
        Call::get("/api/v1/users/export"),
        Call::get("/api/v1/settings"),
        Call::get("/api/v1/audit?limit=3"),
        Call::get("/api/v1/users/not-an-id"),
        Call::get("/api/v1/nowhere"),
        Call::post("/api/v1/users", &json!({"email": "nonsense"})),
        Call::post("/api/v1/setup", &owner),
    ];
    for call in calls {
        let (here, there) = (ask(&window, call.clone()).await, ask(&network, call.clone()).await);
        assert_eq!((here.status, &here.kind, &here.tag), (there.status, &there.kind, &there.tag), "{}", call.path);
        assert_eq!(String::from_utf8_lossy(&here.body), String::from_utf8_lossy(&there.body), "{}", call.path);
        assert!(!here.body.is_empty());
    }
    engine.stop_listening(listener).await;
    engine.drain().await;
}
