//! The real engine behind the shell's `Engine`: opened on a data folder with the settings of an embedded one.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use futures::future::BoxFuture;
use purser_server::{Config, DemoSize, Keychain, Reach, StartError};

use crate::local::{Engine, Listener, Opener, Refusal};

/// Opens engines; `demo` fills an empty folder, `keychain` is where their seal keys rest.
pub(crate) fn opener(demo: Option<DemoSize>, keychain: Option<Arc<dyn Keychain>>) -> Opener {
    Arc::new(move |folder: PathBuf| {
        let config = Config { demo, keychain: keychain.clone(), ..Config::embedded(folder) };
        Box::pin(async move {
            // On a thread of its own: the compiler cannot see that this future may move between threads.
            let runtime = tokio::runtime::Handle::current();
            let opened = tokio::task::spawn_blocking(move || runtime.block_on(purser_server::Engine::open(config))).await;
            let engine = opened.unwrap_or_else(|error| Err(StartError::Internal(Box::new(error)))).map_err(refusal)?;
            Ok(embedded(engine))
        })
    })
}

/// An engine that is open already.
pub(crate) fn embedded(engine: purser_server::Engine) -> Arc<dyn Engine> {
    Arc::new(Embedded(engine))
}

struct Embedded(purser_server::Engine);

impl Engine for Embedded {
    fn router(&self) -> Router {
        self.0.router()
    }

    fn listen(&self, address: SocketAddr) -> BoxFuture<'_, Result<Box<dyn Listener>, String>> {
        let reach = if address.ip().is_loopback() { Reach::Machine } else { Reach::Network };
        Box::pin(async move {
            let listener = self.0.listen(address, reach).await.map_err(|error| error.to_string())?;
            let door: Box<dyn Listener> = Box::new(Door { engine: self.0.clone(), listener });
            Ok(door)
        })
    }

    fn drain(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.0.drain())
    }
}

struct Door {
    engine: purser_server::Engine,
    listener: purser_server::Listener,
}

impl Listener for Door {
    fn address(&self) -> SocketAddr {
        self.listener.address
    }

    fn encrypted(&self) -> bool {
        self.listener.tls
    }

    fn stop(self: Box<Self>) -> BoxFuture<'static, ()> {
        Box::pin(async move { self.engine.stop_listening(self.listener).await })
    }
}

fn refusal(error: StartError) -> Refusal {
    let (code, detail) = (error.code(), error.to_string());
    let (pid, address) = match error {
        StartError::Owned { pid, address, .. } => (pid, address),
        _ => (None, None),
    };
    Refusal { code, detail, pid, address }
}
