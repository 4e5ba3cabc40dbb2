//! The words a person types to work on Purser: start, test, lint, schema, simulate, bench.
//! Orchestration of other programs only. No business code may enter, and nothing that takes long to compile: std and `serde_json`.

mod background;
mod bench;
mod fuzz;
mod journeys;
mod lint;
mod nightly;
mod postgres;
mod schema;
mod shell;
mod simulate;
mod start;
mod steps;
mod system;
mod test;
mod ui;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask <word>

  start [--headless] [--data DIR]  set up what is missing and open Purser: the desktop window, or without
                                   a display the local server
  test [--fast] [FILTER]           set up what the tests need and run them all; --fast leaves out made-up
                                   calls and journeys; FILTER picks steps by name, or else Rust tests by name
  lint                             format, room rules and clippy
  schema [--check]                 the OpenAPI document and the console's types from the code; --check
                                   only compares
  simulate [--seed N] [--ops N] [--night] [--postgres] [--every N] [--keep]
                                   a random business on the real engine with faults on purpose: 50,000
                                   steps, a million with --night; the seed is printed and replays
  nightly [--percent N] [PART…]    what takes a night: the promised counts of kills, keys, messages, cases,
                                   PostgreSQL stopped under load, a million steps (docs/NIGHTLY.md)
  bench                            measure a release build and write bench/RESULTS.md
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let outcome = match words.split_first() {
        Some((&"start", rest)) => start::run(rest),
        Some((&"test", rest)) => test::run(rest),
        Some((&"lint", [])) => lint::run(),
        Some((&"schema", [])) => schema::write(),
        Some((&"schema", ["--check"])) => schema::check(),
        Some((&"bench", rest)) => bench::run(rest),
        Some((&"nightly", rest)) => nightly::run(rest),
        Some((&"simulate", rest)) => simulate::run(rest, &mut steps::Tally::default()),
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
