//! The shell without a window: a stand-in engine whose tokens rotate as the real one's do, and the same door the page uses.

mod doors;
mod elsewhere;
mod keys;
mod pins;

use std::collections::HashSet;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use futures::future::BoxFuture;
use http::{HeaderMap, StatusCode};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::ipc::Door;
use crate::local::{Engine, Listener, Opener, Refusal};
use crate::profiles::Store;
use crate::shell::{Desk, Setup, Shell};
use crate::vault::Vault;
use crate::window::MAIN;
use crate::wire::{self, Call};

/// A backend that accepts only its newest refresh token and only access tokens of its own.
#[derive(Default)]
struct Fake {
    name: &'static str,
    access: Mutex<HashSet<String>>,
    refresh: Mutex<Option<String>>,
    refreshes: AtomicUsize,
    serial: AtomicUsize,
    expires_in_s: AtomicUsize,
    refresh_answers: Mutex<Option<StatusCode>>,
    saw: Mutex<Vec<Value>>,
    replay: AtomicUsize,
    rights: Mutex<Vec<&'static str>>,
}

impl Fake {
    fn new(name: &'static str) -> Arc<Self> {
        Arc::new(Self { name, expires_in_s: AtomicUsize::new(900), ..Self::default() })
    }

    fn issue(&self) -> Response {
        let serial = self.serial.fetch_add(1, Ordering::SeqCst);
        let (access, refresh) = (format!("access-{}-{serial}", self.name), format!("refresh-{}-{serial}", self.name));
        self.access.lock().insert(access.clone());
        *self.refresh.lock() = Some(refresh.clone());
        let body = json!({"data": {"accessToken": access, "refreshToken": refresh, "tokenType": "Bearer", "expiresIn": self.expires_in_s.load(Ordering::SeqCst), "user": {"email": "ada"}}, "meta": {}});
        (StatusCode::OK, [("set-cookie", format!("purser_refresh={refresh}"))], axum::Json(body)).into_response()
    }

    fn router(self: &Arc<Self>) -> Router {
        Router::new()
            .route("/api/v1/auth/login", post(login))
            .merge(elsewhere::routes())
            .route("/api/v1/auth/refresh", post(refresh))
            .route("/api/v1/auth/me", get(me))
            .route("/api/v1/auth/logout", post(async || StatusCode::NO_CONTENT))
            .route("/api/v1/setup", get(async || axum::Json(json!({"data": {"needed": true}}))))
            .route("/api/v1/echo", get(echo).post(echo))
            .route("/api/v1/slow", get(async || tokio::time::sleep(Duration::from_millis(80)).await))
            .route("/api/v1/elsewhere", get(async || (StatusCode::FOUND, [("location", "https://elsewhere.example/")])))
            .with_state(self.clone())
    }
}

async fn login(State(fake): State<Arc<Fake>>, body: Bytes) -> Response {
    fake.saw.lock().push(serde_json::from_slice(&body).unwrap());
    fake.issue()
}

async fn me(State(fake): State<Arc<Fake>>) -> Response {
    axum::Json(json!({"data": {"permissions": *fake.rights.lock()}})).into_response()
}

async fn refresh(State(fake): State<Arc<Fake>>, body: Bytes) -> Response {
    fake.refreshes.fetch_add(1, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(20)).await;
    if let Some(status) = *fake.refresh_answers.lock() {
        return status.into_response();
    }
    let body: Value = serde_json::from_slice(&body).unwrap();
    if body["refreshToken"].as_str() != fake.refresh.lock().as_deref() {
        fake.replay.fetch_add(1, Ordering::SeqCst);
        return StatusCode::UNAUTHORIZED.into_response();
    }
    fake.issue()
}

async fn echo(State(fake): State<Arc<Fake>>, headers: HeaderMap, request: Request) -> Response {
    let bearer = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default().replace("Bearer ", "");
    if !fake.access.lock().contains(&bearer) {
        return (StatusCode::UNAUTHORIZED, axum::Json(json!({"code": "unauthenticated"}))).into_response();
    }
    let body = wire::collect(request.into_body(), 1024).await.unwrap();
    axum::Json(json!({"data": {"from": fake.name, "body": String::from_utf8_lossy(&body)}})).into_response()
}

struct FakeEngine(Arc<Fake>);

impl Engine for FakeEngine {
    fn router(&self) -> Router {
        self.0.router()
    }
    fn listen(&self, _: SocketAddr) -> BoxFuture<'_, Result<Box<dyn Listener>, String>> {
        Box::pin(async { Err("the port is taken".to_owned()) })
    }
    fn drain(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}

