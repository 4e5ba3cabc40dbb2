//! The console's own tools: packages, build, and knowing when neither is needed.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use crate::shell::{self, Result, program, root};

fn folder() -> PathBuf {
    root().join("ui")
}

/// `npm` in the console's folder.
pub(crate) fn npm(args: &[&str]) -> Command {
    let mut command = program("npm", args);
    command.current_dir(folder());
    command
}

/// Install the console's packages when the lock file has changed since the last time.
pub(crate) fn packages() -> Result<()> {
    packages_in(&folder(), "the console's packages")
}

/// The same for the parties of the suite: servers nobody here wrote, for people to sign in at and to pay through.
pub(crate) fn parties() -> Result<()> {
    packages_in(&root().join("tests/parties"), "the suite's parties")?;
    let (list, home) = (root().join("tests/parties/requirements.txt"), root().join("target/parties/python"));
    let seen = home.join(".purser-lock");
    let wanted = std::fs::read(&list).map_err(|error| format!("{} could not be read: {error}", list.display()))?;
    if std::fs::read(&seen).is_ok_and(|had| had == wanted) {
        return Ok(());
    }
    println!("installing the suite's parties in Python");
    shell::run(program("python3", ["-m", "venv"]).arg(&home))?;
    shell::run(program(home.join("bin/python"), ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]).arg(&list))?;
    std::fs::write(&seen, wanted).map_err(|error| format!("{} could not be written: {error}", seen.display()))
}

fn packages_in(folder: &Path, what: &str) -> Result<()> {
    let (lock, seen) = (folder.join("package-lock.json"), folder.join("node_modules/.purser-lock"));
    let wanted = std::fs::read(&lock).map_err(|error| format!("{} could not be read: {error}", lock.display()))?;
    if std::fs::read(&seen).is_ok_and(|had| had == wanted) {
        return Ok(());
    }
    println!("installing {what}");
    shell::run(program("npm", ["ci", "--no-audit", "--no-fund"]).current_dir(folder))?;
    std::fs::write(&seen, wanted).map_err(|error| format!("{} could not be written: {error}", seen.display()))
}

/// Build the console when a source is newer than what was built.
pub(crate) fn build() -> Result<()> {
    packages()?;
    let built = modified(&folder().join("dist/index.html"));
    if built.is_some_and(|built| newest(&folder()) < Some(built)) {
        println!("the console is built already");
        return Ok(());
    }
    println!("building the console");
    shell::run(&mut npm(&["run", "build"]))
}

fn modified(file: &Path) -> Option<SystemTime> {
    std::fs::metadata(file).and_then(|facts| facts.modified()).ok()
}

/// The time of the newest source in a folder.
fn newest(dir: &Path) -> Option<SystemTime> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let inside = entries.filter(|entry| !matches!(entry.file_name().to_str(), Some("dist" | "node_modules" | "e2e")));
    inside.filter_map(|entry| if entry.path().is_dir() { newest(&entry.path()) } else { modified(&entry.path()) }).max()
}
