//! A random business on the real engine. What it does lives in the package `purser-simulator`; here it is built, given seeds and a quick
//! place for its files.

use std::hash::{BuildHasher, RandomState};
use std::process::Command;

use crate::shell::{self, Result, built, cargo, program};
use crate::steps::Tally;

/// Steps of the form that belongs to every change, and of the one for nights.
pub(crate) const STEPS: u64 = 50_000;
pub(crate) const NIGHT: u64 = 1_000_000;

/// Processes that share the steps. Businesses in one process wait for each other in SQLite's memory; those of two do not.
const PROCESSES: u64 = 2;

/// Build it and run it; with `--seed`, which repeats what was seen once, as one process. Words after `simulate` go to `purser-simulator`, but
/// for `--night`.
pub(crate) fn run(words: &[&str], tally: &mut Tally) -> Result<()> {
    let (count, rest) = split(words)?;
    if words.contains(&"--seed") {
        build()?;
        return shell::run_counting(simulator(&rest).args(["--ops", &count.to_string()]), tally);
    }
    steps(count, &rest, None, tally)
}

fn build() -> Result<()> {
    // Not by its package: libraries would be compiled again with fewer features.
    shell::run(&mut cargo(["build", "--bin", "purser-simulator"]))
}

/// So many steps as two processes with a seed each, on the PostgreSQL at `url` if the words say so.
pub(crate) fn steps(count: u64, words: &[&str], url: Option<&str>, tally: &mut Tally) -> Result<()> {
    build()?;
    let mut processes: Vec<Command> = (0..PROCESSES)
        .map(|place| {
            let part = count / PROCESSES + u64::from(place < count % PROCESSES);
            // Another one each time; it is printed.
            let seed = (RandomState::new().hash_one(place) >> 16).to_string();
            let mut process = simulator(words);
            process.args(["--seed", &seed, "--ops", &part.to_string(), "--at-once", "1"]);
            process.envs(url.map(|url| ("PURSER_TEST_POSTGRES", url)));
            process
        })
        .collect();
    shell::run_together(&mut processes, tally)
}

/// How many steps, and the words that are the simulator's own.
fn split<'a>(words: &[&'a str]) -> Result<(u64, Vec<&'a str>)> {
    let mut steps = if words.contains(&"--night") { NIGHT } else { STEPS };
    let (mut rest, mut words) = (Vec::new(), words.iter().copied());
    while let Some(word) = words.next() {
        match word {
            "--night" => {}
            "--ops" => steps = words.next().and_then(|given| given.parse().ok()).ok_or("--ops wants a number of steps")?,
            _ => rest.push(word),
        }
    }
    Ok((steps, rest))
}

fn simulator(words: &[&str]) -> Command {
    let mut simulator = program(built("debug", "purser-simulator"), words);
    // A killed process here is one whose tasks are gone, not one whose machine lost its power: memory is as good as a disk, and quick.
    simulator.env("TMPDIR", shell::quick_folder());
    simulator
}

#[cfg(test)]
mod tests {
    use super::{NIGHT, STEPS, split};

    #[test]
    fn steps_are_taken_out_of_the_words() {
        assert_eq!(split(&[]), Ok((STEPS, vec![])));
        assert_eq!(split(&["--night", "--postgres"]), Ok((NIGHT, vec!["--postgres"])));
        assert_eq!(split(&["--ops", "7", "--every", "1"]), Ok((7, vec!["--every", "1"])));
        assert!(split(&["--ops", "many"]).is_err());
    }
}
