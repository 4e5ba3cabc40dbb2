//! The `workers` table: which processes do work for later, as each says of itself. They belong to the installation, not to a tenant.

use purser_core::Timestamp;
use purser_core::ids::JobId;
use uuid::Uuid;

use crate::rows::{Instant, MaybeInstant};
use crate::{Result, Tx, sql};

/// A list of them is never longer.
pub const MOST: i64 = 200;
/// What they have at once is shown up to here.
const HELD: i64 = 500;

/// A process that does work.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Worker {
    /// Id; another one each time it starts.
    pub id: Uuid,
    /// `serve` or `worker`.
    pub role: String,
    /// The machine it runs on.
    pub host: String,
    /// Its number there.
    pub pid: i64,
    /// Version of Purser.
    pub version: String,
    /// Queues it takes work from, with commas between them.
    pub queues: String,
    /// Work at once.
    pub room: i64,
    /// When it began.
    #[sqlx(try_from = "Instant")]
    pub started_at: Timestamp,
    /// When it said last that it is there.
    #[sqlx(try_from = "Instant")]
    pub beat_at: Timestamp,
}

const BEAT: &str = "INSERT INTO workers (id, role, host, pid, version, queues, room, started_at, beat_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
     ON CONFLICT (id) DO UPDATE SET queues = excluded.queues, beat_at = excluded.beat_at";

/// Say that one is there. Needs [`crate::Scope::System`].
pub async fn beat(tx: &mut Tx, worker: &Worker) -> Result<()> {
    let query = sql(BEAT).bind(worker.id).bind(&worker.role).bind(&worker.host).bind(worker.pid).bind(&worker.version);
    tx.run(query.bind(&worker.queues).bind(worker.room).bind(worker.started_at).bind(worker.beat_at)).await.map(drop)
}

/// One goes. Needs [`crate::Scope::System`].
pub async fn leave(tx: &mut Tx, id: Uuid) -> Result<()> {
    tx.run(sql("DELETE FROM workers WHERE id = $1").bind(id)).await.map(drop)
}

/// Forget those nobody heard of since `before`. Needs [`crate::Scope::System`].
pub async fn forget(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    tx.run(sql("DELETE FROM workers WHERE beat_at < $1").bind(before)).await
}

/// Those heard of last, at most [`MOST`].
pub async fn list(tx: &mut Tx) -> Result<Vec<Worker>> {
    const ALL: &str = "SELECT id, role, host, pid, version, queues, room, started_at, beat_at FROM workers ORDER BY beat_at DESC, id LIMIT $1";
    tx.all(sql(ALL).bind(MOST)).await
}

/// A piece of work somebody is at.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Holding {
    /// Who.
    pub worker: Uuid,
    /// The work.
    #[sqlx(try_from = "Uuid")]
    pub id: JobId,
    /// What is to be done.
    pub kind: String,
    /// Whose turn it takes.
    pub queue: String,
    /// How far it is, of 100.
    pub progress: i64,
    /// When the try began.
    #[sqlx(try_from = "MaybeInstant")]
    pub started_at: Option<Timestamp>,
}

/// Work of the tenant that somebody is at, the longest first.
pub async fn held(tx: &mut Tx) -> Result<Vec<Holding>> {
    const HOLDS: &str = "SELECT worker, id, kind, queue, progress, started_at FROM jobs WHERE tenant_id = $1 AND state = 'running' \
         AND worker IS NOT NULL ORDER BY started_at, id LIMIT $2";
    tx.all(sql(HOLDS).bind(tx.tenant()).bind(HELD)).await
}
