//! What one could not do. It waits to be tried again, and whatever is about the same thing waits behind it, so that the order is kept; what
//! is given up holds up nothing.

use std::collections::HashSet;

use purser_core::Timestamp;
use purser_core::bus::StuckState;
use purser_core::events::{Event, Topic};
use purser_core::ids::{StuckId, TenantId, UserId};
use uuid::Uuid;

use crate::page::{Key, List, SortKey};
use crate::rows::Instant;
use crate::{Listing, Page, Query, Result, Tx, Value, sql};

/// An event one could not act on.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Stuck {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: StuckId,
    /// The tenant it happened in.
    #[sqlx(try_from = "Uuid")]
    pub tenant_id: TenantId,
    /// Who could not.
    pub consumer: String,
    /// Number of the event.
    pub seq: i64,
    /// Its area.
    #[sqlx(try_from = "String")]
    pub topic: Topic,
    /// The domain's word for it.
    pub action: String,
    /// What it is about.
    pub subject_id: Uuid,
    /// Who did it.
    pub actor_id: Option<Uuid>,
    /// When it happened.
    #[sqlx(try_from = "Instant")]
    pub at: Timestamp,
    /// Where it stands.
    #[sqlx(try_from = "String")]
    pub state: StuckState,
    /// Tries made; 0 while it waits behind an earlier one.
    pub attempts: i64,
    /// Why the last try failed.
    pub error: Option<String>,
    /// When it is tried again.
    #[sqlx(try_from = "Instant")]
    pub next_at: Timestamp,
    /// Since when it is stuck.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
}

impl Stuck {
    /// The event itself.
    pub fn event(&self) -> Event {
        Event {
            seq: self.seq,
            tenant: self.tenant_id,
            topic: self.topic,
            action: self.action.clone(),
            subject_id: self.subject_id,
            actor_id: self.actor_id.map(UserId),
            at: self.at,
        }
    }
}

macro_rules! columns {
    () => {
        "s.id, s.tenant_id, s.consumer, s.seq, s.topic, s.action, s.subject_id, s.actor_id, s.at, s.state, s.attempts, s.error, s.next_at, s.created_at"
    };
}

static LIST: List<Stuck> = List {
    select: concat!("SELECT ", columns!(), " FROM bus_stuck s"),
    id: "s.id",
    row_id: |stuck| stuck.id.uuid(),
    sorts: &[SortKey { name: "createdAt", column: "s.created_at", key: |stuck| Key::Time(stuck.created_at.micros()) }],
};

/// Which of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of any of these.
    pub consumers: Vec<String>,
    /// In any of these states.
    pub states: Vec<StuckState>,
    /// With this in the word for it or in the reason.
    pub search: Option<String>,
}

fn condition(tx: &Tx, filter: &Filter) -> Query {
    let mut query = Query::start(" WHERE s.tenant_id = ");
    query.arg(tx.tenant());
    if !filter.consumers.is_empty() {
        query.push(" AND s.consumer IN ").list(filter.consumers.iter().map(Value::from));
    }
    if !filter.states.is_empty() {
        query.push(" AND s.state IN ").list(filter.states.iter().map(|state| state.as_str().into()));
    }
    if let Some(text) = &filter.search {
        let pattern = format!("%{}%", crate::sql::like(&text.to_lowercase()));
        query.push(" AND (LOWER(s.action) LIKE ").arg(pattern.clone()).push(" ESCAPE '\\' OR LOWER(s.error) LIKE ").arg(pattern);
        query.push(" ESCAPE '\\')");
    }
    query
}

/// A page of what is stuck in the tenant, newest first.
pub async fn list(tx: &mut Tx, filter: &Filter, page: &Page) -> Result<Listing<Stuck>> {
    let condition = condition(tx, filter);
    LIST.page(tx, &condition, page).await
}

/// How much there is, exact up to `most`.
pub async fn count(tx: &mut Tx, filter: &Filter, most: i64) -> Result<(i64, bool)> {
    let condition = condition(tx, filter);
    crate::page::count(tx, "bus_stuck s", &condition, most).await
}

/// One of them.
pub async fn find(tx: &mut Tx, id: StuckId) -> Result<Option<Stuck>> {
    const FIND: &str = concat!("SELECT ", columns!(), " FROM bus_stuck s WHERE s.tenant_id = $1 AND s.id = $2");
    tx.optional(sql(FIND).bind(tx.tenant()).bind(id)).await
}

/// How many of one are in one state.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Tally {
    /// Who.
    pub consumer: String,
    /// State.
    #[sqlx(try_from = "String")]
    pub state: StuckState,
    /// How many.
    pub n: i64,
}

/// How much is stuck in the tenant.
pub async fn tally(tx: &mut Tx) -> Result<Vec<Tally>> {
    const TALLY: &str = "SELECT consumer, state, COUNT(*) AS n FROM bus_stuck WHERE tenant_id = $1 GROUP BY consumer, state LIMIT 200";
    tx.all(sql(TALLY).bind(tx.tenant())).await
}

