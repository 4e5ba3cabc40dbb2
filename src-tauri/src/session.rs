//! Who is signed in to one profile. The access token lives here, in memory; the refresh token lives in the vault; neither has
//! any other home, and the page is not one. A refresh runs once however many requests want it, because the token rotates and
//! a second use of the old one would end every session of the family.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::StatusCode;
use parking_lot::Mutex;
use serde_json::{Value, json};

use crate::backend::Backend;
use crate::problem::Problem;
use crate::vault::Vault;
use crate::wire::{self, Call};

/// Renewed this long before it lapses, so that a request does not travel in vain.
const EARLY: Duration = Duration::from_secs(30);
const REPLY_BYTES_MAX: usize = 1024 * 1024;

struct Held {
    access: String,
    until: Instant,
}

/// The session of one profile.
pub(crate) struct Session {
    key: String,
    vault: Arc<Vault>,
    held: Mutex<Option<Held>>,
    flight: tokio::sync::Mutex<()>,
}

impl Session {
    /// `key` names the session in the vault: one per profile, so that two are never mixed up.
    pub(crate) fn new(key: String, vault: Arc<Vault>) -> Arc<Self> {
        Arc::new(Self { key, vault, held: Mutex::default(), flight: tokio::sync::Mutex::default() })
    }

    /// The access token to send with, renewed when it is about to lapse. `None`: nobody is signed in.
    pub(crate) async fn bearer(self: &Arc<Self>, backend: &Arc<Backend>) -> Result<Option<String>, Problem> {
        match self.fresh() {
            Some(access) => Ok(Some(access)),
            None => self.renew(backend, self.access()).await,
        }
    }

    /// Exchange the refresh token, unless somebody else just did: `used` is the access token that no longer works.
    /// Runs to its end even if the caller goes away, lest a rotated token be lost.
    pub(crate) async fn renew(self: &Arc<Self>, backend: &Arc<Backend>, used: Option<String>) -> Result<Option<String>, Problem> {
        let (session, backend) = (self.clone(), backend.clone());
        let renewing = tokio::spawn(async move { session.renew_alone(&backend, used).await });
        renewing.await.map_err(|error| Problem::local("session_refresh", error.to_string()))?
    }

    async fn renew_alone(&self, backend: &Backend, used: Option<String>) -> Result<Option<String>, Problem> {
        let _one_at_a_time = self.flight.lock().await;
        let now = self.access();
        if now.is_some() && now != used {
            return Ok(now);
        }
        let Some(refresh) = self.kept().await else { return Ok(None) };
        let call = Call::post("/api/v1/auth/refresh", &json!({"refreshToken": refresh, "tokenDelivery": "body"}));
        let (parts, body) = backend.send(&call, None).await?.into_parts();
        let body = wire::collect(body, REPLY_BYTES_MAX).await?;
        if parts.status == StatusCode::OK {
            self.take(&body).await?;
            return Ok(self.access());
        }
        if matches!(parts.status, StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            self.forget().await;
            return Ok(None);
        }
        // Busy or broken: the session may well be good, so it is kept for the next try.
        let detail = serde_json::from_slice::<Value>(&body).ok().and_then(|body| body.get("detail")?.as_str().map(str::to_owned));
        let detail = detail.unwrap_or_else(|| "The session could not be renewed just now. Try again.".to_owned());
        Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "session_refresh", detail))
    }

    /// Keep the tokens of a sign-in or refresh, and give back the reply without them.
    pub(crate) async fn take(&self, body: &[u8]) -> Result<Bytes, Problem> {
        let (tokens, rest) = strip(body);
        if let Some(access) = tokens.access {
            *self.held.lock() = Some(Held { access, until: Instant::now() + Duration::from_secs(tokens.expires_in_s) });
            if let Some(refresh) = tokens.refresh {
                self.keep(Some(refresh)).await;
            }
        }
        Ok(rest)
    }

    /// The end of the session on this side.
    pub(crate) async fn forget(&self) {
        *self.held.lock() = None;
        self.keep(None).await;
    }

    /// Wait for a refresh that is under way.
    pub(crate) async fn settle(&self) {
        let _settled = self.flight.lock().await;
    }

    fn access(&self) -> Option<String> {
        self.held.lock().as_ref().map(|held| held.access.clone())
    }

    fn fresh(&self) -> Option<String> {
        let soon = Instant::now() + EARLY;
        self.held.lock().as_ref().filter(|held| held.until > soon).map(|held| held.access.clone())
    }

    /// A keychain that cannot be read (locked, say) means signing in again, not a console that does not start.
    async fn kept(&self) -> Option<String> {
        let (vault, key) = (self.vault.clone(), self.key.clone());
        let kept = tokio::task::spawn_blocking(move || vault.get(&key)).await;
        kept.map_err(|error| error.to_string()).and_then(|kept| kept).unwrap_or_else(|error| {
            self.vault.failed(&error);
            None
        })
    }

    /// A keychain that refuses to write costs a sign-in after the next start, not this one.
    async fn keep(&self, secret: Option<String>) {
        let (vault, key) = (self.vault.clone(), self.key.clone());
        let done = tokio::task::spawn_blocking(move || vault.set(&key, secret.as_deref())).await;
        if let Err(error) = done.map_err(|error| error.to_string()).and_then(|done| done) {
            self.vault.failed(&error);
        }
    }
}

struct Tokens {
    access: Option<String>,
    refresh: Option<String>,
    expires_in_s: u64,
}

/// Take every token out of a reply's `data`, wherever it sits, and keep the rest as it was.
fn strip(body: &[u8]) -> (Tokens, Bytes) {
    let mut tokens = Tokens { access: None, refresh: None, expires_in_s: 0 };
    let Ok(mut reply) = serde_json::from_slice::<Value>(body) else { return (tokens, Bytes::copy_from_slice(body)) };
    let mut taken = false;
    for part in ["/data", ""] {
        let Some(Value::Object(data)) = reply.pointer_mut(part) else { continue };
        let mut text = |name: &str| data.remove(name).and_then(|value| value.as_str().map(str::to_owned));
        let (access, refresh) = (text("accessToken"), text("refreshToken"));
        taken |= access.is_some() || refresh.is_some();
        if access.is_some() {
            tokens.expires_in_s = data.get("expiresIn").and_then(Value::as_u64).unwrap_or(0);
        }
        tokens.access = tokens.access.or(access);
        tokens.refresh = tokens.refresh.or(refresh);
    }
    let rest = if taken { Bytes::from(reply.to_string()) } else { Bytes::copy_from_slice(body) };
    (tokens, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_taken_out_and_the_rest_stays() {
        let body = json!({"data": {"accessToken": "a", "refreshToken": "r", "expiresIn": 900, "user": {"name": "Ada"}}, "meta": {"requestId": "1"}});
        let (tokens, rest) = strip(body.to_string().as_bytes());
        assert_eq!((tokens.access.as_deref(), tokens.refresh.as_deref(), tokens.expires_in_s), (Some("a"), Some("r"), 900));
        let rest: Value = serde_json::from_slice(&rest).unwrap();
        assert_eq!(rest, json!({"data": {"expiresIn": 900, "user": {"name": "Ada"}}, "meta": {"requestId": "1"}}));
    }

    #[test]
    fn what_holds_no_token_is_left_byte_for_byte() {
        for body in ["{ \"data\" : [1, 2] }", "not json", ""] {
            assert_eq!(strip(body.as_bytes()).1, body.as_bytes());
        }
    }
}
