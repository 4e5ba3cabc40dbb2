//! Who agreed to get newsletters, since when, and how they said so.

use purser_core::Timestamp;
use purser_core::ids::{TenantId, UserId};
use purser_core::newsletters::ConsentHow;
use uuid::Uuid;

use crate::rows::Instant;
use crate::{Query, Result, Tx, Value, sql};

/// What somebody said last.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Consent {
    /// Tenant.
    #[sqlx(try_from = "Uuid")]
    pub tenant_id: TenantId,
    /// Who.
    #[sqlx(try_from = "Uuid")]
    pub user_id: UserId,
    /// Whether they want newsletters.
    pub agreed: bool,
    /// How they said so.
    #[sqlx(try_from = "String")]
    pub how: ConsentHow,
    /// What staff wrote down about it.
    pub note: Option<String>,
    /// Who wrote it down.
    pub by_name: String,
    /// Their id.
    pub by_id: Option<Uuid>,
    /// When.
    #[sqlx(try_from = "Instant")]
    pub at: Timestamp,
}

/// What somebody said; nothing if they were never asked.
pub async fn consent(tx: &mut Tx, user: UserId) -> Result<Option<Consent>> {
    const FIND: &str =
        "SELECT tenant_id, user_id, agreed, how, note, by_name, by_id, at FROM newsletter_consents WHERE tenant_id = $1 AND user_id = $2";
    tx.optional(sql(FIND).bind(tx.tenant()).bind(user)).await
}

/// Write down what somebody says now.
pub async fn agree(tx: &mut Tx, consent: &Consent) -> Result<()> {
    const SET: &str = "INSERT INTO newsletter_consents (tenant_id, user_id, agreed, how, note, by_name, by_id, at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (tenant_id, user_id) DO UPDATE SET agreed = excluded.agreed, how = excluded.how, \
         note = excluded.note, by_name = excluded.by_name, by_id = excluded.by_id, at = excluded.at";
    let query = sql(SET).bind(consent.tenant_id).bind(consent.user_id).bind(consent.agreed).bind(consent.how.as_str());
    tx.run(query.bind(consent.note.clone()).bind(&consent.by_name).bind(consent.by_id).bind(consent.at)).await.map(drop)
}

/// Somebody a newsletter is for.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct Reader {
    /// Who.
    #[sqlx(try_from = "Uuid")]
    pub user_id: UserId,
    /// Whether their address gets none all the same.
    pub suppressed: bool,
}

const FROM: &str = " FROM newsletter_consents c JOIN users u ON u.tenant_id = c.tenant_id AND u.id = c.user_id \
     LEFT JOIN newsletter_suppressions s ON s.tenant_id = u.tenant_id AND s.email_key = u.email_key WHERE c.tenant_id = ";

/// Those who agreed and can be written to. Whoever said so themselves has to have proved the address: else anybody could sign somebody else up.
fn among(query: &mut Query, tenant: TenantId, countries: &[String]) {
    query.push(FROM).arg(tenant).push(" AND c.agreed = TRUE AND u.status IN ('invited', 'active')");
    query.push(" AND (u.email_verified = TRUE OR c.how = 'staff')");
    if !countries.is_empty() {
        query.push(" AND u.country IN ").list(countries.iter().map(Value::from));
    }
}

/// Up to `most` people behind `after` who had agreed by `at`, in the order of their ids.
pub async fn readers(tx: &mut Tx, countries: &[String], (after, at): (Option<Uuid>, Timestamp), most: i64) -> Result<Vec<Reader>> {
    let mut query = Query::start("SELECT c.user_id, s.id IS NOT NULL AS suppressed");
    among(&mut query, tx.tenant(), countries);
    query.push(" AND c.at <= ").arg(at);
    if let Some(after) = after {
        query.push(" AND c.user_id > ").arg(after);
    }
    query.push(" ORDER BY c.user_id LIMIT ").arg(most);
    tx.all(query).await
}

#[derive(sqlx::FromRow)]
struct Counts {
    people: i64,
    suppressed: i64,
}

/// How many a newsletter is for, and how many of those get none all the same.
pub async fn audience(tx: &mut Tx, countries: &[String]) -> Result<(i64, i64)> {
    let mut query = Query::start("SELECT COUNT(*) AS people, COUNT(s.id) AS suppressed");
    among(&mut query, tx.tenant(), countries);
    let counts: Counts = tx.one(query).await?;
    Ok((counts.people, counts.suppressed))
}
