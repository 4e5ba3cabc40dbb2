//! Shapes of products on the wire.

use purser_core::Permission;
use purser_core::access::Grant;
use purser_core::catalog::TaxClass;
use purser_core::ids::{CategoryId, ProductId};
use purser_core::{Money, Patch, Timestamp, Weight};
use purser_service::catalog::{Change, Draft, Sale, ShelfChange, ShelfDraft};
use purser_store::products::Product;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::shelf::{SaleBody, ShelfView};
use crate::reply::Versioned;

/// Something that can be sold.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Product")]
pub(crate) struct ProductView {
    id: ProductId,
    name: String,
    /// Stock keeping unit, unique.
    sku: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    price: Money,
    weight: Weight,
    /// Pieces that can be sold; of all its variants, if it has some.
    stock: i64,
    /// Whether it is for sale.
    active: bool,
    #[serde(flatten)]
    shelf: ShelfView,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// Counts changes; the `ETag`.
    version: i64,
}

impl ProductView {
    /// The product as whoever `by` is may see it, at their instant.
    pub(crate) fn of<P>(by: &Grant<P>, product: Product) -> Self {
        Self {
            shelf: ShelfView::of(&product, by.now(), by.actor().may(Permission::UpdateProduct)),
            id: product.id,
            price: product.price(),
            name: product.name,
            sku: product.sku,
            description: product.description,
            weight: Weight::from_grams(product.weight_g).unwrap_or_default(),
            stock: product.shelf.shown_stock,
            active: product.active,
            created_at: product.created_at,
            updated_at: product.updated_at,
            version: product.version,
        }
    }
}

impl Versioned for ProductView {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }
}

/// A product to add.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NewProduct")]
pub(crate) struct ProductBody {
    /// Up to 200 characters.
    name: String,
    /// Up to 64 characters without spaces; no other product may have it.
    sku: String,
    #[serde(default)]
    description: Option<String>,
    /// In the currency of the settings.
    price: Money,
    /// 0 unless said otherwise.
    #[serde(default)]
    weight: Weight,
    /// 0 unless said otherwise.
    #[serde(default)]
    stock: i64,
    /// Whether it is for sale, which takes `publish:product`; yes for whoever holds that, unless said otherwise.
    #[serde(default)]
    active: Option<bool>,
    /// Its part of an address: small letters, digits and hyphens, like no other's; made of the name unless said otherwise.
    #[serde(default)]
    slug: Option<String>,
    #[serde(default)]
    category_id: Option<CategoryId>,
    /// A higher price, shown struck out beside its own.
    #[serde(default)]
    compare_at_price: Option<Money>,
    /// What it costs the business; customers do not see it.
    #[serde(default)]
    cost: Option<Money>,
    #[serde(default)]
    tax_class: Option<TaxClass>,
    /// At most 30 words of up to 40 characters.
    #[serde(default)]
    tags: Vec<String>,
    /// A lower price for a time.
    #[serde(default)]
    sale: Option<SaleBody>,
    /// Pieces below which it is running out; 10 unless said otherwise.
    #[serde(default)]
    low_stock: Option<i64>,
}

impl ProductBody {
    /// The product, for sale unless said otherwise where `publishes`.
    pub(crate) fn draft(self, publishes: bool) -> Draft {
        let body = self;
        Draft {
            name: body.name,
            sku: body.sku,
            description: body.description,
            price: body.price,
            weight: body.weight,
            stock: body.stock,
            active: body.active.unwrap_or(publishes),
            shelf: ShelfDraft {
                slug: body.slug,
                category: body.category_id,
                compare_price: body.compare_at_price,
                cost: body.cost,
                tax_class: body.tax_class,
                tags: body.tags,
                sale: body.sale.map(Sale::from),
                low_stock: body.low_stock,
            },
        }
    }
}

/// A change of a product: only what is mentioned changes.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(rename = "ProductChange")]
#[derive(Default)]
pub(crate) struct ProductPatch {
    name: Patch<String>,
    sku: Patch<String>,
    description: Patch<String>,
    price: Patch<Money>,
    weight: Patch<Weight>,
    stock: Patch<i64>,
    active: Patch<bool>,
    /// Taken away or empty, it is made of the name again.
    slug: Patch<String>,
    category_id: Patch<CategoryId>,
    compare_at_price: Patch<Money>,
    cost: Patch<Money>,
    tax_class: Patch<TaxClass>,
    tags: Patch<Vec<String>>,
    sale: Patch<SaleBody>,
    low_stock: Patch<i64>,
}

impl From<ProductPatch> for Change {
    fn from(body: ProductPatch) -> Self {
        Self {
            name: body.name,
            sku: body.sku,
            description: body.description,
            price: body.price,
            weight: body.weight,
            stock: body.stock,
            active: body.active,
            shelf: ShelfChange {
                slug: body.slug,
                category: body.category_id,
                compare_price: body.compare_at_price,
                cost: body.cost,
                tax_class: body.tax_class,
                tags: body.tags,
                sale: match body.sale {
                    Patch::Keep => Patch::Keep,
                    Patch::Clear => Patch::Clear,
                    Patch::Set(sale) => Patch::Set(sale.into()),
                },
                low_stock: body.low_stock,
            },
        }
    }
}
