//! Passwords: argon2id, off the async threads, a bounded number at once. What a tenant asks of them is in `policy`, what everybody knows in
//! `breached`, how one comes into force in `keep`.

mod breached;
pub(crate) mod keep;
pub mod policy;

pub use breached::{Breached, build};
pub use policy::{Advice, Hint, Policy, advise, check};

use std::sync::Arc;

use argon2::PasswordVerifier;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, CustomizedPasswordHasher, Params, Version};
use purser_core::{Error, Result};
use tokio::sync::Semaphore;

/// Hashes at once: one a processor is as fast as it gets, and each takes 19 MiB.
const AT_ONCE: usize = 2;
/// Longest password taken. Longer ones would only cost time.
const LONGEST: usize = 256;
/// Work factors of bcrypt that are taken over from elsewhere: below, a hash is worth nothing; above, checking it takes seconds.
const BCRYPT_COST: std::ops::RangeInclusive<u32> = 8..=14;
/// A hash nobody's password has; checked when there is no account, so that both answers take the same time.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$Qm9nfyQFDR0hLLFMrDmSzQ1Mo2fQkO6PAHz5zWQHy0g";

/// Hashes and checks passwords.
#[derive(Clone)]
pub struct Passwords {
    slots: Arc<Semaphore>,
    /// Passwords known from breaches.
    pub breached: Arc<Breached>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self::knowing(Breached::shipped())
    }
}

impl Passwords {
    /// With this list of breached passwords.
    pub fn knowing(breached: Breached) -> Self {
        Self { slots: Arc::new(Semaphore::new(AT_ONCE)), breached: Arc::new(breached) }
    }

    /// Hash a password that passed [`check`]; the answer is in PHC form.
    pub async fn hash(&self, password: String) -> Result<String> {
        self.off_thread(move || {
            let salt: [u8; 16] = rand::random();
            let params = Params::new(19_456, 2, 1, None).map_err(|error| Error::internal(error.to_string()))?;
            let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
            let hash = hasher
                .hash_password_customized(password.as_bytes(), &salt, None, None, params)
                .map_err(|error| Error::internal(error.to_string()))?;
            Ok(hash.to_string())
        })
        .await
    }

    /// Whether `password` belongs to `hash`; without a hash it takes as long and says no.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool> {
        if password.len() > LONGEST * 4 {
            return Ok(false);
        }
        self.off_thread(move || {
            let known = hash.is_some();
            let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
            if is_old(&hash) {
                return bcrypt::verify(&password, &hash).map_err(|error| Error::Internal(Box::new(error)));
            }
            let parsed = PasswordHash::new(&hash).map_err(|error| Error::internal(error.to_string()))?;
            Ok(Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok() && known)
        })
        .await
    }

    async fn off_thread<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let slot = self.slots.clone().acquire_owned().await.map_err(|_| Error::internal("the hashing slots are closed"))?;
        let done = tokio::task::spawn_blocking(move || {
            let outcome = work();
            drop(slot);
            outcome
        });
        done.await.map_err(|error| Error::Internal(Box::new(error)))?
    }
}

/// Refuse what is far too long before anything is looked up or worked out.
pub(crate) fn at_most(field: &str, password: &str) -> Result<()> {
    if password.chars().count() <= LONGEST {
        return Ok(());
    }
    Err(Error::invalid(field, "too_long", format!("At most {LONGEST} characters.")))
}

/// Whether this is a hash of the kind that is replaced once its password is seen.
pub(crate) fn is_old(hash: &str) -> bool {
    hash.starts_with("$2")
}

/// Whether a hash from elsewhere can be taken over: argon2id in PHC form or bcrypt, of a strength that is neither a joke nor a trap.
pub fn can_take_over(hash: &str) -> bool {
    if is_old(hash) {
        let known = ["$2a$", "$2b$", "$2y$"].iter().any(|kind| hash.starts_with(kind));
        return known && hash.parse::<bcrypt::HashParts>().is_ok_and(|parts| BCRYPT_COST.contains(&parts.get_cost()));
    }
    let Ok(parsed) = PasswordHash::new(hash) else { return false };
    let Ok(params) = Params::try_from(&parsed) else { return false };
    hash.starts_with("$argon2id$") && (8_192..=262_144).contains(&params.m_cost()) && params.t_cost() <= 10 && params.p_cost() <= 8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_hash_fits_its_password_only() {
        let passwords = Passwords::default();
        let hash = passwords.hash("harbour lantern 42 brass".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(passwords.verify("harbour lantern 42 brass".into(), Some(hash.clone())).await.unwrap());
        assert!(!passwords.verify("harbour lantern 42 tin".into(), Some(hash)).await.unwrap());
        assert!(!passwords.verify("anything".into(), None).await.unwrap());
    }

    #[tokio::test]
    async fn hashes_from_elsewhere() {
        let passwords = Passwords::default();
        // From the test vectors of the reference implementation (crypt_blowfish), and one made here.
        let reference = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
        assert!(passwords.verify("U*U".into(), Some(reference.into())).await.unwrap());
        assert!(!passwords.verify("U*V".into(), Some(reference.into())).await.unwrap());
        assert!(!can_take_over(reference), "its work factor is a joke");
        let made = bcrypt::hash("harbour lantern 42 brass", 8).unwrap();
        assert!(can_take_over(&made) && is_old(&made));
        assert!(passwords.verify("harbour lantern 42 brass".into(), Some(made)).await.unwrap());
        let ours = passwords.hash("harbour lantern 42 brass".into()).await.unwrap();
        assert!(can_take_over(&ours) && !is_old(&ours));
        for bad in ["", "plain", "$2b$12$short", "$1$abc$def", "$argon2id$v=19$m=9999999,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$Qm9n"] {
            assert!(!can_take_over(bad), "{bad}");
        }
    }
}
