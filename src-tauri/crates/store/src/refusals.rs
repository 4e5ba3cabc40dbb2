//! The `refusals` table: who was refused what, or would have been; and `permission_uses`: who used what last.

use purser_core::ids::{PolicyId, RefusalId, TenantId, UserId};
use purser_core::{Permission, Timestamp};
use uuid::Uuid;

use crate::page::{Key, List, SortKey};
use crate::rows::Instant;
use crate::{Listing, Page, Query, Result, Tx, Value, sql};

/// Something that was refused, or would have been.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Refusal {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: RefusalId,
    /// Tenant.
    #[sqlx(try_from = "Uuid")]
    pub tenant_id: TenantId,
    /// When.
    #[sqlx(try_from = "Instant")]
    pub at: Timestamp,
    /// Who asked.
    #[sqlx(try_from = "Uuid")]
    pub user_id: UserId,
    /// Their name at that time.
    pub user_name: String,
    /// What was asked for.
    pub permission: String,
    /// The policy that said no; none where the permission was lacking.
    pub policy_id: Option<Uuid>,
    /// The line of the policy.
    pub line: Option<i64>,
    /// Whether it only would have been refused.
    pub shadow: bool,
    /// What was known of it: amount, currency, role, address.
    pub facts: sqlx::types::Json<serde_json::Value>,
}

/// Which refusals are wanted.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// By this policy.
    pub policy: Option<PolicyId>,
    /// Only those that would have been, or only those that were.
    pub shadow: Option<bool>,
    /// Of this person.
    pub user: Option<UserId>,
    /// Of this permission.
    pub permission: Option<Permission>,
    /// With this in the name of the person or of the permission.
    pub search: Option<String>,
}

static LIST: List<Refusal> = List {
    select: "SELECT r.id, r.tenant_id, r.at, r.user_id, r.user_name, r.permission, r.policy_id, r.line, r.shadow, r.facts FROM refusals r",
    id: "r.id",
    row_id: |r| r.id.uuid(),
    sorts: &[SortKey { name: "at", column: "r.at", key: |r| Key::Time(r.at.micros()) }],
};

fn clause(tx: &Tx, filter: &Filter) -> Query {
    let mut query = Query::start(" WHERE r.tenant_id = ");
    query.arg(tx.tenant());
    if let Some(policy) = filter.policy {
        query.push(" AND r.policy_id = ").arg(policy);
    }
    if let Some(shadow) = filter.shadow {
        query.push(" AND r.shadow = ").arg(shadow);
    }
    if let Some(user) = filter.user {
        query.push(" AND r.user_id = ").arg(user);
    }
    if let Some(permission) = filter.permission {
        query.push(" AND r.permission = ").arg(permission.as_str());
    }
    if let Some(text) = &filter.search {
        let pattern = format!("%{}%", crate::sql::like(&text.to_lowercase()));
        query
            .push(" AND (LOWER(r.user_name) LIKE ")
            .arg(pattern.clone())
            .push(" ESCAPE '\\' OR r.permission LIKE ")
            .arg(pattern)
            .push(" ESCAPE '\\')");
    }
    query
}

/// A page of refusals.
pub async fn list(tx: &mut Tx, filter: &Filter, page: &Page) -> Result<Listing<Refusal>> {
    let clause = clause(tx, filter);
    LIST.page(tx, &clause, page).await
}

/// How many there are, counted up to `most`.
pub async fn count(tx: &mut Tx, filter: &Filter, most: i64) -> Result<(i64, bool)> {
    let clause = clause(tx, filter);
    crate::page::count(tx, "refusals r", &clause, most).await
}

/// Write refusals down.
pub async fn insert(tx: &mut Tx, refusals: &[Refusal]) -> Result<()> {
    for chunk in refusals.chunks(500) {
        let mut query =
            Query::start("INSERT INTO refusals (id, tenant_id, at, user_id, user_name, permission, policy_id, line, shadow, facts) VALUES");
        query.rows(chunk.iter().map(|refusal| -> [Value; 10] {
            [
                refusal.id.into(),
                refusal.tenant_id.into(),
                refusal.at.into(),
                refusal.user_id.into(),
                (&refusal.user_name).into(),
                (&refusal.permission).into(),
                Value::Uuid(refusal.policy_id),
                refusal.line.into(),
                refusal.shadow.into(),
                refusal.facts.0.clone().into(),
            ]
        }));
        tx.run(query).await?;
    }
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Tally {
    policy_id: Uuid,
    shadow: bool,
    n: i64,
}

/// How often each policy refused something since `from`, and would have.
pub async fn tally(tx: &mut Tx, from: Timestamp) -> Result<Vec<(PolicyId, bool, i64)>> {
    const TALLY: &str = "SELECT policy_id, shadow, COUNT(*) AS n FROM refusals WHERE tenant_id = $1 AND policy_id IS NOT NULL AND at >= $2 \
         GROUP BY policy_id, shadow";
    let rows: Vec<Tally> = tx.all(sql(TALLY).bind(tx.tenant()).bind(from)).await?;
    Ok(rows.into_iter().map(|row| (PolicyId(row.policy_id), row.shadow, row.n)).collect())
}

/// Forget refusals from before `before`, of every tenant, at most `most` at once; how many. Needs [`crate::Scope::System`].
pub async fn forget(tx: &mut Tx, before: Timestamp, most: i64) -> Result<u64> {
    const FORGET: &str = "DELETE FROM refusals WHERE id IN (SELECT id FROM refusals WHERE at < $1 ORDER BY at LIMIT $2)";
    tx.run(sql(FORGET).bind(before).bind(most)).await
}

/// When somebody last used a permission.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Use {
    /// Tenant.
    #[sqlx(try_from = "Uuid")]
    pub tenant_id: TenantId,
    /// Who.
    #[sqlx(try_from = "Uuid")]
    pub user_id: UserId,
    /// What.
    pub permission: String,
    /// When.
    #[sqlx(try_from = "Instant")]
    pub last_used_at: Timestamp,
}

/// Note when permissions were last used.
pub async fn note_uses(tx: &mut Tx, uses: &[Use]) -> Result<()> {
    for chunk in uses.chunks(500) {
        let mut query = Query::start("INSERT INTO permission_uses (tenant_id, user_id, permission, last_used_at) VALUES");
        query.rows(
            chunk.iter().map(|one| -> [Value; 4] { [one.tenant_id.into(), one.user_id.into(), (&one.permission).into(), one.last_used_at.into()] }),
        );
        query.push(" ON CONFLICT (tenant_id, user_id, permission) DO UPDATE SET last_used_at = excluded.last_used_at");
        tx.run(query).await?;
    }
    Ok(())
}

/// What these people used last.
pub async fn uses(tx: &mut Tx, people: &[UserId]) -> Result<Vec<Use>> {
    let mut query = Query::start("SELECT tenant_id, user_id, permission, last_used_at FROM permission_uses WHERE tenant_id = ");
    query.arg(tx.tenant()).push(" AND user_id IN ").list(people.iter().map(|id| Value::from(*id)));
    tx.all(query).await
}
