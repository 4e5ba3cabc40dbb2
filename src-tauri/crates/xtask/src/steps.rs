//! The steps of a run: each prints its name and seconds, and a summary ends the run. Whoever sees only the end of it learns what failed.

use std::collections::VecDeque;
use std::time::Instant;

use crate::shell::Result;

/// Names of failed tests, or last lines of a program, that the summary repeats.
const REPEATED: usize = 20;

/// How many tests a program reported, and what the summary says about those that failed.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    names: Vec<String>,
    last: VecDeque<String>,
}

impl Tally {
    /// Take the counts out of a line of a test report: cargo's, vitest's or Node's.
    pub(crate) fn read(&mut self, line: &str) {
        let plain = without_colour(line);
        let line = plain.trim();
        if line.starts_with("test result:") || (line.starts_with("Tests ") && line.ends_with(')')) {
            self.passed += before(line, "passed");
            self.failed += before(line, "failed");
        } else if let Some(count) = line.strip_prefix("# pass ").or_else(|| line.strip_prefix("ℹ pass ")) {
            self.passed += count.trim().parse().unwrap_or(0);
        } else if let Some(count) = line.strip_prefix("# fail ").or_else(|| line.strip_prefix("ℹ fail ")) {
            self.failed += count.trim().parse().unwrap_or(0);
        } else if let Some(name) = failed_test(line)
            && self.names.len() < REPEATED
        {
            self.names.push(name.into());
        }
        if self.last.len() == REPEATED {
            self.last.pop_front();
        }
        self.last.push_back(line.into());
    }

    /// What the summary repeats of a program that failed: the tests it named, or else its last words.
    fn told(&self) -> impl Iterator<Item = &String> {
        let last = if self.names.is_empty() { Some(&self.last) } else { None };
        self.names.iter().chain(last.into_iter().flatten())
    }
}

/// The name in a line that tells of a failed test: cargo's, Node's or vitest's.
fn failed_test(line: &str) -> Option<&str> {
    if let Some(name) = line.strip_prefix("test ") {
        return name.split_once(" ... FAILED").map(|(name, _)| name);
    }
    ["not ok ", "✖ ", "FAIL "].iter().find_map(|mark| line.strip_prefix(mark)).filter(|name| *name != "failing tests:")
}

/// The number in front of a word, zero when the word is not there.
fn before(line: &str, word: &str) -> u64 {
    let words: Vec<&str> = line.split([' ', ';', '|', ',']).filter(|part| !part.is_empty()).collect();
    words.windows(2).find(|pair| pair[1] == word).and_then(|pair| pair[0].parse().ok()).unwrap_or(0)
}

fn without_colour(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line.chars();
    while let Some(letter) = rest.next() {
        if letter == '\u{1b}' {
            rest.find(char::is_ascii_alphabetic);
        } else {
            plain.push(letter);
        }
    }
    plain
}

/// How a step that did not fail ended.
pub(crate) enum Done {
    /// It did its work.
    Ran,
    /// What it tests does not exist in this tree.
    Skipped(String),
}

enum Mark {
    Passed,
    Failed(String),
    Skipped(String),
}

struct Row {
    name: String,
    mark: Mark,
    seconds: u64,
    tally: Tally,
}

/// A run of steps. One that fails does not stop the others.
#[derive(Default)]
pub(crate) struct Steps {
    rows: Vec<Row>,
}

impl Steps {
    /// Do one step; tells whether it passed.
    pub(crate) fn step(&mut self, name: &str, body: impl FnOnce(&mut Tally) -> Result<Done>) -> bool {
        println!("\n=== {name}");
        let (begun, mut tally) = (Instant::now(), Tally::default());
        let mark = match body(&mut tally) {
            Ok(Done::Ran) if tally.failed > 0 => Mark::Failed(format!("{} tests failed", tally.failed)),
            Ok(Done::Ran) => Mark::Passed,
            Ok(Done::Skipped(why)) => Mark::Skipped(why),
            Err(why) => Mark::Failed(why),
        };
        let row = Row { name: name.into(), mark, seconds: begun.elapsed().as_secs(), tally };
        println!("--- {}", row.line());
        let good = !matches!(row.mark, Mark::Failed(_));
        self.rows.push(row);
        good
    }

    /// Print the summary; an error when a step failed.
    pub(crate) fn finish(self) -> Result<()> {
        println!("\n=== summary");
        let (mut passed, mut failed) = (0, 0);
        for row in &self.rows {
            println!("{}", row.line());
            if matches!(row.mark, Mark::Failed(_)) {
                row.tally.told().for_each(|line| println!("               {line}"));
            }
            let (more_passed, more_failed) = row.counts();
            passed += more_passed;
            failed += more_failed;
        }
        println!("{passed} passed, {failed} failed");
        if failed == 0 { Ok(()) } else { Err("the run failed".into()) }
    }
}

impl Row {
    fn line(&self) -> String {
        let (word, note) = match &self.mark {
            Mark::Passed if self.tally.passed > 0 => ("passed", format!(" ({} tests)", self.tally.passed)),
            Mark::Passed => ("passed", String::new()),
            Mark::Failed(why) => ("FAILED", format!(": {why}")),
            Mark::Skipped(why) => ("skipped", format!(": {why}")),
        };
        format!("{word:<8}{:>5} s  {}{note}", self.seconds, self.name)
    }

    /// A step whose program reports no tests counts as one.
    fn counts(&self) -> (u64, u64) {
        match &self.mark {
            Mark::Skipped(_) => (0, 0),
            Mark::Passed => (self.tally.passed.max(1), 0),
            Mark::Failed(_) => (self.tally.passed, self.tally.failed.max(1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;

    fn counted(lines: &[&str]) -> (u64, u64) {
        let mut tally = Tally::default();
        for line in lines {
            tally.read(line);
        }
        (tally.passed, tally.failed)
    }

    #[test]
    fn cargo_reports_add_up() {
        let first = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.02s";
        let second = "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.02s";
        assert_eq!(counted(&[first, second]), (15, 2));
    }

    #[test]
    fn vitest_reports_are_read_through_their_colours() {
        assert_eq!(counted(&["\u{1b}[2m      Tests \u{1b}[22m \u{1b}[31m1 failed\u{1b}[39m | \u{1b}[32m11 passed\u{1b}[39m (12)"]), (11, 1));
        assert_eq!(counted(&[" Test Files  3 passed (3)", "      Tests  12 passed (12)"]), (12, 0));
    }

    #[test]
    fn what_failed_is_told_again() {
        let told = |lines: &[&str]| {
            let mut tally = Tally::default();
            for line in lines {
                tally.read(line);
            }
            tally.told().cloned().collect::<Vec<_>>()
        };
        assert_eq!(told(&["test a::b ... ok", "test a::c ... FAILED", "the end"]), ["a::c"]);
        assert_eq!(told(&["✔ one (3 ms)", "✖ two (4 ms)", "✖ failing tests:"]), ["two (4 ms)"]);
        assert_eq!(told(&["seed 3", "a law was broken"]), ["seed 3", "a law was broken"], "a program without tests is quoted");
    }

    #[test]
    fn node_reports_are_read() {
        assert_eq!(counted(&["ℹ tests 9", "ℹ pass 8", "ℹ fail 1", "# pass 2", "# fail 0"]), (10, 1));
    }
}
