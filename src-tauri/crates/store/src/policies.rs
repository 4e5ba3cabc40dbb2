//! The `policies` and `policy_versions` tables: rules written as text, and what they were before.

use purser_core::Timestamp;
use purser_core::access::PolicyState;
use purser_core::ids::{PolicyId, UserId};
use uuid::Uuid;

use crate::rows::Instant;
use crate::{Result, Tx, sql};

/// JSON that only the use cases read.
pub type Document = sqlx::types::Json<serde_json::Value>;

/// A policy.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Policy {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: PolicyId,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The text.
    pub source: String,
    /// Its tests.
    pub cases: Document,
    /// Whether it counts.
    #[sqlx(try_from = "String")]
    pub state: PolicyState,
    /// Raised by every change.
    pub version: i64,
    /// When it was made.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
    /// When it was last changed.
    #[sqlx(try_from = "Instant")]
    pub updated_at: Timestamp,
}

/// A policy as it was at one version.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Version {
    /// Which.
    pub version: i64,
    /// What people called it.
    pub name: String,
    /// What it was for.
    pub description: String,
    /// The text.
    pub source: String,
    /// Its tests.
    pub cases: Document,
    /// Whether it counted.
    #[sqlx(try_from = "String")]
    pub state: PolicyState,
    /// Who made this version, if it was a person.
    pub changed_by: Option<Uuid>,
    /// Their name at that time.
    pub changed_by_name: String,
    /// Why.
    pub reason: Option<String>,
    /// When.
    #[sqlx(try_from = "Instant")]
    pub at: Timestamp,
}

/// Who made a version, and why.
#[derive(Clone, Debug)]
pub struct Author {
    /// The person, if it was one.
    pub id: Option<UserId>,
    /// Their name.
    pub name: String,
    /// Why.
    pub reason: Option<String>,
}

const ALL: &str = "SELECT id, name, description, source, cases, state, version, created_at, updated_at FROM policies WHERE tenant_id = $1 \
     ORDER BY name, id LIMIT 500";
const BY_ID: &str = "SELECT id, name, description, source, cases, state, version, created_at, updated_at FROM policies \
     WHERE tenant_id = $1 AND id = $2";
const IN_FORCE: &str = "SELECT id, name, description, source, cases, state, version, created_at, updated_at FROM policies \
     WHERE tenant_id = $1 AND state IN ('shadow', 'enforced') ORDER BY id LIMIT 500";
const INSERT: &str = "INSERT INTO policies (id, tenant_id, name, description, source, cases, state, version, created_at, updated_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8, $8)";
const UPDATE: &str = "UPDATE policies SET name = $3, description = $4, source = $5, cases = $6, state = $7, updated_at = $8, \
     version = version + 1 WHERE tenant_id = $1 AND id = $2 AND version = $9";
const KEEP: &str = "INSERT INTO policy_versions (policy_id, version, tenant_id, name, description, source, cases, state, changed_by, \
     changed_by_name, reason, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
const HISTORY: &str = "SELECT version, name, description, source, cases, state, changed_by, changed_by_name, reason, at FROM policy_versions \
     WHERE tenant_id = $1 AND policy_id = $2 ORDER BY version DESC LIMIT 200";
const VERSION: &str = "SELECT version, name, description, source, cases, state, changed_by, changed_by_name, reason, at FROM policy_versions \
     WHERE tenant_id = $1 AND policy_id = $2 AND version = $3";

/// Every policy, by name.
pub async fn all(tx: &mut Tx) -> Result<Vec<Policy>> {
    tx.all(sql(ALL).bind(tx.tenant())).await
}

/// Those that are asked: enforced, or in the shadow.
pub async fn in_force(tx: &mut Tx) -> Result<Vec<Policy>> {
    tx.all(sql(IN_FORCE).bind(tx.tenant())).await
}

/// One policy.
pub async fn find(tx: &mut Tx, id: PolicyId) -> Result<Option<Policy>> {
    tx.optional(sql(BY_ID).bind(tx.tenant()).bind(id)).await
}

/// Add a policy.
pub async fn insert(tx: &mut Tx, policy: &Policy, author: &Author) -> Result<()> {
    let query = sql(INSERT)
        .bind(policy.id)
        .bind(tx.tenant())
        .bind(&policy.name)
        .bind(&policy.description)
        .bind(&policy.source)
        .bind(policy.cases.0.clone())
        .bind(policy.state.as_str())
        .bind(policy.created_at);
    tx.run(query).await?;
    keep(tx, policy, author).await
}

/// Write `policy` over its version before `policy.version`; `false` if it is not at that any more.
pub async fn update(tx: &mut Tx, policy: &Policy, author: &Author) -> Result<bool> {
    let query = sql(UPDATE)
        .bind(tx.tenant())
        .bind(policy.id)
        .bind(&policy.name)
        .bind(&policy.description)
        .bind(&policy.source)
        .bind(policy.cases.0.clone())
        .bind(policy.state.as_str())
        .bind(policy.updated_at)
        .bind(policy.version - 1);
    if tx.run(query).await? == 0 {
        return Ok(false);
    }
    keep(tx, policy, author).await.map(|()| true)
}

async fn keep(tx: &mut Tx, policy: &Policy, author: &Author) -> Result<()> {
    let query = sql(KEEP)
        .bind(policy.id)
        .bind(policy.version)
        .bind(tx.tenant())
        .bind(&policy.name)
        .bind(&policy.description)
        .bind(&policy.source)
        .bind(policy.cases.0.clone())
        .bind(policy.state.as_str())
        .bind(author.id)
        .bind(&author.name)
        .bind(author.reason.clone())
        .bind(policy.updated_at);
    tx.run(query).await.map(drop)
}

/// What a policy was, newest first; at most 200 versions.
pub async fn history(tx: &mut Tx, id: PolicyId) -> Result<Vec<Version>> {
    tx.all(sql(HISTORY).bind(tx.tenant()).bind(id)).await
}

/// What a policy was at one version.
pub async fn version(tx: &mut Tx, id: PolicyId, version: i64) -> Result<Option<Version>> {
    tx.optional(sql(VERSION).bind(tx.tenant()).bind(id).bind(version)).await
}

/// Forget a policy, its versions and what it refused; `false` if it is not there.
pub async fn delete(tx: &mut Tx, id: PolicyId) -> Result<bool> {
    tx.run(sql("DELETE FROM policy_versions WHERE tenant_id = $1 AND policy_id = $2").bind(tx.tenant()).bind(id)).await?;
    Ok(tx.run(sql("DELETE FROM policies WHERE tenant_id = $1 AND id = $2").bind(tx.tenant()).bind(id)).await? > 0)
}
