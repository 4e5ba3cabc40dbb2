//! What can be sold: add, change, withdraw. A withdrawn product stays, because orders point at it; it can only no longer be ordered.
//!
//! A variant is a product of its own that names the one it belongs to; see decision 16.
//!
//! Rules only. Statements live in `purser_store::products`, HTTP words in `http::catalog`.

pub mod categories;
pub mod pictures;
mod pixels;
mod shelf;
pub mod slugs;
pub mod stock;
pub mod variants;

pub use shelf::{Facets, Sale, ShelfChange, ShelfDraft, facets};

use purser_core::access::{Grant, can};
use purser_core::catalog::MovementKind;
use purser_core::checkout::LARGEST;
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::ProductId;
use purser_core::{Currency, Error, Money, Patch, Result, Weight, text};
use purser_store::page::COUNT_LIMIT;
use purser_store::products::{self as store, Filter, Product};
use purser_store::shelf::Shelf;
use purser_store::{Listing, Page, Tx, tenants};
use serde::Serialize;

use crate::audit::{self, Line};
use crate::idempotency::{self, Once, Outcome};
use crate::totals::Wanted;
use crate::{App, events};

/// The most pieces a product can have in stock.
pub const MOST_STOCK: i64 = 1_000_000_000;

/// A page of products and, without a cursor, how many there are.
pub async fn list(app: &App, by: &Grant<can::ReadProduct>, filter: &Filter, page: &Page) -> Result<(Listing<Product>, Option<(i64, bool)>)> {
    let listing = app.db.read(by, async |tx| store::list(tx, filter, page).await.map_err(Error::from)).await?;
    let wanted = Wanted { tenant: by.tenant(), list: format!("products {filter:?}"), topics: &[Topic::Product, Topic::Order], page };
    let count = async || app.db.read(by, async |tx| store::count(tx, filter, COUNT_LIMIT).await.map_err(Error::from)).await;
    Ok((listing, app.totals.of(&app.db, &wanted, count).await?))
}

/// One product.
pub async fn read(app: &App, by: &Grant<can::ReadProduct>, id: ProductId) -> Result<Product> {
    app.db.read(by, async |tx| find(tx, id).await).await
}

async fn find(tx: &mut Tx, id: ProductId) -> Result<Product> {
    store::find(tx, id).await?.ok_or(Error::NotFound("product"))
}

/// A product about to be added.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Name.
    pub name: String,
    /// Stock keeping unit.
    pub sku: String,
    /// What it is.
    pub description: Option<String>,
    /// Price.
    pub price: Money,
    /// Weight.
    pub weight: Weight,
    /// Pieces that can be sold.
    pub stock: i64,
    /// Whether it is for sale.
    pub active: bool,
    /// Where it stands in the catalog.
    pub shelf: ShelfDraft,
}

/// A change: only what is mentioned changes.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Name.
    pub name: Patch<String>,
    /// Stock keeping unit.
    pub sku: Patch<String>,
    /// What it is.
    pub description: Patch<String>,
    /// Price.
    pub price: Patch<Money>,
    /// Weight.
    pub weight: Patch<Weight>,
    /// Pieces that can be sold.
    pub stock: Patch<i64>,
    /// Whether it is for sale.
    pub active: Patch<bool>,
    /// Where it stands in the catalog.
    pub shelf: ShelfChange,
}

