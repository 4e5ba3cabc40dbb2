//! A PostgreSQL of a test's own, to be stopped and started: the suite's serves everybody else.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, Command};

use super::LIMIT;

/// How it is stopped.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stop {
    /// Sessions are ended, what is under way is rolled back, everything is written out.
    Fast,
    /// As if it had died: the next start recovers from its log.
    Immediate,
}

/// A server with a data folder of its own.
pub(super) struct Cluster {
    child: Child,
    port: u16,
    folder: tempfile::TempDir,
    bin: PathBuf,
}

/// Where Debian keeps the newest one, or wherever the path says.
fn bin() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions.filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path().join("bin")))).max();
    newest.map(|(_, bin)| bin).unwrap_or_default()
}

fn is_root() -> bool {
    std::process::Command::new("id").arg("-u").output().is_ok_and(|said| said.stdout.trim_ascii() == b"0")
}

/// One of its programs. It refuses to run as root, who hands over to the user its package made.
fn program(bin: &Path, name: &str) -> Command {
    let file = if bin.as_os_str().is_empty() { PathBuf::from(name) } else { bin.join(name) };
    let mut command = if is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid", "postgres", "--regid", "postgres", "--init-groups", "--"]).arg(file);
        command
    } else {
        Command::new(file)
    };
    command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    command
}

async fn done(command: &mut Command) {
    let status = tokio::time::timeout(LIMIT, command.status()).await.expect("it ends").expect("PostgreSQL's own programs");
    assert!(status.success(), "{command:?} ended with {status}");
}

impl Cluster {
    /// Make one with a database and a role like the suite's: neither superuser nor above row-level security.
    pub(super) async fn start() -> Self {
        let (bin, folder) = (bin(), tempfile::Builder::new().prefix("purser-cluster-").tempdir().unwrap());
        if is_root() {
            done(Command::new("chown").arg("postgres").arg(folder.path())).await;
        }
        let mut initdb = program(&bin, "initdb");
        initdb.args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "-D"]);
        done(initdb.arg(folder.path().join("data"))).await;
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let cluster = Self { child: serve(&bin, folder.path(), port), port, folder, bin };
        cluster.up().await;
        for statement in ["CREATE ROLE purser LOGIN CREATEDB NOSUPERUSER NOBYPASSRLS", "CREATE DATABASE purser OWNER purser"] {
            done(cluster.psql().args(["-c", statement])).await;
        }
        cluster
    }

    fn psql(&self) -> Command {
        let mut psql = program(&self.bin, "psql");
        psql.args(["-X", "-q", "-h", "127.0.0.1", "-U", "postgres", "-d", "postgres", "-v", "ON_ERROR_STOP=1", "-p"]).arg(self.port.to_string());
        psql
    }

    async fn up(&self) {
        let up = async {
            while !self.psql().args(["-c", "SELECT 1"]).status().await.is_ok_and(|status| status.success()) {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(LIMIT, up).await.expect("PostgreSQL is up");
    }

    /// How it is reached.
    pub(super) fn url(&self) -> String {
        format!("postgres://purser@127.0.0.1:{}/purser", self.port)
    }

    /// Stop it, and wait until it has.
    pub(super) async fn stop(&mut self, how: Stop) {
        let signal = match how {
            Stop::Fast => "-INT",
            Stop::Immediate => "-QUIT",
        };
        let pid = self.child.id().expect("it runs").to_string();
        done(Command::new("kill").args([signal, &pid])).await;
        let _status = tokio::time::timeout(LIMIT, self.child.wait()).await.expect("it stops").unwrap();
    }

    /// Start it again on what it had.
    pub(super) async fn again(&mut self) {
        self.child = serve(&self.bin, self.folder.path(), self.port);
        self.up().await;
    }
}

/// What it acknowledges it keeps: nothing is asked of the disk here that a process that ends could lose.
fn serve(bin: &Path, folder: &Path, port: u16) -> Child {
    let mut postgres = program(bin, "postgres");
    postgres.arg("-D").arg(folder.join("data")).arg("-k").arg(folder).args(["-p", &port.to_string()]);
    for setting in ["fsync=off", "synchronous_commit=on", "listen_addresses=127.0.0.1", "logging_collector=off", "max_connections=60"] {
        postgres.args(["-c", setting]);
    }
    postgres.spawn().expect("PostgreSQL, from the package postgresql")
}
