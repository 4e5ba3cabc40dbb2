//! Identity tokens (`OpenID` Connect Core 3.1.3.7): who signed, for whom, when, in answer to what. Pure, but for the log.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use purser_core::{Result, Timestamp};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::untrusted;

/// What may have signed. No `none`, and nothing whose key is a shared secret.
const TAKEN: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];
/// Clocks may differ by this many seconds.
const SKEW: i64 = 60;
/// Tokens issued longer ago than this many seconds are not the answer to anything asked now.
const OLDEST: i64 = 3_600;
/// Longest token that is looked at.
const LONGEST: usize = 100_000;

/// What a token has to say.
pub(super) struct Wanted<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
    pub(super) now: Timestamp,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    azp: Option<String>,
    exp: i64,
    iat: i64,
    nbf: Option<i64>,
    nonce: Option<String>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// The name of the key a token says it was signed with.
pub(super) fn key_of(token: &str) -> Result<Option<String>> {
    if token.len() > LONGEST {
        return Err(untrusted("a token that is too long"));
    }
    let header = jsonwebtoken::decode_header(token).map_err(|_| untrusted("a token whose head can not be read"))?;
    if !TAKEN.contains(&header.alg) {
        return Err(untrusted("a token signed in a way that is not taken"));
    }
    Ok(header.kid)
}

fn fits(key: &Jwk, kid: Option<&str>) -> bool {
    let named = kid.is_none_or(|kid| key.common.key_id.as_deref() == Some(kid));
    named && !matches!(key.common.public_key_use, Some(PublicKeyUse::Encryption))
}

/// What a token says, if one of these keys signed it.
pub(super) fn signed<T: DeserializeOwned>(token: &str, keys: &JwkSet) -> Result<T> {
    let kid = key_of(token)?;
    let algorithm = jsonwebtoken::decode_header(token).map_err(|_| untrusted("a token whose head can not be read"))?.alg;
    let mut validation = Validation::new(algorithm);
    // Who, for whom and when are looked at below, by our own clock.
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let decode = |key: &Jwk| {
        let key = DecodingKey::from_jwk(key).ok()?;
        jsonwebtoken::decode::<T>(token, &key, &validation).ok()
    };
    let signed = keys.keys.iter().filter(|key| fits(key, kid.as_deref())).find_map(decode);
    Ok(signed.ok_or_else(|| untrusted("a token that none of the provider's keys signed, or that lacks something"))?.claims)
}

/// What the token says, if one of these keys signed it and it is what was asked for: the subject and everything else.
pub(super) fn check(token: &str, keys: &JwkSet, wanted: &Wanted<'_>) -> Result<(String, Map<String, Value>)> {
    said(signed(token, keys)?, wanted)
}

fn said(claims: Claims, wanted: &Wanted<'_>) -> Result<(String, Map<String, Value>)> {
    let now = wanted.now.seconds();
    let demand = |good: bool, why: &'static str| if good { Ok(()) } else { Err(untrusted(why)) };
    demand(claims.iss == wanted.issuer, "a token of another issuer")?;
    let (ours, others) = match &claims.aud {
        Audience::One(one) => (one == wanted.client_id, false),
        Audience::Many(many) => (many.iter().any(|one| one == wanted.client_id), many.len() > 1),
    };
    demand(ours, "a token for somebody else")?;
    demand(!others || claims.azp.is_some(), "a token for several that does not say for whom it was made")?;
    demand(claims.azp.is_none_or(|party| party == wanted.client_id), "a token made for somebody else")?;
    demand(claims.exp > now - SKEW, "a token that has run out")?;
    demand(claims.iat <= now + SKEW, "a token from the future")?;
    demand(claims.iat >= now - OLDEST, "a token from long ago")?;
    demand(claims.nbf.is_none_or(|from| from <= now + SKEW), "a token that is not in force yet")?;
    let nonce = claims.nonce.unwrap_or_default();
    demand(verify_slices_are_equal(nonce.as_bytes(), wanted.nonce.as_bytes()).is_ok(), "a token that answers another sign-in")?;
    demand(!claims.sub.is_empty() && claims.sub.len() <= 255, "a token that does not say of whom")?;
    Ok((claims.sub, claims.rest))
}