/// Add a product, once for each key.
pub async fn create(app: &App, by: &Grant<can::CreateProduct>, draft: Draft, once: Option<Once<Product>>) -> Result<Outcome<Product>> {
    let mut product = Product {
        shelf: Shelf::default(),
        id: by.id(),
        name_key: text::fold(draft.name.trim()),
        name: draft.name.trim().to_owned(),
        sku: draft.sku.trim().to_owned(),
        description: draft.description.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()),
        price: draft.price.amount,
        currency: draft.price.currency,
        weight_g: draft.weight.grams(),
        stock: draft.stock,
        active: draft.active,
        version: 1,
        created_at: by.now(),
        updated_at: by.now(),
    };
    draft.shelf.put_on(&mut product)?;
    check(&product, None)?;
    if product.active {
        by.and::<can::PublishProduct>()?;
    }
    let _turn = once.as_ref().map(|once| app.once.enter(by.tenant(), &once.key)).transpose()?;
    app.db
        .transact(by, async |tx| {
            if let Some(reply) = app.once.answered(tx, once.as_ref(), (by.now(), product.id.uuid())).await? {
                return Ok(Outcome::Reply(reply));
            }
            same_currency(tx, product.currency).await?;
            shelf::check_category(tx, &product).await?;
            if store::sku_taken(tx, &product.sku, None).await? {
                return Err(taken());
            }
            slugs::check(tx, &product.shelf.slug, None).await?;
            slugs::settle(tx, std::slice::from_mut(&mut product)).await?;
            store::insert(tx, std::slice::from_ref(&product)).await?;
            let product = find(tx, product.id).await?;
            audit::record(tx, by, Line::new("product.create", "product", product.id.uuid(), &product.name).after(&Facts::from(&product)));
            events::emit(tx, by, Topic::Product, "created", product.id.uuid());
            idempotency::finish(tx, once.as_ref(), product).await
        })
        .await
}

/// Change a product that still is at `version`.
pub async fn update(app: &App, by: &Grant<can::UpdateProduct>, id: ProductId, version: i64, change: Change) -> Result<Product> {
    let mut checks = Checks::new();
    checks.extend(
        [
            change.name.never_clear("name"),
            change.sku.never_clear("sku"),
            change.price.never_clear("price"),
            change.weight.never_clear("weight"),
            change.stock.never_clear("stock"),
            change.active.never_clear("active"),
            change.shelf.tax_class.never_clear("taxClass"),
            change.shelf.tags.never_clear("tags"),
        ]
        .into_iter()
        .flatten(),
    );
    checks.done()?;
    app.db
        .transact(by, async |tx| {
            let before = find(tx, id).await?;
            if before.version != version {
                return Err(Error::Stale);
            }
            let mut product = before.clone();
            change.shelf.clone().put_on(&mut product, change.price.set().copied())?;
            apply(change, &mut product);
            product.updated_at = by.now();
            variants::check_change(&before, &product)?;
            if product.active && !before.active {
                by.and::<can::PublishProduct>()?;
            }
            check(&product, Some(&before))?;
            if product.shelf.category_id != before.shelf.category_id {
                shelf::check_category(tx, &product).await?;
            }
            if product.currency != before.currency {
                same_currency(tx, product.currency).await?;
            }
            if product.sku != before.sku && store::sku_taken(tx, &product.sku, Some(id)).await? {
                return Err(taken());
            }
            if product.shelf.slug.is_empty() {
                slugs::settle_but(tx, std::slice::from_mut(&mut product), &before.shelf.slug).await?;
            } else if product.shelf.slug != before.shelf.slug {
                slugs::check(tx, &product.shelf.slug, Some(id)).await?;
            }
            variants::follow(tx, by, (&before, &product)).await?;
            write(tx, by, "product.update", (&before, &product)).await
        })
        .await
}

/// Put a product on sale, which takes the right to change it and the right to put it there. One that is there already stays as it is.
pub async fn publish(app: &App, by: &Grant<can::UpdateProduct>, id: ProductId) -> Result<Product> {
    by.and::<can::PublishProduct>()?;
    app.db
        .transact(by, async |tx| {
            let before = find(tx, id).await?;
            if before.active {
                return Ok(before);
            }
            let product = Product { active: true, updated_at: by.now(), ..before.clone() };
            variants::check_change(&before, &product)?;
            variants::follow(tx, by, (&before, &product)).await?;
            write(tx, by, "product.publish", (&before, &product)).await
        })
        .await
}

