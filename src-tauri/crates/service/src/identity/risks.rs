//! What is worth knowing of a sign-in that worked, found out as it happens. None of it refuses anybody: it is there for people to read.

use purser_core::identity::{Risk, Risks};
use purser_core::time::{DAY, HOUR};
use purser_core::{Result, Timestamp};
use purser_store::Tx;
use purser_store::sign_ins::{self, Attempt, Seen};

use super::places::kilometres;

/// How far back sign-ins are compared with.
const REMEMBERED: i64 = 400 * DAY;
/// How far back failures count.
const LATELY: i64 = DAY;
/// Failures that are worth a note.
const SEVERAL: i64 = 3;
/// Nobody travels faster, from door to door: kilometres an hour.
const FASTEST: i64 = 1_000;

/// What was shown.
#[derive(Clone, Copy)]
pub(crate) struct Shown {
    /// Whether there was a second factor.
    pub(crate) proved: bool,
    /// Whether somebody else said who it is.
    pub(crate) elsewhere: bool,
    /// Whether it was a new device.
    pub(crate) new_device: bool,
}

/// The risks of `attempt`, before it is written down.
pub(crate) async fn of(tx: &mut Tx, attempt: &Attempt, shown: Shown) -> Result<Risks> {
    let Some(user) = attempt.user else { return Ok(Risks::default()) };
    let (place, network) = (attempt.place.as_deref(), attempt.network.as_deref());
    let since = (attempt.at.plus(-REMEMBERED), attempt.at.plus(-LATELY), SEVERAL);
    let before = sign_ins::before(tx, user, (place, network), since).await?;
    let travelled = before.last.as_ref().is_some_and(|(at, last)| is_impossible((last.as_deref(), *at), (place, attempt.at)));
    let is_country = place.is_some_and(|place| place.len() == 2);
    Ok(Risks::default()
        .with(Risk::NewDevice, shown.new_device)
        .with(Risk::NewCountry, is_country && before.place == Seen::Others)
        .with(Risk::ImpossibleTravel, travelled)
        .with(Risk::AfterFailures, before.failures >= SEVERAL)
        .with(Risk::NewNetwork, network.is_some() && before.network == Seen::Others)
        .with(Risk::FromProvider, shown.elsewhere)
        .with(Risk::NoSecondFactor, !shown.proved && !shown.elsewhere))
}

/// Whether nobody gets from the one country to the other in that time. Only the way from border to border counts, so that neighbours never do.
fn is_impossible((from, left): (Option<&str>, Timestamp), (to, came): (Option<&str>, Timestamp)) -> bool {
    let apart = from.zip(to).and_then(|(from, to)| kilometres(from, to)).unwrap_or(0);
    apart.saturating_mul(HOUR / FASTEST) > came.since(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_crosses_an_ocean_in_an_hour_and_everybody_may_cross_a_border() {
        let left = Timestamp::parse("2026-11-21T09:00:00Z").unwrap();
        let impossible = |from, to, hours: i64| is_impossible((from, left), (to, left.plus(hours * HOUR)));
        assert!(impossible(Some("NO"), Some("SG"), 5));
        assert!(!impossible(Some("NO"), Some("SG"), 14));
        assert!(!impossible(Some("DE"), Some("FR"), 0));
        assert!(!impossible(Some("NO"), Some("NO"), 0));
        for (from, to) in [(None, Some("NO")), (Some("private"), Some("NO")), (Some("here"), Some("SG")), (Some("NO"), None)] {
            assert!(!impossible(from, to, 0), "{from:?} {to:?}");
        }
    }
}
