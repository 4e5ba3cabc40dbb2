//! When regular work is due: the five fields everybody knows, in the time of a place.
//!
//! Where clocks go forward, what was due in the hour that is left out is due at its end. Where they go back, what names an hour is due once, at
//! the first of the two; what runs every hour or minute goes on through both.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, Duration, LocalResult, NaiveDate, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;

use crate::time::Timestamp;

/// Days looked ahead: 29 February comes again within eight years.
const AHEAD: i64 = 8 * 366;

/// A rule such as `30 9 * * 1-5`: minute, hour, day of the month, month, day of the week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cron {
    minutes: BTreeSet<u32>,
    hours: BTreeSet<u32>,
    days: BTreeSet<u32>,
    months: BTreeSet<u32>,
    weekdays: BTreeSet<u32>,
    /// Whether hours are named, and not "every" or "every so many".
    named_hours: bool,
    /// Whether days of the month, or of the week, are narrowed: if both are, either will do.
    narrowed: (bool, bool),
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

fn number(text: &str, names: &[&str], first: u32) -> Option<u32> {
    let text = text.to_ascii_lowercase();
    if let Some(place) = names.iter().position(|name| *name == text) {
        return u32::try_from(place).ok().map(|place| place + first);
    }
    if text.len() > 2 || !text.chars().all(|c| c.is_ascii_digit()) { None } else { text.parse().ok() }
}

/// One field: `*`, `*/15`, `1-5`, `1-10/3`, `0,30`, and lists of those.
fn field(text: &str, (low, high): (u32, u32), names: &[&str]) -> Option<BTreeSet<u32>> {
    let mut found = BTreeSet::new();
    for part in text.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, number(step, &[], 0).filter(|step| *step > 0)?),
            None => (part, 1),
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (low, high),
            Some((from, to)) => (number(from, names, low)?, number(to, names, low)?),
            None => {
                let one = number(range, names, low)?;
                (one, if part.contains('/') { high } else { one })
            }
        };
        if from < low || to > high || from > to {
            return None;
        }
        found.extend((from..=to).step_by(usize::try_from(step).ok()?));
    }
    Some(found)
}

impl Cron {
    /// Read a rule; `None` if it is none, or names a day that never comes.
    pub fn read(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split_ascii_whitespace().collect();
        let [minutes, hours, days, months, weekdays] = parts.as_slice() else { return None };
        let cron = Self {
            minutes: field(minutes, (0, 59), &[])?,
            hours: field(hours, (0, 23), &[])?,
            days: field(days, (1, 31), &[])?,
            months: field(months, (1, 12), &MONTHS)?,
            // Sunday is 0, and 7 as well.
            weekdays: field(weekdays, (0, 7), &WEEKDAYS)?.into_iter().map(|day| day % 7).collect(),
            named_hours: !hours.starts_with('*'),
            narrowed: (*days != "*", *weekdays != "*"),
        };
        let known = Timestamp::from_micros(0);
        cron.after(known, Tz::UTC).map(|_| cron)
    }

    fn is_on(&self, day: NaiveDate) -> bool {
        if !self.months.contains(&day.month()) {
            return false;
        }
        let (date, weekday) = (self.days.contains(&day.day()), self.weekdays.contains(&day.weekday().num_days_from_sunday()));
        match self.narrowed {
            (true, true) => date || weekday,
            _ => date && weekday,
        }
    }

    /// The instants of a day.
    fn on(&self, day: NaiveDate, zone: Tz) -> BTreeSet<DateTime<Utc>> {
        let mut found = BTreeSet::new();
        for hour in &self.hours {
            for minute in &self.minutes {
                let Some(local) = day.and_hms_opt(*hour, *minute, 0) else { continue };
                match zone.from_local_datetime(&local) {
                    LocalResult::Single(at) => drop(found.insert(at.to_utc())),
                    LocalResult::Ambiguous(first, second) => {
                        found.insert(first.to_utc());
                        if !self.named_hours {
                            found.insert(second.to_utc());
                        }
                    }
                    LocalResult::None if self.named_hours => found.extend(end_of_gap(local, zone)),
                    LocalResult::None => {}
                }
            }
        }
        found
    }

    /// The first instant after `now` at which it is due in `zone`; `None` if it never is.
    pub fn after(&self, now: Timestamp, zone: Tz) -> Option<Timestamp> {
        let now = DateTime::from_timestamp_micros(now.micros())?;
        // A gap may push what was due on one day into the next, so the day before is looked at too.
        let begin = now.with_timezone(&zone).date_naive().pred_opt()?;
        for ahead in 0..AHEAD {
            let day = begin.checked_add_signed(Duration::days(ahead))?;
            if !self.is_on(day) {
                continue;
            }
            if let Some(at) = self.on(day, zone).range(now..).find(|at| **at > now) {
                return Some(Timestamp::from_micros(at.timestamp_micros()));
            }
        }
        None
    }
}

/// The first instant after the hour that is left out around `local`.
fn end_of_gap(local: NaiveDateTime, zone: Tz) -> Option<DateTime<Utc>> {
    // Gaps are of whole quarters of an hour and at most a day long.
    (1..=24 * 60).find_map(|minutes| zone.from_local_datetime(&(local + Duration::minutes(minutes))).earliest().map(|at| at.to_utc()))
}

