//! Where the keys come from that secrets in the database are sealed with: the environment, a file of the operator's, or the data folder.

use std::path::Path;

use purser_service::seal::{Seal, new_key, read_keys};

use crate::config::{Problem, SealKeys};
use crate::{Config, StartError, tls};

/// The keys of this process. In a data folder without any, one is made: back it up with the database, or what it sealed is lost.
pub(crate) fn open(config: &Config) -> Result<Seal, StartError> {
    let keys = match &config.seal_keys {
        SealKeys::Given(keys) => keys.clone(),
        SealKeys::File(path) => read(path)?,
        SealKeys::Folder => {
            let path = config.data.join("seal.key");
            if !path.exists() {
                let text = format!("# Secrets in the database are sealed with this key. Without it they are lost.\n{}\n", new_key());
                tls::write_private(&path, text.as_bytes())?;
            }
            read(&path)?
        }
    };
    Seal::new(&keys).map_err(StartError::database)
}

fn read(path: &Path) -> Result<Vec<[u8; purser_service::seal::KEY_LEN]>, StartError> {
    let text = std::fs::read_to_string(path).map_err(|error| StartError::io(path, error))?;
    read_keys(&text).map_err(|message| StartError::Config(vec![Problem::new(path.display().to_string(), message)]))
}
