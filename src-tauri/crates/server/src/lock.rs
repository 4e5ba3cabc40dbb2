//! One process per data folder. The lock is the operating system's, so it ends with the process however that ends; the note inside says
//! who holds it, for whoever comes second.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::StartError;

/// Name of the lock file in the data folder.
const NAME: &str = "purser.lock";

/// The note in the lock file.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Owner {
    /// The process.
    pub pid: u32,
    /// Where it answers, if it listens.
    pub address: Option<String>,
}

/// A locked data folder. Unlocked when dropped.
#[derive(Debug)]
pub(crate) struct FolderLock {
    file: File,
    path: PathBuf,
}

/// Make the folder if it is not there, readable by its owner alone.
pub(crate) fn make_folder(folder: &Path) -> Result<(), StartError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder).map_err(|error| StartError::io(folder, error))
}

impl FolderLock {
    /// Lock `folder`, or say who holds it.
    pub(crate) fn take(folder: &Path) -> Result<Self, StartError> {
        make_folder(folder)?;
        let path = folder.join(NAME);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let file = options.open(&path).map_err(|error| StartError::io(&path, error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let owner = read(&path);
                let (pid, address) = (owner.as_ref().map(|owner| owner.pid), owner.and_then(|owner| owner.address));
                return Err(StartError::Owned { folder: folder.to_owned(), pid, address });
            }
            Err(TryLockError::Error(error)) => return Err(StartError::io(&path, error)),
        }
        let mut lock = Self { file, path };
        lock.note(None)?;
        Ok(lock)
    }

    /// Write down where this process answers.
    pub(crate) fn note(&mut self, address: Option<String>) -> Result<(), StartError> {
        let owner = Owner { pid: std::process::id(), address };
        let text = serde_json::to_string(&owner).unwrap_or_default();
        let write = |file: &mut File| {
            file.set_len(0)?;
            file.rewind()?;
            file.write_all(text.as_bytes())
        };
        write(&mut self.file).map_err(|error| StartError::io(&self.path, error))
    }
}

/// Who holds `folder` now; `None` when nobody does.
pub fn owner(folder: &Path) -> Option<Owner> {
    let path = folder.join(NAME);
    let file = File::open(&path).ok()?;
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => Some(read(&path).unwrap_or_default()),
        _ => None,
    }
}

fn read(path: &Path) -> Option<Owner> {
    let mut text = String::new();
    File::open(path).ok()?.take(4_096).read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_hears_who_was_first() {
        let folder = std::env::temp_dir().join(format!("purser-lock-{}", std::process::id()));
        let mut lock = FolderLock::take(&folder).unwrap();
        lock.note(Some("http://127.0.0.1:1".into())).unwrap();
        let refused = FolderLock::take(&folder).unwrap_err();
        assert!(matches!(&refused, StartError::Owned { pid: Some(pid), address: Some(_), .. } if *pid == std::process::id()), "{refused}");
        assert!(owner(&folder).is_some());
        drop(lock);
        assert!(owner(&folder).is_none());
        drop(FolderLock::take(&folder).unwrap());
        std::fs::remove_dir_all(folder).unwrap();
    }
}
