//! Rows that are orders: one row an order, or one row a line with the order's number on each.

use std::collections::HashMap;

use purser_core::ids::{LineId, OrderId, UserId};
use purser_core::imports::Outcome;
use purser_core::orders::{Address, MoneyState, OrderSource, OrderState};
use purser_core::people::{check_email, email_key};
use purser_core::{Currency, Result, Timestamp};
use purser_store::orders::{self, Extras, Line, NewOrder, Order};
use purser_store::users::{self, User};
use purser_store::{Tx, imports as store, stock, tenants};

use super::row::Row;
use super::{Basis, books, people};

/// An order being put together from its rows.
pub(super) struct Draft {
    pub(super) line: i64,
    /// How many rows it took.
    pub(super) rows: i64,
    pub(super) good: bool,
    pub(super) reference: String,
    customer: User,
    state: OrderState,
    currency: Currency,
    at: Timestamp,
    lines: Vec<Line>,
    /// Goods, discount, tax, shipping, total, as far as the file says.
    sums: [Option<i64>; 5],
    paid: Option<i64>,
    refunded: Option<i64>,
    wholly_refunded: bool,
    address: Address,
    notes: Option<String>,
}

/// Read a row. Answers a new order, or adds a line to the one it belongs to in `drafts`.
pub(super) fn read(row: &mut Row<'_>, basis: &mut Basis<'_>, drafts: &mut Vec<Draft>) {
    let reference = row.needed("number", 64).trim_start_matches('#').to_owned();
    let key = reference.clone();
    if let Some(place) = basis.seen.get(&key).and_then(|place| usize::try_from(*place).ok()).filter(|_| !key.is_empty()) {
        let draft: &mut Draft = &mut drafts[place];
        draft.rows += 1;
        if row.cell("item").is_none() && row.cell("sku").is_none() {
            row.complain("number", "duplicate", format!("Line {} has the same order, and this row names no item.", draft.line));
        }
        let currency = draft.currency;
        if row.is_good()
            && let Some(line) = line(row, basis, currency)
        {
            draft.lines.push(line);
        }
        draft.good &= row.is_good();
        return;
    }
    let draft = first(row, basis, reference);
    basis.seen.insert(key, i64::try_from(drafts.len()).unwrap_or(i64::MAX));
    drafts.push(draft);
}

/// The first row of an order.
fn first(row: &mut Row<'_>, basis: &Basis<'_>, reference: String) -> Draft {
    let email = row.needed("email", 254);
    if !email.is_empty()
        && let Some(error) = check_email("email", &email)
    {
        row.complain("email", &error.code, error.message);
    }
    let at = row.instant("date", basis.slashes, basis.by.now()).unwrap_or_else(|| basis.by.now());
    let (mut given, family) = row.names();
    if given.is_empty() && family.is_empty() {
        email.split('@').next().unwrap_or_default().clone_into(&mut given);
    }
    let customer = User { phone: row.text("phone", 40), country: row.country(), ..people::person(basis.by, (&email, given, family), at) };
    let currency = row.currency(basis.currency);
    let (state, wholly_refunded) = state(row);
    let address = address(row, &customer);
    let sums = ["subtotal", "discount", "tax", "shipping", "total"].map(|field| row.money(field, currency));
    let has_line = row.cell("item").is_some() || row.cell("sku").is_some();
    let lines = if has_line { line(row, basis, currency).into_iter().collect() } else { Vec::new() };
    if !has_line && sums[0].is_none() && sums[4].is_none() {
        row.complain("total", "required", "An order needs its items, its goods or its total.");
    }
    let (paid, refunded) = (row.money("paid", currency), row.money("refunded", currency));
    let notes = row.text("notes", 5_000);
    let good = row.is_good();
    let line = row.line;
    Draft { line, rows: 1, good, reference, customer, state, currency, at, lines, sums, paid, refunded, wholly_refunded, address, notes }
}

fn address(row: &mut Row<'_>, customer: &User) -> Address {
    Address {
        name: customer.name(),
        street: row.text("street", 200).unwrap_or_default(),
        city: row.text("city", 100).unwrap_or_default(),
        state: row.text("region", 100).unwrap_or_default(),
        zip_code: row.text("zipCode", 20).unwrap_or_default(),
        country: customer.country.clone().unwrap_or_default(),
        phone: customer.phone.clone().unwrap_or_default(),
    }
}

