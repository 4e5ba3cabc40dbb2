//! Enter an order: check what is asked for, price it from the catalog, take the goods out of stock, all or nothing.

use purser_core::access::{Grant, can};
use purser_core::checkout::Totals;
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::{LineId, OrderId, UserId};
use purser_core::orders::{Address, MoneyState, OrderSource, OrderState};
use purser_core::people::Status;
use purser_core::pricing::Priced;
use purser_core::time::MINUTE;
use purser_core::trade::{MOST_MINUTES, is_country};
use purser_core::{Error, Money, Result, Timestamp};
use purser_store::coupons::{self as uses_up, Use};
use purser_store::orders::{self as store, Extras, Line as OrderLine, NewOrder, Order};
use purser_store::products::Product;
use purser_store::tenants::{self, Tenant};
use purser_store::users::User;
use purser_store::{Tx, stock, users};
use serde::Serialize;

use super::price::{self, Counter, Goods, Item, Way, check_items, wanted};
use super::{Detail, detail, expire};
use crate::audit::{self, Line};
use crate::idempotency::{self, Claim, Once, Outcome};
use crate::{App, coupons, events};

/// An order about to be entered.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Who orders.
    pub customer: UserId,
    /// What is wanted.
    pub items: Vec<Item>,
    /// Where it goes.
    pub address: Address,
    /// What staff wrote down.
    pub notes: Option<String>,
    /// Codes of coupons.
    pub coupons: Vec<String>,
    /// The way it is sent; `None`: the usual one.
    pub method: Option<String>,
    /// Minutes its goods are set aside for unless it is paid; for good otherwise.
    pub reserve_minutes: Option<i64>,
    /// How it comes to be.
    pub source: OrderSource,
}

impl Draft {
    fn check(&self) -> Result<()> {
        let mut checks = Checks::new();
        check_items(&mut checks, "items", &self.items);
        check_address(&mut checks, &self.address);
        coupons::check_named(&mut checks, &self.coupons);
        checks.length("shippingMethod", self.method.as_deref().unwrap_or_default(), 40);
        let minutes = self.reserve_minutes.is_none_or(|minutes| (1..=MOST_MINUTES).contains(&minutes));
        checks.that(minutes, "reserveMinutes", "out_of_range", format!("From 1 to {MOST_MINUTES} minutes."));
        checks.length("notes", self.notes.as_deref().unwrap_or_default(), 5_000);
        checks.done()
    }
}

/// Complain about an address nothing can go to.
pub(crate) fn check_address(checks: &mut Checks, address: &Address) {
    checks.text("shippingAddress.name", &address.name, 200).text("shippingAddress.street", &address.street, 200);
    checks.text("shippingAddress.city", &address.city, 100).text("shippingAddress.zipCode", &address.zip_code, 20);
    checks.length("shippingAddress.state", &address.state, 100).length("shippingAddress.phone", &address.phone, 40);
    checks.that(is_country(&address.country), "shippingAddress.country", "not_a_country", "Two capital letters, such as NO.");
}

/// What an order of these items would come to, were it entered now. Takes nothing out of stock and promises nothing.
pub async fn quote(app: &App, by: &Grant<can::CreateOrder>, items: &[Item], given: &[String], way: Way<'_>) -> Result<Priced> {
    let mut checks = Checks::new();
    check_items(&mut checks, "items", items);
    coupons::check_named(&mut checks, given);
    checks.that(way.country.is_empty() || is_country(way.country), "country", "not_a_country", "Two capital letters, such as NO.");
    checks.length("shippingMethod", way.method.unwrap_or_default(), 40);
    checks.done()?;
    let (counter, goods, named) = app
        .db
        .read(by, async |tx| {
            let named = coupons::named(tx, given, None).await?;
            Ok::<_, Error>((Counter::open(tx).await?, price::goods(tx, items, false).await?, named))
        })
        .await?;
    let complaints = counter.complaints(items, &goods);
    if !complaints.is_empty() {
        return Err(Error::Unprocessable(complaints));
    }
    counter.price((items, &goods), way, &price::terms(&named), by.now())
}

/// Enter an order. Nothing is taken out of stock unless everything is there.
pub async fn create(app: &App, by: &Grant<can::CreateOrder>, draft: Draft, once: Option<Once<Detail>>) -> Result<Outcome<Detail>> {
    draft.check()?;
    let _turn = once.as_ref().map(|once| app.once.enter(by.tenant(), &once.key)).transpose()?;
    app.db
        .transact(by, async |tx| {
            let id: OrderId = by.id();
            if let Some(once) = &once
                && let Claim::Answered(reply) = app.once.claim(tx, &once.key, by.now(), id.uuid()).await?
            {
                return Ok(Outcome::Reply(reply));
            }
            enter(by, tx, id, &draft).await?;
            let detail = detail(tx, id).await?;
            idempotency::finish(tx, once.as_ref(), detail).await
        })
        .await
}

