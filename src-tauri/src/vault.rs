//! Where refresh tokens rest between two starts: the OS keychain. Where there is none they stay in memory, and the page says
//! so; only when the owner of the machine asked for it, in a file that nobody else may read. Access tokens never come here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use keyring_core::{CredentialStore, Error};
use parking_lot::Mutex;
use purser_server::Keychain;
use serde::{Deserialize, Serialize};

use crate::files;
use crate::keys::SealKeys;

const SERVICE: &str = "app.purser.desktop";

/// What stands in when there is no keychain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Fallback {
    /// Sessions end with the window.
    #[default]
    Memory,
    /// Sessions rest in a file with mode 0600, not encrypted. Only ever chosen by a person.
    File,
}

enum Place {
    Keychain(Arc<CredentialStore>),
    Memory,
    File(PathBuf),
}

/// The one place for secrets.
pub(crate) struct Vault {
    place: Mutex<Place>,
    /// What this run knows, so that a read does not ask the keychain (which may prompt) twice.
    known: Mutex<BTreeMap<String, Option<String>>>,
    /// Why the keychain is not used, or what it last refused.
    reason: Mutex<Option<String>>,
}

impl Vault {
    /// Find the keychain; without one use what was chosen.
    pub(crate) fn open(fallback: Fallback, file: &Path) -> Self {
        match keychain() {
            Ok(store) => Self::at(Place::Keychain(store), None),
            Err(reason) => Self::at(place_for(fallback, file), Some(reason)),
        }
    }

    /// Memory only; for tests.
    #[cfg(test)]
    pub(crate) fn memory() -> Self {
        Self::at(Place::Memory, Some("tests".to_owned()))
    }

    fn at(place: Place, reason: Option<String>) -> Self {
        Self { place: Mutex::new(place), known: Mutex::default(), reason: Mutex::new(reason) }
    }

    /// Whether the OS keychain holds the sessions.
    pub(crate) fn is_keychain(&self) -> bool {
        matches!(*self.place.lock(), Place::Keychain(_))
    }

    /// The keychain for the engine's own keys.
    pub(crate) fn keychain(&self) -> Option<Arc<dyn Keychain>> {
        match &*self.place.lock() {
            Place::Keychain(store) => Some(Arc::new(SealKeys(store.clone()))),
            _ => None,
        }
    }

    /// What stands in, when there is no keychain.
    pub(crate) fn fallback(&self) -> Option<Fallback> {
        match *self.place.lock() {
            Place::Keychain(_) => None,
            Place::Memory => Some(Fallback::Memory),
            Place::File(_) => Some(Fallback::File),
        }
    }

    /// Why there is no keychain, or what it last refused.
    pub(crate) fn reason(&self) -> Option<String> {
        self.reason.lock().clone()
    }

    /// Write down that it did not work; the page shows it.
    pub(crate) fn failed(&self, error: &str) {
        tracing::warn!("a session could not be read or kept: {error}");
        *self.reason.lock() = Some(error.to_owned());
    }

    /// Choose what stands in; what is known now moves along, and a file that is no longer wanted is removed.
    pub(crate) fn choose(&self, fallback: Fallback, file: &Path) -> Result<(), String> {
        let mut place = self.place.lock();
        if matches!(*place, Place::Keychain(_)) {
            return Ok(());
        }
        *place = place_for(fallback, file);
        match &*place {
            Place::File(path) => {
                let mut all = read_file(path)?;
                all.extend(self.known.lock().iter().filter_map(|(key, value)| Some((key.clone(), value.clone()?))));
                write_file(path, &all)
            }
            _ => files::remove(file),
        }
    }

    /// What is kept for `key`. Blocks: call it off the async threads.
    pub(crate) fn get(&self, key: &str) -> Result<Option<String>, String> {
        if let Some(known) = self.known.lock().get(key) {
            return Ok(known.clone());
        }
        let found = match &*self.place.lock() {
            Place::Keychain(store) => match store.build(SERVICE, key, None).and_then(|entry| entry.get_password()) {
                Ok(secret) => Some(secret),
                Err(Error::NoEntry) => None,
                Err(error) => return Err(error.to_string()),
            },
            Place::Memory => None,
            Place::File(path) => read_file(path)?.remove(key),
        };
        self.known.lock().insert(key.to_owned(), found.clone());
        Ok(found)
    }

