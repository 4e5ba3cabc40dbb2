//! Where the bytes of files are kept: a folder, or a store elsewhere. An adapter keeps bytes under a key and knows nothing of what they are.

use std::ops::Range;
use std::pin::Pin;

use async_trait::async_trait;
use bytes::Bytes;
use futures::Stream;
use purser_core::ids::TenantId;
use purser_core::{Result, Timestamp};
use uuid::Uuid;

/// Bytes on their way.
pub type Incoming<'a> = Pin<&'a mut (dyn Stream<Item = Result<Bytes>> + Send)>;

/// Bytes on their way out.
pub type Outgoing = Pin<Box<dyn Stream<Item = Result<Bytes>> + Send>>;

/// The key of an object. Made of our own ids alone: nothing a caller wrote ever becomes part of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// The room it belongs to: `files`, `imports`.
    pub area: &'static str,
    /// Whose it is.
    pub tenant: TenantId,
    /// Its id, a `UUIDv7`: it tells when it was made.
    pub id: Uuid,
}

impl Key {
    /// When the object was begun, to the millisecond.
    pub fn made_at(&self) -> Timestamp {
        let millis = i64::try_from(self.id.as_u128() >> 80).unwrap_or(0);
        Timestamp::from_micros(millis.saturating_mul(1_000))
    }
}

/// A store of objects.
#[async_trait]
pub trait Vault: Send + Sync {
    /// Keep `body` under `key`. When it answers, the object is whole and durable; when it fails or is dropped, nothing of it is left.
    async fn put(&self, key: Key, body: Incoming<'_>) -> Result<()>;

    /// The object, or a part of it; [`purser_core::Error::NotFound`] when there is none.
    async fn get(&self, key: Key, range: Option<Range<u64>>) -> Result<Outgoing>;

    /// Remove the object; nothing happens when there is none.
    async fn remove(&self, key: Key) -> Result<()>;

    /// Keys of one of the 256 parts `area` is divided into; all parts together are all keys.
    async fn part(&self, area: &'static str, part: u8) -> Result<Vec<Key>>;

    /// Remove what was begun before `before` and never finished.
    async fn tidy(&self, before: Timestamp) -> Result<()>;
}
