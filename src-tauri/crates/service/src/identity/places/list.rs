//! The list of networks and their countries: sorted beginnings, looked up by halves.
//!
//! A head of 18 bytes: `PURSERCC`, the number of countries (2 bytes), of entries of IPv4 (4) and of IPv6 (4). Then two letters a country, 5
//! bytes an entry of IPv4 (the first address, the country) and 7 an entry of IPv6 (the first 48 bits of its first address, the country). An
//! entry reaches to the next; country 0 is nobody's.

use std::borrow::Cow;
use std::io::{BufRead, Error, ErrorKind, Result, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const MARK: &[u8; 8] = b"PURSERCC";
const HEAD: usize = 18;
const OLD: usize = 5;
const NEW: usize = 7;

/// What the shipped list is made of stands beside the file.
static SHIPPED: &[u8] = include_bytes!("../../../data/networks.bin");

/// A list of networks and their countries.
pub(super) struct List {
    bytes: Cow<'static, [u8]>,
    countries: usize,
    old: usize,
    new: usize,
}

fn bad(message: &'static str) -> Error {
    Error::new(ErrorKind::InvalidData, message)
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
}

fn size(bytes: &[u8]) -> usize {
    usize::try_from(number(bytes)).unwrap_or(usize::MAX)
}

impl List {
    /// The list that comes with Purser.
    pub(super) fn shipped() -> Self {
        Self::read(SHIPPED.into()).unwrap_or(Self { bytes: Cow::Borrowed(&[]), countries: 0, old: 0, new: 0 })
    }

    /// A list made by [`build`].
    pub(super) fn read(bytes: Cow<'static, [u8]>) -> Result<Self> {
        if bytes.get(..8) != Some(MARK) || bytes.len() < HEAD {
            return Err(bad("this is not a list made by `purser country-list build`"));
        }
        let (countries, old, new) = (size(&bytes[8..10]), size(&bytes[10..14]), size(&bytes[14..18]));
        if bytes.len() != HEAD + countries * 2 + old * OLD + new * NEW {
            return Err(bad("the list is not complete"));
        }
        Ok(Self { bytes, countries, old, new })
    }

    /// The country of an address.
    pub(super) fn find(&self, ip: IpAddr) -> Option<String> {
        let start = HEAD + self.countries * 2;
        let country = match ip {
            IpAddr::V4(ip) => self.search((start, self.old, OLD), u32::from(ip).into())?,
            IpAddr::V6(ip) => self.search((start + self.old * OLD, self.new, NEW), upper(ip))?,
        };
        let at = HEAD + usize::from(country.checked_sub(1)?) * 2;
        self.bytes.get(at..at + 2).and_then(|letters| std::str::from_utf8(letters).ok()).map(str::to_owned)
    }

    /// The country of the last entry that does not begin behind `wanted`.
    fn search(&self, (start, count, width): (usize, usize, usize), wanted: u64) -> Option<u8> {
        let entry = |place: usize| self.bytes.get(start + place * width..start + (place + 1) * width);
        let (mut low, mut high) = (0, count);
        while low < high {
            let middle = low + (high - low) / 2;
            if number(&entry(middle)?[..width - 1]) <= wanted {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        entry(low.checked_sub(1)?)?.last().copied()
    }
}

fn upper(ip: Ipv6Addr) -> u64 {
    number(&ip.octets()[..6])
}

/// First address, last address, place of the country in the list of countries, from 1.
type Range = (u64, u64, u8);

/// Make a list of any number of files: the statistics files of the five registries
/// (`ripencc|NO|ipv4|129.240.0.0|65536|19870101|allocated`), or lines `first address,last address,two letters`. How many entries it has.
pub fn build(files: Vec<Box<dyn BufRead>>, mut into: impl Write) -> Result<usize> {
    let (mut countries, mut old, mut new) = (Vec::<[u8; 2]>::new(), Vec::new(), Vec::new());
    for file in files {
        for (place, line) in file.lines().enumerate() {
            let line = line?;
            let Some((range, letters)) = parse(line.trim()).ok_or_else(|| Error::new(ErrorKind::InvalidData, format!("line {}", place + 1)))? else {
                continue;
            };
            let known = countries.iter().position(|country| *country == letters).unwrap_or_else(|| {
                countries.push(letters);
                countries.len() - 1
            });
            let country = u8::try_from(known + 1).map_err(|_| bad("more than 255 countries"))?;
            match range {
                Span::Old(first, last) => old.push((first, last, country)),
                Span::New(first, last) => new.push((first, last, country)),
            }
        }
    }
    let (old, new) = (flatten(old), flatten(new));
    let count = |many: usize| u32::try_from(many).map_err(|_| bad("too many entries"));
    into.write_all(MARK)?;
    into.write_all(&u16::try_from(countries.len()).unwrap_or(0).to_be_bytes())?;
    into.write_all(&count(old.len())?.to_be_bytes())?;
    into.write_all(&count(new.len())?.to_be_bytes())?;
    for country in &countries {
        into.write_all(country)?;
    }
    for (entries, width) in [(&old, OLD - 1), (&new, NEW - 1)] {
        for (first, country) in entries {
            into.write_all(&first.to_be_bytes()[8 - width..])?;
            into.write_all(&[*country])?;
        }
    }
    into.flush()?;
    Ok(old.len() + new.len())
}

enum Span {
    Old(u64, u64),
    New(u64, u64),
}

/// A range and its country; `Some(None)` for a line that names none, `None` for one that can not be read.
#[expect(clippy::option_option, reason = "a line may be right and name nothing")]
fn parse(line: &str) -> Option<Option<(Span, [u8; 2])>> {
    if line.is_empty() || line.starts_with('#') {
        return Some(None);
    }
    if line.contains('|') {
        return statistics(line);
    }
    let mut parts = line.split(',').map(|part| part.trim().trim_matches('"'));
    let (first, last, country) = (parts.next()?, parts.next()?, letters(parts.next()?));
    let span = match (first.parse().ok()?, last.parse().ok()?) {
        (IpAddr::V4(first), IpAddr::V4(last)) if first <= last => Span::Old(u32::from(first).into(), u32::from(last).into()),
        (IpAddr::V6(first), IpAddr::V6(last)) if first <= last => Span::New(upper(first), upper(last)),
        _ => return None,
    };
    Some(country.map(|country| (span, country)))
}

/// A line of the statistics files: registry, country, kind, beginning, how much, since, state.
#[expect(clippy::option_option, reason = "see `parse`")]
fn statistics(line: &str) -> Option<Option<(Span, [u8; 2])>> {
    let fields: Vec<&str> = line.split('|').collect();
    // The head, sums, networks that are nobody's, numbers of systems.
    let [_, country, kind @ ("ipv4" | "ipv6"), start, much, _, "allocated" | "assigned", ..] = fields.as_slice() else { return Some(None) };
    let Some(country) = letters(country) else { return Some(None) };
    let much: u64 = much.parse().ok()?;
    let span = if *kind == "ipv4" {
        let first: u64 = u32::from(start.parse::<Ipv4Addr>().ok()?).into();
        Span::Old(first, (first + much.checked_sub(1)?).min(u32::MAX.into()))
    } else {
        let first = upper(start.parse().ok()?);
        let nets = 1_u64 << 48_u64.saturating_sub(much).min(47);
        Span::New(first, first + nets - 1)
    };
    Some(Some((span, country)))
}

/// Two letters that are a country: `EU`, `AP` and `ZZ` stand for none.
fn letters(text: &str) -> Option<[u8; 2]> {
    let letters: [u8; 2] = text.to_ascii_uppercase().into_bytes().try_into().ok()?;
    (letters.iter().all(u8::is_ascii_uppercase) && ![*b"EU", *b"AP", *b"ZZ"].contains(&letters)).then_some(letters)
}

/// Ranges as beginnings, each reaching to the next; a narrower range wins over the one around it.
fn flatten(mut ranges: Vec<Range>) -> Vec<(u64, u8)> {
    ranges.sort_unstable_by_key(|(first, last, country)| (*first, std::cmp::Reverse(*last), *country));
    let mut open: Vec<(u64, u8)> = Vec::new();
    let mut found: Vec<(u64, u8)> = Vec::new();
    for (first, last, country) in ranges {
        close(&mut open, &mut found, first);
        say(&mut found, first, country);
        open.push((last, country));
    }
    close(&mut open, &mut found, u64::MAX);
    found.dedup_by_key(|(_, country)| *country);
    found
}

/// End what ends before `until`.
fn close(open: &mut Vec<(u64, u8)>, found: &mut Vec<(u64, u8)>, until: u64) {
    while let Some((last, _)) = open.pop_if(|(last, _)| *last < until) {
        while open.pop_if(|(around, _)| *around <= last).is_some() {}
        say(found, last + 1, open.last().map_or(0, |(_, country)| *country));
    }
}

fn say(found: &mut Vec<(u64, u8)>, first: u64, country: u8) {
    match found.last_mut() {
        Some(entry) if entry.0 == first => entry.1 = country,
        _ => found.push((first, country)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(files: &[&'static str]) -> Result<List> {
        let mut bytes = Vec::new();
        let mut read: Vec<Box<dyn BufRead>> = Vec::new();
        for text in files {
            read.push(Box::new(text.as_bytes()));
        }
        build(read, &mut bytes)?;
        List::read(bytes.into())
    }

    #[test]
    fn a_list_of_ones_own_is_made_of_both_kinds_of_files() {
        let statistics = "2|ripencc|20260101|3|19830613|20260101|+0100\nripencc|*|ipv4|*|2|summary\n\
             ripencc|NO|ipv4|198.51.100.0|128|20200101|allocated|x\nripencc|DE|ipv6|2001:db8::|32|20200101|assigned\n\
             ripencc|SE|ipv4|203.0.113.0|256|20200101|reserved\nripencc|EU|ipv4|203.0.113.0|256|20200101|allocated\nripencc|NO|asn|1|1||allocated";
        let ranges = "# ours\n\"198.51.100.16\",198.51.100.31,se\n2001:db8:5::,2001:db8:5:ffff::,NO\n";
        let list = made(&[statistics, ranges]).unwrap();
        let of = |ip: &str| list.find(ip.parse().unwrap()).unwrap_or_default();
        // The narrower one wins, and the one around it goes on behind.
        assert_eq!(["198.51.99.255", "198.51.100.0", "198.51.100.15"].map(of), ["", "NO", "NO"]);
        assert_eq!(["198.51.100.16", "198.51.100.31", "198.51.100.32", "198.51.100.127"].map(of), ["SE", "SE", "NO", "NO"]);
        assert_eq!(["198.51.100.128", "203.0.113.1"].map(of), ["", ""]);
        assert_eq!(["2001:db8:4:ffff::", "2001:db8:5::1", "2001:db8:6::", "2001:db9::"].map(of), ["DE", "NO", "DE", ""]);
    }

    #[test]
    fn what_crosses_is_cut_and_what_is_no_list_is_refused() {
        let list = made(&["10.0.0.0,10.0.0.9,NO\n10.0.0.5,10.0.0.19,SE\n10.0.0.6,10.0.0.7,DE"]).unwrap();
        let of = |ip: &str| list.find(ip.parse().unwrap()).unwrap_or_default();
        assert_eq!(["10.0.0.4", "10.0.0.5", "10.0.0.7", "10.0.0.8", "10.0.0.19", "10.0.0.20"].map(of), ["NO", "SE", "DE", "SE", "SE", ""]);
        for wrong in ["10.0.0.9,10.0.0.1,NO", "one,two,NO", "10.0.0.1", "ripencc|NO|ipv4|somewhere|5|20200101|allocated"] {
            assert!(made(&[wrong]).is_err(), "{wrong}");
        }
        assert!(List::read(b"something else altogether".as_slice().into()).is_err());
        assert!(List::read(SHIPPED[..SHIPPED.len() - 1].into()).is_err());
        assert!(List::shipped().old > 50_000 && List::shipped().new > 20_000);
    }
}
