//! What an edit comes to: whether it may be, what is priced anew, what is given back. Writes nothing.

use purser_core::access::{Grant, can};
use purser_core::catalog::TaxClass;
use purser_core::checkout::Totals;
use purser_core::coupons::Terms;
use purser_core::ids::{LineId, OrderId, ProductId};
use purser_core::orders::OrderState;
use purser_core::payments::{RefundKind, RefundState, Shares};
use purser_core::pricing::{Good, Priced};
use purser_core::{Error, FieldError, Money, Result};
use purser_store::order_edits::{self as store, Sold};
use purser_store::orders::{self, Extras, Order};
use purser_store::{Tx, coupons, payments, refunds};

use super::super::price::{self, Counter, Goods, Item, Way};
use super::{Edit, Outlook};
use crate::approvals::Route;
use crate::payments::{self as pay, Basis, Plan, What};

/// An edit worked out.
pub(super) struct Worked {
    pub(super) order: Order,
    pub(super) sold: Vec<Sold>,
    pub(super) goods: Goods,
    /// Pieces that go out of each line.
    pub(super) out: Vec<(LineId, i64)>,
    pub(super) how: How,
    pub(super) outlook: Outlook,
}

/// What was added last comes to this, and the rate and tax of each of its lines.
pub(super) type Fresh = (Shares, Vec<(i64, Money)>);

/// What has to be written.
pub(super) enum How {
    /// Nobody paid: the sums, and what each coupon takes off.
    Anew(Priced, Vec<(String, i64)>),
    /// It was paid: what was added last before and after, if that changes, with the rate and tax of each of its lines; and what is given back.
    Beside { before: Shares, after: Option<Fresh>, plan: Option<Plan> },
}

impl Worked {
    /// Pieces of a line that go out.
    pub(super) fn gone(&self, line: LineId) -> i64 {
        gone(&self.out, line)
    }

    /// Whether nobody paid for a line yet.
    pub(super) fn is_unpaid(&self, line: &Sold) -> bool {
        match &self.how {
            How::Anew(..) => true,
            How::Beside { before, .. } => line.owed && before.sum() > 0,
        }
    }
}

fn gone(out: &[(LineId, i64)], line: LineId) -> i64 {
    out.iter().find(|(id, _)| *id == line).map_or(0, |(_, pieces)| *pieces)
}

/// Work `edit` out; with a `version` it is about to be made to an order that has to be at it.
pub(super) async fn out(by: &Grant<can::UpdateOrder>, tx: &mut Tx, (id, edit): (OrderId, &Edit), version: Option<i64>) -> Result<Worked> {
    let order = if version.is_some() { orders::hold(tx, id).await? } else { orders::find(tx, id).await? }.ok_or(Error::NotFound("order"))?;
    if version.is_some_and(|version| version != order.version) {
        return Err(Error::Stale);
    }
    let sold = store::lines(tx, id).await?;
    check(tx, &order, &sold).await?;
    let out = edit.out(&sold)?;
    let extras = orders::particulars(tx, id).await?.ok_or(Error::NotFound("order"))?.extras;
    let mut counter = Counter::open(tx).await?;
    // As it was sold, so it is changed.
    counter.trade.prices_include_tax = extras.with_tax;
    let known = sold.iter().filter_map(|line| line.product_id).map(|product| Item { product: ProductId(product), quantity: 1 });
    let all: Vec<Item> = known.chain(edit.add.iter().copied()).collect();
    let goods = price::goods(tx, &all, version.is_some()).await?;
    let wrong = counter.complaints(&edit.add, &goods).into_iter();
    let wrong: Vec<FieldError> = wrong.map(|error| FieldError { field: error.field.replacen("items", "add", 1), ..error }).collect();
    if !wrong.is_empty() {
        return Err(Error::Unprocessable(wrong));
    }
    let stage = Stage { counter: &counter, order: &order, sold: &sold, goods: &goods, extras: &extras, out: &out };
    let (how, outlook) = match order.state {
        OrderState::Pending => stage.unpaid(by, tx, edit).await?,
        _ => stage.paid(by, tx, edit).await?,
    };
    Ok(Worked { order, sold, goods, out, how, outlook })
}

