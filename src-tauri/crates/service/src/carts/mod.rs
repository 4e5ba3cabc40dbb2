//! Carts: what somebody means to order. Prices and stock are the catalog's at every look; a cart keeps what was seen of them, so that it
//! can say what has changed since. A draft is a cart that staff keep.
//!
//! Rules only. Statements live in `purser_store::carts`, HTTP words in `http::carts`; becoming an order is [`checkout`].

mod change;
mod checkout;
mod lines;
mod look;
mod offer;
pub mod own;
mod sweep;

pub use change::{Change, discard, update};
pub use checkout::{Ask, Ordered, checkout};
pub use lines::{accept, add, merge, remove, set};
pub use look::{Seen, Shown};
pub use offer::offer;
pub(crate) use sweep::{forget, sweep};

use purser_core::access::{Grant, can};
use purser_core::carts::{CartKind, CartState};
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::{CartId, LineId, UserId};
use purser_core::orders::Address;
use purser_core::people::Status;
use purser_core::time::DAY;
use purser_core::trade::is_country;
use purser_core::{Error, FieldError, Result, Timestamp};
use purser_store::carts::{self as store, Cart, Filter, Line, Private};
use purser_store::page::COUNT_LIMIT;
use purser_store::{Listing, Page, Tx, tenants, users};
use serde::Serialize;

use crate::audit::{self, Line as AuditLine};
use crate::idempotency::{self, Once, Outcome};
use crate::orders::price::{self, Counter, Item, MOST_LINES};
use crate::totals::Wanted;
use crate::{App, coupons, events, orders};

/// A cart about to be opened.
#[derive(Clone, Debug)]
pub struct Opening {
    /// Whose it is.
    pub kind: CartKind,
    /// The customer, if it is known.
    pub customer: Option<UserId>,
    /// Where it goes, two letters.
    pub country: Option<String>,
    /// The way it is sent.
    pub method: Option<String>,
    /// What is in it.
    pub items: Vec<Item>,
    /// Codes of coupons.
    pub coupons: Vec<String>,
    /// Where it goes.
    pub address: Option<Address>,
    /// What staff wrote down.
    pub notes: Option<String>,
}

impl Opening {
    fn check(&self) -> Result<()> {
        let mut checks = Checks::new();
        if !self.items.is_empty() {
            price::check_items(&mut checks, "lines", &self.items);
        }
        check_terms(&mut checks, self.country.as_deref(), self.method.as_deref());
        coupons::check_named(&mut checks, &self.coupons);
        check_private(&mut checks, self.address.as_ref(), self.notes.as_deref());
        checks.done()
    }
}

fn check_terms(checks: &mut Checks, country: Option<&str>, method: Option<&str>) {
    checks.that(country.is_none_or(is_country), "country", "not_a_country", "Two capital letters, such as NO.");
    checks.length("shippingMethod", method.unwrap_or_default(), 40);
}

fn check_private(checks: &mut Checks, address: Option<&Address>, notes: Option<&str>) {
    if let Some(address) = address {
        orders::check_address(checks, address);
    }
    checks.length("notes", notes.unwrap_or_default(), 5_000);
}

/// A page of carts and, without a cursor, how many there are.
pub async fn list(app: &App, by: &Grant<can::ReadOrder>, filter: &Filter, page: &Page) -> Result<(Listing<Cart>, Option<(i64, bool)>)> {
    let listing = app.db.read(by, async |tx| store::list(tx, filter, page).await.map_err(Error::from)).await?;
    let wanted = Wanted { tenant: by.tenant(), list: format!("carts {filter:?}"), topics: &[Topic::Cart, Topic::User], page };
    let count = async || app.db.read(by, async |tx| store::count(tx, filter, COUNT_LIMIT).await.map_err(Error::from)).await;
    Ok((listing, app.totals.of(&app.db, &wanted, count).await?))
}

/// One cart as it would be sold now, and what has changed since somebody looked.
pub async fn read(app: &App, by: &Grant<can::ReadOrder>, id: CartId) -> Result<Shown> {
    app.db
        .read(by, async |tx| {
            let cart = store::find(tx, id).await?.ok_or(Error::NotFound("cart"))?;
            look::at(tx, cart, by.now()).await
        })
        .await
}

/// Open a cart, once for each key.
pub async fn open(app: &App, by: &Grant<can::CreateOrder>, opening: Opening, once: Option<Once<Shown>>) -> Result<Outcome<Shown>> {
    opening.check()?;
    let _turn = once.as_ref().map(|once| app.once.enter(by.tenant(), &once.key)).transpose()?;
    app.db
        .transact(by, async |tx| {
            let id: CartId = by.id();
            if let Some(reply) = app.once.answered(tx, once.as_ref(), (by.now(), id.uuid())).await? {
                return Ok(Outcome::Reply(reply));
            }
            if let Some(customer) = opening.customer {
                check_customer(tx, (customer, opening.kind), by.now()).await?;
            }
            let cart = begin(tx, by, id, &opening).await?;
            let shown = look::at(tx, cart, by.now()).await?;
            idempotency::finish(tx, once.as_ref(), shown).await
        })
        .await
}