struct FakeDesk {
    folder: PathBuf,
    opened: mpsc::UnboundedSender<String>,
}

impl Desk for FakeDesk {
    fn pick_folder(&self) -> BoxFuture<'_, Option<PathBuf>> {
        Box::pin(async { None })
    }
    fn pick_certificate(&self) -> BoxFuture<'_, Option<PathBuf>> {
        Box::pin(async { None })
    }
    fn pick_save(&self, name: &str) -> BoxFuture<'_, Option<PathBuf>> {
        let path = self.folder.join(name);
        Box::pin(async { Some(path) })
    }
    fn open_url(&self, url: &str) -> Result<(), String> {
        let party = url.starts_with("https://party.example/");
        if party { self.opened.send(url.to_owned()).map_err(|error| error.to_string()) } else { Err("there is none".to_owned()) }
    }
}

struct Bench {
    folder: tempfile::TempDir,
    fake: Arc<Fake>,
    shell: Arc<Shell>,
    door: Arc<Door>,
    /// Pages the system's browser was sent to.
    opened: tokio::sync::Mutex<mpsc::UnboundedReceiver<String>>,
}

fn bench() -> Bench {
    drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
    let folder = tempfile::tempdir().unwrap();
    let fake = Fake::new("local");
    let (browser, went_to) = mpsc::unbounded_channel();
    let engine = fake.clone();
    let opener: Opener = Arc::new(move |folder| {
        let engine = engine.clone();
        Box::pin(async move {
            if folder.ends_with("taken") {
                return Err(Refusal {
                    code: "owned",
                    detail: "in use by process 7".into(),
                    pid: Some(7),
                    address: Some("http://127.0.0.1:9".into()),
                });
            }
            let engine: Arc<dyn Engine> = Arc::new(FakeEngine(engine));
            Ok(engine)
        })
    });
    let shell = Shell::start(Setup {
        config_folder: folder.path().to_owned(),
        data_folder: folder.path().join("data"),
        vault: Vault::memory(),
        store: Store::open(folder.path()),
        opener,
        desk: Box::new(FakeDesk { folder: folder.path().to_owned(), opened: browser }),
    });
    Bench { folder, fake, door: Arc::new(Door::new(shell.clone())), shell, opened: tokio::sync::Mutex::new(went_to) }
}

