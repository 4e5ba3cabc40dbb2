//! Bringing a business in from CSV files, all or nothing, through the command line.

use std::fmt::Write;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::process::Command;

use crate::figures::{grouped, time};
use crate::report::Section;
use crate::{Bench, Result, data};

const GOAL: Duration = Duration::from_secs(30);

pub(crate) async fn measure(bench: &Bench) -> Result<Section> {
    let rows = bench.million.div_ceil(10);
    let mut section = Section::new(
        "Import",
        "`purser import` of CSV files, all or nothing: read, every row checked, written in one go, with the ledger's opening entries for the orders; \
         the time of the whole command.",
    );
    let (folder, _) = data::folder(bench, "imports", 100, 1_000).await?;
    for (kind, text) in [("people", people(rows)), ("products", products(rows)), ("orders", orders(rows))] {
        let file = bench.scratch.join(format!("{kind}.csv"));
        std::fs::write(&file, text).map_err(|error| format!("{}: {error}", file.display()))?;
        let took = import(bench, kind, &file, &folder).await?;
        section.goal(&format!("{} {kind}", grouped(rows)), time(took), "≤ 30 s", took <= GOAL);
    }
    Ok(section)
}

pub(super) async fn import(bench: &Bench, kind: &str, file: &Path, folder: &Path) -> Result<Duration> {
    let begun = Instant::now();
    let mut command = Command::new(&bench.purser);
    command.args(["import", kind]).arg(file).arg("--data").arg(folder).stdin(Stdio::null());
    let output = command.output().await.map_err(|error| format!("purser import could not be started: {error}"))?;
    if output.status.success() {
        return Ok(begun.elapsed());
    }
    let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Err(format!("purser import {kind} failed: {}{}", said.chars().take(400).collect::<String>(), complained.chars().take(400).collect::<String>()))
}

fn people(rows: u64) -> String {
    let mut text = String::from("email,first name,last name,country,phone\n");
    for at in 0..rows {
        let _ = writeln!(text, "person{at}@import.example,Ines,Person{at},NO,+47 {:08}", at % 100_000_000);
    }
    text
}

pub(super) fn products(rows: u64) -> String {
    let mut text = String::from("name,sku,price,currency,weight,stock\n");
    for at in 0..rows {
        let _ = writeln!(text, "Article {at},IMP-{at:07},{}.{:02},EUR,0.5,{}", 5 + at % 90, at % 100, at % 500);
    }
    text
}

fn orders(rows: u64) -> String {
    let mut text = String::from("number,email,date,status,currency,total,tax,shipping\n");
    for at in 0..rows {
        let (day, month) = (1 + at % 28, 1 + at / 28 % 12);
        let _ =
            writeln!(text, "OLD-{at},person{at}@import.example,2025-{month:02}-{day:02},delivered,EUR,{}.{:02},1.00,5.00", 20 + at % 300, at % 100);
    }
    text
}
