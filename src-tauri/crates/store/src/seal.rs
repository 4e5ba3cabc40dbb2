//! Sealing: what has to be stored but must not be read by whoever finds the database (AES-256-GCM under a key that is kept elsewhere).
//!
//! A sealed value names its key, so keys can follow one another: new values take the first key, old ones are opened with theirs. What
//! a value belongs to is sealed with it; moved to another row it does not open. What has to be found again without being readable is
//! stored beside it as a keyed hash ([`Seal::index`]). Which columns are sealed is said in `private.rs`.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use parking_lot::RwLock;
use purser_core::{Error, Result};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Bytes of a key.
pub const KEY_LEN: usize = 32;
const NONCE_LEN: usize = 12;
const FORM: &str = "s1";
/// Bytes of a hash that finds: enough that two texts of one business do not meet.
const INDEX_LEN: usize = 15;

/// The keys of this process. Never shown, not even in a debug print.
pub struct Seal {
    keys: RwLock<Arc<[Arc<Key>]>>,
    /// Ids of keys that were needed and are not here.
    missing: RwLock<BTreeSet<String>>,
}

struct Key {
    id: String,
    seals: RandomizedNonceKey,
    finds: hmac::Key,
}

impl Key {
    fn new(bytes: &[u8; KEY_LEN]) -> Result<Self> {
        let id = hex::encode(&Sha256::digest([b"purser seal key".as_slice(), bytes].concat())[..4]);
        let seals = RandomizedNonceKey::new(&AES_256_GCM, bytes).map_err(|_| Error::internal("a key that is none"))?;
        // One purpose a key: what finds is derived from what seals, and neither tells the other.
        let derived = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, bytes), b"purser blind index");
        Ok(Self { id, seals, finds: hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref()) })
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.ids()).finish()
    }
}

fn broken() -> Error {
    Error::internal("a sealed value does not open: it was changed, or belongs to something else")
}

impl Seal {
    /// The keys, the one for new values first.
    pub fn new(keys: &[Zeroizing<[u8; KEY_LEN]>]) -> Result<Self> {
        let keys: Vec<_> = keys.iter().map(|key| Key::new(key).map(Arc::new)).collect::<Result<_>>()?;
        if keys.is_empty() {
            return Err(Error::internal("there is no key to seal with"));
        }
        Ok(Self { keys: RwLock::new(keys.into()), missing: RwLock::default() })
    }

    fn keys(&self) -> Arc<[Arc<Key>]> {
        self.keys.read().clone()
    }

    /// Whether the key `stored` was sealed with is here. Where it is not, that is remembered, and said in the log the first time.
    pub fn holds(&self, stored: &str) -> bool {
        let Some(id) = stored.split('.').nth(1).filter(|_| Self::is_sealed(stored)) else { return true };
        if self.keys().iter().any(|known| known.id == id) {
            return true;
        }
        if !self.missing.read().contains(id) && self.missing.write().insert(id.to_owned()) {
            tracing::error!(key = id, "values are sealed with a key this server does not have; they stay unreadable until it is given");
        }
        false
    }

    /// Ids of the keys that values were met under and that are not here.
    pub fn missing(&self) -> Vec<String> {
        let ours = self.ids();
        self.missing.read().iter().filter(|id| !ours.contains(id)).cloned().collect()
    }

    /// Ids of the keys, the one for new values first.
    pub fn ids(&self) -> Vec<String> {
        self.keys().iter().map(|key| key.id.clone()).collect()
    }

    /// From now on new values take `key`; those of before are opened as ever.
    pub fn lead(&self, key: &[u8; KEY_LEN]) -> Result<()> {
        let key = Arc::new(Key::new(key)?);
        let mut keys = self.keys.write();
        let rest: Vec<_> = keys.iter().filter(|known| known.id != key.id).cloned().collect();
        *keys = std::iter::once(key).chain(rest).collect();
        Ok(())
    }

