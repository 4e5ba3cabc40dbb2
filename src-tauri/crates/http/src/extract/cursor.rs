//! Cursors as callers hold them: opaque, safe in an address.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use purser_core::Error;
use purser_store::Cursor;

use crate::Problem;

/// A cursor as text.
pub(crate) fn encode_cursor(cursor: &Cursor) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(cursor).unwrap_or_default())
}

/// The cursor in a text, or a problem with the field `cursor`.
pub(crate) fn decode_cursor(text: &str) -> Result<Cursor, Problem> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| bytes.len() <= 1_000);
    let cursor = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    cursor.ok_or_else(|| Problem(Error::invalid("cursor", "not_a_cursor", "This is not a cursor that Purser gave out. Start from the first page.")))
}
