//! `carts` and `cart_lines`. Prices are those of the catalog; a cart only keeps what was seen of them.

use std::collections::BTreeMap;

use purser_core::carts::{CartKind, CartState};
use purser_core::ids::{CartId, LineId, ProductId, TenantId, UserId};
use purser_core::orders::Address;
use purser_core::{Currency, Timestamp};
use uuid::Uuid;

use crate::page::{Key, List, SortKey};
use crate::private::{Column, Place};
use crate::rows::{Instant, MaybeInstant};
use crate::{Listing, Page, Query, Result, Tx, Value, sql};

/// A cart, as lists show it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Cart {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: CartId,
    /// Number, counted per tenant.
    pub number: i64,
    /// Whose it is.
    #[sqlx(try_from = "String")]
    pub kind: CartKind,
    /// Where it stands.
    #[sqlx(try_from = "String")]
    pub state: CartState,
    /// The customer, if it is known.
    pub customer_id: Option<Uuid>,
    /// Their first name.
    pub first_name: Option<String>,
    /// Their last name.
    pub last_name: Option<String>,
    /// Their address.
    pub email: Option<String>,
    /// Currency of its amounts.
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    /// Where it goes, two letters.
    pub country: Option<String>,
    /// The way it is sent.
    pub shipping_code: Option<String>,
    /// Codes of coupons, with a comma between.
    pub coupons: String,
    /// Pieces in it.
    pub item_count: i64,
    /// What they add up to at the prices that were seen last.
    pub value: i64,
    /// The order it became, or the cart it went into.
    pub became_id: Option<Uuid>,
    /// Counts changes.
    pub version: i64,
    /// Opened.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
    /// Last touched.
    #[sqlx(try_from = "Instant")]
    pub updated_at: Timestamp,
    /// Forgotten then, unless somebody touches it.
    #[sqlx(try_from = "MaybeInstant")]
    pub expires_at: Option<Timestamp>,
}

impl Cart {
    /// `C-17`.
    pub fn label(&self) -> String {
        let letter = if self.kind == CartKind::Draft { 'D' } else { 'C' };
        format!("{letter}-{}", self.number)
    }

    /// Codes of its coupons.
    pub fn codes(&self) -> Vec<String> {
        self.coupons.split(',').filter(|code| !code.is_empty()).map(str::to_owned).collect()
    }
}

/// What only the cart's own page shows.
#[derive(Clone, Debug, Default)]
pub struct Private {
    /// Where it goes.
    pub address: Option<Address>,
    /// What staff wrote down.
    pub notes: Option<String>,
    /// What is there but sealed with a key this process does not have.
    pub unreadable: Vec<Column>,
}

/// A line of a cart.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Line {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: LineId,
    /// The product.
    #[sqlx(try_from = "Uuid")]
    pub product_id: ProductId,
    /// Pieces.
    pub quantity: i64,
    /// The price when somebody last looked at it.
    pub seen_price: i64,
}

macro_rules! columns {
    () => {
        "SELECT c.id, c.number, c.kind, c.state, c.customer_id, u.first_name, u.last_name, u.email, c.currency, c.country, c.shipping_code, c.coupons, \
         c.item_count, c.value, c.became_id, c.version, c.created_at, c.updated_at, c.expires_at FROM carts c LEFT JOIN users u ON u.id = c.customer_id"
    };
}

static LIST: List<Cart> = List {
    select: columns!(),
    id: "c.id",
    row_id: |c| c.id.uuid(),
    sorts: &[
        SortKey { name: "createdAt", column: "c.created_at", key: |c| Key::Time(c.created_at.micros()) },
        SortKey { name: "updatedAt", column: "c.updated_at", key: |c| Key::Time(c.updated_at.micros()) },
    ],
};

/// Which carts are wanted. Everything empty: all.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    /// Of any of these kinds.
    pub kinds: Vec<CartKind>,
    /// In any of these states.
    pub states: Vec<CartState>,
    /// Of any of these customers.
    pub customers: Vec<UserId>,
    /// Carts with something in them that nobody touched since, or the others.
    pub abandoned: Option<(bool, Timestamp)>,
    /// Of this number.
    pub number: Option<i64>,
}

fn clause(tx: &Tx, filter: &Filter) -> Query {
    let mut query = Query::start(" WHERE c.tenant_id = ");
    query.arg(tx.tenant());
    if !filter.kinds.is_empty() {
        query.push(" AND c.kind IN ").list(filter.kinds.iter().map(|kind| kind.as_str().into()));
    }
    if !filter.states.is_empty() {
        query.push(" AND c.state IN ").list(filter.states.iter().map(|state| state.as_str().into()));
    }
    if !filter.customers.is_empty() {
        query.push(" AND c.customer_id IN ").list(filter.customers.iter().map(|id| (*id).into()));
    }
    if let Some((abandoned, since)) = filter.abandoned {
        query.push(if abandoned { " AND (" } else { " AND NOT (" });
        query.push("c.kind = 'cart' AND c.state = 'open' AND c.item_count > 0 AND c.updated_at < ").arg(since).push(")");
    }
    if let Some(number) = filter.number {
        query.push(" AND c.number = ").arg(number);
    }
    query
}