    /// Seal `plain`, which belongs to `about` (`factor:0192…`).
    pub fn seal(&self, about: &str, plain: &[u8]) -> Result<String> {
        let keys = self.keys();
        let key = keys.first().ok_or_else(broken)?;
        let mut bytes = plain.to_vec();
        let nonce = key.seals.seal_in_place_append_tag(Aad::from(about.as_bytes()), &mut bytes).map_err(|_| Error::internal("sealing failed"))?;
        let whole = [nonce.as_ref().as_slice(), &bytes].concat();
        Ok(format!("{FORM}.{}.{}", key.id, URL_SAFE_NO_PAD.encode(whole)))
    }

    /// Open what was sealed as belonging to `about`.
    pub fn open(&self, about: &str, sealed: &str) -> Result<Vec<u8>> {
        let mut parts = sealed.splitn(3, '.');
        let (Some(FORM), Some(id), Some(body)) = (parts.next(), parts.next(), parts.next()) else { return Err(broken()) };
        let missing = || Error::internal(format!("the seal key {id} is not among the keys of this process"));
        let keys = self.keys();
        let key = keys.iter().find(|known| known.id == id).ok_or_else(missing)?;
        let mut bytes = URL_SAFE_NO_PAD.decode(body).map_err(|_| broken())?;
        if bytes.len() < NONCE_LEN {
            return Err(broken());
        }
        let mut rest = bytes.split_off(NONCE_LEN);
        let nonce = Nonce::try_assume_unique_for_key(&bytes).map_err(|_| broken())?;
        let plain = key.seals.open_in_place(nonce, Aad::from(about.as_bytes()), &mut rest).map_err(|_| broken())?;
        Ok(plain.to_vec())
    }

    /// Whether `stored` is sealed at all.
    pub fn is_sealed(stored: &str) -> bool {
        stored.starts_with(concat!("s1", "."))
    }

    /// Whether `stored` is sealed with the key for new values.
    pub fn is_current(&self, stored: &str) -> bool {
        let keys = self.keys();
        let mut parts = stored.splitn(3, '.');
        parts.next() == Some(FORM) && parts.next() == keys.first().map(|key| key.id.as_str())
    }

    /// What `text` is found by in `place`: the same for the same text, telling nothing of it to whoever has no key.
    pub fn index(&self, place: &str, text: &str) -> Result<String> {
        self.indexes(place, text).into_iter().next().ok_or_else(broken)
    }

    /// 256 bits that belong to `text` in `place` and that nobody guesses who has no key; the same for as long as the newest key leads.
    pub fn derive(&self, place: &str, text: &str) -> Result<Zeroizing<[u8; KEY_LEN]>> {
        let keys = self.keys();
        let tag = hmac::sign(&keys.first().ok_or_else(broken)?.finds, format!("{place}\n{text}").as_bytes());
        tag.as_ref().try_into().map(Zeroizing::new).map_err(|_| broken())
    }

    /// What `text` may have been stored as: one for each key, the newest first.
    pub fn indexes(&self, place: &str, text: &str) -> Vec<String> {
        let one = |key: &Arc<Key>| {
            let tag = hmac::sign(&key.finds, format!("{place}\n{text}").as_bytes());
            format!("{}.{}", key.id, URL_SAFE_NO_PAD.encode(&tag.as_ref()[..INDEX_LEN]))
        };
        self.keys().iter().map(one).collect()
    }
}

/// Keys as a file or a variable holds them: 64 hexadecimal digits each, the newest first; blank lines and lines with `#` are passed over.
pub fn read_keys(text: &str) -> std::result::Result<Vec<Zeroizing<[u8; KEY_LEN]>>, String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let one = |line: &str| -> std::result::Result<Zeroizing<[u8; KEY_LEN]>, String> {
        let mut key = Zeroizing::new([0; KEY_LEN]);
        hex::decode_to_slice(line, &mut *key).map_err(|_| "A seal key is 64 hexadecimal digits.".to_owned())?;
        let weak = key.iter().all(|byte| *byte == key[0]);
        if weak { Err("A seal key of one repeated byte is a placeholder, not a key.".to_owned()) } else { Ok(key) }
    };
    let keys: Vec<_> = lines.map(one).collect::<std::result::Result<_, _>>()?;
    if keys.is_empty() { Err("There is no seal key in it.".to_owned()) } else { Ok(keys) }
}