/// Refuse what can not be changed any more, or not now.
async fn check(tx: &mut Tx, order: &Order, sold: &[Sold]) -> Result<()> {
    if !order.state.waits() {
        return Err(Error::conflict("illegal_move", format!("An order that is {} can not be changed.", order.state)));
    }
    if sold.iter().any(|line| line.shipped > 0) {
        return Err(Error::conflict("partly_shipped", "Part of the order left the house. What is left can be refunded, or sent back."));
    }
    if payments::of_order(tx, order.id).await?.iter().any(|payment| payment.state.is_open()) {
        return Err(Error::conflict("payment_under_way", "A payment of this order is under way. Wait for it, or void it first."));
    }
    if order.state == OrderState::Pending && order.paid == 0 {
        return Ok(());
    }
    if order.state == OrderState::Pending {
        return Err(Error::conflict("partly_paid", "Part of what this order costs is not paid. Take the rest or waive it first, then change it."));
    }
    if order.paid == 0 {
        return Err(Error::conflict("was_free", "Nothing was paid for this order, so there is nothing to settle. Cancel it and enter another one."));
    }
    let under_way = |state| matches!(state, RefundState::Waiting | RefundState::Pending | RefundState::Unknown);
    if refunds::of_order(tx, order.id).await?.iter().any(|refund| under_way(refund.state)) {
        return Err(Error::conflict("refund_waits", "A refund of this order is under way. Change it once that is done."));
    }
    Ok(())
}

/// What an edit is worked out from.
struct Stage<'a> {
    counter: &'a Counter,
    order: &'a Order,
    sold: &'a [Sold],
    goods: &'a Goods,
    extras: &'a Extras,
    out: &'a [(LineId, i64)],
}

fn priced_elsewhere() -> Error {
    Error::conflict("priced_elsewhere", "This order was not priced here, so it can not be priced anew. Cancel it and enter another one.")
}

