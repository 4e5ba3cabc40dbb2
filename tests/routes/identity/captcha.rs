//! A puzzle before the password, after failures, against a maker that behaves as theirs do.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::post;
use axum::{Form, Json, Router};
use purser_adapters::puzzles::{Puzzle, Settings};
use purser_service::identity::captcha::{Captcha, Found, Kind, Unknown};
use purser_testkit::{Caller, Database, Reply, TestApp, json};
use serde_json::Value;
use tokio::sync::Mutex;

use super::factors::{OWNER, PASSWORD};

type Spent = Arc<Mutex<Vec<String>>>;

/// Answers are words here: what the maker says of each is in the word. Each is good once, as with the makers.
async fn verify(State(spent): State<Spent>, Form(form): Form<Vec<(String, String)>>) -> Json<Value> {
    let field = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()).unwrap_or_default();
    if !field("secret").starts_with("shh") {
        return Json(json!({ "success": false, "error-codes": ["invalid-input-secret"] }));
    }
    let answer = field("response");
    let mut spent = spent.lock().await;
    if spent.contains(&answer) {
        return Json(json!({ "success": false, "error-codes": ["timeout-or-duplicate"] }));
    }
    spent.push(answer.clone());
    let word = answer.split(' ').next().unwrap_or_default();
    let (score, action, host) = match word {
        "person" => (0.9, "login", "console.example"),
        "program" => (0.4, "login", "console.example"),
        "elsewhere" => (0.9, "login", "evil.test"),
        "other" => (0.9, "comment", "console.example"),
        _ => return Json(json!({ "success": false, "error-codes": ["invalid-input-response"] })),
    };
    Json(json!({ "success": true, "score": score, "action": action, "hostname": host, "challenge_ts": "2026-11-21T09:00:00Z" }))
}

pub(super) async fn maker() -> String {
    let app = Router::new().route("/siteverify", post(verify)).with_state(Spent::default());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/siteverify", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    url
}

fn puzzle(url: &str, secret: &str) -> Arc<dyn Captcha> {
    let settings = Settings { kind: Kind::RecaptchaV3, site_key: "site".into(), secret: secret.into(), verify: Some(url.into()) };
    Arc::new(Puzzle::new(settings).unwrap())
}

async fn try_in(by: &Caller, password: &str, token: Option<&str>) -> Reply {
    by.post("/auth/login", json!({ "email": OWNER, "password": password, "captchaToken": token })).await
}

async fn asked_for(databases: [Option<Database>; 2], puzzle: &Arc<dyn Captcha>, test: impl AsyncFn(TestApp, Caller)) {
    for database in databases.into_iter().flatten() {
        let app = TestApp::with_captcha(database, puzzle.clone()).await;
        app.tenant().await;
        let by = app.nobody().from("203.0.113.7");
        for _ in 0..3 {
            let _ = try_in(&by, "no", None).await.problem(401, "bad_credentials");
        }
        test(app, by).await;
    }
}

async fn both() -> [Option<Database>; 2] {
    [Some(Database::sqlite()), Database::postgres().await]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_three_failures_it_is_asked_for_and_a_person_gets_in() {
    asked_for(both().await, &puzzle(&maker().await, "shh"), async |app, by| {
        let asked = try_in(&by, PASSWORD, None).await.problem(400, "captcha_required").json();
        assert_eq!(asked["captcha"], json!({ "kind": "recaptcha_v3", "siteKey": "site" }));
        assert_eq!(app.nobody().get("/auth/ways").await.ok().data()["captcha"], asked["captcha"]);
        let at = app.database.folder.path().display().to_string();
        for wrong in ["program", "elsewhere", "other", "nonsense"] {
            let _ = try_in(&by, PASSWORD, Some(&format!("{wrong} {at}"))).await.problem(403, "captcha_failed");
        }
        let person = format!("person {at}");
        let _ = try_in(&by, PASSWORD, Some(&person)).await.ok();
        // An answer is good once.
        let _ = try_in(&by, "no", Some(&format!("person again {at}"))).await.problem(401, "bad_credentials");
        let _ = try_in(&by, PASSWORD, Some(&person)).await.problem(403, "captcha_failed");
        // Another address is asked on this account as well, but not on others.
        let other = app.nobody().from("198.51.100.3");
        let _ = try_in(&other, PASSWORD, None).await.problem(400, "captcha_required");
        let nobody = json!({ "email": "nobody@harbour.example", "password": "no" });
        let _ = other.post("/auth/login", nobody).await.problem(401, "bad_credentials");
        app.advance(15 * 60_000_000);
        let _ = try_in(&by, PASSWORD, None).await.ok();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_maker_that_is_away_leaves_it_to_the_locks() {
    for (url, secret) in [("http://127.0.0.1:9/siteverify".to_owned(), "shh"), (maker().await, "wrong")] {
        asked_for(both().await, &puzzle(&url, secret), async |_, by| {
            let _ = try_in(&by, PASSWORD, None).await.problem(400, "captcha_required");
            let _ = try_in(&by, "no", Some("person")).await.problem(401, "bad_credentials");
            let _ = try_in(&by, "no", Some("person")).await.problem(401, "bad_credentials");
            let _ = try_in(&by, PASSWORD, Some("person")).await.problem(429, "rate_limited");
        })
        .await;
    }
}

#[tokio::test]
async fn what_the_maker_says_is_read_as_it_means() {
    let url = maker().await;
    let found = puzzle(&url, "shh").check("program x", Some("203.0.113.7")).await.unwrap();
    assert_eq!(found, Found { solved: true, score: Some(400), action: Some("login".into()), host: Some("console.example".into()) });
    assert!(!puzzle(&url, "shh").check("program x", None).await.unwrap().solved);
    assert!(matches!(puzzle(&url, "wrong").check("person", None).await, Err(Unknown(_))));
}

#[tokio::test]
async fn a_page_may_load_the_puzzle_and_nothing_else_and_only_where_there_is_one() {
    let policy = async |app: &TestApp| app.nobody().get("//").await.header("content-security-policy").unwrap().to_owned();
    let without = policy(&TestApp::sqlite().await).await;
    assert!(without.contains("script-src 'self';") && !without.contains("google") && !without.contains("frame-src"), "{without}");
    let with = policy(&TestApp::with_captcha(Database::sqlite(), puzzle("http://127.0.0.1:9/", "shh")).await).await;
    assert!(with.contains("script-src 'self' https://www.google.com/recaptcha/ https://www.gstatic.com/recaptcha/"), "{with}");
    assert!(!with.contains("unsafe-inline") && !with.contains("https: "), "{with}");
}
