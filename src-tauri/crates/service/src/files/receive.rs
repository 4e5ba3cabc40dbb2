//! Taking a file in: counted, hashed and recognised while it passes through, never held in memory.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures::Stream;
use purser_core::files::{is_program, keeps_promise, safe_name, text_type};
use purser_core::ids::FileId;
use purser_core::{Error, Result};
use sha2::{Digest, Sha256};

use super::port::{Key, Vault};

/// Bytes looked at to tell what a file is.
const HEAD: usize = 8_192;

/// A stream that is measured as it passes.
struct Measured<S> {
    inner: S,
    size: u64,
    limit: u64,
    hasher: Sha256,
    head: Vec<u8>,
}

impl<S: Stream<Item = Result<Bytes>> + Unpin> Stream for Measured<S> {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        let polled = Pin::new(&mut self.inner).poll_next(cx);
        if let Poll::Ready(Some(Ok(part))) = &polled {
            self.size = self.size.saturating_add(u64::try_from(part.len()).unwrap_or(u64::MAX));
            if self.size > self.limit {
                return Poll::Ready(Some(Err(Error::TooLarge(self.limit))));
            }
            self.hasher.update(part);
            let wanted = HEAD.saturating_sub(self.head.len()).min(part.len());
            self.head.extend_from_slice(&part[..wanted]);
        }
        polled
    }
}

/// A file whose bytes are kept and which no row knows yet. Dropped without [`Received::keep`], its bytes are removed again.
pub struct Received {
    /// Id of the file to be.
    pub id: FileId,
    /// Name as people see it.
    pub name: String,
    /// What its bytes say it is.
    pub content_type: String,
    /// Bytes.
    pub size: i64,
    /// SHA-256 of the bytes, in hex.
    pub sha256: String,
    vault: Option<(Arc<dyn Vault>, Key)>,
}

impl Received {
    /// A row knows it now.
    pub(super) fn keep(mut self) {
        self.vault = None;
    }
}

impl Drop for Received {
    fn drop(&mut self) {
        let Some((vault, key)) = self.vault.take() else { return };
        // Outside of a runtime the sweep at the next start does it.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        runtime.spawn(async move {
            if let Err(error) = vault.remove(key).await {
                tracing::warn!(%error, "an object that nobody knows stays until the next start");
            }
        });
    }
}

/// Keep the bytes of `body` under `key`; at most `limit` of them.
pub(super) async fn receive<S>(vault: &Arc<dyn Vault>, key: Key, given_name: &str, (body, limit): (S, u64)) -> Result<Received>
where
    S: Stream<Item = Result<Bytes>> + Send + Unpin,
{
    let mut measured = Measured { inner: body, size: 0, limit, hasher: Sha256::new(), head: Vec::new() };
    let passing: Pin<&mut Measured<S>> = Pin::new(&mut measured);
    vault.put(key, passing).await?;
    let name = safe_name(given_name);
    let received = Received {
        id: FileId(key.id),
        content_type: recognised(&measured.head, &name).to_owned(),
        name,
        size: i64::try_from(measured.size).unwrap_or(i64::MAX),
        sha256: hex::encode(measured.hasher.finalize()),
        vault: Some((vault.clone(), key)),
    };
    // Refused, the bytes go away again with `received`.
    if is_program(&received.content_type) {
        return Err(Error::invalid("file", "program", "Programs are not taken."));
    }
    if !keeps_promise(&received.name, &received.content_type, measured.size) {
        let found = if received.content_type == "application/octet-stream" { "something else" } else { &received.content_type };
        return Err(Error::invalid(
            "file",
            "unlike_its_name",
            format!("The name says one thing, the bytes another: this is {found}. Give it its right ending."),
        ));
    }
    Ok(received)
}

/// What the bytes are; the name only tells texts apart.
fn recognised(head: &[u8], name: &str) -> &'static str {
    match infer::get(head).map(|kind| kind.mime_type()) {
        // The text matchers of `infer` look less far than ours.
        Some(kind) if !kind.starts_with("text/") => kind,
        _ => text_type(head, name).unwrap_or("application/octet-stream"),
    }
}

#[cfg(test)]
mod tests {
    use super::recognised;

    #[test]
    fn bytes_decide_not_names() {
        assert_eq!(recognised(b"\x89PNG\r\n\x1a\n....", "x.txt"), "image/png");
        assert_eq!(recognised(b"%PDF-1.7 ...", "x.png"), "application/pdf");
        assert_eq!(recognised(b"<html><script>", "x.png"), "text/html");
        assert_eq!(recognised(b"", "x.png"), "text/plain");
        assert_eq!(recognised(b"\x00\x01\x02\x03", "x.pdf"), "application/octet-stream");
    }
}
