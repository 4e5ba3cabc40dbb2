//! The receipt of an order and the credit note of a refund.

use std::collections::BTreeMap;

use purser_core::access::{Grant, can};
use purser_core::documents::Tongue;
use purser_core::ids::{OrderId, RefundId, UserId};
use purser_core::orders::Address;
use purser_core::payments::{ACCOUNT, CREDIT, OUTSIDE, RefundState};
use purser_core::{Error, Result};
use purser_store::orders::{self, Extras, Line, Order};
use purser_store::payments::{self, Payment};
use purser_store::receivables::{self, Receivable};
use purser_store::refund_basis::{self, Back};
use purser_store::refunds::{self, Refund};
use purser_store::{Page, Tx, coupons, credit, tenants, users};

use super::port::{Column, Paper, Part, Sum, Table};
use super::words::{self, Words};
use super::{Document, asked};
use crate::App;
use crate::identity::places;
use crate::payments::means;
use crate::settings::Settings;

/// Whose paper it is and whom it goes to.
struct Parties {
    issuer: Settings,
    name: String,
    address: Option<Address>,
    language: Option<String>,
    extras: Extras,
    /// Codes of the coupons that were used.
    coupons: Vec<String>,
}

impl Parties {
    async fn of(tx: &mut Tx, order: &Order) -> Result<Self> {
        let issuer = Settings::try_from(&tenants::find(tx, tx.tenant()).await?.ok_or(Error::NotFound("tenant"))?)?;
        let language = users::find(tx, order.customer_id).await?.and_then(|customer| customer.language);
        let (address, extras) = orders::particulars(tx, order.id).await?.map(|found| (found.address, found.extras)).unzip();
        let name = format!("{} {}", order.first_name, order.last_name).trim().to_owned();
        let coupons = coupons::of_order(tx, order.id).await?.into_iter().map(|used| used.code).collect();
        Ok(Self { issuer, name, address, language, extras: extras.unwrap_or_default(), coupons })
    }

    /// Whom it goes to, line by line.
    fn to(&self, words: &Words) -> Vec<String> {
        lines_of(words, &self.name, self.address.as_ref())
    }

    /// `Discount (SPRING)`.
    fn discount(&self, words: &Words) -> String {
        if self.coupons.is_empty() { words.discount.to_owned() } else { format!("{} ({})", words.discount, self.coupons.join(", ")) }
    }

    /// `Shipping (By post)`.
    fn shipping(&self, words: &Words) -> String {
        self.extras.shipping_name.as_ref().map_or_else(|| words.shipping.to_owned(), |way| format!("{} ({way})", words.shipping))
    }

    /// The language asked for, or the customer's.
    fn words(&self, asked: Option<Tongue>) -> &'static Words {
        words::of(asked, self.language.as_deref())
    }
}

pub(super) fn lines_of(words: &Words, name: &str, address: Option<&Address>) -> Vec<String> {
    let mut lines = vec![name.to_owned()];
    if let Some(address) = address {
        if address.name != name {
            lines.push(address.name.clone());
        }
        lines.push(address.street.clone());
        lines.push(format!("{} {}", address.zip_code, address.city));
        lines.push(address.state.clone());
        lines.push(places::name(&address.country, words.tag).map_or_else(|| address.country.clone(), str::to_owned));
    }
    lines.into_iter().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
}

/// Where a business sits and what its tax office calls it.
pub(super) fn seller(words: &Words, settings: &Settings) -> Vec<String> {
    let place = settings.address.iter().flat_map(|seat| {
        let country = places::name(&seat.country, words.tag).map_or_else(|| seat.country.clone(), str::to_owned);
        [seat.street.clone(), format!("{} {}", seat.zip_code, seat.city), seat.state.clone(), country]
    });
    let vat_id = settings.vat_id.iter().map(|id| format!("{} {id}", words.vat_id));
    place.filter(|line| !line.is_empty()).chain(vat_id).collect()
}

fn column(title: &str, part: u16, figures: bool) -> Column {
    Column { title: title.to_owned(), part, figures }
}

fn sum(label: &str, amount: String) -> Sum {
    Sum { label: label.to_owned(), amount, strong: false }
}

fn strong(label: &str, amount: String) -> Sum {
    Sum { strong: true, ..sum(label, amount) }
}

