//! Pages of other sites that may call this server: an exact list, empty unless somebody configures it.
//!
//! They call with a token of their own. The refresh cookie never travels across sites, so credentials are not offered.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

const METHODS: &str = "GET, POST, PUT, PATCH, DELETE";
const HEADERS: &str = "Authorization, Content-Type, If-Match, Idempotency-Key, Last-Event-ID, X-API-Key, X-CSRF-Token, X-Request-ID";
const EXPOSED: &str = "ETag, Idempotency-Replayed, Location, Retry-After, X-Request-ID";
/// Seconds a browser may remember the answer to a preflight.
const REMEMBERED: &str = "600";

/// The origin of the page that calls, if it is one of the list.
pub(crate) fn listed(origins: &[String], headers: &HeaderMap) -> Option<HeaderValue> {
    let origin = headers.get(header::ORIGIN)?;
    let text = origin.to_str().ok()?;
    origins.iter().any(|known| known == text).then(|| origin.clone())
}

/// The answer to a browser that asks before it calls.
pub(crate) fn preflight(request: &Request, origin: &HeaderValue) -> Option<Response> {
    if request.method() != Method::OPTIONS || !request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD) {
        return None;
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(METHODS));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(HEADERS));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(REMEMBERED));
    allow(&mut response, origin);
    Some(response)
}

/// Let the page read the reply.
pub(crate) fn allow(response: &mut Response, origin: &HeaderValue) {
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
}
