//! The words of mails, a catalog a language. Plain: what happened, what to do.

mod de;
mod en;
mod notice_de;
mod notice_en;
mod order_de;
mod order_en;
mod staff_de;
mod staff_en;

use purser_core::Money;
use purser_core::mail::Template;

use super::facts::{Facts, Item, Offer, OrderFacts, StaffFacts, WeekFacts};
use super::letter::{Row, Words};
use crate::documents;
use crate::identity::places;

/// Subject, paragraphs, and what the button says.
type Said = (String, Vec<String>, Option<&'static str>);

/// What `template` says in `language`; in English where there is no catalog.
pub(super) fn say(template: Template, language: &str, facts: &Facts) -> Words {
    let words = if language == "de" { de::say(template, facts) } else { en::say(template, facts) };
    let rows = match (template, &facts.offer, &facts.order) {
        (Template::Offer, Some(offer), _) => offered(language, offer),
        (Template::OrderConfirmed | Template::OrderShipped | Template::OrderCancelled | Template::OrderRefunded, _, Some(order)) => {
            ordered(language, order)
        }
        (Template::StaffNotice, ..) => facts.staff.as_ref().map(|staff| waiting(language, staff)).unwrap_or_default(),
        (Template::WeeklyReport, ..) => facts.week.as_ref().map(|week| figures(language, week)).unwrap_or_default(),
        _ => Vec::new(),
    };
    let seller = if facts.seller.is_empty() { String::new() } else { format!("\n{} · {}", facts.business, facts.seller.join(" · ")) };
    let footer = words.footer + &seller;
    Words { rows, footer, ..words }
}

fn line(language: &str, pieces: i64, name: &str, total: Option<Money>) -> Row {
    Row { label: format!("{pieces} × {name}"), value: total.map(|total| documents::money(language, total)).unwrap_or_default(), strong: false }
}

fn sum(language: &str, of: &str, amount: Money) -> Row {
    let label = match (of, language) {
        ("included_tax", "de") => "darin Steuer",
        ("included_tax", _) => "including tax",
        _ => documents::sum(language, of),
    };
    Row { label: label.to_owned(), value: documents::money(language, amount), strong: of == "total" }
}

/// What is offered, line by line, and what it comes to.
fn offered(language: &str, offer: &Offer) -> Vec<Row> {
    let lines = offer.lines.iter().map(|(pieces, name, total)| line(language, *pieces, name, Some(*total)));
    lines.chain(offer.sums.iter().map(|(of, amount)| sum(language, of, *amount))).collect()
}

/// What is told of an order, line by line, and what it comes to.
fn ordered(language: &str, order: &OrderFacts) -> Vec<Row> {
    let lines = order.lines.iter().map(|(pieces, name, total)| line(language, *pieces, name, *total));
    lines.chain(order.sums.iter().map(|(of, amount)| sum(language, of, *amount))).collect()
}

/// What waits for somebody, thing by thing.
fn waiting(language: &str, staff: &StaffFacts) -> Vec<Row> {
    let row = |item: &Item| {
        let money = item.money.map(|amount| documents::money(language, amount));
        let at = item.at.map(|at| documents::day(language, at));
        let value: Vec<String> = [money, at, item.note.clone()].into_iter().flatten().collect();
        Row { label: item.name.clone(), value: value.join(", "), strong: false }
    };
    staff.items.iter().map(row).collect()
}

/// A week in figures, each with that of the week before.
fn figures(language: &str, week: &WeekFacts) -> Vec<Row> {
    let words = if language == "de" { staff_de::FIGURES } else { staff_en::FIGURES };
    let [before, revenue, refunded, orders, customers, disputes, open] = words;
    let row = |label: &str, now: String, then: Option<String>| {
        let value = then.map_or_else(|| now.clone(), |then| format!("{now} ({before} {then})"));
        Row { label: label.to_owned(), value, strong: false }
    };
    let money =
        |label, pair: Option<[Money; 2]>| pair.map(|[now, then]| row(label, documents::money(language, now), Some(documents::money(language, then))));
    let count = |label, [now, then]: [i64; 2]| Some(row(label, now.to_string(), Some(then.to_string())));
    let rows = [money(revenue, week.revenue), money(refunded, week.refunded), count(orders, week.orders), count(customers, week.customers)];
    rows.into_iter().chain([count(disputes, week.disputes), Some(row(open, week.open.to_string(), None))]).flatten().collect()
}

/// The catalog for a person's language tag: `de-AT` is written to in German.
pub(crate) fn catalog(tag: Option<&str>) -> &'static str {
    let first = tag.unwrap_or_default().split('-').next().unwrap_or_default().to_ascii_lowercase();
    if first == "de" { "de" } else { "en" }
}

/// A text message with a code.
pub(super) fn short(language: &str, facts: &Facts) -> String {
    if language == "de" { de::short(facts) } else { en::short(facts) }
}

/// Stands where a code is not shown.
pub(super) const NO_CODE: &str = "••••••";

/// The code of a message, or what stands in its place.
fn code(facts: &Facts) -> &str {
    facts.code.as_deref().unwrap_or(NO_CODE)
}

/// Where it came from, for people, if that is known.
fn from(facts: &Facts, unknown: &str) -> String {
    facts.ip.clone().unwrap_or_else(|| unknown.to_owned())
}

/// The same with the country, where that is known.
fn whence(facts: &Facts, unknown: &str, language: &str) -> String {
    let country = facts.place.as_deref().and_then(|place| places::name(place, language));
    country.map_or_else(|| from(facts, unknown), |country| format!("{} ({country})", from(facts, unknown)))
}
