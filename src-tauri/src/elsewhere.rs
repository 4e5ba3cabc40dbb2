//! Signing in at another party, in the system's browser (RFC 8252): the page of that party is none of ours, so it has no place in our window.
//!
//! The shell waits at a loopback port for the browser to come back with a code, and collects the outcome with a verifier that never left this
//! process: whoever else hears of the code can do nothing with it. Where the engine is in this process it has no address of its own, so what the
//! party sends back goes through the same port to it.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use parking_lot::Mutex;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::sync::{mpsc, oneshot};

use crate::connection::Connection;
use crate::problem::Problem;
use crate::shell::Shell;
use crate::wire::{self, Call};

/// Where parties send people back to.
const CALLBACK: &str = "/api/v1/auth/providers/callback";
/// Somebody may take so long; less than the engine waits, so that it is never the engine that gives up first.
pub(crate) const LONGEST: Duration = Duration::from_mins(5);
const BYTES_MAX: usize = 1024 * 1024;
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
/// The engine's word for a code that is none of this sign-in's.
const NOT_OURS: &str = "sign_in_over";

/// The sign-in each window waits for, if it does; another of the same window takes its place.
#[derive(Default)]
pub(crate) struct Waiting(Mutex<HashMap<String, oneshot::Sender<Problem>>>);

impl Waiting {
    /// Call off the one a window waits for.
    pub(crate) fn call_off(&self, window: &str) {
        self.end(window, cancelled());
    }

    fn end(&self, window: &str, why: Problem) {
        if let Some(waiting) = self.0.lock().remove(window) {
            // Whoever waited may have just been answered.
            let _answered = waiting.send(why);
        }
    }

    fn take_turn(&self, window: &str) -> oneshot::Receiver<Problem> {
        self.end(window, Problem::new(StatusCode::CONFLICT, "sign_in_superseded", "Another sign-in was begun."));
        let (called_off, wait) = oneshot::channel();
        self.0.lock().insert(window.to_owned(), called_off);
        wait
    }
}

/// What the page wants.
pub(crate) struct Wanted {
    pub(crate) provider: String,
    pub(crate) remember: bool,
    /// Add a way in to the account that is signed in, rather than sign in.
    pub(crate) link: bool,
    /// How long the browser may take.
    pub(crate) longest: Duration,
}

/// What the browser brings: a code, or why there is none.
type Brought = Result<String, String>;

/// The loopback port, open until this is let go of.
struct Port {
    number: u16,
    brought: mpsc::Receiver<Brought>,
    _open: oneshot::Sender<()>,
}

/// Sign in at another party; the engine's answer, which is that of any sign-in.
pub(crate) async fn sign_in(shell: &Arc<Shell>, window: &str, wanted: Wanted) -> Result<Response, Problem> {
    let known = !wanted.provider.is_empty() && wanted.provider.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if !known {
        return Err(Problem::field("provider", "Name one of the ways to sign in."));
    }
    let connection = shell.connection_of(window)?;
    let mut called_off = shell.waiting.take_turn(window);
    let mut port = Port::open(&connection).await?;
    let verifier = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
    let (way, collect) = if wanted.link { ("link", "/api/v1/auth/identities/finish") } else { ("start", "/api/v1/auth/providers/finish") };
    let start = json!({"rememberMe": wanted.remember, "native": {"port": port.number, "challenge": challenge}});
    let begun = connection.answer(Call::post(&format!("/api/v1/auth/providers/{}/{way}", wanted.provider), &start)).await?;
    if !begun.status().is_success() {
        return Ok(begun);
    }
    let url = page(&wire::collect(begun.into_body(), BYTES_MAX).await?)?;
    shell
        .desk
        .open_url(&url)
        .map_err(|error| Problem::new(StatusCode::SERVICE_UNAVAILABLE, "no_browser", format!("No browser could be opened ({error}).")))?;
    let over = tokio::time::sleep(wanted.longest);
    tokio::pin!(over);
    loop {
        let code = tokio::select! {
            brought = port.brought.recv() => brought.ok_or_else(cancelled)?.map_err(|code| refused(&code))?,
            why = &mut called_off => return Err(why.unwrap_or_else(|_| cancelled())),
            () = &mut over => return Err(timeout()),
        };
        if shell.profile_of(window).id != connection.profile {
            return Err(Problem::new(StatusCode::CONFLICT, "profile_switched", "The window looks at another Purser by now. Begin again there."));
        }
        let answer = connection.answer(Call::post(collect, &json!({"code": code, "verifier": verifier}))).await?;
        if let Some(answer) = ours(answer).await? {
            return Ok(answer);
        }
        // Anything on this machine can knock at the port; what it brings ends nothing.
        tracing::warn!("a code that belongs to no sign-in of this window was brought to the port");
    }
}

/// The engine's answer, unless it does not know the code as one of this sign-in.
async fn ours(answer: Response) -> Result<Option<Response>, Problem> {
    if answer.status().is_success() {
        return Ok(Some(answer));
    }
    let (parts, body) = answer.into_parts();
    let body = wire::collect(body, BYTES_MAX).await?;
    let code = serde_json::from_slice::<Value>(&body).ok().and_then(|problem| problem.get("code")?.as_str().map(str::to_owned));
    Ok((code.as_deref() != Some(NOT_OURS)).then(|| Response::from_parts(parts, body.into())))
}

fn cancelled() -> Problem {
    Problem::new(StatusCode::CONFLICT, "sign_in_cancelled", "The sign-in was called off.")
}

