//! Where a product stands: its category, tags, tax class, the prices beside the usual one, and what a list of products has in common.

use purser_core::access::{Grant, can};
use purser_core::catalog::{MOST_TAGS, TaxClass, check_tags, is_slug, tags};
use purser_core::checkout::LARGEST;
use purser_core::error::Checks;
use purser_core::ids::CategoryId;
use purser_core::{Currency, Error, Money, Patch, Result, Timestamp};
use purser_store::products::{Filter, Product};
use purser_store::shelf::{ByTag, Shelf};
use purser_store::{Tx, categories, shelf as store};
use serde::Serialize;
use uuid::Uuid;

use super::MOST_STOCK;
use crate::App;

/// A price for a time.
#[derive(Clone, Copy, Debug)]
pub struct Sale {
    /// The price.
    pub price: Money,
    /// Since when; at once otherwise.
    pub from: Option<Timestamp>,
    /// Until when; for ever otherwise.
    pub until: Option<Timestamp>,
}

/// Where a new product stands.
#[derive(Clone, Debug, Default)]
pub struct ShelfDraft {
    /// Its part of an address; made of the name otherwise.
    pub slug: Option<String>,
    /// Its category.
    pub category: Option<CategoryId>,
    /// The price it is compared with.
    pub compare_price: Option<Money>,
    /// What it costs the business.
    pub cost: Option<Money>,
    /// How it is taxed.
    pub tax_class: Option<TaxClass>,
    /// Its tags.
    pub tags: Vec<String>,
    /// A price for a time.
    pub sale: Option<Sale>,
    /// Pieces below which it is running out.
    pub low_stock: Option<i64>,
}

/// A change of where a product stands.
#[derive(Clone, Debug, Default)]
pub struct ShelfChange {
    /// Its part of an address; made of the name where it is taken away.
    pub slug: Patch<String>,
    /// Its category.
    pub category: Patch<CategoryId>,
    /// The price it is compared with.
    pub compare_price: Patch<Money>,
    /// What it costs the business.
    pub cost: Patch<Money>,
    /// How it is taxed.
    pub tax_class: Patch<TaxClass>,
    /// Its tags.
    pub tags: Patch<Vec<String>>,
    /// A price for a time.
    pub sale: Patch<Sale>,
    /// Pieces below which it is running out.
    pub low_stock: Patch<i64>,
}

fn amount(checks: &mut Checks, (field, currency): (&str, Currency), money: Money) -> i64 {
    let same = money.currency == currency;
    checks.that(same, &format!("{field}.currency"), "wrong_currency", format!("The price is in {currency}, and this has to be as well."));
    money.amount
}

impl ShelfDraft {
    /// Put a new product where it belongs.
    pub(super) fn put_on(self, product: &mut Product) -> Result<()> {
        fn patch<T>(value: Option<T>) -> Patch<T> {
            value.map_or(Patch::Keep, Patch::Set)
        }
        let change = ShelfChange {
            slug: patch(self.slug),
            category: patch(self.category),
            compare_price: patch(self.compare_price),
            cost: patch(self.cost),
            tax_class: patch(self.tax_class),
            tags: Patch::Set(self.tags),
            sale: patch(self.sale),
            low_stock: patch(self.low_stock),
        };
        change.put_on(product, None)
    }
}

impl ShelfChange {
    /// Put a product elsewhere; `price`: its new price, whose currency the others have to share.
    pub(super) fn put_on(self, product: &mut Product, price: Option<Money>) -> Result<()> {
        let currency = price.map_or(product.currency, |price| price.currency);
        let mut checks = Checks::new();
        let mut money = |field: &str, patch: Patch<Money>, to: &mut Option<i64>| match patch {
            Patch::Keep => {}
            Patch::Clear => *to = None,
            Patch::Set(value) => *to = Some(amount(&mut checks, (field, currency), value)),
        };
        let place = &mut product.shelf;
        money("compareAtPrice", self.compare_price, &mut place.compare_price);
        money("cost", self.cost, &mut place.cost);
        match self.sale {
            Patch::Keep => {}
            Patch::Clear => (place.sale_price, place.sale_from_at, place.sale_until_at) = (None, None, None),
            Patch::Set(sale) => {
                money("sale.price", Patch::Set(sale.price), &mut place.sale_price);
                (place.sale_from_at, place.sale_until_at) = (sale.from, sale.until);
            }
        }
        match self.slug {
            Patch::Keep => {}
            Patch::Clear => place.slug.clear(),
            Patch::Set(slug) => slug.trim().clone_into(&mut place.slug),
        }
        match self.category {
            Patch::Keep => {}
            Patch::Clear => place.category_id = None,
            Patch::Set(id) => place.category_id = Some(id.uuid()),
        }
        if let Patch::Set(given) = &self.tags {
            check_tags(&mut checks, given);
            place.tags = tags(given).join(",");
        }
        self.tax_class.apply(&mut place.tax_class);
        self.low_stock.apply_optional(&mut place.low_stock);
        checks.done()
    }
}

