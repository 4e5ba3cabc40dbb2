//! Addresses no newsletter goes to.

use purser_core::Timestamp;
use purser_core::ids::{NewsletterId, SuppressionId, TenantId};
use purser_core::newsletters::SuppressionReason;
use purser_core::people::email_key;
use uuid::Uuid;

use crate::page::{Key, List, SortKey};
use crate::rows::Instant;
use crate::{Listing, Page, Query, Result, Tx, sql};

/// An address that gets none.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Suppression {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: SuppressionId,
    /// Tenant.
    #[sqlx(try_from = "Uuid")]
    pub tenant_id: TenantId,
    /// The address.
    pub email: String,
    /// Why.
    #[sqlx(try_from = "String")]
    pub reason: SuppressionReason,
    /// What its server said.
    pub error: Option<String>,
    /// The newsletter it came of.
    pub newsletter_id: Option<Uuid>,
    /// Since when.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
}

macro_rules! select {
    () => {
        "SELECT s.id, s.tenant_id, s.email, s.reason, s.error, s.newsletter_id, s.created_at FROM newsletter_suppressions s"
    };
}

static LIST: List<Suppression> = List {
    select: select!(),
    id: "s.id",
    row_id: |suppression| suppression.id.uuid(),
    sorts: &[SortKey { name: "createdAt", column: "s.created_at", key: |suppression| Key::Time(suppression.created_at.micros()) }],
};

/// Which addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SuppressionFilter {
    /// For any of these reasons.
    pub reasons: Vec<SuppressionReason>,
    /// With this in the address.
    pub search: Option<String>,
}

fn condition(tx: &Tx, filter: &SuppressionFilter) -> Query {
    let mut query = Query::start(" WHERE s.tenant_id = ");
    query.arg(tx.tenant());
    if !filter.reasons.is_empty() {
        query.push(" AND s.reason IN ").list(filter.reasons.iter().map(|reason| reason.as_str().into()));
    }
    if let Some(text) = &filter.search {
        query.push(" AND s.email_key LIKE ").arg(format!("%{}%", crate::sql::like(&text.to_lowercase()))).push(" ESCAPE '\\'");
    }
    query
}

/// A page of addresses, newest first.
pub async fn suppressions(tx: &mut Tx, filter: &SuppressionFilter, page: &Page) -> Result<Listing<Suppression>> {
    let condition = condition(tx, filter);
    LIST.page(tx, &condition, page).await
}

/// How many there are, exact up to `most`.
pub async fn count_suppressions(tx: &mut Tx, filter: &SuppressionFilter, most: i64) -> Result<(i64, bool)> {
    let condition = condition(tx, filter);
    crate::page::count(tx, "newsletter_suppressions s", &condition, most).await
}

const FIND: &str = concat!(select!(), " WHERE s.tenant_id = $1 AND s.id = $2");
const OF: &str = concat!(select!(), " WHERE s.tenant_id = $1 AND s.email_key = $2");

/// One of them.
pub async fn find_suppression(tx: &mut Tx, id: SuppressionId) -> Result<Option<Suppression>> {
    tx.optional(sql(FIND).bind(tx.tenant()).bind(id)).await
}

/// Whether an address gets none, and why.
pub async fn suppressed(tx: &mut Tx, email: &str) -> Result<Option<Suppression>> {
    tx.optional(sql(OF).bind(tx.tenant()).bind(email_key(email))).await
}

/// From now on the address gets none. Somebody who said so themselves outweighs a server.
pub async fn suppress(tx: &mut Tx, suppression: &Suppression) -> Result<()> {
    const SET: &str = "INSERT INTO newsletter_suppressions (id, tenant_id, email, email_key, reason, error, newsletter_id, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (tenant_id, email_key) DO UPDATE SET reason = excluded.reason, \
         error = excluded.error, newsletter_id = excluded.newsletter_id, created_at = excluded.created_at \
         WHERE newsletter_suppressions.reason = 'bounced'";
    let s = suppression;
    let query = sql(SET).bind(s.id).bind(s.tenant_id).bind(&s.email).bind(email_key(&s.email)).bind(s.reason.as_str());
    tx.run(query.bind(s.error.clone()).bind(s.newsletter_id).bind(s.created_at)).await.map(drop)
}

/// It gets them again.
pub async fn remove_suppression(tx: &mut Tx, id: SuppressionId) -> Result<bool> {
    const DELETE: &str = "DELETE FROM newsletter_suppressions WHERE tenant_id = $1 AND id = $2";
    Ok(tx.run(sql(DELETE).bind(tx.tenant()).bind(id)).await? == 1)
}

/// The reason does not hold any more: the address took one, or whoever reads it wants them again.
pub async fn lift(tx: &mut Tx, email: &str, reason: SuppressionReason) -> Result<bool> {
    const LIFT: &str = "DELETE FROM newsletter_suppressions WHERE tenant_id = $1 AND email_key = $2 AND reason = $3";
    Ok(tx.run(sql(LIFT).bind(tx.tenant()).bind(email_key(email)).bind(reason.as_str())).await? == 1)
}

impl Suppression {
    /// Whether it is what its server said to this very newsletter: sending again is asking again.
    pub fn came_of(&self, newsletter: NewsletterId) -> bool {
        self.reason == SuppressionReason::Bounced && self.newsletter_id == Some(newsletter.uuid())
    }
}
