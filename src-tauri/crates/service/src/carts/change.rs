//! Change what a cart says of itself, or throw it away.

use purser_core::access::{Grant, can};
use purser_core::carts::CartState;
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::{CartId, UserId};
use purser_core::orders::Address;
use purser_core::{Error, Patch, Result};
use purser_store::Tx;
use purser_store::carts::{self as store, Cart, Private};

use super::look::Shown;
use super::{check_customer, check_private, check_terms, codes, held, text, touched};
use crate::audit::{self, Line};
use crate::{App, coupons, events};

/// A change: only what is mentioned changes.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// The customer.
    pub customer: Patch<UserId>,
    /// Where it goes, two letters.
    pub country: Patch<String>,
    /// The way it is sent.
    pub method: Patch<String>,
    /// Codes of coupons.
    pub coupons: Patch<Vec<String>>,
    /// Where it goes.
    pub address: Patch<Address>,
    /// What staff wrote down.
    pub notes: Patch<String>,
}

/// Change a cart that still is at `version`.
pub async fn update(app: &App, by: &Grant<can::CreateOrder>, id: CartId, version: i64, change: Change) -> Result<Shown> {
    change.check()?;
    app.db
        .transact(by, async |tx| {
            let customer = change.customer.set().copied();
            if customer.is_some() {
                // Before the cart is held, as whoever makes one of their own does.
                tx.alone_in_tenant("carts").await?;
            }
            let before = held(tx, id, by.now()).await?;
            if before.version != version {
                return Err(Error::Stale);
            }
            if let Some(customer) = customer.filter(|customer| before.customer_id != Some(customer.uuid())) {
                check_customer(tx, (customer, before.kind), by.now()).await?;
            }
            apply(tx, by, before, change).await
        })
        .await
}

impl Change {
    pub(super) fn check(&self) -> Result<()> {
        let mut checks = Checks::new();
        check_terms(&mut checks, self.country.set().map(String::as_str), self.method.set().map(String::as_str));
        coupons::check_named(&mut checks, self.coupons.set().map(Vec::as_slice).unwrap_or_default());
        check_private(&mut checks, self.address.set(), self.notes.set().map(String::as_str));
        checks.done()
    }
}

/// Change a cart that is held.
pub(super) async fn apply<P>(tx: &mut Tx, by: &Grant<P>, before: Cart, change: Change) -> Result<Shown> {
    let mut after = before.clone();
    match change.customer {
        Patch::Keep => {}
        Patch::Clear => after.customer_id = None,
        Patch::Set(customer) => after.customer_id = Some(customer.uuid()),
    }
    change.country.apply_optional(&mut after.country);
    change.method.apply_optional(&mut after.shipping_code);
    match change.coupons {
        Patch::Keep => {}
        Patch::Clear => after.coupons = String::new(),
        Patch::Set(given) => after.coupons = codes(&given),
    }
    if !change.address.is_keep() || !change.notes.is_keep() {
        let Private { mut address, mut notes, unreadable } = store::private(tx, before.id).await?;
        if !unreadable.is_empty() {
            let message = "Part of this cart is sealed with a key this server does not have. It can be changed once the key is back.";
            return Err(Error::conflict("unreadable", message));
        }
        change.address.apply_optional(&mut address);
        change.notes.apply_optional(&mut notes);
        store::set_private(tx, before.id, &Private { address, notes: text(notes), unreadable }).await?;
    }
    touched(tx, by, (&before, after), "cart.update").await
}

/// Throw a cart away.
pub async fn discard(app: &App, by: &Grant<can::CreateOrder>, id: CartId) -> Result<()> {
    app.db
        .transact(by, async |tx| {
            let cart = held(tx, id, by.now()).await?;
            store::update(tx, &Cart { state: CartState::Discarded, updated_at: by.now(), ..cart.clone() }).await?;
            audit::record(tx, by, Line::new("cart.discard", "cart", id.uuid(), cart.label()));
            events::emit(tx, by, Topic::Cart, "discarded", id.uuid());
            Ok(())
        })
        .await
}