/// One page.
pub async fn list(tx: &mut Tx, filter: &Filter, page: &Page) -> Result<Listing<Cart>> {
    let clause = clause(tx, filter);
    LIST.page(tx, &clause, page).await
}

/// How many there are, exact up to `most`, and whether that is all.
pub async fn count(tx: &mut Tx, filter: &Filter, most: i64) -> Result<(i64, bool)> {
    let clause = clause(tx, filter);
    crate::page::count(tx, "carts c", &clause, most).await
}

const FIND: &str = concat!(columns!(), " WHERE c.tenant_id = $1 AND c.id = $2");
const HOLD: &str = concat!(columns!(), " WHERE c.tenant_id = $1 AND c.id = $2 FOR UPDATE OF c");

/// One cart.
pub async fn find(tx: &mut Tx, id: CartId) -> Result<Option<Cart>> {
    tx.optional(sql(FIND).bind(tx.tenant()).bind(id)).await
}

/// One cart, held until the transaction ends: whoever changes the same one waits.
pub async fn hold(tx: &mut Tx, id: CartId) -> Result<Option<Cart>> {
    tx.optional(sql(tx.pick(FIND, HOLD)).bind(tx.tenant()).bind(id)).await
}

const OWN: &str = concat!(columns!(), " WHERE c.tenant_id = $1 AND c.customer_id = $2 AND c.kind = 'cart' AND c.state = 'open'");

/// The open cart of a customer; there is one at most.
pub async fn open_of(tx: &mut Tx, customer: UserId) -> Result<Option<Cart>> {
    tx.optional(sql(OWN).bind(tx.tenant()).bind(customer)).await
}

const INSERT: &str = "INSERT INTO carts (id, tenant_id, number, kind, state, customer_id, currency, country, shipping_code, coupons, address, notes, \
     item_count, value, created_by, version, created_at, updated_at, expires_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, 0, $13, 1, $14, $14, $15)";

/// Add a cart without lines.
pub async fn insert(tx: &mut Tx, c: &Cart, private: &Private, by: Option<Uuid>) -> Result<()> {
    let (address, notes) = sealed(tx, c.id, private)?;
    let query = sql(INSERT).bind(c.id).bind(tx.tenant()).bind(c.number).bind(c.kind.as_str()).bind(c.state.as_str()).bind(c.customer_id);
    let query = query.bind(c.currency).bind(c.country.clone()).bind(c.shipping_code.clone()).bind(&c.coupons).bind(address).bind(notes);
    tx.run(query.bind(by).bind(c.created_at).bind(c.expires_at)).await.map(drop)
}

fn sealed(tx: &Tx, id: CartId, private: &Private) -> Result<(Option<String>, Option<String>)> {
    let place = |column| Place::cart(tx.tenant(), id, column);
    let address = private.address.as_ref().map(serde_json::to_string).transpose();
    let address = address.map_err(|error| purser_core::Error::Internal(Box::new(error)))?;
    Ok((tx.hide(place(Column::CartAddress), address.as_deref())?, tx.hide(place(Column::CartNotes), private.notes.as_deref())?))
}

#[derive(sqlx::FromRow)]
struct Stored {
    #[sqlx(try_from = "Uuid")]
    id: CartId,
    address: Option<String>,
    notes: Option<String>,
}

/// What only the cart's own page shows.
pub async fn private(tx: &mut Tx, id: CartId) -> Result<Private> {
    Ok(private_of(tx, &[id]).await?.remove(&id).unwrap_or_default())
}

/// The same of several carts; those that do not exist are left out.
pub async fn private_of(tx: &mut Tx, ids: &[CartId]) -> Result<BTreeMap<CartId, Private>> {
    let mut found = BTreeMap::new();
    for chunk in ids.chunks(500) {
        let mut query = Query::start("SELECT id, address, notes FROM carts WHERE tenant_id = ");
        query.arg(tx.tenant()).push(" AND id IN ").list(chunk.iter().map(|id| (*id).into()));
        for row in tx.all::<Stored>(query).await? {
            let place = |column| Place::cart(tx.tenant(), row.id, column);
            let mut unreadable = Vec::new();
            let address = tx.show(place(Column::CartAddress), row.address, &mut unreadable)?;
            let address = address.map(|text| serde_json::from_str(&text)).transpose();
            let address = address.map_err(|error| purser_core::Error::Internal(Box::new(error)))?;
            let notes = tx.show(place(Column::CartNotes), row.notes, &mut unreadable)?;
            found.insert(row.id, Private { address, notes, unreadable });
        }
    }
    Ok(found)
}

/// Write where a cart goes and what staff wrote down.
pub async fn set_private(tx: &mut Tx, id: CartId, private: &Private) -> Result<()> {
    let (address, notes) = sealed(tx, id, private)?;
    let query = sql("UPDATE carts SET address = $3, notes = $4 WHERE tenant_id = $1 AND id = $2");
    tx.run(query.bind(tx.tenant()).bind(id).bind(address).bind(notes)).await.map(drop)
}