impl Bench {
    async fn ask(&self, call: Call) -> (StatusCode, HeaderMap, Value) {
        let (parts, body) = self.door.answer(MAIN, call).await.into_parts();
        let body = wire::collect(body, 1 << 20).await.unwrap();
        (parts.status, wire::cleaned(parts.headers), serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    async fn sign_in(&self) {
        let (status, headers, body) =
            self.ask(Call::post("/api/v1/auth/login", &json!({"email": "ada", "password": "x", "tokenDelivery": "cookie"}))).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(body["data"]["user"]["email"], "ada");
        assert!(!body.to_string().contains("access-") && !body.to_string().contains("refresh-"), "{body}");
        assert!(headers.get("set-cookie").is_none());
    }

    fn lapse(&self) {
        self.fake.access.lock().clear();
    }
}

#[tokio::test]
async fn signing_in_leaves_the_tokens_here_and_later_requests_carry_them() {
    let bench = bench();
    assert_eq!(bench.ask(Call::get("/api/v1/echo")).await.0, StatusCode::UNAUTHORIZED);
    bench.sign_in().await;
    assert_eq!(bench.fake.saw.lock()[0]["tokenDelivery"], "body");
    let (status, _, body) = bench.ask(Call::post("/api/v1/echo", &json!({"a": 1}))).await;
    assert_eq!((status, body["data"]["body"].as_str()), (StatusCode::OK, Some(r#"{"a":1}"#)));
}

#[tokio::test]
async fn many_requests_that_find_the_session_lapsed_refresh_it_once() {
    let bench = bench();
    bench.sign_in().await;
    bench.lapse();
    let all = futures::future::join_all((0..24).map(|n| bench.ask(Call::post("/api/v1/echo", &json!(n))))).await;
    for (n, (status, _, body)) in all.into_iter().enumerate() {
        assert_eq!((status, body["data"]["body"].as_str()), (StatusCode::OK, Some(n.to_string().as_str())));
    }
    assert_eq!(bench.fake.refreshes.load(Ordering::SeqCst), 1);
    assert_eq!(bench.fake.replay.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_token_about_to_lapse_is_renewed_before_it_is_sent() {
    let bench = bench();
    bench.fake.expires_in_s.store(5, Ordering::SeqCst);
    bench.sign_in().await;
    bench.fake.expires_in_s.store(900, Ordering::SeqCst);
    for _ in 0..3 {
        assert_eq!(bench.ask(Call::get("/api/v1/echo")).await.0, StatusCode::OK);
    }
    assert_eq!(bench.fake.refreshes.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_caller_that_goes_away_does_not_lose_the_rotated_token() {
    let bench = bench();
    bench.sign_in().await;
    bench.lapse();
    assert!(tokio::time::timeout(Duration::from_millis(5), bench.ask(Call::get("/api/v1/echo"))).await.is_err());
    tokio::time::sleep(Duration::from_millis(60)).await;
    assert_eq!(bench.ask(Call::get("/api/v1/echo")).await.0, StatusCode::OK);
    assert_eq!((bench.fake.refreshes.load(Ordering::SeqCst), bench.fake.replay.load(Ordering::SeqCst)), (1, 0));
}

#[tokio::test]
async fn a_refused_refresh_ends_the_session_and_a_failed_one_does_not() {
    let bench = bench();
    bench.sign_in().await;
    bench.lapse();
    *bench.fake.refresh_answers.lock() = Some(StatusCode::SERVICE_UNAVAILABLE);
    let (status, _, body) = bench.ask(Call::get("/api/v1/echo")).await;
    assert_eq!((status, body["code"].as_str()), (StatusCode::SERVICE_UNAVAILABLE, Some("session_refresh")));
    *bench.fake.refresh_answers.lock() = None;
    assert_eq!(bench.ask(Call::get("/api/v1/echo")).await.0, StatusCode::OK);

    bench.lapse();
    *bench.fake.refresh_answers.lock() = Some(StatusCode::UNAUTHORIZED);
    assert_eq!(bench.ask(Call::get("/api/v1/echo")).await.0, StatusCode::UNAUTHORIZED);
    *bench.fake.refresh_answers.lock() = None;
    let before = bench.fake.refreshes.load(Ordering::SeqCst);
    assert_eq!(bench.ask(Call::get("/api/v1/echo")).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(bench.fake.refreshes.load(Ordering::SeqCst), before, "nothing was left to refresh with");
}

#[tokio::test]
async fn signing_out_forgets_the_session() {
    let bench = bench();
    bench.sign_in().await;
    assert_eq!(bench.ask(Call::post("/api/v1/auth/logout", &json!({}))).await.0, StatusCode::NO_CONTENT);
    assert_eq!(bench.ask(Call::get("/api/v1/echo")).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(bench.fake.refreshes.load(Ordering::SeqCst), 0);
}

async fn serve(fake: &Arc<Fake>) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = fake.router();
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

#[tokio::test]
async fn profiles_never_share_a_session_and_a_late_reply_is_not_shown() {
    let bench = bench();
    bench.sign_in().await;
    let harbour = Fake::new("harbour");
    let url = serve(&harbour).await;
    let (status, _, added) = bench.ask(Call::post("/shell/v1/profiles", &json!({"name": "Harbour", "url": url, "environment": "staging"}))).await;
    assert_eq!(status, StatusCode::CREATED);
    let id = added["data"]["id"].as_str().unwrap().to_owned();

    let slow = {
        let door = bench.door.clone();
        tokio::spawn(async move { door.answer(MAIN, Call::get("/api/v1/slow")).await.status() })
    };
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(bench.ask(Call::post(&format!("/shell/v1/profiles/{id}/switch"), &json!({}))).await.0, StatusCode::OK);
    assert_eq!(slow.await.unwrap(), StatusCode::CONFLICT);

    assert_eq!(bench.ask(Call::get("/api/v1/echo")).await.0, StatusCode::UNAUTHORIZED, "the local session stays local");
    bench.sign_in().await;
    assert_eq!(bench.ask(Call::get("/api/v1/echo")).await.2["data"]["from"], "harbour");
    assert_eq!(harbour.access.lock().len(), 1);
    let (status, _, body) = bench.ask(Call::get("/api/v1/elsewhere")).await;
    assert_eq!((status, body["code"].as_str()), (StatusCode::BAD_GATEWAY, Some("redirected")));

    bench.ask(Call::post("/shell/v1/profiles/local/switch", &json!({}))).await;
    assert_eq!(bench.ask(Call::get("/api/v1/echo")).await.2["data"]["from"], "local");
    let state = bench.ask(Call::get("/shell/v1/state")).await.2;
    assert_eq!((&state["data"]["profile"]["id"], &state["data"]["firstRun"]), (&json!("local"), &json!(true)));

    let gone = Call { method: http::Method::DELETE, ..Call::get(&format!("/shell/v1/profiles/{id}")) };
    assert_eq!(bench.ask(gone).await.0, StatusCode::OK);
    assert!(!std::fs::read_to_string(bench.folder.path().join("shell.json")).unwrap().contains("harbour"));
}

#[tokio::test]
async fn two_windows_look_at_two_profiles() {
    let bench = bench();
    bench.sign_in().await;
    let harbour = Fake::new("harbour");
    let url = serve(&harbour).await;
    bench.ask(Call::post("/shell/v1/profiles", &json!({"name": "Harbour", "url": url, "environment": "production"}))).await;
    bench.shell.switch("window-2", "harbour").unwrap();
    let other = bench.door.answer("window-2", Call::get("/api/v1/echo")).await;
    assert_eq!(other.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(bench.ask(Call::get("/api/v1/echo")).await.2["data"]["from"], "local");
    assert_eq!(bench.shell.store.settings().active, "local", "only the first window's choice is remembered");
}

#[tokio::test]
async fn a_folder_that_cannot_be_opened_leaves_everything_as_it_was() {
    let bench = bench();
    bench.sign_in().await;
    let taken = bench.folder.path().join("taken");
    let (status, _, body) = bench.ask(Call::post("/shell/v1/data-folder", &json!({"path": taken}))).await;
    assert_eq!((status, body["code"].as_str()), (StatusCode::CONFLICT, Some("owned")));
    assert_eq!(bench.ask(Call::get("/api/v1/echo")).await.0, StatusCode::OK);

    let other = bench.folder.path().join("other");
    let (status, _, body) = bench.ask(Call::post("/shell/v1/data-folder", &json!({"path": other}))).await;
    assert_eq!((status, &body["data"]["dataFolder"]), (StatusCode::OK, &json!(other)));
    assert_eq!(bench.ask(Call::get("/api/v1/echo")).await.0, StatusCode::UNAUTHORIZED, "another folder is another business");
}

#[tokio::test]
async fn the_owner_of_the_folder_is_one_profile_wherever_it_listens() {
    let bench = bench();
    for port in [7001, 7002] {
        let profile = bench.shell.connect_to_owner(MAIN, &format!("http://127.0.0.1:{port}")).await.unwrap();
        assert_eq!(profile.url, Some(format!("http://127.0.0.1:{port}/")));
    }
    assert_eq!(bench.shell.store.all().len(), 2);
    assert_eq!(bench.ask(Call::post("/shell/v1/connect-to-owner", &json!({}))).await.0, StatusCode::CONFLICT, "nobody else has the folder");
}

#[tokio::test]
async fn a_reply_is_saved_whole_or_its_problem_is_told() {
    let bench = bench();
    bench.sign_in().await;
    let (status, _, body) = bench.ask(Call::post("/shell/v1/save", &json!({"path": "/api/v1/echo", "name": "echo.json"}))).await;
    assert_eq!((status, body["data"]["name"].as_str()), (StatusCode::OK, Some("echo.json")));
    assert!(std::fs::read_to_string(bench.folder.path().join("echo.json")).unwrap().contains("local"));
    assert_eq!(bench.ask(Call::post("/shell/v1/save", &json!({"path": "/api/v1/none"}))).await.0, StatusCode::NOT_FOUND);
    assert_eq!(bench.ask(Call::post("/shell/v1/save", &json!({"path": "/etc/passwd"}))).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn what_this_machine_refuses_is_said() {
    let bench = bench();
    let (status, _, body) = bench.ask(Call::post("/shell/v1/sharing", &json!({"on": true}))).await;
    assert_eq!((status, body["code"].as_str()), (StatusCode::SERVICE_UNAVAILABLE, Some("port_unavailable")));
    let (status, _, body) = bench.ask(Call::post("/shell/v1/sharing", &json!({"on": true, "scope": "planet"}))).await;
    assert_eq!((status, body["code"].as_str()), (StatusCode::BAD_REQUEST, Some("malformed")));
    assert_eq!(bench.ask(Call::get("/shell/v1/unknown")).await.0, StatusCode::NOT_FOUND);
    assert_eq!(bench.ask(Call::get("/shell/v1/sharing")).await.0, StatusCode::METHOD_NOT_ALLOWED);
}
