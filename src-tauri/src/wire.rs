//! How a request and a reply cross the border between page and shell. Bytes only: no JSON in which a file would grow by a third.
//!
//! Request: the raw payload, its head in the headers `x-method`, `x-path` and `x-headers` (a JSON object).
//! Reply: four bytes (big-endian) for the length of a JSON head `{status, headers: [[name, value]]}`, that head, then the body.

use axum::body::Body;
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::json;

use crate::problem::Problem;

/// What the page may say about its request. Everything else, above all a session, is the shell's to add.
const FROM_PAGE: [HeaderName; 10] = [
    header::ACCEPT,
    header::ACCEPT_LANGUAGE,
    header::CONTENT_TYPE,
    header::IF_MATCH,
    header::IF_NONE_MATCH,
    header::RANGE,
    HeaderName::from_static("idempotency-key"),
    HeaderName::from_static("last-event-id"),
    HeaderName::from_static("x-request-id"),
    HeaderName::from_static("prefer"),
];

/// What never reaches the page, besides what belongs to a connection rather than to a reply.
const NOT_FOR_PAGE: [HeaderName; 8] = [
    header::SET_COOKIE,
    header::AUTHORIZATION,
    header::WWW_AUTHENTICATE,
    header::CONNECTION,
    header::TRANSFER_ENCODING,
    header::CONTENT_ENCODING,
    header::STRICT_TRANSPORT_SECURITY,
    header::CONTENT_SECURITY_POLICY,
];

/// The largest reply that is handed to the page whole. Larger ones are saved straight to disk (`/shell/v1/save`).
const REPLY_BYTES_MAX: usize = 64 * 1024 * 1024;

/// One request of the page. Whole, so that it can be sent again once after the session was refreshed.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: Method,
    /// Path and query.
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Call {
    pub(crate) fn get(path: &str) -> Self {
        Self { method: Method::GET, path: path.to_owned(), headers: HeaderMap::new(), body: Bytes::new() }
    }

    pub(crate) fn post(path: &str, body: &serde_json::Value) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Self { method: Method::POST, path: path.to_owned(), headers, body: Bytes::from(body.to_string()) }
    }

    /// Read what the page sent.
    pub(crate) fn read(head: &HeaderMap, body: Bytes) -> Result<Self, Problem> {
        let text = |name: &str| head.get(name).and_then(|value| value.to_str().ok());
        let bad = |what: &str| Problem::new(StatusCode::BAD_REQUEST, "malformed", format!("The request's {what} cannot be read."));
        let method = Method::from_bytes(text("x-method").unwrap_or("GET").as_bytes()).map_err(|_| bad("method"))?;
        let path = text("x-path").ok_or_else(|| bad("path"))?.to_owned();
        let known = ["/api/", "/health", "/shell/v1/"].iter().any(|prefix| path.starts_with(prefix));
        if !known || path.contains("..") || path.contains('\\') || path.contains('#') {
            return Err(Problem::new(StatusCode::NOT_FOUND, "not_found", "Nothing answers at this address."));
        }
        let given: serde_json::Map<String, serde_json::Value> = match text("x-headers") {
            Some(json) => serde_json::from_str(json).map_err(|_| bad("headers"))?,
            None => serde_json::Map::new(),
        };
        let mut headers = HeaderMap::new();
        for (name, value) in given {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad("headers"))?;
            if FROM_PAGE.contains(&name) {
                let value = value.as_str().and_then(|text| HeaderValue::from_str(text).ok()).ok_or_else(|| bad("headers"))?;
                headers.insert(name, value);
            }
        }
        Ok(Self { method, path, headers, body })
    }

    /// The path without its query.
    pub(crate) fn bare_path(&self) -> &str {
        self.path.split_once('?').map_or(self.path.as_str(), |(path, _)| path)
    }

    /// The same request for an axum router or a client, with `bearer` as the session.
    pub(crate) fn request(&self, bearer: Option<&str>) -> Result<http::Request<Body>, Problem> {
        let malformed = |_| Problem::new(StatusCode::BAD_REQUEST, "malformed", "This address cannot be read.");
        let mut request =
            http::Request::builder().method(self.method.clone()).uri(&self.path).body(Body::from(self.body.clone())).map_err(malformed)?;
        *request.headers_mut() = self.headers.clone();
        if let Some(token) = bearer {
            let value = HeaderValue::from_str(&format!("Bearer {token}"))
                .map_err(|_| Problem::local("session_unreadable", "The kept session cannot be used."))?;
            request.headers_mut().insert(header::AUTHORIZATION, value);
        }
        Ok(request)
    }
}

