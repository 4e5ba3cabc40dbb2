//! Send a customer what was put together for them: what it is and what it would come to now. Nothing is promised by it.

use purser_core::access::{Grant, can};
use purser_core::carts::CartKind;
use purser_core::events::Topic;
use purser_core::ids::{CartId, UserId};
use purser_core::people::Status;
use purser_core::{Error, FieldError, Money, Result};
use purser_store::users;
use serde::Serialize;

use super::held;
use super::look::{self, Shown};
use crate::audit::{self, Line};
use crate::idempotency::{self, Once, Outcome};
use crate::mail::{self, Offer};
use crate::{App, events};

#[derive(Serialize)]
struct Facts {
    total: Money,
}

/// Mail a draft to its customer, once for each key.
pub async fn offer(app: &App, by: &Grant<can::CreateOrder>, id: CartId, once: Option<Once<Shown>>) -> Result<Outcome<Shown>> {
    let _turn = once.as_ref().map(|once| app.once.enter(by.tenant(), &once.key)).transpose()?;
    app.db
        .transact(by, async |tx| {
            if let Some(reply) = app.once.answered(tx, once.as_ref(), (by.now(), id.uuid())).await? {
                return Ok(Outcome::Reply(reply));
            }
            let cart = held(tx, id, by.now()).await?;
            if cart.kind != CartKind::Draft {
                return Err(Error::conflict("not_a_draft", "A cart is its customer's own. Only drafts are sent."));
            }
            let shown = look::at(tx, cart, by.now()).await?;
            let offer = offered(&shown)?;
            let known = match shown.cart.customer_id {
                Some(customer) => users::find(tx, UserId(customer)).await?,
                None => None,
            };
            let to = known.filter(|user| user.status != Status::Deleted);
            let to = to.ok_or_else(|| Error::unprocessable("customerId", "unknown_customer", "There is no such customer."))?;
            let total = offer.sums.last().map_or(Money::zero(shown.cart.currency), |(_, total)| *total);
            mail::write_offer(tx, by, &to, offer).await?;
            audit::record(tx, by, Line::new("cart.send", "cart", id.uuid(), shown.cart.label()).after(&Facts { total }));
            events::emit(tx, by, Topic::Cart, "sent", id.uuid());
            idempotency::finish(tx, once.as_ref(), shown).await
        })
        .await
}

/// What the mail says; an error where something but the address stands in the way of an order.
fn offered(shown: &Shown) -> Result<Offer> {
    let hindered: Vec<FieldError> = shown.problems.iter().filter(|problem| problem.field != "shippingAddress").cloned().collect();
    let Some(priced) = shown.priced.as_ref().filter(|_| hindered.is_empty()) else { return Err(Error::Unprocessable(hindered)) };
    let totals = priced.totals;
    let none = Money::zero(totals.total.currency);
    let sums = [("discount", none.minus(totals.discount)?), ("tax", totals.tax), ("shipping", totals.shipping), ("total", totals.total)];
    Ok(Offer {
        number: shown.cart.label(),
        lines: shown.lines.iter().map(|line| (line.line.quantity, line.name.clone(), line.total)).collect(),
        sums: sums.into_iter().filter(|(of, sum)| *of == "total" || sum.amount != 0).map(|(of, sum)| (of.to_owned(), sum)).collect(),
    })
}
