//! Format, the rules of the rooms, and clippy.

mod lengths;
mod locks;
mod rooms;

use crate::shell::{self, Result, cargo, root};
use crate::steps::{Done, Steps};
use crate::{system, ui};

/// All of it, on its own.
pub(crate) fn run() -> Result<()> {
    let mut steps = Steps::default();
    quick(&mut steps);
    clippy(&mut steps);
    window_clippy(&mut steps);
    steps.finish()
}

/// What needs no compiler.
pub(crate) fn quick(steps: &mut Steps) {
    steps.step("lint: format", |_| shell::run(&mut cargo(["fmt", "--all", "--check", "--", "-l"])).map(|()| Done::Ran));
    steps.step("lint: rooms", |_| {
        let mut faults = rooms::faults()?;
        faults.extend(lengths::faults(&root())?);
        faults.extend(locks::faults(&root())?);
        report(&faults)
    });
}

/// Clippy on everything that needs no window.
pub(crate) fn clippy(steps: &mut Steps) {
    steps.step("lint: clippy", |_| shell::run(&mut cargo(["clippy", "--quiet", "--all-targets", "--", "-D", "warnings"])).map(|()| Done::Ran));
}

/// Clippy on the desktop package, where its libraries are.
pub(crate) fn window_clippy(steps: &mut Steps) {
    steps.step("lint: clippy of the desktop shell", |_| {
        if !system::has_library("webkit2gtk-4.1") {
            return Ok(Done::Skipped("the window's libraries are not on this machine".into()));
        }
        if !root().join("ui/dist/index.html").exists() {
            ui::build()?;
        }
        let mut command = cargo(["clippy", "--quiet", "--package", "purser-desktop", "--features", "custom-protocol", "--all-targets"]);
        shell::run(command.args(["--", "-D", "warnings"])).map(|()| Done::Ran)
    });
}

fn report(faults: &[String]) -> Result<Done> {
    for fault in faults {
        println!("{fault}");
    }
    if faults.is_empty() { Ok(Done::Ran) } else { Err(format!("{} rules broken", faults.len())) }
}
