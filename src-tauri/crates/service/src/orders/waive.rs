//! Doing without what is missing of an order that was paid in part: it goes on as if all of it had come. Nothing is booked, because what never
//! came was never booked as sold.

use purser_core::access::{Grant, can};
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::OrderId;
use purser_core::orders::{MoneyState, OrderEvent, OrderState};
use purser_core::{Error, Money, Result};
use purser_store::orders::{self as store, Step};
use purser_store::{order_edits, payments};
use serde::Serialize;

use super::{Detail, detail};
use crate::audit::{self, Line};
use crate::idempotency::{self, Once, Outcome};
use crate::{App, events};

/// An order as the audit log keeps it around a waiver.
#[derive(Serialize)]
struct Facts {
    state: OrderState,
    paid: Money,
    due: Money,
}

/// Ask no more for what is missing, once for each key.
pub async fn waive(app: &App, by: &Grant<can::CapturePayment>, id: OrderId, reason: &str, once: Option<Once<Detail>>) -> Result<Outcome<Detail>> {
    let mut checks = Checks::new();
    checks.text("reason", reason, 500).done()?;
    idempotency::at_once(app, by, (id.uuid(), once), async |tx| {
        let order = store::hold(tx, id).await?.ok_or(Error::NotFound("order"))?;
        if order.state != OrderState::Pending || order.paid == 0 {
            let message = "Only of an order that was paid in part can the rest be waived.";
            return Err(Error::conflict("nothing_to_waive", message));
        }
        if payments::of_order(tx, id).await?.iter().any(|payment| payment.state.is_open()) {
            let message = "A payment of this order is under way. Wait for it, or void it first.";
            return Err(Error::conflict("payment_under_way", message));
        }
        let state = order.state.apply(OrderEvent::Pay)?;
        // What was given back meanwhile stays said.
        let money = if order.payment_state == MoneyState::PartlyPaid { MoneyState::Paid } else { order.payment_state };
        let missing = order.total - order.paid;
        order_edits::set_waived(tx, id, missing).await?;
        let step = Step { state: (order.state, state), money: (order.payment_state, money), paid: 0, at: by.now() };
        if !store::advance(tx, id, &step).await? {
            return Err(Error::internal("an order that was held has changed"));
        }
        let facts = |state, due| Facts { state, paid: order.money(order.paid), due: order.money(due) };
        let line = Line::new("order.waive", "order", id.uuid(), order.label()).reason(reason.trim());
        audit::record(tx, by, line.before(&facts(order.state, missing)).after(&facts(state, 0)));
        events::emit(tx, by, Topic::Order, "waived", id.uuid());
        detail(tx, id).await
    })
    .await
}
