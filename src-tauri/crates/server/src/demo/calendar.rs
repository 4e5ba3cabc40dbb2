//! When things happen: growth over two years, the seasons, the week, the hours of the day.

use chrono::Datelike;
use purser_core::Timestamp;
use purser_core::time::{DAY, HOUR};

use super::random::Rng;

/// How far the made-up past reaches.
const DAYS: i64 = 730;

/// Percent of an average month: spring fitting-out, a summer afloat, and the end of the year.
const MONTHS: [i64; 12] = [78, 82, 98, 116, 124, 118, 104, 92, 98, 96, 112, 120];
/// Percent of an average day, Monday first.
const WEEK: [i64; 7] = [108, 106, 104, 102, 98, 86, 96];
/// Share of each hour of the day, in UTC.
const HOURS: [(i64, i64); 24] = [
    (0, 10),
    (1, 6),
    (2, 4),
    (3, 3),
    (4, 4),
    (5, 8),
    (6, 18),
    (7, 34),
    (8, 52),
    (9, 64),
    (10, 68),
    (11, 66),
    (12, 60),
    (13, 58),
    (14, 58),
    (15, 60),
    (16, 62),
    (17, 66),
    (18, 74),
    (19, 82),
    (20, 80),
    (21, 62),
    (22, 38),
    (23, 20),
];

/// How a number of things spreads over the days up to `end`.
#[derive(Clone, Debug)]
pub(super) struct Calendar {
    /// Midnight of the first day.
    start: Timestamp,
    /// Nothing happens after this.
    pub(super) end: Timestamp,
    /// Weight of each day and of all before it.
    sums: Vec<i128>,
}

impl Calendar {
    pub(super) fn new(end: Timestamp, rng: &Rng) -> Self {
        let mut rng = rng.branch(1);
        let midnight = Timestamp::from_micros(end.micros().div_euclid(DAY) * DAY);
        let start = midnight.plus(-DAYS * DAY);
        let mut sum = 0;
        let sums = (0..=DAYS)
            .map(|day| {
                let date = start.plus(day * DAY).to_utc();
                let month = usize::try_from(date.month0()).unwrap_or(0);
                let weekday = usize::try_from(date.weekday().num_days_from_monday()).unwrap_or(0);
                // From 40 to 100 in two years, give or take an eighth each day.
                let mut weight = i128::from((40_000 + 60_000 * day / DAYS) * MONTHS[month] * WEEK[weekday] * rng.between(88, 112));
                if day == DAYS {
                    weight = weight * i128::from(end.since(midnight)) / i128::from(DAY);
                }
                sum += weight;
                sum
            })
            .collect();
        Self { start, end, sums }
    }

    pub(super) fn days(&self) -> usize {
        self.sums.len()
    }

    pub(super) fn midnight(&self, day: usize) -> Timestamp {
        self.start.plus(i64::try_from(day).unwrap_or(0) * DAY)
    }

    /// Of `total` things, how many have happened when `day` ends.
    pub(super) fn until(&self, day: usize, total: i64) -> i64 {
        let all = self.sums.last().copied().unwrap_or(1).max(1);
        i64::try_from(i128::from(total) * self.sums[day] / all).unwrap_or(0)
    }

    /// The instants of `count` things on `day`, in order.
    pub(super) fn instants(&self, day: usize, count: i64, rng: &mut Rng) -> Vec<Timestamp> {
        let midnight = self.midnight(day);
        let last = self.end.since(midnight).min(DAY);
        let mut instants: Vec<Timestamp> = (0..count)
            .map(|_| {
                let at = rng.weighted(&HOURS) * HOUR + rng.below(HOUR);
                // The present day is not over: what would be later happened earlier.
                midnight.plus(if at < last { at } else { rng.below(last.max(1)) })
            })
            .collect();
        instants.sort_unstable();
        instants
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_happens_and_nothing_after_the_end() {
        let end = Timestamp::parse("2026-11-21T09:30:00Z").unwrap();
        let calendar = Calendar::new(end, &Rng::new(1));
        let last = calendar.days() - 1;
        assert_eq!(calendar.until(last, 10_000), 10_000);
        let mut rng = Rng::new(2);
        assert!(calendar.instants(last, 200, &mut rng).iter().all(|at| *at < end));
        let (early, late) = (calendar.until(364, 100_000), 100_000 - calendar.until(364, 100_000));
        assert!(late > early * 5 / 4, "the business grows: {early} then {late}");
    }
}
