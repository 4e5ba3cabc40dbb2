//! Enter an order: check what is asked for, price it from the catalog, take the goods out of stock, all or nothing.

use std::collections::BTreeMap;

use purser_core::access::{Grant, can};
use purser_core::checkout::Totals;
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::{LineId, OrderId, ProductId, UserId};
use purser_core::orders::{Address, MoneyState, OrderSource, OrderState};
use purser_core::people::Status;
use purser_core::{Error, FieldError, Money, Result};
use purser_store::orders::{self as store, Line as OrderLine, NewOrder, Order};
use purser_store::products::{self, Product};
use purser_store::tenants::{self, Tenant};
use purser_store::users::User;
use purser_store::{Tx, users};
use serde::Serialize;

use super::{Detail, detail};
use crate::audit::{self, Line};
use crate::idempotency::{self, Claim, Once, Outcome};
use crate::settings::Settings;
use crate::{App, events};

/// The most pieces of one product in one line.
const MOST_PIECES: i64 = 9_999;
/// The most lines in one order.
const MOST_LINES: usize = 200;

/// One line that is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Item {
    /// The product.
    pub product: ProductId,
    /// Pieces.
    pub quantity: i64,
}

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
}

impl Draft {
    fn check(&self) -> Result<()> {
        let mut checks = Checks::new();
        check_items(&mut checks, &self.items);
        let address = &self.address;
        checks.text("shippingAddress.name", &address.name, 200).text("shippingAddress.street", &address.street, 200);
        checks.text("shippingAddress.city", &address.city, 100).text("shippingAddress.zipCode", &address.zip_code, 20);
        checks.length("shippingAddress.state", &address.state, 100).length("shippingAddress.phone", &address.phone, 40);
        let country = address.country.len() == 2 && address.country.bytes().all(|b| b.is_ascii_uppercase());
        checks.that(country, "shippingAddress.country", "not_a_country", "Two capital letters, such as NO.");
        checks.length("notes", self.notes.as_deref().unwrap_or_default(), 5_000);
        checks.done()
    }

    /// Pieces wanted of each product, in the order of ids.
    fn wanted(&self) -> BTreeMap<ProductId, i64> {
        wanted(&self.items)
    }
}

fn check_items(checks: &mut Checks, items: &[Item]) {
    checks.that(!items.is_empty(), "items", "required", "An order needs at least one line.");
    checks.that(items.len() <= MOST_LINES, "items", "too_many", format!("At most {MOST_LINES} lines."));
    for (place, item) in items.iter().enumerate().take(MOST_LINES) {
        let field = format!("items[{place}].quantity");
        checks.that((1..=MOST_PIECES).contains(&item.quantity), &field, "out_of_range", format!("From 1 to {MOST_PIECES} pieces."));
    }
}

fn wanted(items: &[Item]) -> BTreeMap<ProductId, i64> {
    let mut wanted = BTreeMap::new();
    for item in items {
        *wanted.entry(item.product).or_insert(0) += item.quantity;
    }
    wanted
}

/// What an order of these items would come to, were it entered now. Takes nothing out of stock and promises nothing.
pub async fn quote(app: &App, by: &Grant<can::CreateOrder>, items: &[Item]) -> Result<Totals> {
    let mut checks = Checks::new();
    check_items(&mut checks, items);
    checks.done()?;
    let ids: Vec<ProductId> = wanted(items).into_keys().collect();
    let (tenant, goods) = app
        .db
        .read(by, async |tx| {
            let tenant = tenants::find(tx, by.tenant()).await?.ok_or(Error::NotFound("tenant"))?;
            Ok::<_, Error>((tenant, products::several(tx, &ids).await?))
        })
        .await?;
    let goods = goods.into_iter().map(|product| (product.id, product)).collect();
    let complaints = complaints(items, (&wanted(items), &goods, &tenant));
    if complaints.is_empty() { priced(items, &goods, &tenant) } else { Err(Error::Unprocessable(complaints)) }
}

