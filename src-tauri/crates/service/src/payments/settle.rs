//! Booking what the provider said about a payment: the payment, its order, the ledger and the log, in one transaction.

use purser_core::access::Grant;
use purser_core::events::Topic;
use purser_core::ids::PaymentId;
use purser_core::orders::{MoneyState, OrderEvent, OrderState};
use purser_core::payments::{PaymentEvent as Event, PaymentState as State, Shares};
use purser_core::{Error, Result};
use purser_store::orders::{self, Order, Step};
use purser_store::payments::{self as store, Payment};
use purser_store::{Tx, ledger as ledger_store};
use serde::Serialize;

use super::port::{Answer, Standing, Trouble};
use crate::audit::{self, Line};
use crate::{App, events, ledger};

/// A payment and its order after something happened to them.
#[derive(Clone, Debug)]
pub struct Paid {
    /// The order.
    pub order: Order,
    /// The payment.
    pub payment: Payment,
}

impl Paid {
    /// Both as they are now.
    pub(super) async fn read(tx: &mut Tx, id: PaymentId) -> Result<Self> {
        let payment = store::find(tx, id).await?.ok_or(Error::NotFound("payment"))?;
        let order = orders::find(tx, payment.order_id).await?.ok_or(Error::NotFound("order"))?;
        Ok(Self { order, payment })
    }
}

/// Book `answer` on the payment `id`; does nothing if somebody has done so before.
pub(super) async fn book<P>(app: &App, by: &Grant<P>, tx: &mut Tx, id: PaymentId, answer: &Answer) -> Result<()> {
    let before = store::hold(tx, id).await?.ok_or(Error::NotFound("payment"))?;
    if before.pending.is_none() {
        return Ok(());
    }
    let now = app.clock.now();
    let mut after = Payment { updated_at: now, ..before.clone() };
    take(&mut after, answer)?;
    let taken = after.captured - before.captured;
    if taken > 0 {
        after.captured_at = Some(now);
    }
    if !store::update(tx, &after).await? {
        return Err(Error::internal("a payment that was held has changed"));
    }
    if after.state == before.state {
        return Ok(());
    }
    let order = advance(tx, &after, taken).await?;
    if taken > 0 {
        let about = ledger::About { order: order.id, number: order.number, payment: id, refund: None, at: now, currency: after.currency };
        let whole = Shares::of_order(order.subtotal, order.discount, order.tax, order.shipping);
        let shares = whole.take(Shares::default(), after.money(taken));
        ledger_store::post(tx, &app.ids, &[ledger::capture(&app.ids, about, shares)]).await?;
        events::emit(tx, by, Topic::Ledger, "posted", order.id.uuid());
    }
    let line = Line::new(action(after.state), "payment", id.uuid(), order.label()).before(&Facts::from(&before)).after(&Facts::from(&after));
    audit::record(tx, by, line);
    events::emit(tx, by, Topic::Payment, after.state.as_str(), id.uuid());
    events::emit(tx, by, Topic::Order, after.state.as_str(), order.id.uuid());
    Ok(())
}

/// Write into `payment` what the provider said.
fn take(payment: &mut Payment, answer: &Answer) -> Result<()> {
    let was = payment.state;
    let step = |event| if already(was, event) { Ok(was) } else { was.apply(event) };
    let keep_asking = matches!(answer, Ok(Standing::Processing) | Err(Trouble::Unknown));
    match answer {
        Ok(Standing::RequiresAction(url)) => {
            payment.state = step(Event::RequireAction)?;
            payment.next_action_url = Some(url.clone());
        }
        Ok(Standing::Processing) => payment.state = step(Event::Process)?,
        Ok(Standing::Authorised) => payment.state = step(Event::Authorise)?,
        Ok(Standing::Captured(amount)) => {
            payment.state = step(Event::Capture)?;
            payment.captured = *amount;
        }
        Ok(Standing::Voided) => payment.state = step(Event::Void)?,
        Ok(Standing::Failed(code, message)) => fail(payment, code, message)?,
        Err(Trouble::Unknown) => payment.state = step(Event::LoseTrack)?,
        // A clear no to a new payment ends it; a clear no to taking or letting go leaves what was promised.
        Err(Trouble::Refused(code, message)) => match payment.pending.as_deref() {
            Some("capture" | "void") => payment.failure_message = Some(message.clone()),
            _ => fail(payment, code, message)?,
        },
    }
    if !keep_asking {
        (payment.pending, payment.pending_amount) = (None, None);
    }
    if payment.state != State::RequiresAction {
        payment.next_action_url = None;
    }
    Ok(())
}

/// Whether a payment in `state` already is where `event` leads.
const fn already(state: State, event: Event) -> bool {
    matches!(
        (state, event),
        (State::RequiresAction, Event::RequireAction)
            | (State::Processing, Event::Process)
            | (State::Authorised, Event::Authorise)
            | (State::Unknown, Event::LoseTrack)
    )
}

fn fail(payment: &mut Payment, code: &str, message: &str) -> Result<()> {
    payment.state = payment.state.apply(Event::Fail)?;
    payment.failure_code = Some(code.to_owned());
    payment.failure_message = Some(message.to_owned());
    Ok(())
}

/// Move the order to where its payment stands; answers the order as it was.
async fn advance(tx: &mut Tx, payment: &Payment, taken: i64) -> Result<Order> {
    let order = orders::hold(tx, payment.order_id).await?.ok_or(Error::NotFound("order"))?;
    let state = if taken > 0 && order.state == OrderState::Pending { order.state.apply(OrderEvent::Pay)? } else { order.state };
    let money = MoneyState::of(payment.state);
    let step = Step { state: (order.state, state), money: (order.payment_state, money), paid: taken, at: payment.updated_at };
    if orders::advance(tx, order.id, &step).await? {
        return Ok(order);
    }
    Err(Error::internal("an order that was held has changed"))
}

const fn action(state: State) -> &'static str {
    match state {
        State::Captured => "payment.capture",
        State::Authorised => "payment.authorise",
        State::Failed => "payment.fail",
        State::Voided => "payment.void",
        State::Unknown => "payment.lose_track",
        State::RequiresAction => "payment.require_action",
        _ => "payment.process",
    }
}

/// A payment as the audit log keeps it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Facts<'a> {
    order_id: purser_core::ids::OrderId,
    method: &'a str,
    state: State,
    amount: purser_core::Money,
    captured: purser_core::Money,
    failure_code: Option<&'a str>,
}

impl<'a> From<&'a Payment> for Facts<'a> {
    fn from(p: &'a Payment) -> Self {
        Self {
            order_id: p.order_id,
            method: &p.method,
            state: p.state,
            amount: p.money(p.amount),
            captured: p.money(p.captured),
            failure_code: p.failure_code.as_deref(),
        }
    }
}
