//! `purser audit verify`: walk the chain of every tenant, beside a running engine or without one.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use purser_service::audit;

use super::{Failure, Place};

/// The audit log.
#[derive(Subcommand)]
pub(super) enum Audit {
    /// Prove that no line was changed, taken out or put in. Exit code 0: intact; 1: broken.
    Verify(Verify),
}

/// Prove that no line was changed, taken out or put in.
#[derive(Args)]
pub(super) struct Verify {
    #[command(flatten)]
    place: Place,
}

pub(super) async fn run(command: Audit) -> Result<ExitCode, Failure> {
    let Audit::Verify(Verify { place }) = command;
    let db = super::database(&place.load()?).await?;
    let verdicts = audit::verify_all(&db).await;
    db.close().await;
    let mut code = ExitCode::SUCCESS;
    for (tenant, verdict) in verdicts? {
        match &verdict.first_bad {
            None => println!("{tenant}: intact, {} lines, head {}", verdict.checked, verdict.head),
            Some(bad) => {
                code = ExitCode::FAILURE;
                let id = bad.id.map_or_else(String::new, |id| format!(" ({id})"));
                println!("{tenant}: broken at line {}{id}: {}. {} lines before it are intact.", bad.seq, bad.reason, verdict.checked);
            }
        }
    }
    Ok(code)
}
