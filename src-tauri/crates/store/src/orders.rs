//! The `orders` and `order_lines` tables.

use purser_core::history::{Change, Moved, Refunded};
use purser_core::ids::{LineId, OrderId, UserId};
use purser_core::orders::{MoneyState, OrderSource, OrderState};
use purser_core::{Currency, Money, Timestamp};
use uuid::Uuid;

use crate::found::{self, FoundBy};
use crate::history::{self, After, Append, after};
use crate::orders_money::{are_few, of_tenant, only_on_its_way};
use crate::page::{Key, List, SortKey};
use crate::rows::Instant;
use crate::{Engine, Listing, Page, Query, Result, Tx, Value, sql};

/// An order with its customer, as lists show it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Order {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: OrderId,
    /// Number, counted per tenant.
    pub number: i64,
    /// The number another system gave it.
    pub reference: Option<String>,
    /// Where the goods stand.
    #[sqlx(try_from = "String")]
    pub state: OrderState,
    /// Where the money stands.
    #[sqlx(try_from = "String")]
    pub payment_state: MoneyState,
    /// Who ordered.
    #[sqlx(try_from = "Uuid")]
    pub customer_id: UserId,
    /// Their first name.
    pub first_name: String,
    /// Their last name.
    pub last_name: String,
    /// Their address.
    pub email: String,
    /// Country it goes to, two letters.
    pub country: String,
    /// Currency of every amount.
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    /// Pieces in it.
    pub item_count: i64,
    /// The goods.
    pub subtotal: i64,
    /// Taken off.
    pub discount: i64,
    /// Tax.
    pub tax: i64,
    /// Shipping.
    pub shipping: i64,
    /// What the customer owes.
    pub total: i64,
    /// What was taken.
    pub paid: i64,
    /// What was given back.
    pub refunded: i64,
    /// How it came to be.
    #[sqlx(try_from = "String")]
    pub source: OrderSource,
    /// Counts changes.
    pub version: i64,
    /// Made.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
    /// Last changed.
    #[sqlx(try_from = "Instant")]
    pub updated_at: Timestamp,
}

impl Order {
    /// An amount of this order with its currency.
    pub const fn money(&self, amount: i64) -> Money {
        Money::new(amount, self.currency)
    }

    /// `#10284`.
    pub fn label(&self) -> String {
        format!("#{}", self.number)
    }
}

pub use crate::orders_new::{NewOrder, insert};
pub use crate::orders_private::{Extras, Particulars, particulars, particulars_of, put_off};

/// A line of an order: what was sold, as it was named and priced that day.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Line {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: LineId,
    /// The product, if it came from the catalog.
    pub product_id: Option<Uuid>,
    /// Name that day.
    pub name: String,
    /// SKU that day.
    pub sku: String,
    /// Pieces.
    pub quantity: i64,
    /// Price of one that day.
    pub unit_price: i64,
    /// Price of all.
    pub total: i64,
    /// Their tax; nobody knows it of orders from before it was kept, or from elsewhere.
    pub tax: Option<i64>,
    /// The rate of it, in basis points.
    pub tax_bp: Option<i64>,
    /// Pieces that were taken out after they were paid.
    pub cancelled: i64,
    /// The first picture of the product, as it is now; nothing that is written with the line.
    pub picture_id: Option<Uuid>,
}

macro_rules! columns {
    () => {
        "o.id, o.number, o.reference, o.state, o.payment_state, o.customer_id, u.first_name, u.last_name, u.email, o.country, o.currency, \
         o.item_count, o.subtotal, o.discount, o.tax, o.shipping, o.total, o.paid, o.refunded, o.source, o.version, o.created_at, o.updated_at"
    };
}

macro_rules! from {
    () => {
        " FROM orders o JOIN users u ON u.id = o.customer_id"
    };
}

/// The list, reading the orders by one index: SQLite guesses wrongly where a filter and a sort order pull two ways.
/// `CROSS` keeps it from beginning with the people.
macro_rules! by {
    ($index:literal) => {
        concat!("SELECT ", columns!(), " FROM orders o INDEXED BY ", $index, " CROSS JOIN users u ON u.id = o.customer_id")
    };
}

