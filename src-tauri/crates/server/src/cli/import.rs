//! `purser import`: bring a CSV file in from the command line.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use purser_core::access::{Actor, Grant, can};
use purser_core::imports::{Mode, State};
use purser_service::App;
use purser_service::imports::{self, Standing};
use purser_store::Page;

use super::{Failure, Place, owner};
use crate::Engine;

/// Bring people, products or past orders in from a CSV file. Exit code 1: there are bad rows.
#[derive(Args)]
pub(super) struct Import {
    /// What the file holds: people, products or orders.
    kind: String,
    /// The file.
    file: PathBuf,
    #[command(flatten)]
    place: Place,
    /// Look at every row without changing anything.
    #[arg(long)]
    dry_run: bool,
    /// Bring the good rows in although there are bad ones.
    #[arg(long)]
    skip_bad: bool,
    /// The tenant, by its short name, when there are several.
    #[arg(long, value_name = "SLUG")]
    tenant: Option<String>,
}

pub(super) async fn run(command: Import) -> Result<ExitCode, Failure> {
    let Import { kind, file, place, dry_run, skip_bad, tenant } = command;
    let kind = imports::kind(&kind)?;
    let bytes = std::fs::read(&file).map_err(|error| Failure::Told(format!("{} can not be read: {error}.", file.display()), 1))?;
    let engine = Engine::open(place.load()?).await?;
    let mode = match (dry_run, skip_bad) {
        (true, _) => None,
        (false, true) => Some(Mode::SkipBad),
        (false, false) => Some(Mode::AllOrNothing),
    };
    let name = file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let app = engine.app();
    let outcome = async {
        let tenant = owner::tenant(app, tenant.as_deref()).await?;
        let by: Grant<can::RunImport> = Grant::of(Arc::new(Actor::command(tenant.id)), Arc::default(), app.clock.now(), &app.ids)?;
        let sent = imports::upload(app, &by, (kind, &name, bytes.into()), None).await?.plain()?;
        let ended = imports::finish(app, &by, sent.import.id, (serde_json::Map::new(), mode)).await?;
        if dry_run {
            imports::cancel(app, &by, sent.import.id).await?;
        }
        report(app, &by, &ended).await
    };
    let outcome = outcome.await;
    engine.drain().await;
    outcome
}

/// Say what came of it: numbers to standard output, complaints to standard error.
async fn report(app: &App, by: &Grant<can::RunImport>, ended: &Standing) -> Result<ExitCode, Failure> {
    let import = &ended.import;
    let page = Page { limit: 100, ..Page::default() };
    let complaints = imports::errors(app, by, import.id, &page).await?.rows;
    for complaint in &complaints {
        eprintln!("line {}, {}: {}", complaint.line, complaint.field, complaint.message);
    }
    let shown = i64::try_from(complaints.len()).unwrap_or(i64::MAX);
    if import.error_count > shown {
        eprintln!("… and {} more.", import.error_count - shown);
    }
    if let Some(message) = &import.message {
        eprintln!("{message}");
    }
    if let Some(result) = &import.result {
        println!("{} rows good, {} bad", result.valid, result.invalid);
        println!("{} new, {} changed, {} passed over", result.inserted, result.updated, result.skipped);
    }
    let good = import.error_count == 0 && matches!(import.state, State::Done | State::Checked);
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
