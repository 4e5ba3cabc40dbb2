//! Access tokens: JWT, RS256, 15 minutes, signed by a key the database keeps; refresh tokens: 256 random bits, kept as a hash.

use std::sync::Arc;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::KeyPair;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use parking_lot::RwLock;
use purser_core::ids::{SessionId, TenantId, TokenId, UserId};
use purser_core::time::{Clock, DAY, MINUTE, SECOND};
use purser_core::{Error, Result, Timestamp};
use purser_store::sessions::{self, SigningKey};
use purser_store::{Db, Scope};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::seal::Seal;

/// How long an access token works, in microseconds.
pub const ACCESS_LIFE: i64 = 15 * MINUTE;
const ISSUER: &str = "purser";
const AUDIENCE: &str = "purser-api";
/// What a token is, in its header (RFC 9068): nothing else that a key of ours may ever sign passes for an access token.
const KIND: &str = "at+jwt";

/// What an access token says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Claims {
    /// Who issued it.
    pub iss: String,
    /// Whom it is for.
    pub aud: String,
    /// The person.
    pub sub: UserId,
    /// The tenant.
    pub tid: TenantId,
    /// The session.
    pub sid: SessionId,
    /// Issued at, seconds since 1970.
    pub iat: i64,
    /// Works until, seconds since 1970.
    pub exp: i64,
    /// Works from, seconds since 1970. Ours work at once and do not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
}

impl Claims {
    /// What a token issued at `now` says.
    pub(crate) fn of(user: UserId, tenant: TenantId, session: SessionId, now: Timestamp) -> Self {
        Self {
            iss: ISSUER.into(),
            aud: AUDIENCE.into(),
            sub: user,
            tid: tenant,
            sid: session,
            iat: now.seconds(),
            exp: now.plus(ACCESS_LIFE).seconds(),
            nbf: None,
        }
    }
}

/// A new key follows after so long.
const ROTATED: i64 = 30 * DAY;
/// A new key is published so long before it signs, so that whoever checks tokens has heard of it.
const AHEAD: i64 = 10 * MINUTE;
/// An old key is accepted so long after the new one signs; an access token lives far shorter.
const OVERLAP: i64 = DAY;
/// Keys are read again at most so often for a token whose key is unknown.
const REREAD: i64 = 10 * SECOND;
/// Clocks of two machines may differ so much.
const SKEW_S: i64 = 60;

/// Signs with one key and accepts every key in force.
pub struct Tokens {
    keys: RwLock<Arc<Vec<Key>>>,
    reread: RwLock<Timestamp>,
    seal: Arc<Seal>,
}

struct Key {
    kid: String,
    created_at: Timestamp,
    sign: EncodingKey,
    check: DecodingKey,
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

/// A public key as published at `/.well-known/jwks.json` (RFC 7517).
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct Jwk {
    /// Key id.
    pub kid: String,
    /// Always `RSA`.
    pub kty: &'static str,
    /// Always `RS256`.
    pub alg: &'static str,
    /// Always `sig`.
    #[serde(rename = "use")]
    pub purpose: &'static str,
    /// Modulus, base64url.
    pub n: String,
    /// Exponent, base64url.
    pub e: String,
}

impl Tokens {
    /// The keys in force; makes the first one if there is none.
    pub async fn load(db: &Db, clock: &Clock, seal: Arc<Seal>) -> Result<Self> {
        let mut stored = db.read(Scope::System, async |tx| sessions::signing_keys(tx).await.map_err(Error::from)).await?;
        if stored.is_empty() {
            let fresh = tokio::task::spawn_blocking(generate).await.map_err(|error| Error::Internal(Box::new(error)))??;
            let fresh = SigningKey { created_at: clock.now(), ..sealed(&seal, fresh)? };
            db.transact(Scope::System, async |tx| {
                // Another process may have been first; then its key serves.
                if sessions::signing_keys(tx).await?.is_empty() {
                    sessions::insert_signing_key(tx, &fresh).await?;
                }
                stored = sessions::signing_keys(tx).await?;
                Ok::<_, Error>(())
            })
            .await?;
        }
        Ok(Self { keys: RwLock::new(Arc::new(read(&seal, &stored)?)), reread: RwLock::default(), seal })
    }

