//! A cart becomes an order in one transaction: prices looked at once more, coupons used, tax and sending worked out, goods set aside,
//! a number given. Paying follows as a run of steps that is begun by the same transaction.

use purser_core::access::{Grant, can};
use purser_core::carts::{CartKind, CartState, Declined};
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::{CartId, OrderId, SagaId, UserId};
use purser_core::orders::{Address, OrderSource, OrderState};
use purser_core::time::MINUTE;
use purser_core::trade::MOST_MINUTES;
use purser_core::{Error, Money, Result, Timestamp};
use purser_store::carts::{self as store, Cart, Private};
use purser_store::{Tx, unpaid};
use serde_json::json;

use super::{check_private, held, held_of, look, text};
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
    if ask.method.is_some() {
        // Taking money needs the right to, whoever enters the order.
        by.and::<can::CapturePayment>()?;
    }
    order(app, by, Which::Any(id), ask, once).await
}

/// Which cart is meant.
#[derive(Clone, Copy)]
pub(super) enum Which {
    /// This one, whoever it belongs to.
    Any(CartId),
    /// The open one of somebody who buys for themselves.
    Own(Buyer),
}

/// Somebody who orders what is in their own cart.
#[derive(Clone, Copy)]
pub(super) struct Buyer {
    /// Who.
    pub(super) customer: UserId,
    /// Whether they are a customer rather than staff, and pay as one.
    pub(super) outside: bool,
    /// Whether they can pay by themselves: whoever is sent an invoice has longer.
    pub(super) pays: bool,
}

/// How long goods are set aside for whoever has not paid, where a business has not said: anybody can make themselves an account and order.
const OWN_MINUTES: i64 = 60;
/// Orders somebody may have at a time without having paid any of them.
const MOST_UNPAID: i64 = 5;

impl Which {
    async fn held(self, tx: &mut Tx, now: Timestamp) -> Result<Cart> {
        match self {
            Self::Any(id) => held(tx, id, now).await,
            Self::Own(buyer) => held_of(tx, buyer.customer, now).await?.ok_or_else(nothing_in_it),
        }
    }

    /// Whether a customer pays for themselves.
    const fn by_customer(self) -> bool {
        matches!(self, Self::Own(buyer) if buyer.outside)
    }

    /// Refuse to set goods aside for somebody who has paid nothing of what is set aside for them already.
    async fn check_unpaid(self, tx: &mut Tx, now: Timestamp) -> Result<()> {
        let Self::Own(buyer) = self else { return Ok(()) };
        // Nothing is set aside for longer than that.
        let since = now.plus(-MOST_MINUTES.saturating_mul(MINUTE));
        if unpaid::of_customer(tx, buyer.customer, (since, MOST_UNPAID)).await? < MOST_UNPAID {
            return Ok(());
        }
        let message = format!("{MOST_UNPAID} of your orders wait to be paid. Pay or cancel one of them first.");
        Err(Error::conflict("too_many_unpaid", message))
    }

    /// For how long goods are set aside until they are paid, where the business says so many minutes; `None`: until somebody cancels.
    fn reserve(self, said: Option<i64>, kind: CartKind) -> Option<i64> {
        // What staff enter for somebody is kept for them.
        let said = said.filter(|_| kind == CartKind::Cart);
        match self {
            Self::Own(buyer) if buyer.pays => said.or(Some(OWN_MINUTES)),
            _ => said,
        }
    }
}

fn nothing_in_it() -> Error {
    Error::unprocessable("lines", "required", "There is nothing in this cart.")
}

/// Make an order of a cart, for somebody who was found to be allowed to.
pub(super) async fn order<P>(app: &App, by: &Grant<P>, which: Which, ask: Ask, once: Option<Once<Ordered>>) -> Result<Outcome<Ordered>> {
    let mut checks = Checks::new();
    check_private(&mut checks, ask.address.as_ref(), ask.notes.as_deref());
    checks.done()?;
    let _turn = once.as_ref().map(|once| app.once.enter(by.tenant(), &once.key)).transpose()?;
    if let Some(method) = &ask.method {
        // A repeat is no further attempt, and is answered where nothing could be begun now.
        if let Some(reply) = app.once.kept(app, by, once.as_ref()).await? {
            return Ok(Outcome::Reply(reply));
        }
        if which.by_customer() {
            payments::check_attempts(app, by).await?;
        }
        payments::check_method(app, by.tenant(), method, which.by_customer()).await?;
    }
    let mut tries = false;
    let outcome = app
        .db
        .transact(by, async |tx| {
            let order: OrderId = by.id();
            if let Some(reply) = app.once.answered(tx, once.as_ref(), (by.now(), order.uuid())).await? {
                return Ok(Outcome::Reply(reply));
            }
            let cart = which.held(tx, by.now()).await?;
            which.check_unpaid(tx, by.now()).await?;
            let mut ordered = order_of(by, tx, (which, cart, order), &ask).await?;
            tries = ordered.saga.is_some();
            if matches!(which, Which::Own(_)) {
                // What staff wrote down is for staff.
                ordered.order.particulars.notes = None;
            }
            idempotency::finish(tx, once.as_ref(), ordered).await
        })
        .await?;
    if tries && which.by_customer() {
        // Only what was begun tries a card; that one too many was begun at the same time takes nothing back.
        drop(payments::count_attempt(app, by).await);
    }
    Ok(outcome)
}

async fn order_of<P>(by: &Grant<P>, tx: &mut Tx, (which, cart, order): (Which, Cart, OrderId), ask: &Ask) -> Result<Ordered> {
    let id = cart.id;
    let private = store::private(tx, id).await?;
    if ask.expected.is_none() {
        let seen = look::at(tx, cart.clone(), by.now()).await?;
        if seen.changed() {
            let message = "Prices or stock have changed since somebody looked. Look again and take note of it, or say what it may come to.";
            return Err(Error::conflict("cart_changed", message));
        }
    }
    let draft = draft(tx, (which, &cart, private), ask).await?;
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
            payments::check_covers(tx, method, &detail.order).await?;
            let mut payload = json!({ "method": method, "ifDeclined": ask.declined });
            if which.by_customer() {
                payload["byCustomer"] = true.into();
            }
            Some(sagas::start(tx, by, sagas::CHECKOUT, (order.uuid(), payload)).await?)
        }
        _ => None,
    };
    Ok(Ordered { order: detail, saga })
}

/// The order a cart asks for.
async fn draft(tx: &mut Tx, (which, cart, private): (Which, &Cart, Private), ask: &Ask) -> Result<Draft> {
    let Some(customer) = cart.customer_id.map(UserId) else {
        return Err(Error::unprocessable("customerId", "required", "Say first whose cart it is."));
    };
    let Some(address) = ask.address.clone().or(private.address) else {
        return Err(Error::unprocessable("shippingAddress", "required", "Say where it goes."));
    };
    let lines = store::lines(tx, cart.id).await?;
    if lines.is_empty() {
        return Err(nothing_in_it());
    }
    let reserve = Counter::open(tx).await?.trade.reserve_minutes;
    Ok(Draft {
        customer,
        items: lines.iter().map(|line| Item { product: line.product_id, quantity: line.quantity }).collect(),
        address,
        notes: text(ask.notes.clone()).or(private.notes),
        coupons: cart.codes(),
        method: cart.shipping_code.clone(),
        reserve_minutes: which.reserve(reserve, cart.kind),
        source: if cart.kind == CartKind::Cart { OrderSource::Shop } else { OrderSource::Staff },
    })
}
