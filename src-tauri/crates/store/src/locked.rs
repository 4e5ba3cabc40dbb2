//! People whom too many failures keep out at this moment, each once, whatever of theirs is locked and from wherever.

use purser_core::Timestamp;
use purser_core::ids::UserId;
use purser_core::people::{Status, email_key};
use purser_core::text::fold;
use uuid::Uuid;

use crate::page::{Key, List, SortKey};
use crate::rows::{Instant, MaybeInstant};
use crate::sql::like;
use crate::{Listing, Page, Query, Result, Tx, lockouts};

/// Somebody who is kept out.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Locked {
    /// The person.
    #[sqlx(try_from = "Uuid")]
    pub id: UserId,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// E-mail.
    pub email: String,
    /// How the account stands otherwise.
    #[sqlx(try_from = "String")]
    pub status: Status,
    /// When the last of the locks is over.
    #[sqlx(try_from = "Instant")]
    pub locked_until: Timestamp,
    /// Until when the password is refused, from somewhere at least.
    #[sqlx(try_from = "MaybeInstant")]
    pub password_until: Option<Timestamp>,
    /// Until when second factors are refused.
    #[sqlx(try_from = "MaybeInstant")]
    pub factors_until: Option<Timestamp>,
    /// The most failures any of the locks is for.
    pub failures: i64,
    /// One of the addresses the password is refused from.
    pub address: Option<String>,
    /// How many of them.
    pub addresses: i64,
    /// More than nothing if the password is refused from everywhere but the usual places.
    pub everywhere: i64,
    /// The last failure.
    #[sqlx(try_from = "Instant")]
    pub last_failure_at: Timestamp,
}

const LIST: List<Locked> = List {
    select: "SELECT u.id, u.first_name, u.last_name, u.email, u.status, x.locked_until, x.password_until, x.factors_until, x.failures, x.address, \
         x.addresses, x.everywhere, x.last_failure_at FROM ",
    id: "u.id",
    row_id: |row| row.id.uuid(),
    sorts: &[
        SortKey { name: "lastFailureAt", column: "x.last_failure_at", key: |row| Key::Time(row.last_failure_at.micros()) },
        SortKey { name: "lockedUntil", column: "x.locked_until", key: |row| Key::Time(row.locked_until.micros()) },
    ],
};

/// What of a locked entry is needed.
const ENTRY: &str = "l.address, l.failures, l.locked_until, l.updated_at FROM lockouts l CROSS JOIN users u WHERE u.tenant_id = ";

/// `x`: locks of people of this tenant, one row for each. There are as many entries to read as there are locks at the moment, however many
/// people there are.
fn clause(tx: &Tx, now: Timestamp, search: Option<&str>) -> Query {
    let mut query = Query::start(
        "(SELECT e.user_id, MAX(e.locked_until) AS locked_until, MAX(CASE WHEN e.factors = 0 THEN e.locked_until END) AS password_until, \
         MAX(CASE WHEN e.factors = 1 THEN e.locked_until END) AS factors_until, MAX(e.failures) AS failures, \
         MIN(CASE WHEN e.address <> '' THEN e.address END) AS address, COUNT(CASE WHEN e.address <> '' THEN 1 END) AS addresses, \
         COUNT(CASE WHEN e.factors = 0 AND e.address = '' THEN 1 END) AS everywhere, MAX(e.updated_at) AS last_failure_at FROM (",
    );
    let own = lockouts::own_name(Some(tx.tenant()), "");
    query.push("SELECT u.id AS user_id, 0 AS factors, ").push(ENTRY).arg(tx.tenant());
    query.push(" AND u.deleted_at IS NULL AND l.locked_until > ").arg(now).push(" AND l.account >= ").arg(own.clone());
    query.push(" AND l.account < ").arg(format!("{own}{}", char::MAX));
    // Behind the id of the business and a colon.
    query.push(" AND u.email_key = substr(l.account, 38)");
    // An account that was made under a lock has none of its own yet.
    query.push(" UNION ALL SELECT u.id, 0, ").push(ENTRY).arg(tx.tenant());
    query.push(" AND u.deleted_at IS NULL AND l.locked_until > ").arg(now).push(" AND u.email_key = l.account AND NOT EXISTS ");
    query.push("(SELECT 1 FROM lockouts o WHERE o.account = ").arg(own).push(" || u.email_key AND o.address = l.address)");
    query.push(" UNION ALL SELECT u.id, 1, ").push(ENTRY).arg(tx.tenant());
    query.push(" AND u.deleted_at IS NULL AND l.locked_until > ").arg(now);
    // What stands behind `factor:` is an id, which PostgreSQL has to be sure of.
    query.push(tx.pick(
        " AND u.id = CASE WHEN l.account LIKE 'factor:%' THEN unhex(replace(substr(l.account, 8), '-', '')) END",
        " AND u.id = CASE WHEN l.account ~ '^factor:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN CAST(substr(l.account, 8) AS UUID) END",
    ));
    query.push(") e GROUP BY e.user_id) x JOIN users u ON u.id = x.user_id WHERE u.tenant_id = ").arg(tx.tenant());
    if let Some(search) = search {
        let [address, name] = [email_key(search), fold(search)].map(|word| format!("%{}%", like(&word)));
        query.push(" AND (u.email_key LIKE ").arg(address).push(" ESCAPE '\\' OR u.name_key LIKE ").arg(name).push(" ESCAPE '\\')");
    }
    query
}

/// One page, the latest failure first; those with `search` in their name or address alone.
pub async fn list(tx: &mut Tx, (now, search): (Timestamp, Option<&str>), page: &Page) -> Result<Listing<Locked>> {
    let clause = clause(tx, now, search);
    LIST.page(tx, &clause, page).await
}

/// How many there are, exact up to `most`, and whether that is all.
pub async fn count(tx: &mut Tx, (now, search): (Timestamp, Option<&str>), most: i64) -> Result<(i64, bool)> {
    let clause = clause(tx, now, search);
    crate::page::count(tx, "", &clause, most).await
}
