//! Queues that are held back, and taking what they let through. A queue without a row in `job_queues` is not held back and costs nothing
//! here.

use purser_core::Timestamp;
use purser_core::ids::TenantId;
use purser_core::time::MINUTE;
use uuid::Uuid;

use super::work::Claim;
use super::{Job, plain};
use crate::rows::Instant;
use crate::{Result, Tx, sql};

/// How a queue is held back.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Held {
    /// The queue.
    pub queue: String,
    /// Nothing of it is begun.
    pub paused: bool,
    /// So many under way at once.
    pub at_once: Option<i64>,
    /// So many begun in any minute.
    pub per_minute: Option<i64>,
    /// Who said so.
    pub changed_by: Option<Uuid>,
    /// When.
    #[sqlx(try_from = "Instant")]
    pub changed_at: Timestamp,
}

/// Queues of the tenant that are held back.
pub async fn held(tx: &mut Tx) -> Result<Vec<Held>> {
    const HELD: &str =
        "SELECT queue, paused, at_once, per_minute, changed_by, changed_at FROM job_queues WHERE tenant_id = $1 ORDER BY queue LIMIT 1000";
    tx.all(sql(HELD).bind(tx.tenant())).await
}

/// Hold a queue of the tenant back, or let it go if nothing holds it any more.
pub async fn hold_back(tx: &mut Tx, held: &Held) -> Result<()> {
    const FREE: &str = "DELETE FROM job_queues WHERE tenant_id = $1 AND queue = $2";
    const HOLD: &str = "INSERT INTO job_queues (tenant_id, queue, paused, at_once, per_minute, changed_by, changed_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant_id, queue) DO UPDATE SET paused = excluded.paused, at_once = excluded.at_once, \
         per_minute = excluded.per_minute, changed_by = excluded.changed_by, changed_at = excluded.changed_at";
    if !held.paused && held.at_once.is_none() && held.per_minute.is_none() {
        return tx.run(sql(FREE).bind(tx.tenant()).bind(&held.queue)).await.map(drop);
    }
    let query = sql(HOLD).bind(tx.tenant()).bind(&held.queue).bind(held.paused).bind(held.at_once).bind(held.per_minute);
    tx.run(query.bind(held.changed_by).bind(held.changed_at)).await.map(drop)
}

#[derive(sqlx::FromRow)]
struct Room {
    #[sqlx(try_from = "Uuid")]
    tenant_id: TenantId,
    queue: String,
    #[sqlx(rename = "room")]
    free: i64,
}

/// How much each queue that is held back lets through now; those that let nothing through are left out.
const ROOM: &str = "SELECT x.tenant_id, x.queue, x.room FROM (SELECT q.tenant_id, q.queue, CASE \
     WHEN COALESCE(q.at_once, 1000) - x.busy < COALESCE(q.per_minute, 1000) - x.begun THEN COALESCE(q.at_once, 1000) - x.busy \
     ELSE COALESCE(q.per_minute, 1000) - x.begun END AS room FROM job_queues q JOIN (SELECT l.tenant_id, l.queue, \
     (SELECT COUNT(*) FROM jobs r WHERE r.state = 'running' AND r.tenant_id = l.tenant_id AND r.queue = l.queue) AS busy, \
     (SELECT COUNT(*) FROM jobs b WHERE b.tenant_id = l.tenant_id AND b.queue = l.queue AND b.started_at > $1) AS begun FROM job_queues l) x \
     ON x.tenant_id = q.tenant_id AND x.queue = q.queue WHERE NOT q.paused) x WHERE x.room > 0 \
     AND EXISTS (SELECT 1 FROM jobs w WHERE w.tenant_id = x.tenant_id AND w.queue = x.queue AND w.state = 'pending' AND w.run_at <= $2) \
     AND x.tenant_id NOT IN (SELECT id FROM tenants WHERE state <> 'active') ORDER BY x.tenant_id, x.queue LIMIT 100";

const TAKE: &str = concat!(
    "UPDATE jobs SET state = 'running', worker = $1, lease_until = $2, started_at = $3, attempts = attempts + 1 WHERE id IN \
     (SELECT id FROM jobs WHERE state = 'pending' AND run_at <= $3 AND tenant_id = $4 AND queue = $5 \
     ORDER BY priority DESC, run_at, id LIMIT $6) RETURNING ",
    plain!()
);
const TAKE_POSTGRES: &str = concat!(
    "UPDATE jobs SET state = 'running', worker = $1, lease_until = $2, started_at = $3, attempts = attempts + 1 WHERE id = ANY(ARRAY \
     (SELECT id FROM jobs WHERE state = 'pending' AND run_at <= $3 AND tenant_id = $4 AND queue = $5 \
     ORDER BY priority DESC, run_at, id LIMIT $6 FOR UPDATE SKIP LOCKED)) RETURNING ",
    plain!()
);

/// Take what queues that are held back let through. Needs [`crate::Scope::System`].
pub(super) async fn take(tx: &mut Tx, claim: &Claim, most: i64) -> Result<Vec<Job>> {
    // Processes count one after the other, or two would both find the last place free.
    tx.alone("queues that are held back").await?;
    let rooms: Vec<Room> = tx.all(sql(ROOM).bind(claim.now.plus(-MINUTE)).bind(claim.now)).await?;
    let mut taken = Vec::new();
    for room in rooms {
        let left = most - i64::try_from(taken.len()).unwrap_or(most);
        if left <= 0 {
            break;
        }
        let query = sql(tx.pick(TAKE, TAKE_POSTGRES)).bind(claim.worker).bind(claim.lease_until).bind(claim.now);
        let jobs: Vec<Job> = tx.all(query.bind(room.tenant_id).bind(&room.queue).bind(room.free.min(left))).await?;
        taken.extend(jobs);
    }
    Ok(taken)
}

#[derive(sqlx::FromRow)]
struct Any {
    n: i64,
}

/// Whether any queue of any tenant is held back. Needs [`crate::Scope::System`].
pub(super) async fn any(tx: &mut Tx) -> Result<bool> {
    let any: Any = tx.one(sql("SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM job_queues LIMIT 1) x")).await?;
    Ok(any.n > 0)
}
