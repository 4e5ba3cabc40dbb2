//! `docs/security/`: every requirement of levels 1 and 2 is judged once, the tests that are named exist, the counts are right.
//!
//! `asvs-5.0.0.txt` beside this holds the numbers and levels, nothing more.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

const KNOWN: &str = include_str!("asvs-5.0.0.txt");
const STATES: [&str; 4] = ["n/a", "proven", "by design", "open"];

/// One line of a chapter's table.
struct Row {
    chapter: String,
    /// Number, and whether it is marked as level 1.
    ids: Vec<(String, bool)>,
    state: String,
    words: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn page(name: &str) -> String {
    std::fs::read_to_string(root().join("docs/security").join(name)).unwrap()
}

fn levels() -> BTreeMap<String, u8> {
    let lines = KNOWN.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split_once(' ').unwrap()).map(|(id, level)| (id.to_owned(), level.parse().unwrap())).collect()
}

fn rows() -> Vec<Row> {
    let (mut rows, mut chapter) = (Vec::new(), String::new());
    for line in page("asvs.md").lines() {
        if let Some(title) = line.strip_prefix("## V") {
            title.split(' ').next().unwrap().clone_into(&mut chapter);
        }
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let numbered = |text: &str| text.trim_matches('*').starts_with(|c: char| c.is_ascii_digit()) && text.contains('.');
        if chapter.is_empty() || !line.starts_with('|') || !numbered(cells[0]) {
            continue;
        }
        assert_eq!(cells.len(), 4, "four cells: {line}");
        let ids = cells[0].split(',').map(str::trim).map(|id| (id.trim_matches('*').to_owned(), id.starts_with("**"))).collect();
        rows.push(Row { chapter: chapter.clone(), ids, state: cells[2].to_owned(), words: cells[3].to_owned() });
    }
    rows
}

/// What stands between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// What is wrong with a quoted name of a test or a place, if it is one.
fn fault(name: &str) -> Option<String> {
    let (path, test) = name.split_once("::").map_or((name, None), |(path, test)| (path, Some(test)));
    let place = path.contains('/') && ["tests", "src-tauri", "ui", "docs", "migrations"].iter().any(|room| path.split('/').next() == Some(*room));
    if !place && !["Cargo.toml", "Cargo.lock", "tauri.conf.json"].contains(&path) {
        return None;
    }
    let full = root().join(path);
    if !full.exists() {
        return Some(format!("{path} is not there"));
    }
    let wanted = test?;
    let source = std::fs::read_to_string(&full).unwrap();
    if full.extension().is_some_and(|ending| ending == "rs") {
        (!is_test(&source, wanted)).then(|| format!("{path} holds no test {wanted}"))
    } else {
        (!source.contains(wanted)).then(|| format!("{path} has no {wanted:?}"))
    }
}

/// Whether `text` holds a test of this name: one of `both!`, or a function under an attribute that makes it one.
fn is_test(text: &str, name: &str) -> bool {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    lines.iter().enumerate().any(|(at, line)| {
        let Some(rest) = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ") else { return false };
        let Some(arguments) = rest.strip_prefix(name).filter(|rest| rest.starts_with('(')) else { return false };
        let marked = lines[..at].iter().rev().take_while(|line| line.starts_with("#[")).any(|line| line.contains("test"));
        // Those macros take a test with one argument of no type.
        let in_both = text.lines().any(|line| line.starts_with("both") && line.ends_with("! {"));
        marked || (in_both && line.starts_with("async ") && arguments.strip_suffix(") {").is_some_and(|argument| !argument.contains(':')))
    })
}

#[test]
fn every_requirement_is_judged_once() {
    let (mut left, mut faults) = (levels(), Vec::new());
    for row in rows() {
        for (id, first) in &row.ids {
            match left.remove(id) {
                None => faults.push(format!("{id}: no requirement of level 1 or 2, or judged twice")),
                Some(level) if *first != (level == 1) => faults.push(format!("{id} is of level {level}; bold stands for level 1")),
                Some(_) if id.split('.').next() != Some(&row.chapter) => faults.push(format!("{id} stands in chapter {}", row.chapter)),
                Some(_) => {}
            }
            if !STATES.contains(&row.state.as_str()) {
                faults.push(format!("{id}: {:?} is none of {STATES:?}", row.state));
            }
        }
    }
    faults.extend(left.keys().map(|id| format!("{id} is missing")));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn what_is_said_to_be_proven_names_a_test_that_exists() {
    let mut faults = Vec::new();
    for row in rows() {
        let ids: Vec<&str> = row.ids.iter().map(|(id, _)| id.as_str()).collect();
        let mut say = |text: String| faults.push(format!("{}: {text}", ids.join(", ")));
        if row.state == "proven" && !quoted(&row.words).any(|name| name.contains("::") && fault(name).is_none()) {
            say("proven by no test".into());
        }
        if row.state == "by design" && !quoted(&row.words).any(|name| root().join(name.split("::").next().unwrap()).exists()) {
            say("names no place".into());
        }
        if row.words.len() < 12 {
            say("says too little".into());
        }
        quoted(&row.words).filter_map(fault).for_each(say);
    }
    let threats = page("threats.md");
    faults.extend(quoted(&threats).filter_map(fault).map(|fault| format!("threats.md: {fault}")));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// "without the crate `x`" is a reason only as long as it is so.
#[test]
fn what_does_not_apply_is_still_absent() {
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let mut checked = 0;
    for row in rows().iter().filter(|row| row.state == "n/a") {
        let Some((_, names)) = row.words.split_once("without the crates") else { continue };
        for name in quoted(names) {
            checked += 1;
            assert!(!lock.contains(&format!("name = \"{name}\"\n")), "{:?} do apply now: {name} is in Cargo.lock", row.ids);
        }
    }
    assert!(checked > 0);
}

#[test]
fn the_counts_are_right() {
    let levels = levels();
    let mut counted: BTreeMap<(&str, u8), usize> = BTreeMap::new();
    let rows = rows();
    for row in &rows {
        let state = STATES.into_iter().find(|state| *state == row.state).unwrap();
        for level in row.ids.iter().filter_map(|(id, _)| levels.get(id)) {
            *counted.entry((state, *level)).or_default() += 1;
        }
    }
    let of = |state: &'static str, level: u8| counted.get(&(state, level)).copied().unwrap_or_default();
    let mut table = String::from("| | level 1 | level 2 | both |\n|---|--:|--:|--:|\n");
    let mut line = |name: &str, count: &dyn Fn(u8) -> usize| {
        writeln!(table, "| {name} | {} | {} | {} |", count(1), count(2), count(1) + count(2)).unwrap();
    };
    line("requirements", &|level| STATES.into_iter().map(|state| of(state, level)).sum());
    line("not applicable", &|level| of("n/a", level));
    line("applicable", &|level| of("proven", level) + of("by design", level) + of("open", level));
    line("proven by a test", &|level| of("proven", level));
    line("met by design", &|level| of("by design", level));
    line("open", &|level| of("open", level));
    assert!(page("asvs.md").contains(&table), "the counts of docs/security/asvs.md have to be\n\n{table}");
}
