//! `purser openapi`: the document of the API, made from its routes.

use std::io::Write;
use std::process::ExitCode;

use super::Failure;

pub(super) fn run() -> Result<ExitCode, Failure> {
    let text = serde_json::to_string_pretty(&purser_http::document()).map_err(|error| Failure::Told(error.to_string(), 1))?;
    let mut out = std::io::stdout().lock();
    // Whoever reads only the beginning has what it wanted.
    drop(writeln!(out, "{text}").and_then(|()| out.flush()));
    Ok(ExitCode::SUCCESS)
}