/// Take the headers away that are not the page's business.
pub(crate) fn cleaned(mut headers: HeaderMap) -> HeaderMap {
    for name in &NOT_FOR_PAGE {
        headers.remove(name);
    }
    headers
}

/// A reply as the page reads it.
pub(crate) async fn pack(response: Response) -> Vec<u8> {
    let (parts, body) = response.into_parts();
    match collect(body, REPLY_BYTES_MAX).await {
        Ok(bytes) => frame(parts.status, &cleaned(parts.headers), &bytes),
        Err(problem) => {
            let (parts, body) = axum::response::IntoResponse::into_response(problem).into_parts();
            let bytes = collect(body, REPLY_BYTES_MAX).await.unwrap_or_default();
            frame(parts.status, &parts.headers, &bytes)
        }
    }
}

fn frame(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Vec<u8> {
    let pairs: Vec<[String; 2]> =
        headers.iter().map(|(name, value)| [name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()]).collect();
    let head = json!({"status": status.as_u16(), "headers": pairs}).to_string();
    let mut out = Vec::with_capacity(4 + head.len() + body.len());
    out.extend_from_slice(&u32::try_from(head.len()).unwrap_or(u32::MAX).to_be_bytes());
    out.extend_from_slice(head.as_bytes());
    out.extend_from_slice(body);
    out
}

/// A body as bytes, up to `bytes_max`.
pub(crate) async fn collect(mut body: Body, bytes_max: usize) -> Result<Bytes, Problem> {
    let mut all = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Problem::new(StatusCode::BAD_GATEWAY, "reply_broken", format!("The reply broke off: {error}.")))?;
        if let Ok(chunk) = frame.into_data() {
            if all.len() + chunk.len() > bytes_max {
                return Err(Problem::new(
                    StatusCode::PAYLOAD_TOO_LARGE,
                    "too_large_for_window",
                    "This reply is too large to show. Save it to a file instead.",
                ));
            }
            all.extend_from_slice(&chunk);
        }
    }
    Ok(all.freeze())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(method: &str, path: &str, headers: &str) -> HeaderMap {
        let mut head = HeaderMap::new();
        head.insert("x-method", method.parse().unwrap());
        head.insert("x-path", path.parse().unwrap());
        head.insert("x-headers", headers.parse().unwrap());
        head
    }

    #[test]
    fn a_request_keeps_its_words_and_loses_any_session_the_page_made_up() {
        let sent = head("PATCH", "/api/v1/users/1?x=%20y", r#"{"If-Match":"\"3\"","authorization":"Bearer stolen","cookie":"a=b","host":"evil"}"#);
        let call = Call::read(&sent, Bytes::from_static(b"{}")).unwrap();
        assert_eq!(call.method, Method::PATCH);
        assert_eq!(call.headers.len(), 1);
        let request = call.request(Some("mine")).unwrap();
        assert_eq!(request.headers()["authorization"], "Bearer mine");
        assert_eq!(request.headers()["if-match"], "\"3\"");
        assert_eq!(request.uri().query(), Some("x=%20y"));
    }

    #[test]
    fn only_known_doors_are_opened() {
        for path in ["/", "/etc/passwd", "/api/../x", "https://elsewhere/", "/shell/v2/x", "//evil.example/api/"] {
            assert_eq!(Call::read(&head("GET", path, "{}"), Bytes::new()).unwrap_err().code, "not_found", "{path}");
        }
        assert_eq!(Call::read(&head("GET", "/api/v1/x", "[1]"), Bytes::new()).unwrap_err().code, "malformed");
        assert!(Call::read(&head("GET", "/health/live", "{}"), Bytes::new()).is_ok());
    }

    #[tokio::test]
    async fn a_reply_carries_status_headers_and_bytes_but_no_cookie() {
        let response = Response::builder()
            .status(201)
            .header("set-cookie", "refresh=secret")
            .header("etag", "\"1\"")
            .body(Body::from(vec![0, 255, 10]))
            .unwrap();
        let packed = pack(response).await;
        let length = usize::try_from(u32::from_be_bytes(packed[..4].try_into().unwrap())).unwrap();
        let head: serde_json::Value = serde_json::from_slice(&packed[4..4 + length]).unwrap();
        assert_eq!(head, json!({"status": 201, "headers": [["etag", "\"1\""]]}));
        assert_eq!(&packed[4 + length..], [0, 255, 10]);
    }

    #[tokio::test]
    async fn a_reply_too_large_for_a_window_becomes_a_problem() {
        let error = collect(Body::from(vec![0; 11]), 10).await.unwrap_err();
        assert_eq!((error.status.as_u16(), error.code), (413, "too_large_for_window"));
    }
}
