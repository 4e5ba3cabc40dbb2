//! How often something is tried: a few times with every change, as often as was promised at night.

use crate::database::setting;

/// Set by `cargo xtask nightly`: how much of the full count, in percent.
const NIGHT: &str = "PURSER_NIGHT";

/// `few`, or at night so much of `most` as was asked for.
pub fn times(few: u64, most: u64) -> u64 {
    let percent = setting(NIGHT).map(|percent| percent.parse::<u64>().unwrap_or_else(|_| panic!("{NIGHT} is a number of percent")));
    percent.map_or(few, |percent| few.max(most.saturating_mul(percent) / 100))
}
