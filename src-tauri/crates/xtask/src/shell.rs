//! Running other programs and naming what failed.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::steps::Tally;

/// The error is a sentence for the person at the terminal.
pub(crate) type Result<T, E = String> = std::result::Result<T, E>;

/// The folder that holds the workspace.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(3).unwrap_or(here).to_path_buf()
}

/// Where cargo puts what it builds.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// A program built by cargo in the given profile folder.
pub(crate) fn built(profile: &str, name: &str) -> PathBuf {
    target().join(profile).join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// The same cargo that runs this program, in the workspace folder.
pub(crate) fn cargo<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Command {
    program(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()), args)
}

/// A program with its arguments, in the workspace folder.
pub(crate) fn program<S: AsRef<OsStr>>(name: impl AsRef<OsStr>, args: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(name);
    command.args(args).current_dir(root());
    command
}

/// The command as a person would type it.
pub(crate) fn spelled(command: &Command) -> String {
    let name = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(name).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

/// Run it in front of the person.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let words = spelled(command);
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{words}` failed ({status})")),
        Err(error) => Err(format!("`{words}` could not be started: {error}")),
    }
}

/// Run it in front of the person and count the tests its report names.
pub(crate) fn run_counting(command: &mut Command, tally: &mut Tally) -> Result<()> {
    let words = spelled(command);
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|error| format!("`{words}` could not be started: {error}"))?;
    if let Some(output) = child.stdout.take() {
        let mut screen = std::io::stdout().lock();
        for line in BufReader::new(output).split(b'\n').map_while(std::result::Result::ok) {
            tally.read(&String::from_utf8_lossy(&line));
            let shown = screen.write_all(&line).and_then(|()| screen.write_all(b"\n")).and_then(|()| screen.flush());
            if shown.is_err() {
                break;
            }
        }
    }
    match child.wait() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{words}` failed ({status})")),
        Err(error) => Err(format!("`{words}` was lost: {error}")),
    }
}

/// Run several at once in front of the person, line by line as they come, and count the tests their reports name.
pub(crate) fn run_together(commands: &mut [Command], tally: &mut Tally) -> Result<()> {
    let mut running = Vec::with_capacity(commands.len());
    for command in commands {
        let words = spelled(command);
        let child = command.stdout(Stdio::piped()).spawn().map_err(|error| format!("`{words}` could not be started: {error}"))?;
        running.push((words, child));
    }
    let (send, lines) = std::sync::mpsc::channel();
    let outcomes = std::thread::scope(|scope| {
        for (_, child) in &mut running {
            let (send, output) = (send.clone(), child.stdout.take());
            scope.spawn(move || {
                for line in output.into_iter().flat_map(|output| BufReader::new(output).lines().map_while(std::result::Result::ok)) {
                    if send.send(line).is_err() {
                        break;
                    }
                }
            });
        }
        drop(send);
        for line in lines {
            tally.read(&line);
            println!("{line}");
        }
        running.into_iter().map(|(words, mut child)| (words, child.wait())).collect::<Vec<_>>()
    });
    let failed = outcomes.into_iter().filter_map(|(words, outcome)| match outcome {
        Ok(status) if status.success() => None,
        Ok(status) => Some(format!("`{words}` failed ({status})")),
        Err(error) => Some(format!("`{words}` was lost: {error}")),
    });
    let failed: Vec<String> = failed.collect();
    if failed.is_empty() { Ok(()) } else { Err(failed.join("; ")) }
}

/// Run it quietly and hand back what it printed.
pub(crate) fn read(command: &mut Command) -> Result<String> {
    let words = spelled(command);
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("`{words}` could not be started: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        let said = String::from_utf8_lossy(&output.stderr);
        Err(format!("`{words}` failed ({}): {}", output.status, said.trim()))
    }
}

/// Whether a program of that name can be found on the path.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let more = ["/usr/sbin", "/sbin"].map(PathBuf::from);
    std::env::split_paths(&path).chain(more).map(|dir| dir.join(name)).find(|file| file.is_file())
}

/// A free port of this machine's own address.
pub(crate) fn free_port() -> Result<u16> {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).map_err(|error| format!("no free port: {error}"))?;
    listener.local_addr().map(|address| address.port()).map_err(|error| format!("no free port: {error}"))
}

/// A word nobody can guess.
pub(crate) fn secret() -> Result<String> {
    use std::io::Read;
    let mut bytes = [0; 16];
    let mut source = std::fs::File::open("/dev/urandom").map_err(|error| format!("no randomness: {error}"))?;
    source.read_exact(&mut bytes).map_err(|error| format!("no randomness: {error}"))?;
    Ok(format!("{:032x}", u128::from_ne_bytes(bytes)))
}

/// Where files go that nobody misses after a crash: memory, if it can be had as a folder and nobody asked for another place.
pub(crate) fn quick_folder() -> PathBuf {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() && std::env::var_os("TMPDIR").is_none() { memory.into() } else { std::env::temp_dir() }
}

/// A new empty folder, away from the repository, that only this user can enter.
pub(crate) fn private_folder(name: &str) -> Result<PathBuf> {
    private_folder_in(&std::env::temp_dir(), name)
}

/// The same at a place of one's own.
pub(crate) fn private_folder_in(place: &Path, name: &str) -> Result<PathBuf> {
    let dir = place.join(format!("purser-{name}-{}", secret()?.get(..12).unwrap_or_default()));
    let made = std::fs::create_dir(&dir).and_then(|()| restrict(&dir));
    made.map_err(|error| format!("{} could not be made: {error}", dir.display()))?;
    Ok(dir)
}

#[cfg(unix)]
fn restrict(dir: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn restrict(_dir: &Path) -> std::io::Result<()> {
    Ok(())
}
