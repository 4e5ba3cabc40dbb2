//! The `tenants` table and the counters that belong to each.

use purser_core::ids::TenantId;
use purser_core::tenants::TenantState;
use purser_core::{Currency, Timestamp};
use uuid::Uuid;

/// Settings as a JSON object.
pub type Settings = sqlx::types::Json<serde_json::Map<String, serde_json::Value>>;

use crate::rows::{Instant, MaybeInstant};
use crate::tenancy::columns;
use crate::{Result, Tx, sql};

/// A tenant.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Tenant {
    /// Its id.
    #[sqlx(try_from = "Uuid")]
    pub id: TenantId,
    /// Its name as people write it.
    pub name: String,
    /// Its name as addresses write it; unique in the installation.
    pub slug: String,
    /// The currency it sells in unless said otherwise.
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    /// `local`, `staging` or `production`.
    pub environment: String,
    /// Everything else that can be set, as JSON.
    pub settings: Settings,
    /// Raised by every change.
    pub version: i64,
    /// When it was made.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
    /// When it was last changed.
    #[sqlx(try_from = "Instant")]
    pub updated_at: Timestamp,
    /// Where it stands.
    #[sqlx(try_from = "String")]
    pub state: TenantState,
    /// Whether it is the home of the installation.
    pub home: bool,
    /// Why it stands there.
    pub state_reason: Option<String>,
    /// Since when it stands there.
    #[sqlx(try_from = "MaybeInstant")]
    pub state_at: Option<Timestamp>,
    /// When everything it has is deleted.
    #[sqlx(try_from = "MaybeInstant")]
    pub purge_at: Option<Timestamp>,
}

const ALL: &str = concat!("SELECT ", columns!(), " FROM tenants ORDER BY id LIMIT 1000");
const FIND: &str = concat!("SELECT ", columns!(), " FROM tenants WHERE id = $1");
const INSERT: &str = "INSERT INTO tenants (id, name, slug, currency, environment, settings, version, created_at, updated_at, state, home) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const UPDATE: &str = "UPDATE tenants SET name = $2, currency = $3, environment = $4, settings = $5, version = version + 1, updated_at = $6 \
     WHERE id = $1 AND version = $7";
const NEXT: &str = "INSERT INTO counters (tenant_id, name, value) VALUES ($1, $2, $3) \
     ON CONFLICT (tenant_id, name) DO UPDATE SET value = counters.value + $3 RETURNING value";

#[derive(sqlx::FromRow)]
struct Counter {
    value: i64,
}

/// Every tenant of the installation, oldest first, at most 1,000. Needs [`crate::Scope::System`] on PostgreSQL.
pub async fn all(tx: &mut Tx) -> Result<Vec<Tenant>> {
    tx.all(sql(ALL)).await
}

/// One tenant.
pub async fn find(tx: &mut Tx, id: TenantId) -> Result<Option<Tenant>> {
    tx.optional(sql(FIND).bind(id)).await
}

/// Add a tenant.
pub async fn insert(tx: &mut Tx, tenant: &Tenant) -> Result<()> {
    let query = sql(INSERT)
        .bind(tenant.id)
        .bind(&tenant.name)
        .bind(&tenant.slug)
        .bind(tenant.currency)
        .bind(&tenant.environment)
        .bind(serde_json::Value::Object(tenant.settings.0.clone()))
        .bind(tenant.version)
        .bind(tenant.created_at)
        .bind(tenant.updated_at)
        .bind(tenant.state.as_str())
        .bind(tenant.home);
    tx.run(query).await.map(drop)
}

/// Change a tenant that is still at `tenant.version`; `false` if it is not.
pub async fn update(tx: &mut Tx, tenant: &Tenant) -> Result<bool> {
    let query = sql(UPDATE)
        .bind(tenant.id)
        .bind(&tenant.name)
        .bind(tenant.currency)
        .bind(&tenant.environment)
        .bind(serde_json::Value::Object(tenant.settings.0.clone()))
        .bind(tenant.updated_at)
        .bind(tenant.version);
    Ok(tx.run(query).await? == 1)
}

/// Take `count` numbers of the counter `name`; answers the last of them. Numbers taken by a transaction that is undone are given again.
pub async fn take_numbers(tx: &mut Tx, name: &'static str, count: i64) -> Result<i64> {
    let counter: Counter = tx.one(sql(NEXT).bind(tx.tenant()).bind(name).bind(count)).await?;
    Ok(counter.value)
}

#[derive(sqlx::FromRow)]
struct Found {
    n: i64,
}

/// Whether the tenant has any order.
pub async fn has_orders(tx: &mut Tx) -> Result<bool> {
    const ANY: &str = "SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM orders WHERE tenant_id = $1 LIMIT 1) AS found";
    let found: Found = tx.one(sql(ANY).bind(tx.tenant())).await?;
    Ok(found.n > 0)
}

#[derive(sqlx::FromRow)]
struct Few {
    n: i64,
}

/// Whether there is more than one tenant. Needs [`crate::Scope::System`].
pub async fn several(tx: &mut Tx) -> Result<bool> {
    let few: Few = tx.one(sql("SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM tenants LIMIT 2) t")).await?;
    Ok(few.n > 1)
}
