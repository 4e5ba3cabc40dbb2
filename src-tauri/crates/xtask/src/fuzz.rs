//! schemathesis, which nobody here wrote, against a real server: every operation of the document with values of its own making.
//! What it asks and what it leaves out is in `tests/fuzz/api.py`.

use std::path::PathBuf;
use std::time::Duration;

use crate::background::Background;
use crate::shell::{self, Result, built, cargo, find, private_folder, program, root, target};
use crate::steps::{Done, Steps};

/// The version is fixed, so that a run means the same tomorrow.
const TOOL: &str = "schemathesis==4.32.5";
/// So is what it makes up: a defect that was found once is found again.
const SEED: &str = "20261121";
/// Both callers together, in seconds.
const SECONDS: &str = "140";

/// Try every operation, as the owner and as nobody.
pub(crate) fn operations(steps: &mut Steps) {
    steps.step("fuzz: every operation", |tally| {
        let tool = installed()?;
        shell::run(&mut cargo(["build", "--quiet", "--bin", "purser"]))?;
        let folder = private_folder("fuzz")?;
        let (data, out) = (folder.join("data"), folder.join("out"));
        std::fs::create_dir(&out).map_err(|error| format!("{}: {error}", out.display()))?;
        let mut serve = program(built("debug", "purser"), ["serve", "--listen", "127.0.0.1:0", "--log", "error", "--data"]);
        serve.arg(&data);
        let log = folder.join("server.log");
        let server = Background::start("the server", &serve, "TERM", &log, Some(&folder))?;
        let url = server.wait_for(Duration::from_mins(1), |said| {
            said.lines().find_map(|line| line.split(" listening on ").nth(1)).map(|url| url.trim().to_owned())
        })?;
        let mut tries = program("python3", [root().join("tests/fuzz/api.py")]);
        tries.arg(tool).arg(&url).arg(&out).args([SEED, SECONDS]);
        let outcome = shell::run_counting(&mut tries, tally);
        let said: Vec<String> =
            server.output().lines().filter(|line| line.contains("panicked") || line.contains(" ERROR ")).map(str::to_owned).collect();
        for line in &said {
            println!("the server: {line}");
        }
        outcome?;
        if said.is_empty() { Ok(Done::Ran) } else { Err("the server said that something is broken".into()) }
    });
}

/// schemathesis in an environment of its own beside the build.
fn installed() -> Result<PathBuf> {
    let home = target().join("tools/fuzz");
    let (python, tool) = (home.join("bin/python"), home.join("bin/schemathesis"));
    if !python.exists() {
        // Debian keeps what makes an environment with pip in it apart from Python; `virtualenv` brings its own.
        let made = shell::read(program("python3", ["-m", "venv", "--clear"]).arg(&home));
        made.or_else(|why| match find("virtualenv") {
            Some(other) => shell::read(program(other, ["--clear"]).arg(&home)),
            None => Err(why),
        })?;
    }
    let stamp = home.join("installed");
    if std::fs::read_to_string(&stamp).is_ok_and(|known| known == TOOL) && tool.exists() {
        return Ok(tool);
    }
    println!("installing {TOOL} into {}", home.display());
    shell::run(&mut program(&python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", TOOL]))?;
    std::fs::write(&stamp, TOOL).map_err(|error| format!("{}: {error}", stamp.display()))?;
    Ok(tool)
}