/// The receipt of an order that was paid.
pub async fn receipt(app: &App, by: &Grant<can::ReadOrder>, id: OrderId, language: Option<Tongue>) -> Result<Document> {
    asked(app, by).await?;
    let (order, parties, lines, (paid, owed)) = app
        .db
        .read(by, async |tx| {
            let order = orders::find(tx, id).await?.ok_or(Error::NotFound("order"))?;
            let parties = Parties::of(tx, &order).await?;
            let filter = receivables::Filter { orders: vec![id], ..receivables::Filter::default() };
            let owed = receivables::list(tx, &filter, &Page::default()).await?.rows;
            Ok::<_, Error>((order, parties, orders::lines(tx, id).await?, (payments::of_order(tx, id).await?, owed)))
        })
        .await?;
    if order.paid == 0 {
        return Err(Error::conflict("nothing_paid", "Nothing has been paid for this order, so there is no receipt."));
    }
    let words = parties.words(language);
    let mut parts = vec![items(words, &order, &lines), totals(words, &order, (&parties, &lines, &owed))];
    parts.push(Part::Heading(words.payments.to_owned()));
    parts.push(taken(app, words, &paid));
    let paper = Paper {
        language: words.tag,
        title: words.receipt.to_owned(),
        to: parties.to(words),
        from: seller(words, &parties.issuer),
        issuer: parties.issuer.name,
        facts: vec![(words.order.to_owned(), order.label()), (words.ordered.to_owned(), words.date(order.created_at))],
        parts,
        foot: words.foot(by.now()),
        page: words.page,
    };
    app.documents.print(format!("receipt-{}.pdf", order.number), paper).await
}

fn items(words: &Words, order: &Order, lines: &[Line]) -> Part {
    let money = |amount| words.money(order.money(amount));
    Part::Table(Table {
        columns: vec![column(words.item, 9, false), column(words.quantity, 2, true), column(words.unit_price, 4, true), column(words.total, 4, true)],
        rows: lines
            .iter()
            .map(|line| vec![format!("{} ({})", line.name, line.sku), line.quantity.to_string(), money(line.unit_price), money(line.total)])
            .collect(),
    })
}

fn totals(words: &Words, order: &Order, (parties, lines, owed): (&Parties, &[Line], &[Receivable])) -> Part {
    let money = |amount| words.money(order.money(amount));
    let mut sums = vec![sum(words.goods, money(order.subtotal))];
    if order.discount != 0 {
        sums.push(sum(&parties.discount(words), money(-order.discount)));
    }
    sums.extend(taxes(lines, order.tax).into_iter().map(|(rate, tax)| sum(&taxed(words, rate), money(tax))));
    sums.push(sum(&parties.shipping(words), money(order.shipping)));
    sums.push(strong(words.total, money(order.total)));
    // Of what was sold on account only what came was paid, and what was taken off it was never given.
    let unpaid: i64 = owed.iter().map(|one| one.amount - one.received).sum();
    let off: i64 = owed.iter().map(|one| one.taken_off).sum();
    sums.push(sum(words.paid, money(order.paid - unpaid)));
    if order.refunded != off {
        sums.push(sum(words.given_back, money(off - order.refunded)));
    }
    if off != 0 {
        sums.push(sum(words.taken_off, money(-off)));
    }
    let due = parties.extras.due(order);
    if due > 0 {
        sums.push(strong(words.due, money(due)));
    }
    sums.extend(owed.iter().filter(|one| one.owed > 0).map(|one| strong(&format!("{} {}", words.owed, words.date(one.due_at)), money(one.owed))));
    Part::Sums(sums)
}

/// The tax by rate, lowest first; in one sum where nobody knows it by line.
fn taxes(lines: &[Line], whole: i64) -> Vec<(Option<i64>, i64)> {
    let mut by_rate: BTreeMap<i64, i64> = BTreeMap::new();
    for line in lines {
        let (Some(rate), Some(tax)) = (line.tax_bp, line.tax) else { return vec![(None, whole)] };
        *by_rate.entry(rate).or_default() += tax;
    }
    if by_rate.is_empty() || by_rate.values().sum::<i64>() != whole {
        return vec![(None, whole)];
    }
    by_rate.into_iter().map(|(rate, tax)| (Some(rate), tax)).collect()
}

/// `Tax (8%)`.
fn taxed(words: &Words, rate: Option<i64>) -> String {
    rate.map_or_else(|| words.tax.to_owned(), |rate| format!("{} ({})", words.tax, words.percent(rate)))
}

fn taken(app: &App, words: &Words, paid: &[Payment]) -> Part {
    let label = |method: &str| match method {
        OUTSIDE => words.before.to_owned(),
        CREDIT => words.credit.to_owned(),
        ACCOUNT => words.account.to_owned(),
        method => means::called(app, method),
    };
    let row = |payment: &Payment| {
        let at = words.date(payment.captured_at.unwrap_or(payment.created_at));
        let amount = purser_core::Money::new(payment.captured, payment.currency);
        vec![at, label(&payment.method), words.money(amount)]
    };
    Part::Table(Table {
        columns: vec![column(words.day, 4, false), column(words.method, 9, false), column(words.amount, 5, true)],
        rows: paid.iter().filter(|payment| payment.captured > 0).map(row).collect(),
    })
}

/// The credit note of a refund that was made.
pub async fn credit_note(app: &App, by: &Grant<can::ReadPayment>, id: RefundId, language: Option<Tongue>) -> Result<Document> {
    asked(app, by).await?;
    credited_to(app, by, (id, language), Reader::Staff).await
}

