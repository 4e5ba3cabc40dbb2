//! The `refunds` table.

use purser_core::ids::{ApprovalId, OrderId, PaymentId, RefundId, UserId};
use purser_core::payments::{RefundKind, RefundState, Shares};
use purser_core::{Currency, Money, Timestamp};
use uuid::Uuid;

use crate::found::{self, FoundBy};
use crate::page::{Key, List, SortKey};
use crate::rows::{Instant, MaybeInstant};
use crate::{Engine, Listing, Page, Query, Result, Tx, Value, sql};

/// A refund with its order's number and customer, as lists show it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Refund {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: RefundId,
    /// The payment it gives back.
    #[sqlx(try_from = "Uuid")]
    pub payment_id: PaymentId,
    /// The provider that took that payment.
    pub provider: String,
    /// The order that was paid.
    #[sqlx(try_from = "Uuid")]
    pub order_id: OrderId,
    /// Number of that order.
    pub order_number: i64,
    /// Who gets it.
    #[sqlx(try_from = "Uuid")]
    pub customer_id: UserId,
    /// Their first name.
    pub first_name: String,
    /// Their last name.
    pub last_name: String,
    /// Their address.
    pub email: String,
    /// How much.
    pub amount: i64,
    /// Currency of the amount.
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    /// Why, in the words of whoever gave it.
    pub reason: String,
    /// For what kind of reason.
    #[sqlx(try_from = "String")]
    pub kind: RefundKind,
    /// Where it stands.
    #[sqlx(try_from = "String")]
    pub state: RefundState,
    /// Why it failed.
    pub failure_message: Option<String>,
    /// Who gave it, if it was a person.
    pub created_by: Option<Uuid>,
    /// Their name that day.
    pub created_by_name: String,
    /// Made.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
    /// Came to its end.
    #[sqlx(try_from = "MaybeInstant")]
    pub settled_at: Option<Timestamp>,
    /// How it falls on the order; refunds of long ago do not say.
    #[sqlx(flatten)]
    pub split: Split,
    /// The request it was made by, which may have made others too.
    pub request_id: Option<Uuid>,
    /// What had to approve it.
    pub approval_id: Option<Uuid>,
    /// Whether it goes to its customer's stored credit rather than back the way the money came.
    pub to_credit: bool,
}

/// How a refund falls on goods, discount, tax and shipping, as its row keeps it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Split {
    /// Goods, after the discount.
    pub part_goods: Option<i64>,
    /// Discount that went back with them.
    pub part_discount: Option<i64>,
    /// Tax.
    pub part_tax: Option<i64>,
    /// Shipping.
    pub part_shipping: Option<i64>,
}

impl Split {
    /// The four figures, if they are known.
    pub fn shares(self) -> Option<Shares> {
        Some(Shares { goods: self.part_goods?, discount: self.part_discount?, tax: self.part_tax?, shipping: self.part_shipping? })
    }
}

impl From<Shares> for Split {
    fn from(shares: Shares) -> Self {
        let Shares { goods, tax, shipping, discount } = shares;
        Self { part_goods: Some(goods), part_discount: Some(discount), part_tax: Some(tax), part_shipping: Some(shipping) }
    }
}

impl Refund {
    /// The amount with its currency.
    pub const fn money(&self) -> Money {
        Money::new(self.amount, self.currency)
    }
}

macro_rules! columns {
    () => {
        "r.id, r.payment_id, p.provider, r.order_id, o.number AS order_number, o.customer_id, u.first_name, u.last_name, u.email, r.amount, r.currency, \
         r.reason, r.kind, r.state, r.failure_message, r.created_by, r.created_by_name, r.created_at, r.settled_at, \
         r.goods AS part_goods, r.discount AS part_discount, r.tax AS part_tax, r.shipping AS part_shipping, r.request_id, r.approval_id, r.to_credit"
    };
}

