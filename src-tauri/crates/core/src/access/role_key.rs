//! The name by which a role is stored and sent: a preset's, or one the tenant made up.

use crate::error::FieldError;
use crate::text::UnknownWord;

/// Longest key, in bytes.
const LONGEST: usize = 31;

/// The key of a role: 2 to 31 of `a`–`z`, `0`–`9`, `-` and `_`, beginning with a letter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleKey {
    bytes: [u8; LONGEST],
    length: u8,
}

impl RoleKey {
    /// The key as text.
    pub fn as_str(&self) -> &str {
        self.bytes.get(..usize::from(self.length)).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    /// A key made from a name people wrote: `Refund desk` becomes `refund-desk`; `None` if nothing is left of it.
    pub fn from_name(name: &str) -> Option<Self> {
        let words: Vec<String> =
            crate::text::fold(name).split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect();
        let text: String = words.join("-").chars().skip_while(|c| !c.is_ascii_alphabetic()).take(LONGEST).collect();
        text.trim_end_matches('-').parse().ok()
    }

    /// What is wrong with a key somebody sent.
    pub fn complaint(field: &str) -> FieldError {
        FieldError::new(field, "not_a_key", "A key is 2 to 31 of a-z, 0-9, - and _, and begins with a letter.")
    }
}

impl std::str::FromStr for RoleKey {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = text.len() >= 2 && text.starts_with(|c: char| c.is_ascii_lowercase());
        let plain = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_');
        let mut bytes = [0; LONGEST];
        match (bytes.get_mut(..text.len()), u8::try_from(text.len())) {
            (Some(room), Ok(length)) if fits && plain => {
                room.copy_from_slice(text.as_bytes());
                Ok(Self { bytes, length })
            }
            _ => Err(UnknownWord(text.to_owned())),
        }
    }
}

impl TryFrom<String> for RoleKey {
    type Error = UnknownWord;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl std::fmt::Display for RoleKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::fmt::Debug for RoleKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RoleKey({})", self.as_str())
    }
}

impl serde::Serialize for RoleKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for RoleKey {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|_| serde::de::Error::custom("write a role as 2 to 31 of a-z, 0-9, - and _, beginning with a letter"))
    }
}

impl schemars::JsonSchema for RoleKey {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "RoleKey".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "pattern": "^[a-z][a-z0-9_-]{1,30}$", "description": "Key of a role."})
    }
}

#[cfg(test)]
mod tests {
    use super::RoleKey;

    #[test]
    fn keys_are_short_and_plain() {
        for good in ["owner", "refund-desk", "a1", "abcdefghijklmnopqrstuvwxyz01234"] {
            assert_eq!(good.parse::<RoleKey>().unwrap().as_str(), good);
        }
        for bad in ["", "a", "Owner", "1st", "-x", "a b", "é1", "abcdefghijklmnopqrstuvwxyz012345", "x\0y"] {
            assert!(bad.parse::<RoleKey>().is_err(), "{bad}");
        }
        assert_eq!(RoleKey::from_name("Refund Desk (Köln)").unwrap().as_str(), "refund-desk-koln");
        assert!(RoleKey::from_name("漢字").is_none());
    }
}
