//! Sealing: what has to be stored but must not be read by whoever finds the database (AES-256-GCM under a key that is kept elsewhere).
//!
//! A sealed value names its key, so keys can follow one another: new values take the first key, old ones are opened with theirs. What
//! a value belongs to is sealed with it; moved to another row it does not open.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use purser_core::time::Clock;
use purser_core::{Error, Result};
use purser_store::{Db, Scope, seals};
use sha2::{Digest, Sha256};

/// Bytes of a key.
pub const KEY_LEN: usize = 32;
const NONCE_LEN: usize = 12;
const FORM: &str = "s1";

/// The keys of this process. Never shown, not even in a debug print.
pub struct Seal {
    keys: Vec<(String, RandomizedNonceKey)>,
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.keys.iter().map(|(id, _)| id)).finish()
    }
}

fn broken() -> Error {
    Error::internal("a sealed value does not open: it was changed, or belongs to something else")
}

impl Seal {
    /// The keys, the one for new values first.
    pub fn new(keys: &[[u8; KEY_LEN]]) -> Result<Self> {
        let one = |key: &[u8; KEY_LEN]| {
            let id = hex::encode(&Sha256::digest([b"purser seal key".as_slice(), key].concat())[..4]);
            RandomizedNonceKey::new(&AES_256_GCM, key).map(|key| (id, key)).map_err(|_| Error::internal("a key that is none"))
        };
        let keys: Vec<_> = keys.iter().map(one).collect::<Result<_>>()?;
        if keys.is_empty() { Err(Error::internal("there is no key to seal with")) } else { Ok(Self { keys }) }
    }

    /// Seal `plain`, which belongs to `about` (`factor:0192…`).
    pub fn seal(&self, about: &str, plain: &[u8]) -> Result<String> {
        let (id, key) = self.keys.first().ok_or_else(broken)?;
        let mut bytes = plain.to_vec();
        let nonce = key.seal_in_place_append_tag(Aad::from(about.as_bytes()), &mut bytes).map_err(|_| Error::internal("sealing failed"))?;
        let whole = [nonce.as_ref().as_slice(), &bytes].concat();
        Ok(format!("{FORM}.{id}.{}", URL_SAFE_NO_PAD.encode(whole)))
    }

    /// Open what was sealed as belonging to `about`.
    pub fn open(&self, about: &str, sealed: &str) -> Result<Vec<u8>> {
        let mut parts = sealed.splitn(3, '.');
        let (Some(FORM), Some(id), Some(body)) = (parts.next(), parts.next(), parts.next()) else { return Err(broken()) };
        let missing = || Error::internal(format!("the seal key {id} is not among the keys of this process"));
        let (_, key) = self.keys.iter().find(|(known, _)| known == id).ok_or_else(missing)?;
        let mut bytes = URL_SAFE_NO_PAD.decode(body).map_err(|_| broken())?;
        if bytes.len() < NONCE_LEN {
            return Err(broken());
        }
        let rest = bytes.split_off(NONCE_LEN);
        let nonce = Nonce::try_assume_unique_for_key(&bytes).map_err(|_| broken())?;
        let mut rest = rest;
        let plain = key.open_in_place(nonce, Aad::from(about.as_bytes()), &mut rest).map_err(|_| broken())?;
        Ok(plain.to_vec())
    }

    /// Refuse to work on a database whose values were sealed with keys that are not here; note the key new values will be sealed with.
    pub async fn register(&self, db: &Db, clock: &Clock) -> Result<()> {
        let known = db.read(Scope::System, async |tx| seals::list(tx).await.map_err(Error::from)).await?;
        let ours = |id: &String| self.keys.iter().any(|(key, _)| key == id);
        if !known.is_empty() && !known.iter().any(ours) {
            let message = format!(
                "Values in this database were sealed with another key ({}). Give that key with PURSER_SEAL_KEY or --seal-key-file.",
                known.join(", ")
            );
            return Err(Error::Unavailable("seal_key_missing", message.into()));
        }
        let Some((id, _)) = self.keys.first() else { return Err(broken()) };
        if known.contains(id) {
            return Ok(());
        }
        db.transact(Scope::System, async |tx| seals::note(tx, id, clock.now()).await.map_err(Error::from)).await
    }
}

/// Keys as a file or a variable holds them: 64 hexadecimal digits each, the newest first; blank lines and lines with `#` are passed over.
pub fn read_keys(text: &str) -> std::result::Result<Vec<[u8; KEY_LEN]>, String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let one = |line: &str| -> std::result::Result<[u8; KEY_LEN], String> {
        let mut key = [0; KEY_LEN];
        hex::decode_to_slice(line, &mut key).map_err(|_| "A seal key is 64 hexadecimal digits.".to_owned())?;
        let weak = key.iter().all(|byte| *byte == key[0]);
        if weak { Err("A seal key of one repeated byte is a placeholder, not a key.".to_owned()) } else { Ok(key) }
    };
    let keys: Vec<_> = lines.map(one).collect::<std::result::Result<_, _>>()?;
    if keys.is_empty() { Err("There is no seal key in it.".to_owned()) } else { Ok(keys) }
}

/// A new key as a file holds it.
pub fn new_key() -> String {
    hex::encode(rand::random::<[u8; KEY_LEN]>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_for_its_own_place_only() {
        let seal = Seal::new(&[[7; KEY_LEN]]).unwrap();
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
        let old = Seal::new(&[[1; KEY_LEN]]).unwrap();
        let both = Seal::new(&[[2; KEY_LEN], [1; KEY_LEN]]).unwrap();
        let value = old.seal("x", b"kept").unwrap();
        assert_eq!(both.open("x", &value).unwrap(), b"kept");
        let newer = both.seal("x", b"kept").unwrap();
        assert!(old.open("x", &newer).is_err());
    }

    #[test]
    fn a_file_of_keys_is_read_and_placeholders_are_not() {
        let (one, two) = (new_key(), new_key());
        assert_eq!(read_keys(&format!("# newest\n{one}\n\n{two}\n")).unwrap().len(), 2);
        assert!(read_keys("changeme").is_err());
        assert!(read_keys(&"00".repeat(32)).is_err());
        assert!(read_keys("").is_err());
    }
}