macro_rules! from {
    () => {
        " FROM refunds r JOIN payments p ON p.id = r.payment_id JOIN orders o ON o.id = r.order_id JOIN users u ON u.id = o.customer_id"
    };
}

/// The list, reading the refunds by one index: SQLite guesses wrongly where a filter and a sort order pull two ways.
macro_rules! by {
    ($index:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            " FROM refunds r INDEXED BY ",
            $index,
            " CROSS JOIN payments p ON p.id = r.payment_id CROSS JOIN orders o ON o.id = r.order_id CROSS JOIN users u ON u.id = o.customer_id"
        )
    };
}

const fn list_of(select: &'static str) -> List<Refund> {
    List {
        select,
        id: "r.id",
        row_id: |r| r.id.uuid(),
        sorts: &[SortKey { name: "createdAt", column: "r.created_at", key: |r| Key::Time(r.created_at.micros()) }],
    }
}

/// How SQLite shall read the refunds. PostgreSQL knows how often each value occurs and decides for itself.
fn way(tx: &Tx, filter: &Filter) -> &'static str {
    if tx.engine() == Engine::Postgres {
        concat!("SELECT ", columns!(), from!())
    } else if !filter.payments.is_empty() {
        by!("refunds_payment")
    } else if !filter.orders.is_empty() || filter.search.is_some() {
        by!("refunds_order")
    } else {
        by!("refunds_created")
    }
}

/// Which refunds are wanted. Everything empty: all.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    /// Any of these states.
    pub states: Vec<RefundState>,
    /// Any of these payments.
    pub payments: Vec<PaymentId>,
    /// Any of these orders.
    pub orders: Vec<OrderId>,
    /// Made at or after.
    pub from: Option<Timestamp>,
    /// Made before.
    pub to: Option<Timestamp>,
    /// Of the order of this number, or of this customer.
    pub search: Option<FoundBy>,
}

fn clause(tx: &Tx, filter: &Filter) -> Query {
    let mut query = Query::start(" WHERE r.tenant_id = ");
    query.arg(tx.tenant());
    if !filter.states.is_empty() {
        query.push(" AND r.state IN ").list(filter.states.iter().map(|s| s.as_str().into()));
    }
    if !filter.payments.is_empty() {
        query.push(" AND r.payment_id IN ").list(filter.payments.iter().map(|id| (*id).into()));
    }
    if !filter.orders.is_empty() {
        query.push(" AND r.order_id IN ").list(filter.orders.iter().map(|id| (*id).into()));
    }
    if let Some(from) = filter.from {
        query.push(" AND r.created_at >= ").arg(from);
    }
    if let Some(to) = filter.to {
        query.push(" AND r.created_at < ").arg(to);
    }
    if let Some(search) = &filter.search {
        found::orders(tx, &mut query, "r.order_id", search);
    }
    query
}

/// One page.
pub async fn list(tx: &mut Tx, filter: &Filter, page: &Page) -> Result<Listing<Refund>> {
    let clause = clause(tx, filter);
    list_of(way(tx, filter)).page_of_joined(tx, &clause, page, concat!("SELECT ", columns!(), from!())).await
}

/// How many there are, exact up to `most`, and whether that is all.
pub async fn count(tx: &mut Tx, filter: &Filter, most: i64) -> Result<(i64, bool)> {
    let clause = clause(tx, filter);
    crate::page::count(tx, "refunds r", &clause, most).await
}

const FIND: &str = concat!("SELECT ", columns!(), from!(), " WHERE r.tenant_id = $1 AND r.id = $2");
const OF_ORDER: &str = concat!("SELECT ", columns!(), from!(), " WHERE r.tenant_id = $1 AND r.order_id = $2");

/// One refund.
pub async fn find(tx: &mut Tx, id: RefundId) -> Result<Option<Refund>> {
    tx.optional(sql(FIND).bind(tx.tenant()).bind(id)).await
}

