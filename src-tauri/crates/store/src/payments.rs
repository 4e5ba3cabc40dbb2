//! The `payments` table. Every statement that moves money says in its `WHERE` what must still hold.

use purser_core::ids::{OrderId, PaymentId, UserId};
use purser_core::payments::PaymentState;
use purser_core::{Currency, Money, Timestamp};
use uuid::Uuid;

use crate::found::{self, FoundBy};
use crate::page::{Key, List, SortKey};
use crate::refund_basis::kept;
use crate::rows::{Instant, MaybeInstant};
use crate::{Engine, Listing, Page, Query, Result, Tx, Value, sql};

/// A payment with its order's number and its customer, as lists show it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Payment {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: PaymentId,
    /// The order it pays.
    #[sqlx(try_from = "Uuid")]
    pub order_id: OrderId,
    /// Number of that order.
    pub order_number: i64,
    /// Who pays.
    #[sqlx(try_from = "Uuid")]
    pub customer_id: UserId,
    /// Their first name.
    pub first_name: String,
    /// Their last name.
    pub last_name: String,
    /// Their address.
    pub email: String,
    /// The provider that takes it.
    pub provider: String,
    /// The means of payment, as the provider names it.
    pub method: String,
    /// `automatic` or `manual`.
    pub capture_mode: String,
    /// Where it stands.
    #[sqlx(try_from = "String")]
    pub state: PaymentState,
    /// The call to the provider that has no answer yet.
    pub pending: Option<String>,
    /// The amount of that call, where it has one.
    pub pending_amount: Option<i64>,
    /// Currency of every amount.
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    /// What it is for.
    pub amount: i64,
    /// What was taken.
    pub captured: i64,
    /// What was given back.
    pub refunded: i64,
    /// Of that, tax.
    pub refunded_tax: i64,
    /// Of that, shipping.
    pub refunded_shipping: i64,
    /// The discount that went back with the goods.
    pub refunded_discount: i64,
    /// What is being given back.
    pub refund_pending: i64,
    /// What banks keep of it, or may yet, where it is disputed.
    pub kept: i64,
    /// Why it failed, for programs.
    pub failure_code: Option<String>,
    /// Why it failed, for people.
    pub failure_message: Option<String>,
    /// Where the customer proves who they are.
    pub next_action_url: Option<String>,
    /// Counts changes.
    pub version: i64,
    /// Made.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
    /// Taken.
    #[sqlx(try_from = "MaybeInstant")]
    pub captured_at: Option<Timestamp>,
    /// Last changed.
    #[sqlx(try_from = "Instant")]
    pub updated_at: Timestamp,
}

impl Payment {
    /// An amount of this payment with its currency.
    pub const fn money(&self, amount: i64) -> Money {
        Money::new(amount, self.currency)
    }

    /// What can still be given back: of a disputed one, what banks leave of it.
    pub fn refundable(&self) -> i64 {
        let left = self.captured - self.refunded - self.refund_pending;
        match self.state {
            PaymentState::Disputed => (left - self.kept).max(0),
            state => i64::from(state.is_refundable()) * left,
        }
    }
}

macro_rules! columns {
    () => {
        concat!(
            "p.id, p.order_id, o.number AS order_number, p.customer_id, u.first_name, u.last_name, u.email, p.provider, p.method, p.capture_mode, \
             p.state, p.pending, p.pending_amount, p.currency, p.amount, p.captured, p.refunded, p.refunded_tax, p.refunded_shipping, \
             p.refunded_discount, p.refund_pending, p.failure_code, p.failure_message, p.next_action_url, p.version, p.created_at, p.captured_at, \
             p.updated_at, ",
            kept!("p"),
            " AS kept"
        )
    };
}

macro_rules! from {
    () => {
        " FROM payments p JOIN orders o ON o.id = p.order_id JOIN users u ON u.id = p.customer_id"
    };
}

