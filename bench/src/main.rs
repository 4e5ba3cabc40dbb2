//! Measures a release build of Purser from outside, over loopback, the way `bench/RESULTS.md` says.
//! Load, processes and the report live here; nothing of Purser itself may enter, except the SQL of the orders list for the bare handler.

mod bare;
mod client;
mod data;
mod figures;
mod load;
mod measures;
mod report;
mod server;

use std::path::PathBuf;
use std::process::ExitCode;

/// The error is a sentence for the person at the terminal.
pub(crate) type Result<T, E = String> = std::result::Result<T, E>;

/// What to measure, and where it is.
pub(crate) struct Bench {
    /// The headless binary.
    pub(crate) purser: PathBuf,
    /// The desktop binary, if it was built.
    pub(crate) desktop: PathBuf,
    /// The go-between for the window, if it was built.
    pub(crate) driver: PathBuf,
    /// Where the folders of data go; removed at the end.
    pub(crate) scratch: PathBuf,
    /// Seconds of each load.
    pub(crate) seconds: u64,
    /// Orders in the large business.
    pub(crate) million: u64,
}

const USAGE: &str = "\
purser-bench measure --purser FILE --desktop FILE --driver FILE --out DIR [--only NAME,NAME] [--quick]
purser-bench bare FILE.db        the orders list's SQL behind a bare axum handler
";

#[tokio::main]
async fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["bare", file] => bare::serve(file).await,
        ["measure", rest @ ..] => measure(rest).await,
        _ => Err(USAGE.into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(words: &[&str]) -> Result<()> {
    let mut only: Vec<String> = Vec::new();
    let mut out = PathBuf::from("bench");
    let scratch = std::env::temp_dir().join(format!("purser-bench-{}", std::process::id()));
    let mut bench = Bench { purser: PathBuf::new(), desktop: PathBuf::new(), driver: PathBuf::new(), scratch, seconds: 10, million: 1_000_000 };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} wants a value"));
        match *word {
            "--purser" => bench.purser = value()?.into(),
            "--desktop" => bench.desktop = value()?.into(),
            "--driver" => bench.driver = value()?.into(),
            "--out" => out = value()?.into(),
            "--only" => only.extend(value()?.split(',').map(ToOwned::to_owned)),
            "--quick" => (bench.seconds, bench.million) = (2, 50_000),
            other => return Err(format!("measure does not know `{other}`\n{USAGE}")),
        }
    }
    std::fs::create_dir_all(&bench.scratch).map_err(|error| format!("{}: {error}", bench.scratch.display()))?;
    let outcome = measures::all(&bench, &only, &out).await;
    drop(std::fs::remove_dir_all(&bench.scratch));
    outcome
}
