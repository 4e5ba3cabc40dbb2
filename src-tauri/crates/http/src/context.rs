//! What belongs to one request: its id, its one "now", where it came from. Set by the outermost layer, read by replies and extractors.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use purser_core::Timestamp;
use purser_core::access::Origin;
use purser_core::ids::{RequestId, UserId};
use purser_service::App;

tokio::task_local! {
    static CURRENT: Arc<Context>;
}

/// The other end of the connection; the door that accepted it puts this into the request.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    /// Its address.
    pub ip: IpAddr,
    /// Whether the caller's line is encrypted: here, or by a proxy that the settings vouch for.
    pub secure: bool,
}

/// One request.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) id: RequestId,
    pub(crate) now: Timestamp,
    pub(crate) origin: Arc<Origin>,
    /// Path without the query, which may hold secrets.
    pub(crate) path: String,
    /// Whose valid token came along; for the log.
    pub(crate) who: OnceLock<UserId>,
    /// Whether they have not proved their address yet, of which every reply reminds.
    pub(crate) unproved: AtomicBool,
}

/// The request being answered, or `None` outside of one (a stream that goes on after its reply).
pub(crate) fn current() -> Option<Arc<Context>> {
    CURRENT.try_with(Clone::clone).ok()
}

/// Run `work` as part of the request `context`, from a task of its own.
pub(crate) fn within<T>(context: Arc<Context>, work: impl FnOnce() -> T) -> T {
    CURRENT.sync_scope(context, work)
}

const REQUEST_ID: &str = "x-request-id";
/// On every reply to somebody who has not proved their address.
const REMINDER: &str = "x-purser-reminder";

/// The outermost layer: gives the request its id and writes it on the reply.
pub(crate) async fn enter(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let now = app.clock.now();
    // A caller may bring its own id, as long as it is one.
    let brought = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok()).and_then(|text| text.parse().ok());
    let id: RequestId = brought.unwrap_or_else(|| app.ids.next(now));
    let origin = Arc::new(Origin {
        ip: request.extensions().get::<Peer>().map(|peer| peer.ip.to_string()),
        user_agent: user_agent(request.headers()),
        device: None,
        request_id: Some(id),
    });
    let context =
        Arc::new(Context { id, now, origin, path: request.uri().path().to_owned(), who: OnceLock::new(), unproved: AtomicBool::new(false) });
    request.extensions_mut().insert(context.clone());
    // Of the highest level, so that a line about this request names it whatever is filtered.
    let span = tracing::error_span!("request", id = %id, method = %request.method(), path = %context.path);
    let work = CURRENT.scope(context.clone(), next.run(request));
    let mut response = tracing::Instrument::instrument(work, span).await;
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    if context.unproved.load(Ordering::Relaxed) {
        response.headers_mut().insert(REMINDER, HeaderValue::from_static("email_unverified"));
    }
    response
}

fn user_agent(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(header::USER_AGENT)?.to_str().ok()?;
    Some(text.chars().filter(|c| !c.is_control()).take(200).collect())
}
