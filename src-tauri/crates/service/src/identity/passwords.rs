//! Passwords: argon2id, off the async threads, a bounded number at once.

use std::sync::Arc;

use argon2::PasswordVerifier;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, CustomizedPasswordHasher, Params, Version};
use purser_core::error::Checks;
use purser_core::{Error, Result};
use tokio::sync::Semaphore;

/// Hashes at once: one a processor is as fast as it gets, and each takes 19 MiB.
const AT_ONCE: usize = 2;
/// Longest password taken. Longer ones would only cost time.
const LONGEST: usize = 256;
/// A hash nobody's password has; checked when there is no account, so that both answers take the same time.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$Qm9nfyQFDR0hLLFMrDmSzQ1Mo2fQkO6PAHz5zWQHy0g";

/// Hashes and checks passwords.
#[derive(Clone)]
pub struct Passwords {
    slots: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { slots: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Passwords {
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

/// Complain about a password that is too short, too long, or too easily guessed. `about` are words a guesser would try first.
pub fn check(field: &str, password: &str, about: &[&str]) -> Result<()> {
    let mut checks = Checks::new();
    checks.that(password.chars().count() >= 8, field, "too_short", "At least 8 characters.");
    checks.length(field, password, LONGEST);
    checks.done()?;
    let strength = zxcvbn::zxcvbn(password, about);
    if strength.score() >= zxcvbn::Score::Three {
        return Ok(());
    }
    let advice: Vec<String> = strength
        .feedback()
        .map(|feedback| {
            let warning = feedback.warning().map(|warning| warning.to_string());
            warning.into_iter().chain(feedback.suggestions().iter().map(ToString::to_string)).collect()
        })
        .unwrap_or_default();
    let advice = if advice.is_empty() { "Use a few words that do not belong together.".to_owned() } else { advice.join(" ") };
    Err(Error::invalid(field, "too_weak", format!("This password is easy to guess. {advice}")))
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

    #[test]
    fn weak_passwords_are_refused_with_advice() {
        assert!(check("password", "short", &[]).is_err());
        assert!(check("password", "password1", &[]).is_err());
        assert!(check("password", "harbour lantern 42 brass", &[]).is_ok());
    }
}
