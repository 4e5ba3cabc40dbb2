//! Giving money back: accepted in one short transaction, made and booked by the settler, many at once.

use std::time::Duration;

use purser_core::access::{Grant, Right, can};
use purser_core::error::Checks;
use purser_core::ids::{PaymentId, RefundId};
use purser_core::payments::{RefundKind, RefundState, is_ours};
use purser_core::{Error, Money, Result};
use purser_store::payments;
use purser_store::refunds::{self as store, Refund};
use purser_store::{Tx, orders};
use tokio::sync::oneshot;

use super::aside::{Request, put_aside};
use super::compose::{Basis, What};
use super::desk::Held;
use super::port::RefundCall;
use super::settler::{Refunded, Ticket};
use crate::App;
use crate::idempotency::{self, Claim, Once, Outcome, Turn};
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
    pub(super) call: RefundCall,
    /// Whether nobody is asked: the money moves in our own books, or by hand.
    pub(super) ours: bool,
    /// Whether somebody else has to send it first.
    pub(super) waiting: bool,
}

impl Accepted {
    /// One that is written down already.
    pub(crate) fn again(refund: &Refund) -> Self {
        let call = RefundCall { id: refund.id, payment: refund.payment_id, amount: refund.money() };
        Self { call, ours: is_ours(&refund.provider) || refund.to_credit, waiting: refund.state == RefundState::Waiting }
    }

    /// How much it is.
    pub(crate) const fn amount(&self) -> i64 {
        self.call.amount.amount
    }

    /// Whether somebody else has to approve it before it is made.
    pub(crate) const fn waits(&self) -> bool {
        self.waiting
    }
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
            let accepted = accept(by, tx, (id, payment), &ask).await?;
            if let (true, Some(once)) = (accepted.waiting, &once) {
                // Nothing more happens by itself: this is the answer, now and for every repeat.
                let granted = read(tx, id).await?;
                return Ok(Begun::Answered(idempotency::answer(tx, once, &granted).await?));
            }
            Ok::<_, Error>(Begun::Accepted(accepted))
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
    Ok(Begun::Accepted(Accepted::again(&refund)))
}

/// Put the money aside and write the refund down.
pub(crate) async fn accept<P: Right>(by: &Grant<P>, tx: &mut Tx, (id, payment): (RefundId, PaymentId), ask: &Ask) -> Result<Accepted> {
    let Some(basis) = Basis::of_payment(tx, payment).await? else { return Err(why_not(tx, payment).await?) };
    let what = ask.amount.map_or(What::Rest, What::Amount);
    let plan = basis.plan(&what, &[payment])?;
    let request = Request { id: None, first: Some(id), reason: &ask.reason, kind: ask.kind, to_credit: false };
    let mut aside = put_aside(by, tx, &plan, &request).await?;
    aside.pop().ok_or_else(|| Error::internal("a refund of no payment"))
}

/// Why nothing of a payment that took nothing can be given back.
async fn why_not(tx: &mut Tx, id: PaymentId) -> Result<Error> {
    let payment = payments::find(tx, id).await?.ok_or(Error::NotFound("payment"))?;
    let message = format!("A payment that is {} took no money that could be given back.", payment.state.words());
    Ok(Error::conflict("nothing_captured", message))
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
pub(crate) async fn wait<P: 'static>(
    app: &App,
    by: &Grant<P>,
    accepted: Accepted,
    once: Option<(Once<Refunded>, Turn)>,
) -> Result<Outcome<Refunded>> {
    let (done, answer) = oneshot::channel();
    let render = once.as_ref().map(|(once, _)| once.render.clone());
    if !accepted.waiting
        && let Some(held) = take_up(app, accepted.call.id).await
    {
        let Accepted { call, ours, .. } = accepted;
        let ticket = Ticket { tenant: by.tenant(), call, ours, actor: by.user(), once, done, held };
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
