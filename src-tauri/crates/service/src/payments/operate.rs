//! What staff do with a payment: begin it, finish the customer's proof, take what was promised, let it go.
//!
//! Each is three steps: write down what will be asked of the provider, ask, book the answer. The last two run on even if whoever asked
//! has gone away.

use purser_core::access::{Grant, Right, Scoped, can};
use purser_core::events::Topic;
use purser_core::gateways::Health;
use purser_core::ids::{OrderId, PaymentId, TenantId};
use purser_core::orders::{MoneyState, OrderEvent, OrderState};
use purser_core::payments::{ACCOUNT, PaymentEvent, PaymentState, is_ours};
use purser_core::{Error, Money, Result};
use purser_store::gateways::{self, Connection};
use purser_store::orders::{self, Order, Step};
use purser_store::payments::{self as store, Payment};
use purser_store::{Tx, order_edits};

use super::settle::{self, Paid};
use super::switch::takes;
use super::{ours, own, port::Trouble, resolve};
use crate::idempotency::{self, Claim, Once, Outcome, Reply, Turn};
use crate::{App, events};

/// How an order is to be paid.
#[derive(Clone, Debug)]
pub struct Pay {
    /// The means of payment, as the provider names it.
    pub method: String,
    /// Whether to take the money at once rather than only have it promised.
    pub capture: bool,
    /// Whether it is a customer who pays for themselves, whoever asks for it on their behalf.
    pub by_customer: bool,
    /// Whether all that is due has to be paid by it; else stored credit pays as much as there is.
    pub whole: bool,
}

/// How far the first step came.
pub(crate) enum Begun {
    /// Written down; the provider is to be asked.
    Ask(PaymentId),
    /// The key was answered before.
    Answered(Reply),
}

/// Pay an order.
pub async fn pay(app: &App, by: &Scoped<can::CapturePayment>, order: OrderId, pay: Pay, once: Option<Once<Paid>>) -> Result<Outcome<Paid>> {
    if by.own().is_some() && !pay.capture {
        // Whoever has money promised has to be able to take it.
        return Err(Error::Forbidden(can::CapturePayment::PERMISSION.as_str()));
    }
    let (by, own) = (by.narrow(), by.own());
    let turn = enter(app, by, once.as_ref())?;
    if own.is_some() {
        // A repeat is no further attempt.
        if let Some(begun) = repeated(app, by, once.as_ref()).await? {
            return finish(app, by, begun, once, turn).await;
        }
        own::count(app, by).await?;
    }
    let way = match choose(app, by.tenant(), &pay.method, pay.by_customer || own.is_some()).await {
        Ok(way) => way,
        // Nothing can be begun now; what was begun before is told all the same.
        Err(error) => match repeated(app, by, once.as_ref()).await? {
            Some(begun) => return finish(app, by, begun, once, turn).await,
            None => return Err(error),
        },
    };
    if let Some(own) = own
        && let Some(begun) = own::let_go(app, by, (order, own), once.as_ref()).await?
    {
        return finish(app, by, begun, once, turn).await;
    }
    let begun = app
        .db
        .transact(by, async |tx| {
            let id: PaymentId = by.id();
            if let Some(begun) = claim(app, by, tx, (once.as_ref(), id)).await? {
                return Ok(begun);
            }
            let order = orders::hold(tx, order).await?.filter(|order| own.is_none_or(|own| order.customer_id == own));
            let order = order.ok_or(Error::NotFound("order"))?;
            begin(app, by, tx, (&order, id, pay), way).await?;
            Ok::<_, Error>(Begun::Ask(id))
        })
        .await?;
    finish(app, by, begun, once, turn).await
}

/// Refuse a means of payment nobody takes, or nobody takes of a customer, and any while the provider is away.
pub(crate) async fn check_method(app: &App, tenant: TenantId, method: &str, by_customer: bool) -> Result<()> {
    choose(app, tenant, method, by_customer).await.map(drop)
}

