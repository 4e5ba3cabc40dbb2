//! What must be on the machine, and putting it there: through apt-get on Debian and Ubuntu, in words elsewhere.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::shell::{self, Result, find, program};

/// How one sees that something is there.
#[derive(Clone, Copy)]
enum Sign {
    Program(&'static str),
    Library(&'static str),
    Package,
    Postgres,
    Browser,
    Environments,
}

/// A system package and the reason for it.
#[derive(Clone, Copy)]
pub(crate) struct Need {
    package: &'static str,
    why: &'static str,
    sign: Sign,
}

const fn need(package: &'static str, why: &'static str, sign: Sign) -> Need {
    Need { package, why, sign }
}

/// To compile anything.
pub(crate) const COMPILER: &[Need] = &[need("build-essential", "compiles SQLite and the cryptography", Sign::Program("cc"))];

/// To compile and open the desktop window.
pub(crate) const WINDOW: &[Need] = &[
    need("pkg-config", "finds the window's libraries", Sign::Program("pkg-config")),
    need("libwebkit2gtk-4.1-dev", "draws the desktop window", Sign::Library("webkit2gtk-4.1")),
];

/// The second database engine.
pub(crate) const DATABASE: &[Need] = &[
    need("postgresql", "every store test runs on it too", Sign::Postgres),
    need("python3-aiosmtpd", "a mail server nobody here wrote, to send to", Sign::Program("aiosmtpd")),
    need("redis-server", "counters that several servers share, and events", Sign::Program("redis-server")),
    need("nats-server", "events over NATS", Sign::Program("nats-server")),
    need("poppler-utils", "reads the documents back that are printed", Sign::Program("pdftotext")),
    need("oathtool", "an authenticator app nobody here wrote", Sign::Program("oathtool")),
];

/// For a tool of Python's that tries every operation; it is installed beside the build.
pub(crate) const PYTHON: &[Need] = &[
    need("python3", "runs schemathesis and what else of the suite is Python", Sign::Program("python3")),
    need("python3-venv", "keeps their packages to themselves", Sign::Environments),
];

/// For the journeys through a browser and a window.
pub(crate) const JOURNEYS: &[Need] = &[
    need("chromium", "the browser journeys", Sign::Browser),
    need("xvfb", "a display for the desktop journey", Sign::Program("Xvfb")),
    need("dbus", "the desktop journey's session bus", Sign::Program("dbus-run-session")),
    need("gnome-keyring", "the desktop journey's keychain", Sign::Program("gnome-keyring-daemon")),
    need("xdotool", "presses the keys of the window's menu", Sign::Program("xdotool")),
    need("webkit2gtk-driver", "drives the desktop window", Sign::Program("WebKitWebDriver")),
    need("fonts-dejavu-core", "letters without a desktop", Sign::Package),
    need("libgl1-mesa-dri", "drawing without a graphics card", Sign::Package),
];

/// For the measurement with a slow disk.
pub(crate) const MEASURING: &[Need] = &[need("strace", "delays each fsync in one of the measurements", Sign::Program("strace"))];

/// Install what is missing, saying what and why.
pub(crate) fn install(needs: &[&[Need]]) -> Result<()> {
    let missing: Vec<Need> = needs.iter().flat_map(|group| group.iter()).filter(|need| !present(need)).copied().collect();
    if missing.is_empty() {
        return Ok(());
    }
    println!("missing on this machine:");
    for need in &missing {
        println!("  {:<22} {}", need.package, need.why);
    }
    let packages: Vec<&str> = missing.iter().map(|need| need.package).collect();
    if find("apt-get").is_none() {
        return Err(format!(
            "This machine has no apt-get. Install what your system calls these packages, then run this again: {}",
            packages.join(" ")
        ));
    }
    apt(&["install", "-y", "--no-install-recommends"], &packages).or_else(|_| {
        println!("fetching the package lists first");
        apt(&["update"], &[])?;
        apt(&["install", "-y", "--no-install-recommends"], &packages)
    })?;
    match missing.iter().find(|need| !present(need)) {
        None => Ok(()),
        Some(need) => Err(format!("{} was installed, yet what it should bring was not found ({})", need.package, need.why)),
    }
}

fn apt(words: &[&str], packages: &[&str]) -> Result<()> {
    let as_root = shell::read(&mut program("id", ["-u"]))?.trim() == "0";
    let mut line = vec!["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"];
    line.extend(words);
    line.extend(packages);
    if !as_root {
        if find("sudo").is_none() {
            return Err(format!("Neither root nor sudo here. Ask someone who may to run: apt-get {} {}", words.join(" "), packages.join(" ")));
        }
        line.insert(0, "sudo");
    }
    println!("$ {}", line.join(" "));
    shell::run(program(line[0], &line[1..]).stdin(std::process::Stdio::inherit()))
}

fn present(need: &Need) -> bool {
    match need.sign {
        Sign::Program(name) => find(name).is_some(),
        Sign::Library(name) => has_library(name),
        Sign::Package => find("dpkg-query").is_none() || has_package(need.package),
        Sign::Postgres => postgres_bin().is_some(),
        Sign::Browser => browser().is_some(),
        // Debian has the module without what it needs.
        Sign::Environments => shell::read(&mut program("python3", ["-c", "import venv, ensurepip"])).is_ok(),
    }
}

/// Whether pkg-config knows a library.
pub(crate) fn has_library(name: &str) -> bool {
    shell::read(&mut program("pkg-config", ["--exists", name])).is_ok()
}

fn has_package(name: &str) -> bool {
    shell::read(&mut program("dpkg-query", ["-W", "-f", "${Status}", name])).is_ok_and(|status| status == "install ok installed")
}

/// The folder of PostgreSQL's own programs, version 15 or later.
pub(crate) fn postgres_bin() -> Option<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(version, bin)| *version >= 15 && bin.join("initdb").is_file())
        .collect();
    versions.sort();
    versions.pop().map(|(_, bin)| bin).or_else(|| find("initdb").and_then(|file| file.parent().map(Path::to_path_buf)))
}

/// A browser of the Chromium family.
pub(crate) fn browser() -> Option<PathBuf> {
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"].into_iter().find_map(find)
}

/// Node and npm are wanted for the console; they are the person's to choose.
pub(crate) fn check_node() -> Result<()> {
    let advice = "Purser's console is built with Node 20.19 or later and npm: install them (https://nodejs.org), then run this again.";
    let version = shell::read(Command::new("node").arg("--version")).map_err(|_| format!("node was not found. {advice}"))?;
    let mut parts = version.trim().trim_start_matches('v').split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let (major, minor) = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    if major < 20 || (major == 20 && minor < 19) {
        return Err(format!("node {} is too old. {advice}", version.trim()));
    }
    if find("npm").is_none() {
        return Err(format!("npm was not found. {advice}"));
    }
    Ok(())
}
