//! `purser worker`: one more pair of hands for the work that waits in a PostgreSQL.
#![expect(clippy::doc_markdown, reason = "these comments are the help text")]

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::serve::Stop;
use super::{Failure, Place};
use crate::{Engine, Layer};

/// Take work off the queue of a PostgreSQL.
#[derive(Args)]
pub(super) struct Worker {
    #[command(flatten)]
    place: Place,
    /// File with the keys secrets are sealed with, the same as the servers have; by default seal.key in the data folder. [env: PURSER_SEAL_KEY_FILE,
    /// or the key itself in PURSER_SEAL_KEY]
    #[arg(long, value_name = "FILE")]
    seal_key_file: Option<PathBuf>,
    /// What carries events, the same as the servers have. [env: PURSER_BUS]
    #[arg(long, value_name = "URL")]
    bus: Option<String>,
}

pub(super) async fn run(command: Worker) -> Result<ExitCode, Failure> {
    let config = super::load(Layer { seal_key_file: command.seal_key_file, bus: command.bus, ..command.place.layer() })?;
    // Asked for before anything is open, so that a signal during the start is not lost.
    let mut stop = Stop::new()?;
    let engine = Engine::work(config).await?;
    let mut out = std::io::stdout().lock();
    drop(writeln!(out, "purser worker ready").and_then(|()| out.flush()));
    drop(out);
    stop.wait().await;
    tracing::info!("draining");
    engine.drain().await;
    Ok(ExitCode::SUCCESS)
}