const fn list_of(select: &'static str) -> List<Order> {
    List {
        select,
        id: "o.id",
        row_id: |o| o.id.uuid(),
        sorts: &[
            SortKey { name: "createdAt", column: "o.created_at", key: |o| Key::Time(o.created_at.micros()) },
            SortKey { name: "number", column: "o.number", key: |o| Key::Int(o.number) },
            SortKey { name: "total", column: "o.total", key: |o| Key::Int(o.total) },
        ],
    }
}

/// Which orders are wanted. Everything empty: all.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    /// Any of these states of the goods.
    pub states: Vec<OrderState>,
    /// Any of these states of the money.
    pub payment_states: Vec<MoneyState>,
    /// Any of these customers.
    pub customers: Vec<UserId>,
    /// Any of these countries.
    pub countries: Vec<String>,
    /// Any of these currencies.
    pub currencies: Vec<Currency>,
    /// At least this total.
    pub min_total: Option<i64>,
    /// At most this total.
    pub max_total: Option<i64>,
    /// Made at or after.
    pub from: Option<Timestamp>,
    /// Made before.
    pub to: Option<Timestamp>,
    /// Some or none of it given back.
    pub refunded: Option<bool>,
    /// With refunds somebody has to send, or without.
    pub granted: Option<bool>,
    /// With refunds their provider has not called done, or without.
    pub pending: Option<bool>,
    /// On hold, or not.
    pub held: Option<bool>,
    /// With each of these tags.
    pub tags: Vec<String>,
    /// Of this number, or this customer.
    pub search: FoundBy,
}

pub(crate) fn clause(tx: &Tx, filter: &Filter) -> Query {
    let mut query = of_tenant(tx, filter);
    if !filter.states.is_empty() {
        query.push(" AND o.state IN ").list(filter.states.iter().map(|s| s.as_str().into()));
    }
    if !filter.payment_states.is_empty() {
        query.push(" AND o.payment_state IN ").list(filter.payment_states.iter().map(|s| s.as_str().into()));
    }
    if !filter.customers.is_empty() {
        query.push(" AND o.customer_id IN ").list(filter.customers.iter().map(|id| (*id).into()));
    }
    if !filter.countries.is_empty() {
        query.push(" AND o.country IN ").list(filter.countries.iter().map(Value::from));
    }
    if !filter.currencies.is_empty() {
        query.push(" AND o.currency IN ").list(filter.currencies.iter().map(|c| (*c).into()));
    }
    if let Some(least) = filter.min_total {
        query.push(" AND o.total >= ").arg(least);
    }
    if let Some(most) = filter.max_total {
        query.push(" AND o.total <= ").arg(most);
    }
    if let Some(from) = filter.from {
        query.push(" AND o.created_at >= ").arg(from);
    }
    if let Some(to) = filter.to {
        query.push(" AND o.created_at < ").arg(to);
    }
    match filter.refunded {
        Some(true) => query.push(" AND o.payment_state IN ('partially_refunded', 'refunded')"),
        Some(false) => query.push(" AND o.payment_state NOT IN ('partially_refunded', 'refunded')"),
        None => &mut query,
    };
    match filter.held {
        Some(true) => query.push(" AND o.held_at IS NOT NULL"),
        Some(false) => query.push(" AND o.held_at IS NULL"),
        None => &mut query,
    };
    only_on_its_way(&mut query, filter, tx);
    for tag in &filter.tags {
        query.push(" AND o.tags LIKE ").arg(format!("%,{},%", crate::sql::like(tag))).push(" ESCAPE '\\'");
    }
    if let Some(number) = filter.search.number {
        query.push(" AND o.number = ").arg(number);
    }
    found::customers(tx, &mut query, "o.customer_id", &filter.search.words);
    query
}

/// A filter that finds fewer orders than this is walked by itself and sorted afterwards; one that finds more is met soon enough while
/// walking in the wanted order.
const FEW: i64 = 2_000;

