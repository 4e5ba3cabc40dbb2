//! Writing down an edit that was worked out: sums, lines, stock, what is given back, history, audit and event, in one transaction.

use std::collections::BTreeMap;

use purser_core::access::{Grant, can};
use purser_core::catalog::MovementKind;
use purser_core::events::Topic;
use purser_core::ids::{LineId, ProductId};
use purser_core::payments::{RefundKind, Shares};
use purser_core::pricing::Priced;
use purser_core::{Error, Money, Result};
use purser_store::Tx;
use purser_store::order_edits::{self as store, Added, Kept};
use purser_store::orders::Line as OrderLine;
use serde::Serialize;

use super::super::create;
use super::super::price;
use super::Edit;
use super::work::{Fresh, How, Worked};
use crate::audit::{self, Line};
use crate::catalog::stock;
use crate::events;
use crate::payments::{self as pay, Accepted, Plan, Request};

/// An order as the audit log keeps it around an edit.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Facts {
    total: Money,
    item_count: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refund: Option<Money>,
}

/// Write `worked` down; the refunds it made.
pub(super) async fn write(by: &Grant<can::UpdateOrder>, tx: &mut Tx, worked: &Worked, edit: &Edit) -> Result<Vec<Accepted>> {
    let order = &worked.order;
    let accepted = match &worked.how {
        How::Anew(priced, off) => {
            anew(by, tx, (worked, priced, off), edit).await?;
            Vec::new()
        }
        How::Beside { before, after, plan } => {
            let accepted = give_back(by, tx, plan.as_ref(), &edit.reason).await?;
            beside(by, tx, (worked, *before, after.as_ref()), edit).await?;
            accepted
        }
    };
    move_goods(by, tx, worked, edit).await?;
    let outlook = &worked.outlook;
    let was = Facts { total: order.money(order.total), item_count: order.item_count, due: None, refund: None };
    let now = Facts {
        total: outlook.totals.total,
        item_count: order.item_count + pieces_more(worked, edit),
        due: Some(outlook.due),
        refund: Some(outlook.refund).filter(|refund| refund.amount > 0),
    };
    let line = Line::new("order.edit", "order", order.id.uuid(), order.label()).reason(edit.reason.trim());
    audit::record(tx, by, line.before(&was).after(&now));
    events::emit(tx, by, Topic::Order, "edited", order.id.uuid());
    Ok(accepted)
}

fn pieces_more(worked: &Worked, edit: &Edit) -> i64 {
    edit.add.iter().map(|item| item.quantity).sum::<i64>() - worked.out.iter().map(|(_, pieces)| pieces).sum::<i64>()
}

async fn give_back(by: &Grant<can::UpdateOrder>, tx: &mut Tx, plan: Option<&Plan>, reason: &str) -> Result<Vec<Accepted>> {
    let Some(plan) = plan else { return Ok(Vec::new()) };
    let gives = by.and::<can::GrantRefund>()?;
    let id: uuid::Uuid = by.id();
    let request = Request { id: Some(id), first: None, reason, kind: RefundKind::Standard, to_credit: false };
    let accepted = pay::put_aside(&gives, tx, plan, &request).await?;
    if accepted.iter().any(Accepted::waits) {
        // Somebody may say no: then its pieces come back in.
        store::mark_waiting(tx, id).await?;
    }
    Ok(accepted)
}

/// The new sums and lines of an order nobody paid.
async fn anew(by: &Grant<can::UpdateOrder>, tx: &mut Tx, (worked, priced, off): (&Worked, &Priced, &[(String, i64)]), edit: &Edit) -> Result<()> {
    rewrite(by, tx, (worked, &priced.lines), (edit, false)).await?;
    for (code, amount) in off {
        store::set_use(tx, worked.order.id, code, *amount).await?;
    }
    let pieces = worked.order.item_count + pieces_more(worked, edit);
    if store::set_sums(tx, worked.order.id, (priced.totals, pieces), by.now()).await? { Ok(()) } else { Err(Error::Stale) }
}

