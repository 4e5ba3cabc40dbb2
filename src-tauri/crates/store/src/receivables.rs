//! The `receivables` table: orders that were sold on account, one row a payment, and what customers still owe of each.

use purser_core::ids::{OrderId, PaymentId, UserId};
use purser_core::{Currency, Money, Timestamp};
use uuid::Uuid;

use crate::credit::Total;
use crate::found::{self, FoundBy};
use crate::page::{Key, List, SortKey};
use crate::rows::Instant;
use crate::{Listing, Page, Query, Result, Tx, sql};

/// What a customer owes for one order, as the list shows it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Receivable {
    /// The payment it is: of the provider `account`.
    #[sqlx(try_from = "Uuid")]
    pub id: PaymentId,
    /// The order.
    #[sqlx(try_from = "Uuid")]
    pub order_id: OrderId,
    /// Its number.
    pub order_number: i64,
    /// Who owes it.
    #[sqlx(try_from = "Uuid")]
    pub customer_id: UserId,
    /// Their first name.
    pub first_name: String,
    /// Their last name.
    pub last_name: String,
    /// Their address.
    pub email: String,
    /// Currency of the amounts.
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    /// What was sold.
    pub amount: i64,
    /// What is still owed of it.
    pub owed: i64,
    /// What came.
    pub received: i64,
    /// What was given up.
    pub written_off: i64,
    /// What was taken off, because goods came back.
    pub taken_off: i64,
    /// When it is to be paid.
    #[sqlx(try_from = "Instant")]
    pub due_at: Timestamp,
    /// Sold.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
    /// Last changed.
    #[sqlx(try_from = "Instant")]
    pub updated_at: Timestamp,
}

impl Receivable {
    /// An amount of it with its currency.
    pub const fn money(&self, amount: i64) -> Money {
        Money::new(amount, self.currency)
    }
}

macro_rules! select {
    () => {
        "SELECT r.id, r.order_id, o.number AS order_number, r.customer_id, u.first_name, u.last_name, u.email, r.currency, r.amount, r.owed, \
         r.received, r.written_off, r.taken_off, r.due_at, r.created_at, r.updated_at FROM receivables r JOIN orders o ON o.id = r.order_id \
         JOIN users u ON u.id = r.customer_id"
    };
}

const LIST: List<Receivable> = List {
    select: select!(),
    id: "r.id",
    row_id: |r| r.id.uuid(),
    sorts: &[
        SortKey { name: "createdAt", column: "r.created_at", key: |r| Key::Time(r.created_at.micros()) },
        SortKey { name: "dueAt", column: "r.due_at", key: |r| Key::Time(r.due_at.micros()) },
    ],
};

/// Which of them are wanted. Everything empty: all.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    /// Only with something owed, or only without.
    pub open: Option<bool>,
    /// Something is owed, and was to be paid before this.
    pub due_before: Option<Timestamp>,
    /// Of any of these customers.
    pub customers: Vec<UserId>,
    /// Of any of these orders.
    pub orders: Vec<OrderId>,
    /// Of the order of this number, or of this customer.
    pub search: Option<FoundBy>,
}

fn clause(tx: &Tx, filter: &Filter) -> Query {
    let mut query = Query::start(" WHERE r.tenant_id = ");
    query.arg(tx.tenant());
    match filter.open {
        Some(true) => drop(query.push(" AND r.owed > 0")),
        Some(false) => drop(query.push(" AND r.owed = 0")),
        None => {}
    }
    if let Some(due) = filter.due_before {
        query.push(" AND r.owed > 0 AND r.due_at < ").arg(due);
    }
    if !filter.customers.is_empty() {
        query.push(" AND r.customer_id IN ").list(filter.customers.iter().map(|id| (*id).into()));
    }
    if !filter.orders.is_empty() {
        query.push(" AND r.order_id IN ").list(filter.orders.iter().map(|id| (*id).into()));
    }
    if let Some(search) = &filter.search {
        found::orders(tx, &mut query, "r.order_id", search);
    }
    query
}