fn timeout() -> Problem {
    Problem::new(StatusCode::REQUEST_TIMEOUT, "sign_in_timeout", "The browser did not come back within five minutes. Begin again.")
}

/// The party's page: over TLS, or on this machine.
fn page(body: &[u8]) -> Result<String, Problem> {
    let bad = || Problem::new(StatusCode::BAD_GATEWAY, "reply_broken", "The address to sign in at cannot be read.");
    let body: Value = serde_json::from_slice(body).map_err(|_| bad())?;
    let url = url::Url::parse(body.pointer("/data/url").and_then(Value::as_str).ok_or_else(bad)?).map_err(|_| bad())?;
    let here = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    let good = url.scheme() == "https" || (url.scheme() == "http" && here);
    if good { Ok(url.into()) } else { Err(bad()) }
}

/// The engine's own word for why nothing came of it, as long as it is one.
fn refused(code: &str) -> Problem {
    const WORDS: [(&str, &str); 6] = [
        ("cancelled", "The sign-in was called off at the provider."),
        ("provider_refused", "The provider does not let you sign in here."),
        ("provider_token", "What the provider sent can not be trusted. Begin again."),
        ("provider_unreachable", "The provider can not be reached just now. Try again, or sign in another way."),
        ("provider_misconfigured", "The provider is not set up as it has to be. Somebody who manages providers can test it."),
        ("provider_disabled", "This way to sign in was switched off."),
    ];
    let known = WORDS.iter().find(|(known, _)| *known == code);
    let (code, words) = known.copied().unwrap_or((NOT_OURS, "This sign-in took too long or was used before. Begin again."));
    Problem::new(StatusCode::FORBIDDEN, code, words)
}

impl Port {
    /// A free port of this machine, which nobody else reaches.
    async fn open(connection: &Arc<Connection>) -> Result<Self, Problem> {
        let none = |error: std::io::Error| Problem::local("port_unavailable", format!("No port of this machine could be opened: {error}."));
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(none)?;
        let number = listener.local_addr().map_err(none)?.port();
        let (brings, brought) = mpsc::channel(8);
        let (open, closed) = oneshot::channel::<()>();
        let there = Arc::new(Behind { connection: connection.clone(), host: format!("127.0.0.1:{number}"), brings });
        let router = Router::new().route(CALLBACK, get(pass_on).post(pass_on)).route("/signed-in", get(signed_in)).with_state(there);
        tokio::spawn(async move {
            let ended = async { drop(closed.await) };
            if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(ended).await {
                tracing::warn!(%error, "the port a sign-in waited at closed by itself");
            }
        });
        Ok(Self { number, brought, _open: open })
    }
}

/// Who is behind the port.
struct Behind {
    connection: Arc<Connection>,
    host: String,
    brings: mpsc::Sender<Brought>,
}

impl Behind {
    /// A page that reaches this port under a name of its own is none of the browser's way back.
    fn named(&self, headers: &HeaderMap) -> bool {
        headers.get(header::HOST).is_some_and(|host| host.as_bytes() == self.host.as_bytes())
    }
}

/// Hand what the party sends back to the engine, and its answer, which leads on to this port, to the browser.
async fn pass_on(State(port): State<Arc<Behind>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if !port.named(&parts.headers) || !port.connection.backend.is_here() {
        return StatusCode::NOT_FOUND.into_response();
    }
    let body = match wire::collect(body, BYTES_MAX).await {
        Ok(body) => body,
        Err(problem) => return problem.into_response(),
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static("text/html"));
    if let Some(kind) = parts.headers.get(header::CONTENT_TYPE) {
        headers.insert(header::CONTENT_TYPE, kind.clone());
    }
    let path = parts.uri.path_and_query().map_or(CALLBACK, http::uri::PathAndQuery::as_str).to_owned();
    let answered = port.connection.backend.send(&Call { method: parts.method, path, headers, body }, None).await;
    answered.unwrap_or_else(IntoResponse::into_response)
}

/// The browser is back.
async fn signed_in(State(port): State<Arc<Behind>>, request: Request) -> Response {
    if !port.named(request.headers()) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let query = request.uri().query().unwrap_or_default();
    let fact = |name: &str| url::form_urlencoded::parse(query.as_bytes()).find(|(known, _)| known == name).map(|(_, value)| value.into_owned());
    let brought = match (fact("code"), fact("error")) {
        (Some(code), _) => Ok(code),
        (None, Some(error)) => Err(error),
        (None, None) => return StatusCode::NOT_FOUND.into_response(),
    };
    let german = request.headers().get(header::ACCEPT_LANGUAGE).is_some_and(|languages| languages.as_bytes().starts_with(b"de"));
    let page = last_page(german, brought.is_ok());
    // The window may have given up waiting.
    let _heard = port.brings.try_send(brought);
    let heads = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (heads, page).into_response()
}

/// What the browser shows when there is nothing more to do in it.
fn last_page(german: bool, good: bool) -> String {
    let (language, words) = match (german, good) {
        (false, true) => ("en", "You can close this page and go back to Purser."),
        (false, false) => ("en", "Nothing came of it. Go back to Purser."),
        (true, true) => ("de", "Sie können diese Seite schließen und zu Purser zurückkehren."),
        (true, false) => ("de", "Daraus wurde nichts. Gehen Sie zu Purser zurück."),
    };
    format!(
        "<!doctype html><html lang=\"{language}\"><meta charset=\"utf-8\"><title>Purser</title>\
         <body style=\"font:1.1rem system-ui;margin:20vh auto;max-width:30rem;text-align:center\"><p>{words}</p></body></html>"
    )
}