/// Enter an order as part of a larger change, by whoever was found to be allowed to: its goods set aside, its coupons used, all or nothing.
pub(crate) async fn enter<P>(by: &Grant<P>, tx: &mut Tx, id: OrderId, draft: &Draft) -> Result<()> {
    draft.check()?;
    let (new, goods, uses) = compose(by, tx, id, draft).await?;
    let taken: Vec<_> = wanted(&draft.items).into_iter().collect();
    if !stock::take(tx, &taken).await? {
        return Err(Error::conflict("out_of_stock", "Somebody else took the last pieces a moment ago."));
    }
    store::insert(tx, std::slice::from_ref(&new)).await?;
    for one in &uses {
        if !uses_up::redeem(tx, one).await? {
            return Err(Error::conflict("coupon_used_up", format!("Somebody else used {} a moment ago.", one.code)));
        }
    }
    stock::set_aside(tx, Some(&[id]), (true, by.user().map(UserId::uuid))).await?;
    for (product, pieces) in &taken {
        if let Some(product) = goods.get(product) {
            crate::catalog::stock::watch(tx, by, product, product.stock - pieces);
        }
    }
    if let Some(at) = new.extras.lapses_at {
        expire::at(tx, by, id, at).await?;
    }
    let facts = Facts { customer_id: draft.customer, total: new.order.money(new.order.total), item_count: new.order.item_count };
    audit::record(tx, by, Line::new("order.create", "order", id.uuid(), new.order.label()).after(&facts));
    events::emit(tx, by, Topic::Order, "created", id.uuid());
    Ok(())
}

/// An order as the audit log keeps it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Facts {
    customer_id: UserId,
    total: Money,
    item_count: i64,
}

async fn compose<P>(by: &Grant<P>, tx: &mut Tx, id: OrderId, draft: &Draft) -> Result<(NewOrder, Goods, Vec<Use>)> {
    let customer = users::find(tx, draft.customer)
        .await?
        .filter(|user| user.status != Status::Deleted)
        .ok_or_else(|| Error::unprocessable("customerId", "unknown_customer", "There is no such customer."))?;
    let counter = Counter::open(tx).await?;
    let goods = price::goods(tx, &draft.items, true).await?;
    let complaints = counter.complaints(&draft.items, &goods);
    if !complaints.is_empty() {
        return Err(Error::Unprocessable(complaints));
    }
    let named = coupons::named(tx, &draft.coupons, Some(customer.id)).await?;
    let way = Way { country: &draft.address.country, method: draft.method.as_deref() };
    let priced = counter.price((&draft.items, &goods), way, &price::terms(&named), by.now())?;
    let lines = lines(by, draft, &goods, &priced)?;
    let uses = named.iter().zip(&priced.off.each).map(|(coupon, amount)| Use {
        coupon: coupon.id,
        code: coupon.code.clone(),
        order: id,
        customer: customer.id,
        amount: *amount,
        at: by.now(),
    });
    let uses: Vec<Use> = uses.collect();
    let order = total(by, (id, &lines), (draft, priced.totals), (&customer, &counter.tenant));
    let number = tenants::take_numbers(tx, "order", 1).await?;
    let notes = draft.notes.clone().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    // What is paid already can not lapse.
    let lapses_at = draft.reserve_minutes.filter(|_| order.state == OrderState::Pending);
    let extras = Extras {
        shipping_code: priced.method.as_ref().map(|method| method.code.clone()),
        shipping_name: priced.method.map(|method| method.name),
        with_tax: priced.with_tax,
        lapses_at: lapses_at.map(|minutes| by.now().plus(minutes.saturating_mul(MINUTE))),
        added: 0,
        waived: 0,
    };
    Ok((NewOrder { order: Order { number, ..order }, address: draft.address.clone(), notes, lines, extras }, goods, uses))
}

fn lines<P>(by: &Grant<P>, draft: &Draft, goods: &Goods, priced: &Priced) -> Result<Vec<OrderLine>> {
    let mut lines = Vec::with_capacity(draft.items.len());
    for (item, (rate, tax)) in draft.items.iter().zip(&priced.lines) {
        let product = goods.get(&item.product).ok_or(Error::NotFound("product"))?;
        lines.push(line(by.id(), (product, item.quantity), (*rate, *tax), by.now())?);
    }
    Ok(lines)
}

/// A line of so many pieces at the price of `now`.
pub(super) fn line(id: LineId, (product, quantity): (&Product, i64), (rate, tax): (i64, Money), now: Timestamp) -> Result<OrderLine> {
    let price = product.price_at(now);
    Ok(OrderLine {
        id,
        product_id: Some(product.id.uuid()),
        name: product.name.clone(),
        sku: product.sku.clone(),
        quantity,
        unit_price: price.amount,
        total: price.times(quantity)?.amount,
        tax: Some(tax.amount),
        tax_bp: Some(rate),
        cancelled: 0,
        picture_id: None,
    })
}

fn total<P>(by: &Grant<P>, (id, lines): (OrderId, &[OrderLine]), (draft, totals): (&Draft, Totals), (customer, tenant): (&User, &Tenant)) -> Order {
    // Nothing to pay is paid.
    let free = totals.total.amount == 0;
    Order {
        id,
        number: 0,
        reference: None,
        state: if free { OrderState::Paid } else { OrderState::Pending },
        payment_state: if free { MoneyState::Paid } else { MoneyState::Unpaid },
        customer_id: customer.id,
        first_name: customer.first_name.clone(),
        last_name: customer.last_name.clone(),
        email: customer.email.clone(),
        country: draft.address.country.clone(),
        currency: tenant.currency,
        item_count: lines.iter().map(|line| line.quantity).sum(),
        subtotal: totals.subtotal.amount,
        discount: totals.discount.amount,
        tax: totals.tax.amount,
        shipping: totals.shipping.amount,
        total: totals.total.amount,
        paid: 0,
        refunded: 0,
        source: draft.source,
        version: 1,
        created_at: by.now(),
        updated_at: by.now(),
    }
}
