//! What the shell says itself, in the engine's own words: `{data, meta}` when it worked, problem+json when it did not.
//! The page cannot tell, and need not know, which of the two answered.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use purser_core::time::Clock;
use serde::Serialize;
use serde_json::json;

/// A reply that says no: a status, a code the page may branch on, and a sentence a person can act on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) detail: String,
    pub(crate) field: Option<&'static str>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), field: None }
    }

    /// One field of what was sent is wrong.
    pub(crate) fn field(field: &'static str, detail: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code: "validation_failed", detail: detail.into(), field: Some(field) }
    }

    /// Something on this machine did not work: a file, a dialog, a port.
    pub(crate) fn local(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, code, detail)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (request_id, timestamp) = stamp();
        let title = self.status.canonical_reason().unwrap_or("Refused");
        let errors = match self.field {
            Some(field) => json!([{"field": field, "code": "invalid", "message": self.detail}]),
            None => json!([]),
        };
        let body = json!({
            "type": "about:blank", "title": title, "status": self.status.as_u16(), "detail": self.detail, "instance": "/shell/v1",
            "code": self.code, "requestId": request_id, "timestamp": timestamp, "errors": errors,
        });
        answer(self.status, "application/problem+json", &body)
    }
}

/// `{data, meta}` with a 200.
pub(crate) fn data<T: Serialize>(value: T) -> Response {
    data_as(StatusCode::OK, value)
}

/// `{data, meta}` with another success.
pub(crate) fn data_as<T: Serialize>(status: StatusCode, value: T) -> Response {
    let (request_id, timestamp) = stamp();
    answer(status, "application/json", &json!({"data": value, "meta": {"requestId": request_id, "timestamp": timestamp}}))
}

fn answer(status: StatusCode, kind: &'static str, body: &serde_json::Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// The shell's own request ids only need to be told apart within one run.
fn stamp() -> (String, String) {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    (format!("shell-{}", NEXT.fetch_add(1, Ordering::Relaxed)), Clock::System.now().to_string())
}
