//! Regular work: whose turn it is, and forgetting what is long over.

use purser_core::Timestamp;
use purser_core::ids::TenantId;
use uuid::Uuid;

use crate::rows::{Instant, MaybeInstant};
use crate::{Result, Tx, sql};

const FIRST: &str = "INSERT INTO job_schedules (tenant_id, name, next_at) VALUES ($1, $2, $3) ON CONFLICT (tenant_id, name) DO NOTHING";

/// Write down when `name` is due first for `tenant`, unless it is known already.
pub async fn first(tx: &mut Tx, tenant: TenantId, name: &'static str, at: Timestamp) -> Result<()> {
    tx.run(sql(FIRST).bind(tenant).bind(name).bind(at)).await.map(drop)
}

const TURN: &str = "UPDATE job_schedules SET next_at = $4, last_at = $3 WHERE tenant_id = $1 AND name = $2 AND next_at <= $3 AND paused = FALSE";

/// Take the turn that is due at `now` and write down the `next`; `false` if none is, or another process took it.
pub async fn take_turn(tx: &mut Tx, tenant: TenantId, name: &'static str, (now, next): (Timestamp, Timestamp)) -> Result<bool> {
    Ok(tx.run(sql(TURN).bind(tenant).bind(name).bind(now).bind(next)).await? == 1)
}

/// When regular work of a tenant is done.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Schedule {
    /// Its name.
    pub name: String,
    /// When it is due next.
    #[sqlx(try_from = "Instant")]
    pub next_at: Timestamp,
    /// A rule of five fields; the usual one if there is none.
    pub cron: Option<String>,
    /// The place whose time it goes by; UTC if there is none.
    pub zone: Option<String>,
    /// Not done for now.
    pub paused: bool,
    /// When it was due last.
    #[sqlx(try_from = "MaybeInstant")]
    pub last_at: Option<Timestamp>,
    /// Who changed it.
    pub changed_by: Option<Uuid>,
    /// When.
    #[sqlx(try_from = "MaybeInstant")]
    pub changed_at: Option<Timestamp>,
}

/// Schedules of the tenant, as far as they are written down.
pub async fn schedules(tx: &mut Tx) -> Result<Vec<Schedule>> {
    const ALL: &str = "SELECT name, next_at, cron, zone, paused, last_at, changed_by, changed_at FROM job_schedules WHERE tenant_id = $1 LIMIT 100";
    tx.all(sql(ALL).bind(tx.tenant())).await
}

/// Write down when something is done from now on.
pub async fn set_schedule(tx: &mut Tx, schedule: &Schedule) -> Result<()> {
    const SET: &str = "INSERT INTO job_schedules (tenant_id, name, next_at, cron, zone, paused, changed_by, changed_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (tenant_id, name) DO UPDATE SET next_at = excluded.next_at, cron = excluded.cron, \
         zone = excluded.zone, paused = excluded.paused, changed_by = excluded.changed_by, changed_at = excluded.changed_at";
    let query = sql(SET).bind(tx.tenant()).bind(&schedule.name).bind(schedule.next_at).bind(schedule.cron.clone()).bind(schedule.zone.clone());
    tx.run(query.bind(schedule.paused).bind(schedule.changed_by).bind(schedule.changed_at)).await.map(drop)
}

const FORGET: &str = "DELETE FROM jobs WHERE tenant_id = $1 AND id IN (SELECT id FROM jobs WHERE tenant_id = $1 AND \
     ((state = 'done' AND finished_at < $2) OR (state IN ('dead', 'cancelled') AND finished_at < $3)) ORDER BY finished_at LIMIT $4)";

/// Forget work that was done before the first instant, or given up before the second, at most `most` at once; how many.
pub async fn forget(tx: &mut Tx, (done, given_up): (Timestamp, Timestamp), most: i64) -> Result<u64> {
    tx.run(sql(FORGET).bind(tx.tenant()).bind(done).bind(given_up).bind(most)).await
}
