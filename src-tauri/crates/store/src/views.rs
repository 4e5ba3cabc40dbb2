//! The `saved_views` table: filters people gave a name.

use purser_core::Timestamp;
use purser_core::ids::{UserId, ViewId};
use uuid::Uuid;

use crate::rows::Instant;
use crate::{Result, Tx, sql};

/// A saved view.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct View {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: ViewId,
    /// Who made it.
    #[sqlx(try_from = "Uuid")]
    pub owner_id: UserId,
    /// Name of who made it.
    pub owner: String,
    /// The list it belongs to: `orders`.
    pub area: String,
    /// What people call it.
    pub name: String,
    /// The query string of the list.
    pub query: String,
    /// Whether the whole team sees it.
    pub shared: bool,
    /// When it was made.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
}

macro_rules! select {
    () => {
        "SELECT v.id, v.owner_id, u.first_name || ' ' || u.last_name AS owner, v.area, v.name, v.query, v.shared, v.created_at \
         FROM saved_views v JOIN users u ON u.id = v.owner_id WHERE v.tenant_id = $1"
    };
}

const SEEN: &str =
    concat!(select!(), " AND (v.owner_id = $2 OR v.shared) AND ($3 = '' OR v.area = $3) ORDER BY v.area, v.created_at, v.id LIMIT 500");
const BY_ID: &str = concat!(select!(), " AND v.id = $2");
const INSERT: &str =
    "INSERT INTO saved_views (id, tenant_id, owner_id, area, name, query, shared, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const UPDATE: &str = "UPDATE saved_views SET name = $3, query = $4, shared = $5 WHERE tenant_id = $1 AND id = $2";
const DELETE: &str = "DELETE FROM saved_views WHERE tenant_id = $1 AND id = $2";

#[derive(sqlx::FromRow)]
struct Count {
    n: i64,
}

/// The views `user` sees in `area`: their own and shared ones; every area when it is empty. At most 500.
pub async fn list(tx: &mut Tx, user: UserId, area: &str) -> Result<Vec<View>> {
    tx.all(sql(SEEN).bind(tx.tenant()).bind(user).bind(area.to_owned())).await
}

/// One view.
pub async fn find(tx: &mut Tx, id: ViewId) -> Result<Option<View>> {
    tx.optional(sql(BY_ID).bind(tx.tenant()).bind(id)).await
}

/// How many views `user` has made.
pub async fn count(tx: &mut Tx, user: UserId) -> Result<i64> {
    const COUNT: &str = "SELECT COUNT(*) AS n FROM saved_views WHERE tenant_id = $1 AND owner_id = $2";
    let count: Count = tx.one(sql(COUNT).bind(tx.tenant()).bind(user)).await?;
    Ok(count.n)
}

/// Insert a view.
pub async fn insert(tx: &mut Tx, view: &View) -> Result<()> {
    let query = sql(INSERT)
        .bind(view.id)
        .bind(tx.tenant())
        .bind(view.owner_id)
        .bind(&view.area)
        .bind(&view.name)
        .bind(&view.query)
        .bind(view.shared)
        .bind(view.created_at);
    tx.run(query).await.map(drop)
}

/// Write name, query and sharing of a view; `false` when it is gone.
pub async fn update(tx: &mut Tx, view: &View) -> Result<bool> {
    let query = sql(UPDATE).bind(tx.tenant()).bind(view.id).bind(&view.name).bind(&view.query).bind(view.shared);
    Ok(tx.run(query).await? > 0)
}

/// Remove a view; `false` when it is gone.
pub async fn delete(tx: &mut Tx, id: ViewId) -> Result<bool> {
    Ok(tx.run(sql(DELETE).bind(tx.tenant()).bind(id)).await? > 0)
}
