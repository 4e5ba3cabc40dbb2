//! What takes a night: the proofs of every change, with the counts that were promised. How long each takes and what it proves is in
//! docs/NIGHTLY.md.

use crate::postgres::Cluster;
use crate::shell::{self, Result, cargo};
use crate::simulate;
use crate::steps::{Done, Steps};
use crate::system;

/// A part: its name, and the tests of the suite it consists of.
type Part = (&'static str, &'static [&'static str]);

/// The tests know themselves how many they are at night.
const PARTS: &[Part] = &[
    ("rules", &["policy::four_eyes"]),
    ("buyers", &["many_buyers_of_one_piece", "many_checkouts_of_the_last_piece"]),
    ("messages", &["any_row_of_messages"]),
    ("keys", &["keys_asked_for_by_twenty"]),
    ("kills", &["a_storm_of_refunds"]),
    ("postgres", &["people_check_out_while_postgres_is_stopped"]),
];

/// Run all of it, or the parts that are named; `--percent N` for so much of each count.
pub(crate) fn run(words: &[&str]) -> Result<()> {
    let wish = Wish::read(words)?;
    let mut steps = Steps::default();
    let ready = steps.step("system packages", |_| system::install(&[system::COMPILER, system::DATABASE]).map(|()| Done::Ran));
    if ready && PARTS.iter().any(|(name, _)| wish.wants(name)) {
        steps.step("the suite", |_| shell::run(&mut cargo(["build", "--package", "purser-tests", "--tests", "--bins"])).map(|()| Done::Ran));
    }
    for (name, tests) in PARTS.iter().filter(|(name, _)| ready && wish.wants(name)) {
        steps.step(name, |tally| {
            // One of its own for each part: what a night leaves behind slows nothing that comes after it.
            let cluster = Cluster::start()?;
            let mut suite = cargo(["test", "--package", "purser-tests", "--test", "suite", "--"]);
            suite.args(*tests).args(["--test-threads", "1", "--nocapture"]);
            suite.env("PURSER_TEST_POSTGRES", &cluster.url).env("PURSER_NIGHT", wish.percent.to_string());
            shell::run_counting(&mut suite, tally)?;
            if tally.passed == 0 { Err("none of its tests is there".into()) } else { Ok(Done::Ran) }
        });
    }
    for (name, words, most) in [("simulate", &[][..], simulate::NIGHT), ("simulate-postgres", &["--postgres"][..], simulate::STEPS)] {
        if ready && wish.wants(name) {
            steps.step(name, |tally| {
                let cluster = words.contains(&"--postgres").then(Cluster::start).transpose()?;
                simulate::steps(wish.of(most), words, cluster.as_ref().map(|cluster| cluster.url.as_str()), tally).map(|()| Done::Ran)
            });
        }
    }
    steps.finish()
}

#[derive(Debug, PartialEq, Eq)]
struct Wish<'a> {
    percent: u64,
    parts: Vec<&'a str>,
}

impl<'a> Wish<'a> {
    fn read(words: &[&'a str]) -> Result<Self> {
        let (mut wish, mut words) = (Self { percent: 100, parts: Vec::new() }, words.iter().copied());
        while let Some(word) = words.next() {
            if word == "--percent" {
                wish.percent = words.next().and_then(|given| given.parse().ok()).ok_or("--percent wants a number")?;
            } else if names().any(|name| name == word) {
                wish.parts.push(word);
            } else {
                return Err(format!("nightly does not know `{word}`; its parts are {}", names().collect::<Vec<_>>().join(", ")));
            }
        }
        Ok(wish)
    }

    fn wants(&self, part: &str) -> bool {
        self.parts.is_empty() || self.parts.contains(&part)
    }

    /// So much of a count, and at least one.
    fn of(&self, most: u64) -> u64 {
        (most.saturating_mul(self.percent) / 100).max(1)
    }
}

fn names() -> impl Iterator<Item = &'static str> {
    PARTS.iter().map(|(name, _)| *name).chain(["simulate", "simulate-postgres"])
}

#[cfg(test)]
mod tests {
    use super::Wish;

    #[test]
    fn parts_and_percent_are_read() {
        assert_eq!(Wish::read(&[]), Ok(Wish { percent: 100, parts: vec![] }));
        let wish = Wish::read(&["--percent", "5", "kills", "simulate"]).unwrap();
        assert_eq!((wish.percent, wish.of(1_000_000), wish.of(3)), (5, 50_000, 1));
        assert!(wish.wants("kills") && wish.wants("simulate") && !wish.wants("postgres"));
        assert!(Wish::read(&["--percent"]).is_err() && Wish::read(&["sleep"]).is_err());
    }
}
