//! One file per group of figures. Each starts its own servers on its own folders and hands back a section.

mod imports;
mod jobs;
mod list;
mod million;
mod refunds;
mod rights;
mod search;
mod sign_ins;
mod start;
mod trade;
mod window;

use std::path::Path;

use crate::report::Report;
use crate::{Bench, Result};

/// In the order of the report.
const NAMES: &[&str] = &["list", "trade", "refunds", "jobs", "search", "million", "rights", "sign-ins", "imports", "start", "window"];

/// Measure what was asked for (everything when nothing was named) and write the report after each group.
pub(crate) async fn all(bench: &Bench, only: &[String], out: &Path) -> Result<()> {
    if let Some(unknown) = only.iter().find(|name| !NAMES.contains(&name.as_str())) {
        return Err(format!("there is no measurement called `{unknown}`; there are {}", NAMES.join(", ")));
    }
    let mut report = Report::load(out);
    let mut failed = Vec::new();
    for name in NAMES.iter().filter(|name| only.is_empty() || only.iter().any(|wanted| wanted == *name)) {
        println!("measuring {name}");
        let section = match *name {
            "list" => list::measure(bench).await,
            "trade" => trade::measure(bench).await,
            "jobs" => jobs::measure(bench).await,
            "search" => search::measure(bench).await,
            "refunds" => refunds::measure(bench).await,
            "million" => million::measure(bench).await,
            "rights" => rights::measure(bench).await,
            "sign-ins" => sign_ins::measure(bench).await,
            "imports" => imports::measure(bench).await,
            "window" => window::measure(bench).await,
            _ => start::measure(bench).await,
        };
        match section {
            Ok(section) => {
                for row in &section.rows {
                    println!("  {:<60} {:<28} {}", row.what, row.measured, row.goal);
                }
                report.put(name, section);
                report.save(out, NAMES)?;
            }
            Err(why) => {
                println!("  {why}");
                failed.push(*name);
            }
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(format!("could not be measured: {}", failed.join(", "))) }
}
