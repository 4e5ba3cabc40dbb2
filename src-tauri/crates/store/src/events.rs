//! The `events` table: what was committed, in order.

use std::collections::BTreeSet;

use purser_core::Timestamp;
use purser_core::bus::{Pattern, is_carried};
use purser_core::events::{Event, Topic};
use purser_core::ids::{TenantId, UserId};
use uuid::Uuid;

use crate::page::{Key, List, SortKey};
use crate::postgres::{CHANNEL, Wire};
use crate::rows::{Instant, MaybeInstant};
use crate::{Engine, Listing, Page, Query, Result, Tx, Value, sql};

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
    in_turn(tx).await?;
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

/// Numbers of what is carried are given out in the order of the commits of each tenant: whoever has seen one has missed none before it. SQLite
/// has one writer; on PostgreSQL whoever is about to commit waits for whoever is at it. Nothing else is waited for after this but the audit
/// chains, and always in this order.
async fn in_turn(tx: &mut Tx) -> Result<()> {
    if tx.engine() != Engine::Postgres {
        return Ok(());
    }
    let tenants: BTreeSet<TenantId> = tx.events.iter().filter(|event| is_carried(event.topic)).map(|event| event.tenant).collect();
    for tenant in tenants {
        tx.run(sql("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))").bind(format!("events {tenant}"))).await?;
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

impl From<EventRow> for Event {
    fn from(row: EventRow) -> Self {
        Self {
            seq: row.seq,
            tenant: row.tenant_id,
            topic: row.topic,
            action: row.action,
            subject_id: row.subject_id,
            actor_id: row.actor_id.map(UserId),
            at: row.at,
        }
    }
}

/// The tenant's notices after `seq`, oldest first, at most `limit`.
pub async fn after(tx: &mut Tx, seq: i64, limit: i64) -> Result<Vec<Event>> {
    const AFTER: &str =
        "SELECT seq, tenant_id, topic, action, subject_id, actor_id, at FROM events WHERE tenant_id = $1 AND seq > $2 ORDER BY seq LIMIT $3";
    let rows: Vec<EventRow> = tx.all(sql(AFTER).bind(tx.tenant()).bind(seq).bind(limit)).await?;
    Ok(rows.into_iter().map(Event::from).collect())
}

/// The tenant's notices after `seq` that are carried, oldest first, at most `limit`.
pub async fn carried(tx: &mut Tx, seq: i64, limit: i64) -> Result<Vec<Event>> {
    const CARRIED: &str = "SELECT seq, tenant_id, topic, action, subject_id, actor_id, at FROM events \
         WHERE tenant_id = $1 AND seq > $2 AND topic <> 'job' ORDER BY seq LIMIT $3";
    let rows: Vec<EventRow> = tx.all(sql(CARRIED).bind(tx.tenant()).bind(seq).bind(limit)).await?;
    Ok(rows.into_iter().map(Event::from).collect())
}

/// How far somebody is behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Lag {
    /// Notices that are carried and not dealt with.
    pub n: i64,
    /// When the oldest of them happened.
    #[sqlx(try_from = "MaybeInstant")]
    pub oldest: Option<Timestamp>,
}

/// How far whoever is at `seq` is behind, counted up to `most`.
pub async fn lag(tx: &mut Tx, seq: i64, most: i64) -> Result<Lag> {
    const LAG: &str = "SELECT COUNT(*) AS n, MIN(x.at) AS oldest FROM (SELECT at FROM events \
         WHERE tenant_id = $1 AND seq > $2 AND topic <> 'job' ORDER BY seq LIMIT $3) x";
    tx.one(sql(LAG).bind(tx.tenant()).bind(seq).bind(most)).await
}

/// The tenant's oldest notice from `at` on that is carried.
pub async fn first_since(tx: &mut Tx, at: Timestamp) -> Result<Option<i64>> {
    const FIRST: &str = "SELECT seq FROM events WHERE tenant_id = $1 AND at >= $2 AND topic <> 'job' ORDER BY seq LIMIT 1";
    let row: Option<Seq> = tx.optional(sql(FIRST).bind(tx.tenant()).bind(at)).await?;
    Ok(row.map(|row| row.seq))
}

/// The tenant's newest notice that is carried.
pub async fn newest(tx: &mut Tx) -> Result<Option<Event>> {
    const NEWEST: &str = "SELECT seq, tenant_id, topic, action, subject_id, actor_id, at FROM events \
         WHERE tenant_id = $1 AND topic <> 'job' ORDER BY seq DESC LIMIT 1";
    let row: Option<EventRow> = tx.optional(sql(NEWEST).bind(tx.tenant())).await?;
    Ok(row.map(Event::from))
}

static LIST: List<EventRow> = List {
    select: "SELECT e.seq, e.tenant_id, e.topic, e.action, e.subject_id, e.actor_id, e.at FROM events e",
    // The number alone settles the order.
    id: "e.subject_id",
    row_id: |event| event.subject_id,
    sorts: &[SortKey { name: "seq", column: "e.seq", key: |event| Key::Int(event.seq) }],
};

/// Which notices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of any of these areas, as far as the reader may see.
    pub topics: Vec<Topic>,
    /// With a name that fits.
    pub name: Pattern,
    /// About this thing.
    pub subject: Option<Uuid>,
    /// At or after.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
    /// With this in their word.
    pub search: Option<String>,
}

