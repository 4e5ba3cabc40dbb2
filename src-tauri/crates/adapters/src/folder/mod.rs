//! Objects in a local folder.
//!
//! `<root>/<area>/<tenant>/<part>/<id>`: every piece is one of our own words or ids. An object is written beside its place and moved there
//! only when it is whole and on disk, so a reader never meets half of one, whatever happens to the machine.

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::try_unfold;
use purser_core::ids::TenantId;
use purser_core::{Error, Result, Timestamp};
use purser_service::files::{Incoming, Key, Outgoing, Vault};
use tokio::fs::{self, File};
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};
use uuid::Uuid;

/// Folder of what is being written.
const UNFINISHED: &str = "unfinished";

/// Bytes read at once.
const CHUNK: usize = 64 * 1024;

/// A folder that keeps objects.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The folder at `root`; made when first needed.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    fn shelf(&self, key: Key) -> PathBuf {
        // The last byte of a UUIDv7 is random, so the parts grow alike.
        self.root.join(key.area).join(key.tenant.to_string()).join(format!("{:02x}", key.id.as_bytes()[15]))
    }

    fn place(&self, key: Key) -> PathBuf {
        self.shelf(key).join(key.id.to_string())
    }
}

/// A failure of the disk, in words where a person can do something about it.
fn told(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            Error::Unavailable("disk_full", "The disk is full. Nothing was kept; free some space and try again.".into())
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            Error::Unavailable("read_only", "The folder for files can not be written to. Nothing was kept.".into())
        }
        _ => Error::Internal(Box::new(error)),
    }
}

/// A file that goes away again unless it is finished.
struct Unfinished(Option<PathBuf>);

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(path) = self.0.take()
            && let Err(error) = std::fs::remove_file(&path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "half an object stays until the next start");
        }
    }
}

async fn write(path: &Path, mut body: Incoming<'_>) -> Result<()> {
    let mut file = File::create_new(path).await.map_err(told)?;
    while let Some(part) = body.next().await {
        file.write_all(&part?).await.map_err(told)?;
    }
    // A write of the runtime may fail only here, when it is flushed.
    file.flush().await.map_err(told)?;
    file.sync_all().await.map_err(told)
}

/// A rename is on disk once its folder is.
async fn sync_folder(path: &Path) -> Result<()> {
    if cfg!(unix) {
        File::open(path).await.map_err(told)?.sync_all().await.map_err(told)?;
    }
    Ok(())
}

#[async_trait]
impl Vault for Folder {
    async fn put(&self, key: Key, body: Incoming<'_>) -> Result<()> {
        let unfinished = self.root.join(UNFINISHED);
        let target = self.shelf(key);
        fs::create_dir_all(&unfinished).await.map_err(told)?;
        fs::create_dir_all(&target).await.map_err(told)?;
        let path = unfinished.join(key.id.to_string());
        let mut guard = Unfinished(Some(path.clone()));
        write(&path, body).await?;
        fs::rename(&path, self.place(key)).await.map_err(told)?;
        guard.0 = None;
        sync_folder(&target).await
    }

    async fn get(&self, key: Key, range: Option<Range<u64>>) -> Result<Outgoing> {
        let mut file = File::open(self.place(key)).await.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Error::NotFound("object"),
            _ => told(error),
        })?;
        let range = range.unwrap_or(0..u64::MAX);
        if range.start > 0 {
            file.seek(io::SeekFrom::Start(range.start)).await.map_err(told)?;
        }
        let reader = file.take(range.end.saturating_sub(range.start));
        Ok(Box::pin(try_unfold(reader, async |mut reader| {
            let mut part = Vec::with_capacity(CHUNK);
            let read = (&mut reader).take(u64::try_from(CHUNK).unwrap_or(u64::MAX)).read_to_end(&mut part).await.map_err(told)?;
            Ok((read > 0).then(|| (Bytes::from(part), reader)))
        })))
    }

    async fn remove(&self, key: Key) -> Result<()> {
        match fs::remove_file(self.place(key)).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(told(error)),
            _ => Ok(()),
        }
    }

    async fn part(&self, area: &'static str, part: u8) -> Result<Vec<Key>> {
        let mut keys = Vec::new();
        for (tenant, folder) in entries(&self.root.join(area)).await? {
            for (id, _) in entries(&folder.join(format!("{part:02x}"))).await? {
                keys.push(Key { area, tenant: TenantId(tenant), id });
            }
        }
        Ok(keys)
    }

    async fn tidy(&self, before: Timestamp) -> Result<()> {
        for (id, path) in entries(&self.root.join(UNFINISHED)).await? {
            let key = Key { area: UNFINISHED, tenant: TenantId(Uuid::nil()), id };
            if key.made_at() < before {
                fs::remove_file(path).await.map_err(told)?;
            }
        }
        Ok(())
    }
}

/// What in `folder` bears an id as its name; nothing when there is no such folder.
async fn entries(folder: &Path) -> Result<Vec<(Uuid, PathBuf)>> {
    let mut list = match fs::read_dir(folder).await {
        Ok(list) => list,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(told(error)),
    };
    let mut found = Vec::new();
    while let Some(entry) = list.next_entry().await.map_err(told)? {
        if let Some(id) = entry.file_name().to_str().and_then(|name| Uuid::parse_str(name).ok()) {
            found.push((id, entry.path()));
        }
    }
    Ok(found)
}
