//! What a refund of an order is worked out from: its payments, what is on its way back already, and its lines with what came back of each.
//! Also the `refund_lines` table.

use purser_core::ids::{LineId, OrderId, PaymentId, RefundId};
use purser_core::payments::{PaymentState, Shares};
use purser_core::{Currency, Money, Timestamp};
use uuid::Uuid;

use crate::{Query, Result, Tx, Value, sql};

/// A payment of an order, with the order's totals.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Payment {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: PaymentId,
    /// The order.
    #[sqlx(try_from = "Uuid")]
    pub order_id: OrderId,
    /// Its number.
    pub order_number: i64,
    /// Who takes the money.
    pub provider: String,
    /// The means of payment.
    pub method: String,
    /// Where it stands.
    #[sqlx(try_from = "String")]
    pub state: PaymentState,
    /// Currency of every amount.
    #[sqlx(try_from = "String")]
    pub currency: Currency,
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
    /// What its customer still owes of it, where it was sold on account.
    pub owed: i64,
    /// What came of it by hand.
    pub received: i64,
    /// What was taken off what was owed, because goods came back.
    pub taken_off: i64,
    /// Goods of the order.
    pub subtotal: i64,
    /// Discount of the order.
    pub discount: i64,
    /// Tax of the order.
    pub tax: i64,
    /// Shipping of the order.
    pub shipping: i64,
    /// Goods that were added after its money was taken.
    pub extra_goods: i64,
    /// Their tax.
    pub extra_tax: i64,
}

impl Payment {
    /// What can still be given back of it.
    pub fn left(&self) -> i64 {
        let left = self.captured - self.refunded - self.refund_pending;
        match self.state {
            PaymentState::Disputed => (left - self.kept).max(0),
            state if state.is_refundable() => left,
            _ => 0,
        }
    }

    /// Of what was sold on account: what is still owed, and what came and was not given back, once everything that is on its way went.
    pub fn trust(&self) -> (i64, i64) {
        let came = self.received - (self.refunded - self.taken_off);
        let beyond = (self.refund_pending - self.owed).max(0);
        ((self.owed - self.refund_pending).max(0), (came - beyond).max(0))
    }

    /// How what was given back of it fell on the order.
    pub const fn given(&self) -> Shares {
        let (tax, shipping) = (self.refunded_tax, self.refunded_shipping);
        Shares { goods: self.refunded - tax - shipping, tax, shipping, discount: self.refunded_discount }
    }

    /// What its order was made of when its money was taken, and what was added last since.
    pub fn whole(&self) -> (Shares, Shares) {
        let extra = Shares { goods: self.extra_goods, tax: self.extra_tax, ..Shares::default() };
        (Shares::of_order(self.subtotal - extra.goods, self.discount, self.tax - extra.tax, self.shipping), extra)
    }

    /// An amount of it with its currency.
    pub const fn money(&self, amount: i64) -> Money {
        Money::new(amount, self.currency)
    }
}

/// What banks keep of a disputed payment, or may yet: all of it while a dispute goes on, what was lost once it is over.
macro_rules! kept {
    ($payment:literal) => {
        concat!(
            "(SELECT CAST(COALESCE(SUM(CASE WHEN d.state = 'won' OR (d.state IN ('opened', 'submitted') AND d.withdrawn = 0) THEN 0 ",
            "WHEN d.state NOT IN ('lost', 'accepted') THEN ",
            $payment,
            ".captured WHEN d.withdrawn > d.amount THEN d.withdrawn - d.reinstated ELSE d.amount - d.reinstated END), 0) AS BIGINT) ",
            "FROM disputes d WHERE d.tenant_id = ",
            $payment,
            ".tenant_id AND d.payment_id = ",
            $payment,
            ".id AND ",
            $payment,
            ".state = 'disputed')"
        )
    };
}
pub(crate) use kept;

macro_rules! payments {
    ($which:literal) => {
        concat!(
            "SELECT p.id, p.order_id, o.number AS order_number, p.provider, p.method, p.state, p.currency, p.captured, p.refunded, p.refunded_tax, \
             p.refunded_shipping, p.refunded_discount, p.refund_pending, ",
            kept!("p"),
            " AS kept, COALESCE(w.owed, 0) AS owed, COALESCE(w.received, 0) AS received, COALESCE(w.taken_off, 0) AS taken_off, o.subtotal, o.discount, o.tax, o.shipping, \
             o.extra_goods, o.extra_tax \
             FROM payments p JOIN orders o ON o.id = p.order_id LEFT JOIN receivables w ON w.id = p.id WHERE p.tenant_id = $1 AND p.order_id = ",
            $which,
            " AND p.captured > 0 ORDER BY p.id"
        )
    };
}

const OF_ORDER: &str = payments!("$2");
const OF_PAYMENT: &str = payments!("(SELECT order_id FROM payments WHERE tenant_id = $1 AND id = $2)");
const HOLD_OF_ORDER: &str = concat!(payments!("$2"), " FOR UPDATE OF p");
const HOLD_OF_PAYMENT: &str = concat!(payments!("(SELECT order_id FROM payments WHERE tenant_id = $1 AND id = $2)"), " FOR UPDATE OF p");

