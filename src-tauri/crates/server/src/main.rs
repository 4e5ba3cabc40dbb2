//! The headless binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    purser_server::cli::run()
}
