//! How often something may be tried within a while, by name: an address, an account. Counted in this process.

use std::collections::{HashMap, VecDeque};

use parking_lot::Mutex;
use purser_core::time::SECOND;
use purser_core::{Error, Result, Timestamp};

/// So many within so many microseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit {
    pub(crate) name: &'static str,
    pub(crate) most: usize,
    pub(crate) within: i64,
}

/// Names remembered at once; beyond, those that are over are forgotten.
const REMEMBERED: usize = 20_000;

/// When what was tried by whom.
#[derive(Default)]
pub struct Limits(Mutex<HashMap<(&'static str, String), VecDeque<Timestamp>>>);

impl Limits {
    /// Count a try of `who`; refuse it if there were too many, and say when the next may be.
    pub(crate) fn count(&self, limit: Limit, who: &str, now: Timestamp) -> Result<()> {
        let mut tries = self.0.lock();
        if tries.len() > REMEMBERED {
            tries.retain(|_, times| times.back().is_some_and(|last| now.since(*last) < limit.within.max(600 * SECOND)));
        }
        let times = tries.entry((limit.name, who.to_owned())).or_default();
        while times.front().is_some_and(|first| now.since(*first) >= limit.within) {
            times.pop_front();
        }
        if times.len() >= limit.most {
            let wait = times.front().map_or(limit.within, |first| limit.within - now.since(*first));
            let retry_after_s = u32::try_from(wait.max(0) / SECOND + 1).unwrap_or(60);
            return Err(Error::RateLimited { retry_after_s });
        }
        times.push_back(now);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_exact_and_slides() {
        let (limits, limit) = (Limits::default(), Limit { name: "x", most: 3, within: 60 * SECOND });
        let at = |s: i64| Timestamp::from_micros(s * SECOND);
        for s in [0, 10, 20] {
            assert!(limits.count(limit, "a", at(s)).is_ok());
        }
        assert!(matches!(limits.count(limit, "a", at(59)), Err(Error::RateLimited { retry_after_s: 2 })));
        assert!(limits.count(limit, "b", at(59)).is_ok(), "others have their own");
        assert!(limits.count(limit, "a", at(60)).is_ok());
        assert!(limits.count(limit, "a", at(61)).is_err());
    }
}