/// The list, reading the payments by one index: SQLite guesses wrongly where a filter and a sort order pull two ways.
macro_rules! by {
    ($index:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            " FROM payments p INDEXED BY ",
            $index,
            " CROSS JOIN orders o ON o.id = p.order_id CROSS JOIN users u ON u.id = p.customer_id"
        )
    };
}

const fn list_of(select: &'static str) -> List<Payment> {
    List {
        select,
        id: "p.id",
        row_id: |p| p.id.uuid(),
        sorts: &[
            SortKey { name: "createdAt", column: "p.created_at", key: |p| Key::Time(p.created_at.micros()) },
            SortKey { name: "amount", column: "p.amount", key: |p| Key::Int(p.amount) },
        ],
    }
}

/// How SQLite shall read the payments. PostgreSQL knows how often each value occurs and decides for itself.
fn way(tx: &Tx, filter: &Filter, page: &Page) -> &'static str {
    if tx.engine() == Engine::Postgres {
        return concat!("SELECT ", columns!(), from!());
    }
    if !filter.orders.is_empty() || filter.search.is_some() {
        return by!("payments_order");
    }
    if !filter.customers.is_empty() {
        return by!("payments_customer");
    }
    match (page.sort.trim_start_matches('-'), filter.states.len()) {
        ("amount", _) => by!("payments_amount"),
        (_, 1) => by!("payments_state"),
        _ => by!("payments_created"),
    }
}

/// Which payments are wanted. Everything empty: all.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    /// Any of these states.
    pub states: Vec<PaymentState>,
    /// Any of these means of payment.
    pub methods: Vec<String>,
    /// Any of these customers.
    pub customers: Vec<UserId>,
    /// Any of these orders.
    pub orders: Vec<OrderId>,
    /// Made at or after.
    pub from: Option<Timestamp>,
    /// Made before.
    pub to: Option<Timestamp>,
    /// At least this amount.
    pub min_amount: Option<i64>,
    /// At most this amount.
    pub max_amount: Option<i64>,
    /// Of the order of this number, or of this customer.
    pub search: Option<FoundBy>,
}

fn clause(tx: &Tx, filter: &Filter) -> Query {
    let mut query = Query::start(" WHERE p.tenant_id = ");
    query.arg(tx.tenant());
    if !filter.states.is_empty() {
        query.push(" AND p.state IN ").list(filter.states.iter().map(|s| s.as_str().into()));
    }
    if !filter.methods.is_empty() {
        query.push(" AND p.method IN ").list(filter.methods.iter().map(Value::from));
    }
    if !filter.customers.is_empty() {
        query.push(" AND p.customer_id IN ").list(filter.customers.iter().map(|id| (*id).into()));
    }
    if !filter.orders.is_empty() {
        query.push(" AND p.order_id IN ").list(filter.orders.iter().map(|id| (*id).into()));
    }
    if let Some(from) = filter.from {
        query.push(" AND p.created_at >= ").arg(from);
    }
    if let Some(to) = filter.to {
        query.push(" AND p.created_at < ").arg(to);
    }
    if let Some(least) = filter.min_amount {
        query.push(" AND p.amount >= ").arg(least);
    }
    if let Some(most) = filter.max_amount {
        query.push(" AND p.amount <= ").arg(most);
    }
    if let Some(search) = &filter.search {
        found::orders(tx, &mut query, "p.order_id", search);
    }
    query
}

/// One page.
pub async fn list(tx: &mut Tx, filter: &Filter, page: &Page) -> Result<Listing<Payment>> {
    let clause = clause(tx, filter);
    list_of(way(tx, filter, page)).page_of_joined(tx, &clause, page, concat!("SELECT ", columns!(), from!())).await
}

/// How many there are, exact up to `most`, and whether that is all.
pub async fn count(tx: &mut Tx, filter: &Filter, most: i64) -> Result<(i64, bool)> {
    let clause = clause(tx, filter);
    let by_order = !filter.orders.is_empty() || filter.search.is_some();
    let from = if by_order { tx.pick("payments p INDEXED BY payments_order", "payments p") } else { "payments p" };
    crate::page::count(tx, from, &clause, most).await
}

