//! How many pixels a picture has, read from the head of its file. A few kilobytes can stand for more of them than a browser can hold.

use std::collections::HashMap;

use futures::StreamExt;
use purser_core::access::Grant;
use purser_core::catalog::{LARGEST_PICTURE, PICTURE_TYPES};
use purser_core::ids::FileId;
use purser_core::{Error, Result};
use purser_store::pictures::Candidate;

use crate::App;
use crate::files::key;

/// Bytes in which nearly every picture says how large it is.
const HEAD: u64 = 64 * 1024;

/// Width and height of those of `files` that can be pictures; `None` where the bytes do not say. What a file is never changes, so this is asked
/// before anything is held.
pub(super) async fn measure<P>(app: &App, by: &Grant<P>, files: &[Candidate]) -> Result<HashMap<FileId, Option<(usize, usize)>>> {
    let mut measured = HashMap::new();
    for file in files.iter().filter(|file| PICTURE_TYPES.contains(&file.content_type.as_str()) && file.size <= LARGEST_PICTURE) {
        let mut found = of_bytes(&first(app, by, file.id, HEAD).await?);
        let size = u64::try_from(file.size).unwrap_or(0);
        if found.is_none() && size > HEAD {
            // Cameras put a lot before it: small pictures, colour profiles, where it was taken.
            found = of_bytes(&first(app, by, file.id, size).await?);
        }
        measured.insert(file.id, found);
    }
    Ok(measured)
}

fn of_bytes(bytes: &[u8]) -> Option<(usize, usize)> {
    imagesize::blob_size(bytes).ok().map(|size| (size.width, size.height))
}

/// The first bytes of a file, at most so many.
async fn first<P>(app: &App, by: &Grant<P>, id: FileId, most: u64) -> Result<Vec<u8>> {
    let mut parts = match app.vault.get(key(by.tenant(), id), Some(0..most)).await {
        // Deleted meanwhile, or its bytes are lost: a picture it can not be.
        Err(Error::NotFound(_)) => return Ok(Vec::new()),
        other => other?,
    };
    let mut bytes = Vec::new();
    while let Some(part) = parts.next().await {
        bytes.extend_from_slice(&part?);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::of_bytes;

    #[test]
    fn each_kind_says_how_large_it_is() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x75\x30\0\0\0\x02\x08\x06\0\0\0";
        assert_eq!(of_bytes(png), Some((30_000, 2)));
        assert_eq!(of_bytes(b"GIF89a\x03\0\x02\0\0\0\0"), Some((3, 2)));
        assert_eq!(of_bytes(b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x02\0\0\x01\0\0"), Some((3, 2)));
        // What stands before it is passed over.
        let jpeg = [&b"\xff\xd8\xff\xe1\0\x06Exif\xff\xc0\0\x11\x08\0\x02\0\x03\x03"[..], &[0; 12]].concat();
        assert_eq!(of_bytes(&jpeg), Some((3, 2)));
    }

    #[test]
    fn what_does_not_say_is_none() {
        for bytes in [&b""[..], b"\x89PNG\r\n\x1a\n", b"GIF89a", b"\xff\xd8\xff\xe1\xff\xff", b"RIFF\0\0\0\0WEBPVP8?", b"<svg width='3' height='2'/>"]
        {
            assert_eq!(of_bytes(bytes), None, "{bytes:?}");
        }
    }
}
