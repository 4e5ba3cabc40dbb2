//! What the shell remembers between two starts: the profiles, which one is in use, where the data folder is. One small JSON
//! file in the configuration folder, without a single secret in it, so that it may be copied to another machine as it is.

use std::path::{Path, PathBuf};

use http::StatusCode;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::backend;
use crate::files;
use crate::problem::Problem;
use crate::trust::{Given, Trust, TrustChange, given};
use crate::vault::Fallback;

/// The profile of the engine in this process. It is always there.
pub(crate) const LOCAL: &str = "local";
const FILE: &str = "shell.json";
const PROFILES_MAX: usize = 100;
const NAME_CHARS_MAX: usize = 60;

/// How careful one has to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Environment {
    #[default]
    Local,
    Staging,
    Production,
}

/// Another Purser to work on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Remote {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) environment: Environment,
    #[serde(flatten)]
    pub(crate) trust: Trust,
}

/// A profile as the page sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Profile {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) kind: &'static str,
    pub(crate) environment: Environment,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
    #[serde(flatten)]
    pub(crate) trust: Trust,
}

/// What a person wrote about a new profile.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewProfile {
    name: String,
    url: String,
    environment: Environment,
    #[serde(default)]
    ca_file: Option<PathBuf>,
    #[serde(default)]
    pin: Option<String>,
    #[serde(default)]
    backup_pin: Option<String>,
}

impl NewProfile {
    /// A Purser that was found on this machine.
    pub(crate) fn found(name: &str, url: &str, ca_file: Option<PathBuf>) -> Self {
        Self { name: name.to_owned(), url: url.to_owned(), environment: Environment::Local, ca_file, pin: None, backup_pin: None }
    }
}

impl From<NewProfile> for ProfileChange {
    fn from(new: NewProfile) -> Self {
        Self {
            name: Some(new.name),
            environment: Some(new.environment),
            url: Some(new.url),
            ca_file: Some(Given(new.ca_file)),
            // What is pinned stays pinned, unless something else is said.
            pin: new.pin.map(|pin| Given(Some(pin))),
            backup_pin: new.backup_pin.map(|pin| Given(Some(pin))),
        }
    }
}

/// What a person changed about one; what is left out stays.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ProfileChange {
    name: Option<String>,
    environment: Option<Environment>,
    url: Option<String>,
    /// Left out they stay, `null` takes them away.
    #[serde(default, deserialize_with = "given")]
    ca_file: Option<Given<PathBuf>>,
    #[serde(default, deserialize_with = "given")]
    pin: Option<Given<String>>,
    #[serde(default, deserialize_with = "given")]
    backup_pin: Option<Given<String>>,
}

/// The file's content.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Settings {
    version: u32,
    pub(crate) active: String,
    local_name: String,
    local_environment: Environment,
    pub(crate) data_folder: Option<PathBuf>,
    pub(crate) keychain_fallback: Fallback,
    profiles: Vec<Remote>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            version: 1,
            active: LOCAL.to_owned(),
            local_name: "This computer".to_owned(),
            local_environment: Environment::Local,
            data_folder: None,
            keychain_fallback: Fallback::Memory,
            profiles: Vec::new(),
        }
    }
}

/// The file, and what it held when last written.
pub(crate) struct Store {
    path: PathBuf,
    settings: Mutex<Settings>,
}

impl Store {
    /// Read it. A file that cannot be read is put aside rather than overwritten.
    pub(crate) fn open(folder: &Path) -> Self {
        let path = folder.join(FILE);
        let settings = files::read_json(&path).unwrap_or_else(|error| {
            tracing::warn!("{error}; it is put aside as {FILE}.unreadable");
            if let Err(error) = std::fs::rename(&path, path.with_extension("json.unreadable")) {
                tracing::warn!("it could not be put aside: {error}");
            }
            None
        });
        Self { path, settings: Mutex::new(settings.unwrap_or_default()) }
    }

    pub(crate) fn settings(&self) -> Settings {
        self.settings.lock().clone()
    }

