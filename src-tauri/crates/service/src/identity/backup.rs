//! Backup codes: ten words to keep on paper, each good once.

use purser_core::ids::UserId;
use sha2::{Digest, Sha256};

/// How many there are at a time.
pub(crate) const COUNT: usize = 10;
/// Letters and digits that are not mistaken for one another (Crockford).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// 24 signs of 5 bits each: enough to be kept as a plain hash (ASVS 6.5.2).
const SIGNS: usize = 24;

/// A new code, as people write it down: `7K2MQA-9F4XAC-0TWZ8B-M1D5QZ`.
pub(crate) fn generate() -> String {
    let bytes: [u8; SIGNS] = rand::random();
    let signs: Vec<char> = bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte & 31)])).collect();
    signs.chunks(6).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// How a code is stored and looked up. It has 120 random bits, so a plain hash is enough; the person goes in with it.
pub(crate) fn hash(user: UserId, code: &str) -> Vec<u8> {
    let plain = |c: char| match c.to_ascii_uppercase() {
        'O' => Some('0'),
        'I' | 'L' => Some('1'),
        other if other.is_ascii_alphanumeric() => Some(other),
        _ => None,
    };
    let code: String = code.chars().filter_map(plain).collect();
    Sha256::digest([user.uuid().as_bytes().as_slice(), code.as_bytes()].concat()).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_may_be_typed_as_it_was_read() {
        let user = UserId(uuid::Uuid::nil());
        let code = generate();
        assert_eq!(code.len(), SIGNS + 3);
        assert_eq!(hash(user, &code), hash(user, &code.to_lowercase().replace('-', " ")));
        assert_eq!(hash(user, "O1L"), hash(user, "01-1"));
        assert_ne!(hash(user, &code), hash(UserId(uuid::Uuid::max()), &code));
        assert_ne!(generate(), code);
    }
}