/// How SQLite shall read the orders. PostgreSQL knows how often each value occurs and decides for itself.
async fn way(tx: &mut Tx, filter: &Filter, page: &Page) -> Result<&'static str> {
    // So few are on their way back that they are looked up one by one.
    if tx.engine() == Engine::Postgres || are_few(filter) {
        return Ok(concat!("SELECT ", columns!(), from!()));
    }
    if filter.search.number.is_some() {
        return Ok(by!("orders_number"));
    }
    if !filter.search.words.is_empty() || !filter.customers.is_empty() {
        return Ok(by!("orders_customer"));
    }
    let by_time = matches!(page.sort.trim_start_matches('-'), "" | "createdAt");
    // One value of these stands in its index in the order of time.
    match (by_time, filter.states.len(), filter.payment_states.len(), filter.countries.len()) {
        (true, 1, ..) => return Ok(by!("orders_state")),
        (true, _, 1, _) => return Ok(by!("orders_money")),
        (true, _, _, 1) => return Ok(by!("orders_country")),
        _ => {}
    }
    if !filter.payment_states.is_empty() && few(tx, "orders o INDEXED BY orders_money", &only(filter, Part::Money)).await? {
        return Ok(by!("orders_money"));
    }
    if !filter.states.is_empty() && few(tx, "orders o INDEXED BY orders_state", &only(filter, Part::State)).await? {
        return Ok(by!("orders_state"));
    }
    let range = filter.min_total.is_some() || filter.max_total.is_some();
    if range && few(tx, "orders o INDEXED BY orders_total", &only(filter, Part::Total)).await? {
        return Ok(by!("orders_total"));
    }
    Ok(match page.sort.trim_start_matches('-') {
        "number" => by!("orders_number"),
        "total" => by!("orders_total"),
        _ => by!("orders_created"),
    })
}

/// One part of a filter.
#[derive(Clone, Copy)]
enum Part {
    Money,
    State,
    Total,
}

fn only(filter: &Filter, part: Part) -> Filter {
    match part {
        Part::Money => Filter { payment_states: filter.payment_states.clone(), ..Filter::default() },
        Part::State => Filter { states: filter.states.clone(), ..Filter::default() },
        Part::Total => Filter { min_total: filter.min_total, max_total: filter.max_total, ..Filter::default() },
    }
}

async fn few(tx: &mut Tx, from: &'static str, filter: &Filter) -> Result<bool> {
    let clause = clause(tx, filter);
    Ok(crate::page::count(tx, from, &clause, FEW).await?.1)
}

/// One page.
pub async fn list(tx: &mut Tx, filter: &Filter, page: &Page) -> Result<Listing<Order>> {
    let way = way(tx, filter, page).await?;
    let clause = clause(tx, filter);
    list_of(way).page_of_joined(tx, &clause, page, concat!("SELECT ", columns!(), from!())).await
}

/// How many there are, exact up to `most`, and whether that is all.
pub async fn count(tx: &mut Tx, filter: &Filter, most: i64) -> Result<(i64, bool)> {
    let clause = clause(tx, filter);
    let by_customer = !are_few(filter) && filter.search.number.is_none() && !(filter.search.words.is_empty() && filter.customers.is_empty());
    let from = if by_customer { tx.pick("orders o INDEXED BY orders_customer", "orders o") } else { "orders o" };
    crate::page::count(tx, from, &clause, most).await
}

const FIND: &str = concat!("SELECT ", columns!(), from!(), " WHERE o.tenant_id = $1 AND o.id = $2");
const HOLD: &str = concat!("SELECT ", columns!(), from!(), " WHERE o.tenant_id = $1 AND o.id = $2 FOR NO KEY UPDATE OF o");

/// One order.
pub async fn find(tx: &mut Tx, id: OrderId) -> Result<Option<Order>> {
    tx.optional(sql(FIND).bind(tx.tenant()).bind(id)).await
}

