//! Variants of a product: a jersey in red and in M. Each is a product of its own, with its own SKU, price, weight and stock, so whatever
//! is done to products (ordering, counting, importing) is done to variants in the same way. The product they belong to is not sold itself.

use purser_core::access::{Grant, can};
use purser_core::catalog::{MOST_VARIANTS, Options, check_options, options, variant_name};
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::ProductId;
use purser_core::{Error, Money, Result, Weight, text};
use purser_store::products::{self as store, Filter, Product};
use purser_store::shelf::{self, Shelf};
use purser_store::{Page, Tx};

use super::{Facts, check, find, slugs, taken};
use crate::audit::{self, Line};
use crate::idempotency::{self, Once, Outcome};
use crate::{App, events};

/// A variant about to be added; what it leaves out is as with its product.
#[derive(Clone, Debug)]
pub struct Draft {
    /// What tells it from its siblings.
    pub options: Options,
    /// Stock keeping unit.
    pub sku: String,
    /// Price.
    pub price: Option<Money>,
    /// Weight.
    pub weight: Option<Weight>,
    /// Pieces that can be sold.
    pub stock: i64,
    /// Whether it is for sale.
    pub active: bool,
}

/// Every variant of a product.
pub async fn list(app: &App, by: &Grant<can::ReadProduct>, id: ProductId) -> Result<Vec<Product>> {
    app.db
        .read(by, async |tx| {
            find(tx, id).await?;
            of(tx, id).await
        })
        .await
}

async fn of(tx: &mut Tx, id: ProductId) -> Result<Vec<Product>> {
    let page = Page { limit: u32::try_from(MOST_VARIANTS).unwrap_or(u32::MAX), sort: "name".into(), ..Page::default() };
    Ok(store::list(tx, &Filter { parent: Some(id), ..Filter::default() }, &page).await?.rows)
}

/// Add a variant, once for each key.
pub async fn create(app: &App, by: &Grant<can::CreateProduct>, id: ProductId, draft: Draft, once: Option<Once<Product>>) -> Result<Outcome<Product>> {
    let mut checks = Checks::new();
    check_options(&mut checks, &draft.options);
    checks.done()?;
    if draft.active {
        by.and::<can::PublishProduct>()?;
    }
    let _turn = once.as_ref().map(|once| app.once.enter(by.tenant(), &once.key)).transpose()?;
    app.db
        .transact(by, async |tx| {
            let new = by.id();
            if let Some(reply) = app.once.answered(tx, once.as_ref(), (by.now(), ProductId::uuid(new))).await? {
                return Ok(Outcome::Reply(reply));
            }
            // Before the product is held: whoever makes addresses may wait for it.
            tx.alone_in_tenant("slugs").await?;
            let parent = store::hold(tx, &[id]).await?.pop().ok_or(Error::NotFound("product"))?;
            let mut variant = compose(by, (new, &parent), &draft)?;
            fits(tx, &parent, &variant).await?;
            slugs::settle(tx, std::slice::from_mut(&mut variant)).await?;
            store::insert(tx, std::slice::from_ref(&variant)).await?;
            shelf::count_variants(tx, id, by.now()).await?;
            let variant = find(tx, new).await?;
            audit::record(tx, by, Line::new("product.create", "product", new.uuid(), &variant.name).after(&Facts::from(&variant)));
            events::emit(tx, by, Topic::Product, "created", new.uuid());
            events::emit(tx, by, Topic::Product, "updated", id.uuid());
            idempotency::finish(tx, once.as_ref(), variant).await
        })
        .await
}

fn compose(by: &Grant<can::CreateProduct>, (id, parent): (ProductId, &Product), draft: &Draft) -> Result<Product> {
    let options = options(&draft.options);
    let price = draft.price.unwrap_or(parent.price());
    if price.currency != parent.currency {
        return Err(Error::unprocessable("price.currency", "wrong_currency", format!("The product is priced in {}.", parent.currency)));
    }
    let name = variant_name(&parent.name, &options);
    let variant = Product {
        id,
        name_key: text::fold(&name),
        name,
        sku: draft.sku.trim().to_owned(),
        description: None,
        price: price.amount,
        currency: price.currency,
        weight_g: draft.weight.map_or(parent.weight_g, Weight::grams),
        stock: draft.stock,
        active: draft.active,
        version: 1,
        created_at: by.now(),
        updated_at: by.now(),
        shelf: Shelf {
            parent_id: Some(parent.id.uuid()),
            options: serde_json::to_string(&options).ok(),
            tax_class: parent.shelf.tax_class,
            ..Shelf::default()
        },
    };
    check(&variant, None)?;
    Ok(variant)
}

async fn fits(tx: &mut Tx, parent: &Product, variant: &Product) -> Result<()> {
    if parent.shelf.parent_id.is_some() {
        return Err(Error::conflict("is_variant", "This is a variant itself. Add variants to the product it belongs to."));
    }
    if parent.stock > 0 {
        let message =
            format!("{} pieces of the product itself are in stock. Take them out first: from now on its variants are what is sold.", parent.stock);
        return Err(Error::conflict("has_stock", message));
    }
    let siblings = of(tx, parent.id).await?;
    if siblings.len() >= MOST_VARIANTS {
        return Err(Error::conflict("too_many_variants", format!("A product has at most {MOST_VARIANTS} variants.")));
    }
    if siblings.iter().any(|sibling| sibling.shelf.options == variant.shelf.options) {
        return Err(Error::Taken("options", "Another variant has just these options.".into()));
    }
    if store::sku_taken(tx, &variant.sku, None).await? {
        return Err(taken());
    }
    Ok(())
}

/// What can not be changed of a product because of its variants, or of a variant because it is one.
pub(super) fn check_change(before: &Product, after: &Product) -> Result<()> {
    if before.shelf.variant_count > 0 && after.stock > before.stock {
        return Err(Error::unprocessable("stock", "has_variants", "What is sold is its variants; stock is counted there."));
    }
    if before.shelf.parent_id.is_some() && after.name != before.name {
        return Err(Error::unprocessable("name", "is_variant", "A variant is called after its product and its options."));
    }
    Ok(())
}

/// Variants are called after their product.
pub(super) async fn follow(tx: &mut Tx, by: &Grant<can::UpdateProduct>, (before, after): (&Product, &Product)) -> Result<()> {
    if before.shelf.variant_count == 0 || before.name == after.name {
        return Ok(());
    }
    for variant in of(tx, before.id).await? {
        let name = variant_name(&after.name, &variant.shelf.option_map());
        let renamed = Product { name_key: text::fold(&name), name, updated_at: by.now(), ..variant };
        store::update(tx, &renamed).await?;
    }
    Ok(())
}
