//! Giving money back: accepted in one short transaction, made and booked by the settler, many at once.

use std::time::Duration;

use purser_core::access::{self, Cleared, Grant, Right, can};
use purser_core::error::Checks;
use purser_core::ids::{PaymentId, RefundId};
use purser_core::payments::{OUTSIDE, RefundKind, RefundState};
use purser_core::{Error, Money, Permission, Result};
use purser_store::payments::{self, Payment};
use purser_store::refunds::{self as store, Refund};
use purser_store::{Tx, orders};
use serde::Serialize;
use tokio::sync::oneshot;

use super::desk::Held;
use super::port::RefundCall;
use super::settler::{Refunded, Ticket};
use crate::App;
use crate::audit::{self, Line};
use crate::idempotency::{Claim, Once, Outcome, Turn};
use crate::identity::step_up;

/// Longest a caller waits for the provider; afterwards the refund is shown as it stands.
const PATIENCE: Duration = Duration::from_secs(10);

/// Between two looks whether a refund is free.
const A_MOMENT: Duration = Duration::from_millis(10);

/// What is to be given back, and why.
#[derive(Clone, Debug)]
pub struct Ask {
    /// How much; `None` for everything that is left.
    pub amount: Option<Money>,
    /// Why.
    pub reason: String,
    /// For what kind of reason.
    pub kind: RefundKind,
}

/// A refund that was accepted: the money is put aside, the provider not yet asked.
pub(crate) struct Accepted {
    call: RefundCall,
    /// Whether the money moves outside, by hand.
    outside: bool,
}

enum Begun {
    Accepted(Accepted),
    Answered(crate::idempotency::Reply),
}

/// Give back all or part of what a payment took. Never more than was taken, however many ask at once.
pub async fn refund(
    app: &App,
    by: &Grant<can::RefundOrder>,
    payment: PaymentId,
    ask: Ask,
    once: Option<Once<Refunded>>,
) -> Result<Outcome<Refunded>> {
    let mut checks = Checks::new();
    checks.text("reason", &ask.reason, 500);
    checks.that(ask.amount.is_none_or(|amount| amount.amount > 0), "amount.amount", "out_of_range", "An amount of more than nothing.");
    checks.done()?;
    step_up::demand_for_refund(app, by, || ask.amount.map(|amount| amount.amount)).await?;
    let turn = once.as_ref().map(|once| app.once.enter(by.tenant(), &once.key)).transpose()?;
    let begun = app
        .db
        .transact(by, async |tx| {
            let mut id: RefundId = by.id();
            if let Some(once) = &once {
                match app.once.claim(tx, &once.key, by.now(), id.uuid()).await? {
                    Claim::New(made) => id = RefundId(made),
                    Claim::Answered(reply) => return Ok(Begun::Answered(reply)),
                    Claim::Left(made) => return left(tx, RefundId(made)).await,
                }
            }
            Ok::<_, Error>(Begun::Accepted(accept(by, tx, (id, payment), &ask).await?))
        })
        .await?;
    match begun {
        Begun::Answered(reply) => Ok(Outcome::Reply(reply)),
        Begun::Accepted(accepted) => wait(app, by, accepted, once.zip(turn)).await,
    }
}

/// A refund a crash left behind, with its key claimed: go on where it stopped.
async fn left(tx: &mut Tx, id: RefundId) -> Result<Begun> {
    let refund = store::find(tx, id).await?.ok_or(Error::NotFound("refund"))?;
    let call = RefundCall { id, payment: refund.payment_id, amount: refund.money() };
    Ok(Begun::Accepted(Accepted { call, outside: refund.provider == OUTSIDE }))
}

/// Put the money aside and write the refund down.
pub(crate) async fn accept<P: Right>(by: &Grant<P>, tx: &mut Tx, (id, payment): (RefundId, PaymentId), ask: &Ask) -> Result<Accepted> {
    let amount = match ask.amount {
        Some(amount) => amount,
        None => rest(tx, payment).await?,
    };
    let by = &by.under(Permission::RefundOrder, access::Facts { amount: Some(amount), ..access::Facts::default() })?;
    put_aside(by, tx, (id, payment, amount), ask).await
}