    /// Keep or (with `None`) forget a secret. It is known for this run even when it could not be kept for the next. Blocks.
    pub(crate) fn set(&self, key: &str, secret: Option<&str>) -> Result<(), String> {
        self.known.lock().insert(key.to_owned(), secret.map(str::to_owned));
        match &*self.place.lock() {
            Place::Keychain(store) => {
                let entry = store.build(SERVICE, key, None).map_err(|error| error.to_string())?;
                let done = secret.map_or_else(|| entry.delete_credential(), |secret| entry.set_password(secret));
                match done {
                    Ok(()) | Err(Error::NoEntry) => Ok(()),
                    Err(error) => Err(error.to_string()),
                }
            }
            Place::Memory => Ok(()),
            Place::File(path) => {
                let mut all = read_file(path)?;
                match secret {
                    Some(secret) => all.insert(key.to_owned(), secret.to_owned()),
                    None => all.remove(key),
                };
                write_file(path, &all)
            }
        }
    }
}

fn place_for(fallback: Fallback, file: &Path) -> Place {
    match fallback {
        Fallback::Memory => Place::Memory,
        Fallback::File => Place::File(file.to_owned()),
    }
}

/// The platform's store, tried once with a harmless read so that a locked or missing service shows now and not at sign-in.
fn keychain() -> Result<Arc<CredentialStore>, String> {
    let store = platform_store().map_err(|error| error.to_string())?;
    match store.build(SERVICE, "probe", None).and_then(|entry| entry.get_password()) {
        Ok(_) | Err(Error::NoEntry) => Ok(store),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(target_os = "linux")]
fn platform_store() -> keyring_core::Result<Arc<CredentialStore>> {
    let store: Arc<CredentialStore> = zbus_secret_service_keyring_store::Store::new()?;
    Ok(store)
}

#[cfg(target_os = "macos")]
fn platform_store() -> keyring_core::Result<Arc<CredentialStore>> {
    let store: Arc<CredentialStore> = apple_native_keyring_store::keychain::Store::new()?;
    Ok(store)
}

#[cfg(target_os = "windows")]
fn platform_store() -> keyring_core::Result<Arc<CredentialStore>> {
    let store: Arc<CredentialStore> = windows_native_keyring_store::Store::new()?;
    Ok(store)
}

fn read_file(path: &Path) -> Result<BTreeMap<String, String>, String> {
    Ok(files::read_json(path)?.unwrap_or_default())
}

fn write_file(path: &Path, all: &BTreeMap<String, String>) -> Result<(), String> {
    files::write_json(path, all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_forgets_with_the_run() {
        let vault = Vault::memory();
        vault.set("local", Some("secret")).unwrap();
        assert_eq!(vault.get("local").unwrap().as_deref(), Some("secret"));
        assert_eq!(Vault::memory().get("local").unwrap(), None);
    }

    #[test]
    fn a_file_is_made_only_when_chosen_is_private_and_goes_when_unchosen() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("sessions.json");
        let vault = Vault::memory();
        vault.set("local", Some("secret")).unwrap();
        assert!(!file.exists());

        vault.choose(Fallback::File, &file).unwrap();
        vault.set("harbour", Some("other")).unwrap();
        let again = Vault::at(place_for(Fallback::File, &file), None);
        assert_eq!(again.get("local").unwrap().as_deref(), Some("secret"));
        assert_eq!(again.get("harbour").unwrap().as_deref(), Some("other"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        }

        vault.choose(Fallback::Memory, &file).unwrap();
        assert!(!file.exists());
        assert_eq!(vault.get("local").unwrap().as_deref(), Some("secret"));
    }
}
