//! Where a profile's requests go: this process's own engine, or another Purser over TLS. Delivers; knows nothing of sessions.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use futures::TryStreamExt;
use http::{HeaderValue, StatusCode, header};
use parking_lot::Mutex;
use reqwest::redirect;
use tower::ServiceExt;
use url::{Host, Url};

use crate::local::Local;
use crate::pins::{self, Pin, WrongKey};
use crate::problem::Problem;
use crate::trust::Trust;
use crate::wire::Call;

const CONNECT_MAX: Duration = Duration::from_secs(10);
/// Longest silence within a reply. The event stream sends something every 15 seconds.
const SILENCE_MAX: Duration = Duration::from_mins(1);
const AGENT: &str = concat!("Purser desktop/", env!("CARGO_PKG_VERSION"));

/// The far end of a profile.
pub(crate) enum Backend {
    Local(Arc<Local>),
    Remote(Remote),
}

impl Backend {
    /// Whether the far end is in this process.
    pub(crate) const fn is_here(&self) -> bool {
        matches!(self, Self::Local(_))
    }

    /// Deliver one request. `Err` means that no reply came at all.
    pub(crate) async fn send(&self, call: &Call, bearer: Option<&str>) -> Result<Response, Problem> {
        let mut request = call.request(bearer)?;
        request.headers_mut().insert(header::USER_AGENT, HeaderValue::from_static(AGENT));
        match self {
            Self::Local(local) => {
                let Ok(response) = local.engine().await?.router().oneshot(request).await;
                Ok(response)
            }
            Self::Remote(remote) => remote.send(call, request).await,
        }
    }
}

/// Another Purser, by its address.
pub(crate) struct Remote {
    base: Url,
    client: reqwest::Client,
    /// The key it showed last.
    seen: Arc<Mutex<Option<Pin>>>,
}

impl Remote {
    /// A client that verifies certificates, follows nothing, and trusts what `trust` says besides the public authorities.
    pub(crate) fn new(base: Url, trust: &Trust) -> Result<Self, Problem> {
        let told = |error: String| match &trust.ca_file {
            Some(path) => Problem::field("caFile", format!("{} cannot be used: {error}.", path.display())),
            None => Problem::local("client", error),
        };
        let mut trusted = Vec::new();
        if let Some(path) = &trust.ca_file {
            let pem = std::fs::read(path).map_err(|error| told(error.to_string()))?;
            trusted = pins::certificates(&pem).map_err(told)?;
        }
        let pins: Vec<Pin> = trust.pin.into_iter().chain(trust.backup_pin).collect();
        if !pins.is_empty() && base.scheme() != "https" {
            return Err(Problem::field("pin", "Only an encrypted connection has a key. Begin the address with https, or pin none."));
        }
        let (tls, seen) = pins::client(trusted, pins).map_err(|error| told(error.to_string()))?;
        let builder = reqwest::Client::builder()
            .connect_timeout(CONNECT_MAX)
            .read_timeout(SILENCE_MAX)
            .redirect(redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .tls_backend_preconfigured(tls);
        let client = builder.build().map_err(|error| Problem::local("client", chain(&error)))?;
        Ok(Self { base, client, seen })
    }

    /// The key the far end is known by at this moment. Nothing but the question is sent.
    pub(crate) async fn key(&self) -> Result<Pin, Problem> {
        if self.base.scheme() != "https" {
            return Err(Problem::field("url", "This connection is not encrypted, so there is no key to pin."));
        }
        let asked = Call::get("/health/live");
        self.send(&asked, asked.request(None)?).await?;
        let key = *self.seen.lock();
        key.ok_or_else(|| Problem::new(StatusCode::BAD_GATEWAY, "no_key", format!("{} showed no key.", self.base)))
    }

    async fn send(&self, call: &Call, request: http::Request<Body>) -> Result<Response, Problem> {
        let url = self.base.join(&call.path).map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "malformed", "This address cannot be read."))?;
        if url.origin() != self.base.origin() {
            return Err(Problem::new(StatusCode::BAD_REQUEST, "malformed", "This address leads somewhere else."));
        }
        let sent = self.client.request(call.method.clone(), url).headers(request.headers().clone()).body(call.body.clone()).send().await;
        let reply = sent.map_err(|error| unreachable(&self.base, &error))?;
        if reply.status().is_redirection() && reply.status() != StatusCode::NOT_MODIFIED {
            return Err(Problem::new(
                StatusCode::BAD_GATEWAY,
                "redirected",
                format!("{} answers with a redirect, which is not followed. Give the address it leads to.", self.base),
            ));
        }
        let mut response = Response::builder().status(reply.status());
        if let Some(headers) = response.headers_mut() {
            *headers = reply.headers().clone();
        }
        let body = Body::from_stream(reply.bytes_stream().map_err(|error| std::io::Error::other(chain(&error))));
        response.body(body).map_err(|error| Problem::new(StatusCode::BAD_GATEWAY, "reply_broken", error.to_string()))
    }
}