/// The same as its customer is sent it, in their language.
pub(crate) async fn credit_note_of(app: &App, by: &Grant<can::ReadPayment>, id: RefundId) -> Result<Document> {
    credited_to(app, by, (id, None), Reader::Customer).await
}

/// What the credit note of a refund is called as a file.
pub(crate) fn credit_note_name(order: &Order, refund: RefundId) -> String {
    format!("credit-note-{}-{}.pdf", order.number, short(refund))
}

/// Whoever a credit note is made for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reader {
    /// Whoever asked for the paper, and knows to whom it goes.
    Staff,
    /// The customer, by mail: what staff wrote in words of their own is for staff.
    Customer,
}

async fn credited_to(app: &App, by: &Grant<can::ReadPayment>, (id, language): (RefundId, Option<Tongue>), reader: Reader) -> Result<Document> {
    let (refund, order, parties, (back, lines, credited_back)) = app
        .db
        .read(by, async |tx| {
            let refund = refunds::find(tx, id).await?.ok_or(Error::NotFound("refund"))?;
            let order = orders::find(tx, refund.order_id).await?.ok_or(Error::NotFound("order"))?;
            let parties = Parties::of(tx, &order).await?;
            let back = refund_basis::of_refund(tx, id).await?;
            let lines = orders::lines(tx, order.id).await?;
            let credited = credit::of_refund(tx, order.customer_id, id).await?;
            Ok::<_, Error>((refund, order, parties, (back, lines, credited)))
        })
        .await?;
    if refund.state != RefundState::Succeeded {
        return Err(Error::conflict("not_refunded", "The money has not gone back yet, so there is no credit note."));
    }
    let words = parties.words(language);
    let told = reader == Reader::Staff || parties.issuer.refund_reasons.contains(&refund.reason);
    let reason = told.then(|| (words.reason.to_owned(), refund.reason.clone()));
    let to_credit = (credited_back > 0).then(|| (words.credit.to_owned(), words.money(purser_core::Money::new(credited_back, refund.currency))));
    let mut parts = Vec::new();
    if !back.is_empty() {
        parts.push(pieces(words, &refund, &back));
    }
    parts.push(credited(words, &refund, (&parties, rate_of(&lines, &back))));
    let paper = Paper {
        language: words.tag,
        title: words.credit_note.to_owned(),
        to: parties.to(words),
        from: seller(words, &parties.issuer),
        issuer: parties.issuer.name,
        facts: [
            (words.number.to_owned(), format!("{}-{}", order.number, short(refund.id))),
            (words.order.to_owned(), order.label()),
            (words.issued.to_owned(), words.date(refund.settled_at.unwrap_or(refund.created_at))),
        ]
        .into_iter()
        .chain(to_credit)
        .chain(reason)
        .collect(),
        parts,
        foot: words.foot(by.now()),
        page: words.page,
    };
    app.documents.print(credit_note_name(&order, refund.id), paper).await
}

/// Enough of an id to tell files apart.
fn short(id: RefundId) -> String {
    let text = id.uuid().simple().to_string();
    text.get(24..).unwrap_or(&text).to_owned()
}

fn pieces(words: &Words, refund: &Refund, back: &[Back]) -> Part {
    let money = |amount| words.money(purser_core::Money::new(amount, refund.currency));
    let row = |line: &Back| vec![format!("{} ({})", line.name, line.sku), line.quantity.to_string(), money(line.goods)];
    Part::Table(Table {
        columns: vec![column(words.item, 10, false), column(words.quantity, 3, true), column(words.amount, 5, true)],
        rows: back.iter().map(row).collect(),
    })
}

/// The rate of what comes back, where there is one for all of it.
fn rate_of(lines: &[Line], back: &[Back]) -> Option<i64> {
    let concerned = |line: &&Line| back.is_empty() || back.iter().any(|piece| piece.line_id == line.id);
    let mut rates = lines.iter().filter(concerned).map(|line| line.tax_bp);
    let first = rates.next()??;
    rates.all(|rate| rate == Some(first)).then_some(first)
}

fn credited(words: &Words, refund: &Refund, (parties, rate): (&Parties, Option<i64>)) -> Part {
    let money = |amount| words.money(purser_core::Money::new(amount, refund.currency));
    let mut sums = Vec::new();
    if let Some(shares) = refund.split.shares() {
        sums.push(sum(words.goods, money(shares.gross())));
        if shares.discount != 0 {
            sums.push(sum(&parties.discount(words), money(-shares.discount)));
        }
        sums.push(sum(&taxed(words, rate), money(shares.tax)));
        sums.push(sum(&parties.shipping(words), money(shares.shipping)));
    }
    sums.push(strong(words.credited, money(refund.amount)));
    Part::Sums(sums)
}

/// The language somebody reads.
pub(super) async fn read_by(tx: &mut Tx, person: Option<UserId>) -> Result<Option<String>> {
    let Some(person) = person else { return Ok(None) };
    Ok(users::find(tx, person).await?.and_then(|user| user.language))
}
