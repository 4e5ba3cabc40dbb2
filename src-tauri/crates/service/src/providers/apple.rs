//! Apple's way: a key signs the client secret anew each time.

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use purser_core::providers::AppleKey;
use purser_core::time::MINUTE;
use purser_core::{Error, Result, Timestamp};
use serde::Serialize;

/// A client secret lives this long.
const LIFE: i64 = 5 * MINUTE;

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    iat: i64,
    exp: i64,
    aud: &'static str,
    sub: &'a str,
}

/// The key in a `.p8` file.
pub(super) fn key(pem: &str) -> Option<EncodingKey> {
    EncodingKey::from_ec_pem(pem.as_bytes()).ok()
}

/// A client secret for now: a token signed with ES256.
pub(super) fn client_secret((apple, client_id): (&AppleKey, &str), pem: &str, now: Timestamp) -> Result<String> {
    let key = key(pem).ok_or_else(|| Error::internal("Apple's key can not be read"))?;
    let header = Header { kid: Some(apple.key_id.clone()), ..Header::new(Algorithm::ES256) };
    let claims = Claims { iss: &apple.team_id, iat: now.seconds(), exp: now.plus(LIFE).seconds(), aud: "https://appleid.apple.com", sub: client_id };
    jsonwebtoken::encode(&header, &claims, &key).map_err(|error| Error::Internal(Box::new(error)))
}