/// The payments of the order that took money.
pub async fn of_order(tx: &mut Tx, order: OrderId) -> Result<Vec<Payment>> {
    tx.all(sql(OF_ORDER).bind(tx.tenant()).bind(order)).await
}

/// The same, held until the transaction ends: whoever refunds the same order waits.
pub async fn hold_of_order(tx: &mut Tx, order: OrderId) -> Result<Vec<Payment>> {
    tx.all(sql(tx.pick(OF_ORDER, HOLD_OF_ORDER)).bind(tx.tenant()).bind(order)).await
}

/// The payments of the order this payment is of, held until the transaction ends.
pub async fn hold_of_payment(tx: &mut Tx, payment: PaymentId) -> Result<Vec<Payment>> {
    tx.all(sql(tx.pick(OF_PAYMENT, HOLD_OF_PAYMENT)).bind(tx.tenant()).bind(payment)).await
}

#[derive(sqlx::FromRow)]
struct Sums {
    goods: i64,
    discount: i64,
    tax: i64,
    shipping: i64,
}

const ON_ITS_WAY: &str = "SELECT CAST(COALESCE(SUM(COALESCE(goods, amount)), 0) AS BIGINT) AS goods, \
     CAST(COALESCE(SUM(discount), 0) AS BIGINT) AS discount, CAST(COALESCE(SUM(tax), 0) AS BIGINT) AS tax, \
     CAST(COALESCE(SUM(shipping), 0) AS BIGINT) AS shipping FROM refunds WHERE tenant_id = $1 AND order_id = $2 \
     AND state IN ('waiting', 'pending', 'unknown')";

/// How the refunds of the order that are not booked yet fall on it.
pub async fn on_its_way(tx: &mut Tx, order: OrderId) -> Result<Shares> {
    let sums: Sums = tx.one(sql(ON_ITS_WAY).bind(tx.tenant()).bind(order)).await?;
    Ok(Shares { goods: sums.goods, tax: sums.tax, shipping: sums.shipping, discount: sums.discount })
}

/// A line of an order and what came back of it, or is on its way.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Line {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: LineId,
    /// Name that day.
    pub name: String,
    /// SKU that day.
    pub sku: String,
    /// Pieces.
    pub quantity: i64,
    /// Price of all of them, without any tax.
    pub total: i64,
    /// Their tax, where it is known by line.
    pub tax: Option<i64>,
    /// Whether it came in after the money was taken.
    pub late: bool,
    /// Whether it is not paid yet.
    pub unpaid: bool,
    /// Pieces that came back.
    pub back: i64,
    /// Their goods, after the discount.
    pub back_goods: i64,
    /// Their discount.
    pub back_discount: i64,
    /// Their tax.
    pub back_tax: i64,
}

impl Line {
    /// What came back of it is worth.
    pub const fn given(&self) -> Shares {
        Shares { goods: self.back_goods, tax: self.back_tax, shipping: 0, discount: self.back_discount }
    }
}

const LINES: &str = "SELECT l.id, l.name, l.sku, l.quantity, CASE WHEN o.with_tax THEN l.total - COALESCE(l.tax, 0) ELSE l.total END AS total, l.tax, \
     l.late, (l.owed AND o.paid < o.total) AS unpaid, \
     CAST(COALESCE(b.quantity, 0) AS BIGINT) AS back, \
     CAST(COALESCE(b.goods, 0) AS BIGINT) AS back_goods, CAST(COALESCE(b.discount, 0) AS BIGINT) AS back_discount, \
     CAST(COALESCE(b.tax, 0) AS BIGINT) AS back_tax FROM order_lines l JOIN orders o ON o.id = l.order_id \
     LEFT JOIN (SELECT rl.line_id, SUM(rl.quantity) AS quantity, SUM(rl.goods) AS goods, SUM(rl.discount) AS discount, SUM(rl.tax) AS tax \
     FROM refund_lines rl JOIN refunds r ON r.id = rl.refund_id WHERE rl.tenant_id = $1 AND rl.order_id = $2 \
     AND r.state NOT IN ('failed', 'cancelled') GROUP BY rl.line_id) b ON b.line_id = l.id \
     WHERE l.tenant_id = $1 AND l.order_id = $2 ORDER BY l.id";

/// The lines of an order.
pub async fn lines(tx: &mut Tx, order: OrderId) -> Result<Vec<Line>> {
    tx.all(sql(LINES).bind(tx.tenant()).bind(order)).await
}

/// Pieces of a line that come back with a refund.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Back {
    /// The line.
    #[sqlx(try_from = "Uuid")]
    pub line_id: LineId,
    /// Its name.
    pub name: String,
    /// Its SKU.
    pub sku: String,
    /// Pieces.
    pub quantity: i64,
    /// Their goods, after the discount.
    pub goods: i64,
    /// Their discount.
    pub discount: i64,
    /// Their tax.
    pub tax: i64,
}

