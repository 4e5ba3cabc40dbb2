//! Text messages over the wire, against a provider that behaves as Twilio documents it.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Form, Json, Router};
use purser_adapters::texts::{Settings, Twilio};
use purser_service::mail::{Refusal, TextMessage, Texter};
use purser_testkit::json;
use serde_json::Value;
use tokio::sync::Mutex;

type Seen = Arc<Mutex<Vec<Vec<(String, String)>>>>;

async fn take(
    State(seen): State<Seen>,
    Path(account): Path<String>,
    head: HeaderMap,
    Form(form): Form<Vec<(String, String)>>,
) -> (StatusCode, Json<Value>) {
    let refuse = |status: u16, code: i64, message: &str| {
        (
            StatusCode::from_u16(status).unwrap(),
            Json(json!({ "code": code, "message": message, "more_info": "https://www.twilio.com/docs", "status": status })),
        )
    };
    // AC1:secret
    if account != "AC1" || head.get("authorization").is_none_or(|value| value != "Basic QUMxOnNlY3JldA==") {
        return refuse(401, 20003, "Authenticate");
    }
    let field = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()).unwrap_or_default();
    match field("To").as_str() {
        "+15005550001" => refuse(400, 21211, "The 'To' number +15005550001 is not a valid phone number."),
        "+15005550009" => refuse(429, 20429, "Too Many Requests"),
        _ => {
            seen.lock().await.push(form);
            (StatusCode::CREATED, Json(json!({ "sid": "SM1", "status": "queued", "error_code": null })))
        }
    }
}

async fn provider() -> (String, Seen) {
    let seen = Seen::default();
    let app = Router::new().route("/2010-04-01/Accounts/{account}/Messages.json", post(take)).with_state(seen.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    (url, seen)
}

fn twilio(base: &str, token: &str, from: &str) -> Twilio {
    Twilio::new(Settings { base: base.into(), account: "AC1".into(), token: token.into(), from: from.into() }).unwrap()
}

fn message(to: &str) -> TextMessage {
    TextMessage { id: uuid::Uuid::nil(), to: to.into(), text: "012345 is your code for Harbour & Sons.".into() }
}

#[tokio::test]
async fn a_message_is_handed_over_as_the_provider_wants_it() {
    let (url, seen) = provider().await;
    twilio(&url, "secret", "+15005550006").send(&message("+4755512345")).await.unwrap();
    twilio(&url, "secret", "MG123").send(&message("+4755512345")).await.unwrap();
    let seen = seen.lock().await;
    let field = |at: usize, name: &str| seen[at].iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    assert_eq!((field(0, "To"), field(0, "From")), (Some("+4755512345"), Some("+15005550006")));
    assert_eq!(field(0, "Body"), Some("012345 is your code for Harbour & Sons."));
    assert_eq!((field(1, "From"), field(1, "MessagingServiceSid")), (None, Some("MG123")));
}

#[tokio::test]
async fn what_can_be_tried_again_is_told_from_what_can_not_and_nothing_personal_is_said() {
    let (url, _) = provider().await;
    let never = twilio(&url, "secret", "+15005550006").send(&message("+15005550001")).await.unwrap_err();
    assert_eq!(never, Refusal::Never("The provider of text messages answered 400, code 21211.".into()));
    let later = twilio(&url, "secret", "+15005550006").send(&message("+15005550009")).await.unwrap_err();
    assert_eq!(later, Refusal::Later("The provider of text messages answered 429, code 20429.".into()));
    let stranger = twilio(&url, "wrong", "+15005550006").send(&message("+4755512345")).await.unwrap_err();
    assert_eq!(stranger, Refusal::Never("The provider of text messages answered 401, code 20003.".into()));
    let away = twilio("http://127.0.0.1:9", "secret", "+15005550006").send(&message("+4755512345")).await.unwrap_err();
    assert_eq!(away, Refusal::Later("The provider of text messages could not be reached.".into()));
}