const FIND: &str = concat!("SELECT ", columns!(), from!(), " WHERE p.tenant_id = $1 AND p.id = $2");
const HOLD: &str = concat!("SELECT ", columns!(), from!(), " WHERE p.tenant_id = $1 AND p.id = $2 FOR NO KEY UPDATE OF p");
const OF_ORDER: &str = concat!("SELECT ", columns!(), from!(), " WHERE p.tenant_id = $1 AND p.order_id = $2");

/// One payment.
pub async fn find(tx: &mut Tx, id: PaymentId) -> Result<Option<Payment>> {
    tx.optional(sql(FIND).bind(tx.tenant()).bind(id)).await
}

/// One payment, held until the transaction ends.
pub async fn hold(tx: &mut Tx, id: PaymentId) -> Result<Option<Payment>> {
    tx.optional(sql(tx.pick(FIND, HOLD)).bind(tx.tenant()).bind(id)).await
}

/// The payments of `ids`, in no order; those that do not exist are left out.
pub async fn find_many(tx: &mut Tx, ids: &[PaymentId]) -> Result<Vec<Payment>> {
    let mut query = Query::start(concat!("SELECT ", columns!(), from!(), " WHERE p.tenant_id = "));
    query.arg(tx.tenant()).push(" AND p.id IN ").list(ids.iter().map(|id| (*id).into()));
    tx.all(query).await
}

/// The payments of an order, oldest first.
pub async fn of_order(tx: &mut Tx, order: OrderId) -> Result<Vec<Payment>> {
    let mut found: Vec<Payment> = tx.all(sql(OF_ORDER).bind(tx.tenant()).bind(order)).await?;
    // Sorted here: asked to sort, SQLite would walk all payments in order of time instead of looking up these few.
    found.sort_unstable_by_key(|payment| (payment.created_at, payment.id));
    Ok(found)
}

const INSERT: &str = "INSERT INTO payments (id, tenant_id, order_id, customer_id, provider, method, capture_mode, state, pending, pending_amount, \
     currency, amount, captured, refunded, refunded_tax, refunded_shipping, refunded_discount, failure_code, failure_message, next_action_url, version, created_at, \
     captured_at, updated_at) VALUES";

/// Add payments.
pub async fn insert(tx: &mut Tx, payments: &[Payment]) -> Result<()> {
    let tenant: Value = tx.tenant().into();
    for chunk in payments.chunks(200) {
        let mut query = Query::start(INSERT);
        query.rows(chunk.iter().map(|payment| row(tenant.clone(), payment)));
        tx.run(query).await?;
    }
    Ok(())
}

fn row(tenant: Value, p: &Payment) -> [Value; 24] {
    [
        p.id.into(),
        tenant,
        p.order_id.into(),
        p.customer_id.into(),
        (&p.provider).into(),
        (&p.method).into(),
        (&p.capture_mode).into(),
        p.state.as_str().into(),
        p.pending.clone().into(),
        p.pending_amount.into(),
        p.currency.into(),
        p.amount.into(),
        p.captured.into(),
        p.refunded.into(),
        p.refunded_tax.into(),
        p.refunded_shipping.into(),
        p.refunded_discount.into(),
        p.failure_code.clone().into(),
        p.failure_message.clone().into(),
        p.next_action_url.clone().into(),
        p.version.into(),
        p.created_at.into(),
        p.captured_at.into(),
        p.updated_at.into(),
    ]
}

const UPDATE: &str = "UPDATE payments SET state = $3, pending = $4, pending_amount = $5, captured = $6, failure_code = $7, failure_message = $8, \
     next_action_url = $9, captured_at = $10, updated_at = $11, version = version + 1 WHERE tenant_id = $1 AND id = $2 AND version = $12";

