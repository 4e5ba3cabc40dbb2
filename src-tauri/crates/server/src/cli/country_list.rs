//! `purser country-list build`: a list of networks and their countries in the form Purser looks them up in.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use purser_service::identity::places;

use super::Failure;

/// The list of networks and the countries they are registered in.
#[derive(Subcommand)]
pub(super) enum CountryList {
    /// Make a list for `purser serve --country-list`.
    Build {
        /// The list to write.
        out: PathBuf,
        /// Statistics files of the registries (delegated-ripencc-extended-latest and its four sisters), or lines FIRST,LAST,COUNTRY.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

pub(super) fn run(command: CountryList) -> Result<ExitCode, Failure> {
    let CountryList::Build { out, files } = command;
    let told = |path: &Path, error: std::io::Error| Failure::Told(format!("{}: {error}.", path.display()), 1);
    let mut from: Vec<Box<dyn BufRead>> = Vec::new();
    for file in &files {
        from.push(Box::new(BufReader::new(File::open(file).map_err(|error| told(file, error))?)));
    }
    let into = File::create(&out).map_err(|error| told(&out, error))?;
    let entries = places::build(from, BufWriter::new(into)).map_err(|error| told(&out, error))?;
    println!("{entries} networks in {}", out.display());
    Ok(ExitCode::SUCCESS)
}
