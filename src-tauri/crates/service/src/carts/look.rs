//! A cart as it would be sold now: live prices and stock, what has changed since somebody looked, and what stands in the way of an order.

use purser_core::carts::CartState;
use purser_core::pricing::Priced;
use purser_core::{Error, FieldError, Money, Result, Timestamp};
use purser_store::Tx;
use purser_store::carts::{self as store, Cart, Line, Private};
use purser_store::products::Product;
use uuid::Uuid;

use super::state_at;
use crate::coupons;
use crate::orders::price::{self, Counter, Goods, Item, Way};

/// A line as it would be sold now.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The line.
    pub line: Line,
    /// Name of the product.
    pub name: String,
    /// Its SKU.
    pub sku: String,
    /// The file of its first picture.
    pub picture: Option<Uuid>,
    /// Its price now.
    pub price: Money,
    /// All its pieces at that price.
    pub total: Money,
    /// Pieces that could be sold.
    pub available: i64,
    /// What has changed since somebody looked: codes and sentences.
    pub changes: Vec<(&'static str, String)>,
    /// Whether it can be sold as it stands.
    pub sellable: bool,
}

/// A cart as its own page shows it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The cart.
    pub cart: Cart,
    /// Where it goes, and notes.
    pub private: Private,
    /// What is in it.
    pub lines: Vec<Seen>,
    /// What it comes to, as far as it can be sold.
    pub priced: Option<Priced>,
    /// What stands in the way of an order.
    pub problems: Vec<FieldError>,
    /// When it was looked at.
    pub at: Timestamp,
}

impl Shown {
    /// What is in it at the prices of now, before anything is added or taken off.
    pub fn goods(&self) -> Result<Money> {
        self.lines.iter().try_fold(Money::zero(self.cart.currency), |sum, line| sum.plus(line.total))
    }

    /// Whether anything has changed since somebody looked.
    pub fn changed(&self) -> bool {
        self.lines.iter().any(|line| !line.changes.is_empty())
    }
}

/// Look at `cart`.
pub(super) async fn at(tx: &mut Tx, cart: Cart, now: Timestamp) -> Result<Shown> {
    let cart = Cart { state: state_at(&cart, now), ..cart };
    let private = store::private(tx, cart.id).await?;
    let lines = store::lines(tx, cart.id).await?;
    let counter = Counter::open(tx).await?;
    let items: Vec<Item> = lines.iter().map(|line| Item { product: line.product_id, quantity: line.quantity }).collect();
    let goods = price::goods(tx, &items, false).await?;
    let mut seen = Vec::with_capacity(lines.len());
    for line in lines {
        let product = goods.get(&line.product_id).ok_or_else(|| Error::internal("a cart holds what is no product"))?;
        seen.push(look(&counter, line, product, now)?);
    }
    let mut shown = Shown { problems: missing(&cart, &private, &seen), cart, private, lines: seen, priced: None, at: now };
    if shown.cart.state == CartState::Open && !shown.lines.is_empty() {
        shown.priced = sum(tx, &counter, (&mut shown, &goods), now).await?;
    }
    Ok(shown)
}

fn look(counter: &Counter, line: Line, product: &Product, now: Timestamp) -> Result<Seen> {
    let price = product.price_at(now);
    let seen = Money::new(line.seen_price, price.currency);
    let complaint = counter.complaint(Some(product), line.quantity);
    let sellable = complaint.is_none();
    let mut changes: Vec<(&'static str, String)> = complaint.map(|(_, code, message)| (code, message)).into_iter().collect();
    match price.amount.cmp(&line.seen_price) {
        std::cmp::Ordering::Greater => changes.push(("price_up", format!("It cost {seen} and costs {price} now."))),
        std::cmp::Ordering::Less => changes.push(("price_down", format!("It cost {seen} and costs {price} now."))),
        std::cmp::Ordering::Equal => {}
    }
    Ok(Seen {
        name: product.name.clone(),
        sku: product.sku.clone(),
        picture: product.shelf.picture_id,
        total: price.times(line.quantity)?,
        available: if product.active && product.is_sold() { product.stock } else { 0 },
        price,
        changes,
        sellable,
        line,
    })
}

/// What is missing, and what can not be sold.
fn missing(cart: &Cart, private: &Private, lines: &[Seen]) -> Vec<FieldError> {
    let mut found = Vec::new();
    let mut complain = |field: String, code: &'static str, message: &str| found.push(FieldError::new(field, code, message));
    if lines.is_empty() {
        complain("lines".into(), "required", "There is nothing in it.");
    }
    if cart.customer_id.is_none() {
        complain("customerId".into(), "required", "Nobody knows yet whose it is.");
    }
    if private.address.is_none() {
        complain("shippingAddress".into(), "required", "Nobody knows yet where it goes.");
    }
    for (place, line) in lines.iter().enumerate().filter(|(_, line)| !line.sellable) {
        if let Some((code, message)) = line.changes.first() {
            complain(format!("lines[{place}]"), code, message);
        }
    }
    found
}

/// What can be sold of it comes to this. Coupons that do not count and a way that leads nowhere are problems, not errors.
async fn sum(tx: &mut Tx, counter: &Counter, (shown, goods): (&mut Shown, &Goods), now: Timestamp) -> Result<Option<Priced>> {
    let lines = shown.lines.iter().filter(|line| line.sellable);
    let items: Vec<Item> = lines.map(|line| Item { product: line.line.product_id, quantity: line.line.quantity }).collect();
    let country = shown.private.address.as_ref().map(|address| address.country.clone()).or_else(|| shown.cart.country.clone()).unwrap_or_default();
    let method = shown.cart.shipping_code.clone();
    let named = match coupons::named(tx, &shown.cart.codes(), None).await {
        Err(Error::Unprocessable(found)) => {
            shown.problems.extend(found);
            Vec::new()
        }
        named => named?,
    };
    // First as it stands, then without coupons, then by the usual way.
    let terms = price::terms(&named);
    let tries = [(terms.as_slice(), method.as_deref()), (&[], method.as_deref()), (&[], None)];
    for (coupons, method) in tries {
        match counter.price((&items, goods), Way { country: &country, method }, coupons, now) {
            Err(Error::Unprocessable(found)) => {
                let new: Vec<FieldError> = found.into_iter().filter(|error| !shown.problems.contains(error)).collect();
                shown.problems.extend(new);
            }
            priced => return priced.map(Some),
        }
    }
    Ok(None)
}
