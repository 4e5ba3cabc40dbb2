//! What a person does, in a real browser and in a real window.

use std::path::PathBuf;
use std::process::Command;

use crate::shell::{self, Result, built, cargo, root, target};
use crate::steps::{Done, Steps};
use crate::{system, ui};

/// The browser journeys start their own servers from the binary named here.
pub(crate) fn browser(steps: &mut Steps) {
    steps.step("browser journeys", |tally| {
        if !has_script("e2e") {
            return Ok(Done::Skipped("ui/package.json has no `e2e` script yet".into()));
        }
        ui::parties()?;
        shell::run(&mut cargo(["build", "--quiet", "--bin", "purser"]))?;
        let browser = system::browser().ok_or("no browser of the Chromium family was found")?;
        let mut journeys = ui::npm(&["run", "--silent", "e2e"]);
        journeys.env("PURSER_BIN", built("debug", "purser")).env("PURSER_CHROMIUM", browser);
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
        ui::parties()?;
        shell::run(&mut cargo(["build", "--quiet", "--bin", "purser"]))?;
        // The journey brings its own display, bus and keychain, so that nothing of whoever runs it is touched.
        let mut journey = Command::new("node");
        journey.arg(root().join("tests/desktop/run")).env("PURSER_DRIVER", window_driver()?);
        journey.env("PURSER_BIN", built("debug", "purser")).env("PURSER_DESKTOP", built("debug", "purser-desktop"));
        shell::run_counting(&mut journey, tally).map(|()| Done::Ran)
    });
}

fn has_script(name: &str) -> bool {
    let text = std::fs::read(root().join("ui/package.json")).unwrap_or_default();
    serde_json::from_slice::<serde_json::Value>(&text).is_ok_and(|manifest| manifest["scripts"][name].is_string())
}

/// The go-between for the window, built once into the target folder.
pub(crate) fn window_driver() -> Result<PathBuf> {
    let tools = target().join("tools");
    let file = tools.join("bin/tauri-driver");
    if !file.exists() {
        println!("installing tauri-driver into {}", tools.display());
        shell::run(cargo(["install", "tauri-driver", "--locked", "--root"]).arg(&tools).env_remove("CARGO_TARGET_DIR"))?;
    }
    Ok(file)
}
