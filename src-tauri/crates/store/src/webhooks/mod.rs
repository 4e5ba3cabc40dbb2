//! The tables of telling other systems: endpoints here, what is told in `deliveries.rs`.

mod deliveries;

use purser_core::Timestamp;
use purser_core::ids::{EndpointId, TenantId};
use uuid::Uuid;

use crate::rows::{Instant, MaybeInstant};
use crate::{Query, Result, Tx, sql};

pub use deliveries::{
    Attempt, Delivery, Ended, Filter, Next, add, again, attempts, claim, count, earlier_open, end, find as find_delivery, forget, give_up,
    list as list_deliveries, next_open, note, overdue, waiting,
};

/// A place other systems are told at.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Endpoint {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: EndpointId,
    /// Tenant.
    #[sqlx(try_from = "Uuid")]
    pub tenant_id: TenantId,
    /// Where.
    pub url: String,
    /// What it is for.
    pub description: String,
    /// What it asked for, separated by spaces.
    pub topics: String,
    /// Whether it is told.
    pub enabled: bool,
    /// The secrets it is signed with, sealed.
    pub secret: String,
    /// How the secret begins.
    pub secret_prefix: String,
    /// Until then it is signed with the secret before as well.
    #[sqlx(try_from = "MaybeInstant")]
    pub old_secret_ends_at: Option<Timestamp>,
    /// It hears of what came after this notice.
    pub since_seq: i64,
    /// Since when nothing arrived.
    #[sqlx(try_from = "MaybeInstant")]
    pub failing_since_at: Option<Timestamp>,
    /// When it was switched off.
    #[sqlx(try_from = "MaybeInstant")]
    pub disabled_at: Option<Timestamp>,
    /// Why.
    pub disabled_reason: Option<String>,
    /// Counts changes.
    pub version: i64,
    /// Made.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
    /// Last changed.
    #[sqlx(try_from = "Instant")]
    pub updated_at: Timestamp,
}

const COLUMNS: &str = "SELECT id, tenant_id, url, description, topics, enabled, secret, secret_prefix, old_secret_ends_at, since_seq, \
     failing_since_at, disabled_at, disabled_reason, version, created_at, updated_at FROM webhook_endpoints WHERE tenant_id = ";

/// Every endpoint of the tenant, the oldest first.
pub async fn list(tx: &mut Tx) -> Result<Vec<Endpoint>> {
    let mut query = Query::start(COLUMNS);
    query.arg(tx.tenant()).push(" ORDER BY created_at, id LIMIT 100");
    tx.all(query).await
}

/// One endpoint.
pub async fn find(tx: &mut Tx, id: EndpointId) -> Result<Option<Endpoint>> {
    let mut query = Query::start(COLUMNS);
    query.arg(tx.tenant()).push(" AND id = ").arg(id);
    tx.optional(query).await
}

const INSERT: &str = "INSERT INTO webhook_endpoints (id, tenant_id, url, description, topics, enabled, secret, secret_prefix, old_secret_ends_at, \
     since_seq, failing_since_at, disabled_at, disabled_reason, version, created_at, updated_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";

/// Add an endpoint.
pub async fn insert(tx: &mut Tx, endpoint: &Endpoint) -> Result<()> {
    let query = sql(INSERT)
        .bind(endpoint.id)
        .bind(endpoint.tenant_id)
        .bind(&endpoint.url)
        .bind(&endpoint.description)
        .bind(&endpoint.topics)
        .bind(endpoint.enabled)
        .bind(&endpoint.secret)
        .bind(&endpoint.secret_prefix)
        .bind(endpoint.old_secret_ends_at)
        .bind(endpoint.since_seq)
        .bind(endpoint.failing_since_at)
        .bind(endpoint.disabled_at)
        .bind(endpoint.disabled_reason.clone())
        .bind(endpoint.version)
        .bind(endpoint.created_at)
        .bind(endpoint.updated_at);
    tx.run(query).await.map(drop)
}

const UPDATE: &str = "UPDATE webhook_endpoints SET url = $3, description = $4, topics = $5, enabled = $6, secret = $7, secret_prefix = $8, \
     old_secret_ends_at = $9, since_seq = $10, failing_since_at = $11, disabled_at = $12, disabled_reason = $13, updated_at = $14, \
     version = version + 1 WHERE tenant_id = $1 AND id = $2 AND version = $15";

/// Change an endpoint that is still at `endpoint.version`; `false` if it is not.
pub async fn update(tx: &mut Tx, endpoint: &Endpoint) -> Result<bool> {
    let query = sql(UPDATE)
        .bind(endpoint.tenant_id)
        .bind(endpoint.id)
        .bind(&endpoint.url)
        .bind(&endpoint.description)
        .bind(&endpoint.topics)
        .bind(endpoint.enabled)
        .bind(&endpoint.secret)
        .bind(&endpoint.secret_prefix)
        .bind(endpoint.old_secret_ends_at)
        .bind(endpoint.since_seq)
        .bind(endpoint.failing_since_at)
        .bind(endpoint.disabled_at)
        .bind(endpoint.disabled_reason.clone())
        .bind(endpoint.updated_at)
        .bind(endpoint.version);
    Ok(tx.run(query).await? == 1)
}

/// Note since when nothing arrives (or that something did); the version stays, nobody changed anything.
pub async fn failing(tx: &mut Tx, id: EndpointId, since: Option<Timestamp>) -> Result<()> {
    const FAILING: &str = "UPDATE webhook_endpoints SET failing_since_at = $3 WHERE tenant_id = $1 AND id = $2";
    tx.run(sql(FAILING).bind(tx.tenant()).bind(id).bind(since)).await.map(drop)
}

/// Put the same secrets, sealed anew, in the place of `old`.
pub async fn reseal(tx: &mut Tx, id: EndpointId, (old, new): (String, String)) -> Result<()> {
    const RESEAL: &str = "UPDATE webhook_endpoints SET secret = $4 WHERE tenant_id = $1 AND id = $2 AND secret = $3";
    tx.run(sql(RESEAL).bind(tx.tenant()).bind(id).bind(old).bind(new)).await.map(drop)
}

const ATTEMPTS: &str = "DELETE FROM webhook_attempts WHERE tenant_id = $1 \
     AND delivery_id IN (SELECT id FROM webhook_deliveries WHERE tenant_id = $1 AND endpoint_id = $2)";
const DELIVERIES: &str = "DELETE FROM webhook_deliveries WHERE tenant_id = $1 AND endpoint_id = $2";
const DELETE: &str = "DELETE FROM webhook_endpoints WHERE tenant_id = $1 AND id = $2";

/// Remove an endpoint and all it was told; `false` if there is none.
pub async fn delete(tx: &mut Tx, id: EndpointId) -> Result<bool> {
    for statement in [ATTEMPTS, DELIVERIES] {
        tx.run(sql(statement).bind(tx.tenant()).bind(id)).await?;
    }
    Ok(tx.run(sql(DELETE).bind(tx.tenant()).bind(id)).await? == 1)
}

#[derive(sqlx::FromRow)]
struct Any {
    n: i64,
}

/// Whether anybody in the tenant is to be told.
pub async fn any(tx: &mut Tx) -> Result<bool> {
    const ANY: &str = "SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM webhook_endpoints WHERE tenant_id = $1 AND enabled = TRUE LIMIT 1) x";
    let any: Any = tx.one(sql(ANY).bind(tx.tenant())).await?;
    Ok(any.n > 0)
}
