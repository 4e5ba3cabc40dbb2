//! A program under measurement: start it, time its ready line, weigh it, stop it.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};

use crate::Result;

/// A running server.
pub(crate) struct Server {
    child: Child,
    _output: BufReader<ChildStdout>,
    /// `127.0.0.1:45123`.
    pub(crate) host: String,
    /// From the start of the process to the line that says it listens.
    pub(crate) ready_in: Duration,
}

impl Server {
    /// `purser serve` on a data folder.
    pub(crate) async fn purser(binary: &Path, data: &Path) -> Result<Self> {
        let mut command = Command::new(binary);
        command.arg("serve").arg("--data").arg(data).args(["--listen", "127.0.0.1:0", "--log", "error"]);
        Self::start(command).await
    }

    /// The same, with each fsync held up as a slow disk would.
    pub(crate) async fn purser_on_a_slow_disk(binary: &Path, data: &Path) -> Result<Self> {
        let mut command = Command::new("strace");
        command.args(["-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync,fsync", "-e"]);
        command.arg("inject=fdatasync,fsync:delay_exit=5000").arg(binary);
        command.arg("serve").arg("--data").arg(data).args(["--listen", "127.0.0.1:0", "--log", "error"]);
        Self::start(command).await
    }

    /// The bare handler on the same database file.
    pub(crate) async fn bare(database: &Path) -> Result<Self> {
        let own = std::env::current_exe().map_err(|error| format!("this program has no path: {error}"))?;
        let mut command = Command::new(own);
        command.arg("bare").arg(database);
        Self::start(command).await
    }

    async fn start(mut command: Command) -> Result<Self> {
        let fault = |error: std::io::Error| format!("a server could not be started: {error}");
        let begun = Instant::now();
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true).spawn().map_err(fault)?;
        let output = child.stdout.take().ok_or("a server without output")?;
        let (mut output, mut line) = (BufReader::new(output), String::new());
        output.read_line(&mut line).await.map_err(fault)?;
        let ready_in = begun.elapsed();
        let host = line.trim().rsplit("http://").next().filter(|_| line.contains(" listening on "));
        let host = host.ok_or_else(|| format!("a server did not say where it listens: {line:?}"))?.to_owned();
        Ok(Self { child, _output: output, host, ready_in })
    }

    /// Memory of its own and shared, as the kernel counts it.
    pub(crate) fn resident(&self) -> Result<u64> {
        resident(self.child.id().ok_or("the server has ended")?)
    }

    /// Ask it to stop, and wait until it did.
    pub(crate) async fn stop(mut self) -> Result<()> {
        let pid = self.child.id().ok_or("the server has ended by itself")?;
        // A tracer passes nothing on: what it traces is asked instead.
        let traced = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
        let target = traced.split_whitespace().next().map_or_else(|| pid.to_string(), ToOwned::to_owned);
        let asked = Command::new("kill").args(["-TERM", &target]).status().await;
        asked.map_err(|error| format!("kill: {error}"))?;
        match tokio::time::timeout(Duration::from_secs(30), self.child.wait()).await {
            Ok(_) => Ok(()),
            Err(_) => Err("the server did not stop within 30 s".into()),
        }
    }
}

/// Memory of a process, its own and shared, as the kernel counts it.
pub(crate) fn resident(pid: u32) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).map_err(|error| format!("/proc/{pid}/status: {error}"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    line.trim().trim_end_matches(" kB").parse::<u64>().map(|kilobytes| kilobytes * 1_024).map_err(|_| format!("not a size: {line}"))
}
