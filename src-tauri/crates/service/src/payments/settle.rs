//! Booking what the provider said about a payment: the payment, its order, the ledger and the log, in one transaction.

use purser_core::access::{Grant, can};
use purser_core::events::Topic;
use purser_core::ids::{PaymentId, RefundId};
use purser_core::orders::{MoneyState, OrderEvent, OrderState};
use purser_core::payments::{PaymentEvent as Event, PaymentState as State, RefundKind, Shares};
use purser_core::{Error, Result, Timestamp};
use purser_store::orders::{self, Order, Step};
use purser_store::payments::{self as store, Payment};
use purser_store::{Tx, ledger as ledger_store, open_ends, order_edits};
use serde::Serialize;

use super::operate;
use super::port::{Answer, Standing, Trouble};
use super::refunds::{Ask, accept};
use super::resolve::LOOK;
use crate::audit::{self, Line};
use crate::orders::last_call;
use crate::{App, disputes, events, ledger};

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
    open_ends::hold_order_of(tx, id).await?;
    let before = store::hold(tx, id).await?.ok_or(Error::NotFound("payment"))?;
    if before.pending.is_none() {
        return Ok(());
    }
    write(app, by, tx, (before, answer)).await
}

/// Book what the provider says of the payment `id` though nothing was asked of it: its customer did something, or somebody did at the provider.
pub(super) async fn hear<P>(app: &App, by: &Grant<P>, tx: &mut Tx, id: PaymentId, standing: &Standing) -> Result<()> {
    open_ends::hold_order_of(tx, id).await?;
    let mut before = store::hold(tx, id).await?.ok_or(Error::NotFound("payment"))?;
    if !before.state.is_open() || before.pending.is_some() {
        return Ok(());
    }
    // It takes its time: it is asked for from now on.
    if *standing == Standing::Processing {
        before.pending = Some("confirm".into());
    }
    write(app, by, tx, (before, &Ok(standing.clone()))).await
}

async fn write<P>(app: &App, by: &Grant<P>, tx: &mut Tx, (before, answer): (Payment, &Answer)) -> Result<()> {
    let id = before.id;
    let now = app.clock.now();
    let mut after = Payment { updated_at: now, ..before.clone() };
    take(&mut after, answer)?;
    let taken = after.captured - before.captured;
    if taken > 0 {
        after.captured_at = Some(now);
    }
    if says_nothing_new(&before, &after) {
        return Ok(());
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
        let extra = if order.paid > 0 { order_edits::extra(tx, order.id).await? } else { Shares::default() };
        let base = Shares::of_order(order.subtotal - extra.goods, order.discount, order.tax - extra.tax, order.shipping);
        // Whatever came in before has its shares booked; this is what the new sum adds to them.
        let of = |paid| base.covered(extra, after.money(paid));
        let shares = of(order.paid + taken).minus(of(order.paid));
        ledger_store::post(tx, &app.ids, &[ledger::capture(&app.ids, about, &after.provider, shares)]).await?;
        events::emit(tx, by, Topic::Ledger, "posted", order.id.uuid());
    }
    let line = Line::new(action(after.state), "payment", id.uuid(), order.label()).before(&Facts::from(&before)).after(&Facts::from(&after));
    audit::record(tx, by, line);
    events::emit(tx, by, Topic::Payment, after.state.as_str(), id.uuid());
    events::emit(tx, by, Topic::Order, after.state.as_str(), order.id.uuid());
    let disputed = taken > 0 && disputes::was_quicker(app, by, tx, id).await?;
    match after.state {
        State::Failed | State::Voided if order.state == OrderState::Pending => last_call(by, tx, order.id).await?,
        _ if order.state != OrderState::Cancelled => {}
        State::Authorised => let_go(app, tx, after).await?,
        // What its bank took back already is not given back once more.
        _ if taken > 0 && !disputed => give_back(app, tx, id, (now, "Paid after the order was cancelled")).await?,
        _ => {}
    }
    Ok(())
}

/// Money that was promised for an order that was called off meanwhile is let go: whoever looks for open ends asks for that.
async fn let_go(app: &App, tx: &mut Tx, payment: Payment) -> Result<()> {
    let by = Grant::<can::CapturePayment>::system(tx.tenant(), payment.updated_at, &app.ids);
    operate::start_void(&by, tx, Payment { version: payment.version + 1, ..payment }).await
}

/// Whether the provider said what is known.
fn says_nothing_new(before: &Payment, after: &Payment) -> bool {
    let seen = |payment: &Payment| (payment.state, payment.pending.clone(), payment.next_action_url.clone(), payment.failure_message.clone());
    seen(before) == seen(after)
}

/// Money that came for an order that was called off meanwhile goes back: nobody will ship anything for it. It is put aside here and sent by
/// whoever looks for open ends.
pub(crate) async fn give_back(app: &App, tx: &mut Tx, payment: PaymentId, (now, reason): (Timestamp, &str)) -> Result<()> {
    let by = Grant::<can::RefundOrder>::system(tx.tenant(), now, &app.ids);
    let ask = Ask { amount: None, reason: reason.to_owned(), kind: RefundKind::Standard };
    let id: RefundId = by.id();
    accept(&by, tx, (id, payment), &ask).await?;
    events::emit(tx, &by, Topic::Refund, "created", id.uuid());
    Ok(())
}

/// Write into `payment` what the provider said.
fn take(payment: &mut Payment, answer: &Answer) -> Result<()> {
    let was = payment.state;
    let step = |event| if already(was, event) { Ok(was) } else { was.apply(event) };
    let mut look = false;
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
        // A clear no to a new payment ends it; a clear no to taking or letting go leaves what was promised, and where that is not known to be so
        // still, its customer may have been quicker.
        Err(Trouble::Refused(code, message)) => match payment.pending.as_deref() {
            Some("capture" | "void") => {
                payment.failure_message = Some(message.clone());
                look = was != State::Authorised;
            }
            _ => fail(payment, code, message)?,
        },
    }
    if !keep_asking {
        (payment.pending, payment.pending_amount) = (look.then(|| LOOK.to_owned()), None);
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
    // It is paid once all of it came; until then it waits for the rest.
    let whole = taken > 0 && order.state == OrderState::Pending && order.paid + taken >= order.total;
    let state = if whole { order.state.apply(OrderEvent::Pay)? } else { order.state };
    let money = standing(&order, payment.state, taken);
    let step = Step { state: (order.state, state), money: (order.payment_state, money), paid: taken, at: payment.updated_at };
    if orders::advance(tx, order.id, &step).await? {
        return Ok(order);
    }
    Err(Error::internal("an order that was held has changed"))
}

/// Where the money of an order stands after one of its payments moved: what another one took stays taken.
fn standing(order: &Order, payment: State, taken: i64) -> MoneyState {
    let paid = order.paid + taken;
    match MoneyState::of(payment) {
        MoneyState::Failed | MoneyState::Unpaid | MoneyState::Paid if paid > 0 => match order.refunded {
            0 if order.state == OrderState::Pending && paid < order.total => MoneyState::PartlyPaid,
            0 => MoneyState::Paid,
            back if back >= paid => MoneyState::Refunded,
            _ => MoneyState::PartiallyRefunded,
        },
        money => money,
    }
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
