//! Tenants as the owners of the home tenant see them, and everything a tenant has: to take it out, and to delete it.
//!
//! Everything here is of [`crate::Scope::System`], unless it says otherwise.

mod erase;
mod take_out;

pub use erase::{Erased, erase, erase_tenant, tables};
pub use take_out::{Cells, LEFT_OUT, SECRETS, TABLES, Table, reveal, rows};

use purser_core::Timestamp;
use purser_core::ids::TenantId;
use purser_core::tenants::TenantState;
use uuid::Uuid;

use crate::page::{Key, List, SortKey};
use crate::tenants::Tenant;
use crate::{Listing, Page, Query, Result, Tx, sql};

macro_rules! columns {
    () => {
        "id, name, slug, currency, environment, settings, version, created_at, updated_at, state, home, state_reason, state_at, purge_at"
    };
}
pub(crate) use columns;

static LIST: List<Tenant> = List {
    select: concat!("SELECT ", columns!(), " FROM tenants t"),
    id: "t.id",
    row_id: |tenant| tenant.id.uuid(),
    sorts: &[
        SortKey { name: "createdAt", column: "t.created_at", key: |tenant| Key::Time(tenant.created_at.micros()) },
        SortKey { name: "name", column: "t.name", key: |tenant| Key::Text(tenant.name.clone()) },
    ],
};

/// Which tenants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// In any of these states.
    pub states: Vec<TenantState>,
    /// With this in their name or short name.
    pub search: Option<String>,
}

fn condition(filter: &Filter) -> Query {
    let mut query = Query::start(" WHERE 1 = 1");
    if !filter.states.is_empty() {
        query.push(" AND t.state IN ").list(filter.states.iter().map(|state| state.as_str().into()));
    }
    if let Some(text) = &filter.search {
        let pattern = format!("%{}%", crate::sql::like(&text.to_lowercase()));
        query.push(" AND (LOWER(t.name) LIKE ").arg(pattern.clone()).push(" ESCAPE '\\' OR t.slug LIKE ").arg(pattern).push(" ESCAPE '\\')");
    }
    query
}

/// A page of tenants, newest first unless sorted otherwise.
pub async fn list(tx: &mut Tx, filter: &Filter, page: &Page) -> Result<Listing<Tenant>> {
    LIST.page(tx, &condition(filter), page).await
}

/// How many there are, exact up to `most`.
pub async fn count(tx: &mut Tx, filter: &Filter, most: i64) -> Result<(i64, bool)> {
    crate::page::count(tx, "tenants t", &condition(filter), most).await
}

const HOME: &str = concat!("SELECT ", columns!(), " FROM tenants WHERE home ORDER BY id LIMIT 1");

/// The home of the installation, once it was set up.
pub async fn home(tx: &mut Tx) -> Result<Option<Tenant>> {
    tx.optional(sql(HOME)).await
}

#[derive(sqlx::FromRow)]
struct Found {
    n: i64,
}

/// Whether `tenant` is the home of the installation.
pub async fn is_home(tx: &mut Tx, tenant: TenantId) -> Result<bool> {
    let found: Found = tx.one(sql("SELECT COUNT(*) AS n FROM tenants WHERE id = $1 AND home").bind(tenant)).await?;
    Ok(found.n > 0)
}

/// Whether a tenant has this short name already.
pub async fn is_taken(tx: &mut Tx, slug: &str) -> Result<bool> {
    let found: Found = tx.one(sql("SELECT COUNT(*) AS n FROM tenants WHERE slug = $1").bind(slug.to_owned())).await?;
    Ok(found.n > 0)
}

const MOVE: &str = "UPDATE tenants SET state = $2, state_reason = $3, state_at = $4, purge_at = $5, updated_at = $4, version = version + 1 \
     WHERE id = $1 AND version = $6";

/// Write down where a tenant that is still at `tenant.version` stands now; `false` if it has changed meanwhile.
pub async fn set_state(tx: &mut Tx, tenant: &Tenant) -> Result<bool> {
    let query = sql(MOVE)
        .bind(tenant.id)
        .bind(tenant.state.as_str())
        .bind(tenant.state_reason.clone())
        .bind(tenant.state_at)
        .bind(tenant.purge_at)
        .bind(tenant.version);
    Ok(tx.run(query).await? == 1)
}

#[derive(sqlx::FromRow)]
struct Due {
    #[sqlx(try_from = "Uuid")]
    id: TenantId,
}

/// Tenants whose grace is over.
pub async fn due(tx: &mut Tx, now: Timestamp) -> Result<Vec<TenantId>> {
    const DUE: &str = "SELECT id FROM tenants WHERE (state = 'closing' AND purge_at <= $1) OR state = 'purging' ORDER BY id LIMIT 100";
    let due: Vec<Due> = tx.all(sql(DUE).bind(now)).await?;
    Ok(due.into_iter().map(|due| due.id).collect())
}

/// How much a tenant has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Usage {
    /// People, deleted ones left out.
    pub people: i64,
    /// Orders.
    pub orders: i64,
    /// Files, deleted ones left out.
    pub files: i64,
    /// Bytes of those files.
    pub bytes: i64,
}

/// How much one tenant has.
pub async fn usage(tx: &mut Tx, tenant: TenantId) -> Result<Usage> {
    const USAGE: &str = "SELECT (SELECT COUNT(*) FROM users WHERE tenant_id = $1 AND deleted_at IS NULL) AS people, \
         (SELECT COUNT(*) FROM orders WHERE tenant_id = $1) AS orders, \
         (SELECT COUNT(*) FROM files WHERE tenant_id = $1 AND deleted_at IS NULL) AS files, \
         (SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM files WHERE tenant_id = $1 AND deleted_at IS NULL) AS bytes";
    tx.one(sql(USAGE).bind(tenant)).await
}
