//! `RESULTS.md`: what was measured, on what, against which goal. Sections measured earlier stay until they are measured again.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde::{Deserialize, Serialize};

use crate::Result;

/// One line of a section.
#[derive(Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) measured: String,
    /// The goal, where there is one.
    pub(crate) goal: String,
    pub(crate) met: Option<bool>,
}

/// A group of lines under a heading.
#[derive(Serialize, Deserialize, Default)]
pub(crate) struct Section {
    pub(crate) title: String,
    /// How it was measured, in a sentence or two.
    pub(crate) how: String,
    pub(crate) rows: Vec<Row>,
}

impl Section {
    pub(crate) fn new(title: &str, how: &str) -> Self {
        Self { title: title.into(), how: how.into(), rows: Vec::new() }
    }

    /// A figure that has no goal.
    pub(crate) fn note(&mut self, what: &str, measured: impl Into<String>) {
        self.rows.push(Row { what: what.into(), measured: measured.into(), goal: String::new(), met: None });
    }

    /// A figure, its goal in words, and whether it was met.
    pub(crate) fn goal(&mut self, what: &str, measured: impl Into<String>, goal: &str, met: bool) {
        self.rows.push(Row { what: what.into(), measured: measured.into(), goal: goal.into(), met: Some(met) });
    }
}

/// Everything measured so far, by section name.
#[derive(Serialize, Deserialize, Default)]
pub(crate) struct Report {
    machine: String,
    sections: BTreeMap<String, Section>,
}

impl Report {
    pub(crate) fn load(folder: &Path) -> Self {
        let old = std::fs::read(folder.join("results.json")).unwrap_or_default();
        Self { machine: machine(), ..serde_json::from_slice(&old).unwrap_or_default() }
    }

    pub(crate) fn put(&mut self, name: &str, section: Section) {
        self.sections.insert(name.into(), section);
    }

    /// Write the machine-readable and the readable form.
    pub(crate) fn save(&self, folder: &Path, order: &[&str]) -> Result<()> {
        let fault = |error: std::io::Error| format!("{}: {error}", folder.display());
        let raw = serde_json::to_string_pretty(self).map_err(|error| error.to_string())?;
        std::fs::write(folder.join("results.json"), raw + "\n").map_err(fault)?;
        std::fs::write(folder.join("RESULTS.md"), self.text(order)).map_err(fault)
    }

    fn text(&self, order: &[&str]) -> String {
        let title = "# What Purser measures";
        let how = "Written by `cargo xtask bench` (release build, load and server on the same machine, over loopback).";
        let mut lines = vec![title.into(), String::new(), how.into(), String::new(), format!("Machine: {}", self.machine)];
        for section in order.iter().filter_map(|name| self.sections.get(*name)) {
            let heading = [String::new(), format!("## {}", section.title), String::new(), section.how.clone(), String::new()];
            lines.extend(heading);
            lines.extend(["| | measured | goal | |".into(), "|---|---|---|---|".into()]);
            lines.extend(section.rows.iter().map(Row::line));
        }
        lines.join("\n") + "\n"
    }
}

impl Row {
    fn line(&self) -> String {
        let met = self.met.map_or("", |met| if met { "met" } else { "**missed**" });
        format!("| {} | {} | {} | {met} |", self.what, self.measured, self.goal)
    }
}

/// Processor, memory, kernel, compiler.
fn machine() -> String {
    let file = |name: &str| std::fs::read_to_string(name).unwrap_or_default();
    let after = |text: &str, key: &str| {
        text.lines().find(|line| line.starts_with(key)).and_then(|line| line.split(':').nth(1)).map(|value| value.trim().to_owned())
    };
    let model = after(&file("/proc/cpuinfo"), "model name").unwrap_or_else(|| std::env::consts::ARCH.into());
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let memory = after(&file("/proc/meminfo"), "MemTotal").and_then(|kb| kb.trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0);
    let said = |name: &str, argument: &str| {
        let output = Command::new(name).arg(argument).output().map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
        output.unwrap_or_default()
    };
    format!("{processors} × {model}, {} GB, Linux {}, {}", memory / 1_000_000, said("uname", "-r"), said("rustc", "--version"))
}