    /// Change and write; when it cannot be written nothing has changed.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut Settings) -> Result<T, Problem>) -> Result<T, Problem> {
        let mut settings = self.settings.lock();
        let mut next = settings.clone();
        let result = change(&mut next)?;
        files::write_json(&self.path, &next).map_err(|error| Problem::local("settings_unwritable", format!("{error}.")))?;
        *settings = next;
        Ok(result)
    }

    pub(crate) fn all(&self) -> Vec<Profile> {
        let settings = self.settings.lock();
        std::iter::once(settings.local()).chain(settings.profiles.iter().map(shown)).collect()
    }

    pub(crate) fn find(&self, id: &str) -> Result<Profile, Problem> {
        self.all().into_iter().find(|profile| profile.id == id).ok_or_else(missing)
    }

    pub(crate) fn remote(&self, id: &str) -> Result<Remote, Problem> {
        self.settings.lock().profiles.iter().find(|profile| profile.id == id).cloned().ok_or_else(missing)
    }

    pub(crate) fn add(&self, new: NewProfile) -> Result<Profile, Problem> {
        let url = backend::address(&new.url)?;
        let trust = Trust::new(new.ca_file, new.pin, new.backup_pin)?;
        backend::Remote::new(url.clone(), &trust)?;
        self.change(|settings| {
            if settings.profiles.len() >= PROFILES_MAX {
                return Err(Problem::new(
                    StatusCode::CONFLICT,
                    "too_many_profiles",
                    format!("There are {PROFILES_MAX} profiles already. Remove one first."),
                ));
            }
            let name = settings.free_name(&new.name, None)?;
            let remote = Remote { id: settings.free_id(&name), name, url: url.to_string(), environment: new.environment, trust };
            let profile = shown(&remote);
            settings.profiles.push(remote);
            Ok(profile)
        })
    }

    pub(crate) fn update(&self, id: &str, change: ProfileChange) -> Result<Profile, Problem> {
        let url = change.url.as_deref().map(backend::address).transpose()?;
        self.change(|settings| {
            let name = change.name.map(|name| settings.free_name(&name, Some(id))).transpose()?;
            if id == LOCAL {
                if url.is_some() || change.ca_file.is_some() || change.pin.is_some() || change.backup_pin.is_some() {
                    return Err(Problem::field("url", "The engine of this computer has no address."));
                }
                settings.local_name = name.unwrap_or_else(|| settings.local_name.clone());
                settings.local_environment = change.environment.unwrap_or(settings.local_environment);
                return Ok(settings.local());
            }
            let remote = settings.profiles.iter_mut().find(|profile| profile.id == id).ok_or_else(missing)?;
            remote.name = name.unwrap_or_else(|| remote.name.clone());
            remote.environment = change.environment.unwrap_or(remote.environment);
            remote.url = url.map_or_else(|| remote.url.clone(), |url| url.to_string());
            let said = TrustChange { ca_file: change.ca_file, pin: change.pin, backup_pin: change.backup_pin };
            remote.trust = std::mem::take(&mut remote.trust).changed(said)?;
            backend::Remote::new(backend::address(&remote.url)?, &remote.trust)?;
            Ok(shown(remote))
        })
    }

    pub(crate) fn remove(&self, id: &str) -> Result<(), Problem> {
        if id == LOCAL {
            return Err(Problem::new(StatusCode::CONFLICT, "local_profile", "The engine of this computer cannot be removed."));
        }
        self.change(|settings| {
            let before = settings.profiles.len();
            settings.profiles.retain(|profile| profile.id != id);
            if settings.profiles.len() == before {
                return Err(missing());
            }
            if settings.active == id {
                LOCAL.clone_into(&mut settings.active);
            }
            Ok(())
        })
    }
}

impl Settings {
    fn local(&self) -> Profile {
        Profile {
            id: LOCAL.to_owned(),
            name: self.local_name.clone(),
            kind: "local",
            environment: self.local_environment,
            url: None,
            trust: Trust::default(),
        }
    }

    /// Two profiles of one name could be taken for each other, which is how the wrong shop gets refunded.
    fn free_name(&self, name: &str, of: Option<&str>) -> Result<String, Problem> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || name.chars().any(char::is_control) {
            return Err(Problem::field("name", format!("Give it a name of up to {NAME_CHARS_MAX} characters.")));
        }
        let clash = |id: &str, other: &str| of != Some(id) && other.eq_ignore_ascii_case(name);
        if clash(LOCAL, &self.local_name) || self.profiles.iter().any(|profile| clash(&profile.id, &profile.name)) {
            return Err(Problem { status: StatusCode::CONFLICT, code: "name_taken", ..Problem::field("name", "Another profile has this name.") });
        }
        Ok(name.to_owned())
    }

    /// A word one can read in the keychain, with a number when it is taken.
    fn free_id(&self, name: &str) -> String {
        let word: String = name.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let word = word.trim_matches('-').to_owned();
        let word = if word.is_empty() || word == LOCAL { "profile".to_owned() } else { word };
        let taken = |id: &String| self.profiles.iter().any(|profile| &profile.id == id);
        std::iter::once(word.clone()).chain((2..=PROFILES_MAX + 1).map(|number| format!("{word}-{number}"))).find(|id| !taken(id)).unwrap_or(word)
    }
}

fn shown(remote: &Remote) -> Profile {
    Profile {
        id: remote.id.clone(),
        name: remote.name.clone(),
        kind: "remote",
        environment: remote.environment,
        url: Some(remote.url.clone()),
        trust: remote.trust.clone(),
    }
}