/// Goods, tax, shipping and total, by the settings of the tenant.
fn priced(items: &[Item], goods: &BTreeMap<ProductId, Product>, tenant: &Tenant) -> Result<Totals> {
    let zero = Money::zero(tenant.currency);
    let (mut subtotal, mut grams) = (zero, 0_i64);
    for item in items {
        let product = goods.get(&item.product).ok_or(Error::NotFound("product"))?;
        subtotal = subtotal.plus(product.price().times(item.quantity)?)?;
        grams = grams.saturating_add(product.weight_g.saturating_mul(item.quantity));
    }
    Settings::try_from(tenant)?.checkout.totals(subtotal, zero, grams)
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
            let new = compose(by, tx, id, &draft).await?;
            let taken: Vec<_> = draft.wanted().into_iter().collect();
            if !products::take_stock(tx, &taken).await? {
                return Err(Error::conflict("out_of_stock", "Somebody else took the last pieces a moment ago."));
            }
            store::insert(tx, std::slice::from_ref(&new)).await?;
            let facts = Facts { customer_id: draft.customer, total: new.order.money(new.order.total), item_count: new.order.item_count };
            audit::record(tx, by, Line::new("order.create", "order", id.uuid(), new.order.label()).after(&facts));
            events::emit(tx, by, Topic::Order, "created", id.uuid());
            let detail = detail(tx, id).await?;
            Ok::<_, Error>(match &once {
                Some(once) => Outcome::Reply(idempotency::answer(tx, once, &detail).await?),
                None => Outcome::Plain(detail),
            })
        })
        .await
}

/// An order as the audit log keeps it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Facts {
    customer_id: UserId,
    total: Money,
    item_count: i64,
}

async fn compose(by: &Grant<can::CreateOrder>, tx: &mut Tx, id: OrderId, draft: &Draft) -> Result<NewOrder> {
    let customer = users::find(tx, draft.customer)
        .await?
        .filter(|user| user.status != Status::Deleted)
        .ok_or_else(|| Error::unprocessable("customerId", "unknown_customer", "There is no such customer."))?;
    let tenant = tenants::find(tx, by.tenant()).await?.ok_or(Error::NotFound("tenant"))?;
    let wanted = draft.wanted();
    let ids: Vec<ProductId> = wanted.keys().copied().collect();
    let goods: BTreeMap<ProductId, Product> = products::hold(tx, &ids).await?.into_iter().map(|product| (product.id, product)).collect();
    let complaints = complaints(&draft.items, (&wanted, &goods, &tenant));
    if !complaints.is_empty() {
        return Err(Error::Unprocessable(complaints));
    }
    let lines = lines(by, draft, &goods)?;
    let order = total(by, (id, &lines), (draft, &goods), (&customer, &tenant))?;
    let number = tenants::take_numbers(tx, "order", 1).await?;
    let notes = draft.notes.clone().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    Ok(NewOrder { order: Order { number, ..order }, address: draft.address.clone(), notes, lines })
}

/// What can not be sold, line by line.
fn complaints(items: &[Item], (wanted, goods, tenant): (&BTreeMap<ProductId, i64>, &BTreeMap<ProductId, Product>, &Tenant)) -> Vec<FieldError> {
    let mut found = Vec::new();
    for (place, item) in items.iter().enumerate() {
        let field = |name| format!("items[{place}].{name}");
        let Some(product) = goods.get(&item.product) else {
            found.push(FieldError::new(field("productId"), "unknown_product", "There is no such product."));
            continue;
        };
        if !product.active {
            let message = format!("{} is no longer for sale.", product.name);
            found.push(FieldError::new(field("productId"), "not_for_sale", message));
        } else if product.currency != tenant.currency {
            let message = format!("{} is priced in {}, not in {}.", product.name, product.currency, tenant.currency);
            found.push(FieldError::new(field("productId"), "wrong_currency", message));
        } else if wanted.get(&item.product).is_some_and(|quantity| *quantity > product.stock) {
            let message = format!("Only {} of {} left.", product.stock, product.name);
            found.push(FieldError::new(field("quantity"), "out_of_stock", message));
        }
    }
    found
}

fn lines(by: &Grant<can::CreateOrder>, draft: &Draft, goods: &BTreeMap<ProductId, Product>) -> Result<Vec<OrderLine>> {
    let mut lines = Vec::with_capacity(draft.items.len());
    for item in &draft.items {
        let product = goods.get(&item.product).ok_or(Error::NotFound("product"))?;
        lines.push(OrderLine {
            id: by.id::<LineId>(),
            product_id: Some(product.id.uuid()),
            name: product.name.clone(),
            sku: product.sku.clone(),
            quantity: item.quantity,
            unit_price: product.price,
            total: product.price().times(item.quantity)?.amount,
        });
    }
    Ok(lines)
}

fn total(
    by: &Grant<can::CreateOrder>,
    (id, lines): (OrderId, &[OrderLine]),
    (draft, goods): (&Draft, &BTreeMap<ProductId, Product>),
    (customer, tenant): (&User, &Tenant),
) -> Result<Order> {
    let totals = priced(&draft.items, goods, tenant)?;
    // Nothing to pay is paid.
    let free = totals.total.amount == 0;
    Ok(Order {
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
        source: OrderSource::Staff,
        version: 1,
        created_at: by.now(),
        updated_at: by.now(),
    })
}
