//! A caller over the network. Every failure of the line comes back as one: a killed server is what these tests are about.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::Value;
use uuid::Uuid;

/// The next key of a request that is made once.
static NEXT: AtomicU64 = AtomicU64::new(1);

#[derive(Clone)]
pub(super) struct Client {
    pub(super) http: reqwest::Client,
    url: String,
    token: Option<String>,
}

/// Status and body as JSON; `Err` when the line broke.
pub(super) type Answer = Result<(u16, Value), reqwest::Error>;

fn plain() -> reqwest::ClientBuilder {
    reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(30))
}

impl Client {
    pub(super) fn new(url: &str) -> Self {
        Self { http: plain().build().unwrap(), url: url.to_owned(), token: None }
    }

    /// A client that trusts this certificate and no other.
    pub(super) fn trusting(url: &str, pem: &[u8]) -> Self {
        let certificate = reqwest::Certificate::from_pem(pem).unwrap();
        Self { http: plain().tls_certs_only([certificate]).build().unwrap(), ..Self::new(url) }
    }

    pub(super) fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The same caller at a server that was started again.
    pub(super) fn at(&self, url: &str) -> Self {
        Self { token: self.token.clone(), ..Self::new(url) }
    }

    pub(super) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}/api/v1{path}", self.url));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub(super) async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let reply = request.send().await?;
        let status: StatusCode = reply.status();
        let bytes = reply.bytes().await?;
        Ok((status.as_u16(), serde_json::from_slice(&bytes).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()))))
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub(super) async fn post(&self, path: &str, body: Value) -> Answer {
        // A new key for a new request, where one is needed.
        self.post_once(path, &Uuid::from_u128(NEXT.fetch_add(1, Ordering::Relaxed).into()).to_string(), &body).await
    }

    /// A repeatable request.
    pub(super) async fn post_once(&self, path: &str, key: &str, body: &Value) -> Answer {
        self.send(self.request(Method::POST, path).header("idempotency-key", key).json(body)).await
    }

    /// Every row of a list.
    pub(super) async fn all(&self, path: &str) -> Vec<Value> {
        let mut rows = Vec::new();
        let mut cursor = String::new();
        loop {
            let (status, reply) = self.get(&format!("{path}?limit=100{cursor}")).await.unwrap();
            assert_eq!(status, 200, "{reply}");
            rows.extend(reply["data"].as_array().unwrap().iter().cloned());
            let Some(next) = reply["meta"]["nextCursor"].as_str() else { return rows };
            cursor = format!("&cursor={next}");
        }
    }
}
