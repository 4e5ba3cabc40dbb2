//! A cart becomes an order in one transaction: prices looked at once more, coupons used, tax and sending worked out, goods set aside,
//! a number given. Paying follows as a run of steps that is begun by the same transaction.

use purser_core::access::{Grant, can};
use purser_core::carts::{CartKind, CartState, Declined};
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::{CartId, OrderId, SagaId, UserId};
use purser_core::orders::{Address, OrderSource, OrderState};
use purser_core::{Error, Money, Result};
use purser_store::Tx;
use purser_store::carts::{self as store, Cart, Private};
use serde_json::json;

use super::{check_private, held, look, text};
use crate::audit::{self, Line};
use crate::idempotency::{self, Once, Outcome};
use crate::orders::price::{Counter, Item};
use crate::orders::{self, Detail, Draft};
use crate::{App, events, payments, sagas};

/// How a cart becomes an order.
#[derive(Clone, Debug)]
pub struct Ask {
    /// Where it goes, if not where the cart says.
    pub address: Option<Address>,
    /// What staff wrote down, if not what the cart says.
    pub notes: Option<String>,
    /// The means of payment; `None`: it is paid later.
    pub method: Option<String>,
    /// What whoever asks expects it to come to.
    pub expected: Option<Money>,
    /// What becomes of it when the payment is declined.
    pub declined: Declined,
}

/// What a cart became.
#[derive(Clone, Debug)]
pub struct Ordered {
    /// The order.
    pub order: Detail,
    /// The run that pays it.
    pub saga: Option<SagaId>,
}

/// Make an order of a cart, once for each key.
pub async fn checkout(app: &App, by: &Grant<can::CreateOrder>, id: CartId, ask: Ask, once: Option<Once<Ordered>>) -> Result<Outcome<Ordered>> {
    let mut checks = Checks::new();
    check_private(&mut checks, ask.address.as_ref(), ask.notes.as_deref());
    checks.done()?;
    let _turn = once.as_ref().map(|once| app.once.enter(by.tenant(), &once.key)).transpose()?;
    if let Some(method) = &ask.method {
        // Taking money needs the right to, whoever enters the order.
        by.and::<can::CapturePayment>()?;
        if let Err(error) = payments::check_method(app, by.tenant(), method).await {
            // Nothing can be begun now; what was ordered before is told all the same.
            return app.once.kept(app, by, once.as_ref()).await?.map(Outcome::Reply).ok_or(error);
        }
    }
    app.db
        .transact(by, async |tx| {
            let order: OrderId = by.id();
            if let Some(reply) = app.once.answered(tx, once.as_ref(), (by.now(), order.uuid())).await? {
                return Ok(Outcome::Reply(reply));
            }
            let ordered = order_of(by, tx, (id, order), &ask).await?;
            idempotency::finish(tx, once.as_ref(), ordered).await
        })
        .await
}

async fn order_of(by: &Grant<can::CreateOrder>, tx: &mut Tx, (id, order): (CartId, OrderId), ask: &Ask) -> Result<Ordered> {
    let cart = held(tx, id, by.now()).await?;
    let private = store::private(tx, id).await?;
    if ask.expected.is_none() {
        let seen = look::at(tx, cart.clone(), by.now()).await?;
        if seen.changed() {
            let message = "Prices or stock have changed since somebody looked. Look again and take note of it, or say what it may come to.";
            return Err(Error::conflict("cart_changed", message));
        }
    }
    let draft = draft(tx, (&cart, private), ask).await?;
    orders::enter(by, tx, order, &draft).await?;
    let detail = orders::detail(tx, order).await?;
    if let Some(expected) = ask.expected {
        let total = detail.order.money(detail.order.total);
        if expected != total {
            return Err(Error::conflict("total_changed", format!("It comes to {total} now, not to {expected}. Nothing was ordered.")));
        }
    }
    store::update(tx, &Cart { state: CartState::Ordered, became_id: Some(order.uuid()), updated_at: by.now(), ..cart.clone() }).await?;
    let line = Line::new("cart.order", "cart", id.uuid(), cart.label());
    audit::record(tx, by, line.after(&json!({ "order": detail.order.label(), "total": detail.order.money(detail.order.total) })));
    events::emit(tx, by, Topic::Cart, "ordered", id.uuid());
    // Nothing to pay is paid already.
    let saga = match &ask.method {
        Some(method) if detail.order.state == OrderState::Pending => {
            let payload = json!({ "method": method, "ifDeclined": ask.declined });
            Some(sagas::start(tx, by, sagas::CHECKOUT, (order.uuid(), payload)).await?)
        }
        _ => None,
    };
    Ok(Ordered { order: detail, saga })
}

/// The order a cart asks for.
async fn draft(tx: &mut Tx, (cart, private): (&Cart, Private), ask: &Ask) -> Result<Draft> {
    let Some(customer) = cart.customer_id.map(UserId) else {
        return Err(Error::unprocessable("customerId", "required", "Say first whose cart it is."));
    };
    let Some(address) = ask.address.clone().or(private.address) else {
        return Err(Error::unprocessable("shippingAddress", "required", "Say where it goes."));
    };
    let lines = store::lines(tx, cart.id).await?;
    if lines.is_empty() {
        return Err(Error::unprocessable("lines", "required", "There is nothing in this cart."));
    }
    let reserve = Counter::open(tx).await?.trade.reserve_minutes;
    Ok(Draft {
        customer,
        items: lines.iter().map(|line| Item { product: line.product_id, quantity: line.quantity }).collect(),
        address,
        notes: text(ask.notes.clone()).or(private.notes),
        coupons: cart.codes(),
        method: cart.shipping_code.clone(),
        // What staff enter for somebody is kept for them.
        reserve_minutes: reserve.filter(|_| cart.kind == CartKind::Cart),
        source: if cart.kind == CartKind::Cart { OrderSource::Shop } else { OrderSource::Staff },
    })
}
