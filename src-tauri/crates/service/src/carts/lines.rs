//! What is in a cart: put in, changed, taken out, seen anew, and poured from one cart into another.

use std::collections::BTreeMap;

use purser_core::access::{Grant, can};
use purser_core::carts::CartState;
use purser_core::coupons::MOST_COUPONS;
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::{CartId, LineId, ProductId};
use purser_core::{Error, FieldError, Result};
use purser_store::Tx;
use purser_store::carts::{self as store, Cart, Line, Private};

use super::look::Shown;
use super::{check_room, held, line_of, touched};
use crate::audit::{self, Line as AuditLine};
use crate::idempotency::{self, Once, Outcome};
use crate::orders::price::{self, Counter, Item, MOST_PIECES};
use crate::{App, events};

/// Put `items` into a cart that is held: more of a product that is in it makes its line longer. `at`: where the caller wrote them.
pub(super) async fn put_in<P>(tx: &mut Tx, by: &Grant<P>, (counter, cart): (&Counter, &Cart), items: &[Item], at: &str) -> Result<()> {
    let here = store::lines(tx, cart.id).await?;
    let goods = price::goods(tx, items, false).await?;
    let mut wanted: BTreeMap<ProductId, Line> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (place, item) in items.iter().enumerate() {
        let known = wanted.get(&item.product).or_else(|| here.iter().find(|line| line.product_id == item.product));
        let quantity = known.map_or(0, |line| line.quantity) + item.quantity;
        let id = known.map_or_else(|| by.id(), |line| line.id);
        let field = |name: &str| if at.is_empty() { name.to_owned() } else { format!("{at}[{place}].{name}") };
        let product = goods.get(&item.product);
        if let Some((name, code, message)) = counter.complaint(product, quantity) {
            wrong.push(FieldError::new(field(name), code, message));
        } else if quantity > MOST_PIECES {
            wrong.push(FieldError::new(field("quantity"), "too_many", format!("At most {MOST_PIECES} pieces of one product.")));
        } else if let Some(product) = product {
            let seen_price = product.price_at(by.now()).amount;
            wanted.insert(item.product, Line { id, product_id: item.product, quantity, seen_price });
        }
    }
    if !wrong.is_empty() {
        return Err(Error::Unprocessable(wrong));
    }
    check_room(&here, wanted.keys().filter(|id| !here.iter().any(|line| line.product_id == **id)).count())?;
    store::put(tx, cart.id, &wanted.into_values().collect::<Vec<_>>()).await?;
    Ok(())
}

/// Put pieces of a product into a cart, once for each key.
pub async fn add(app: &App, by: &Grant<can::CreateOrder>, id: CartId, item: Item, once: Option<Once<Shown>>) -> Result<Outcome<Shown>> {
    check_pieces(1, item.quantity)?;
    idempotency::at_once(app, by, (id.uuid(), once), async |tx| {
        let cart = held(tx, id, by.now()).await?;
        add_to(tx, by, &cart, item).await
    })
    .await
}

/// Refuse fewer pieces than `least`, and more than a line can have.
pub(super) fn check_pieces(least: i64, quantity: i64) -> Result<()> {
    let mut checks = Checks::new();
    checks.that((least..=MOST_PIECES).contains(&quantity), "quantity", "out_of_range", format!("From {least} to {MOST_PIECES} pieces."));
    checks.done()
}

/// The same with a cart that is held.
pub(super) async fn add_to<P>(tx: &mut Tx, by: &Grant<P>, cart: &Cart, item: Item) -> Result<Shown> {
    let counter = Counter::open(tx).await?;
    put_in(tx, by, (&counter, cart), &[item], "").await?;
    touched(tx, by, (cart, cart.clone()), "cart.add").await
}

/// Have so many pieces of a line; none takes it out.
pub async fn set(app: &App, by: &Grant<can::CreateOrder>, id: CartId, line: LineId, quantity: i64) -> Result<Shown> {
    check_pieces(0, quantity)?;
    app.db
        .transact(by, async |tx| {
            let cart = held(tx, id, by.now()).await?;
            set_in(tx, by, &cart, (line, quantity)).await
        })
        .await
}

/// The same with a cart that is held.
pub(super) async fn set_in<P>(tx: &mut Tx, by: &Grant<P>, cart: &Cart, (line, quantity): (LineId, i64)) -> Result<Shown> {
    if quantity == 0 {
        return take_from(tx, by, cart, line).await;
    }
    let lines = store::lines(tx, cart.id).await?;
    let line = line_of(&lines, line)?;
    let item = Item { product: line.product_id, quantity };
    let goods = price::goods(tx, &[item], false).await?;
    let counter = Counter::open(tx).await?;
    if let Some((field, code, message)) = counter.complaint(goods.get(&line.product_id), quantity) {
        return Err(Error::unprocessable(field, code, message));
    }
    let seen_price = goods.get(&line.product_id).map_or(line.seen_price, |product| product.price_at(by.now()).amount);
    store::put(tx, cart.id, &[Line { quantity, seen_price, ..line.clone() }]).await?;
    touched(tx, by, (cart, cart.clone()), "cart.set").await
}

/// Take a line out.
pub async fn remove(app: &App, by: &Grant<can::CreateOrder>, id: CartId, line: LineId) -> Result<Shown> {
    app.db
        .transact(by, async |tx| {
            let cart = held(tx, id, by.now()).await?;
            take_from(tx, by, &cart, line).await
        })
        .await
}

