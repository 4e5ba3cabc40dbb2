//! What is told: one row for each event and endpoint, and one for each try.

use purser_core::Timestamp;
use purser_core::ids::{DeliveryId, EndpointId, TenantId};
use purser_core::webhooks::DeliveryState;
use uuid::Uuid;

use crate::page::{Key, List, SortKey};
use crate::rows::{Instant, MaybeInstant};
use crate::{Listing, Page, Query, Result, Tx, Value, sql};

/// One event for one endpoint.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Delivery {
    /// Id; the receiver sees it as the id of the message.
    #[sqlx(try_from = "Uuid")]
    pub id: DeliveryId,
    /// Tenant.
    #[sqlx(try_from = "Uuid")]
    pub tenant_id: TenantId,
    /// To whom.
    #[sqlx(try_from = "Uuid")]
    pub endpoint_id: EndpointId,
    /// What happened.
    pub event: String,
    /// To what.
    pub subject_id: Uuid,
    /// Number of the notice; 0 for a test.
    pub seq: i64,
    /// What is sent, byte for byte.
    pub body: String,
    /// Where it stands.
    #[sqlx(try_from = "String")]
    pub state: DeliveryState,
    /// Tries made.
    pub attempts: i64,
    /// What was answered last.
    pub last_status: Option<i64>,
    /// Why the last try failed.
    pub last_error: Option<String>,
    /// When it is tried again.
    #[sqlx(try_from = "MaybeInstant")]
    pub next_at: Option<Timestamp>,
    /// Written.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
    /// Taken.
    #[sqlx(try_from = "MaybeInstant")]
    pub delivered_at: Option<Timestamp>,
}

macro_rules! columns {
    () => {
        "d.id, d.tenant_id, d.endpoint_id, d.event, d.subject_id, d.seq, d.body, d.state, d.attempts, d.last_status, d.last_error, d.next_at, \
         d.created_at, d.delivered_at"
    };
}

static LIST: List<Delivery> = List {
    select: concat!("SELECT ", columns!(), " FROM webhook_deliveries d"),
    id: "d.id",
    row_id: |delivery| delivery.id.uuid(),
    sorts: &[SortKey { name: "createdAt", column: "d.created_at", key: |delivery| Key::Time(delivery.created_at.micros()) }],
};

/// Which deliveries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// To any of these endpoints.
    pub endpoints: Vec<EndpointId>,
    /// In any of these states.
    pub states: Vec<DeliveryState>,
    /// Of any of these events.
    pub events: Vec<String>,
    /// About this thing.
    pub subject: Option<Uuid>,
    /// Written at or after.
    pub from: Option<Timestamp>,
    /// Written before.
    pub to: Option<Timestamp>,
    /// With this in the name of the event or in the last error.
    pub search: Option<String>,
}

fn condition(tx: &Tx, filter: &Filter) -> Query {
    let mut query = Query::start(" WHERE d.tenant_id = ");
    query.arg(tx.tenant());
    if !filter.endpoints.is_empty() {
        query.push(" AND d.endpoint_id IN ").list(filter.endpoints.iter().map(|id| (*id).into()));
    }
    if !filter.states.is_empty() {
        query.push(" AND d.state IN ").list(filter.states.iter().map(|state| state.as_str().into()));
    }
    if !filter.events.is_empty() {
        query.push(" AND d.event IN ").list(filter.events.iter().map(Value::from));
    }
    if let Some(subject) = filter.subject {
        query.push(" AND d.subject_id = ").arg(subject);
    }
    if let Some(from) = filter.from {
        query.push(" AND d.created_at >= ").arg(from);
    }
    if let Some(to) = filter.to {
        query.push(" AND d.created_at < ").arg(to);
    }
    if let Some(text) = &filter.search {
        let pattern = format!("%{}%", crate::sql::like(&text.to_lowercase()));
        query.push(" AND (LOWER(d.event) LIKE ").arg(pattern.clone()).push(" ESCAPE '\\' OR LOWER(d.last_error) LIKE ").arg(pattern);
        query.push(" ESCAPE '\\')");
    }
    query
}

/// A page of what the tenant told, newest first.
pub async fn list(tx: &mut Tx, filter: &Filter, page: &Page) -> Result<Listing<Delivery>> {
    let condition = condition(tx, filter);
    LIST.page(tx, &condition, page).await
}

/// How much there is, exact up to `most`.
pub async fn count(tx: &mut Tx, filter: &Filter, most: i64) -> Result<(i64, bool)> {
    let condition = condition(tx, filter);
    crate::page::count(tx, "webhook_deliveries d", &condition, most).await
}

const FIND: &str = concat!("SELECT ", columns!(), " FROM webhook_deliveries d WHERE d.tenant_id = $1 AND d.id = $2");

