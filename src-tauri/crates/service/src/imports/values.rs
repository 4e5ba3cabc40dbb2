//! What stands in cells: amounts, dates, numbers, countries, as people write them. No float takes part.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use purser_core::{Currency, Timestamp};

/// An amount in minor units: `1.234,56`, `1,234.56`, `€ 12`, `12.5 EUR`, `1'234.00`. What is wrong with it otherwise, in words.
pub(super) fn money(text: &str, currency: Currency) -> Result<i64, &'static str> {
    let bare = strip(text, currency).ok_or("This is in another currency.")?;
    let (bare, negative) = match bare.strip_prefix('-').or_else(|| bare.strip_suffix('-')) {
        Some(rest) => (rest.to_owned(), true),
        None => match bare.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
            Some(rest) => (rest.to_owned(), true),
            None => (bare, false),
        },
    };
    let decimals = usize::try_from(currency.exponent()).unwrap_or(0);
    let (whole, part) = split(&bare, decimals)?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() && part.is_empty() || !digits(&whole) || !digits(&part) {
        return Err("This is not an amount such as 1234.56.");
    }
    let part = part.trim_end_matches('0');
    if part.len() > decimals {
        return Err("This has more decimals than the currency.");
    }
    let text = format!("{whole}{part:0<decimals$}");
    let amount: i64 = text.parse().map_err(|_| "This is larger than Purser can hold.")?;
    Ok(if negative { -amount } else { amount })
}

/// Without blanks, apostrophes and the currency's name or sign; `None` when another currency is named.
fn strip(text: &str, currency: Currency) -> Option<String> {
    let sign = match currency.as_str() {
        "EUR" => "€",
        "GBP" => "£",
        "JPY" | "CNY" => "¥",
        "USD" | "CAD" | "AUD" => "$",
        "CHF" => "Fr.",
        "PLN" => "zł",
        "SEK" | "NOK" | "DKK" => "kr",
        _ => "",
    };
    let mut bare = text.replace(currency.as_str(), "");
    if !sign.is_empty() {
        bare = bare.replace(sign, "");
    }
    let bare: String = bare.chars().filter(|c| !c.is_whitespace() && !matches!(c, '\'' | '’' | '\u{a0}' | '\u{202f}' | '+')).collect();
    let foreign = bare.chars().any(|c| c.is_alphabetic() || matches!(c, '€' | '£' | '$' | '¥'));
    (!foreign).then_some(bare)
}

/// Whole units and decimals. Which sign parts them follows from where the signs stand.
fn split(bare: &str, decimals: usize) -> Result<(String, String), &'static str> {
    let last = |sign: char| bare.rfind(sign);
    let mark = match (last('.'), last(',')) {
        (Some(dot), Some(comma)) => Some(if dot > comma { '.' } else { ',' }),
        (Some(_), None) => Some('.'),
        (None, Some(_)) => Some(','),
        (None, None) => None,
    };
    let Some(mark) = mark else { return Ok((bare.to_owned(), String::new())) };
    let after = bare.len() - bare.rfind(mark).unwrap_or(0) - 1;
    let both = bare.contains('.') && bare.contains(',');
    let repeated = bare.matches(mark).count() > 1;
    // `1.234` is a thousand and some unless the currency has three decimals; `1.234.567` always is.
    if !both && (repeated || after == 3 && decimals != 3) {
        return Ok((groups(bare, mark)?, String::new()));
    }
    if repeated {
        return Err("This is not an amount such as 1234.56.");
    }
    let (whole, part) = bare.split_once(mark).unwrap_or((bare, ""));
    let other = if mark == '.' { ',' } else { '.' };
    Ok((groups(whole, other)?, part.to_owned()))
}

/// Digits in groups of three, without the signs between.
fn groups(text: &str, sign: char) -> Result<String, &'static str> {
    let parts: Vec<&str> = text.split(sign).collect();
    let fits = |(place, part): (usize, &&str)| if place == 0 { !part.is_empty() && part.len() <= 3 } else { part.len() == 3 };
    if parts.len() > 1 && !parts.iter().enumerate().all(fits) {
        return Err("This is not an amount such as 1234.56.");
    }
    Ok(parts.concat())
}

