//! A door to the network that can be opened and closed while the engine runs.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum_server::accept::NoDelayAcceptor;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use hyper_util::rt::TokioTimer;
use purser_http::Peer;
use rustls::ServerConfig;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::plain::SendOn;
use crate::prompt::Prompt;
use crate::{Proxies, StartError};

/// How far a door reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// This machine only.
    Machine,
    /// Other machines as well; always behind TLS unless the settings allow otherwise.
    Network,
}

/// Requests under way get this long to finish when a door closes.
const GRACE: Duration = Duration::from_secs(10);

/// The whole head of a request has to come within this, counted from when the connection is free for one: it also bounds how long a
/// connection of HTTP/1 stays open without a request.
const PATIENCE: Duration = Duration::from_secs(15);

/// On HTTP/2, whoever is quiet for so long is asked for a sign of life, and has as long to give it.
const SIGN_OF_LIFE: Duration = Duration::from_secs(20);

/// An open door.
pub struct Listener {
    /// The address in use, with the port that was taken.
    pub address: SocketAddr,
    /// Whether it speaks TLS.
    pub tls: bool,
    handle: axum_server::Handle<SocketAddr>,
    /// Tells streams that never end by themselves to end.
    closing: CancellationToken,
    task: JoinHandle<()>,
}

impl Listener {
    /// What to type into a browser: `https://192.0.2.7:7420`.
    pub fn url(&self) -> String {
        format!("{}://{}", if self.tls { "https" } else { "http" }, self.address)
    }

    /// Stop accepting, let requests under way finish (at most ten seconds), close.
    pub async fn stop(self) {
        self.closing.cancel();
        self.handle.graceful_shutdown(Some(GRACE));
        if let Err(error) = self.task.await {
            tracing::error!(%error, "a door did not close in order");
        }
    }
}

/// What stands in front of a door.
#[derive(Default)]
pub(crate) struct Front {
    /// Whether a proxy adds TLS, as the settings say.
    pub(crate) tls: bool,
    /// Proxies whose word on a caller's address is believed.
    pub(crate) proxies: Proxies,
}

/// Open a door at `address` to `router`.
pub(crate) async fn open(address: SocketAddr, router: Router, tls: Option<Arc<ServerConfig>>, front: Front) -> Result<Listener, StartError> {
    let refused = |error| StartError::Address(address, error);
    // The runtime's own socket sets what a restart on the same port needs.
    let socket = tokio::net::TcpListener::bind(address).await.map_err(refused)?.into_std().map_err(refused)?;
    let taken = socket.local_addr().map_err(refused)?;
    let handle = axum_server::Handle::new();
    let closing = CancellationToken::new();
    let secure = tls.is_some();
    let service =
        naming_peers(ending_streams(router, closing.clone()), secure || front.tls, front.proxies).into_make_service_with_connect_info::<SocketAddr>();
    let mut server = axum_server::from_tcp(socket).map_err(refused)?.handle(handle.clone());
    let http = server.http_builder();
    http.http1().timer(TokioTimer::new()).header_read_timeout(PATIENCE);
    http.http2().timer(TokioTimer::new()).keep_alive_interval(SIGN_OF_LIFE).keep_alive_timeout(SIGN_OF_LIFE);
    let task = if let Some(config) = tls {
        let acceptor = RustlsAcceptor::new(RustlsConfig::from_config(config)).acceptor(NoDelayAcceptor::new());
        let server = server.acceptor(Prompt::new(SendOn::new(acceptor, PATIENCE), PATIENCE));
        tokio::spawn(async move { report(server.serve(service).await) })
    } else {
        let server = server.acceptor(Prompt::new(NoDelayAcceptor::new(), PATIENCE));
        tokio::spawn(async move { report(server.serve(service).await) })
    };
    Ok(Listener { address: taken, tls: secure, handle, closing, task })
}

fn report(outcome: std::io::Result<()>) {
    if let Err(error) = outcome {
        tracing::error!(%error, "a door closed by itself");
    }
}

/// Event streams stay open for as long as somebody looks at them; end them when the door closes, so that nobody waits for the grace to run out.
fn ending_streams(router: Router, closing: CancellationToken) -> Router {
    router.layer(axum::middleware::map_response(move |response: axum::response::Response| {
        let closing = closing.clone();
        async move {
            let streams =
                response.headers().get(axum::http::header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
            if !streams {
                return response;
            }
            response.map(|body| {
                use futures::StreamExt;
                axum::body::Body::from_stream(body.into_data_stream().take_until(closing.cancelled_owned()))
            })
        }
    }))
}

/// Write the other end of the connection on each request.
fn naming_peers(router: Router, secure: bool, proxies: Proxies) -> Router {
    router.layer(axum::middleware::map_request(move |mut request: Request| {
        if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>().copied() {
            let ip = proxies.caller(peer.ip().to_canonical(), request.headers());
            request.extensions_mut().insert(Peer { ip, secure });
        }
        std::future::ready(request)
    }))
}
