//! Passwords known from breaches, without the passwords: the sorted beginnings of their SHA-1 sums, looked up by halves. SHA-1 because that is
//! what the large public lists are made of; nothing is protected by it here.
//!
//! A list is a head of 16 bytes, `PURSERBL`, and the number of entries, followed by that many entries of 6 bytes in order. A password that is
//! on no list is taken for one that is once in about a hundred thousand tries with a list of a thousand million, and practically never with
//! the shipped one.

use std::io::{BufRead, Read, Seek, SeekFrom, Write};
use std::path::Path;

use aws_lc_rs::digest;
use parking_lot::Mutex;

const MARK: &[u8; 8] = b"PURSERBL";
const HEAD: usize = 16;
const WIDTH: usize = 6;

/// About 20,000 common passwords; where they come from stands beside the file.
static SHIPPED: &[u8] = include_bytes!("../../../data/breached.bin");

/// A list of passwords known from breaches.
pub struct Breached(Source);

enum Source {
    Memory(&'static [u8]),
    File(Mutex<std::fs::File>, u64),
}

type Entry = [u8; WIDTH];

fn entry(sum: &[u8]) -> Entry {
    let mut entry = [0; WIDTH];
    entry.copy_from_slice(&sum[..WIDTH]);
    entry
}

fn sum(password: &str) -> Entry {
    entry(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes()).as_ref())
}

fn count(head: &[u8]) -> std::io::Result<u64> {
    let bad = || std::io::Error::new(std::io::ErrorKind::InvalidData, "this is not a list made by `purser breach-list build`");
    if head.get(..8) != Some(MARK) {
        return Err(bad());
    }
    let number: [u8; 8] = head.get(8..HEAD).and_then(|bytes| bytes.try_into().ok()).ok_or_else(bad)?;
    Ok(u64::from_be_bytes(number))
}

impl Breached {
    /// The list that comes with Purser.
    pub fn shipped() -> Self {
        Self(Source::Memory(SHIPPED))
    }

    /// The list in this file. It stays on the disk, whatever its size.
    pub fn open(path: &Path) -> std::io::Result<Self> {
        let mut file = std::fs::File::open(path)?;
        let mut head = [0; HEAD];
        file.read_exact(&mut head)?;
        let entries = count(&head)?;
        let wanted = u64::try_from(HEAD).unwrap_or(0) + entries * u64::try_from(WIDTH).unwrap_or(0);
        if file.metadata()?.len() != wanted {
            return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, "the list is not complete"));
        }
        Ok(Self(Source::File(Mutex::new(file), entries)))
    }

    /// How many passwords are on it.
    pub fn len(&self) -> u64 {
        match &self.0 {
            Source::Memory(bytes) => count(bytes).unwrap_or(0),
            Source::File(_, entries) => *entries,
        }
    }

    /// Whether nothing is on it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether `password`, as it is or in small letters, is on the list. A list that can not be read any more holds nothing, and says so in
    /// the log.
    pub fn holds(&self, password: &str) -> bool {
        let lower = password.to_lowercase();
        let found = self.find(sum(password)).and_then(|found| if found || lower == password { Ok(found) } else { self.find(sum(&lower)) });
        found.unwrap_or_else(|error| {
            tracing::error!(%error, "the list of breached passwords can not be read");
            false
        })
    }

    fn find(&self, wanted: Entry) -> std::io::Result<bool> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.at(middle)?.cmp(&wanted) {
                std::cmp::Ordering::Equal => return Ok(true),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        Ok(false)
    }

    fn at(&self, place: u64) -> std::io::Result<Entry> {
        let start = u64::try_from(HEAD).unwrap_or(0) + place * u64::try_from(WIDTH).unwrap_or(0);
        match &self.0 {
            Source::Memory(bytes) => {
                let start = usize::try_from(start).unwrap_or(usize::MAX);
                let bytes = bytes.get(start..start.saturating_add(WIDTH)).ok_or(std::io::ErrorKind::UnexpectedEof)?;
                Ok(entry(bytes))
            }
            Source::File(file, _) => {
                let (mut file, mut entry) = (file.lock(), [0; WIDTH]);
                file.seek(SeekFrom::Start(start))?;
                file.read_exact(&mut entry)?;
                Ok(entry)
            }
        }
    }
}

/// Make a list: a password a line, or a SHA-1 sum in hexadecimal with anything after a colon, as the large public lists have them; lines that
/// begin with `#!comment` are passed over. How many entries it has.
pub fn build(from: impl BufRead, mut into: impl Write) -> std::io::Result<u64> {
    let mut entries = Vec::new();
    for line in from.split(b'\n') {
        let line = line?;
        let line = line.strip_suffix(b"\r").unwrap_or(&line);
        if line.is_empty() || line.starts_with(b"#!comment") {
            continue;
        }
        let start = line.split(|byte| *byte == b':').next().unwrap_or(line);
        let hashed = (start.len() == 40).then(|| hex::decode(start).ok()).flatten();
        entries.push(match hashed {
            Some(bytes) => entry(&bytes),
            None => entry(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, line).as_ref()),
        });
    }
    entries.sort_unstable();
    entries.dedup();
    let count = u64::try_from(entries.len()).unwrap_or(0);
    into.write_all(MARK)?;
    into.write_all(&count.to_be_bytes())?;
    for entry in &entries {
        into.write_all(entry)?;
    }
    into.flush()?;
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_list_knows_what_everybody_uses() {
        let list = Breached::shipped();
        assert!(list.len() > 15_000, "{}", list.len());
        for known in ["password", "Password", "123456789", "qwertyuiop", "iloveyou"] {
            assert!(list.holds(known), "{known}");
        }
        for other in ["harbour lantern 42 brass", "violet anchor 77 copper", ""] {
            assert!(!list.holds(other), "{other}");
        }
    }

    #[test]
    fn a_list_of_ones_own_is_made_of_passwords_and_of_sums() {
        // The sum is that of `lantern`.
        let sum = hex::encode_upper(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, b"lantern"));
        let text = format!("#!comment: ours\r\nbrass anchor\r\n{sum}:417\nbrass anchor\n\n");
        let path = std::env::temp_dir().join(format!("purser-breached-{}", std::process::id()));
        let count = build(text.as_bytes(), std::fs::File::create(&path).unwrap()).unwrap();
        let list = Breached::open(&path).unwrap();
        assert_eq!((count, list.len()), (2, 2));
        assert!(list.holds("brass anchor") && list.holds("Lantern") && !list.holds("password"));
        std::fs::write(&path, b"PURSERBL\0\0\0\0\0\0\0\x09short").unwrap();
        assert!(Breached::open(&path).is_err());
        std::fs::write(&path, b"something else altogether").unwrap();
        assert!(Breached::open(&path).is_err());
        std::fs::remove_file(path).unwrap();
    }
}