/// A new key as a file holds it.
pub fn new_key() -> Result<Zeroizing<String>> {
    let mut key = Zeroizing::new([0; KEY_LEN]);
    aws_lc_rs::rand::fill(&mut *key).map_err(|_| Error::internal("there is no randomness"))?;
    Ok(Zeroizing::new(hex::encode(*key)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_for_its_own_place_only() {
        let seal = Seal::new(&[[7; KEY_LEN].into()]).unwrap();
        let one = seal.seal("factor:1", b"secret").unwrap();
        let other = seal.seal("factor:1", b"secret").unwrap();
        assert_ne!(one, other, "every sealing is different");
        assert!(!one.contains("secret"));
        assert_eq!(seal.open("factor:1", &one).unwrap(), b"secret");
        assert!(seal.open("factor:2", &one).is_err());
        let mut damaged = one.into_bytes();
        let last = damaged.len() - 3;
        damaged[last] = if damaged[last] == b'A' { b'B' } else { b'A' };
        assert!(seal.open("factor:1", std::str::from_utf8(&damaged).unwrap()).is_err());
        assert!(seal.open("factor:1", "s1.x").is_err());
    }

    #[test]
    fn keys_follow_one_another() {
        let old = Seal::new(&[[1; KEY_LEN].into()]).unwrap();
        let both = Seal::new(&[[2; KEY_LEN].into(), [1; KEY_LEN].into()]).unwrap();
        let value = old.seal("x", b"kept").unwrap();
        assert_eq!(both.open("x", &value).unwrap(), b"kept");
        let newer = both.seal("x", b"kept").unwrap();
        assert!(old.open("x", &newer).is_err());
        assert!(both.is_current(&newer) && !both.is_current(&value) && Seal::is_sealed(&value));
        old.lead(&[2; KEY_LEN]).unwrap();
        assert_eq!(old.open("x", &newer).unwrap(), b"kept");
        assert_eq!(old.open("x", &value).unwrap(), b"kept");
        assert_eq!(old.ids(), both.ids());
    }

    #[test]
    fn a_key_that_is_not_here_is_told_from_a_value_that_is_broken() {
        let (old, new) = (Seal::new(&[[1; KEY_LEN].into()]).unwrap(), Seal::new(&[[2; KEY_LEN].into()]).unwrap());
        let value = old.seal("x", b"kept").unwrap();
        assert!(old.holds(&value) && new.holds("plain") && new.missing().is_empty());
        assert!(!new.holds(&value));
        assert!(!new.holds(&value), "and told no second time");
        assert_eq!(new.missing(), old.ids());
        new.lead(&[1; KEY_LEN]).unwrap();
        assert!(new.holds(&value) && new.missing().is_empty());
    }

    #[test]
    fn what_is_found_by_tells_nothing_and_is_the_same_each_time() {
        let (old, both) = (Seal::new(&[[1; KEY_LEN].into()]).unwrap(), Seal::new(&[[2; KEY_LEN].into(), [1; KEY_LEN].into()]).unwrap());
        let stored = old.index("users.phone", "+4755512345").unwrap();
        assert!(both.indexes("users.phone", "+4755512345").contains(&stored), "found under an older key as well");
        assert_ne!(both.index("users.phone", "+4755512345").unwrap(), stored);
        assert_ne!(old.index("elsewhere", "+4755512345").unwrap(), stored);
        assert!(!stored.contains("555"));
    }

    #[test]
    fn a_file_of_keys_is_read_and_placeholders_are_not() {
        let (one, two) = (new_key().unwrap(), new_key().unwrap());
        assert_eq!(read_keys(&format!("# newest\n{}\n\n{}\n", *one, *two)).unwrap().len(), 2);
        assert!(read_keys("changeme").is_err());
        assert!(read_keys(&"00".repeat(32)).is_err());
        assert!(read_keys("").is_err());
    }
}
