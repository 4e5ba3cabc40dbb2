//! Where the keys come from that secrets in the database are sealed with: the environment, a file of the operator's, the system's keychain
//! as the window hands it in, or the data folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;
use purser_core::Error;
use purser_service::seal::{Keyring, Seal, SealKey, new_key, read_keys};
use zeroize::Zeroizing;

use crate::config::{Problem, SealKeys};
use crate::{Config, StartError, tls};

/// The keychain of the system, where the keys of a data folder may rest under a name. Errors are words a person can act on. Blocks.
pub trait Keychain: Send + Sync {
    /// What rests under `name`.
    fn get(&self, name: &str) -> Result<Option<Zeroizing<String>>, String>;
    /// Put something to rest under a name that was not used before.
    fn set(&self, name: &str, secret: &str) -> Result<(), String>;
}

/// In the data folder: the keys, or the name under which they rest in the keychain.
const FILE: &str = "seal.key";
const HEAD: &str = "# Secrets in the database are sealed with these keys, new ones with the first. Without them they are lost.\n";
const NOTE: &str = "# Secrets in the database are sealed with keys that rest in this system's keychain, under the name below.\n\
                    # A backup of this folder needs a copy of them: Settings, Data protection, in the window.\n";
const MARK: &str = "keychain ";

type Keys = (Vec<SealKey>, Option<Arc<dyn Keyring>>);

/// The keys of this process, and where a new one goes if Purser keeps them itself. In a data folder without any, one is made: back it up
/// with the database, or what it sealed is lost.
pub(crate) fn open(config: &Config) -> Result<(Seal, Option<Arc<dyn Keyring>>), StartError> {
    let (keys, ring) = match &config.seal_keys {
        SealKeys::Given(keys) => (keys.clone(), None),
        SealKeys::File(path) => (read(path)?, None),
        SealKeys::Folder => in_folder(config)?,
    };
    Ok((Seal::new(&keys).map_err(StartError::database)?, ring))
}

/// The keys of a data folder. What the file holds is moved to the keychain, if there is one, once that has given it back unchanged.
fn in_folder(config: &Config) -> Result<Keys, StartError> {
    let path = config.data.join(FILE);
    // Several servers may share a PostgreSQL: each needs the new key before the first of them seals with it, which one alone can not see to.
    let alone = config.database.is_none();
    let kept = text_of(&path)?;
    if let Some(name) = kept.as_deref().and_then(|text| name_in(text)) {
        let text = fetch(config.keychain.as_deref(), name)?;
        let ring = config.keychain.clone().filter(|_| alone);
        return Ok((parse(&path, &text)?, ring.map(|keychain| -> Arc<dyn Keyring> { Arc::new(InKeychain { path: Mutex::new(path), keychain }) })));
    }
    let text = match &kept {
        Some(text) => without_notes(text),
        None => Zeroizing::new(format!("{}\n", *new_key().map_err(StartError::database)?)),
    };
    let keys = parse(&path, &text)?;
    if let Some(keychain) = config.keychain.clone().filter(|_| alone) {
        match deposit(&*keychain, &path, &text) {
            Ok(()) => return Ok((keys, Some(Arc::new(InKeychain { path: Mutex::new(path), keychain })))),
            Err(reason) => tracing::warn!("the keychain does not take the seal keys, so they are in the data folder: {reason}"),
        }
    }
    if kept.is_none() {
        write(&path, &format!("{HEAD}{}", *text))?;
    }
    Ok((keys, alone.then(|| -> Arc<dyn Keyring> { Arc::new(InFolder(Mutex::new(path))) })))
}

/// Whether the keys of a data folder rest in a keychain; `None` while it has none.
pub fn in_keychain(data: &Path) -> Option<bool> {
    text_of(&data.join(FILE)).ok().flatten().map(|text| name_in(&text).is_some())
}

/// The keys of a data folder as a file holds them, to be kept with its backups.
pub fn copy(data: &Path, keychain: Option<&dyn Keychain>) -> Result<Zeroizing<String>, StartError> {
    let path = data.join(FILE);
    let Some(kept) = text_of(&path)? else { return Err(missing("This data folder has no seal keys yet.".into())) };
    let text = match name_in(&kept) {
        Some(name) => fetch(keychain, name)?,
        None => without_notes(&kept),
    };
    parse(&path, &text)?;
    Ok(Zeroizing::new(format!("{HEAD}{}", *text)))
}

fn missing(message: String) -> StartError {
    StartError::Database { code: "seal_key_missing", message }
}

