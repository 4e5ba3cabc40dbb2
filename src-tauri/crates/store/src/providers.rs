//! The `providers` table: connections to parties people sign in at.

use purser_core::Timestamp;
use purser_core::access::RoleKey;
use purser_core::ids::{ProviderId, TenantId};
use purser_core::providers::Kind;
use uuid::Uuid;

use crate::rows::Instant;
use crate::{Query, Result, Tx, sql};

/// A connection.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Provider {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: ProviderId,
    /// Tenant.
    #[sqlx(try_from = "Uuid")]
    pub tenant_id: TenantId,
    /// What it leads to.
    #[sqlx(try_from = "String")]
    pub kind: Kind,
    /// What its button says.
    pub name: String,
    /// The issuer, or the entity id.
    pub issuer: Option<String>,
    /// What the provider calls us.
    pub client_id: Option<String>,
    /// The secret or key, sealed.
    pub secret: Option<String>,
    /// [`purser_core::providers::Terms`] as JSON.
    pub terms: String,
    /// The role of whoever gets an account through it and is in no group that says otherwise.
    #[sqlx(try_from = "String")]
    pub default_role: RoleKey,
    /// Whether it can be used.
    pub enabled: bool,
    /// Counts changes.
    pub version: i64,
    /// Made.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
    /// Last changed.
    #[sqlx(try_from = "Instant")]
    pub updated_at: Timestamp,
}

const COLUMNS: &str = "p.id, p.tenant_id, p.kind, p.name, p.issuer, p.client_id, p.secret, p.terms, p.default_role, p.enabled, p.version, \
     p.created_at, p.updated_at";
const INSERT: &str = "INSERT INTO providers (id, tenant_id, kind, name, issuer, client_id, secret, terms, default_role, enabled, version, \
     created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
const UPDATE: &str = "UPDATE providers SET name = $3, issuer = $4, client_id = $5, secret = $6, terms = $7, default_role = $8, enabled = $9, \
     updated_at = $10, version = version + 1 WHERE tenant_id = $1 AND id = $2 AND version = $11";

/// Every connection of the tenant, by name.
pub async fn list(tx: &mut Tx) -> Result<Vec<Provider>> {
    let mut query = Query::start("SELECT ");
    query.push(COLUMNS).push(" FROM providers p WHERE p.tenant_id = ").arg(tx.tenant()).push(" ORDER BY p.name, p.id LIMIT 200");
    tx.all(query).await
}

/// One connection.
pub async fn find(tx: &mut Tx, id: ProviderId) -> Result<Option<Provider>> {
    let mut query = Query::start("SELECT ");
    query.push(COLUMNS).push(" FROM providers p WHERE p.tenant_id = ").arg(tx.tenant()).push(" AND p.id = ").arg(id);
    tx.optional(query).await
}

/// One connection, of whichever tenant. Needs [`crate::Scope::System`].
pub async fn find_anywhere(tx: &mut Tx, id: ProviderId) -> Result<Option<Provider>> {
    let mut query = Query::start("SELECT ");
    query.push(COLUMNS).push(" FROM providers p WHERE p.id = ").arg(id);
    tx.optional(query).await
}

/// Connections of every tenant that can be used, at most 500. Needs [`crate::Scope::System`].
pub async fn list_enabled(tx: &mut Tx) -> Result<Vec<Provider>> {
    let mut query = Query::start("SELECT ");
    query.push(COLUMNS).push(" FROM providers p WHERE p.enabled = ").arg(true).push(" ORDER BY p.name, p.id LIMIT 500");
    tx.all(query).await
}

/// Add a connection. A taken name shows as [`crate::Error::is_taken`].
pub async fn insert(tx: &mut Tx, provider: &Provider) -> Result<()> {
    let query = sql(INSERT)
        .bind(provider.id)
        .bind(provider.tenant_id)
        .bind(provider.kind.as_str())
        .bind(&provider.name)
        .bind(provider.issuer.clone())
        .bind(provider.client_id.clone())
        .bind(provider.secret.clone())
        .bind(&provider.terms)
        .bind(provider.default_role)
        .bind(provider.enabled)
        .bind(provider.version)
        .bind(provider.created_at)
        .bind(provider.updated_at);
    tx.run(query).await.map(drop)
}

/// Change a connection that is still at `provider.version`; `false` if it is not. A taken name shows as [`crate::Error::is_taken`].
pub async fn update(tx: &mut Tx, provider: &Provider) -> Result<bool> {
    let query = sql(UPDATE)
        .bind(provider.tenant_id)
        .bind(provider.id)
        .bind(&provider.name)
        .bind(provider.issuer.clone())
        .bind(provider.client_id.clone())
        .bind(provider.secret.clone())
        .bind(&provider.terms)
        .bind(provider.default_role)
        .bind(provider.enabled)
        .bind(provider.updated_at)
        .bind(provider.version);
    Ok(tx.run(query).await? == 1)
}

/// Put the same secret, sealed anew, in the place of `old`.
pub async fn reseal(tx: &mut Tx, id: ProviderId, (old, new): (String, String)) -> Result<()> {
    const RESEAL: &str = "UPDATE providers SET secret = $4 WHERE tenant_id = $1 AND id = $2 AND secret = $3";
    tx.run(sql(RESEAL).bind(tx.tenant()).bind(id).bind(old).bind(new)).await.map(drop)
}

const PENDING: &str = "DELETE FROM provider_sign_ins WHERE tenant_id = $1 AND provider_id = $2";
const IDENTITIES: &str = "DELETE FROM identities WHERE tenant_id = $1 AND provider_id = $2";
const ASSERTIONS: &str = "DELETE FROM assertions WHERE tenant_id = $1 AND provider_id = $2";
const DELETE: &str = "DELETE FROM providers WHERE tenant_id = $1 AND id = $2";

/// Remove a connection and everything that hangs on it; `false` if there is none.
pub async fn delete(tx: &mut Tx, id: ProviderId) -> Result<bool> {
    let tenant = tx.tenant();
    for statement in [PENDING, IDENTITIES, ASSERTIONS] {
        tx.run(sql(statement).bind(tenant).bind(id)).await?;
    }
    Ok(tx.run(sql(DELETE).bind(tenant).bind(id)).await? == 1)
}
