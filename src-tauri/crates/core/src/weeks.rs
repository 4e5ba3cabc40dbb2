//! Weeks as people mean them: from Monday to Sunday, in the place where they live.

use chrono::{Datelike, Days, NaiveDate, TimeZone, Utc};
use chrono_tz::Tz;

use crate::cron::zone;
use crate::time::Timestamp;

/// The week that is over, and the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weeks {
    /// Its Monday.
    pub first: NaiveDate,
    /// Its Sunday.
    pub last: NaiveDate,
    /// When the week before it began, when it began, and when it ended.
    pub bounds: [Timestamp; 3],
}

impl Weeks {
    /// The week that was over at `now`, by the time of `place`; by UTC where that is nowhere.
    pub fn over(now: Timestamp, place: Option<&str>) -> Option<Self> {
        let zone = place.and_then(zone).unwrap_or(Tz::UTC);
        let today = now.to_utc().with_timezone(&zone).date_naive();
        let end = today.checked_sub_days(Days::new(u64::from(today.weekday().num_days_from_monday())))?;
        let (first, before) = (end.checked_sub_days(Days::new(7))?, end.checked_sub_days(Days::new(14))?);
        Some(Self { first, last: end.pred_opt()?, bounds: [begins(before, zone)?, begins(first, zone)?, begins(end, zone)?] })
    }
}

/// The first instant of `day`: its midnight, or what comes after it where clocks skip that.
fn begins(day: NaiveDate, zone: Tz) -> Option<Timestamp> {
    let at = (0..24).find_map(|hour| zone.from_local_datetime(&day.and_hms_opt(hour, 0, 0)?).earliest())?;
    Some(Timestamp::from(at.with_timezone(&Utc)))
}

/// A day as an instant, its midnight in UTC, to be written as a language does.
pub fn day(day: NaiveDate) -> Timestamp {
    day.and_hms_opt(0, 0, 0).map(|at| Timestamp::from(at.and_utc())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_begins_on_monday_where_the_business_is() {
        // Monday in Auckland already, Sunday in UTC still.
        let now = Timestamp::parse("2026-11-22T20:00:00Z").unwrap();
        let there = Weeks::over(now, Some("Pacific/Auckland")).unwrap();
        assert_eq!((there.first.to_string(), there.last.to_string()), ("2026-11-16".into(), "2026-11-22".into()));
        assert_eq!(there.bounds[2], Timestamp::parse("2026-11-22T11:00:00Z").unwrap());
        for place in [None, Some("Nowhere/Atall")] {
            let here = Weeks::over(now, place).unwrap();
            assert_eq!((here.first.to_string(), here.last.to_string()), ("2026-11-09".into(), "2026-11-15".into()));
            assert_eq!(here.bounds.map(|at| at.to_utc().date_naive().to_string()), ["2026-11-02", "2026-11-09", "2026-11-16"]);
        }
        // A week in which clocks are put back has an hour more.
        let now = Timestamp::parse("2026-10-28T12:00:00Z").unwrap();
        let berlin = Weeks::over(now, Some("Europe/Berlin")).unwrap();
        assert_eq!(berlin.bounds[2].since(berlin.bounds[1]), 7 * crate::time::DAY + crate::time::HOUR);
        // Where a day has no midnight, it begins with its first hour.
        let cairo = zone("Africa/Cairo").unwrap();
        assert!(begins(NaiveDate::from_ymd_opt(2026, 4, 24).unwrap(), cairo).is_some());
    }
}
