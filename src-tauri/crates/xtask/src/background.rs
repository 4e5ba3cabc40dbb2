//! Programs that run beside a step: PostgreSQL, a server, a display.
//! Each has a watcher that holds the other end of a pipe, so that it is stopped, by its own process id, however this program ends.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::shell::Result;

/// Starts the program, tells its id, waits for the pipe to close, then asks it to stop, at last insists, and removes its folder.
const WATCHER: &str = r#"signal=$1; log=$2; scrap=$3; shift 3
"$@" >"$log" 2>&1 </dev/null &
pid=$!
echo "$pid"
cat >/dev/null
kill -s "$signal" "$pid" 2>/dev/null
( n=0; while [ $n -lt 200 ] && kill -0 "$pid" 2>/dev/null; do sleep 0.1; n=$((n+1)); done; kill -s KILL "$pid" 2>/dev/null ) &
wait "$pid"
[ -z "$scrap" ] || rm -rf "$scrap"
exit 0"#;

/// A running program; dropping it stops it.
pub(crate) struct Background {
    name: String,
    watcher: Child,
    pid: u32,
    log: PathBuf,
}

impl Background {
    /// Start a command. Its output goes to the log file; `signal` is how it is asked to stop; `scrap` is a folder to remove afterwards.
    pub(crate) fn start(name: &str, command: &Command, signal: &str, log: &Path, scrap: Option<&Path>) -> Result<Self> {
        let fault = |error: std::io::Error| format!("{name} could not be started: {error}");
        let mut words: Vec<OsString> = vec!["-c".into(), WATCHER.into(), "watcher".into(), signal.into(), log.into()];
        words.push(scrap.map(Into::into).unwrap_or_default());
        words.push(command.get_program().to_owned());
        words.extend(command.get_args().map(ToOwned::to_owned));
        let mut watcher = Command::new("sh");
        watcher.args(words).stdin(Stdio::piped()).stdout(Stdio::piped());
        if let Some(dir) = command.get_current_dir() {
            watcher.current_dir(dir);
        }
        for (key, value) in command.get_envs() {
            match value {
                Some(value) => watcher.env(key, value),
                None => watcher.env_remove(key),
            };
        }
        own_group(&mut watcher);
        let mut watcher = watcher.spawn().map_err(fault)?;
        let mut line = String::new();
        if let Some(output) = watcher.stdout.take() {
            BufReader::new(output).read_line(&mut line).map_err(fault)?;
        }
        let pid = line.trim().parse().map_err(|_| format!("{name} could not be started"))?;
        Ok(Self { name: name.into(), watcher, pid, log: log.into() })
    }

    /// What it has printed so far.
    pub(crate) fn output(&self) -> String {
        std::fs::read(&self.log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }

    /// Wait until `ready` finds what it looks for in the output.
    pub(crate) fn wait_for<T>(&self, limit: Duration, mut ready: impl FnMut(&str) -> Option<T>) -> Result<T> {
        let begun = Instant::now();
        loop {
            let output = self.output();
            if let Some(found) = ready(&output) {
                return Ok(found);
            }
            if !self.alive() {
                return Err(format!("{} ended early:\n{}", self.name, tail(&output)));
            }
            if begun.elapsed() > limit {
                return Err(format!("{} was not ready after {} s:\n{}", self.name, limit.as_secs(), tail(&output)));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn alive(&self) -> bool {
        let Ok(stat) = std::fs::read_to_string(format!("/proc/{}/stat", self.pid)) else { return !Path::new("/proc/self").exists() };
        stat.rsplit(')').next().is_some_and(|rest| !rest.trim_start().starts_with('Z'))
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        drop(self.watcher.stdin.take());
        if let Err(error) = self.watcher.wait() {
            eprintln!("{} was lost: {error}", self.name);
        }
    }
}

/// Ctrl-C at the terminal must reach this program alone: the watcher then stops what it watches in order.
#[cfg(unix)]
fn own_group(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

#[cfg(not(unix))]
fn own_group(_command: &mut Command) {}

fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}
