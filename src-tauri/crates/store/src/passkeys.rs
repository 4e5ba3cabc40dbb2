//! The `passkey_requests` table: passkeys that are asked to sign before anybody is known. Belongs to the installation.

use purser_core::Timestamp;

use crate::{Result, Tx, sql};

const INSERT: &str = "INSERT INTO passkey_requests (hash, state, created_at, expires_at) VALUES ($1, $2, $3, $4)";
const TAKE: &str = "DELETE FROM passkey_requests WHERE hash = $1 AND expires_at > $2 RETURNING state";
const FORGET: &str = "DELETE FROM passkey_requests WHERE expires_at < $1";

#[derive(sqlx::FromRow)]
struct State {
    state: String,
}

/// Ask; `hash` is of the token the answer brings, `state` is sealed.
pub async fn insert(tx: &mut Tx, hash: Vec<u8>, state: String, (from, to): (Timestamp, Timestamp)) -> Result<()> {
    tx.run(sql(INSERT).bind(hash).bind(state).bind(from).bind(to)).await.map(drop)
}

/// Take out what was asked: whoever answers has one try, and one of many at once gets it.
pub async fn take(tx: &mut Tx, hash: &[u8], now: Timestamp) -> Result<Option<String>> {
    Ok(tx.optional::<State>(sql(TAKE).bind(hash.to_vec()).bind(now)).await?.map(|row| row.state))
}

/// Forget what could no longer be answered before `before`.
pub async fn forget(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    tx.run(sql(FORGET).bind(before)).await
}