/// One delivery.
pub async fn find(tx: &mut Tx, id: DeliveryId) -> Result<Option<Delivery>> {
    tx.optional(sql(FIND).bind(tx.tenant()).bind(id)).await
}

#[derive(sqlx::FromRow)]
struct Id {
    #[sqlx(try_from = "Uuid")]
    id: DeliveryId,
}

/// Write deliveries down; those that were not there before.
pub async fn add(tx: &mut Tx, deliveries: &[Delivery]) -> Result<Vec<DeliveryId>> {
    if deliveries.is_empty() {
        return Ok(Vec::new());
    }
    let mut query =
        Query::start("INSERT INTO webhook_deliveries (id, tenant_id, endpoint_id, event, subject_id, seq, body, state, attempts, created_at) VALUES");
    query.rows(deliveries.iter().map(|delivery| {
        [
            delivery.id.into(),
            delivery.tenant_id.into(),
            delivery.endpoint_id.into(),
            delivery.event.clone().into(),
            delivery.subject_id.into(),
            delivery.seq.into(),
            delivery.body.clone().into(),
            delivery.state.as_str().into(),
            delivery.attempts.into(),
            delivery.created_at.into(),
        ]
    }));
    query.push(" ON CONFLICT (endpoint_id, seq) WHERE seq > 0 DO NOTHING RETURNING id");
    let added: Vec<Id> = tx.all(query).await?;
    Ok(added.into_iter().map(|row| row.id).collect())
}

const EARLIER: &str = "SELECT id FROM webhook_deliveries WHERE tenant_id = $1 AND endpoint_id = $2 AND subject_id = $3 AND seq < $4 \
     AND state = 'pending' ORDER BY seq LIMIT 1";

/// What is still open to the same endpoint about the same thing, and happened before.
pub async fn earlier_open(tx: &mut Tx, delivery: &Delivery) -> Result<Option<DeliveryId>> {
    let query = sql(EARLIER).bind(tx.tenant()).bind(delivery.endpoint_id).bind(delivery.subject_id).bind(delivery.seq);
    Ok(tx.optional::<Id>(query).await?.map(|row| row.id))
}

const NEXT: &str = "SELECT id FROM webhook_deliveries WHERE tenant_id = $1 AND endpoint_id = $2 AND subject_id = $3 AND seq > $4 \
     AND state = 'pending' ORDER BY seq LIMIT 1";

/// What is open to the same endpoint about the same thing, and happened after.
pub async fn next_open(tx: &mut Tx, delivery: &Delivery) -> Result<Option<DeliveryId>> {
    let query = sql(NEXT).bind(tx.tenant()).bind(delivery.endpoint_id).bind(delivery.subject_id).bind(delivery.seq);
    Ok(tx.optional::<Id>(query).await?.map(|row| row.id))
}

const CLAIM: &str = "UPDATE webhook_deliveries SET sending_until_at = $4 WHERE tenant_id = $1 AND id = $2 AND state = 'pending' \
     AND (sending_until_at IS NULL OR sending_until_at <= $3)";

/// Take a delivery up; `false` if somebody is at it or it is over.
pub async fn claim(tx: &mut Tx, id: DeliveryId, (now, until): (Timestamp, Timestamp)) -> Result<bool> {
    Ok(tx.run(sql(CLAIM).bind(tx.tenant()).bind(id).bind(now).bind(until)).await? == 1)
}

/// How a try ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Where that leaves the delivery.
    pub state: DeliveryState,
    /// What was answered.
    pub status: Option<i64>,
    /// Why it failed.
    pub error: Option<String>,
    /// When it is tried again.
    pub next_at: Option<Timestamp>,
    /// Now.
    pub at: Timestamp,
}

const END: &str = "UPDATE webhook_deliveries SET state = $3, attempts = attempts + 1, last_status = $4, last_error = $5, next_at = $6, \
     sending_until_at = NULL, delivered_at = CASE WHEN $3 = 'delivered' THEN $7 ELSE delivered_at END WHERE tenant_id = $1 AND id = $2";

/// Write down how a try ended.
pub async fn end(tx: &mut Tx, id: DeliveryId, ended: &Ended) -> Result<()> {
    let query = sql(END)
        .bind(tx.tenant())
        .bind(id)
        .bind(ended.state.as_str())
        .bind(ended.status)
        .bind(ended.error.clone())
        .bind(ended.next_at)
        .bind(ended.at);
    tx.run(query).await.map(drop)
}

/// One try.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Attempt {
    /// Id.
    pub id: Uuid,
    /// Of what.
    #[sqlx(try_from = "Uuid")]
    pub delivery_id: DeliveryId,
    /// When.
    #[sqlx(try_from = "Instant")]
    pub at: Timestamp,
    /// What was answered.
    pub status: Option<i64>,
    /// How long it took.
    pub duration_ms: i64,
    /// Why there was no answer, or why it was none that counts.
    pub error: Option<String>,
    /// The beginning of the answer.
    pub excerpt: Option<String>,
}

