//! The desktop window: from the start of the process to a page a person can use. Driven through `WebDriver` on a display of its own.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::client::{Client, Request};
use crate::figures::{megabytes, time};
use crate::report::Section;
use crate::server::resident;
use crate::{Bench, Result, data};

const STARTS: usize = 5;
const GOAL: Duration = Duration::from_millis(1_500);
/// When the console showed its first page, in milliseconds since 1970; null until then. The console leaves this mark by itself.
const USABLE: &str =
    "const [mark] = performance.getEntriesByName('first-page'); return mark ? Math.round(performance.timeOrigin + mark.startTime) : null";

pub(crate) async fn measure(bench: &Bench) -> Result<Section> {
    let mut section = Section::new(
        "Desktop window",
        "Release build on a display without a graphics card (Xvfb, drawn by the processor), 10,000 orders in the data folder: from the start of the process \
         to the first page shown, the middle of five; memory is that of the shell's own process.",
    );
    if !bench.desktop.exists() || !bench.driver.exists() {
        return Err("the desktop program or the driver of its window was not built".into());
    }
    let (folder, _) = data::folder(bench, "window", 2_000, 10_000).await?;
    let display = Display::start().await?;
    let (mut times, mut memory) = (Vec::new(), 0);
    for turn in 0..STARTS {
        let home = bench.scratch.join(format!("home-{turn}"));
        std::fs::create_dir_all(&home).map_err(|error| format!("{}: {error}", home.display()))?;
        let (took, resident) = open(bench, &display, &folder, &home).await?;
        times.push(took);
        memory = memory.max(resident);
    }
    times.sort_unstable();
    let middle = times[STARTS / 2];
    section.goal("start to the first page", time(middle), "≤ 1.5 s", middle <= GOAL);
    section.note("slowest of them", time(times[STARTS - 1]));
    section.note("memory of the shell", megabytes(memory));
    Ok(section)
}

/// A display nobody looks at.
struct Display {
    _server: Child,
    name: String,
}

impl Display {
    async fn start() -> Result<Self> {
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", "1440x900x24", "-nolisten", "tcp"]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
        let mut server = command.spawn().map_err(|error| format!("Xvfb could not be started: {error}"))?;
        let output = server.stdout.take().ok_or("Xvfb without output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).await.map_err(|error| format!("Xvfb: {error}"))?;
        Ok(Self { _server: server, name: format!(":{}", line.trim()) })
    }
}

async fn open(bench: &Bench, display: &Display, folder: &Path, home: &Path) -> Result<(Duration, u64)> {
    let (port, native) = (free_port()?, free_port()?);
    let mut command = Command::new(&bench.driver);
    command.args(["--port", &port.to_string(), "--native-port", &native.to_string(), "--native-driver", "/usr/bin/WebKitWebDriver"]);
    command.env("DISPLAY", &display.name).env("GDK_BACKEND", "x11").env("NO_AT_BRIDGE", "1").env("HOME", home);
    for name in ["XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"] {
        command.env(name, home);
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let mut driver = command.spawn().map_err(|error| format!("the window's driver could not be started: {error}"))?;
    let host = format!("127.0.0.1:{port}");
    answering(&host).await?;
    let words = [json!("--data"), json!(folder), json!("--config"), json!(home)];
    let wanted =
        json!({ "capabilities": { "alwaysMatch": { "browserName": "wry", "tauri:options": { "application": bench.desktop, "args": words } } } });
    let session = ask(&host, &Request::post("/session", &wanted)).await?;
    let id = session["value"]["sessionId"].as_str().ok_or("the driver opened no session")?;
    let shown = first_page(&host, id).await?;
    let pid = process(&bench.desktop).ok_or("the desktop program is not among the processes")?;
    let outcome = (shown.saturating_sub(started(pid)?), resident(pid)?);
    // The program ends with its session; the driver when it is dropped.
    drop(ask(&host, &Request { method: "DELETE", ..Request::get(format!("/session/{id}")) }).await);
    drop(driver.kill().await);
    let begun = Instant::now();
    while Path::new(&format!("/proc/{pid}")).exists() && begun.elapsed() < Duration::from_secs(10) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(outcome)
}

async fn answering(host: &str) -> Result<()> {
    for _ in 0..200 {
        if Client::connect(host, None).await.is_ok() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    Err(format!("nobody answers at {host}"))
}

/// One request on a connection of its own: the driver keeps none.
async fn ask(host: &str, request: &Request) -> Result<Value> {
    Client::connect(host, None).await?.json(request).await
}

/// The instant of the first page, since 1970.
async fn first_page(host: &str, session: &str) -> Result<Duration> {
    let script = json!({ "script": USABLE, "args": [] });
    for _ in 0..400 {
        let reply: Value = ask(host, &Request::post(format!("/session/{session}/execute/sync"), &script)).await?;
        if let Some(millis) = reply["value"].as_u64() {
            return Ok(Duration::from_millis(millis));
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    Err("the window showed no page within ten seconds".into())
}

fn free_port() -> Result<u16> {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).map_err(|error| format!("no port: {error}"))?;
    listener.local_addr().map(|address| address.port()).map_err(|error| format!("no port: {error}"))
}

fn process(program: &Path) -> Option<u32> {
    let program = program.canonicalize().ok()?;
    let ids = std::fs::read_dir("/proc").ok()?.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    ids.filter(|id| std::fs::read_link(format!("/proc/{id}/exe")).is_ok_and(|file| file == program)).max()
}

/// When a process began, since 1970: the kernel counts hundredths of a second from its own start.
#[expect(clippy::disallowed_methods, reason = "a measurement reads the machine's own clock")]
fn started(pid: u32) -> Result<Duration> {
    let read = |file: String| std::fs::read_to_string(&file).map_err(|error| format!("{file}: {error}"));
    let stat = read(format!("/proc/{pid}/stat"))?;
    let ticks: u64 = stat.rsplit(") ").next().and_then(|rest| rest.split(' ').nth(19)?.parse().ok()).ok_or("no start time")?;
    let uptime = read("/proc/uptime".into())?;
    let (seconds, hundredths) = uptime.split(' ').next().and_then(|word| word.split_once('.')).ok_or("no uptime")?;
    let up: u64 = format!("{seconds}{hundredths}").parse().map_err(|_| "no uptime")?;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_err(|error| error.to_string())?;
    Ok(now.saturating_sub(Duration::from_millis(up.saturating_sub(ticks) * 10)))
}