/// The same once the policies have heard the amount.
async fn put_aside<P: Right>(by: &Cleared<P>, tx: &mut Tx, (id, payment, amount): (RefundId, PaymentId, Money), ask: &Ask) -> Result<Accepted> {
    let Some(reserved) = payments::reserve(tx, payment, amount).await? else { return Err(why_not(tx, payment, amount).await?) };
    let reason = ask.reason.trim().to_owned();
    let outside = reserved.provider == OUTSIDE;
    let refund = Refund {
        id,
        payment_id: payment,
        provider: reserved.provider,
        order_id: reserved.order_id,
        order_number: reserved.order_number,
        customer_id: purser_core::ids::UserId(uuid::Uuid::nil()),
        first_name: String::new(),
        last_name: String::new(),
        email: String::new(),
        amount: amount.amount,
        currency: amount.currency,
        reason: reason.clone(),
        kind: ask.kind,
        state: RefundState::Pending,
        failure_message: None,
        created_by: by.user().map(purser_core::ids::UserId::uuid),
        created_by_name: by.actor().name.clone(),
        created_at: by.now(),
        settled_at: None,
    };
    store::insert(tx, std::slice::from_ref(&refund)).await?;
    let facts = Facts { refund_id: id, payment_id: payment, amount, kind: ask.kind, left: Money::new(reserved.left, amount.currency), outside };
    let line = Line::new("order.refund", "order", reserved.order_id.uuid(), format!("#{}", reserved.order_number)).after(&facts).reason(reason);
    audit::record(tx, by, line);
    Ok(Accepted { call: RefundCall { id, payment, amount }, outside })
}

/// A refund as the audit log keeps it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Facts {
    refund_id: RefundId,
    payment_id: PaymentId,
    amount: Money,
    kind: RefundKind,
    left: Money,
    /// Made outside, by hand.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    outside: bool,
}

/// Everything that is left of a payment.
async fn rest(tx: &mut Tx, id: PaymentId) -> Result<Money> {
    let payment = payments::hold(tx, id).await?.ok_or(Error::NotFound("payment"))?;
    let left = payment.money(payment.refundable());
    if left.amount > 0 && payment.state.is_refundable() { Ok(left) } else { Err(nothing_left(&payment)) }
}

/// Why a reservation was not possible.
async fn why_not(tx: &mut Tx, id: PaymentId, amount: Money) -> Result<Error> {
    let payment = payments::find(tx, id).await?.ok_or(Error::NotFound("payment"))?;
    if amount.currency != payment.currency {
        let message = format!("The payment is in {}; it can only be refunded in {0}.", payment.currency);
        return Ok(Error::unprocessable("amount.currency", "wrong_currency", message));
    }
    let left = payment.money(payment.refundable());
    if left.amount <= 0 || !payment.state.is_refundable() {
        return Ok(nothing_left(&payment));
    }
    let message = format!("At most {left} can still be refunded.");
    Ok(Error::unprocessable("amount.amount", "more_than_left", message))
}

fn nothing_left(payment: &Payment) -> Error {
    if payment.captured == 0 {
        return Error::conflict("nothing_captured", format!("A payment that is {} took no money that could be given back.", payment.state.words()));
    }
    if payment.state.is_refundable() || payment.refundable() == 0 {
        return Error::conflict("nothing_left", "Everything this payment took has been given back or is on its way.");
    }
    Error::conflict("not_refundable", format!("A payment that is {} can not be refunded.", payment.state.words()))
}

/// Take the refund up. Whoever else here is at it (after a start, the look for open ends) is done in a moment; what it then is, is answered
/// and remembered under the key, so that every repeat hears the same.
async fn take_up(app: &App, id: RefundId) -> Option<Held<RefundId>> {
    let free = async {
        loop {
            if let Some(held) = app.payments.refunds.hold(id) {
                return held;
            }
            tokio::time::sleep(A_MOMENT).await;
        }
    };
    tokio::time::timeout(PATIENCE, free).await.ok()
}

/// Hand an accepted refund to the settler and wait, with patience but not for ever.
pub(crate) async fn wait<P: Right>(app: &App, by: &Grant<P>, accepted: Accepted, once: Option<(Once<Refunded>, Turn)>) -> Result<Outcome<Refunded>> {
    let (done, answer) = oneshot::channel();
    let render = once.as_ref().map(|(once, _)| once.render.clone());
    if let Some(held) = take_up(app, accepted.call.id).await {
        let Accepted { call, outside } = accepted;
        let ticket = Ticket { tenant: by.tenant(), call, outside, actor: by.user(), once, done, held };
        app.payments.settler.send(ticket).await.map_err(|_| Error::internal("the settler is gone"))?;
        match tokio::time::timeout(PATIENCE, answer).await {
            Ok(Ok(outcome)) => return outcome,
            Ok(Err(_)) => return Err(Error::internal("the settler dropped a refund")),
            Err(_) => {}
        }
    }
    let now = app.db.read(by, async |tx| read(tx, accepted.call.id).await).await?;
    Ok(match render {
        Some(render) => Outcome::Reply(render(&now)),
        None => Outcome::Plain(now),
    })
}

async fn read(tx: &mut Tx, id: RefundId) -> Result<Refunded> {
    let refund = store::find(tx, id).await?.ok_or(Error::NotFound("refund"))?;
    let payment = payments::find(tx, refund.payment_id).await?.ok_or(Error::NotFound("payment"))?;
    let order = orders::find(tx, refund.order_id).await?.ok_or(Error::NotFound("order"))?;
    Ok(Refunded { refund, payment, order })
}
