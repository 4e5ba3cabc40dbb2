//! What a person does, in a real browser and in a real window.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::background::Background;
use crate::shell::{self, Result, built, cargo, program, root, target};
use crate::steps::{Done, Steps};
use crate::{system, ui};

/// The browser journeys start their own servers from the binary named here.
pub(crate) fn browser(steps: &mut Steps) {
    steps.step("browser journeys", |tally| {
        if !has_script("e2e") {
            return Ok(Done::Skipped("ui/package.json has no `e2e` script yet".into()));
        }
        shell::run(&mut cargo(["build", "--quiet", "--bin", "purser"]))?;
        let browser = system::browser().ok_or("no browser of the Chromium family was found")?;
        let mut journeys = ui::npm(&["run", "--silent", "e2e"]);
        journeys.env("PURSER_BIN", built("debug", "purser")).env("PURSER_BROWSER", browser);
        shell::run_counting(&mut journeys, tally).map(|()| Done::Ran)
    });
}

/// The shell's own tests, then a person's way through the real window.
pub(crate) fn desktop(steps: &mut Steps) {
    let shell_package = ["--package", "purser-desktop", "--features", "custom-protocol"];
    let ready = steps.step("desktop: build", |_| shell::run(cargo(["build"]).args(shell_package)).map(|()| Done::Ran));
    steps.step("desktop: tests", |tally| shell::run_counting(cargo(["test", "--no-fail-fast"]).args(shell_package), tally).map(|()| Done::Ran));
    if !ready {
        return;
    }
    steps.step("desktop: journey", |tally| {
        let journey = root().join("tests/desktop");
        if !journey.exists() {
            return Ok(Done::Skipped("no tests/desktop in this tree yet".into()));
        }
        shell::run(&mut cargo(["build", "--quiet", "--bin", "purser"]))?;
        let driver = window_driver()?;
        let display = Display::start()?;
        let mut tests = in_session(&["test", "--no-fail-fast", "--package", "purser-desktop-tests"]);
        tests.env("DISPLAY", &display.name).env("PURSER_DRIVER", driver).env("PURSER_BIN", built("debug", "purser"));
        tests.env("PURSER_DESKTOP", built("debug", "purser-desktop"));
        shell::run_counting(&mut tests, tally).map(|()| Done::Ran)
    });
}

fn has_script(name: &str) -> bool {
    let text = std::fs::read(root().join("ui/package.json")).unwrap_or_default();
    serde_json::from_slice::<serde_json::Value>(&text).is_ok_and(|manifest| manifest["scripts"][name].is_string())
}

/// The go-between for the window, built once into the target folder.
fn window_driver() -> Result<PathBuf> {
    let tools = target().join("tools");
    let file = tools.join("bin/tauri-driver");
    if !file.exists() {
        println!("installing tauri-driver into {}", tools.display());
        shell::run(cargo(["install", "tauri-driver", "--locked", "--root"]).arg(&tools).env_remove("CARGO_TARGET_DIR"))?;
    }
    Ok(file)
}

/// Cargo under a session bus of its own, with an unlocked keychain on it.
fn in_session(args: &[&str]) -> Command {
    const SESSION: &str = r#"printf 'purser\n' | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec "$@""#;
    let cargo = cargo(args);
    let mut command = program("dbus-run-session", ["--", "sh", "-c", SESSION, "session"]);
    command.arg(cargo.get_program()).args(cargo.get_args().collect::<Vec<&OsStr>>());
    command
}

/// A display that nobody looks at.
struct Display {
    _server: Background,
    name: String,
}

impl Display {
    fn start() -> Result<Self> {
        // -displayfd lets the server pick a free number and print it.
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", "1440x900x24", "-nolisten", "tcp"]);
        let server = Background::start("Xvfb", &command, "TERM", &target().join("xvfb-test.log"), None)?;
        let number = server.wait_for(Duration::from_secs(30), |output| output.lines().find_map(|line| line.trim().parse::<u32>().ok()))?;
        Ok(Self { _server: server, name: format!(":{number}") })
    }
}
