//! The `events` table: what was committed, in order.

use purser_core::Timestamp;
use purser_core::events::{Event, Topic};
use purser_core::ids::{TenantId, UserId};
use uuid::Uuid;

use crate::postgres::{CHANNEL, Wire};
use crate::rows::Instant;
use crate::{Engine, Query, Result, Tx, Value, sql};

/// Notices in one message between processes: PostgreSQL takes 8,000 bytes.
const PER_MESSAGE: usize = 20;

#[derive(sqlx::FromRow)]
struct Seq {
    seq: i64,
}

/// Write the notices of this transaction and give them their numbers.
pub(crate) async fn append(tx: &mut Tx) -> Result<()> {
    if tx.events.is_empty() {
        return Ok(());
    }
    let mut insert = Query::start("INSERT INTO events (tenant_id, topic, action, subject_id, actor_id, at) VALUES");
    insert.rows(tx.events.iter().map(|event| {
        [
            event.tenant.into(),
            event.topic.as_str().into(),
            event.action.clone().into(),
            event.subject_id.into(),
            Value::Uuid(event.actor_id.map(UserId::uuid)),
            event.at.into(),
        ]
    }));
    insert.push(" RETURNING seq");
    let mut numbers: Vec<Seq> = tx.all(insert).await?;
    numbers.sort_unstable_by_key(|row| row.seq);
    for (event, number) in tx.events.iter_mut().zip(numbers) {
        event.seq = number.seq;
    }
    if tx.engine() == Engine::Postgres {
        announce(tx).await?;
    }
    Ok(())
}

/// Tell every process that listens, once this transaction has committed.
async fn announce(tx: &mut Tx) -> Result<()> {
    let messages: Vec<String> = tx
        .events
        .chunks(PER_MESSAGE)
        .map(|chunk| serde_json::to_string(&chunk.iter().map(Wire::from).collect::<Vec<_>>()).unwrap_or_default())
        .collect();
    for message in messages {
        tx.run(sql("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(message)).await?;
    }
    Ok(())
}

#[derive(sqlx::FromRow)]
struct EventRow {
    seq: i64,
    #[sqlx(try_from = "Uuid")]
    tenant_id: TenantId,
    #[sqlx(try_from = "String")]
    topic: Topic,
    action: String,
    subject_id: Uuid,
    actor_id: Option<Uuid>,
    #[sqlx(try_from = "Instant")]
    at: Timestamp,
}

/// The tenant's notices after `seq`, oldest first, at most `limit`.
pub async fn after(tx: &mut Tx, seq: i64, limit: i64) -> Result<Vec<Event>> {
    const AFTER: &str =
        "SELECT seq, tenant_id, topic, action, subject_id, actor_id, at FROM events WHERE tenant_id = $1 AND seq > $2 ORDER BY seq LIMIT $3";
    let rows: Vec<EventRow> = tx.all(sql(AFTER).bind(tx.tenant()).bind(seq).bind(limit)).await?;
    Ok(rows
        .into_iter()
        .map(|row| Event {
            seq: row.seq,
            tenant: row.tenant_id,
            topic: row.topic,
            action: row.action,
            subject_id: row.subject_id,
            actor_id: row.actor_id.map(UserId),
            at: row.at,
        })
        .collect())
}

/// Whether the tenant's notice `seq` is still kept: then so is everything after it.
pub async fn is_kept(tx: &mut Tx, seq: i64) -> Result<bool> {
    let row: Option<Seq> = tx.optional(sql("SELECT seq FROM events WHERE seq = $1 AND tenant_id = $2").bind(seq).bind(tx.tenant())).await?;
    Ok(row.is_some())
}

/// Forget notices from before `before`, but for the newest of each tenant, at most `most` at once; how many. Needs
/// [`crate::Scope::System`].
pub async fn forget(tx: &mut Tx, before: Timestamp, most: i64) -> Result<u64> {
    const FORGET: &str = "DELETE FROM events WHERE seq IN (SELECT e.seq FROM events e WHERE e.at < $1 \
         AND e.seq <> (SELECT MAX(n.seq) FROM events n WHERE n.tenant_id = e.tenant_id) ORDER BY e.seq LIMIT $2)";
    tx.run(sql(FORGET).bind(before).bind(most)).await
}

/// Number of the tenant's newest notice; 0 before the first.
pub async fn last(tx: &mut Tx) -> Result<i64> {
    let row: Seq = tx.one(sql("SELECT COALESCE(MAX(seq), 0) AS seq FROM events WHERE tenant_id = $1").bind(tx.tenant())).await?;
    Ok(row.seq)
}