/// Write down what could not be done, or what waits behind it. What is known already stays as it is.
pub async fn add(tx: &mut Tx, stuck: &[Stuck]) -> Result<()> {
    if stuck.is_empty() {
        return Ok(());
    }
    let mut query = Query::start(
        "INSERT INTO bus_stuck (id, tenant_id, consumer, seq, topic, action, subject_id, actor_id, at, state, attempts, error, next_at, created_at) VALUES",
    );
    query.rows(stuck.iter().map(|one| {
        [
            one.id.into(),
            one.tenant_id.into(),
            one.consumer.clone().into(),
            one.seq.into(),
            one.topic.as_str().into(),
            one.action.clone().into(),
            one.subject_id.into(),
            Value::Uuid(one.actor_id),
            one.at.into(),
            one.state.as_str().into(),
            one.attempts.into(),
            one.error.clone().into(),
            one.next_at.into(),
            one.created_at.into(),
        ]
    }));
    query.push(" ON CONFLICT (tenant_id, consumer, seq) DO NOTHING");
    tx.run(query).await.map(drop)
}

#[derive(sqlx::FromRow)]
struct Subject {
    subject_id: Uuid,
}

/// Things of which something earlier waits.
pub async fn blocked(tx: &mut Tx, consumer: &'static str) -> Result<HashSet<Uuid>> {
    const BLOCKED: &str = "SELECT DISTINCT subject_id FROM bus_stuck WHERE tenant_id = $1 AND consumer = $2 AND state = 'waiting'";
    let found: Vec<Subject> = tx.all(sql(BLOCKED).bind(tx.tenant()).bind(consumer)).await?;
    Ok(found.into_iter().map(|row| row.subject_id).collect())
}

const FIRST: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM bus_stuck s WHERE s.tenant_id = $1 AND s.consumer = $2 AND s.subject_id = $3 AND s.state = 'waiting' ORDER BY s.seq LIMIT 1"
);

/// The earliest that waits about one thing.
pub async fn first_about(tx: &mut Tx, consumer: &'static str, subject: Uuid) -> Result<Option<Stuck>> {
    tx.optional(sql(FIRST).bind(tx.tenant()).bind(consumer).bind(subject)).await
}

const DUE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM bus_stuck s WHERE s.tenant_id = $1 AND s.consumer = $2 AND s.state = 'waiting' AND s.next_at <= $3 \
     AND NOT EXISTS (SELECT 1 FROM bus_stuck b WHERE b.tenant_id = $1 AND b.consumer = $2 AND b.subject_id = s.subject_id \
     AND b.state = 'waiting' AND b.seq < s.seq) ORDER BY s.seq LIMIT $4"
);

/// What is to be tried again now: of each thing the earliest.
pub async fn due(tx: &mut Tx, consumer: &'static str, now: Timestamp, most: i64) -> Result<Vec<Stuck>> {
    tx.all(sql(DUE).bind(tx.tenant()).bind(consumer).bind(now).bind(most)).await
}

#[derive(sqlx::FromRow)]
struct Of {
    #[sqlx(try_from = "Uuid")]
    tenant_id: TenantId,
}

/// Active tenants in which something of `consumer` is to be tried again by now. Needs [`crate::Scope::System`].
pub async fn waiting_tenants(tx: &mut Tx, consumer: &'static str, now: Timestamp) -> Result<Vec<TenantId>> {
    const WAITING: &str = "SELECT DISTINCT s.tenant_id FROM bus_stuck s JOIN tenants t ON t.id = s.tenant_id \
         WHERE s.consumer = $1 AND s.state = 'waiting' AND s.next_at <= $2 AND t.state = 'active'";
    let found: Vec<Of> = tx.all(sql(WAITING).bind(consumer).bind(now)).await?;
    Ok(found.into_iter().map(|row| row.tenant_id).collect())
}

/// It was done, or left out.
pub async fn end(tx: &mut Tx, id: StuckId) -> Result<bool> {
    Ok(tx.run(sql("DELETE FROM bus_stuck WHERE tenant_id = $1 AND id = $2").bind(tx.tenant()).bind(id)).await? == 1)
}

/// Another try failed, or is wanted: where it stands then.
pub async fn try_again(tx: &mut Tx, stuck: &Stuck) -> Result<bool> {
    const AGAIN: &str = "UPDATE bus_stuck SET state = $3, attempts = $4, error = $5, next_at = $6 WHERE tenant_id = $1 AND id = $2";
    let query = sql(AGAIN).bind(tx.tenant()).bind(stuck.id).bind(stuck.state.as_str()).bind(stuck.attempts);
    Ok(tx.run(query.bind(stuck.error.clone()).bind(stuck.next_at)).await? == 1)
}

/// Forget what is stuck after `seq`: it is shown again.
pub async fn drop_from(tx: &mut Tx, consumer: &'static str, seq: i64) -> Result<()> {
    const DROP: &str = "DELETE FROM bus_stuck WHERE tenant_id = $1 AND consumer = $2 AND seq > $3";
    tx.run(sql(DROP).bind(tx.tenant()).bind(consumer).bind(seq)).await.map(drop)
}
