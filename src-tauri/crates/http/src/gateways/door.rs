//! The door providers tell us through.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use purser_core::Error;
use purser_core::ids::ConnectionId;
use purser_service::App;
use purser_service::payments::door;
use purser_service::payments::remote::RawMessage;

use crate::extract::Path;
use crate::{Problem, context, reply};

/// Largest message.
const LARGEST: usize = 256 * 1024;

/// Headers that prove a message, or say of what shape it is.
const KEPT: [&str; 9] = [
    "stripe-signature",
    "sandbox-signature",
    "content-type",
    "user-agent",
    "paypal-transmission-id",
    "paypal-transmission-time",
    "paypal-transmission-sig",
    "paypal-cert-url",
    "paypal-auth-algo",
];

/// A message: checked over the bytes as they came, stored, acknowledged; what follows from it is a job's.
pub(super) async fn told(State(app): State<App>, Path(connection): Path<ConnectionId>, request: Request) -> crate::Result<Response> {
    let (parts, body) = request.into_parts();
    let too_large = || Problem(Error::TooLarge(u64::try_from(LARGEST).unwrap_or(u64::MAX)));
    let bytes = axum::body::to_bytes(body, LARGEST).await.map_err(|_| too_large())?;
    let body = String::from_utf8(bytes.to_vec()).map_err(|_| Problem(Error::invalid("body", "not_text", "This is no text.")))?;
    let header = |name: &&str| Some(((*name).to_owned(), parts.headers.get(*name)?.to_str().ok()?.chars().take(4_096).collect()));
    let headers = KEPT.iter().filter_map(header).collect();
    let origin = context::current().map_or_else(Arc::default, |context| context.origin.clone());
    door::knock(&app, connection, RawMessage { headers, body }, &origin).await?;
    Ok(reply::json(StatusCode::OK, &serde_json::json!({ "received": true })))
}

/// A customer is back from their bank. What came of it the provider tells, and is asked.
pub(super) async fn came_back() -> Response {
    Html("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Payment</title><p>Thank you. You can close this page; the shop hears from your bank.</p></html>")
        .into_response()
}
