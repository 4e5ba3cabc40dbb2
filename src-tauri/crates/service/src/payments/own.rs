//! What is different where customers pay for themselves: test cards are none of theirs once a business takes real ones, they try so often and no
//! oftener, and they may begin anew where they left the provider's page.

use purser_core::access::Grant;
use purser_core::ids::{OrderId, PaymentId, TenantId, UserId};
use purser_core::payments::PaymentState;
use purser_core::{Error, Result};
use purser_store::gateways::Connection;
use purser_store::{Tx, orders, payments as store};

use super::operate::{self, Begun};
use super::settle::Paid;
use crate::App;
use crate::idempotency::Once;
use crate::limits::{self, Limit};

/// Enough for whoever mistypes and for whoever owns many cards; too few for whoever tries which of many stolen ones work.
const ATTEMPTS: Limit = Limit { calls: 10, span_s: 600 };

/// Count one more attempt of this person, or refuse: it is one too many.
pub(crate) async fn count<P>(app: &App, by: &Grant<P>) -> Result<()> {
    limits::of_person(app, by, "pay", ATTEMPTS).await
}

/// Refuse one attempt too many, without counting: what is refused for another reason tries no card.
pub(crate) async fn check_attempts<P>(app: &App, by: &Grant<P>) -> Result<()> {
    limits::refuse_person(app, by, "pay", ATTEMPTS).await
}

/// Whether customers can pay this `way` (`None`: by the sandbox). Whoever has set up a provider sells for money: from then on cards to play with
/// pay for nothing, however long nobody leads. Where nobody was ever set up everything is play.
pub(super) async fn can_take(app: &App, tenant: TenantId, way: Option<&Connection>) -> Result<bool> {
    Ok(way.is_some_and(|way| way.live) || app.payments.switch.connections(tenant).await?.is_empty())
}

/// Nobody takes a customer's money at the moment.
pub(super) fn nobody() -> Error {
    Error::conflict("no_provider", "This business takes no payments here at the moment. Nothing was begun; ask them how to pay.")
}

/// Let go of what waits for the customer of their own order: they left the provider's page and pay another way. What the provider says of it is
/// booked before anything new is begun, and where it says nothing, nothing is. Answers how far a request with this key came, if there was one.
pub(super) async fn let_go<P: 'static>(
    app: &App,
    by: &Grant<P>,
    (order, own): (OrderId, UserId),
    once: Option<&Once<Paid>>,
) -> Result<Option<Begun>> {
    let found = app.db.transact(by, async |tx| waiting(app, by, tx, (order, own), once).await).await?;
    let left = match found {
        Found::Begun(begun) => return Ok(Some(begun)),
        Found::Left(left) => left,
    };
    for payment in left {
        operate::finish(app, by, Begun::Ask(payment), None, None).await?;
    }
    Ok(None)
}

enum Found {
    Begun(Begun),
    Left(Vec<PaymentId>),
}

async fn waiting<P>(app: &App, by: &Grant<P>, tx: &mut Tx, (order, own): (OrderId, UserId), once: Option<&Once<Paid>>) -> Result<Found> {
    orders::hold(tx, order).await?.filter(|order| order.customer_id == own).ok_or(Error::NotFound("order"))?;
    // Looked at with the order held: a payment this very request began elsewhere is not let go by its repeat.
    if let Some(begun) = operate::seen(app, by, tx, once).await? {
        return Ok(Found::Begun(begun));
    }
    let waits = |payment: &store::Payment| payment.state == PaymentState::RequiresAction && payment.pending.is_none();
    let mut left = Vec::new();
    for payment in store::of_order(tx, order).await?.into_iter().filter(waits) {
        if let Some(payment) = store::hold(tx, payment.id).await?.filter(waits) {
            left.push(payment.id);
            operate::start_void(by, tx, payment).await?;
        }
    }
    Ok(Found::Left(left))
}