/// A whole number that is not negative: `12`, `1.200`, `3.0`.
pub(super) fn whole(text: &str) -> Option<i64> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let (number, _) = split(&text, 0).ok().filter(|(_, part)| part.bytes().all(|byte| byte == b'0'))?;
    number.parse().ok().filter(|number| *number >= 0)
}

/// Kilograms as grams: `1.25`, `1,25`, `1.25 kg`, `800 g`.
pub(super) fn grams(text: &str) -> Option<i64> {
    let text = text.trim().to_lowercase();
    if let Some(grams) = text.strip_suffix('g').filter(|rest| !rest.ends_with('k')) {
        return whole(grams).filter(|grams| purser_core::weight::Weight::from_grams(*grams).is_some());
    }
    let number = text.trim_end_matches("kg").trim().replace(',', ".");
    purser_core::weight::Weight::parse(&number).map(purser_core::weight::Weight::grams)
}

/// Which of two numbers of a slashed date is the month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slashes {
    /// `31/12/2026`.
    DayFirst,
    /// `12/31/2026`.
    MonthFirst,
}

impl Slashes {
    /// What a column's dates say: one that only fits one way decides for all.
    pub(super) fn of<'a>(mut cells: impl Iterator<Item = &'a str>) -> Self {
        let month_first = cells.any(|cell| {
            let mut numbers = cell.split('/');
            let mut next = || numbers.next().and_then(|text| text.trim().parse::<u32>().ok());
            matches!((next(), next()), (Some(first), Some(second)) if first <= 12 && second > 12)
        });
        if month_first { Self::MonthFirst } else { Self::DayFirst }
    }
}

/// An instant: RFC 3339, or a date of the usual kinds with or without a time, taken as UTC.
pub(super) fn instant(text: &str, slashes: Slashes) -> Option<Timestamp> {
    let text = text.trim();
    if let Some(at) = Timestamp::parse(text) {
        return Some(at);
    }
    let (date, time) = text.split_once([' ', 'T']).unwrap_or((text, ""));
    let forms: &[&str] = match slashes {
        Slashes::DayFirst => &["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%Y/%m/%d", "%d-%m-%Y"],
        Slashes::MonthFirst => &["%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%Y/%m/%d", "%d-%m-%Y"],
    };
    let date = forms
        .iter()
        .find_map(|form| NaiveDate::parse_from_str(date, form).ok())
        .filter(|date| (1..=9_999).contains(&chrono::Datelike::year(date)))?;
    let time = time.trim().trim_end_matches("UTC").trim_end_matches('Z').trim();
    let time = match time {
        "" => NaiveTime::MIN,
        _ => ["%H:%M:%S%.f", "%H:%M", "%I:%M %p", "%I:%M:%S %p"].iter().find_map(|form| NaiveTime::parse_from_str(time, form).ok())?,
    };
    Some(Timestamp::from(NaiveDateTime::new(date, time).and_utc()))
}

/// Yes and no.
pub(super) fn yes(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "1" | "yes" | "y" | "true" | "ja" | "j" | "wahr" | "active" | "aktiv" | "x" => Some(true),
        "0" | "no" | "n" | "false" | "nein" | "falsch" | "inactive" | "inaktiv" | "archived" => Some(false),
        _ => None,
    }
}

const COUNTRIES: &str = "DE:germany,deutschland AT:austria,österreich CH:switzerland,schweiz NL:netherlands,niederlande,holland BE:belgium,belgien \
    FR:france,frankreich GB:uk,great_britain,united_kingdom,england,großbritannien,vereinigtes_königreich IE:ireland,irland US:usa,united_states,vereinigte_staaten \
    IT:italy,italien ES:spain,spanien PT:portugal PL:poland,polen CZ:czechia,czech_republic,tschechien DK:denmark,dänemark SE:sweden,schweden \
    NO:norway,norwegen FI:finland,finnland GR:greece,griechenland UA:ukraine JP:japan CA:canada,kanada AU:australia,australien LU:luxembourg,luxemburg \
    HU:hungary,ungarn RO:romania,rumänien BG:bulgaria,bulgarien HR:croatia,kroatien TR:turkey,türkei,türkiye LI:liechtenstein";