/// A place's time by its name: `Europe/Oslo`.
pub fn zone(name: &str) -> Option<Tz> {
    name.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(rule: &str, place: &str, now: &str) -> String {
        let at = Cron::read(rule).unwrap().after(Timestamp::parse(now).unwrap(), zone(place).unwrap()).unwrap();
        at.to_string()
    }

    /// The next `count` times.
    fn times(rule: &str, place: &str, from: &str, count: usize) -> Vec<String> {
        let (cron, zone) = (Cron::read(rule).unwrap(), zone(place).unwrap());
        let mut now = Timestamp::parse(from).unwrap();
        (0..count)
            .map(|_| {
                now = cron.after(now, zone).unwrap();
                now.to_string()
            })
            .collect()
    }

    fn utc(text: &str) -> String {
        Timestamp::parse(text).unwrap().to_string()
    }

    #[test]
    fn rules_are_read_or_refused() {
        for good in ["* * * * *", "*/15 0-6,22 1,15 jan-mar MON", "0 9 * * 1", "0 0 29 2 *", "5/20 * * * *", "0 0 * * 7"] {
            assert!(Cron::read(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "* * * *",
            "* * * * * *",
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "* * * 13 *",
            "* * * * 8",
            "5-1 * * * *",
            "*/0 * * * *",
            "a * * * *",
            "-1 * * * *",
            "0 0 31 2 *",
            "1,,2 * * * *",
            "001 * * * *",
        ] {
            assert!(Cron::read(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn it_is_due_in_the_time_of_the_place() {
        // A Saturday.
        let now = "2026-11-21T09:00:00Z";
        assert_eq!(next("10 3 * * *", "UTC", now), utc("2026-11-22T03:10:00Z"));
        assert_eq!(next("0 9 * * 1", "Europe/Oslo", now), utc("2026-11-23T08:00:00Z"));
        assert_eq!(next("0 9 * * 1", "America/New_York", now), utc("2026-11-23T14:00:00Z"));
        assert_eq!(next("0 0 * * *", "Asia/Kathmandu", now), utc("2026-11-21T18:15:00Z"));
        assert_eq!(next("0 0 29 2 *", "UTC", now), utc("2028-02-29T00:00:00Z"));
        assert_eq!(next("0 9 * * *", "UTC", now), utc("2026-11-22T09:00:00Z"), "now itself is over");
        assert_eq!(
            times("0 12 13 * 5", "UTC", "2026-11-01T00:00:00Z", 3),
            [utc("2026-11-06T12:00:00Z"), utc("2026-11-13T12:00:00Z"), utc("2026-11-20T12:00:00Z")],
            "either will do"
        );
    }

    #[test]
    fn where_clocks_go_forward_nothing_is_left_out_or_done_twice() {
        // Oslo, 29 March 2026: 02:00 to 03:00 is not there.
        let days = times("30 2 * * *", "Europe/Oslo", "2026-03-28T00:00:00Z", 3);
        assert_eq!(days, [utc("2026-03-28T01:30:00Z"), utc("2026-03-29T01:00:00Z"), utc("2026-03-30T00:30:00Z")]);
        let both = times("15,45 2 * * *", "Europe/Oslo", "2026-03-29T00:00:00Z", 2);
        assert_eq!(both, [utc("2026-03-29T01:00:00Z"), utc("2026-03-30T00:15:00Z")], "what would come together comes once");
        let hourly = times("0 * * * *", "Europe/Oslo", "2026-03-29T00:00:00Z", 2);
        assert_eq!(hourly, [utc("2026-03-29T01:00:00Z"), utc("2026-03-29T02:00:00Z")]);
        // Beirut, 29 March 2026: midnight itself is not there.
        assert_eq!(next("0 0 * * *", "Asia/Beirut", "2026-03-28T12:00:00Z"), utc("2026-03-28T22:00:00Z"));
    }

    #[test]
    fn where_clocks_go_back_what_names_an_hour_is_due_once() {
        // Oslo, 25 October 2026: 02:00 to 03:00 is there twice.
        let days = times("30 2 * * *", "Europe/Oslo", "2026-10-24T12:00:00Z", 2);
        assert_eq!(days, [utc("2026-10-25T00:30:00Z"), utc("2026-10-26T01:30:00Z")]);
        let quarters = times("*/30 * * * *", "Europe/Oslo", "2026-10-24T23:59:00Z", 5);
        let expected = ["2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:00:00Z"];
        assert_eq!(quarters, expected.map(utc), "what runs all the time goes on through both");
    }

    #[test]
    fn each_time_is_after_the_one_before() {
        for place in ["Europe/Oslo", "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca"] {
            for rule in ["*/20 * * * *", "30 2 * * *", "0 0 * * 0", "59 23 31 * *"] {
                let (cron, zone) = (Cron::read(rule).unwrap(), zone(place).unwrap());
                let mut now = Timestamp::parse("2026-03-01T00:00:00Z").unwrap();
                for _ in 0..200 {
                    let then = cron.after(now, zone).unwrap();
                    assert!(then > now, "{place} {rule}");
                    now = then;
                }
            }
        }
    }
}
