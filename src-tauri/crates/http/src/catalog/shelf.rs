//! Where products stand, on the wire: prices beside the usual one, tags, options, what a list has in common, movements of stock.

use purser_core::catalog::{MovementKind, Options, TaxClass, in_force};
use purser_core::ids::{CategoryId, MovementId, ProductId};
use purser_core::{Money, Timestamp, Weight};
use purser_service::catalog::stock::Move;
use purser_service::catalog::{Facets, Sale, variants};
use purser_store::products::Product;
use purser_store::stock::Movement;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::reply::Versioned;

/// A lower price for a time.
#[derive(Clone, Copy, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "Sale")]
pub(crate) struct SaleBody {
    /// Lower than the usual price.
    price: Money,
    /// Since when; at once otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<Timestamp>,
    /// Until when, that instant not included; for ever otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
}

impl From<SaleBody> for Sale {
    fn from(body: SaleBody) -> Self {
        Self { price: body.price, from: body.from, until: body.until }
    }
}

/// What a product has beyond name, price and stock.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ShelfView {
    /// What it costs at this instant: the lower price while it is in force.
    current_price: Money,
    /// Whether a lower price is in force.
    on_sale: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    sale: Option<SaleBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    compare_at_price: Option<Money>,
    /// Only for whoever may change products.
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<Money>,
    tax_class: TaxClass,
    tags: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    category_id: Option<Uuid>,
    /// The product this is a variant of.
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_id: Option<Uuid>,
    /// What tells a variant from its siblings.
    options: Options,
    /// Variants it has; one with variants is bought as one of them.
    variant_count: i64,
    /// Pieces set aside for orders; with `stock` what lies on the shelf.
    reserved: i64,
    /// Pieces below which it is running out.
    low_stock: i64,
    /// Its part of an address, like no other's.
    slug: String,
    /// The file of its first picture, or of a variant without one that of its product; its bytes are at `/products/{id}/pictures/{pictureId}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    picture_id: Option<Uuid>,
}

impl ShelfView {
    /// As it is at `now`, with what it costs the business for those who may know.
    pub(crate) fn of(product: &Product, now: Timestamp, insider: bool) -> Self {
        let shelf = &product.shelf;
        let money = |amount: Option<i64>| amount.map(|amount| Money::new(amount, product.currency));
        let current_price = product.price_at(now);
        Self {
            on_sale: shelf.sale_price.is_some() && in_force((shelf.sale_from_at, shelf.sale_until_at), now),
            sale: money(shelf.sale_price).map(|price| SaleBody { price, from: shelf.sale_from_at, until: shelf.sale_until_at }),
            compare_at_price: money(shelf.compare_price),
            cost: money(shelf.cost).filter(|_| insider),
            tax_class: shelf.tax_class,
            tags: shelf.tag_list(),
            category_id: shelf.category_id,
            parent_id: shelf.parent_id,
            options: shelf.option_map(),
            variant_count: shelf.variant_count,
            reserved: shelf.reserved,
            low_stock: product.threshold(),
            slug: shelf.slug.clone(),
            picture_id: shelf.picture_id,
            current_price,
        }
    }
}

/// A variant to add; what it leaves out is as with its product.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NewVariant")]
pub(crate) struct VariantBody {
    /// What tells it from its siblings: `{"size": "M", "colour": "red"}`. No sibling may have the same.
    options: Options,
    /// Up to 64 characters without spaces; no other product may have it.
    sku: String,
    #[serde(default)]
    price: Option<Money>,
    #[serde(default)]
    weight: Option<Weight>,
    /// 0 unless said otherwise.
    #[serde(default)]
    stock: i64,
    /// Whether it is for sale; yes unless said otherwise.
    #[serde(default)]
    active: Option<bool>,
}

impl VariantBody {
    /// The variant, for sale unless said otherwise where `publishes`.
    pub(super) fn draft(self, publishes: bool) -> variants::Draft {
        let Self { options, sku, price, weight, stock, active } = self;
        variants::Draft { options, sku, price, weight, stock, active: active.unwrap_or(publishes) }
    }
}

/// A category and how many of the products found are right in it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CategoryFacet")]
struct CategoryFacet {
    id: CategoryId,
    name: String,
    count: i64,
}

/// A tag and how many of the products found have it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TagFacet")]
struct TagFacet {
    tag: String,
    count: i64,
}

/// What the products a filter finds have in common.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ProductFacets")]
pub(crate) struct FacetsView {
    categories: Vec<CategoryFacet>,
    /// The 50 commonest.
    tags: Vec<TagFacet>,
}

impl From<Facets> for FacetsView {
    fn from(facets: Facets) -> Self {
        Self {
            categories: facets.categories.into_iter().map(|(id, name, count)| CategoryFacet { id, name, count }).collect(),
            tags: facets.tags.into_iter().map(|row| TagFacet { tag: row.tag, count: row.products }).collect(),
        }
    }
}

impl Versioned for FacetsView {}

/// A change of stock.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "StockMovement")]
pub(crate) struct MovementView {
    id: MovementId,
    product_id: ProductId,
    kind: MovementKind,
    /// Added to what can be sold.
    available: i64,
    /// Added to what is set aside for orders.
    reserved: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_number: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by_name: Option<String>,
    created_at: Timestamp,
}

impl From<Movement> for MovementView {
    fn from(m: Movement) -> Self {
        let Movement { id, product_id, kind, available, reserved, reason, order_id, order_number, by_id, by_name, created_at, .. } = m;
        Self { id, product_id, kind, available, reserved, reason, order_id, order_number, by_id, by_name, created_at }
    }
}

/// Stock moved by hand.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "StockMove")]
pub(crate) struct MoveBody {
    /// `received`, `returned`, `corrected` or `counted`.
    kind: MovementKind,
    /// Pieces: added when received or returned, added or (below 0) taken when corrected, found on the shelf when counted.
    quantity: i64,
    /// Needed to put stock right; up to 500 characters.
    #[serde(default)]
    reason: Option<String>,
}

impl From<MoveBody> for Move {
    fn from(body: MoveBody) -> Self {
        Self { kind: body.kind, quantity: body.quantity, reason: body.reason }
    }
}
