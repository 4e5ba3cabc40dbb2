//! Forgetting what is older than a tenant keeps it, so many rows at once. What is about a person is in `erasure.rs`.

use purser_core::Timestamp;

use crate::{Result, Tx, sql};

const SIGN_INS: &str = "DELETE FROM sign_ins WHERE tenant_id = $1 AND id IN (SELECT id FROM sign_ins WHERE tenant_id = $1 AND at < $2 \
     ORDER BY at LIMIT $3)";
const TOKENS: &str = "DELETE FROM refresh_tokens WHERE tenant_id = $1 AND session_id IN (SELECT id FROM sessions WHERE tenant_id = $1 \
     AND (ended_at < $2 OR expires_at < $2) ORDER BY id LIMIT $3)";
const SESSIONS: &str = "DELETE FROM sessions WHERE tenant_id = $1 AND id IN (SELECT s.id FROM sessions s WHERE s.tenant_id = $1 \
     AND (s.ended_at < $2 OR s.expires_at < $2) AND NOT EXISTS (SELECT 1 FROM impersonations i WHERE i.session_id = s.id) ORDER BY s.id LIMIT $3)";
const COMPLAINTS: &str = "DELETE FROM import_errors WHERE tenant_id = $1 AND import_id IN (SELECT id FROM imports WHERE tenant_id = $1 \
     AND finished_at < $2 ORDER BY id LIMIT $3)";
const IMPORTS: &str = "DELETE FROM imports WHERE tenant_id = $1 AND id IN (SELECT id FROM imports WHERE tenant_id = $1 AND finished_at < $2 \
     ORDER BY id LIMIT $3)";

/// Forget attempts to sign in before `before`, at most `most`; how many.
pub async fn sign_ins(tx: &mut Tx, before: Timestamp, most: i64) -> Result<u64> {
    tx.run(sql(SIGN_INS).bind(tx.tenant()).bind(before).bind(most)).await
}

/// Forget sessions that were over before `before`, with their tokens; how many. Those somebody acted as somebody else in stay.
pub async fn sessions(tx: &mut Tx, before: Timestamp, most: i64) -> Result<u64> {
    tx.run(sql(TOKENS).bind(tx.tenant()).bind(before).bind(most)).await?;
    tx.run(sql(SESSIONS).bind(tx.tenant()).bind(before).bind(most)).await
}

/// Forget imports that ended before `before`: their samples and what was wrong with rows. What they brought in stays. How many.
pub async fn imports(tx: &mut Tx, before: Timestamp, most: i64) -> Result<u64> {
    tx.run(sql(COMPLAINTS).bind(tx.tenant()).bind(before).bind(most)).await?;
    tx.run(sql(IMPORTS).bind(tx.tenant()).bind(before).bind(most)).await
}
