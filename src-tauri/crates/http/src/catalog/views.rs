//! Shapes of products on the wire.

use purser_core::ids::ProductId;
use purser_core::{Money, Patch, Timestamp, Weight};
use purser_service::catalog::{Change, Draft};
use purser_store::products::Product;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
    /// Pieces that can be sold.
    stock: i64,
    /// Whether it is for sale.
    active: bool,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// Counts changes; the `ETag`.
    version: i64,
}

impl From<Product> for ProductView {
    fn from(product: Product) -> Self {
        Self {
            id: product.id,
            price: product.price(),
            name: product.name,
            sku: product.sku,
            description: product.description,
            weight: Weight::from_grams(product.weight_g).unwrap_or_default(),
            stock: product.stock,
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
    /// Whether it is for sale; yes unless said otherwise.
    #[serde(default)]
    active: Option<bool>,
}

impl From<ProductBody> for Draft {
    fn from(body: ProductBody) -> Self {
        Self {
            name: body.name,
            sku: body.sku,
            description: body.description,
            price: body.price,
            weight: body.weight,
            stock: body.stock,
            active: body.active.unwrap_or(true),
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
        }
    }
}