/// The refunds of `ids`, in no order; those that do not exist are left out.
pub async fn find_many(tx: &mut Tx, ids: &[RefundId]) -> Result<Vec<Refund>> {
    let mut query = Query::start(concat!("SELECT ", columns!(), from!(), " WHERE r.tenant_id = "));
    query.arg(tx.tenant()).push(" AND r.id IN ").list(ids.iter().map(|id| (*id).into()));
    tx.all(query).await
}

/// The refunds of an order, oldest first.
pub async fn of_order(tx: &mut Tx, order: OrderId) -> Result<Vec<Refund>> {
    let mut found: Vec<Refund> = tx.all(sql(OF_ORDER).bind(tx.tenant()).bind(order)).await?;
    // Sorted here: asked to sort, SQLite would walk all refunds in order of time instead of looking up these few.
    found.sort_unstable_by_key(|refund| (refund.created_at, refund.id));
    Ok(found)
}

const INSERT: &str = "INSERT INTO refunds (id, tenant_id, payment_id, order_id, amount, currency, reason, kind, state, failure_message, \
     created_by, created_by_name, created_at, settled_at, goods, discount, tax, shipping, request_id, approval_id, to_credit) VALUES";

const OF_REQUEST: &str = concat!("SELECT ", columns!(), from!(), " WHERE r.tenant_id = $1 AND r.request_id = $2 ORDER BY r.id");
const OF_APPROVAL: &str = concat!("SELECT ", columns!(), from!(), " WHERE r.tenant_id = $1 AND r.approval_id = $2 ORDER BY r.id");

/// The refunds one request made.
pub async fn of_request(tx: &mut Tx, request: Uuid) -> Result<Vec<Refund>> {
    tx.all(sql(OF_REQUEST).bind(tx.tenant()).bind(request)).await
}

/// The refunds that wait, or waited, for an approval.
pub async fn of_approval(tx: &mut Tx, approval: ApprovalId) -> Result<Vec<Refund>> {
    tx.all(sql(OF_APPROVAL).bind(tx.tenant()).bind(approval)).await
}

/// Add refunds.
pub async fn insert(tx: &mut Tx, refunds: &[Refund]) -> Result<()> {
    let tenant: Value = tx.tenant().into();
    for chunk in refunds.chunks(200) {
        let mut query = Query::start(INSERT);
        query.rows(chunk.iter().map(|refund| row(tenant.clone(), refund)));
        tx.run(query).await?;
    }
    Ok(())
}

fn row(tenant: Value, r: &Refund) -> [Value; 21] {
    [
        r.id.into(),
        tenant,
        r.payment_id.into(),
        r.order_id.into(),
        r.amount.into(),
        r.currency.into(),
        (&r.reason).into(),
        r.kind.as_str().into(),
        r.state.as_str().into(),
        r.failure_message.clone().into(),
        r.created_by.into(),
        (&r.created_by_name).into(),
        r.created_at.into(),
        r.settled_at.into(),
        r.split.part_goods.into(),
        r.split.part_discount.into(),
        r.split.part_tax.into(),
        r.split.part_shipping.into(),
        Value::Uuid(r.request_id),
        Value::Uuid(r.approval_id),
        r.to_credit.into(),
    ]
}

const CREDITED: &str = "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS sum FROM refunds WHERE tenant_id = $1 AND payment_id = $2 \
     AND state = 'succeeded' AND to_credit";

#[derive(sqlx::FromRow)]
struct Sum {
    sum: i64,
}

/// What of a payment went to stored credit rather than back, in minor units.
pub async fn credited(tx: &mut Tx, payment: PaymentId) -> Result<i64> {
    Ok(tx.one::<Sum>(sql(CREDITED).bind(tx.tenant()).bind(payment)).await?.sum)
}