/// One order, held until the transaction ends.
pub async fn hold(tx: &mut Tx, id: OrderId) -> Result<Option<Order>> {
    tx.optional(sql(tx.pick(FIND, HOLD)).bind(tx.tenant()).bind(id)).await
}

/// The orders of `ids`, in no order; those that do not exist are left out.
pub async fn find_many(tx: &mut Tx, ids: &[OrderId]) -> Result<Vec<Order>> {
    let mut query = Query::start(concat!("SELECT ", columns!(), from!(), " WHERE o.tenant_id = "));
    query.arg(tx.tenant()).push(" AND o.id IN ").list(ids.iter().map(|id| (*id).into()));
    tx.all(query).await
}

const LINES: &str = "SELECT l.id, l.product_id, l.name, l.sku, l.quantity, l.unit_price, l.total, l.tax, l.tax_bp, l.cancelled, \
     COALESCE(p.picture_id, w.picture_id) AS picture_id FROM order_lines l LEFT JOIN products p ON p.id = l.product_id AND p.tenant_id = l.tenant_id \
     LEFT JOIN products w ON w.id = p.parent_id AND w.tenant_id = l.tenant_id WHERE l.order_id = $1 AND l.tenant_id = $2 ORDER BY l.id";

/// The lines of an order.
pub async fn lines(tx: &mut Tx, id: OrderId) -> Result<Vec<Line>> {
    tx.all(sql(LINES).bind(id).bind(tx.tenant())).await
}

const MOVE: &str = concat!(
    "UPDATE orders SET state = $3, payment_state = $4, paid = paid + $5, updated_at = $6, version = version + 1 \
     WHERE tenant_id = $1 AND id = $2 AND state = $7 AND payment_state = $8",
    after!()
);

/// How an order changes; it applies only while the order still is where it was read.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// The goods before and after.
    pub state: (OrderState, OrderState),
    /// The money before and after.
    pub money: (MoneyState, MoneyState),
    /// Added to what was taken.
    pub paid: i64,
    /// When.
    pub at: Timestamp,
}

/// Move an order on; `false` when it is no longer where `step` starts.
pub async fn advance(tx: &mut Tx, id: OrderId, step: &Step) -> Result<bool> {
    let query = sql(MOVE)
        .bind(tx.tenant())
        .bind(id)
        .bind(step.state.1.as_str())
        .bind(step.money.1.as_str())
        .bind(step.paid)
        .bind(step.at)
        .bind(step.state.0.as_str())
        .bind(step.money.0.as_str());
    let Some(after) = tx.optional::<After>(query).await? else { return Ok(false) };
    let moved = Moved { state: after.state, payment_state: after.payment_state, paid: after.paid };
    history::append(tx, &[Append { order: id, version: after.version, change: Change::Moved(moved), at: step.at }]).await?;
    Ok(true)
}

/// Book what was given back on many orders at once; the state of their money follows from the sums.
pub async fn add_refunded(tx: &mut Tx, amounts: &[(OrderId, i64)], at: Timestamp) -> Result<()> {
    let mut query = Query::start(
        "UPDATE orders SET refunded = orders.refunded + v.column2, version = orders.version + 1, \
         payment_state = CASE WHEN orders.refunded + v.column2 >= orders.paid THEN 'refunded' \
         WHEN orders.refunded + v.column2 > 0 THEN 'partially_refunded' \
         WHEN orders.state = 'pending' THEN 'partly_paid' ELSE 'paid' END, updated_at = ",
    );
    query.arg(at).push(" FROM (VALUES");
    query.rows(amounts.iter().map(|(order, amount)| [(*order).into(), (*amount).into()]));
    query.push(") AS v WHERE orders.id = v.column1 AND orders.tenant_id = ").arg(tx.tenant()).push(after!());
    let given: Vec<After> = tx.all(query).await?;
    let events: Vec<Append> = given
        .into_iter()
        .map(|after| {
            let given = Refunded { refunded: after.refunded, payment_state: after.payment_state };
            Append { order: after.id, version: after.version, change: Change::Refunded(given), at }
        })
        .collect();
    history::append(tx, &events).await
}