const UPDATE: &str = "UPDATE carts SET state = $3, customer_id = $4, country = $5, shipping_code = $6, coupons = $7, became_id = $8, updated_at = $9, \
     expires_at = $10, version = version + 1, \
     item_count = (SELECT CAST(COALESCE(SUM(l.quantity), 0) AS BIGINT) FROM cart_lines l WHERE l.cart_id = carts.id), \
     value = (SELECT CAST(COALESCE(SUM(l.quantity * l.seen_price), 0) AS BIGINT) FROM cart_lines l WHERE l.cart_id = carts.id) \
     WHERE tenant_id = $1 AND id = $2";

/// Write a cart that is held; its sums follow from its lines.
pub async fn update(tx: &mut Tx, c: &Cart) -> Result<()> {
    let query = sql(UPDATE).bind(tx.tenant()).bind(c.id).bind(c.state.as_str()).bind(c.customer_id).bind(c.country.clone());
    let query = query.bind(c.shipping_code.clone()).bind(&c.coupons).bind(c.became_id).bind(c.updated_at).bind(c.expires_at);
    tx.run(query).await.map(drop)
}

const LINES: &str = "SELECT id, product_id, quantity, seen_price FROM cart_lines WHERE cart_id = $1 AND tenant_id = $2 ORDER BY id";

/// The lines of a cart.
pub async fn lines(tx: &mut Tx, id: CartId) -> Result<Vec<Line>> {
    tx.all(sql(LINES).bind(id).bind(tx.tenant())).await
}

/// Put lines into a cart; a product that is in it already has this quantity and price from now on.
pub async fn put(tx: &mut Tx, cart: CartId, lines: &[Line]) -> Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let tenant: Value = tx.tenant().into();
    let mut query = Query::start("INSERT INTO cart_lines (cart_id, id, tenant_id, product_id, quantity, seen_price) VALUES");
    query.rows(
        lines.iter().map(|line| [cart.into(), line.id.into(), tenant.clone(), line.product_id.into(), line.quantity.into(), line.seen_price.into()]),
    );
    query.push(" ON CONFLICT (cart_id, product_id) DO UPDATE SET quantity = excluded.quantity, seen_price = excluded.seen_price");
    tx.run(query).await.map(drop)
}

/// Take lines out of a cart; how many were in it.
pub async fn take_out(tx: &mut Tx, cart: CartId, lines: &[LineId]) -> Result<u64> {
    if lines.is_empty() {
        return Ok(0);
    }
    let mut query = Query::start("DELETE FROM cart_lines WHERE tenant_id = ");
    query.arg(tx.tenant()).push(" AND cart_id = ").arg(cart).push(" AND id IN ").list(lines.iter().map(|id| (*id).into()));
    tx.run(query).await
}

const EXPIRE: &str = "UPDATE carts SET state = 'expired', updated_at = $2, version = version + 1 WHERE tenant_id = $1 AND id IN \
     (SELECT id FROM carts WHERE tenant_id = $1 AND state = 'open' AND expires_at IS NOT NULL AND expires_at <= $2 LIMIT $3)";
const FORGET_LINES: &str = "DELETE FROM cart_lines WHERE tenant_id = $1 AND cart_id IN \
     (SELECT id FROM carts WHERE tenant_id = $1 AND state IN ('expired', 'merged', 'discarded') AND updated_at < $2 ORDER BY id LIMIT $3)";
const FORGET: &str = "DELETE FROM carts WHERE tenant_id = $1 AND id IN \
     (SELECT id FROM carts WHERE tenant_id = $1 AND state IN ('expired', 'merged', 'discarded') AND updated_at < $2 ORDER BY id LIMIT $3)";

/// Close what nobody touched until `now`; at most `most`. How many there were.
pub async fn expire(tx: &mut Tx, now: Timestamp, most: i64) -> Result<u64> {
    tx.run(sql(EXPIRE).bind(tx.tenant()).bind(now).bind(most)).await
}

/// Forget what was closed before, but for what became an order; at most `most`. How many there were.
pub async fn forget(tx: &mut Tx, before: Timestamp, most: i64) -> Result<u64> {
    tx.run(sql(FORGET_LINES).bind(tx.tenant()).bind(before).bind(most)).await?;
    tx.run(sql(FORGET).bind(tx.tenant()).bind(before).bind(most)).await
}

#[derive(sqlx::FromRow)]
struct Due {
    #[sqlx(try_from = "Uuid")]
    tenant_id: TenantId,
}

/// Tenants with carts whose time is over. Needs [`crate::Scope::System`].
pub async fn due(tx: &mut Tx, now: Timestamp) -> Result<Vec<TenantId>> {
    const DUE: &str = "SELECT DISTINCT tenant_id FROM carts WHERE state = 'open' AND expires_at IS NOT NULL AND expires_at <= $1";
    let rows: Vec<Due> = tx.all(sql(DUE).bind(now)).await?;
    Ok(rows.into_iter().map(|row| row.tenant_id).collect())
}