    fn keys(&self) -> Arc<Vec<Key>> {
        self.keys.read().clone()
    }

    /// Read the keys in force again: another process may have made one.
    pub async fn reload(&self, db: &Db) -> Result<()> {
        let stored = db.read(Scope::System, async |tx| sessions::signing_keys(tx).await.map_err(Error::from)).await?;
        *self.keys.write() = Arc::new(read(&self.seal, &stored)?);
        Ok(())
    }

    /// Make the next key when the newest is old, and take those out of force that have had their time. Nobody is signed out by it.
    pub async fn rotate(&self, db: &Db, clock: &Clock) -> Result<()> {
        self.reload(db).await?;
        let now = clock.now();
        let due = self.keys().first().is_none_or(|key| now.since(key.created_at) >= ROTATED);
        let fresh = if due {
            let made = tokio::task::spawn_blocking(generate).await.map_err(|error| Error::Internal(Box::new(error)))??;
            Some(SigningKey { created_at: now, ..sealed(&self.seal, made)? })
        } else {
            None
        };
        db.transact(Scope::System, async |tx| {
            tx.alone("signing_keys").await?;
            let stored = sessions::signing_keys(tx).await?;
            if let Some(fresh) = &fresh
                // Another process may have been first.
                && stored.first().is_none_or(|newest| now.since(newest.created_at) >= ROTATED)
            {
                sessions::insert_signing_key(tx, fresh).await?;
            }
            // Newest first: each key is followed by the one before it in the list.
            for pair in stored.windows(2) {
                if let [newer, older] = pair
                    && now.since(newer.created_at) >= AHEAD + OVERLAP
                {
                    sessions::retire_signing_key(tx, &older.kid, now).await?;
                }
            }
            Ok::<_, Error>(())
        })
        .await?;
        self.reload(db).await
    }

    /// What a token says, as [`Self::verify`]; keys that are unknown here are looked for in the database first.
    pub async fn check(&self, db: &Db, token: &str, now: Timestamp) -> Result<Claims> {
        let kid = jsonwebtoken::decode_header(token).ok().and_then(|header| header.kid);
        let unknown = kid.is_some_and(|kid| self.keys().iter().all(|key| key.kid != kid));
        if unknown && self.may_reread(now) {
            self.reload(db).await?;
        }
        self.verify(token, now)
    }

    fn may_reread(&self, now: Timestamp) -> bool {
        let mut last = self.reread.write();
        let may = now.since(*last) >= REREAD;
        if may {
            *last = now;
        }
        may
    }

    /// A signed access token for this session.
    pub fn issue(&self, (user, tenant, session): (UserId, TenantId, SessionId), now: Timestamp) -> Result<String> {
        let keys = self.keys();
        // The newest that was published long enough; in the beginning there is only one.
        let ready = keys.iter().find(|key| now.since(key.created_at) >= AHEAD);
        let key = ready.or_else(|| keys.last()).ok_or_else(|| Error::internal("there is no signing key"))?;
        let header = Header { kid: Some(key.kid.clone()), typ: Some(KIND.into()), ..Header::new(Algorithm::RS256) };
        let claims = Claims::of(user, tenant, session, now);
        jsonwebtoken::encode(&header, &claims, &key.sign).map_err(|error| Error::Internal(Box::new(error)))
    }

    /// What a token says, if one of our keys signed it with RS256, for us, and it is still in force.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Claims> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| bad_token())?;
        if header.typ.as_deref() != Some(KIND) {
            return Err(bad_token());
        }
        let kid = header.kid.ok_or_else(bad_token)?;
        let keys = self.keys();
        let key = keys.iter().find(|key| key.kid == kid).ok_or_else(bad_token)?;
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_audience(&[AUDIENCE]);
        validation.set_issuer(&[ISSUER]);
        // The time is checked below, by our own clock.
        validation.validate_exp = false;
        let claims = jsonwebtoken::decode::<Claims>(token, &key.check, &validation).map_err(|_| bad_token())?.claims;
        if claims.exp <= now.seconds() {
            return Err(Error::Unauthenticated("token_expired", "The sign-in has run out. Refresh it or sign in again.".into()));
        }
        if claims.iat.max(claims.nbf.unwrap_or(claims.iat)) > now.seconds() + SKEW_S {
            return Err(bad_token());
        }
        Ok(claims)
    }

