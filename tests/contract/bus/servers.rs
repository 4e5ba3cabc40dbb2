//! Real servers that keep what they have on their disk, so that one may be killed and come back.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use purser_adapters::bus;
use purser_service::bus::port::Bus;
use tokio::process::{Child, Command};

/// Which server.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Redis,
    #[cfg(feature = "nats")]
    Nats,
}

/// Those this build knows.
#[cfg(feature = "nats")]
pub(super) const KINDS: [Kind; 2] = [Kind::Redis, Kind::Nats];
#[cfg(not(feature = "nats"))]
pub(super) const KINDS: [Kind; 1] = [Kind::Redis];

/// A server of the test's own.
pub(super) struct Server {
    kind: Kind,
    child: Child,
    port: u16,
    folder: tempfile::TempDir,
}

fn command(kind: Kind, port: u16, folder: &std::path::Path) -> Command {
    let port = port.to_string();
    let mut command;
    match kind {
        Kind::Redis => {
            command = Command::new("redis-server");
            command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "yes", "--port", &port, "--dir"]).arg(folder);
        }
        #[cfg(feature = "nats")]
        Kind::Nats => {
            command = Command::new(nats());
            command.args(["--addr", "127.0.0.1", "--port", &port, "--jetstream", "--store_dir"]).arg(folder);
        }
    }
    command.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    command
}

/// Debian keeps it where only an administrator's shell looks.
#[cfg(feature = "nats")]
fn nats() -> &'static str {
    const AT: &str = "/usr/sbin/nats-server";
    if std::path::Path::new(AT).is_file() { AT } else { "nats-server" }
}

impl Server {
    pub(super) async fn start(kind: Kind) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = tempfile::tempdir().unwrap();
        let child = command(kind, port, folder.path()).spawn().expect("redis-server and nats-server, from the packages of those names");
        let server = Self { kind, child, port, folder };
        server.up().await;
        server
    }

    async fn up(&self) {
        let up = async {
            while tokio::net::TcpStream::connect(("127.0.0.1", self.port)).await.is_err() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), up).await.expect("the server is up");
    }

    /// A line to it, as a process of its own would have.
    pub(super) fn bus(&self) -> Arc<dyn Bus> {
        let scheme = match self.kind {
            Kind::Redis => "redis",
            #[cfg(feature = "nats")]
            Kind::Nats => "nats",
        };
        bus::at(&format!("{scheme}://127.0.0.1:{}", self.port)).unwrap()
    }

    /// Kill −9.
    pub(super) async fn kill(&mut self) {
        self.child.kill().await.unwrap();
    }

    /// Back at the same place with what it had written down.
    pub(super) async fn again(&mut self) {
        self.child = command(self.kind, self.port, self.folder.path()).spawn().unwrap();
        self.up().await;
    }
}
