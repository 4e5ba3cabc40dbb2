//! Sealing what lies in the tables anew, a handful of rows at a time: with a newer key, or for the first time.

use uuid::Uuid;

use super::{Column, Place, hide, phone_index, show};
use crate::seal::Seal;
use crate::{Result, Tx, sql};

/// Rows looked at in one go; writers get their turns in between.
const AT_ONCE: i64 = 200;

/// A table with private columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// People.
    Users,
    /// Orders.
    Orders,
    /// Carts.
    Carts,
}

impl Table {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Users, Self::Orders, Self::Carts];
}

/// What one go did.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// The last row looked at; `None` when there are no more.
    pub last: Option<Uuid>,
    /// Rows looked at.
    pub seen: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    /// Telephone or address.
    one: Option<String>,
    /// Notes.
    two: Option<String>,
}

const USERS: &str = "SELECT id, phone AS one, notes AS two FROM users WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3";
const ORDERS: &str = "SELECT id, address AS one, notes AS two FROM orders WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3";
const CARTS: &str = "SELECT id, address AS one, notes AS two FROM carts WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3";
const SET_USER: &str = "UPDATE users SET phone = $3, notes = $4, phone_index = $5 WHERE tenant_id = $1 AND id = $2 \
     AND phone IS NOT DISTINCT FROM $6 AND notes IS NOT DISTINCT FROM $7";
const SET_ORDER: &str = "UPDATE orders SET address = $3, notes = $4 WHERE tenant_id = $1 AND id = $2 \
     AND address IS NOT DISTINCT FROM $5 AND notes IS NOT DISTINCT FROM $6";

const SET_CART: &str = "UPDATE carts SET address = $3, notes = $4 WHERE tenant_id = $1 AND id = $2 \
     AND address IS NOT DISTINCT FROM $5 AND notes IS NOT DISTINCT FROM $6";

/// Seal the next rows of `table` behind `after` with the key that leads. A row somebody changes meanwhile is sealed by that change.
pub async fn renew(tx: &mut Tx, table: Table, after: Uuid) -> Result<Step> {
    let text = match table {
        Table::Users => USERS,
        Table::Orders => ORDERS,
        Table::Carts => CARTS,
    };
    let tenant = tx.tenant();
    let rows: Vec<Row> = tx.all(sql(text).bind(tenant).bind(after).bind(AT_ONCE)).await?;
    let seen = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let last = rows.last().map(|row| row.id).filter(|_| seen == AT_ONCE);
    for row in rows {
        let stale = |stored: &Option<String>| stored.as_ref().is_some_and(|stored| !tx.seal().is_ok_and(|seal| seal.is_current(stored)));
        // What can not be opened here waits for its key, and does not hold up the others.
        let keyless = |stored: &Option<String>| stored.as_ref().is_some_and(|stored| !tx.seal().is_ok_and(|seal| seal.holds(stored)));
        if (stale(&row.one) || stale(&row.two)) && !keyless(&row.one) && !keyless(&row.two) {
            set(tx, table, row).await?;
        }
    }
    Ok(Step { last, seen })
}

async fn set(tx: &mut Tx, table: Table, row: Row) -> Result<()> {
    let (tenant, id) = (tx.tenant(), row.id);
    let [one, two] = match table {
        Table::Users => [Column::UserPhone, Column::UserNotes],
        Table::Orders => [Column::OrderAddress, Column::OrderNotes],
        Table::Carts => [Column::CartAddress, Column::CartNotes],
    }
    .map(|column| Place { tenant, row: id, column });
    let (first, index) = anew(tx.seal()?, one, row.one.clone())?;
    let (second, _) = anew(tx.seal()?, two, row.two.clone())?;
    let query = match table {
        Table::Users => sql(SET_USER).bind(tenant).bind(id).bind(first).bind(second).bind(index),
        Table::Orders => sql(SET_ORDER).bind(tenant).bind(id).bind(first).bind(second),
        Table::Carts => sql(SET_CART).bind(tenant).bind(id).bind(first).bind(second),
    };
    tx.run(query.bind(row.one).bind(row.two)).await.map(drop)
}

/// The value sealed with the key that leads, and what a telephone number is found by.
fn anew(seal: &Seal, place: Place, stored: Option<String>) -> Result<(Option<String>, Option<String>)> {
    let Some(stored) = stored else { return Ok((None, None)) };
    let plain = show(seal, place, stored)?;
    let index = if place.column == Column::UserPhone { Some(phone_index(seal, place.tenant, &plain)?) } else { None };
    Ok((Some(hide(seal, place, &plain)?), index))
}

#[derive(sqlx::FromRow)]
struct Count {
    n: i64,
}

/// Rows of the tenant with private columns.
pub async fn count(tx: &mut Tx) -> Result<i64> {
    const COUNT: &str = "SELECT (SELECT COUNT(*) FROM users WHERE tenant_id = $1) + (SELECT COUNT(*) FROM orders WHERE tenant_id = $1) \
         + (SELECT COUNT(*) FROM carts WHERE tenant_id = $1) AS n";
    let count: Count = tx.one(sql(COUNT).bind(tx.tenant())).await?;
    Ok(count.n)
}

/// Whether anything in the installation was stored before its column was sealed. Needs [`crate::Scope::System`].
pub async fn is_unsealed(tx: &mut Tx) -> Result<bool> {
    const ANY: &str = "SELECT (SELECT COUNT(*) FROM (SELECT 1 AS one FROM users WHERE phone IS NOT NULL AND phone_index IS NULL LIMIT 1) p) \
         + (SELECT COUNT(*) FROM (SELECT 1 AS one FROM orders WHERE substr(address, 1, 1) = '{' LIMIT 1) a) AS n";
    let count: Count = tx.one(sql(ANY)).await?;
    Ok(count.n > 0)
}
