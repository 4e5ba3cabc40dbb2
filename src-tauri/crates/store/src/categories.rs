//! The `categories` table: a tree the products of a tenant hang in.

use purser_core::Timestamp;
use purser_core::ids::CategoryId;
use uuid::Uuid;

use crate::rows::Instant;
use crate::{Result, Tx, sql};

/// A category.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Category {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: CategoryId,
    /// What it lies in.
    pub parent_id: Option<Uuid>,
    /// Name.
    pub name: String,
    /// Its part of an address; unique in the tenant.
    pub slug: String,
    /// Its place among its siblings.
    pub position: i64,
    /// Products right in it.
    pub products: i64,
    /// Counts changes.
    pub version: i64,
    /// Made.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
    /// Last changed.
    #[sqlx(try_from = "Instant")]
    pub updated_at: Timestamp,
}

const ALL: &str = "SELECT c.id, c.parent_id, c.name, c.slug, c.position, \
     (SELECT COUNT(*) FROM products p WHERE p.tenant_id = c.tenant_id AND p.category_id = c.id) AS products, c.version, c.created_at, c.updated_at \
     FROM categories c WHERE c.tenant_id = $1 ORDER BY c.position, c.slug LIMIT 1001";

/// Every category; there are at most a thousand.
pub async fn all(tx: &mut Tx) -> Result<Vec<Category>> {
    tx.all(sql(ALL).bind(tx.tenant())).await
}

const INSERT: &str = "INSERT INTO categories (id, tenant_id, parent_id, name, slug, position, version, created_at, updated_at) \
     VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $7)";

/// Add a category.
pub async fn insert(tx: &mut Tx, c: &Category) -> Result<()> {
    let query = sql(INSERT).bind(c.id).bind(tx.tenant()).bind(c.parent_id).bind(&c.name).bind(&c.slug).bind(c.position).bind(c.created_at);
    tx.run(query).await.map(drop)
}

const UPDATE: &str = "UPDATE categories SET parent_id = $3, name = $4, slug = $5, position = $6, updated_at = $7, version = version + 1 \
     WHERE tenant_id = $1 AND id = $2 AND version = $8";

/// Write a category whose `version` is the one that was read; `false` when it has moved on since.
pub async fn update(tx: &mut Tx, c: &Category) -> Result<bool> {
    let query = sql(UPDATE).bind(tx.tenant()).bind(c.id).bind(c.parent_id).bind(&c.name).bind(&c.slug).bind(c.position).bind(c.updated_at);
    Ok(tx.run(query.bind(c.version)).await? == 1)
}

/// Take a category away; what was in it is in none.
pub async fn delete(tx: &mut Tx, id: CategoryId) -> Result<()> {
    const OUT: &str = "UPDATE products SET category_id = NULL, version = version + 1 WHERE tenant_id = $1 AND category_id = $2";
    tx.run(sql(OUT).bind(tx.tenant()).bind(id)).await?;
    tx.run(sql("DELETE FROM categories WHERE tenant_id = $1 AND id = $2").bind(tx.tenant()).bind(id)).await.map(drop)
}