/// The same with a cart that is held: a line of another one is not there.
pub(super) async fn take_from<P>(tx: &mut Tx, by: &Grant<P>, cart: &Cart, line: LineId) -> Result<Shown> {
    if store::take_out(tx, cart.id, &[line]).await? == 0 {
        return Err(Error::NotFound("line"));
    }
    touched(tx, by, (cart, cart.clone()), "cart.remove").await
}

/// Take note of what has changed: prices are seen, what can not be sold any more goes out, of what runs short as much stays as is left.
pub async fn accept(app: &App, by: &Grant<can::CreateOrder>, id: CartId) -> Result<Shown> {
    app.db
        .transact(by, async |tx| {
            let cart = held(tx, id, by.now()).await?;
            note(tx, by, &cart).await
        })
        .await
}

/// The same with a cart that is held.
pub(super) async fn note<P>(tx: &mut Tx, by: &Grant<P>, cart: &Cart) -> Result<Shown> {
    let lines = store::lines(tx, cart.id).await?;
    let items: Vec<Item> = lines.iter().map(|line| Item { product: line.product_id, quantity: line.quantity }).collect();
    let goods = price::goods(tx, &items, false).await?;
    let counter = Counter::open(tx).await?;
    let (mut kept, mut gone) = (Vec::new(), Vec::new());
    for line in lines {
        let product = goods.get(&line.product_id).filter(|product| counter.complaint(Some(product), 0).is_none() && product.stock > 0);
        match product {
            Some(product) => {
                let (quantity, seen_price) = (line.quantity.min(product.stock), product.price_at(by.now()).amount);
                kept.push(Line { quantity, seen_price, ..line });
            }
            None => gone.push(line.id),
        }
    }
    store::put(tx, cart.id, &kept).await?;
    store::take_out(tx, cart.id, &gone).await?;
    touched(tx, by, (cart, cart.clone()), "cart.accept").await
}

/// Pour the cart `from` into `id`, once for each key.
pub async fn merge(app: &App, by: &Grant<can::CreateOrder>, id: CartId, from: CartId, once: Option<Once<Shown>>) -> Result<Outcome<Shown>> {
    if id == from {
        return Err(Error::unprocessable("from", "same_cart", "A cart can not be merged into itself."));
    }
    let _turn = once.as_ref().map(|once| app.once.enter(by.tenant(), &once.key)).transpose()?;
    app.db
        .transact(by, async |tx| {
            if let Some(reply) = app.once.answered(tx, once.as_ref(), (by.now(), id.uuid())).await? {
                return Ok(Outcome::Reply(reply));
            }
            let shown = pour(by, tx, id, from).await?;
            idempotency::finish(tx, once.as_ref(), shown).await
        })
        .await
}

/// The lines of `from`, its coupons, and what `id` does not know yet.
async fn pour(by: &Grant<can::CreateOrder>, tx: &mut Tx, id: CartId, from: CartId) -> Result<Shown> {
    // Always in the same order, so that two merges the other way round do not wait for each other.
    let (first, second) = (held(tx, id.min(from), by.now()).await?, held(tx, id.max(from), by.now()).await?);
    let (into, other) = if first.id == id { (first, second) } else { (second, first) };
    if into.customer_id.zip(other.customer_id).is_some_and(|(one, another)| one != another) {
        return Err(Error::conflict("other_customer", "The two carts are of different customers."));
    }
    let closed = Cart { state: CartState::Merged, became_id: Some(id.uuid()), updated_at: by.now(), ..other.clone() };
    store::update(tx, &closed).await?;
    let here = store::lines(tx, id).await?;
    let mut poured = Vec::new();
    for line in store::lines(tx, from).await? {
        match here.iter().find(|known| known.product_id == line.product_id) {
            // What is there of it shows when somebody looks.
            Some(known) => poured.push(Line { quantity: (known.quantity + line.quantity).min(MOST_PIECES), ..known.clone() }),
            None => poured.push(Line { id: by.id(), ..line }),
        }
    }
    check_room(&here, poured.iter().filter(|line| !here.iter().any(|known| known.id == line.id)).count())?;
    store::put(tx, id, &poured).await?;
    let mut codes = into.codes();
    codes.extend(other.codes().into_iter().filter(|code| !into.codes().contains(code)));
    codes.truncate(MOST_COUPONS);
    fill_in(tx, (id, from)).await?;
    let after = Cart {
        customer_id: into.customer_id.or(other.customer_id),
        country: into.country.clone().or_else(|| other.country.clone()),
        shipping_code: into.shipping_code.clone().or_else(|| other.shipping_code.clone()),
        coupons: codes.join(","),
        ..into.clone()
    };
    audit::record(tx, by, AuditLine::new("cart.merged", "cart", from.uuid(), other.label()));
    events::emit(tx, by, Topic::Cart, "merged", from.uuid());
    touched(tx, by, (&into, after), "cart.merge").await
}

/// Address and notes of the other where this one has none.
async fn fill_in(tx: &mut Tx, (id, from): (CartId, CartId)) -> Result<()> {
    let (mine, other) = (store::private(tx, id).await?, store::private(tx, from).await?);
    // What nobody can read here is not written over.
    if !mine.unreadable.is_empty() || (mine.address.is_some() && mine.notes.is_some()) {
        return Ok(());
    }
    let both = Private { address: mine.address.or(other.address), notes: mine.notes.or(other.notes), unreadable: Vec::new() };
    Ok(store::set_private(tx, id, &both).await?)
}