/// Where a new payment goes.
enum Way {
    /// To the sandbox.
    Sandbox,
    /// To a provider.
    Provider(Connection),
    /// Nowhere: our own books take it.
    Ours(&'static str),
}

/// Where a new payment goes.
async fn choose(app: &App, tenant: TenantId, method: &str, by_customer: bool) -> Result<Way> {
    match ours::named(method) {
        Some(ACCOUNT) if by_customer => {
            let message = "Whether somebody may pay later is for the business to say. Ask them.";
            return Err(Error::unprocessable("paymentMethod", "not_for_customers", message));
        }
        Some(provider) => return Ok(Way::Ours(provider)),
        None => {}
    }
    let way = app.payments.switch.leading(tenant).await?;
    if by_customer && !own::can_take(app, tenant, way.as_ref()).await? {
        return Err(own::nobody());
    }
    let known = match &way {
        Some(connection) => takes(connection.kind, method),
        None => app.payments.gateway.method_label(method).is_some(),
    };
    if !known {
        return Err(Error::unprocessable("paymentMethod", "unknown_method", "The payment provider does not know this means of payment."));
    }
    if let Some(connection) = &way
        && app.payments.switch.health(connection.id) == Health::Open
    {
        let message = format!("{} does not answer at the moment. Nothing was begun; try again in half a minute.", connection.kind.words());
        return Err(Error::Unavailable("provider_down", message.into()));
    }
    Ok(way.map_or(Way::Sandbox, Way::Provider))
}

async fn begin<P>(app: &App, by: &Grant<P>, tx: &mut Tx, (order, id, pay): (&Order, PaymentId, Pay), way: Way) -> Result<()> {
    let due = due(tx, order).await?;
    let (provider, amount) = match &way {
        Way::Sandbox => (app.payments.gateway.name(), due),
        Way::Provider(way) => (way.kind.as_str(), due),
        Way::Ours(provider) => (*provider, ours::covers(tx, provider, (order, due, pay.whole)).await?),
    };
    let payment = Payment {
        id,
        order_id: order.id,
        order_number: order.number,
        customer_id: order.customer_id,
        first_name: String::new(),
        last_name: String::new(),
        email: String::new(),
        provider: provider.to_owned(),
        method: pay.method,
        // What our own books take they take at once.
        capture_mode: if pay.capture || is_ours(provider) { "automatic" } else { "manual" }.to_owned(),
        state: PaymentState::Created,
        pending: Some("authorise".into()),
        pending_amount: None,
        currency: order.currency,
        amount,
        captured: 0,
        refunded: 0,
        refunded_tax: 0,
        refunded_shipping: 0,
        refunded_discount: 0,
        refund_pending: 0,
        kept: 0,
        failure_code: None,
        failure_message: None,
        next_action_url: None,
        version: 1,
        created_at: by.now(),
        captured_at: None,
        updated_at: by.now(),
    };
    store::insert(tx, std::slice::from_ref(&payment)).await?;
    if let Way::Provider(way) = &way {
        gateways::route(tx, id, way.id, by.now()).await?;
    }
    let step = Step { state: (order.state, order.state), money: (order.payment_state, MoneyState::Processing), paid: 0, at: by.now() };
    if !orders::advance(tx, order.id, &step).await? {
        return Err(Error::conflict("payment_under_way", "A payment of this order is already under way."));
    }
    events::emit(tx, by, Topic::Payment, "created", id.uuid());
    if matches!(way, Way::Ours(_)) { ours::take(app, by, tx, (order, &payment)).await } else { Ok(()) }
}

/// What has to be paid for an order now: all of it, what is missing of it, or what was added since it was paid.
async fn due(tx: &mut Tx, order: &Order) -> Result<i64> {
    let under_way = || Error::conflict("payment_under_way", "A payment of this order is already under way. Wait for it, or void it first.");
    let missing = match order.state {
        OrderState::Pending if order.paid > 0 => order.total - order.paid,
        OrderState::Pending | OrderState::Cancelled => 0,
        _ => order_edits::extra(tx, order.id).await?.sum().min(order.total - order.paid),
    };
    if missing <= 0 {
        order.state.apply(OrderEvent::Pay)?;
        return if matches!(order.payment_state, MoneyState::Unpaid | MoneyState::Failed) { Ok(order.total) } else { Err(under_way()) };
    }
    // A refund of the rest says nothing about the payment of this.
    if store::of_order(tx, order.id).await?.iter().any(|payment| payment.state.is_open()) {
        return Err(under_way());
    }
    Ok(missing)
}

/// Take what was promised, or less of it.
pub async fn capture(
    app: &App,
    by: &Grant<can::CapturePayment>,
    id: PaymentId,
    amount: Option<Money>,
    once: Option<Once<Paid>>,
) -> Result<Outcome<Paid>> {
    operate(app, by, id, once, |payment| {
        payment.state.apply(PaymentEvent::Capture)?;
        if payment.state != PaymentState::Authorised {
            return Err(Error::conflict("not_authorised", format!("A payment that is {} can not be captured.", payment.state.words())));
        }
        let amount = amount.unwrap_or_else(|| payment.money(payment.amount));
        if amount.currency != payment.currency {
            let message = format!("The payment is in {}.", payment.currency);
            return Err(Error::unprocessable("amount.currency", "wrong_currency", message));
        }
        if !(1..=payment.amount).contains(&amount.amount) {
            let message = format!("More than nothing and at most {}.", payment.money(payment.amount));
            return Err(Error::unprocessable("amount.amount", "out_of_range", message));
        }
        Ok(("capture", Some(amount.amount)))
    })
    .await
}

/// Let go of what was promised.
pub async fn void(app: &App, by: &Grant<can::CapturePayment>, id: PaymentId, once: Option<Once<Paid>>) -> Result<Outcome<Paid>> {
    operate(app, by, id, once, voidable).await
}

fn voidable(payment: &Payment) -> Result<(&'static str, Option<i64>)> {
    payment.state.apply(PaymentEvent::Void)?;
    Ok(("void", None))
}

/// Finish the customer's proof, the way the customer's bank would; `proved` is how it ended. In the sandbox customers say so of their own
/// payments; elsewhere they prove it where the provider asks them to, and only staff have it looked at.
pub async fn confirm(app: &App, by: &Scoped<can::CapturePayment>, id: PaymentId, proved: bool, once: Option<Once<Paid>>) -> Result<Outcome<Paid>> {
    if let Some(own) = by.own() {
        let found = app.db.read(by, async |tx| store::find(tx, id).await.map_err(Error::from)).await?;
        let payment = found.filter(|payment| payment.customer_id == own).ok_or(Error::NotFound("payment"))?;
        if payment.provider != app.payments.gateway.name() {
            return Err(Error::conflict("proved_elsewhere", "This is confirmed on the page of the payment provider."));
        }
        // Where money is taken by now, cards to play with pay for nothing any more.
        let leading = app.payments.switch.leading(by.tenant()).await?;
        if !own::can_take(app, by.tenant(), leading.as_ref()).await? {
            return Err(own::nobody());
        }
    }
    operate(app, by.narrow(), id, once, |payment| {
        if payment.state != PaymentState::RequiresAction {
            return Err(Error::conflict("nothing_to_confirm", "This payment does not wait for its customer."));
        }
        Ok((if proved { "confirm" } else { "confirm_fail" }, None))
    })
    .await
}

/// One operation on a payment that is there: `check` says what to ask of the provider.
async fn operate<P: 'static>(
    app: &App,
    by: &Grant<P>,
    id: PaymentId,
    once: Option<Once<Paid>>,
    check: impl FnOnce(&Payment) -> Result<(&'static str, Option<i64>)>,
) -> Result<Outcome<Paid>> {
    let turn = enter(app, by, once.as_ref())?;
    let begun = app
        .db
        .transact(by, async |tx| {
            if let Some(begun) = claim(app, by, tx, (once.as_ref(), id)).await? {
                return Ok(begun);
            }
            let payment = store::hold(tx, id).await?.ok_or(Error::NotFound("payment"))?;
            start(by, tx, payment, check).await?;
            Ok::<_, Error>(Begun::Ask(id))
        })
        .await?;
    finish(app, by, begun, once, turn).await
}

/// Write down what will be asked of the provider.
async fn start<P>(by: &Grant<P>, tx: &mut Tx, payment: Payment, check: impl FnOnce(&Payment) -> Result<(&'static str, Option<i64>)>) -> Result<()> {
    if payment.pending.is_some() {
        let message = "The provider has not answered the last request on this payment yet. Try again in a moment.";
        return Err(Error::conflict("payment_in_flight", message));
    }
    let (operation, amount) = check(&payment)?;
    let asked = Payment { pending: Some(operation.to_owned()), pending_amount: amount, updated_at: by.now(), ..payment };
    if store::update(tx, &asked).await? { Ok(()) } else { Err(Error::internal("a payment that was held has changed")) }
}

/// Write down that a payment is to be let go, as part of a larger change.
pub(crate) async fn start_void<P>(by: &Grant<P>, tx: &mut Tx, payment: Payment) -> Result<()> {
    start(by, tx, payment, voidable).await
}

fn enter<P>(app: &App, by: &Grant<P>, once: Option<&Once<Paid>>) -> Result<Option<Turn>> {
    once.map(|once| app.once.enter(by.tenant(), &once.key)).transpose()
}

/// Claim the key for the payment `id`: `None` for a new one, else how far the first request came.
async fn claim<P>(app: &App, by: &Grant<P>, tx: &mut Tx, (once, id): (Option<&Once<Paid>>, PaymentId)) -> Result<Option<Begun>> {
    let Some(once) = once else { return Ok(None) };
    Ok(begun(app.once.claim(tx, &once.key, by.now(), id.uuid()).await?))
}

/// How far an earlier request with this key came, if there was one.
async fn repeated<P>(app: &App, by: &Grant<P>, once: Option<&Once<Paid>>) -> Result<Option<Begun>> {
    if once.is_none() {
        return Ok(None);
    }
    app.db.transact(by, async |tx| seen(app, by, tx, once).await).await
}

/// The same as part of a larger look.
pub(super) async fn seen<P>(app: &App, by: &Grant<P>, tx: &mut Tx, once: Option<&Once<Paid>>) -> Result<Option<Begun>> {
    let Some(once) = once else { return Ok(None) };
    Ok(app.once.again(tx, &once.key, by.now()).await?.and_then(begun))
}

fn begun(claim: Claim) -> Option<Begun> {
    match claim {
        Claim::New(_) => None,
        Claim::Answered(reply) => Some(Begun::Answered(reply)),
        Claim::Left(id) => Some(Begun::Ask(PaymentId(id))),
    }
}

/// Ask the provider and book its answer, whether or not the caller waits.
pub(crate) async fn finish<P: 'static>(
    app: &App,
    by: &Grant<P>,
    begun: Begun,
    once: Option<Once<Paid>>,
    turn: Option<Turn>,
) -> Result<Outcome<Paid>> {
    let id = match begun {
        Begun::Answered(reply) => return Ok(Outcome::Reply(reply)),
        Begun::Ask(id) => id,
    };
    let (app, by) = (app.clone(), by.clone());
    let work = async move {
        // Kept to the end: while it lives, a repeat with the same key is told to wait.
        let _turn = turn;
        ask_and_book(&app, &by, id, once).await
    };
    tokio::spawn(work).await.map_err(|error| Error::Internal(Box::new(error)))?
}

async fn ask_and_book<P: 'static>(app: &App, by: &Grant<P>, id: PaymentId, once: Option<Once<Paid>>) -> Result<Outcome<Paid>> {
    let payment = app.db.read(by, async |tx| store::find(tx, id).await?.ok_or(Error::NotFound("payment"))).await?;
    let held = app.payments.payments.hold(id);
    let answer = match (&payment.pending, &held) {
        (Some(_), Some(_)) => Some(resolve::call(app, by.tenant(), &payment).await),
        // Booked already, or the resolver is at it.
        _ => None,
    };
    let outcome = app
        .db
        .transact(by, async |tx| {
            if let Some(answer) = &answer {
                settle::book(app, by, tx, id, answer).await?;
            }
            let paid = Paid::read(tx, id).await?;
            idempotency::finish(tx, once.as_ref(), paid).await
        })
        .await?;
    match answer {
        Some(Err(Trouble::Refused(_, message))) if payment.state == PaymentState::Authorised => Err(Error::conflict("provider_refused", message)),
        _ => Ok(outcome),
    }
}