/// Where the goods stand, and whether all of the money went back.
fn state(row: &mut Row<'_>) -> (OrderState, bool) {
    let Some(text) = row.cell("state") else { return (OrderState::Delivered, false) };
    let state = match text.to_lowercase().as_str() {
        "pending" | "open" | "new" | "unpaid" | "unfulfilled" | "offen" | "neu" | "unbezahlt" => OrderState::Pending,
        "paid" | "bezahlt" => OrderState::Paid,
        "processing" | "in process" | "partial" | "in bearbeitung" => OrderState::Processing,
        "shipped" | "sent" | "versandt" | "versendet" | "verschickt" => OrderState::Shipped,
        "delivered" | "done" | "complete" | "completed" | "fulfilled" | "closed" | "zugestellt" | "geliefert" | "abgeschlossen" | "erledigt" => {
            OrderState::Delivered
        }
        "cancelled" | "canceled" | "voided" | "storniert" | "abgebrochen" => OrderState::Cancelled,
        "refunded" | "erstattet" => return (OrderState::Delivered, true),
        _ => {
            row.complain("state", "unknown_state", "Choose one of: pending, paid, processing, shipped, delivered, cancelled, refunded.");
            OrderState::Delivered
        }
    };
    (state, false)
}

fn line(row: &mut Row<'_>, basis: &Basis<'_>, currency: Currency) -> Option<Line> {
    let (name, sku) = (row.text("item", 200), row.text("sku", 64));
    let quantity = row.whole("quantity", 1_000_000).unwrap_or(1).max(1);
    let unit_price = row.money("unitPrice", currency);
    if unit_price.is_none() && row.cell("unitPrice").is_none() {
        row.complain("unitPrice", "required", "A line needs its price.");
    }
    let unit_price = unit_price?;
    let total = unit_price.checked_mul(quantity).filter(|total| *total <= purser_core::checkout::LARGEST);
    if total.is_none() {
        row.complain("quantity", "too_large", "This line is worth more than Purser takes.");
    }
    let sku = sku.unwrap_or_default();
    let name = name.unwrap_or_else(|| sku.clone());
    let (id, total) = (basis.by.id::<LineId>(), total?);
    Some(Line { id, product_id: None, name, sku, quantity, unit_price, total, tax: None, tax_bp: None, cancelled: 0, picture_id: None })
}

/// An order ready to be brought in.
#[derive(Clone)]
pub(super) struct Ready {
    pub(super) new: NewOrder,
    pub(super) customer: User,
    pub(super) rows: i64,
}

impl Draft {
    /// The order, if it adds up; else what does not, by field.
    pub(super) fn finish(self, id: OrderId) -> Result<Ready, (&'static str, &'static str, &'static str)> {
        let [goods, discount, tax, shipping, total] = self.sums;
        let (discount, tax, shipping) = (discount.unwrap_or(0), tax.unwrap_or(0), shipping.unwrap_or(0));
        let mut lines = self.lines;
        let from_lines = (!lines.is_empty()).then(|| lines.iter().map(|line| line.total).sum::<i64>());
        let from_total = total.map(|total| total + discount - tax - shipping);
        let subtotal = from_lines.or(goods).or(from_total).unwrap_or(0);
        if goods.is_some_and(|goods| goods != subtotal) {
            return Err(("subtotal", "does_not_add_up", "The goods are not what the lines add up to."));
        }
        let sum = subtotal - discount + tax + shipping;
        if sum < 0 || subtotal < 0 {
            return Err(("discount", "does_not_add_up", "The order would be worth less than nothing."));
        }
        if total.is_some_and(|total| total != sum) {
            return Err(("total", "does_not_add_up", "The total is not goods less discount plus tax and shipping."));
        }
        if lines.is_empty() {
            lines.push(whole(id, subtotal));
        }
        let unpaid = matches!(self.state, OrderState::Pending | OrderState::Cancelled);
        let paid = self.paid.unwrap_or(if unpaid { 0 } else { sum });
        let refunded = self.refunded.unwrap_or(if self.wholly_refunded { paid } else { 0 });
        if paid > sum {
            return Err(("paid", "too_large", "More was paid than the order is worth."));
        }
        if refunded > paid {
            return Err(("refunded", "too_large", "More was given back than was paid."));
        }
        let payment_state = match (paid, refunded) {
            (0, _) if sum > 0 => MoneyState::Unpaid,
            (paid, 0) if paid < sum && self.state == OrderState::Pending => MoneyState::PartlyPaid,
            (_, 0) => MoneyState::Paid,
            (paid, refunded) if paid == refunded => MoneyState::Refunded,
            _ => MoneyState::PartiallyRefunded,
        };
        let order = Order {
            id,
            number: 0,
            reference: Some(self.reference),
            state: self.state,
            payment_state,
            customer_id: self.customer.id,
            first_name: String::new(),
            last_name: String::new(),
            email: String::new(),
            country: self.address.country.clone(),
            currency: self.currency,
            item_count: lines.iter().map(|line| line.quantity).sum(),
            subtotal,
            discount,
            tax,
            shipping,
            total: sum,
            paid,
            refunded,
            source: OrderSource::Import,
            version: 1,
            created_at: self.at,
            updated_at: self.at,
        };
        let new = NewOrder { order, address: self.address, notes: self.notes, lines, extras: Extras::default() };
        Ok(Ready { new, customer: self.customer, rows: self.rows })
    }
}