/// Complain about what can not stand there; `before` is how the product was until now.
pub(super) fn check(checks: &mut Checks, product: &Product, before: Option<&Product>) {
    let Shelf { compare_price, cost, sale_price, low_stock, .. } = &product.shelf;
    for (field, amount) in [("compareAtPrice.amount", compare_price), ("cost.amount", cost), ("sale.price.amount", sale_price)] {
        checks.that(amount.is_none_or(|amount| (0..=LARGEST).contains(&amount)), field, "out_of_range", "An amount of 0 or more.");
    }
    let slug = &product.shelf.slug;
    // One that is empty has yet to be made. One that was here before slugs had a rule keeps nobody from changing something else.
    let stays = before.is_some_and(|before| before.shelf.slug == *slug);
    checks.that(slug.is_empty() || stays || is_slug(slug), "slug", "not_valid", "Small letters, digits and single hyphens, at most 80.");
    let below = sale_price.is_none_or(|sale| sale < product.price || product.price == 0);
    checks.that(below, "sale.price.amount", "not_lower", "A price for a time is lower than the usual one.");
    let times = product.shelf.sale_from_at.zip(product.shelf.sale_until_at);
    checks.that(times.is_none_or(|(from, until)| from < until), "sale.until", "out_of_order", "It has to end after it begins.");
    checks.that(low_stock.is_none_or(|pieces| (0..=MOST_STOCK).contains(&pieces)), "lowStock", "out_of_range", "0 pieces or more.");
    checks.that(product.shelf.tag_list().len() <= MOST_TAGS, "tags", "too_many", format!("At most {MOST_TAGS} tags."));
}

/// Refuse a category that does not exist.
pub(super) async fn check_category(tx: &mut Tx, product: &Product) -> Result<()> {
    let Some(wanted) = product.shelf.category_id else { return Ok(()) };
    if categories::all(tx).await?.iter().any(|category| category.id.uuid() == wanted) {
        return Ok(());
    }
    Err(Error::unprocessable("categoryId", "unknown_category", "There is no such category."))
}

/// What a list of products has in common.
#[derive(Clone, Debug)]
pub struct Facets {
    /// Categories with their names and how many products are right in them.
    pub categories: Vec<(CategoryId, String, i64)>,
    /// The commonest tags.
    pub tags: Vec<ByTag>,
}

/// What the products a filter finds have in common.
pub async fn facets(app: &App, by: &Grant<can::ReadProduct>, filter: &Filter) -> Result<Facets> {
    app.db
        .read(by, async |tx| {
            let names = categories::all(tx).await?;
            let (counted, tags) = store::facets(tx, filter).await?;
            let name = |id: CategoryId| names.iter().find(|category| category.id == id).map(|category| category.name.clone()).unwrap_or_default();
            let categories = counted.into_iter().map(|row| (row.id, name(row.id), row.products)).collect();
            Ok::<_, Error>(Facets { categories, tags })
        })
        .await
}

/// What the audit log keeps of it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Facts<'a> {
    slug: &'a str,
    category_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    compare_at_price: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<i64>,
    tax_class: TaxClass,
    tags: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sale_price: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sale_from: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sale_until: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    low_stock: Option<i64>,
}

impl<'a> From<&'a Product> for Facts<'a> {
    fn from(p: &'a Product) -> Self {
        Self {
            slug: &p.shelf.slug,
            category_id: p.shelf.category_id,
            compare_at_price: p.shelf.compare_price,
            cost: p.shelf.cost,
            tax_class: p.shelf.tax_class,
            tags: &p.shelf.tags,
            sale_price: p.shelf.sale_price,
            sale_from: p.shelf.sale_from_at,
            sale_until: p.shelf.sale_until_at,
            low_stock: p.shelf.low_stock,
        }
    }
}