/// Withdraw a product from sale. Withdrawing it again changes nothing.
pub async fn archive(app: &App, by: &Grant<can::DeleteProduct>, id: ProductId) -> Result<()> {
    app.db
        .transact(by, async |tx| {
            let before = find(tx, id).await?;
            if !before.active {
                return Ok(());
            }
            let product = Product { active: false, updated_at: by.now(), ..before.clone() };
            if before.shelf.variant_count > 0 {
                purser_store::shelf::archive_variants(tx, id, by.now()).await?;
            }
            write(tx, by, "product.archive", (&before, &product)).await.map(drop)
        })
        .await
}

async fn write<P>(tx: &mut Tx, by: &Grant<P>, action: &'static str, (before, after): (&Product, &Product)) -> Result<Product> {
    if !store::update(tx, after).await? {
        return Err(Error::Stale);
    }
    stock::moved(tx, by, (before, after), (MovementKind::Corrected, None)).await?;
    let line = Line::new(action, "product", after.id.uuid(), &after.name).before(&Facts::from(before)).after(&Facts::from(after));
    audit::record(tx, by, line);
    events::emit(tx, by, Topic::Product, "updated", after.id.uuid());
    find(tx, after.id).await
}

fn apply(change: Change, product: &mut Product) {
    change.name.apply(&mut product.name);
    change.sku.apply(&mut product.sku);
    change.description.apply_optional(&mut product.description);
    change.stock.apply(&mut product.stock);
    change.active.apply(&mut product.active);
    if let Some(price) = change.price.set() {
        (product.price, product.currency) = (price.amount, price.currency);
    }
    if let Some(weight) = change.weight.set() {
        product.weight_g = weight.grams();
    }
    for text in [&mut product.name, &mut product.sku] {
        *text = text.trim().to_owned();
    }
    product.name_key = text::fold(&product.name);
}

fn check(product: &Product, before: Option<&Product>) -> Result<()> {
    let mut checks = Checks::new();
    checks.text("name", &product.name, 200).text("sku", &product.sku, 64);
    checks.that(!product.sku.contains(char::is_whitespace), "sku", "not_valid", "A SKU has no spaces in it.");
    checks.length("description", product.description.as_deref().unwrap_or_default(), 5_000);
    checks.that((0..=LARGEST).contains(&product.price), "price.amount", "out_of_range", "A price is 0 or more, and not absurdly large.");
    checks.that((0..=MOST_STOCK).contains(&product.stock), "stock", "out_of_range", "Between 0 and 1,000,000,000 pieces.");
    shelf::check(&mut checks, product, before);
    checks.done()
}

async fn same_currency(tx: &mut Tx, currency: Currency) -> Result<()> {
    let tenant = tenants::find(tx, tx.tenant()).await?.ok_or(Error::NotFound("tenant"))?;
    if tenant.currency == currency {
        return Ok(());
    }
    let message = format!("Prices are in {}, the currency of the settings.", tenant.currency);
    Err(Error::unprocessable("price.currency", "wrong_currency", message))
}

fn taken() -> Error {
    Error::Taken("sku", "Another product has this SKU.".into())
}

/// A product as the audit log keeps it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Facts<'a> {
    name: &'a str,
    sku: &'a str,
    description: Option<&'a str>,
    price: Money,
    weight: Option<Weight>,
    stock: i64,
    active: bool,
    #[serde(flatten)]
    shelf: shelf::Facts<'a>,
}

impl<'a> From<&'a Product> for Facts<'a> {
    fn from(p: &'a Product) -> Self {
        Self {
            name: &p.name,
            sku: &p.sku,
            description: p.description.as_deref(),
            price: p.price(),
            weight: Weight::from_grams(p.weight_g),
            stock: p.stock,
            active: p.active,
            shelf: shelf::Facts::from(p),
        }
    }
}
