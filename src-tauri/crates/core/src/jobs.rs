//! Work for later: where it stands, what a person may do to it, how long it waits between two tries.
//!
//! Pure rules. The queue itself is a table, worked off in the service.

use crate::error::{Error, Result};
use crate::time::MINUTE;

crate::text_enum! {
    /// Where a piece of work stands.
    JobState {
        /// Waits for its time or for somebody to take it.
        Pending = "pending",
        /// Somebody is at it.
        Running = "running",
        /// It was done. The end.
        Done = "done",
        /// Every try failed; it stays here until a person looks.
        Dead = "dead",
        /// Called off.
        Cancelled = "cancelled",
    }
}

crate::text_enum! {
    /// What a person can do to a piece of work.
    JobMove {
        /// Try it once more, from the first try on.
        Retry = "retry",
        /// Call it off.
        Cancel = "cancel",
    }
}

crate::text_enum! {
    /// What is taken first when more is due than there are hands.
    Priority {
        /// When nothing else is due.
        Low = "low",
        /// As it comes.
        Normal = "normal",
        /// Before the rest.
        High = "high",
        /// Before everything.
        Critical = "critical",
    }
}

impl JobState {
    /// The state after `step`, or a conflict that says why not.
    pub fn apply(self, step: JobMove) -> Result<Self> {
        match (self, step) {
            (Self::Dead | Self::Cancelled, JobMove::Retry) => Ok(Self::Pending),
            // What failed for good is called off so that nobody has to look at it any more.
            (Self::Pending | Self::Running | Self::Dead, JobMove::Cancel) => Ok(Self::Cancelled),
            (Self::Pending | Self::Running, JobMove::Retry) => Err(Error::conflict("already_queued", "This is waiting or running already.")),
            (Self::Done, _) => Err(Error::conflict("already_done", "This is done already.")),
            (Self::Cancelled, JobMove::Cancel) => Err(Error::conflict("already_over", "Nobody is going to do this any more.")),
        }
    }
}

impl Priority {
    /// The number it is stored as; larger goes first.
    pub const fn weight(self) -> i64 {
        match self {
            Self::Low => 1,
            Self::Normal => 3,
            Self::High => 5,
            Self::Critical => 10,
        }
    }

    /// The word for a stored number.
    pub const fn of(weight: i64) -> Self {
        match weight {
            i64::MIN..=2 => Self::Low,
            3..=4 => Self::Normal,
            5..=9 => Self::High,
            _ => Self::Critical,
        }
    }
}

/// How long to wait after a try that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// Twice as long each time, from the first wait up to the longest; microseconds.
    Doubling(i64, i64),
    /// These waits, the last of them for all further tries; microseconds.
    Ladder(&'static [i64]),
}

impl Wait {
    /// The wait after try number `tried` (from 1). `dice` is any number; up to a quarter is added by it, so that what failed together does
    /// not come back together.
    pub fn after(self, tried: i64, dice: u64) -> i64 {
        let place = usize::try_from(tried.saturating_sub(1)).unwrap_or(0);
        let base = match self {
            Self::Doubling(first, longest) => {
                let factor = 1_i64.checked_shl(u32::try_from(place).unwrap_or(u32::MAX).min(40)).unwrap_or(i64::MAX);
                first.saturating_mul(factor).min(longest)
            }
            Self::Ladder(steps) => steps.get(place).or(steps.last()).copied().unwrap_or(MINUTE),
        };
        let spread = u64::try_from(base / 4).unwrap_or(0).saturating_add(1);
        base.saturating_add(i64::try_from(dice % spread).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{HOUR, SECOND};

    #[test]
    fn every_pair_has_an_answer() {
        for state in JobState::ALL {
            let (retry, cancel) = (state.apply(JobMove::Retry), state.apply(JobMove::Cancel));
            assert_eq!(retry.is_ok(), matches!(state, JobState::Dead | JobState::Cancelled), "{state}");
            assert_eq!(cancel.is_ok(), matches!(state, JobState::Pending | JobState::Running | JobState::Dead), "{state}");
            assert_eq!(retry.is_ok() && cancel.is_ok(), *state == JobState::Dead, "{state}");
        }
    }

    #[test]
    fn priorities_keep_their_order_and_their_words() {
        for pair in Priority::ALL.windows(2) {
            assert!(pair[0].weight() < pair[1].weight());
        }
        for priority in Priority::ALL {
            assert_eq!(Priority::of(priority.weight()), *priority);
        }
    }

    #[test]
    fn waits_grow_up_to_the_longest_and_never_shrink_below_the_step() {
        let doubling = Wait::Doubling(SECOND, MINUTE);
        let waits: Vec<i64> = (1..9).map(|tried| doubling.after(tried, 0) / SECOND).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
        let ladder = Wait::Ladder(&[MINUTE, 5 * MINUTE, HOUR]);
        assert_eq!([1, 2, 3, 4, 99].map(|tried| ladder.after(tried, 0) / MINUTE), [1, 5, 60, 60, 60]);
        for dice in [0, 1, 12_345, u64::MAX] {
            for tried in [1, 5, 64, i64::MAX] {
                let wait = doubling.after(tried, dice);
                let base = doubling.after(tried, 0);
                assert!(wait >= base && wait <= base + base / 4, "{tried} {dice}");
            }
        }
    }
}