/// A country: its two letters, or its name in English or German.
pub(super) fn country(text: &str) -> Option<String> {
    let text = text.trim();
    if text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        let code = text.to_uppercase();
        return Some(if code == "UK" { "GB".into() } else { code });
    }
    let name = text.to_lowercase().replace(' ', "_");
    let found =
        COUNTRIES.split_whitespace().find(|entry| entry.split_once(':').is_some_and(|(_, names)| names.split(',').any(|known| known == name)));
    found.and_then(|entry| entry.split_once(':')).map(|(code, _)| code.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_as_people_write_them() {
        let eur = Currency::EUR;
        for (text, minor) in [
            ("12", 1_200),
            ("12.5", 1_250),
            ("12,50", 1_250),
            ("1.234,56", 123_456),
            ("1,234.56", 123_456),
            ("1.234", 123_400),
            ("1,234", 123_400),
            ("1.234.567", 123_456_700),
            ("€ 1.234,56", 123_456),
            ("12.00 EUR", 1_200),
            ("1'234.50", 123_450),
            ("1 234,50", 123_450),
            ("-3.10", -310),
            ("(3.10)", -310),
            ("0", 0),
            (".5", 50),
            ("12.500", 1_250_000),
            ("+7,00", 700),
        ] {
            assert_eq!(money(text, eur), Ok(minor), "{text}");
        }
        for text in ["", "abc", "12.3456", "1.23.45", "12,34,56", "$5", "5 USD", "1.2.3,4", "99999999999999999999", "--1", "1,,2"] {
            assert!(money(text, eur).is_err(), "{text}");
        }
        let (jpy, kwd) = ("JPY".parse().unwrap(), "KWD".parse().unwrap());
        assert_eq!((money("1,500", jpy), money("1500.00", jpy), money("¥1500", jpy)), (Ok(1_500), Ok(1_500), Ok(1_500)));
        assert!(money("12.5", jpy).is_err());
        assert_eq!((money("1.234", kwd), money("1,234.567", kwd)), (Ok(1_234), Ok(1_234_567)));
    }

    #[test]
    fn dates_numbers_and_words() {
        let day = |text, slashes| instant(text, slashes).map(|at| at.to_string());
        let wanted = Some("2026-03-04T00:00:00.000000Z".to_owned());
        for text in ["2026-03-04", "04.03.2026", "04/03/2026", "2026/03/04"] {
            assert_eq!(day(text, Slashes::DayFirst), wanted, "{text}");
        }
        assert_eq!(day("03/04/2026", Slashes::MonthFirst), wanted);
        assert_eq!(day("04.03.2026 14:05", Slashes::DayFirst).unwrap(), "2026-03-04T14:05:00.000000Z");
        assert_eq!(day("2026-03-04 14:05:06", Slashes::DayFirst).unwrap(), "2026-03-04T14:05:06.000000Z");
        assert!(instant("31.02.2026", Slashes::DayFirst).is_none() && instant("soon", Slashes::DayFirst).is_none());
        assert_eq!(Slashes::of(["01/02/2026", "02/28/2026"].into_iter()), Slashes::MonthFirst);
        assert_eq!((whole("1.200"), whole("12"), whole("3.0"), whole("2.5"), whole("-1")), (Some(1_200), Some(12), Some(3), None, None));
        assert_eq!((grams("1,25"), grams("1.25 kg"), grams("800 g"), grams("x")), (Some(1_250), Some(1_250), Some(800), None));
        assert_eq!(
            (country("de"), country("Österreich"), country("United Kingdom"), country("Atlantis")),
            (Some("DE".into()), Some("AT".into()), Some("GB".into()), None)
        );
        assert_eq!((yes("Ja"), yes("false"), yes("?")), (Some(true), Some(false), None));
    }
}
