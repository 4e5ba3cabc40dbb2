//! One row of a file, read field by field; what is wrong with it is gathered, not thrown.

use purser_core::{Currency, Timestamp};
use purser_store::imports::Complaint;

use super::fields::Columns;
use super::values::{self, Slashes};

/// Complaints kept; beyond them only the number is.
pub(super) const KEPT: usize = 10_000;

/// Everything found wrong with a file.
#[derive(Debug, Default)]
pub(super) struct Complaints {
    pub(super) kept: Vec<Complaint>,
    pub(super) count: i64,
}

impl Complaints {
    pub(super) fn add(&mut self, line: i64, (field, code): (&str, &str), message: impl Into<String>, value: Option<&str>) {
        self.count += 1;
        if self.kept.len() < KEPT {
            let value = value.map(|value| value.chars().take(200).collect());
            self.kept.push(Complaint { seq: self.count, line, field: field.into(), code: code.into(), message: message.into(), value });
        }
    }
}

/// A row being read.
pub(super) struct Row<'a> {
    pub(super) line: i64,
    record: &'a csv::StringRecord,
    columns: &'a Columns,
    complaints: &'a mut Complaints,
    before: i64,
}

impl<'a> Row<'a> {
    pub(super) fn new((line, record): (i64, &'a csv::StringRecord), columns: &'a Columns, complaints: &'a mut Complaints) -> Self {
        let before = complaints.count;
        Self { line, record, columns, complaints, before }
    }

    /// Whether nothing was complained of so far.
    pub(super) fn is_good(&self) -> bool {
        self.complaints.count == self.before
    }

    /// What stands in the field's column; `None` when it is empty or has no column.
    pub(super) fn cell(&self, field: &str) -> Option<&'a str> {
        let text = self.record.get(self.columns.place(field)?)?.trim();
        // Purser's own exports put an apostrophe in front of what a spreadsheet would run.
        let text = text.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@'])).unwrap_or(text);
        (!text.is_empty()).then_some(text)
    }

    pub(super) fn complain(&mut self, field: &str, code: &str, message: impl Into<String>) {
        let value = self.cell(field);
        self.complaints.add(self.line, (field, code), message, value);
    }

    /// The same without what stands there, which nobody is to see.
    pub(super) fn secret_complaint(&mut self, field: &str, code: &str, message: impl Into<String>) {
        self.complaints.add(self.line, (field, code), message, None);
    }

    /// Text of at most `max` characters.
    pub(super) fn text(&mut self, field: &str, max: usize) -> Option<String> {
        let text = self.cell(field)?;
        if text.chars().count() > max {
            self.complain(field, "too_long", format!("At most {max} characters."));
            return None;
        }
        if text.chars().any(|c| c.is_control() && c != '\n' && c != '\r' && c != '\t') {
            self.complain(field, "control_character", "Control characters are not allowed.");
            return None;
        }
        Some(text.replace("\r\n", "\n"))
    }

    /// Text that has to be there.
    pub(super) fn needed(&mut self, field: &str, max: usize) -> String {
        if self.cell(field).is_none() {
            self.complain(field, "required", "This is needed.");
        }
        self.text(field, max).unwrap_or_default()
    }

    /// An amount that is not negative.
    pub(super) fn money(&mut self, field: &str, currency: Currency) -> Option<i64> {
        match values::money(self.cell(field)?, currency) {
            Ok(amount) if amount < 0 => self.complain(field, "negative", "An amount of 0 or more."),
            Ok(amount) if amount > purser_core::checkout::LARGEST => self.complain(field, "too_large", "This is larger than Purser takes."),
            Ok(amount) => return Some(amount),
            Err(message) => self.complain(field, "not_an_amount", message),
        }
        None
    }

    /// The currency of the row; `fallback` when it names none.
    pub(super) fn currency(&mut self, fallback: Currency) -> Currency {
        let Some(text) = self.cell("currency") else { return fallback };
        text.to_uppercase().parse().unwrap_or_else(|_| {
            self.complain("currency", "unknown_currency", "This is not a currency code such as EUR.");
            fallback
        })
    }

    /// A whole number that is not negative.
    pub(super) fn whole(&mut self, field: &str, most: i64) -> Option<i64> {
        let number = values::whole(self.cell(field)?).filter(|number| *number <= most);
        if number.is_none() {
            self.complain(field, "not_a_number", format!("A whole number from 0 to {most}."));
        }
        number
    }

    /// A country, two letters.
    pub(super) fn country(&mut self) -> Option<String> {
        let found = values::country(self.cell("country")?);
        if found.is_none() {
            self.complain("country", "unknown_country", "This is not a country. Use its two letters, such as DE.");
        }
        found
    }

    /// An instant that has already been.
    pub(super) fn instant(&mut self, field: &str, slashes: Slashes, now: Timestamp) -> Option<Timestamp> {
        let Some(at) = values::instant(self.cell(field)?, slashes) else {
            self.complain(field, "not_a_date", "This is not a date such as 2026-03-31.");
            return None;
        };
        if at > now.plus(purser_core::time::DAY) {
            self.complain(field, "in_the_future", "This date is still to come.");
            return None;
        }
        Some(at.min(now))
    }

    /// Given and family name, from their own columns or from the full name.
    pub(super) fn names(&mut self) -> (String, String) {
        let (first, last) = (self.text("firstName", 100), self.text("lastName", 100));
        if first.is_some() || last.is_some() {
            return (first.unwrap_or_default(), last.unwrap_or_default());
        }
        let Some(name) = self.text("name", 200) else { return (String::new(), String::new()) };
        match name.rsplit_once(' ') {
            // "Müller, Anna" is written the other way around.
            _ if name.contains(',') => {
                let (last, first) = name.split_once(',').unwrap_or((&name, ""));
                (first.trim().to_owned(), last.trim().to_owned())
            }
            Some((first, last)) => (first.trim().to_owned(), last.to_owned()),
            None => (name, String::new()),
        }
    }
}
