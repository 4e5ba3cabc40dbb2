//! `purser breach-list build`: a list of breached passwords in the form Purser looks them up in.

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use purser_service::identity::passwords;

use super::Failure;

/// The list of passwords known from breaches.
#[derive(Subcommand)]
pub(super) enum BreachList {
    /// Make a list for `purser serve --breach-list`.
    Build {
        /// A password a line, or SHA-1 sums as Have I Been Pwned gives them out (SUM:COUNT).
        file: PathBuf,
        /// The list to write.
        out: PathBuf,
    },
}

pub(super) fn run(command: BreachList) -> Result<ExitCode, Failure> {
    let BreachList::Build { file, out } = command;
    let told = |path: &Path, error: std::io::Error| Failure::Told(format!("{}: {error}.", path.display()), 1);
    let from = File::open(&file).map_err(|error| told(&file, error))?;
    let into = File::create(&out).map_err(|error| told(&out, error))?;
    let entries = passwords::build(BufReader::new(from), BufWriter::new(into)).map_err(|error| told(&out, error))?;
    println!("{entries} passwords in {}", out.display());
    Ok(ExitCode::SUCCESS)
}
