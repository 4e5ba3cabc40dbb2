//! Measurements of a release build.

use crate::shell::Result;

/// Measure and write bench/RESULTS.md.
pub(crate) fn run(_words: &[&str]) -> Result<()> {
    Err("nothing to measure yet".into())
}
