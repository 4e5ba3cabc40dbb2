//! Somebody who calls the API, and what comes back.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use http_body_util::BodyExt;
use purser_http::Peer;
use serde_json::Value;
use tower::ServiceExt;

use crate::keys;

/// Somebody who calls the API: nobody, or a person with an access token.
#[derive(Clone)]
pub struct Caller {
    router: Router,
    token: Option<String>,
    /// The person, if it is one.
    pub id: Option<String>,
    headers: Vec<(String, String)>,
    keyless: bool,
    peer: Option<Peer>,
}

impl Caller {
    pub(crate) fn new(router: Router, token: Option<String>, id: Option<String>) -> Self {
        Self { router, token, id, headers: Vec::new(), keyless: false, peer: None }
    }

    /// The same caller with this access token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.into()), ..self.clone() }
    }

    /// The same caller sending this header with every call.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut caller = self.clone();
        caller.headers.push((name.into(), value.into()));
        caller
    }

    /// The same caller who forgets the `Idempotency-Key` where one is needed.
    #[must_use]
    pub fn keyless(&self) -> Self {
        Self { keyless: true, ..self.clone() }
    }

    /// The same caller from this address.
    #[must_use]
    pub fn from(&self, ip: &str) -> Self {
        Self { peer: Some(Peer { ip: ip.parse().expect("an address"), secure: false }), ..self.clone() }
    }

    /// `GET /api/v1{path}`.
    pub async fn get(&self, path: &str) -> Reply {
        self.call(Method::GET, path, None).await
    }

    /// `POST /api/v1{path}` with a JSON body.
    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.call(Method::POST, path, Some(body)).await
    }

    /// `PATCH /api/v1{path}` with a JSON body.
    pub async fn patch(&self, path: &str, body: Value) -> Reply {
        self.call(Method::PATCH, path, Some(body)).await
    }

    /// `DELETE /api/v1{path}`.
    pub async fn delete(&self, path: &str) -> Reply {
        self.call(Method::DELETE, path, None).await
    }

    /// Any method, with or without a JSON body.
    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Reply {
        match body {
            Some(body) => self.send(method, path, Some("application/json"), Body::from(body.to_string())).await,
            None => self.send(method, path, None, Body::empty()).await,
        }
    }

    /// Any method, content type and body. A path that begins with `//` is taken from the root.
    pub async fn send(&self, method: Method, path: &str, content_type: Option<&str>, body: Body) -> Reply {
        let uri = uri(path);
        let (parts, body) = self.open(method, path, content_type, body).await.into_parts();
        let body = body.collect().await.expect("the whole reply").to_bytes();
        Reply { uri, status: parts.status, headers: parts.headers, body }
    }

    /// Only the head of a reply that works, for streams that do not end; a refusal is read.
    pub async fn head_of(&self, method: Method, path: &str) -> Reply {
        let (parts, body) = self.open(method, path, None, Body::empty()).await.into_parts();
        let body = if parts.status.is_success() { Bytes::new() } else { body.collect().await.expect("the whole reply").to_bytes() };
        Reply { uri: uri(path), status: parts.status, headers: parts.headers, body }
    }

    /// The same with the reply's body unread: streams.
    pub async fn open(&self, method: Method, path: &str, content_type: Option<&str>, body: Body) -> Response {
        let uri = uri(path);
        let given = self.keyless || self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("idempotency-key"));
        let key = if given { None } else { keys::fresh(&method, &uri) };
        let mut request = Request::builder().method(method).uri(uri);
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        if let Some(kind) = content_type {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        for (name, value) in &self.headers {
            request = request.header(name.as_str(), value.as_str());
        }
        let mut request = request.body(body).expect("a request");
        if let Some(peer) = self.peer {
            request.extensions_mut().insert(peer);
        }
        self.router.clone().oneshot(request).await.expect("the router is infallible")
    }
}

fn uri(path: &str) -> String {
    path.strip_prefix('/').filter(|rest| rest.starts_with('/')).map_or_else(|| format!("/api/v1{path}"), str::to_owned)
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    uri: String,
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
}

impl Reply {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{} answered {} with {:?}", self.uri, self.status, self.body))
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// `data` of the body.
    pub fn data(&self) -> Value {
        self.json()["data"].clone()
    }

    /// `meta` of the body.
    pub fn meta(&self) -> Value {
        self.json()["meta"].clone()
    }

    /// A header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Assert a 2xx.
    #[must_use]
    pub fn ok(self) -> Self {
        assert!(self.status.is_success(), "{} answered {}: {}", self.uri, self.status, self.text());
        self
    }

    /// Assert this status.
    #[must_use]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{} answered: {}", self.uri, self.text());
        self
    }

    /// Assert a problem document of this status and code, complete as RFC 9457 and our rules want it.
    #[must_use]
    pub fn problem(self, status: u16, code: &str) -> Self {
        let reply = self.is(status);
        assert_eq!(reply.header("content-type"), Some("application/problem+json"));
        let body = reply.json();
        assert_eq!(body["code"], code, "{body}");
        assert_eq!(body["status"], status);
        for field in ["type", "title", "detail", "instance", "requestId", "timestamp"] {
            assert!(body[field].as_str().is_some_and(|text| !text.is_empty()), "{field} is missing in {body}");
        }
        reply
    }

    /// Assert that the problem complains of `field` with `code`.
    #[must_use]
    pub fn complains(self, field: &str, code: &str) -> Self {
        let errors = self.json()["errors"].clone();
        let found = errors.as_array().is_some_and(|errors| errors.iter().any(|error| error["field"] == field && error["code"] == code));
        assert!(found, "no {code} on {field} in {errors}");
        self
    }
}