fn missing() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "not_found", "There is no such profile.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(name: &str, url: &str) -> NewProfile {
        NewProfile { name: name.to_owned(), url: url.to_owned(), environment: Environment::Production, ca_file: None, pin: None, backup_pin: None }
    }

    #[test]
    fn profiles_are_added_renamed_kept_and_removed() {
        drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path());
        assert_eq!(store.all().len(), 1);
        let harbour = store.add(new("Harbour & Sons", "https://harbour.example")).unwrap();
        assert_eq!((harbour.id.as_str(), harbour.url.as_deref()), ("harbour---sons", Some("https://harbour.example/")));
        assert_eq!(store.add(new("harbour & sons", "https://other.example")).unwrap_err().code, "name_taken");
        store.update("local", ProfileChange { name: Some("Desk".into()), ..ProfileChange::default() }).unwrap();
        store.update(&harbour.id, ProfileChange { environment: Some(Environment::Staging), ..ProfileChange::default() }).unwrap();

        let again = Store::open(folder.path());
        let names: Vec<_> = again.all().into_iter().map(|profile| (profile.name, profile.environment)).collect();
        assert_eq!(names, [("Desk".to_owned(), Environment::Local), ("Harbour & Sons".to_owned(), Environment::Staging)]);
        again
            .change(|settings| {
                settings.active.clone_from(&harbour.id);
                Ok(())
            })
            .unwrap();
        again.remove(&harbour.id).unwrap();
        assert_eq!(again.settings().active, LOCAL);
        assert_eq!(again.remove(&harbour.id).unwrap_err().status, StatusCode::NOT_FOUND);
        assert_eq!(again.remove(LOCAL).unwrap_err().code, "local_profile");
    }

    #[test]
    fn what_cannot_be_reached_safely_is_not_added() {
        drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path());
        assert_eq!(store.add(new("Shop", "http://shop.example")).unwrap_err().field, Some("url"));
        assert_eq!(store.add(new(" ", "https://shop.example")).unwrap_err().field, Some("name"));
        let untrusted = NewProfile { ca_file: Some(folder.path().join("none.pem")), ..new("Shop", "https://shop.example") };
        assert_eq!(store.add(untrusted).unwrap_err().field, Some("caFile"));
        assert!(!folder.path().join(FILE).exists());

        let trusted = folder.path().join("ca.pem");
        std::fs::write(&trusted, include_str!("tests/ca.pem")).unwrap();
        let shop = store.add(NewProfile { ca_file: Some(trusted.clone()), ..new("Shop", "https://shop.example") }).unwrap();
        let change = |json: &str| store.update(&shop.id, serde_json::from_str(json).unwrap()).unwrap().trust.ca_file;
        assert_eq!(change(r#"{"name": "Shop 2"}"#), Some(trusted), "what is left out stays");
        assert_eq!(change(r#"{"caFile": null}"#), None);
    }

    #[test]
    fn a_profile_carries_a_pin_and_one_in_reserve() {
        drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path());
        let [one, two] = ["sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "sha256/XAc8vpXUD+t1xnIiHDJTn/Ql9INmFW6OExUtDtd4xuY="];
        let shop = store.add(NewProfile { pin: Some(one.into()), ..new("Shop", "https://shop.example") }).unwrap();
        let change = |json: serde_json::Value| store.update(&shop.id, serde_json::from_value(json).unwrap());
        let trust = change(serde_json::json!({ "backupPin": two })).unwrap().trust;
        assert_eq!((trust.pin.unwrap().to_string(), trust.backup_pin.unwrap().to_string()), (one.to_owned(), two.to_owned()));
        assert_eq!(change(serde_json::json!({ "backupPin": one })).unwrap_err().field, Some("backupPin"));
        assert_eq!(change(serde_json::json!({ "pin": null })).unwrap_err().field, Some("pin"), "one in reserve alone is none");
        assert_eq!(change(serde_json::json!({ "pin": "nonsense" })).unwrap_err().field, Some("pin"));
        assert_eq!(change(serde_json::json!({ "url": "http://127.0.0.1:1" })).unwrap_err().field, Some("pin"), "there is no key to compare");
        let again = Store::open(folder.path()).find(&shop.id).unwrap();
        assert_eq!(again.trust.pin.unwrap().to_string(), one, "what was refused changed nothing");
        assert_eq!(change(serde_json::json!({ "pin": null, "backupPin": null })).unwrap().trust, Trust::default());
    }

    #[test]
    fn a_broken_file_is_put_aside() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), "{ not json").unwrap();
        assert_eq!(Store::open(folder.path()).all().len(), 1);
        assert!(folder.path().join("shell.json.unreadable").exists());
    }
}