/// Write where `payment` stands, whose `version` is the one that was read; `false` when it has moved on since.
pub async fn update(tx: &mut Tx, payment: &Payment) -> Result<bool> {
    let query = sql(UPDATE)
        .bind(tx.tenant())
        .bind(payment.id)
        .bind(payment.state.as_str())
        .bind(payment.pending.clone())
        .bind(payment.pending_amount)
        .bind(payment.captured)
        .bind(payment.failure_code.clone())
        .bind(payment.failure_message.clone())
        .bind(payment.next_action_url.clone())
        .bind(payment.captured_at)
        .bind(payment.updated_at)
        .bind(payment.version);
    Ok(tx.run(query).await? == 1)
}

/// What a reservation was made on.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Reserved {
    /// The order that was paid.
    #[sqlx(try_from = "Uuid")]
    pub order_id: OrderId,
    /// Its number.
    pub order_number: i64,
    /// The provider that took the payment.
    pub provider: String,
    /// Left to give back after this.
    pub left: i64,
}

const RESERVE: &str = concat!(
    "UPDATE payments SET refund_pending = refund_pending + $3, version = version + 1 \
     WHERE tenant_id = $1 AND id = $2 AND currency = $4 AND state IN ('captured', 'partially_refunded', 'disputed') \
     AND captured - refunded - refund_pending >= $3 AND (state <> 'disputed' OR captured - refunded - refund_pending - ",
    kept!("payments"),
    " >= $3) RETURNING order_id, (SELECT number FROM orders WHERE orders.id = payments.order_id) AS order_number, provider, \
     captured - refunded - refund_pending AS \"left\""
);

/// Put `amount` aside to be given back; `None` when not so much is left, or the payment is in no state for it.
pub async fn reserve(tx: &mut Tx, id: PaymentId, amount: Money) -> Result<Option<Reserved>> {
    tx.optional(sql(RESERVE).bind(tx.tenant()).bind(id).bind(amount.amount).bind(amount.currency)).await
}

/// What became of reservations on one payment.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settled {
    /// Given back.
    pub refunded: i64,
    /// Of that, tax.
    pub tax: i64,
    /// Of that, shipping.
    pub shipping: i64,
    /// The discount that went back with the goods.
    pub discount: i64,
    /// Let go, because the provider would not.
    pub released: i64,
}

/// Book what became of reservations on many payments at once; their state follows from the sums.
pub async fn settle_refunds(tx: &mut Tx, settled: &[(PaymentId, Settled)], at: Timestamp) -> Result<()> {
    let mut query = Query::start(
        "UPDATE payments SET refunded = payments.refunded + v.column2, refunded_tax = payments.refunded_tax + v.column3, \
         refunded_shipping = payments.refunded_shipping + v.column4, refund_pending = payments.refund_pending - v.column2 - v.column5, \
         refunded_discount = payments.refunded_discount + v.column6, \
         state = CASE WHEN payments.state = 'disputed' THEN payments.state WHEN payments.refunded + v.column2 >= payments.captured THEN 'refunded' \
         WHEN payments.refunded + v.column2 > 0 THEN 'partially_refunded' \
         WHEN payments.state IN ('refunded', 'partially_refunded') THEN 'captured' ELSE payments.state END, \
         version = payments.version + 1, updated_at = ",
    );
    query.arg(at).push(" FROM (VALUES");
    query
        .rows(settled.iter().map(|(id, s)| [(*id).into(), s.refunded.into(), s.tax.into(), s.shipping.into(), s.released.into(), s.discount.into()]));
    query.push(") AS v WHERE payments.id = v.column1 AND payments.tenant_id = ").arg(tx.tenant());
    tx.run(query).await.map(drop)
}

#[derive(sqlx::FromRow)]
struct Sum {
    sum: i64,
}

/// What the payments of `orders` could still give back, all together.
pub async fn refundable_of(tx: &mut Tx, orders: &[OrderId]) -> Result<i64> {
    let mut query =
        Query::start("SELECT CAST(COALESCE(SUM(captured - refunded - refund_pending), 0) AS BIGINT) AS sum FROM payments WHERE tenant_id = ");
    query.arg(tx.tenant()).push(" AND state IN ('captured', 'partially_refunded') AND order_id IN ").list(orders.iter().map(|id| (*id).into()));
    Ok(tx.one::<Sum>(query).await?.sum)
}