fn condition(tx: &Tx, filter: &Filter) -> Query {
    let mut query = Query::start(" WHERE e.tenant_id = ");
    query.arg(tx.tenant()).push(" AND e.topic IN ").list(filter.topics.iter().map(|topic| topic.as_str().into()));
    if let Some(topic) = filter.name.topic {
        query.push(" AND e.topic = ").arg(topic.as_str());
    }
    if let Some(action) = &filter.name.action {
        query.push(" AND e.action = ").arg(action);
    }
    if let Some(subject) = filter.subject {
        query.push(" AND e.subject_id = ").arg(subject);
    }
    if let Some(from) = filter.from {
        query.push(" AND e.at >= ").arg(from);
    }
    if let Some(to) = filter.to {
        query.push(" AND e.at < ").arg(to);
    }
    if let Some(text) = &filter.search {
        query.push(" AND e.action LIKE ").arg(format!("%{}%", crate::sql::like(&text.to_lowercase()))).push(" ESCAPE '\\'");
    }
    query
}

/// A page of the tenant's notices, newest first.
pub async fn list(tx: &mut Tx, filter: &Filter, page: &Page) -> Result<Listing<Event>> {
    if filter.topics.is_empty() {
        return Ok(Listing { rows: Vec::new(), next: None });
    }
    let condition = condition(tx, filter);
    Ok(LIST.page(tx, &condition, page).await?.map(Event::from))
}

/// How many there are, exact up to `most`.
pub async fn count(tx: &mut Tx, filter: &Filter, most: i64) -> Result<(i64, bool)> {
    if filter.topics.is_empty() {
        return Ok((0, true));
    }
    let condition = condition(tx, filter);
    crate::page::count(tx, "events e", &condition, most).await
}

/// Whether the tenant's notice `seq` is still kept: then so is everything after it.
pub async fn is_kept(tx: &mut Tx, seq: i64) -> Result<bool> {
    let row: Option<Seq> = tx.optional(sql("SELECT seq FROM events WHERE seq = $1 AND tenant_id = $2").bind(seq).bind(tx.tenant())).await?;
    Ok(row.is_some())
}

/// Forget notices from before `before` that every consumer and every bus has had, and those from before `anyway` whoever has not, but for the
/// newest of each tenant, at most `most` at once; how many. One of `consumers` that has not begun in a tenant has had none of its notices.
/// Needs [`crate::Scope::System`].
pub async fn forget(tx: &mut Tx, (before, anyway): (Timestamp, Timestamp), consumers: &[&'static str], most: i64) -> Result<u64> {
    let mut query = Query::start("DELETE FROM events WHERE seq IN (SELECT e.seq FROM events e WHERE e.at < ");
    query.arg(before).push(" AND e.seq <> (SELECT MAX(n.seq) FROM events n WHERE n.tenant_id = e.tenant_id) AND (e.at < ").arg(anyway);
    query.push(" OR e.topic = 'job' OR (NOT EXISTS (SELECT 1 FROM bus_consumers c WHERE c.tenant_id = e.tenant_id AND c.seq < e.seq)");
    query.push(" AND NOT EXISTS (SELECT 1 FROM bus_relays r WHERE r.tenant_id = e.tenant_id AND r.seq < e.seq)");
    if !consumers.is_empty() {
        query.push(" AND (SELECT COUNT(*) FROM bus_consumers c WHERE c.tenant_id = e.tenant_id AND c.name IN ");
        query.list(consumers.iter().map(|name| (*name).into())).push(") = ").arg(i64::try_from(consumers.len()).unwrap_or(i64::MAX));
    }
    query.push(")) ORDER BY e.seq LIMIT ").arg(most).push(")");
    tx.run(query).await
}

/// Number of the tenant's newest notice; 0 before the first.
pub async fn last(tx: &mut Tx) -> Result<i64> {
    let row: Seq = tx.one(sql("SELECT COALESCE(MAX(seq), 0) AS seq FROM events WHERE tenant_id = $1").bind(tx.tenant())).await?;
    Ok(row.seq)
}
