//! Changing what is in an order that was entered: its sums and lines. Whether it may be is decided elsewhere; every change is told to the
//! order's history here.

use purser_core::Timestamp;
use purser_core::checkout::Totals;
use purser_core::ids::{ApprovalId, LineId, OrderId};
use purser_core::payments::Shares;
use uuid::Uuid;

use crate::orders::Line;
use crate::orders_new::insert_lines;
use crate::{Query, Result, Tx, history, sql};

/// A line as an edit needs it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Sold {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: LineId,
    /// The product, if it came from the catalog.
    pub product_id: Option<Uuid>,
    /// Pieces that were sold.
    pub quantity: i64,
    /// Of them, taken out since.
    pub cancelled: i64,
    /// Set aside.
    pub reserved: i64,
    /// Left the house.
    pub shipped: i64,
    /// Price of one that day.
    pub unit_price: i64,
    /// Tax of all of them, where it is known.
    pub tax: Option<i64>,
    /// The rate of it, in basis points.
    pub tax_bp: Option<i64>,
    /// Whether it belongs to what was added last.
    pub owed: bool,
}

impl Sold {
    /// Pieces that are in the order still.
    pub const fn left(&self) -> i64 {
        self.quantity - self.cancelled
    }
}

const LINES: &str = "SELECT id, product_id, quantity, cancelled, reserved, shipped, unit_price, tax, tax_bp, owed FROM order_lines \
     WHERE order_id = $1 AND tenant_id = $2 ORDER BY id";

/// The lines of an order.
pub async fn lines(tx: &mut Tx, order: OrderId) -> Result<Vec<Sold>> {
    tx.all(sql(LINES).bind(order).bind(tx.tenant())).await
}

#[derive(sqlx::FromRow)]
struct Extra {
    extra_goods: i64,
    extra_tax: i64,
}

/// What was added last to an order after its money was taken, as it falls on goods and tax.
pub async fn extra(tx: &mut Tx, order: OrderId) -> Result<Shares> {
    const FIND: &str = "SELECT extra_goods, extra_tax FROM orders WHERE tenant_id = $1 AND id = $2";
    let extra: Extra = tx.one(sql(FIND).bind(tx.tenant()).bind(order)).await?;
    Ok(Shares { goods: extra.extra_goods, tax: extra.extra_tax, ..Shares::default() })
}

const SUMS: &str = "UPDATE orders SET subtotal = $3, discount = $4, tax = $5, shipping = $6, total = $7, item_count = $8, updated_at = $9, \
     version = version + 1 WHERE tenant_id = $1 AND id = $2 AND state = 'pending' AND paid = 0";

/// Write the sums of an order nobody paid anything for; `false` if somebody has.
pub async fn set_sums(tx: &mut Tx, order: OrderId, (sums, pieces): (Totals, i64), at: Timestamp) -> Result<bool> {
    let query = sql(SUMS).bind(tx.tenant()).bind(order).bind(sums.subtotal.amount).bind(sums.discount.amount).bind(sums.tax.amount);
    if tx.run(query.bind(sums.shipping.amount).bind(sums.total.amount).bind(pieces).bind(at)).await? != 1 {
        return Ok(false);
    }
    history::edited(tx, order).await?;
    Ok(true)
}

const EXTRA: &str = "UPDATE orders SET extra_goods = $3, extra_tax = $4, subtotal = subtotal + $5, tax = tax + $6, total = total + $5 + $6, \
     item_count = item_count + $7, updated_at = $8, version = version + 1 WHERE tenant_id = $1 AND id = $2";

/// How what was added to a paid order changes.
#[derive(Clone, Copy, Debug)]
pub struct Added {
    /// What was added last, afterwards.
    pub extra: Shares,
    /// What that adds to the goods of the order, and to its tax; may be less than nothing.
    pub more: (i64, i64),
    /// Pieces more or fewer.
    pub pieces: i64,
}

/// Write what was added to an order that was paid, and how many pieces are in it.
pub async fn set_added(tx: &mut Tx, order: OrderId, added: &Added, at: Timestamp) -> Result<()> {
    let query = sql(EXTRA).bind(tx.tenant()).bind(order).bind(added.extra.goods).bind(added.extra.tax);
    tx.run(query.bind(added.more.0).bind(added.more.1).bind(added.pieces).bind(at)).await?;
    history::edited(tx, order).await
}

/// Write down how much of an order that was paid in part is not asked for any more; whoever calls moves the order on.
pub async fn set_waived(tx: &mut Tx, order: OrderId, amount: i64) -> Result<()> {
    const WAIVE: &str = "UPDATE orders SET waived = $3 WHERE tenant_id = $1 AND id = $2";
    tx.run(sql(WAIVE).bind(tx.tenant()).bind(order).bind(amount)).await.map(drop)
}

/// What waits for approval under `request` is what an edit gives back.
pub async fn mark_waiting(tx: &mut Tx, request: Uuid) -> Result<()> {
    let mut query = Query::start("UPDATE approvals SET of_edit = ");
    query.arg(true).push(" WHERE state = 'waiting' AND tenant_id = ").arg(tx.tenant());
    query.push(" AND id IN (SELECT r.approval_id FROM refunds r WHERE r.tenant_id = ").arg(tx.tenant());
    query.push(" AND r.request_id = ").arg(request).push(")");
    tx.run(query).await.map(drop)
}

