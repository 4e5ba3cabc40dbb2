//! Signing in at another party, the system's browser being the test.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Bench, Fake, bench};
use crate::connection::{RENEWS, SIGNS_IN};
use crate::elsewhere::{self, Wanted};
use crate::window::MAIN;
use crate::wire::Call;

const PROVIDER: &str = "01900000-0000-7000-8000-000000000001";

/// The engine's half of it.
pub(super) fn routes() -> Router<Arc<Fake>> {
    Router::new()
        .route("/api/v1/auth/providers/{id}/start", post(start))
        .route("/api/v1/auth/providers/callback", get(back))
        .route("/api/v1/auth/providers/finish", post(finish))
}

async fn start(State(fake): State<Arc<Fake>>, body: Bytes) -> Response {
    let asked: Value = serde_json::from_slice(&body).unwrap();
    let url = format!("https://party.example/?port={}", asked["native"]["port"]);
    fake.saw.lock().push(asked);
    axum::Json(json!({"data": {"url": url, "expiresIn": 600}})).into_response()
}

async fn back(State(fake): State<Arc<Fake>>, request: Request) -> Response {
    assert_eq!(request.uri().query(), Some("code=theirs&state=ours"));
    let port = fake.saw.lock()[0]["native"]["port"].clone();
    (StatusCode::SEE_OTHER, [("location", format!("http://127.0.0.1:{port}/signed-in?code=the-outcome"))]).into_response()
}

async fn finish(State(fake): State<Arc<Fake>>, body: Bytes) -> Response {
    let asked: Value = serde_json::from_slice(&body).unwrap();
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(asked["verifier"].as_str().unwrap().as_bytes()));
    let ours = fake.saw.lock().last().unwrap()["native"]["challenge"] == challenge.as_str();
    assert!(ours && asked["tokenDelivery"] == "body", "{asked}");
    if asked["code"] != "the-outcome" {
        return (StatusCode::CONFLICT, axum::Json(json!({"code": "sign_in_over"}))).into_response();
    }
    fake.issue()
}

fn wanted() -> Call {
    Call::post("/shell/v1/sign-in", &json!({"provider": PROVIDER, "rememberMe": true}))
}