/// Write down which pieces come back with `refund`.
pub async fn insert(tx: &mut Tx, (order, refund): (OrderId, RefundId), lines: &[Back]) -> Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let tenant: Value = tx.tenant().into();
    let mut query = Query::start("INSERT INTO refund_lines (order_id, refund_id, line_id, tenant_id, quantity, goods, discount, tax) VALUES");
    query.rows(lines.iter().map(|l| {
        let numbers = [l.quantity, l.goods, l.discount, l.tax].map(Value::from);
        let [quantity, goods, discount, tax] = numbers;
        [order.into(), refund.into(), l.line_id.into(), tenant.clone(), quantity, goods, discount, tax]
    }));
    tx.run(query).await.map(drop)
}

const BACK_BY_APPROVAL: &str = "SELECT rl.line_id, l.name, l.sku, rl.quantity, rl.goods, rl.discount, rl.tax FROM refunds r \
     JOIN refund_lines rl ON rl.order_id = r.order_id AND rl.refund_id = r.id JOIN order_lines l ON l.order_id = rl.order_id AND l.id = rl.line_id \
     WHERE r.tenant_id = $1 AND r.approval_id = $2 ORDER BY rl.line_id";

/// Which pieces come back with what `approval` is about.
pub async fn of_approval(tx: &mut Tx, approval: purser_core::ids::ApprovalId) -> Result<Vec<Back>> {
    tx.all(sql(BACK_BY_APPROVAL).bind(tx.tenant()).bind(approval)).await
}

const BACK_BY_REFUND: &str = "SELECT rl.line_id, l.name, l.sku, rl.quantity, rl.goods, rl.discount, rl.tax FROM refunds r \
     JOIN refund_lines rl ON rl.order_id = r.order_id AND rl.refund_id = r.id JOIN order_lines l ON l.order_id = rl.order_id AND l.id = rl.line_id \
     WHERE r.tenant_id = $1 AND r.id = $2 ORDER BY rl.line_id";

/// Which pieces come back with `refund`.
pub async fn of_refund(tx: &mut Tx, refund: RefundId) -> Result<Vec<Back>> {
    tx.all(sql(BACK_BY_REFUND).bind(tx.tenant()).bind(refund)).await
}

const MADE_BY: &str = "SELECT (SELECT COUNT(*) FROM (SELECT 1 FROM refunds WHERE tenant_id = $1 AND created_by = $2 AND created_at > $3 \
     AND state <> 'cancelled' LIMIT 1000) AS made) + (SELECT COUNT(*) FROM (SELECT 1 FROM credit_moves WHERE tenant_id = $1 AND created_by = $2 \
     AND created_at > $3 AND kind = 'given' LIMIT 1000) AS given) + (SELECT COUNT(*) FROM (SELECT 1 FROM approvals WHERE tenant_id = $1 \
     AND requested_by = $2 AND requested_at > $3 AND kind = 'credit' AND state = 'waiting' LIMIT 1000) AS asked) AS n";

#[derive(sqlx::FromRow)]
struct Count {
    n: i64,
}

/// How many refunds a person has made since, and how often they gave stored credit or asked for that, up to a thousand of each.
pub async fn made_by(tx: &mut Tx, person: Uuid, since: Timestamp) -> Result<i64> {
    Ok(tx.one::<Count>(sql(MADE_BY).bind(tx.tenant()).bind(person).bind(since)).await?.n)
}

const SEND: &str = "UPDATE refunds SET state = 'pending' WHERE tenant_id = $1 AND approval_id = $2 AND state = 'waiting'";
const CALL_OFF: &str = "UPDATE refunds SET state = 'cancelled', failure_message = $3, settled_at = $4 \
     WHERE tenant_id = $1 AND approval_id = $2 AND state = 'waiting'";
const RELEASE: &str = "UPDATE payments SET refund_pending = refund_pending - (SELECT CAST(SUM(r.amount) AS BIGINT) FROM refunds r \
     WHERE r.payment_id = payments.id AND r.approval_id = $2 AND r.state = 'waiting'), version = version + 1, updated_at = $3 \
     WHERE tenant_id = $1 AND id IN (SELECT r.payment_id FROM refunds r WHERE r.tenant_id = $1 AND r.approval_id = $2 AND r.state = 'waiting')";

/// The refunds that wait for `approval` are on their way now.
pub async fn send(tx: &mut Tx, approval: purser_core::ids::ApprovalId) -> Result<u64> {
    tx.run(sql(SEND).bind(tx.tenant()).bind(approval)).await
}

/// The refunds that wait for `approval` are called off, and what was put aside for them is free again.
pub async fn call_off(tx: &mut Tx, approval: purser_core::ids::ApprovalId, why: &str, at: Timestamp) -> Result<()> {
    tx.run(sql(RELEASE).bind(tx.tenant()).bind(approval).bind(at)).await?;
    tx.run(sql(CALL_OFF).bind(tx.tenant()).bind(approval).bind(why.to_owned()).bind(at)).await.map(drop)
}