fn unreachable(base: &Url, error: &reqwest::Error) -> Problem {
    let fault = tls_fault(error);
    let (code, words) = match (fault, error.is_timeout()) {
        (Some(fault), _) => match WrongKey::within(fault) {
            Some(key) => (
                "wrong_key",
                format!(
                    "{base} has another key than the one that is pinned: {key}. Nothing was sent to it. If whoever runs it says that the key was \
                     changed, pin this one; if not, somebody may stand in between."
                ),
            ),
            None => ("certificate_refused", format!("{base} could not prove who it is: {fault}.")),
        },
        (None, true) => ("unreachable", format!("{base} did not answer in time.")),
        (None, false) => ("unreachable", format!("{base} cannot be reached: {}.", chain(error))),
    };
    Problem::new(StatusCode::BAD_GATEWAY, code, words)
}

/// What was wrong with the certificate or the key, when that was it.
fn tls_fault<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a rustls::Error> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(fault) = error.downcast_ref::<rustls::Error>() {
            return Some(fault);
        }
        // An io::Error hides what it carries from `source`, and may carry another of its kind.
        let carried = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        cause = match carried {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}

/// An error and its causes in one line; the innermost is the one that helps.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words = error.to_string();
        cause = error.source();
    }
    words
}

/// The address a person typed, if a session may travel to it: https anywhere, plain http only to this machine.
pub(crate) fn address(text: &str) -> Result<Url, Problem> {
    let text = text.trim();
    let full = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let mut url = Url::parse(&full).map_err(|error| Problem::field("url", format!("This address cannot be read: {error}.")))?;
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(ip)) => IpAddr::V4(ip).is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::V6(ip).is_loopback(),
        None => return Err(Problem::field("url", "The address names no machine.")),
    };
    match url.scheme() {
        "https" => {}
        "http" if loopback => {}
        "http" => return Err(Problem::field("url", "Only this machine may be reached without encryption. Begin the address with https.")),
        other => return Err(Problem::field("url", format!("Begin the address with https, not {other}."))),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Problem::field("url", "Leave name and password out of the address; sign in afterwards."));
    }
    if !matches!(url.path(), "" | "/") {
        return Err(Problem::field("url", "Give the address without a path."));
    }
    url.set_path("/");
    url.set_query(None);
    url.set_fragment(None);
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_https_or_this_machine() {
        assert_eq!(address(" purser.example:8443 ").unwrap().as_str(), "https://purser.example:8443/");
        for good in ["https://purser.example", "http://127.0.0.1:7420", "http://[::1]:80/", "http://localhost:1"] {
            assert!(address(good).is_ok(), "{good}");
        }
        for bad in
            ["http://purser.example", "http://192.168.1.2", "ftp://x", "https://ada:secret@x", "https://x/app", "https://", "file:///etc/passwd"]
        {
            assert_eq!(address(bad).unwrap_err().field, Some("url"), "{bad}");
        }
    }
}