impl Stage<'_> {
    fn money(&self, amount: i64) -> Money {
        self.order.money(amount)
    }

    /// What stays of `lines`, as it was sold; `weighed`: sending is priced too.
    fn staying<'b>(&self, lines: impl Iterator<Item = &'b Sold>, out: &[(LineId, i64)], weighed: bool) -> Result<Vec<Good>> {
        let mut goods = Vec::new();
        for line in lines {
            let product = line.product_id.and_then(|id| self.goods.get(&ProductId(id)));
            let pieces = line.left() - gone(out, line.id);
            if pieces > 0 {
                goods.push(Good {
                    total: self.money(line.unit_price).times(pieces)?,
                    class: product.map_or(TaxClass::Standard, |product| product.shelf.tax_class),
                    grams: product.filter(|_| weighed).map_or(0, |product| product.weight_g.saturating_mul(pieces)),
                    rate_bp: line.tax_bp,
                });
            }
        }
        Ok(goods)
    }

    /// Everything priced anew; what was sold keeps its price and its rate, and coupons count as they did.
    async fn unpaid(&self, by: &Grant<can::UpdateOrder>, tx: &mut Tx, edit: &Edit) -> Result<(How, Outlook)> {
        let used = coupons::of_order(tx, self.order.id).await?;
        let codes: Vec<String> = used.iter().map(|used| used.code.clone()).collect();
        let known = if codes.is_empty() { Vec::new() } else { coupons::by_codes(tx, &codes, false).await? };
        let terms: Vec<Terms> = known.iter().map(|coupon| coupon.terms().kept()).collect();
        let deal = self.counter.deal(Way { country: &self.order.country, method: self.extras.shipping_code.as_deref() });
        let unchanged = deal.price(&self.staying(self.sold.iter(), &[], true)?, &terms, by.now())?.totals;
        let sums = |totals: Totals| [totals.subtotal, totals.discount, totals.tax].map(|sum| sum.amount);
        if terms.len() != used.len() || sums(unchanged) != [self.order.subtotal, self.order.discount, self.order.tax] {
            return Err(priced_elsewhere());
        }
        let mut lines = self.staying(self.sold.iter(), self.out, true)?;
        lines.extend(Counter::lines((&edit.add, self.goods), by.now())?);
        let priced = deal.price(&lines, &terms, by.now())?;
        let totals = priced.totals;
        if totals.total.amount == 0 {
            return Err(Error::conflict("nothing_left", "Nothing would be left to pay. Cancel the order, or enter another one."));
        }
        let difference = totals.total.minus(self.money(self.order.total))?;
        let outlook = Outlook { totals, due: totals.total, refund: self.money(0), difference, needs_approval: false };
        let off = terms.into_iter().map(|terms| terms.code).zip(priced.off.each.iter().copied()).collect();
        Ok((How::Anew(priced, off), outlook))
    }

    /// What comes in is due, together with what was added before and is not paid yet; what goes out of the rest is given back.
    async fn paid(&self, by: &Grant<can::UpdateOrder>, tx: &mut Tx, edit: &Edit) -> Result<(How, Outlook)> {
        let order = self.order;
        let before = if order.paid < order.total { store::extra(tx, order.id).await? } else { Shares::default() };
        let unpaid = |line: &Sold| line.owed && before.sum() > 0;
        let (owed, sold): (Vec<&Sold>, Vec<&Sold>) = self.sold.iter().partition(|line| unpaid(line));
        let after = if edit.add.is_empty() && owed.iter().all(|line| gone(self.out, line.id) == 0) {
            None
        } else {
            Some(self.added(by, (edit, &owed), before)?)
        };
        let plan = self.plan(tx, &sold).await?;
        let needs_approval = match &plan {
            None => false,
            // Whoever may not give money back hears of it before anything is done.
            Some(plan) => match pay::route(&by.and::<can::GrantRefund>()?, tx, plan, RefundKind::Standard).await? {
                Route::Free => false,
                Route::Approve(..) => true,
                Route::Block(cause) => return Err(Error::Refused("blocked_by_rule", cause.into())),
            },
        };
        let refund = plan.as_ref().map_or(self.money(0), Plan::amount);
        let then = after.as_ref().map_or(before, |(after, _)| *after);
        let more = then.minus(before);
        let totals = Totals {
            subtotal: self.money(order.subtotal).plus(self.money(more.goods))?,
            discount: self.money(order.discount),
            tax: self.money(order.tax).plus(self.money(more.tax))?,
            shipping: self.money(order.shipping),
            total: self.money(order.total).plus(self.money(more.sum()))?,
        };
        let due = self.money(then.sum().min(totals.total.amount - order.paid));
        let outlook = Outlook { totals, due, refund, difference: self.money(more.sum()).minus(refund)?, needs_approval };
        Ok((How::Beside { before, after, plan }, outlook))
    }

    /// What is added last comes to afterwards, with the rate and tax of each of its lines. Sending is paid already.
    fn added(&self, by: &Grant<can::UpdateOrder>, (edit, owed): (&Edit, &[&Sold]), before: Shares) -> Result<Fresh> {
        let order = self.order;
        if order.paid != order.total - before.sum() {
            return Err(Error::conflict("partly_paid", "Part of what this order costs was not paid. Enter another order for what is added."));
        }
        // A discount on more than the goods would fall on what is added.
        if order.discount > order.subtotal - before.goods {
            return Err(Error::conflict("all_discounted", "A coupon took off all of this order's goods. Enter another order for what is added."));
        }
        let mut lines = self.staying(owed.iter().copied(), self.out, false)?;
        let weightless = Counter::lines((&edit.add, self.goods), by.now())?.into_iter().map(|good| Good { grams: 0, ..good });
        lines.extend(weightless);
        if lines.is_empty() {
            return Ok((Shares::default(), Vec::new()));
        }
        let priced = self.counter.deal(Way { country: &order.country, method: None }).price(&lines, &[], by.now())?;
        let after = Shares { goods: priced.totals.subtotal.amount, tax: priced.totals.tax.amount, ..Shares::default() };
        Ok((after, priced.lines))
    }

    /// What is given back for the pieces that go out of what was paid. Pieces that were refunded before and are still in the order go first.
    async fn plan(&self, tx: &mut Tx, sold: &[&Sold]) -> Result<Option<Plan>> {
        if sold.iter().all(|line| gone(self.out, line.id) == 0) {
            return Ok(None);
        }
        let basis = Basis::of_order(tx, self.order.id, (true, true)).await?;
        let mut pieces = Vec::new();
        for line in sold {
            let back = basis.lines.iter().find(|known| known.id == line.id).map_or(0, |known| known.back);
            let refunded = (back - line.cancelled).max(0);
            let count = gone(self.out, line.id) - refunded;
            if count > 0 {
                pieces.push((line.id, count));
            }
        }
        if pieces.is_empty() {
            return Ok(None);
        }
        match basis.plan(&What::Lines(pieces, None), &[]) {
            // Everything went back in other ways: nothing is left to give.
            Err(Error::Conflict("nothing_left", _)) => Ok(None),
            planned => planned.map(Some),
        }
    }
}