/// Write down a new cart, for somebody who may have one.
async fn begin<P>(tx: &mut Tx, by: &Grant<P>, id: CartId, opening: &Opening) -> Result<Cart> {
    let counter = Counter::open(tx).await?;
    let cart = Cart {
        id,
        number: tenants::take_numbers(tx, "cart", 1).await?,
        kind: opening.kind,
        state: CartState::Open,
        customer_id: opening.customer.map(UserId::uuid),
        first_name: None,
        last_name: None,
        email: None,
        currency: counter.currency(),
        country: opening.country.clone(),
        shipping_code: opening.method.clone(),
        coupons: codes(&opening.coupons),
        item_count: 0,
        value: 0,
        became_id: None,
        version: 1,
        created_at: by.now(),
        updated_at: by.now(),
        expires_at: expiry(&counter, opening.kind, by.now()),
    };
    let private = Private { address: opening.address.clone(), notes: text(opening.notes.clone()), unreadable: Vec::new() };
    store::insert(tx, &cart, &private, by.user().map(UserId::uuid)).await?;
    lines::put_in(tx, by, (&counter, &cart), &opening.items, "lines").await?;
    store::update(tx, &cart).await?;
    audit::record(tx, by, AuditLine::new("cart.open", "cart", id.uuid(), cart.label()).after(&Facts::of(&cart, opening.items.len())));
    events::emit(tx, by, Topic::Cart, "opened", id.uuid());
    store::find(tx, id).await?.ok_or(Error::NotFound("cart"))
}

/// When a cart nobody touches after `now` is forgotten.
fn expiry(counter: &Counter, kind: CartKind, now: Timestamp) -> Option<Timestamp> {
    (kind == CartKind::Cart).then(|| now.plus(counter.trade.cart_days.saturating_mul(DAY)))
}

fn text(given: Option<String>) -> Option<String> {
    given.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn codes(given: &[String]) -> String {
    given.iter().map(|one| purser_core::coupons::code(one)).collect::<Vec<_>>().join(",")
}

/// Refuse a customer who is not there, or who has an open cart already.
async fn check_customer(tx: &mut Tx, (customer, kind): (UserId, CartKind), now: Timestamp) -> Result<()> {
    // Two at once would both find none.
    tx.alone_in_tenant("carts").await?;
    let known = users::find(tx, customer).await?.is_some_and(|user| user.status != Status::Deleted);
    if !known {
        return Err(Error::unprocessable("customerId", "unknown_customer", "There is no such customer."));
    }
    if kind == CartKind::Cart && held_of(tx, customer, now).await?.is_some() {
        return Err(Error::conflict("has_cart", "This customer has an open cart already. Use that one, or merge this one into it."));
    }
    Ok(())
}

/// One cart that can be changed, held.
async fn held(tx: &mut Tx, id: CartId, now: Timestamp) -> Result<Cart> {
    let cart = store::hold(tx, id).await?.ok_or(Error::NotFound("cart"))?;
    state_at(&cart, now).check_open()?;
    Ok(cart)
}

/// The open cart of a customer, held. One whose time is over is closed on the way, as nobody has two.
async fn held_of(tx: &mut Tx, customer: UserId, now: Timestamp) -> Result<Option<Cart>> {
    let Some(found) = store::open_of(tx, customer).await? else { return Ok(None) };
    // Whoever was waited for may have ordered it, or given it to somebody else.
    let cart = store::hold(tx, found.id).await?.filter(|cart| cart.customer_id == Some(customer.uuid()) && cart.state == CartState::Open);
    let Some(cart) = cart else { return Ok(None) };
    if state_at(&cart, now) == CartState::Open {
        return Ok(Some(cart));
    }
    store::update(tx, &Cart { state: CartState::Expired, updated_at: now, ..cart }).await?;
    Ok(None)
}

/// Where a cart stands at `now`: one whose time is over counts as closed before anybody swept it up.
fn state_at(cart: &Cart, now: Timestamp) -> CartState {
    if cart.state == CartState::Open && cart.expires_at.is_some_and(|at| at <= now) { CartState::Expired } else { cart.state }
}

/// Write a cart that was touched, with the line of the log, and show it.
async fn touched<P>(tx: &mut Tx, by: &Grant<P>, (before, after): (&Cart, Cart), action: &'static str) -> Result<Shown> {
    let counter = Counter::open(tx).await?;
    let was = Facts::of(before, 0);
    let after = Cart { updated_at: by.now(), expires_at: expiry(&counter, after.kind, by.now()), ..after };
    store::update(tx, &after).await?;
    let cart = store::find(tx, after.id).await?.ok_or(Error::NotFound("cart"))?;
    let (was, is) = audit::changes(&was, &Facts::of(&cart, 0));
    audit::record(tx, by, AuditLine::new(action, "cart", cart.id.uuid(), cart.label()).before(&was).after(&is));
    events::emit(tx, by, Topic::Cart, "changed", cart.id.uuid());
    look::at(tx, cart, by.now()).await
}

/// A cart as the audit log keeps it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Facts {
    kind: CartKind,
    state: CartState,
    customer_id: Option<uuid::Uuid>,
    country: Option<String>,
    shipping_method: Option<String>,
    coupons: String,
    item_count: i64,
    value: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    lines: Option<usize>,
}

impl Facts {
    fn of(cart: &Cart, lines: usize) -> Self {
        Self {
            kind: cart.kind,
            state: cart.state,
            customer_id: cart.customer_id,
            country: cart.country.clone(),
            shipping_method: cart.shipping_code.clone(),
            coupons: cart.coupons.clone(),
            item_count: cart.item_count,
            value: cart.value,
            lines: (lines > 0).then_some(lines),
        }
    }
}

/// Refuse more lines than an order can have.
fn check_room(lines: &[Line], more: usize) -> Result<()> {
    if lines.len() + more > MOST_LINES {
        return Err(Error::Unprocessable(vec![FieldError::new("lines", "too_many", format!("At most {MOST_LINES} lines."))]));
    }
    Ok(())
}

fn line_of(lines: &[Line], id: LineId) -> Result<&Line> {
    lines.iter().find(|line| line.id == id).ok_or(Error::NotFound("line"))
}
