//! Call an order off: the goods go back into stock, what was taken is given back, what was promised is let go.

use purser_core::access::{Grant, Scoped, can};
use purser_core::error::Checks;
use purser_core::ids::{OrderId, PaymentId, RefundId, UserId};
use purser_core::orders::{MoneyState, OrderEvent, OrderState};
use purser_core::payments::{CREDIT, PaymentState, RefundKind, RefundState};
use purser_core::{Error, Result};
use purser_store::payments::{self, Payment};
use purser_store::{Tx, coupons, handling as parcels, orders as store, refunds};

use super::begin::{Begun, begin};
use super::{Detail, detail, write_state};
use crate::App;
use crate::catalog::stock;
use crate::idempotency::{self, Once, Outcome};
use crate::identity::step_up::{self, RefundDemand};
use crate::payments as pay;

/// What follows once the order is called off.
#[derive(Default)]
struct Rest {
    refunds: Vec<pay::Accepted>,
    /// What of them leaves the house.
    money: i64,
    voids: Vec<PaymentId>,
}

/// Call an order off: any, or one's own. One that was paid needs the right to refund as well; one whose payment is still being worked on has
/// to wait.
pub async fn cancel(app: &App, by: &Scoped<can::CancelOrder>, id: OrderId, reason: &str, once: Option<Once<Detail>>) -> Result<Outcome<Detail>> {
    cancel_for(app, by.narrow(), (id, by.own()), reason, once).await
}

/// Call an order off that belongs to `own`, or anybody's where that is nobody.
pub(crate) async fn cancel_for<P: 'static>(
    app: &App,
    by: &Grant<P>,
    (id, own): (OrderId, Option<UserId>),
    reason: &str,
    once: Option<Once<Detail>>,
) -> Result<Outcome<Detail>> {
    let mut checks = Checks::new();
    checks.text("reason", reason, 500).done()?;
    let begun = begin(app, by, (id, once.as_ref()), async |tx, demand| call_off(by, tx, (id, own, reason), demand).await);
    let (rest, _turn) = match begun.await? {
        Begun::Answered(reply) => return Ok(Outcome::Reply(reply)),
        Begun::Work(rest, turn) => (rest, turn),
    };
    follow_up(app, by, rest).await;
    app.db
        .transact(by, async |tx| {
            let mut detail = detail(tx, id).await?;
            if own.is_some() {
                // What staff wrote down is for staff.
                detail.particulars.notes = None;
            }
            idempotency::finish(tx, once.as_ref(), detail).await
        })
        .await
}

/// Call an order off that nobody paid in time. One that was paid, or whose money is promised, stays; so does one that is over.
pub(crate) async fn lapse(app: &App, by: &Grant<can::UpdateOrder>, id: OrderId, reason: &str) -> Result<()> {
    let demand = step_up::refund_demand(app, by).await?;
    let rest = app.db.transact(by, async |tx| {
        // Held from here on: nobody pays it in between.
        let order = store::hold(tx, id).await?;
        let waits = |order: &store::Order| order.state == OrderState::Pending && order.payment_state != MoneyState::Authorised;
        let Some(order) = order.filter(waits) else { return Ok(Rest::default()) };
        // What was paid with stored credit goes back there: goods are not kept for a cent of it.
        if order.paid > 0 && payments::of_order(tx, id).await?.iter().any(|one| one.captured > 0 && one.provider != CREDIT) {
            return Ok(Rest::default());
        }
        call_off(by, tx, (id, None, reason), &demand).await
    });
    follow_up(app, by, rest.await?).await;
    Ok(())
}

async fn call_off<P>(by: &Grant<P>, tx: &mut Tx, (id, own, reason): (OrderId, Option<UserId>, &str), demand: &RefundDemand) -> Result<Rest> {
    let order = store::hold(tx, id).await?.filter(|order| own.is_none_or(|own| order.customer_id == own)).ok_or(Error::NotFound("order"))?;
    let state = order.state.apply(OrderEvent::Cancel)?;
    if parcels::goods(tx, id).await?.iter().any(|line| line.shipped > 0) {
        let message = "Part of the order left the house. Ship the rest, or take back what was shipped.";
        return Err(Error::conflict("partly_shipped", message));
    }
    // Were it rejected after all, the money would stay with an order that is called off, and nobody would look for it there.
    if refunds::of_order(tx, id).await?.iter().any(|refund| refund.state == RefundState::Waiting) {
        let message = "A refund of this order waits for approval. Have it decided, then cancel the order.";
        return Err(Error::conflict("refund_waits", message));
    }
    let mut rest = Rest::default();
    for payment in payments::of_order(tx, id).await? {
        settle_with(by, tx, (payment, reason), &mut rest).await?;
    }
    if rest.money > 0 {
        demand.of(by, Some(rest.money))?;
    }
    stock::release(tx, by, id).await?;
    coupons::give_back(tx, id).await?;
    write_state(by, tx, &order, (state, Some(reason.trim()))).await?;
    Ok(rest)
}

/// What has to happen to one payment of an order that is called off.
async fn settle_with<P>(by: &Grant<P>, tx: &mut Tx, (payment, reason): (Payment, &str), rest: &mut Rest) -> Result<()> {
    match payment.state {
        PaymentState::Failed | PaymentState::Voided | PaymentState::Refunded => {}
        PaymentState::Authorised | PaymentState::RequiresAction => {
            let id = payment.id;
            pay::start_void(by, tx, payment).await?;
            rest.voids.push(id);
        }
        PaymentState::Captured | PaymentState::PartiallyRefunded if payment.refundable() == 0 => {}
        PaymentState::Captured | PaymentState::PartiallyRefunded => {
            let ask = pay::Ask { amount: None, reason: format!("Order cancelled: {}", reason.trim()), kind: RefundKind::Standard };
            let own = payment.provider == CREDIT;
            // What somebody paid with their own credit goes back there, whoever calls the order off.
            let sends = if own { Grant::system(tx.tenant(), by.now(), by.ids()) } else { by.and::<can::RefundOrder>()? };
            let accepted = pay::accept(&sends, tx, (sends.id::<RefundId>(), payment.id), &ask).await?;
            if accepted.waits() {
                let message = "What was paid can not be given back without approval. Refund it first, and cancel the order once that is done.";
                return Err(Error::conflict("refund_needs_approval", message));
            }
            rest.money += if own { 0 } else { accepted.amount() };
            rest.refunds.push(accepted);
        }
        PaymentState::Disputed => {
            return Err(Error::conflict("disputed", "The payment is disputed. Settle the dispute before cancelling the order."));
        }
        PaymentState::Created | PaymentState::Processing | PaymentState::Unknown => {
            let message = "The payment of this order is still being worked on. Cancel it once the payment has come to an end.";
            return Err(Error::conflict("payment_in_flight", message));
        }
    }
    Ok(())
}

/// Refund and let go. What fails here is written down and tried again by itself, so the order stays called off.
async fn follow_up<P: 'static>(app: &App, by: &Grant<P>, rest: Rest) {
    for refund in rest.refunds {
        if let Err(error) = pay::wait(app, by, refund, None).await {
            tracing::warn!(%error, "the refund of a cancelled order is not finished; it goes on by itself");
        }
    }
    for payment in rest.voids {
        if let Err(error) = pay::finish_operation(app, by, pay::Begun::Ask(payment), None, None).await {
            tracing::warn!(%error, %payment, "the payment of a cancelled order is not let go yet; it is tried again");
        }
    }
}
