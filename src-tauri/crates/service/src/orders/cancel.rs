//! Call an order off: the goods go back into stock, what was taken is given back, what was promised is let go.

use purser_core::access::{Grant, can};
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::{OrderId, PaymentId, RefundId};
use purser_core::orders::OrderEvent;
use purser_core::payments::{PaymentState, RefundKind};
use purser_core::{Error, Result};
use purser_store::payments::{self, Payment};
use purser_store::{Tx, orders as store, products};

use super::{Detail, detail, write_state};
use crate::idempotency::{self, Claim, Once, Outcome, Reply};
use crate::payments::{self as pay, Begun};
use crate::{App, events};

/// What follows once the order is called off.
#[derive(Default)]
struct Rest {
    refunds: Vec<pay::Accepted>,
    voids: Vec<PaymentId>,
}

enum Begin {
    Called(Rest),
    Answered(Reply),
}

/// Call an order off. One that was paid needs the right to refund as well; one whose payment is still being worked on has to wait.
pub async fn cancel(app: &App, by: &Grant<can::UpdateOrder>, id: OrderId, reason: &str, once: Option<Once<Detail>>) -> Result<Outcome<Detail>> {
    let mut checks = Checks::new();
    checks.text("reason", reason, 500).done()?;
    let _turn = once.as_ref().map(|once| app.once.enter(by.tenant(), &once.key)).transpose()?;
    let begun = app
        .db
        .transact(by, async |tx| {
            if let Some(once) = &once {
                match app.once.claim(tx, &once.key, by.now(), id.uuid()).await? {
                    Claim::New(_) => {}
                    Claim::Answered(reply) => return Ok(Begin::Answered(reply)),
                    // Called off before a crash; what follows from it goes on by itself.
                    Claim::Left(_) => return Ok(Begin::Called(Rest::default())),
                }
            }
            Ok::<_, Error>(Begin::Called(call_off(by, tx, id, reason).await?))
        })
        .await?;
    let rest = match begun {
        Begin::Answered(reply) => return Ok(Outcome::Reply(reply)),
        Begin::Called(rest) => rest,
    };
    follow_up(app, by, rest).await;
    app.db
        .transact(by, async |tx| {
            let detail = detail(tx, id).await?;
            Ok(match &once {
                Some(once) => Outcome::Reply(idempotency::answer(tx, once, &detail).await?),
                None => Outcome::Plain(detail),
            })
        })
        .await
}

async fn call_off(by: &Grant<can::UpdateOrder>, tx: &mut Tx, id: OrderId, reason: &str) -> Result<Rest> {
    let order = store::hold(tx, id).await?.ok_or(Error::NotFound("order"))?;
    let state = order.state.apply(OrderEvent::Cancel)?;
    let mut rest = Rest::default();
    for payment in payments::of_order(tx, id).await? {
        settle_with(by, tx, (payment, reason), &mut rest).await?;
    }
    products::give_back_stock(tx, id).await?;
    events::emit(tx, by, Topic::Product, "restocked", id.uuid());
    write_state(by, tx, &order, (state, Some(reason.trim()))).await?;
    Ok(rest)
}

/// What has to happen to one payment of an order that is called off.
async fn settle_with(by: &Grant<can::UpdateOrder>, tx: &mut Tx, (payment, reason): (Payment, &str), rest: &mut Rest) -> Result<()> {
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
            let refunds = by.and::<can::RefundOrder>()?;
            rest.refunds.push(pay::accept(&refunds, tx, (refunds.id::<RefundId>(), payment.id), &ask).await?);
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
async fn follow_up(app: &App, by: &Grant<can::UpdateOrder>, rest: Rest) {
    for refund in rest.refunds {
        if let Err(error) = pay::wait(app, by, refund, None).await {
            tracing::warn!(%error, "the refund of a cancelled order is not finished; it goes on by itself");
        }
    }
    for payment in rest.voids {
        if let Err(error) = pay::finish_operation(app, by, Begun::Ask(payment), None, None).await {
            tracing::warn!(%error, %payment, "the payment of a cancelled order is not let go yet; it is tried again");
        }
    }
}
