//! The API keys of everybody, for whoever looks after them: whose they are, what they may do, and when they were last used.

use purser_core::Timestamp;
use purser_core::identity::KeyStand;
use purser_core::people::Status;
use purser_core::text::fold;
use purser_core::time::DAY;

use crate::keys::ApiKey;
use crate::page::{Key, List, SortKey};
use crate::sql::like;
use crate::{Listing, Page, Query, Result, Tx};

/// A key nobody needs, most likely: as long as in the review of access.
const UNUSED: i64 = 90 * DAY;

/// A key and whose it is.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct HeldKey {
    /// The key.
    #[sqlx(flatten)]
    pub key: ApiKey,
    /// Given name of its owner.
    pub first_name: String,
    /// Family name of its owner.
    pub last_name: String,
    /// Where the owner's account stands: of one that is not active no key works.
    #[sqlx(try_from = "String")]
    pub status: Status,
}

/// Which keys are wanted. Everything empty: all.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Any of these.
    pub stands: Vec<KeyStand>,
    /// Neither used nor made for 90 days.
    pub unused: bool,
    /// With this in its name, its beginning or the name of its owner.
    pub search: Option<String>,
}

const LIST: List<HeldKey> = List {
    select: "SELECT k.id, k.tenant_id, k.user_id, k.name, k.prefix, k.scopes, k.rate, k.networks, k.created_at, k.expires_at, k.last_used_at, k.last_used_ip, \
         k.revoked_at, u.first_name, u.last_name, u.status FROM api_keys k JOIN users u ON u.id = k.user_id",
    id: "k.id",
    row_id: |row| row.key.id.uuid(),
    sorts: &[
        SortKey { name: "createdAt", column: "k.created_at", key: |row| Key::Time(row.key.created_at.micros()) },
        SortKey { name: "expiresAt", column: "k.expires_at", key: |row| Key::Time(row.key.expires_at.micros()) },
    ],
};

fn clause(tx: &Tx, filter: &Filter, now: Timestamp) -> Query {
    let mut query = Query::start(" WHERE k.tenant_id = ");
    query.arg(tx.tenant());
    for (place, stand) in filter.stands.iter().enumerate() {
        query.push(if place == 0 { " AND (" } else { " OR " });
        match stand {
            KeyStand::Active => query.push("(k.revoked_at IS NULL AND k.expires_at > ").arg(now).push(")"),
            KeyStand::Expired => query.push("(k.revoked_at IS NULL AND k.expires_at <= ").arg(now).push(")"),
            KeyStand::Revoked => query.push("k.revoked_at IS NOT NULL"),
        };
    }
    if !filter.stands.is_empty() {
        query.push(")");
    }
    if filter.unused {
        query.push(" AND COALESCE(k.last_used_at, k.created_at) < ").arg(now.plus(-UNUSED));
    }
    if let Some(search) = &filter.search {
        let [name, plain] = [fold(search), search.to_lowercase()].map(|word| format!("%{}%", like(&word)));
        query.push(" AND (u.name_key LIKE ").arg(name).push(" ESCAPE '\\' OR LOWER(k.name) LIKE ").arg(plain.clone());
        query.push(" ESCAPE '\\' OR LOWER(k.prefix) LIKE ").arg(plain).push(" ESCAPE '\\')");
    }
    query
}

/// One page, the newest first.
pub async fn list(tx: &mut Tx, (filter, now): (&Filter, Timestamp), page: &Page) -> Result<Listing<HeldKey>> {
    let clause = clause(tx, filter, now);
    LIST.page(tx, &clause, page).await
}

/// How many there are, exact up to `most`, and whether that is all.
pub async fn count(tx: &mut Tx, (filter, now): (&Filter, Timestamp), most: i64) -> Result<(i64, bool)> {
    let clause = clause(tx, filter, now);
    crate::page::count(tx, "api_keys k JOIN users u ON u.id = k.user_id", &clause, most).await
}
