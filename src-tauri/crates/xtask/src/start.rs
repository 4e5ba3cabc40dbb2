//! One command from a fresh checkout to Purser in front of a person.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;

use crate::shell::{self, Result, built, cargo, root};
use crate::{system, ui};

/// The port a local server is expected on.
const PORT: u16 = 7420;

struct Wish {
    headless: bool,
    data: PathBuf,
}

/// Set up what is missing, build, and open.
pub(crate) fn run(words: &[&str]) -> Result<()> {
    let wish = Wish::read(words)?;
    system::check_node()?;
    let window = !wish.headless && has_display();
    if window {
        system::install(&[system::COMPILER, system::WINDOW])?;
    } else {
        if !wish.headless {
            println!("no display here, so this is the local server; the console opens in a browser");
        }
        system::install(&[system::COMPILER])?;
    }
    ui::build()?;
    if window { open_window(&wish) } else { serve(&wish) }
}

impl Wish {
    fn read(words: &[&str]) -> Result<Self> {
        let mut wish = Self { headless: false, data: root().join(".purser") };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match *word {
                "--headless" => wish.headless = true,
                "--data" => {
                    let dir = words.next().ok_or("--data wants a folder")?;
                    wish.data = std::path::absolute(dir).map_err(|error| format!("{dir}: {error}"))?;
                }
                other => return Err(format!("start does not know `{other}`; it takes --headless and --data DIR")),
            }
        }
        Ok(wish)
    }
}

fn has_display() -> bool {
    if cfg!(not(target_os = "linux")) {
        return true;
    }
    ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

fn open_window(wish: &Wish) -> Result<()> {
    println!("building the desktop window");
    shell::run(&mut cargo(["build", "--package", "purser-desktop", "--features", "custom-protocol"]))?;
    println!("opening the window; its data is in {}", wish.data.display());
    let mut window = Command::new(built("debug", "purser-desktop"));
    window.arg("--data").arg(&wish.data).args(["--demo", "small"]);
    become_it(window)
}

fn serve(wish: &Wish) -> Result<()> {
    println!("building the server");
    shell::run(&mut cargo(["build", "--bin", "purser"]))?;
    let port = port()?;
    println!("Purser will be at http://127.0.0.1:{port} with its data in {}; Ctrl-C stops it", wish.data.display());
    let mut server = Command::new(built("debug", "purser"));
    server.arg("serve").arg("--data").arg(&wish.data).args(["--listen", &format!("127.0.0.1:{port}"), "--demo", "small"]);
    become_it(server)
}

/// The usual port, or any free one when something else has it.
fn port() -> Result<u16> {
    match TcpListener::bind(("127.0.0.1", PORT)) {
        Ok(_) => Ok(PORT),
        Err(_) => shell::free_port(),
    }
}

/// Hand this process over, so that signals and the exit code are the program's own.
#[cfg(unix)]
fn become_it(mut command: Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    let words = shell::spelled(&command);
    Err(format!("`{words}` could not be started: {}", command.exec()))
}

#[cfg(not(unix))]
fn become_it(mut command: Command) -> Result<()> {
    shell::run(&mut command)
}