#[derive(sqlx::FromRow)]
struct Count {
    n: i64,
}

/// Whether an edit of the order waits for approval of what it gives back.
pub async fn waits(tx: &mut Tx, order: OrderId) -> Result<bool> {
    let mut query = Query::start("SELECT COUNT(*) AS n FROM approvals WHERE state = 'waiting' AND subject_type = 'order' AND subject_id = ");
    query.arg(order).push(" AND of_edit = ").arg(true).push(" AND tenant_id = ").arg(tx.tenant());
    Ok(tx.one::<Count>(query).await?.n > 0)
}

/// Whether an edit asked for this approval.
pub async fn is_of_edit(tx: &mut Tx, approval: ApprovalId) -> Result<bool> {
    let mut query = Query::start("SELECT COUNT(*) AS n FROM approvals WHERE id = ");
    query.arg(approval).push(" AND of_edit = ").arg(true).push(" AND tenant_id = ").arg(tx.tenant());
    Ok(tx.one::<Count>(query).await?.n > 0)
}

/// How a line that is not paid is afterwards.
#[derive(Clone, Copy, Debug)]
pub struct Kept {
    /// The line.
    pub id: LineId,
    /// Its pieces.
    pub pieces: i64,
    /// Of them, set aside.
    pub reserved: i64,
    /// Their tax.
    pub tax: i64,
}

/// Have lines with fewer pieces; their price of one stays.
pub async fn set_lines(tx: &mut Tx, order: OrderId, lines: &[Kept]) -> Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let mut query = Query::start(
        "UPDATE order_lines SET quantity = v.column2, reserved = v.column3, total = v.column2 * order_lines.unit_price, tax = v.column4 FROM (VALUES",
    );
    query.rows(lines.iter().map(|line| [line.id.into(), line.pieces.into(), line.reserved.into(), line.tax.into()]));
    query.push(") AS v WHERE order_lines.id = v.column1 AND order_lines.order_id = ").arg(order);
    query.push(" AND order_lines.tenant_id = ").arg(tx.tenant());
    tx.run(query).await.map(drop)
}

/// Take whole lines out that are not paid.
pub async fn drop_lines(tx: &mut Tx, order: OrderId, lines: &[LineId]) -> Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let mut query = Query::start("DELETE FROM order_lines WHERE tenant_id = ");
    query.arg(tx.tenant()).push(" AND order_id = ").arg(order).push(" AND id IN ").list(lines.iter().map(|id| (*id).into()));
    tx.run(query).await.map(drop)
}

/// Put new lines into an order, their goods set aside; `late`: it was paid before, and they are owed.
pub async fn put(tx: &mut Tx, order: OrderId, lines: &[Line], late: bool) -> Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    insert_lines(tx, &lines.iter().map(|line| (order, line)).collect::<Vec<_>>()).await?;
    let mut query = Query::start("UPDATE order_lines SET reserved = quantity, late = ");
    query.arg(late).push(", owed = ").arg(late).push(" WHERE tenant_id = ").arg(tx.tenant()).push(" AND order_id = ").arg(order);
    query.push(" AND id IN ").list(lines.iter().map(|line| line.id.into()));
    tx.run(query).await.map(drop)
}

/// What was added before and is paid counts as sold with the rest from here on.
pub async fn settle_added(tx: &mut Tx, order: OrderId) -> Result<()> {
    let mut query = Query::start("UPDATE order_lines SET owed = ");
    query.arg(false).push(" WHERE tenant_id = ").arg(tx.tenant()).push(" AND order_id = ").arg(order).push(" AND owed = ").arg(true);
    tx.run(query).await.map(drop)
}

/// Take pieces out of lines that were paid: they are no longer set aside. `(line, pieces, of them set aside)`; less than none: put them back.
pub async fn cancel(tx: &mut Tx, order: OrderId, lines: &[(LineId, i64, i64)]) -> Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let mut query = Query::start(
        "UPDATE order_lines SET cancelled = order_lines.cancelled + v.column2, reserved = order_lines.reserved - v.column3 FROM (VALUES",
    );
    query.rows(lines.iter().map(|(id, pieces, reserved)| [(*id).into(), (*pieces).into(), (*reserved).into()]));
    query.push(") AS v WHERE order_lines.id = v.column1 AND order_lines.order_id = ").arg(order);
    query.push(" AND order_lines.tenant_id = ").arg(tx.tenant());
    tx.run(query).await.map(drop)
}

/// Write what a coupon takes off an order now.
pub async fn set_use(tx: &mut Tx, order: OrderId, code: &str, amount: i64) -> Result<()> {
    const SET: &str = "UPDATE coupon_uses SET amount = $4 WHERE tenant_id = $1 AND order_id = $2 AND code = $3";
    tx.run(sql(SET).bind(tx.tenant()).bind(order).bind(code.to_owned()).bind(amount)).await.map(drop)
}
