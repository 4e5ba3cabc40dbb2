//! One call to a payment provider: what is tried again under the same key, and what no answer means.

use std::time::Duration;

use reqwest::{Client, RequestBuilder, StatusCode};
use serde::de::DeserializeOwned;

use crate::breaker::Breaker;

/// Tries of one call, all under the same key.
const TRIES: u32 = 3;
/// Before the second try; twice that before the third.
const WAIT: Duration = Duration::from_millis(150);
/// The longest a provider may ask us to wait within a call.
const PATIENCE: Duration = Duration::from_secs(2);
/// Largest answer.
const LARGEST: usize = 1 << 20;
/// One try takes at most so long.
const LONGEST: Duration = Duration::from_secs(5);

/// Why a call brought nothing.
#[derive(Debug)]
pub(crate) enum Fault {
    /// No answer, or none that can be believed: it may have been done.
    Unknown,
    /// A clear no, and what was said.
    No(u16, Vec<u8>),
}

/// What came of one try.
enum Try {
    Body(Vec<u8>),
    No(u16, Vec<u8>),
    Again(Option<Duration>),
}

/// A client for providers: it follows nothing, and waits for nothing too long.
pub(crate) fn client() -> Result<Client, String> {
    Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(LONGEST)
        .referer(false)
        .no_proxy()
        .tls_version_min(reqwest::tls::Version::TLS_1_2)
        .user_agent(concat!("Purser/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| error.to_string())
}

/// Make a call that does the same however often it is made.
pub(crate) async fn call<T: DeserializeOwned>(breaker: &Breaker, request: impl Fn() -> RequestBuilder) -> Result<T, Fault> {
    let Some(pass) = breaker.enter() else { return Err(Fault::Unknown) };
    let mut wait = WAIT;
    for left in (0..TRIES).rev() {
        match attempt(request()).await {
            Try::Body(body) => {
                pass.well();
                // An answer that can not be read is no answer: it may have been done.
                return serde_json::from_slice(&body).map_err(|error| {
                    tracing::warn!(%error, "an answer of a payment provider could not be read");
                    Fault::Unknown
                });
            }
            Try::No(status, body) => {
                pass.well();
                return Err(Fault::No(status, body));
            }
            Try::Again(asked) if left > 0 => {
                tokio::time::sleep(asked.unwrap_or(wait).min(PATIENCE)).await;
                wait *= 2;
            }
            Try::Again(_) => {}
        }
    }
    pass.ill();
    Err(Fault::Unknown)
}

async fn attempt(request: RequestBuilder) -> Try {
    let Ok(mut response) = request.send().await else { return Try::Again(None) };
    let status = response.status();
    let text = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (should, after) = (text("stripe-should-retry"), text("retry-after"));
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(part)) if body.len() + part.len() <= LARGEST => body.extend_from_slice(&part),
            Ok(None) => break,
            Ok(Some(_)) | Err(_) => return Try::Again(None),
        }
    }
    if status.is_success() {
        return Try::Body(if body.is_empty() { b"null".to_vec() } else { body });
    }
    // A conflict is another call under the same key that is under way.
    let may = status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::CONFLICT || status.is_server_error();
    if should.as_deref() == Some("true") || (may && should.as_deref() != Some("false")) {
        return Try::Again(after.and_then(|seconds| seconds.parse().ok()).map(Duration::from_secs));
    }
    // A provider that broke down and says not to ask again: it may have been done.
    if status.is_server_error() { Try::Again(None) } else { Try::No(status.as_u16(), body) }
}