fn fetch(keychain: Option<&dyn Keychain>, name: &str) -> Result<Zeroizing<String>, StartError> {
    const BACK: &str = "put a copy of them into the folder as seal.key, or give it with --seal-key-file or PURSER_SEAL_KEY_FILE";
    let Some(keychain) = keychain else {
        return Err(missing(format!(
            "The keys of this data folder rest in the keychain of whoever opened it in the window, and no keychain answers here. Save a copy of \
             them there (Settings, Data protection; or purser-desktop --data DIR --save-seal-keys FILE), then {BACK}."
        )));
    };
    match keychain.get(name) {
        Ok(Some(text)) => Ok(text),
        Ok(None) => Err(missing(format!("This system's keychain does not hold the keys of this data folder. If it came from elsewhere, {BACK}."))),
        Err(reason) => Err(missing(format!(
            "The keychain that holds the keys of this data folder does not answer ({reason}). Unlock it and start again; if it is lost, {BACK}."
        ))),
    }
}

/// Put keys to rest: under a name of their own, so that none before them is ever written over, and pointed at only when they were read back.
fn deposit(keychain: &dyn Keychain, path: &Path, keys: &str) -> Result<(), String> {
    let name = new_key().map_err(|error| error.to_string())?[..32].to_owned();
    keychain.set(&name, keys)?;
    if keychain.get(&name)?.is_none_or(|back| *back != keys) {
        return Err("it does not give back what it was given".into());
    }
    write(path, &format!("{NOTE}{MARK}{name}\n")).map_err(|error| error.to_string())
}

fn name_in(text: &str) -> Option<&str> {
    text.lines().find_map(|line| line.strip_prefix(MARK)).map(str::trim)
}

fn without_notes(text: &str) -> Zeroizing<String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut rest = Zeroizing::new(String::with_capacity(text.len() + 1));
    lines.for_each(|line| {
        rest.push_str(line);
        rest.push('\n');
    });
    rest
}

fn unreadable(error: &dyn std::fmt::Display) -> Error {
    Error::internal(format!("the seal keys: {error}"))
}

/// Nothing was made and nothing was lost.
fn refused(reason: &str) -> Error {
    Error::Unavailable("keychain_away", format!("The keychain took no new key, so none is in use: {reason}. Unlock it and try again.").into())
}

/// A new key before the others.
fn before(others: &str) -> purser_core::Result<(SealKey, Zeroizing<String>)> {
    let key = new_key()?;
    let text = Zeroizing::new(format!("{}\n{others}", *key));
    Ok((read_keys(&key).map_err(Error::internal)?.swap_remove(0), text))
}

/// Keys in the data folder. Two at once would each write the file without the other's key, and what that one sealed would be lost.
struct InFolder(Mutex<PathBuf>);

impl Keyring for InFolder {
    fn add(&self) -> purser_core::Result<SealKey> {
        let path = self.0.lock();
        let text = text_of(&path).map_err(|error| unreadable(&error))?.ok_or_else(|| unreadable(&"the file is gone"))?;
        let (key, text) = before(&without_notes(&text))?;
        write(&path, &format!("{HEAD}{}", *text)).map_err(|error| unreadable(&error))?;
        Ok(key)
    }
}

/// Keys in the keychain, and in the folder the name they have there.
struct InKeychain {
    path: Mutex<PathBuf>,
    keychain: Arc<dyn Keychain>,
}

impl Keyring for InKeychain {
    fn add(&self) -> purser_core::Result<SealKey> {
        let path = self.path.lock();
        let kept = text_of(&path).map_err(|error| unreadable(&error))?.ok_or_else(|| unreadable(&"the file is gone"))?;
        let others = match name_in(&kept) {
            Some(name) => fetch(Some(&*self.keychain), name).map_err(|error| refused(&error.to_string()))?,
            // Somebody put a copy back while the engine ran.
            None => without_notes(&kept),
        };
        let (key, text) = before(&others)?;
        deposit(&*self.keychain, &path, &text).map_err(|error| refused(&error))?;
        Ok(key)
    }
}

/// All of it or nothing: a file cut short would lose what it seals.
fn write(path: &Path, text: &str) -> Result<(), StartError> {
    let beside = path.with_extension("key.new");
    tls::write_private(&beside, text.as_bytes())?;
    let kept = std::fs::File::open(&beside).and_then(|file| file.sync_all()).and_then(|()| std::fs::rename(&beside, path));
    kept.map_err(|error| StartError::io(path, error))?;
    // The name has to last as well; where a folder can not be opened for that, the system does it by itself.
    if let Some(Ok(folder)) = path.parent().map(std::fs::File::open) {
        drop(folder.sync_all());
    }
    Ok(())
}

fn text_of(path: &Path) -> Result<Option<Zeroizing<String>>, StartError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(Zeroizing::new(text))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(StartError::io(path, error)),
    }
}

fn parse(path: &Path, text: &str) -> Result<Vec<SealKey>, StartError> {
    read_keys(text).map_err(|message| StartError::Config(vec![Problem::new(path.display().to_string(), message)]))
}

/// A file of the operator's.
fn read(path: &Path) -> Result<Vec<SealKey>, StartError> {
    parse(path, &std::fs::read_to_string(path).map(Zeroizing::new).map_err(|error| StartError::io(path, error))?)
}

#[cfg(test)]
#[path = "seal_tests.rs"]
mod tests;
