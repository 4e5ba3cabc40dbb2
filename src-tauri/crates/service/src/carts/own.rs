//! The cart of whoever is signed in: the same carts by the same rules, without a right to anybody else's. Whose it is comes out of the
//! session, so there is nothing to name and nothing to guess.

use purser_core::access::{Permission, Power, Scoped, can};
use purser_core::carts::{CartKind, CartState};
use purser_core::ids::{LineId, UserId};
use purser_core::orders::Address;
use purser_core::{Error, Patch, Result};
use purser_store::Tx;
use purser_store::carts::{self as store, Cart};
use purser_store::private::Column;

use super::checkout::{self, Ask, Buyer, Ordered, Which};
use super::look::{self, Shown};
use super::{Change, Opening, begin, change, held_of, lines, state_at, touched};
use crate::App;
use crate::idempotency::{self, Once, Outcome};
use crate::limits::{self, Limit};
use crate::orders::price::Item;

/// Codes are words people make up. Whoever types one has tries enough, whoever guesses has not.
const CODES: Limit = Limit { calls: 30, span_s: 60 };

/// A change of one's own cart: only what is mentioned changes.
#[derive(Clone, Debug, Default)]
pub struct OwnChange {
    /// Where it goes, two letters.
    pub country: Patch<String>,
    /// The way it is sent.
    pub method: Patch<String>,
    /// Codes of coupons.
    pub coupons: Patch<Vec<String>>,
    /// Where it goes.
    pub address: Patch<Address>,
}

type Mine = Scoped<can::CreateOrder>;

/// Whose cart it is, also for somebody who may touch any.
fn owner(by: &Mine) -> Result<UserId> {
    by.narrow().user().ok_or(Error::NotFound("cart"))
}

/// As its owner sees it: what staff wrote down is for staff.
fn shown(mut shown: Shown) -> Shown {
    shown.private.notes = None;
    shown.private.unreadable.retain(|column| *column != Column::CartNotes);
    shown
}

/// The open cart of whoever asks, held; it is made if there is none.
async fn mine(tx: &mut Tx, by: &Mine) -> Result<Cart> {
    let (customer, by) = (owner(by)?, by.narrow());
    let open = store::open_of(tx, customer).await?;
    if open.is_some_and(|cart| state_at(&cart, by.now()) == CartState::Open) {
        // Not made anew with it held: whoever gives a cart to a customer waits for carts the other way round.
        let gone = || Error::conflict("cart_gone", "This cart was ordered or given away a moment ago. Look again.");
        return held_of(tx, customer, by.now()).await?.ok_or_else(gone);
    }
    // Two at once would both find none. Waited for before any cart is held.
    tx.alone_in_tenant("carts").await?;
    if let Some(cart) = held_of(tx, customer, by.now()).await? {
        return Ok(cart);
    }
    let empty = Opening {
        kind: CartKind::Cart,
        customer: Some(customer),
        country: None,
        method: None,
        items: Vec::new(),
        coupons: Vec::new(),
        address: None,
        notes: None,
    };
    begin(tx, by, by.id(), &empty).await
}

/// One's own cart as it would be sold now; it is made at the first look.
pub async fn read(app: &App, by: &Mine) -> Result<Shown> {
    let customer = owner(by)?;
    let narrow = by.narrow();
    let found = app.db.read(narrow, async |tx| {
        let cart = store::open_of(tx, customer).await?.filter(|cart| state_at(cart, narrow.now()) == CartState::Open);
        match cart {
            Some(cart) => look::at(tx, cart, narrow.now()).await.map(Some),
            None => Ok(None),
        }
    });
    if let Some(found) = found.await? {
        return Ok(shown(found));
    }
    app.db
        .transact(narrow, async |tx| {
            let cart = mine(tx, by).await?;
            look::at(tx, cart, narrow.now()).await
        })
        .await
        .map(shown)
}

/// Change where one's own cart goes and how, and its coupons; it still is at `version`.
pub async fn update(app: &App, by: &Mine, version: i64, change: OwnChange) -> Result<Shown> {
    let OwnChange { country, method, coupons, address } = change;
    let change = Change { country, method, coupons, address, ..Change::default() };
    change.check()?;
    if change.coupons.set().is_some_and(|codes| !codes.is_empty()) {
        limits::of_person(app, by.narrow(), "coupons", CODES).await?;
    }
    app.db
        .transact(by.narrow(), async |tx| {
            let cart = mine(tx, by).await?;
            if cart.version != version {
                return Err(Error::Stale);
            }
            change::apply(tx, by.narrow(), cart, change).await
        })
        .await
        .map(shown)
}

/// Take everything out. The cart stays, and what it says of where it goes.
pub async fn empty(app: &App, by: &Mine) -> Result<()> {
    let customer = owner(by)?;
    app.db
        .transact(by.narrow(), async |tx| {
            let Some(cart) = held_of(tx, customer, by.now()).await? else { return Ok(()) };
            let lines: Vec<LineId> = store::lines(tx, cart.id).await?.into_iter().map(|line| line.id).collect();
            if store::take_out(tx, cart.id, &lines).await? > 0 {
                touched(tx, by.narrow(), (&cart, cart.clone()), "cart.empty").await?;
            }
            Ok(())
        })
        .await
}

/// Put pieces of a product in, once for each key; more of one that is in it makes its line longer.
pub async fn add(app: &App, by: &Mine, item: Item, once: Option<Once<Shown>>) -> Result<Outcome<Shown>> {
    lines::check_pieces(1, item.quantity)?;
    idempotency::at_once(app, by.narrow(), (owner(by)?.uuid(), once), async |tx| {
        let cart = mine(tx, by).await?;
        lines::add_to(tx, by.narrow(), &cart, item).await.map(shown)
    })
    .await
}

/// Have so many pieces of a line; none takes it out. A line of another cart is not there.
pub async fn set(app: &App, by: &Mine, line: LineId, quantity: i64) -> Result<Shown> {
    lines::check_pieces(0, quantity)?;
    let customer = owner(by)?;
    app.db
        .transact(by.narrow(), async |tx| {
            let cart = held_of(tx, customer, by.now()).await?.ok_or(Error::NotFound("line"))?;
            lines::set_in(tx, by.narrow(), &cart, (line, quantity)).await
        })
        .await
        .map(shown)
}

/// Take a line out.
pub async fn remove(app: &App, by: &Mine, line: LineId) -> Result<Shown> {
    set(app, by, line, 0).await
}

/// Take note of changed prices and stock.
pub async fn accept(app: &App, by: &Mine) -> Result<Shown> {
    app.db
        .transact(by.narrow(), async |tx| {
            let cart = mine(tx, by).await?;
            lines::note(tx, by.narrow(), &cart).await
        })
        .await
        .map(shown)
}

/// Make an order of one's own cart, once for each key, and pay it if a means is named.
pub async fn checkout(app: &App, by: &Mine, ask: Ask, once: Option<Once<Ordered>>) -> Result<Outcome<Ordered>> {
    let mut outside = by.own().is_some();
    if ask.method.is_some() {
        // Somebody who may order is not yet somebody who may pay.
        outside |= by.narrow().scoped::<can::CapturePayment>()?.own().is_some();
    }
    let pays = by.narrow().actor().held.has(Power::own(Permission::CapturePayment));
    checkout::order(app, by.narrow(), Which::Own(Buyer { customer: owner(by)?, outside, pays }), ask, once).await
}