/// What was paid stays as it was sold, with the pieces taken out of it beside; what is owed is written anew.
async fn beside(by: &Grant<can::UpdateOrder>, tx: &mut Tx, (worked, before, after): (&Worked, Shares, Option<&Fresh>), edit: &Edit) -> Result<()> {
    let id = worked.order.id;
    let cancelled = worked.sold.iter().filter(|line| !worked.is_unpaid(line) && worked.gone(line.id) > 0);
    let cancelled: Vec<(LineId, i64, i64)> = cancelled.map(|line| (line.id, worked.gone(line.id), worked.gone(line.id).min(line.reserved))).collect();
    store::cancel(tx, id, &cancelled).await?;
    // What was added last and is paid keeps its place until something is added again.
    let kept = store::extra(tx, id).await?;
    let (mut extra, mut more) = (kept, Shares::default());
    if let Some((after, lines)) = after {
        if before.sum() == 0 {
            store::settle_added(tx, id).await?;
        }
        rewrite(by, tx, (worked, lines), (edit, true)).await?;
        (extra, more) = (*after, after.minus(before));
    }
    let added = Added { extra, more: (more.goods, more.tax), pieces: pieces_more(worked, edit) };
    Ok(store::set_added(tx, id, &added, by.now()).await?)
}

/// Lines that are not paid with fewer pieces or none, and the new ones; `taxes` are the rate and tax of those that stay and of those that come.
async fn rewrite(by: &Grant<can::UpdateOrder>, tx: &mut Tx, (worked, taxes): (&Worked, &[(i64, Money)]), (edit, late): (&Edit, bool)) -> Result<()> {
    let (mut stay, mut go, mut taxes) = (Vec::new(), Vec::new(), taxes.iter());
    let short = || Error::internal("an edit with fewer taxes than lines");
    for line in worked.sold.iter().filter(|line| worked.is_unpaid(line)) {
        let gone = worked.gone(line.id);
        let pieces = line.left() - gone;
        if pieces > 0 {
            let (_, tax) = taxes.next().ok_or_else(short)?;
            stay.push(Kept { id: line.id, pieces, reserved: line.reserved - gone.min(line.reserved), tax: tax.amount });
        } else {
            go.push(line.id);
        }
    }
    let mut come: Vec<OrderLine> = Vec::with_capacity(edit.add.len());
    for item in &edit.add {
        let product = worked.goods.get(&item.product).ok_or(Error::NotFound("product"))?;
        let (rate, tax) = taxes.next().ok_or_else(short)?;
        come.push(create::line(by.id(), (product, item.quantity), (*rate, *tax), by.now())?);
    }
    let id = worked.order.id;
    store::set_lines(tx, id, &stay).await?;
    store::drop_lines(tx, id, &go).await?;
    Ok(store::put(tx, id, &come, late).await?)
}

/// What goes out can be sold again, what comes in is set aside.
async fn move_goods(by: &Grant<can::UpdateOrder>, tx: &mut Tx, worked: &Worked, edit: &Edit) -> Result<()> {
    let mut back: BTreeMap<ProductId, (i64, i64)> = BTreeMap::new();
    for line in &worked.sold {
        let freed = worked.gone(line.id).min(line.reserved);
        if let (Some(product), true) = (line.product_id, freed > 0) {
            let entry = back.entry(ProductId(product)).or_default();
            (entry.0, entry.1) = (entry.0 + freed, entry.1 - freed);
        }
    }
    let freed: BTreeMap<ProductId, i64> = back.iter().map(|(product, (pieces, _))| (*product, *pieces)).collect();
    stock::settle(tx, by, worked.order.id, (MovementKind::Released, back)).await?;
    let wanted = price::wanted(&edit.add);
    for (product, pieces) in &wanted {
        if let Some(known) = worked.goods.get(product) {
            stock::watch(tx, by, known, known.stock + freed.get(product).copied().unwrap_or(0) - pieces);
        }
    }
    let taken = wanted.into_iter().map(|(product, pieces)| (product, (-pieces, pieces))).collect();
    stock::settle(tx, by, worked.order.id, (MovementKind::Reserved, taken)).await
}