/// The port the browser will come back to.
async fn port(bench: &Bench) -> String {
    let url = bench.opened.lock().await.recv().await.unwrap();
    url.rsplit_once("port=").unwrap().1.to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_browser_comes_back_through_the_port_and_the_tokens_stay_here() {
    let bench = bench();
    let browser = async {
        let port = port(&bench).await;
        // Under another name it is nobody's way back.
        let foreign = reqwest::Client::builder()
            .no_proxy()
            .build()
            .unwrap()
            .get(format!("http://127.0.0.1:{port}/signed-in?code=planted"))
            .header("host", "evil.example");
        assert_eq!(foreign.send().await.unwrap().status(), 404);
        // Something else on this machine knocks first: what it brings is not taken for the outcome, and ends nothing.
        reqwest::get(format!("http://127.0.0.1:{port}/signed-in?code=planted")).await.unwrap();
        let page = reqwest::get(format!("http://127.0.0.1:{port}/api/v1/auth/providers/callback?code=theirs&state=ours")).await.unwrap();
        assert!(page.status().is_success());
        assert!(page.text().await.unwrap().contains("go back to Purser"));
    };
    let ((status, _, body), ()) = tokio::join!(bench.ask(wanted()), browser);
    assert_eq!((status, body["data"]["user"]["email"].as_str()), (StatusCode::OK, Some("ada")));
    assert!(!body.to_string().contains("access-") && !body.to_string().contains("refresh-"), "{body}");
    assert_eq!(bench.ask(Call::get("/api/v1/echo")).await.0, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_can_be_refused_there_called_off_here_or_begun_anew() {
    let bench = bench();
    let refused = async {
        let port = port(&bench).await;
        reqwest::get(format!("http://127.0.0.1:{port}/signed-in?error=cancelled")).await.unwrap();
    };
    let ((status, _, body), ()) = tokio::join!(bench.ask(wanted()), refused);
    assert_eq!((status, body["code"].as_str()), (StatusCode::FORBIDDEN, Some("cancelled")));
    let anew = async {
        port(&bench).await;
        let off = async {
            port(&bench).await;
            let call = Call { method: Method::DELETE, ..Call::get("/shell/v1/sign-in") };
            assert_eq!(bench.ask(call).await.0, StatusCode::NO_CONTENT);
        };
        tokio::join!(bench.ask(wanted()), off).0
    };
    let (first, second) = tokio::join!(bench.ask(wanted()), anew);
    assert_eq!((first.0, first.2["code"].as_str()), (StatusCode::CONFLICT, Some("sign_in_superseded")));
    assert_eq!((second.0, second.2["code"].as_str()), (StatusCode::CONFLICT, Some("sign_in_cancelled")));
    let strange = Call::post("/shell/v1/sign-in", &json!({"provider": "../users"}));
    assert_eq!(bench.ask(strange).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_waits_for_ever_and_nobody_signs_in_where_the_window_no_longer_looks() {
    let bench = bench();
    let wanted = |longest| Wanted { provider: PROVIDER.to_owned(), remember: false, link: false, longest };
    let late = elsewhere::sign_in(&bench.shell, MAIN, wanted(Duration::from_millis(40))).await.unwrap_err();
    assert_eq!((late.status, late.code), (StatusCode::REQUEST_TIMEOUT, "sign_in_timeout"));
    let after = format!("http://127.0.0.1:{}/signed-in?code=the-outcome", port(&bench).await);
    assert!(reqwest::get(after).await.is_err(), "the port outlived the wait");

    let added = bench.ask(Call::post("/shell/v1/profiles", &json!({"name": "Far", "url": "https://far.example", "environment": "staging"}))).await.2;
    let far = added["data"]["id"].as_str().unwrap().to_owned();
    let leaves = async {
        let port = port(&bench).await;
        assert_eq!(bench.ask(Call::post(&format!("/shell/v1/profiles/{far}/switch"), &json!({}))).await.0, StatusCode::OK);
        reqwest::get(format!("http://127.0.0.1:{port}/signed-in?code=the-outcome")).await.unwrap();
    };
    let (left, ()) = tokio::join!(elsewhere::sign_in(&bench.shell, MAIN, wanted(Duration::from_mins(1))), leaves);
    assert_eq!(left.unwrap_err().code, "profile_switched");
    // A window that is closed waits no longer; another one's wait goes on.
    let closes = async {
        port(&bench).await;
        bench.shell.closed("second");
        port(&bench).await;
        bench.shell.closed("another");
    };
    bench.shell.switch("second", crate::profiles::LOCAL).unwrap();
    bench.shell.switch("third", crate::profiles::LOCAL).unwrap();
    let second = elsewhere::sign_in(&bench.shell, "second", wanted(Duration::from_mins(1)));
    let third = async {
        tokio::time::sleep(Duration::from_millis(30)).await;
        elsewhere::sign_in(&bench.shell, "third", wanted(Duration::from_millis(60))).await
    };
    let (second, third, ()) = tokio::join!(second, third, closes);
    assert_eq!((second.unwrap_err().code, third.unwrap_err().code), ("sign_in_cancelled", "sign_in_timeout"));
}

type Names = BTreeSet<String>;

/// Whether `name` is a field of anything that `part` of the document can be.
fn holds(document: &Value, part: &Value, names: &[&str], seen: &mut Names) -> bool {
    match part {
        Value::Object(fields) => {
            if let Some(to) = fields.get("$ref").and_then(Value::as_str) {
                let there = document.pointer(to.trim_start_matches('#')).unwrap_or_else(|| panic!("{to} leads nowhere"));
                return seen.insert(to.to_owned()) && holds(document, there, names, seen);
            }
            let here = fields.get("properties").and_then(Value::as_object).is_some_and(|all| names.iter().any(|name| all.contains_key(*name)));
            here || fields.values().any(|part| holds(document, part, names, seen))
        }
        Value::Array(all) => all.iter().any(|part| holds(document, part, names, seen)),
        _ => false,
    }
}

#[test]
fn every_answer_that_can_carry_a_token_is_known_to_the_shell() {
    let document: Value = serde_json::from_str(include_str!("../../../ui/openapi.json")).unwrap();
    let (mut answers, mut asks) = (Names::new(), Names::new());
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let name = format!("{method} {path}");
            if holds(&document, &operation["responses"], &["accessToken", "refreshToken"], &mut Names::new()) {
                answers.insert(name.clone());
            }
            if holds(&document, &operation["requestBody"], &["tokenDelivery"], &mut Names::new()) {
                asks.insert(name);
            }
        }
    }
    let known: Names = SIGNS_IN.iter().chain([&RENEWS]).map(|path| format!("post {path}")).collect();
    assert_eq!(answers, known, "answers with tokens, and what the shell takes them out of");
    assert_eq!(asks, known, "operations that can be told where tokens go, and those the shell tells");
}
