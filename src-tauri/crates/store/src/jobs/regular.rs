//! Regular work: whose turn it is, and forgetting what is long over.

use purser_core::Timestamp;
use purser_core::ids::TenantId;

use crate::{Result, Tx, sql};

const FIRST: &str = "INSERT INTO job_schedules (tenant_id, name, next_at) VALUES ($1, $2, $3) ON CONFLICT (tenant_id, name) DO NOTHING";

/// Write down when `name` is due first for `tenant`, unless it is known already.
pub async fn first(tx: &mut Tx, tenant: TenantId, name: &'static str, at: Timestamp) -> Result<()> {
    tx.run(sql(FIRST).bind(tenant).bind(name).bind(at)).await.map(drop)
}

const TURN: &str = "UPDATE job_schedules SET next_at = $4 WHERE tenant_id = $1 AND name = $2 AND next_at <= $3";

/// Take the turn that is due at `now` and write down the `next`; `false` if none is, or another process took it.
pub async fn take_turn(tx: &mut Tx, tenant: TenantId, name: &'static str, (now, next): (Timestamp, Timestamp)) -> Result<bool> {
    Ok(tx.run(sql(TURN).bind(tenant).bind(name).bind(now).bind(next)).await? == 1)
}

const FORGET: &str = "DELETE FROM jobs WHERE tenant_id = $1 AND id IN (SELECT id FROM jobs WHERE tenant_id = $1 AND \
     ((state = 'done' AND finished_at < $2) OR (state IN ('dead', 'cancelled') AND finished_at < $3)) ORDER BY finished_at LIMIT $4)";

/// Forget work that was done before the first instant, or given up before the second, at most `most` at once; how many.
pub async fn forget(tx: &mut Tx, (done, given_up): (Timestamp, Timestamp), most: i64) -> Result<u64> {
    tx.run(sql(FORGET).bind(tx.tenant()).bind(done).bind(given_up).bind(most)).await
}
