//! The `known_devices` table: browsers a person signed in with before.

use purser_core::Timestamp;
use purser_core::ids::UserId;

use crate::{Result, Tx, sql};

const SEEN: &str = "INSERT INTO known_devices (tenant_id, user_id, hash, created_at, last_used_at) VALUES ($1, $2, $3, $4, $4) \
     ON CONFLICT (tenant_id, user_id, hash) DO UPDATE SET last_used_at = excluded.last_used_at";
const KNOWN: &str = "SELECT COUNT(*) AS n FROM known_devices WHERE tenant_id = $1 AND user_id = $2 AND hash = $3";
const FORGET_ALL: &str = "DELETE FROM known_devices WHERE tenant_id = $1 AND user_id = $2";
const FORGET: &str = "DELETE FROM known_devices WHERE tenant_id = $1 AND last_used_at < $2";

#[derive(sqlx::FromRow)]
struct Count {
    n: i64,
}

/// Whether the person signed in with this browser before.
pub async fn is_known(tx: &mut Tx, user: UserId, hash: &[u8]) -> Result<bool> {
    let count: Count = tx.one(sql(KNOWN).bind(tx.tenant()).bind(user).bind(hash.to_vec())).await?;
    Ok(count.n > 0)
}

/// The person signed in with this browser.
pub async fn seen(tx: &mut Tx, user: UserId, hash: &[u8], at: Timestamp) -> Result<()> {
    tx.run(sql(SEEN).bind(tx.tenant()).bind(user).bind(hash.to_vec()).bind(at)).await.map(drop)
}

/// Forget every browser of a person: the next sign-in is told of, whatever it comes from.
pub async fn forget_of(tx: &mut Tx, user: UserId) -> Result<()> {
    tx.run(sql(FORGET_ALL).bind(tx.tenant()).bind(user)).await.map(drop)
}

/// Forget browsers nobody used since `before`.
pub async fn forget(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    tx.run(sql(FORGET).bind(tx.tenant()).bind(before)).await
}
