//! One profile's line: its far end and its session, and nothing shared with any other profile.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, Method, StatusCode, header};
use serde_json::{Value, json};

use crate::backend::Backend;
use crate::problem::Problem;
use crate::session::Session;
use crate::wire::{self, Call};

const REPLY_BYTES_MAX: usize = 1024 * 1024;

/// A profile in use.
pub(crate) struct Connection {
    pub(crate) profile: String,
    pub(crate) backend: Arc<Backend>,
    pub(crate) session: Arc<Session>,
    /// Moves when somebody signs in or out, so that the event stream follows.
    pub(crate) signed: tokio::sync::watch::Sender<u64>,
}

/// What ends in a session: its tokens are asked for in the body and stay here. A test holds it against the engine's own description.
pub(crate) const SIGNS_IN: [&str; 11] = [
    "/api/v1/setup",
    "/api/v1/auth/login",
    "/api/v1/auth/challenge/totp",
    "/api/v1/auth/challenge/backup",
    "/api/v1/auth/challenge/email",
    "/api/v1/auth/challenge/sms",
    "/api/v1/auth/challenge/passkey",
    "/api/v1/auth/challenge/enrol/confirm",
    "/api/v1/auth/passkey",
    "/api/v1/auth/providers/finish",
    "/api/v1/auth/break-glass",
];
/// Answers tokens as well; the page is only told who it is.
pub(crate) const RENEWS: &str = "/api/v1/auth/refresh";

impl Connection {
    pub(crate) fn new(profile: String, backend: Backend, session: Arc<Session>) -> Arc<Self> {
        Arc::new(Self { profile, backend: Arc::new(backend), session, signed: tokio::sync::watch::Sender::new(0) })
    }

    /// Answer one request of the page.
    pub(crate) async fn answer(&self, call: Call) -> Result<Response, Problem> {
        match (&call.method, call.bare_path()) {
            (&Method::POST, path) if SIGNS_IN.contains(&path) => self.sign_in(call).await,
            (&Method::POST, RENEWS) => self.refresh().await,
            (&Method::POST, "/api/v1/auth/logout") => self.sign_out(&call).await,
            _ => self.with_session(&call).await,
        }
    }

    /// Send with the session; when it has lapsed, renew it and send once more. A request that was refused with 401 did nothing.
    pub(crate) async fn with_session(&self, call: &Call) -> Result<Response, Problem> {
        let used = if call.path.starts_with("/api/") { self.session.bearer(&self.backend).await? } else { None };
        let response = self.backend.send(call, used.as_deref()).await?;
        if response.status() != StatusCode::UNAUTHORIZED || used.is_none() {
            return self.without_tokens(call, response).await;
        }
        match self.session.renew(&self.backend, used).await? {
            Some(renewed) => {
                let response = self.backend.send(call, Some(&renewed)).await?;
                self.without_tokens(call, response).await
            }
            None => Ok(response),
        }
    }

    /// Whatever else the identity area answers, tokens in it are kept here.
    async fn without_tokens(&self, call: &Call, response: Response) -> Result<Response, Problem> {
        let json = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
        if !json || !call.path.starts_with("/api/v1/auth/") {
            return Ok(response);
        }
        let (parts, body) = response.into_parts();
        let body = self.session.take(&wire::collect(body, REPLY_BYTES_MAX).await?).await?;
        Ok(rebuilt(parts, body))
    }

    async fn sign_in(&self, call: Call) -> Result<Response, Problem> {
        let asked = Call { body: asking_for_body(&call.body), ..call };
        let (parts, body) = self.backend.send(&asked, None).await?.into_parts();
        let body = wire::collect(body, REPLY_BYTES_MAX).await?;
        if !parts.status.is_success() {
            return Ok(rebuilt(parts, body));
        }
        let rest = self.session.take(&body).await?;
        self.signed.send_modify(|count| *count += 1);
        Ok(rebuilt(parts, rest))
    }

    /// The page may ask; what it gets is who it is.
    async fn refresh(&self) -> Result<Response, Problem> {
        self.with_session(&Call::get("/api/v1/auth/me")).await
    }

    async fn sign_out(&self, call: &Call) -> Result<Response, Problem> {
        let sent = self.with_session(call).await;
        self.session.forget().await;
        self.signed.send_modify(|count| *count += 1);
        // Signed out here in any case; a far end that cannot be reached will see the session lapse.
        let mut gone = Response::new(Body::empty());
        *gone.status_mut() = StatusCode::NO_CONTENT;
        Ok(sent.ok().filter(|response| response.status().is_success()).unwrap_or(gone))
    }
}

/// Tokens in the reply, not in a cookie, whatever the page asked.
fn asking_for_body(body: &[u8]) -> bytes::Bytes {
    match serde_json::from_slice::<Value>(body) {
        Ok(Value::Object(mut fields)) => {
            fields.insert("tokenDelivery".to_owned(), json!("body"));
            Value::Object(fields).to_string().into()
        }
        _ => bytes::Bytes::copy_from_slice(body),
    }
}

fn rebuilt(mut parts: http::response::Parts, body: bytes::Bytes) -> Response {
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    Response::from_parts(parts, Body::from(body))
}