/// The one line of an order nobody knows the lines of.
fn whole(order: OrderId, subtotal: i64) -> Line {
    let (name, id) = ("Brought in".to_owned(), LineId(order.uuid()));
    Line {
        id,
        product_id: None,
        name,
        sku: String::new(),
        quantity: 1,
        unit_price: subtotal,
        total: subtotal,
        tax: None,
        tax_bp: None,
        cancelled: 0,
        picture_id: None,
    }
}

/// Bring orders in with their payments and bookings; customers who are new come along. An order whose number is here already stays.
pub(super) async fn write(tx: &mut Tx, basis: &Basis<'_>, ready: &[Ready], dry: bool) -> Result<Outcome> {
    let references = ready.iter().filter_map(|ready| ready.new.order.reference.clone()).collect();
    let here: Vec<String> = store::known_orders(tx, references).await?.into_iter().map(|known| known.key).collect();
    let is_here = |ready: &&Ready| ready.new.order.reference.as_ref().is_some_and(|reference| here.contains(reference));
    let mut fresh: Vec<Ready> = ready.iter().filter(|ready| !is_here(ready)).cloned().collect();
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let outcome = Outcome { inserted: count(fresh.len()), skipped: count(ready.len() - fresh.len()), ..Outcome::default() };
    if dry || fresh.is_empty() {
        return Ok(outcome);
    }
    customers(tx, &mut fresh).await?;
    goods(tx, &mut fresh).await?;
    let last = tenants::take_numbers(tx, "order", count(fresh.len())).await?;
    let first = last - count(fresh.len()) + 1;
    for (number, ready) in (first..).zip(&mut fresh) {
        ready.new.order.number = number;
    }
    let orders: Vec<NewOrder> = fresh.into_iter().map(|ready| ready.new).collect();
    orders::insert(tx, &orders).await?;
    let open: Vec<_> = orders.iter().filter(|new| new.order.state.waits()).map(|new| new.order.id).collect();
    if !open.is_empty() {
        stock::set_aside(tx, Some(&open), (false, basis.by.user().map(UserId::uuid))).await?;
    }
    books::write(tx, basis, &orders).await?;
    Ok(outcome)
}

/// Give each order its customer: somebody who is here, or somebody new.
async fn customers(tx: &mut Tx, fresh: &mut [Ready]) -> Result<()> {
    let here = people::known(tx, fresh.iter().map(|ready| ready.customer.email.as_str())).await?;
    let mut ids: HashMap<String, UserId> = here.iter().map(|(key, known)| (key.clone(), known.user())).collect();
    let mut new = Vec::new();
    for ready in fresh.iter_mut() {
        let key = email_key(&ready.customer.email);
        let id = *ids.entry(key).or_insert_with(|| {
            new.push(ready.customer.clone());
            ready.customer.id
        });
        ready.new.order.customer_id = id;
    }
    users::insert(tx, &new).await?;
    Ok(())
}

/// Tie lines to the products whose SKU they name.
async fn goods(tx: &mut Tx, fresh: &mut [Ready]) -> Result<()> {
    let mut skus: Vec<String> = fresh.iter().flat_map(|ready| ready.new.lines.iter().map(|line| line.sku.clone())).collect();
    skus.sort_unstable();
    skus.dedup();
    skus.retain(|sku| !sku.is_empty());
    let mut here: HashMap<String, uuid::Uuid> = HashMap::new();
    for chunk in skus.chunks(500) {
        here.extend(store::known_products(tx, chunk.to_vec()).await?.into_iter().map(|known| (known.key, known.id)));
    }
    for line in fresh.iter_mut().flat_map(|ready| &mut ready.new.lines) {
        line.product_id = here.get(&line.sku).copied();
    }
    Ok(())
}