/// One page.
pub async fn list(tx: &mut Tx, filter: &Filter, page: &Page) -> Result<Listing<Receivable>> {
    let clause = clause(tx, filter);
    LIST.page(tx, &clause, page).await
}

/// How many there are, exact up to `most`, and whether that is all.
pub async fn count(tx: &mut Tx, filter: &Filter, most: i64) -> Result<(i64, bool)> {
    let clause = clause(tx, filter);
    crate::page::count(tx, "receivables r", &clause, most).await
}

const FIND: &str = concat!(select!(), " WHERE r.tenant_id = $1 AND r.id = $2");
const HOLD: &str = concat!(select!(), " WHERE r.tenant_id = $1 AND r.id = $2 FOR UPDATE OF r");

/// One of them.
pub async fn find(tx: &mut Tx, id: PaymentId) -> Result<Option<Receivable>> {
    tx.optional(sql(FIND).bind(tx.tenant()).bind(id)).await
}

/// One of them, held until the transaction ends.
pub async fn hold(tx: &mut Tx, id: PaymentId) -> Result<Option<Receivable>> {
    tx.optional(sql(tx.pick(FIND, HOLD)).bind(tx.tenant()).bind(id)).await
}

/// One about to be written down.
#[derive(Clone, Copy, Debug)]
pub struct NewReceivable {
    /// The payment.
    pub id: PaymentId,
    /// The order.
    pub order: OrderId,
    /// Who owes it.
    pub customer: UserId,
    /// How much.
    pub amount: Money,
    /// When it is to be paid.
    pub due_at: Timestamp,
    /// Now.
    pub at: Timestamp,
}

const INSERT: &str = "INSERT INTO receivables (id, tenant_id, order_id, customer_id, currency, amount, owed, due_at, created_at, updated_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, $8)";

/// Write down that an order is owed.
pub async fn insert(tx: &mut Tx, new: &NewReceivable) -> Result<()> {
    let query = sql(INSERT).bind(new.id).bind(tx.tenant()).bind(new.order).bind(new.customer).bind(new.amount.currency).bind(new.amount.amount);
    tx.run(query.bind(new.due_at).bind(new.at)).await.map(drop)
}

/// What is to be noted of something owed: each is less owed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Less {
    /// Came.
    pub received: i64,
    /// Given up.
    pub written_off: i64,
    /// Taken off, because goods came back.
    pub taken_off: i64,
}

const LESS: &str = "UPDATE receivables SET owed = owed - ($3 + $4 + $5), received = received + $3, written_off = written_off + $4, \
     taken_off = taken_off + $5, updated_at = $6 WHERE tenant_id = $1 AND id = $2 AND owed >= $3 + $4 + $5";

/// Note that less is owed; `false`, with nothing changed, where less than that is owed.
pub async fn less(tx: &mut Tx, id: PaymentId, less: Less, at: Timestamp) -> Result<bool> {
    let query = sql(LESS).bind(tx.tenant()).bind(id).bind(less.received).bind(less.written_off).bind(less.taken_off).bind(at);
    Ok(tx.run(query).await? == 1)
}

const PUT_OFF: &str = "UPDATE receivables SET due_at = $3, updated_at = $4 WHERE tenant_id = $1 AND id = $2";

/// Give a customer until `due_at`.
pub async fn put_off(tx: &mut Tx, id: PaymentId, due_at: Timestamp, at: Timestamp) -> Result<bool> {
    Ok(tx.run(sql(PUT_OFF).bind(tx.tenant()).bind(id).bind(due_at).bind(at)).await? == 1)
}

const TOTALS: &str = "SELECT currency, CAST(SUM(owed) AS BIGINT) AS sum FROM receivables WHERE tenant_id = $1 GROUP BY currency ORDER BY currency";

/// What all customers owe together, one row a currency.
pub async fn totals(tx: &mut Tx) -> Result<Vec<Total>> {
    tx.all(sql(TOTALS).bind(tx.tenant())).await
}