/// A refund that is not settled, with everything its booking needs.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Unsettled {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: RefundId,
    /// The payment it gives back.
    #[sqlx(try_from = "Uuid")]
    pub payment_id: PaymentId,
    /// Who took that payment.
    pub provider: String,
    /// Whether it goes to its customer's stored credit.
    pub to_credit: bool,
    /// What its customer still owes of the payment, where that was sold on account.
    pub owed: i64,
    /// What came of it by hand.
    pub received: i64,
    /// What was taken off what was owed, because goods came back.
    pub taken_off: i64,
    /// The order that was paid.
    #[sqlx(try_from = "Uuid")]
    pub order_id: OrderId,
    /// Number of that order.
    pub order_number: i64,
    /// Whose it is.
    #[sqlx(try_from = "Uuid")]
    pub customer_id: UserId,
    /// Why, in the words of whoever gave it.
    pub reason: String,
    /// Who gave it, if it was a person.
    pub created_by: Option<Uuid>,
    /// Their name that day.
    pub created_by_name: String,
    /// How much.
    pub amount: i64,
    /// Currency of the amount.
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    /// Where it stands.
    #[sqlx(try_from = "String")]
    pub state: RefundState,
    /// Goods of the order.
    pub subtotal: i64,
    /// Discount of the order.
    pub discount: i64,
    /// Tax of the order.
    pub tax: i64,
    /// Shipping of the order.
    pub shipping: i64,
    /// What was taken by the payment.
    pub captured: i64,
    /// What it gave back so far.
    pub refunded: i64,
    /// Of that, tax.
    pub refunded_tax: i64,
    /// Of that, shipping.
    pub refunded_shipping: i64,
    /// How it falls on the order; refunds accepted long ago do not say.
    #[sqlx(flatten)]
    pub split: Split,
}

/// The refunds of `ids` that are not settled, their payments and orders held until the transaction ends.
pub async fn hold_unsettled(tx: &mut Tx, ids: &[RefundId]) -> Result<Vec<Unsettled>> {
    let mut query = Query::start(
        "SELECT r.id, r.payment_id, p.provider, r.to_credit, COALESCE(w.owed, 0) AS owed, COALESCE(w.received, 0) AS received, \
         COALESCE(w.taken_off, 0) AS taken_off, r.order_id, o.number AS order_number, o.customer_id, \
         r.reason, r.created_by, r.created_by_name, r.amount, r.currency, r.state, o.subtotal, o.discount, o.tax, \
         o.shipping, p.captured, p.refunded, p.refunded_tax, p.refunded_shipping, r.goods AS part_goods, r.discount AS part_discount, \
         r.tax AS part_tax, r.shipping AS part_shipping FROM refunds r JOIN payments p ON p.id = r.payment_id JOIN orders o ON o.id = r.order_id \
         LEFT JOIN receivables w ON w.id = p.id WHERE r.tenant_id = ",
    );
    query.arg(tx.tenant()).push(" AND r.state IN ('pending', 'unknown') AND r.id IN ").list(ids.iter().map(|id| (*id).into()));
    query.push(tx.pick(" ORDER BY r.payment_id, r.id", " ORDER BY r.payment_id, r.id FOR NO KEY UPDATE OF r, p, o"));
    tx.all(query).await
}

/// What became of a refund.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Id.
    pub id: RefundId,
    /// Where it stands now.
    pub state: RefundState,
    /// Why it failed.
    pub failure: Option<String>,
    /// When it came to its end.
    pub settled_at: Option<Timestamp>,
}

/// Write what became of many refunds at once.
pub async fn settle(tx: &mut Tx, verdicts: &[Verdict]) -> Result<()> {
    let mut query = Query::start("UPDATE refunds SET state = v.column2, failure_message = v.column3, settled_at = v.column4 FROM (VALUES");
    query.rows(verdicts.iter().map(|v| [v.id.into(), v.state.as_str().into(), v.failure.clone().into(), v.settled_at.into()]));
    query.push(") AS v WHERE refunds.id = v.column1 AND refunds.tenant_id = ").arg(tx.tenant());
    tx.run(query).await.map(drop)
}
