//! The one search box: people, orders, payments, products, files and settings, as far as the caller may see them.

use purser_core::access::{Grant, Permission, can};
use purser_core::people::is_like_phone;
use purser_core::text::{fold, terms};
use purser_core::{Currency, Error, Money, Result};
use purser_store::search::{self as store, Wanted};
use uuid::Uuid;

use crate::App;
use crate::limits;

/// Something found.
#[derive(Clone, Debug)]
pub struct Hit {
    /// `user`, `order`, `payment`, `product`, `file` or `setting`.
    pub kind: &'static str,
    /// Its id; of a setting its name.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// What tells it from its like.
    pub subtitle: Option<String>,
    /// How much.
    pub amount: Option<Money>,
}

/// Settings and the words they are found by.
const SETTINGS: [(&str, &str, &str); 6] = [
    ("name", "Business name", "business name tenant company"),
    ("currency", "Currency", "currency money"),
    ("taxRateBp", "Tax rate", "tax vat rate"),
    ("shippingBands", "Shipping", "shipping bands weight delivery free"),
    ("refundReasons", "Refund reasons", "refund reasons"),
    ("environment", "Environment", "environment production staging local"),
];

/// The best hits for `text`, at most `limit` of each kind.
pub async fn search(app: &App, by: &Grant<can::ReadSelf>, text: &str, limit: u32) -> Result<Vec<Hit>> {
    limits::of_person(app, by, "search", limits::SEARCHES).await?;
    let text = text.trim();
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = wanted(text, limit);
    let permissions = by.actor().held.any;
    let mut hits = app
        .db
        .read(by, async |tx| {
            let mut hits = Vec::new();
            if permissions.has(Permission::ReadUser) {
                hits.extend(store::people(tx, &wanted).await?.into_iter().map(|hit| told("user", hit)));
            }
            if permissions.has(Permission::ReadOrder) {
                hits.extend(store::orders(tx, &wanted).await?.into_iter().map(|hit| told("order", hit)));
            }
            if permissions.has(Permission::ReadPayment) {
                hits.extend(store::payments(tx, &wanted).await?.into_iter().map(|hit| told("payment", hit)));
            }
            if permissions.has(Permission::ReadProduct) {
                hits.extend(store::products(tx, &wanted).await?.into_iter().map(|hit| told("product", hit)));
            }
            if permissions.has(Permission::ReadFile) {
                hits.extend(store::files(tx, &wanted).await?.into_iter().map(|hit| told("file", hit)));
            }
            Ok::<_, Error>(hits)
        })
        .await?;
    if permissions.has(Permission::ReadSetting) {
        hits.extend(settings(&wanted.words));
    }
    Ok(hits)
}

fn wanted(text: &str, limit: u32) -> Wanted {
    let text: String = text.chars().take(100).collect();
    let number = text.strip_prefix('#').unwrap_or(&text);
    Wanted {
        words: terms(&text),
        number: number.parse().ok().filter(|number: &i64| *number >= 0),
        id: Uuid::parse_str(&text).ok(),
        text: fold(&text),
        phone: Some(text.clone()).filter(|text| is_like_phone(text)),
        limit: i64::from(limit),
    }
}

fn told(kind: &'static str, hit: store::Hit) -> Hit {
    let amount = hit.amount.zip(hit.currency.and_then(|currency| currency.parse::<Currency>().ok()));
    Hit {
        kind,
        id: hit.id.to_string(),
        title: hit.title.trim().to_owned(),
        subtitle: hit.subtitle,
        amount: amount.map(|(amount, currency)| Money::new(amount, currency)),
    }
}

fn settings(words: &[String]) -> impl Iterator<Item = Hit> {
    let found = |known: &str| !words.is_empty() && words.iter().all(|word| known.split(' ').any(|other| other.starts_with(word.as_str())));
    SETTINGS.into_iter().filter(move |(_, _, known)| found(known)).map(|(id, title, _)| Hit {
        kind: "setting",
        id: id.into(),
        title: title.into(),
        subtitle: None,
        amount: None,
    })
}