/// Write a try down.
pub async fn note(tx: &mut Tx, attempt: &Attempt) -> Result<()> {
    const NOTE: &str = "INSERT INTO webhook_attempts (id, tenant_id, delivery_id, at, status, duration_ms, error, excerpt) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let query = sql(NOTE)
        .bind(attempt.id)
        .bind(tx.tenant())
        .bind(attempt.delivery_id)
        .bind(attempt.at)
        .bind(attempt.status)
        .bind(attempt.duration_ms)
        .bind(attempt.error.clone())
        .bind(attempt.excerpt.clone());
    tx.run(query).await.map(drop)
}

/// The tries of a delivery, the newest first, at most 100.
pub async fn attempts(tx: &mut Tx, id: DeliveryId) -> Result<Vec<Attempt>> {
    const ATTEMPTS: &str = "SELECT id, delivery_id, at, status, duration_ms, error, excerpt FROM webhook_attempts \
         WHERE tenant_id = $1 AND delivery_id = $2 ORDER BY at DESC, id DESC LIMIT 100";
    tx.all(sql(ATTEMPTS).bind(tx.tenant()).bind(id)).await
}

/// Let a delivery that is over be sent again; `false` if it is not over.
pub async fn again(tx: &mut Tx, id: DeliveryId) -> Result<bool> {
    const AGAIN: &str = "UPDATE webhook_deliveries SET state = 'pending', next_at = NULL WHERE tenant_id = $1 AND id = $2 AND state <> 'pending'";
    Ok(tx.run(sql(AGAIN).bind(tx.tenant()).bind(id)).await? == 1)
}

/// Give up everything that is open to an endpoint; how much.
pub async fn give_up(tx: &mut Tx, endpoint: EndpointId, why: &'static str) -> Result<u64> {
    const GIVE_UP: &str = "UPDATE webhook_deliveries SET state = 'failed', last_error = $3, next_at = NULL, sending_until_at = NULL \
         WHERE tenant_id = $1 AND endpoint_id = $2 AND state = 'pending'";
    tx.run(sql(GIVE_UP).bind(tx.tenant()).bind(endpoint).bind(why)).await
}

/// How much of an endpoint is in one state.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Next {
    /// The endpoint.
    #[sqlx(try_from = "Uuid")]
    pub endpoint_id: EndpointId,
    /// How many wait.
    pub n: i64,
}

/// How much waits for each endpoint.
pub async fn waiting(tx: &mut Tx) -> Result<Vec<Next>> {
    const WAITING: &str =
        "SELECT endpoint_id, COUNT(*) AS n FROM webhook_deliveries WHERE tenant_id = $1 AND state = 'pending' GROUP BY endpoint_id LIMIT 100";
    tx.all(sql(WAITING).bind(tx.tenant())).await
}

/// Open deliveries that nobody is at and whose time is long past, at most 200: their work was lost.
pub async fn overdue(tx: &mut Tx, before: Timestamp) -> Result<Vec<DeliveryId>> {
    const OVERDUE: &str = "SELECT d.id FROM webhook_deliveries d WHERE d.tenant_id = $1 AND d.state = 'pending' AND d.created_at <= $2 \
         AND (d.next_at IS NULL OR d.next_at <= $2) AND (d.sending_until_at IS NULL OR d.sending_until_at <= $2) \
         AND NOT EXISTS (SELECT 1 FROM webhook_deliveries b WHERE b.tenant_id = $1 AND b.endpoint_id = d.endpoint_id \
         AND b.subject_id = d.subject_id AND b.seq < d.seq AND b.state = 'pending') ORDER BY d.seq LIMIT 200";
    let found: Vec<Id> = tx.all(sql(OVERDUE).bind(tx.tenant()).bind(before)).await?;
    Ok(found.into_iter().map(|row| row.id).collect())
}

const FORGET_ATTEMPTS: &str = "DELETE FROM webhook_attempts WHERE tenant_id = $1 AND delivery_id IN (SELECT id FROM webhook_deliveries \
     WHERE tenant_id = $1 AND state <> 'pending' AND created_at < $2 ORDER BY created_at, id LIMIT $3)";
const FORGET: &str = "DELETE FROM webhook_deliveries WHERE id IN (SELECT id FROM webhook_deliveries \
     WHERE tenant_id = $1 AND state <> 'pending' AND created_at < $2 ORDER BY created_at, id LIMIT $3)";

/// Forget what was told before `before`, at most `most` at once; how much.
pub async fn forget(tx: &mut Tx, before: Timestamp, most: i64) -> Result<u64> {
    tx.run(sql(FORGET_ATTEMPTS).bind(tx.tenant()).bind(before).bind(most)).await?;
    tx.run(sql(FORGET).bind(tx.tenant()).bind(before).bind(most)).await
}