    /// The public keys.
    pub fn published(&self) -> Vec<Jwk> {
        let publish = |key: &Key| Jwk {
            kid: key.kid.clone(),
            kty: "RSA",
            alg: "RS256",
            purpose: "sig",
            n: URL_SAFE_NO_PAD.encode(&key.modulus),
            e: URL_SAFE_NO_PAD.encode(&key.exponent),
        };
        self.keys().iter().map(publish).collect()
    }
}

fn bad_token() -> Error {
    Error::Unauthenticated("bad_token", "The access token is not valid. Sign in again.".into())
}

/// A new signing key, RSA with 3,072 bits, as strong as the rest of what is used here; takes a few tenths of a second.
pub fn generate() -> Result<SigningKey> {
    let broken = |_| Error::internal("a signing key could not be made");
    let pair = aws_lc_rs::rsa::KeyPair::generate(KeySize::Rsa3072).map_err(broken)?;
    let der = AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&pair).map_err(broken)?;
    let kid = hex::encode(&Sha256::digest(pair.public_key().as_ref())[..8]);
    Ok(SigningKey { kid, private_key: der.as_ref().to_vec(), created_at: Timestamp::default() })
}

fn read(seal: &Seal, stored: &[SigningKey]) -> Result<Vec<Key>> {
    stored.iter().map(|stored| parse(seal, stored)).collect()
}

fn place(kid: &str) -> String {
    format!("signing_keys/{kid}")
}

/// The key as it is stored: readable to nobody without the keys of this installation.
fn sealed(seal: &Seal, key: SigningKey) -> Result<SigningKey> {
    let private_key = seal.seal(&place(&key.kid), &key.private_key)?.into_bytes();
    Ok(SigningKey { private_key, ..key })
}

fn parse(seal: &Seal, stored: &SigningKey) -> Result<Key> {
    let private_key = match std::str::from_utf8(&stored.private_key) {
        Ok(text) if Seal::is_sealed(text) => Zeroizing::new(seal.open(&place(&stored.kid), text)?),
        // From before they were sealed; the next one is.
        _ => Zeroizing::new(stored.private_key.clone()),
    };
    let pair = aws_lc_rs::rsa::KeyPair::from_pkcs8(&private_key).map_err(|error| Error::internal(error.to_string()))?;
    let public = pair.public_key();
    let modulus = public.modulus().big_endian_without_leading_zero().to_vec();
    let exponent = public.exponent().big_endian_without_leading_zero().to_vec();
    let body = STANDARD.encode(&*private_key);
    let lines: Vec<&str> = (0..body.len()).step_by(64).map(|at| &body[at..body.len().min(at + 64)]).collect();
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"));
    let sign = EncodingKey::from_rsa_pem(pem.as_bytes()).map_err(|error| Error::Internal(Box::new(error)))?;
    let check = DecodingKey::from_rsa_raw_components(&modulus, &exponent);
    Ok(Key { kid: stored.kid.clone(), created_at: stored.created_at, sign, check, modulus, exponent })
}

/// A new refresh token: what the client keeps, and the hash that is stored.
pub fn refresh_token() -> (String, Vec<u8>) {
    let secret: [u8; 32] = rand::random();
    let token = URL_SAFE_NO_PAD.encode(secret);
    let hash = hash(&token);
    (token, hash)
}

/// The refresh token that follows `old` and is stored as `id`: whoever holds the old one, and nobody else, can be given it again. It takes
/// the keys of this installation, the old token, and the id, so neither the database nor an old token alone tells it.
pub(crate) fn follower(seal: &Seal, old: &str, id: TokenId) -> Result<(String, Vec<u8>)> {
    let secret = seal.derive("refresh_tokens", &format!("{id}\n{old}"))?;
    let token = URL_SAFE_NO_PAD.encode(*secret);
    let hash = hash(&token);
    Ok((token, hash))
}

/// How a refresh token is stored and looked up. It is random, so a plain hash is enough.
pub fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}
