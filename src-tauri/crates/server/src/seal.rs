//! Where the keys come from that secrets in the database are sealed with: the environment, a file of the operator's, or the data folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use purser_core::Error;
use purser_service::seal::{Keyring, Seal, SealKey, new_key, read_keys};

use crate::config::{Problem, SealKeys};
use crate::{Config, StartError, tls};

/// The keys of this process, and where a new one goes if Purser keeps them itself. In a data folder without any, one is made: back it up
/// with the database, or what it sealed is lost.
pub(crate) fn open(config: &Config) -> Result<(Seal, Option<Arc<dyn Keyring>>), StartError> {
    let (keys, ring): (_, Option<Arc<dyn Keyring>>) = match &config.seal_keys {
        SealKeys::Given(keys) => (keys.clone(), None),
        SealKeys::File(path) => (read(path)?, None),
        SealKeys::Folder => {
            let path = config.data.join("seal.key");
            if !path.exists() {
                let key = new_key().map_err(StartError::database)?;
                write(&path, &format!("{HEAD}{}\n", *key))?;
            }
            (read(&path)?, Some(Arc::new(InFolder(path))))
        }
    };
    Ok((Seal::new(&keys).map_err(StartError::database)?, ring))
}

const HEAD: &str = "# Secrets in the database are sealed with these keys, new ones with the first. Without them they are lost.\n";

/// Keys in the data folder.
struct InFolder(PathBuf);

impl Keyring for InFolder {
    fn add(&self) -> purser_core::Result<SealKey> {
        let unreadable = |error: &dyn std::fmt::Display| Error::internal(format!("the file of seal keys: {error}"));
        let text = zeroize::Zeroizing::new(std::fs::read_to_string(&self.0).map_err(|error| unreadable(&error))?);
        let rest = text.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join("\n");
        let rest = zeroize::Zeroizing::new(rest);
        let key = new_key()?;
        write(&self.0, &format!("{HEAD}{}\n{}\n", *key, *rest)).map_err(|error| unreadable(&error))?;
        let mut keys = read_keys(&key).map_err(Error::internal)?;
        Ok(keys.swap_remove(0))
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

fn read(path: &Path) -> Result<Vec<SealKey>, StartError> {
    let text = std::fs::read_to_string(path).map(zeroize::Zeroizing::new).map_err(|error| StartError::io(path, error))?;
    read_keys(&text).map_err(|message| StartError::Config(vec![Problem::new(path.display().to_string(), message)]))
}
