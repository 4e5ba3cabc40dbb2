//! The engine in this process: opened once per data folder, in the background, so that the window need not wait to be drawn.
//! `Engine` is the little the shell needs of it, which is also all a test has to stand in for.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use futures::future::BoxFuture;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex, watch};

use crate::problem::Problem;

/// What the shell asks of an engine.
pub(crate) trait Engine: Send + Sync {
    /// The whole HTTP surface.
    fn router(&self) -> Router;
    /// Accept connections from outside this process.
    fn listen(&self, address: SocketAddr) -> BoxFuture<'_, Result<Box<dyn Listener>, String>>;
    /// Let what runs come to its end, and close the data folder.
    fn drain(&self) -> BoxFuture<'_, ()>;
}

/// An open port.
pub(crate) trait Listener: Send + Sync {
    fn address(&self) -> SocketAddr;
    fn encrypted(&self) -> bool;
    fn stop(self: Box<Self>) -> BoxFuture<'static, ()>;
}

/// Why there is no engine.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Refusal {
    pub(crate) code: &'static str,
    pub(crate) detail: String,
    /// The process that has the data folder, when that is the reason.
    pub(crate) pid: Option<u32>,
    /// Where that process listens, if it does.
    pub(crate) address: Option<String>,
}

impl Refusal {
    pub(crate) fn problem(&self) -> Problem {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, self.code, self.detail.clone())
    }
}

/// Opens an engine on a data folder.
pub(crate) type Opener = Arc<dyn Fn(PathBuf) -> BoxFuture<'static, Result<Arc<dyn Engine>, Refusal>> + Send + Sync>;

type Opened = Option<Result<Arc<dyn Engine>, Refusal>>;

/// Who may reach a shared engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Scope {
    #[default]
    Machine,
    Network,
}

/// What the share switch shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Sharing {
    pub(crate) on: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) scope: Option<Scope>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) address: Option<String>,
}

/// One data folder and its engine.
pub(crate) struct Local {
    folder: PathBuf,
    opened: watch::Receiver<Opened>,
    shared: Mutex<Option<(Scope, Box<dyn Listener>)>>,
}

impl Local {
    /// Begin opening; whoever needs the engine waits for it.
    pub(crate) fn open(folder: PathBuf, opener: &Opener) -> Arc<Self> {
        let (done, outcome) = watch::channel(None);
        let opening = opener(folder.clone());
        tokio::spawn(async move {
            let result = opening.await;
            if let Err(refusal) = &result {
                tracing::warn!(code = refusal.code, "the data folder was not opened: {}", refusal.detail);
            }
            done.send_replace(Some(result));
        });
        Arc::new(Self { folder, opened: outcome, shared: Mutex::default() })
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The engine, once it is open.
    pub(crate) async fn wait(&self) -> Result<Arc<dyn Engine>, Refusal> {
        let lost = || Refusal { code: "engine_lost", detail: "The engine could not be started.".to_owned(), pid: None, address: None };
        let mut opened = self.opened.clone();
        let state = opened.wait_for(Option::is_some).await.map_err(|_| lost())?;
        state.clone().unwrap_or_else(|| Err(lost()))
    }

    pub(crate) async fn engine(&self) -> Result<Arc<dyn Engine>, Problem> {
        self.wait().await.map_err(|refusal| refusal.problem())
    }

    pub(crate) async fn sharing(&self) -> Sharing {
        match &*self.shared.lock().await {
            Some((scope, listener)) => Sharing { on: true, scope: Some(*scope), address: Some(shown(*scope, &**listener)) },
            None => Sharing::default(),
        }
    }

    /// Start listening, or move to another scope. `port` 0 takes any free one.
    pub(crate) async fn share(&self, scope: Scope, port: u16) -> Result<Sharing, Problem> {
        let engine = self.engine().await?;
        let mut shared = self.shared.lock().await;
        if let Some((now, listener)) = &*shared
            && *now == scope
        {
            return Ok(Sharing { on: true, scope: Some(scope), address: Some(shown(scope, &**listener)) });
        }
        if let Some((_, listener)) = shared.take() {
            listener.stop().await;
        }
        let ip = match scope {
            Scope::Machine => Ipv4Addr::LOCALHOST,
            Scope::Network => Ipv4Addr::UNSPECIFIED,
        };
        let listener = engine
            .listen(SocketAddr::new(IpAddr::V4(ip), port))
            .await
            .map_err(|detail| Problem::new(StatusCode::SERVICE_UNAVAILABLE, "port_unavailable", format!("Purser cannot listen there: {detail}.")))?;
        let address = shown(scope, &*listener);
        *shared = Some((scope, listener));
        Ok(Sharing { on: true, scope: Some(scope), address: Some(address) })
    }

    pub(crate) async fn unshare(&self) -> Sharing {
        if let Some((_, listener)) = self.shared.lock().await.take() {
            listener.stop().await;
        }
        Sharing::default()
    }

    /// Stop listening, let the engine finish, close the folder.
    pub(crate) async fn close(&self) {
        self.unshare().await;
        if let Ok(engine) = self.wait().await {
            engine.drain().await;
        }
    }
}

/// The address as another browser would type it.
fn shown(scope: Scope, listener: &dyn Listener) -> String {
    let address = listener.address();
    let host = match scope {
        Scope::Machine => address.ip(),
        Scope::Network => purser_server::own_address().unwrap_or_else(|| address.ip()),
    };
    let scheme = if listener.encrypted() { "https" } else { "http" };
    format!("{scheme}://{}", SocketAddr::new(host, address.port()))
}
