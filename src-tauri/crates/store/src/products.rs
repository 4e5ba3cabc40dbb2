//! The `products` table. Whether a change is allowed is decided elsewhere; stock never goes below zero here.

use purser_core::catalog::in_force;
use purser_core::ids::{CategoryId, ProductId};
use purser_core::{Currency, Money, Timestamp, text};
use uuid::Uuid;

use crate::page::{Key, List, SortKey};
use crate::rows::Instant;
use crate::shelf::{self, Shelf, Way};
use crate::{Listing, Page, Query, Result, Tx, Value, sql, stock};

/// Something that can be sold.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Product {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: ProductId,
    /// Name.
    pub name: String,
    /// Name as lists sort and search it.
    pub name_key: String,
    /// Stock keeping unit; unique in the tenant.
    pub sku: String,
    /// What it is.
    pub description: Option<String>,
    /// Price in minor units.
    pub price: i64,
    /// Currency of the price.
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    /// Weight in grams.
    pub weight_g: i64,
    /// Pieces that can be sold.
    pub stock: i64,
    /// Whether it is for sale.
    pub active: bool,
    /// Counts changes.
    pub version: i64,
    /// Made.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
    /// Last changed.
    #[sqlx(try_from = "Instant")]
    pub updated_at: Timestamp,
    /// Where it stands in the catalog.
    #[sqlx(flatten)]
    pub shelf: Shelf,
}

impl Product {
    /// The usual price with its currency.
    pub const fn price(&self) -> Money {
        Money::new(self.price, self.currency)
    }

    /// The price in force at `now`.
    pub fn price_at(&self, now: Timestamp) -> Money {
        let lower = self.shelf.sale_price.filter(|_| in_force((self.shelf.sale_from_at, self.shelf.sale_until_at), now));
        Money::new(lower.unwrap_or(self.price), self.currency)
    }

    /// Pieces in stock below which it is running out.
    pub fn threshold(&self) -> i64 {
        self.shelf.low_stock.unwrap_or(LOW_STOCK)
    }

    /// Whether it is bought as it is: a product with variants is bought as one of them.
    pub const fn is_sold(&self) -> bool {
        self.shelf.variant_count == 0
    }
}

macro_rules! columns {
    () => {
        "p.id, p.name, p.name_key, p.sku, p.description, p.price, p.currency, p.weight_g, p.stock, p.active, p.version, p.created_at, p.updated_at, \
         p.parent_id, p.options, p.variant_count, p.category_id, p.compare_price, p.cost, p.tax_class, p.tags, p.sale_price, p.sale_from_at, \
         p.sale_until_at, p.low_stock, p.reserved, p.slug, CASE WHEN p.variant_count = 0 THEN p.stock ELSE p.variant_stock END AS shown_stock, \
         COALESCE(p.picture_id, (SELECT w.picture_id FROM products w WHERE w.id = p.parent_id AND w.tenant_id = p.tenant_id)) AS picture_id"
    };
}

static LIST: List<Product> = List {
    select: concat!("SELECT ", columns!(), " FROM products p"),
    id: "p.id",
    row_id: |p| p.id.uuid(),
    sorts: &[
        SortKey { name: "createdAt", column: "p.created_at", key: |p| Key::Time(p.created_at.micros()) },
        SortKey { name: "name", column: "p.name_key", key: |p| Key::Text(p.name_key.clone()) },
        SortKey { name: "sku", column: "p.sku", key: |p| Key::Text(p.sku.clone()) },
        SortKey { name: "price", column: "p.price", key: |p| Key::Int(p.price) },
        // A product with variants has what they have together. The words are those of an index.
        SortKey {
            name: "stock",
            column: "CASE WHEN p.variant_count = 0 THEN p.stock ELSE p.variant_stock END",
            key: |p| Key::Int(p.shelf.shown_stock),
        },
    ],
};

/// Fewer pieces than this is low stock.
pub const LOW_STOCK: i64 = 10;

/// Which products are wanted. Everything empty: all that a list begins with, which is no variants.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    /// For sale, or not.
    pub active: Option<bool>,
    /// At least this price.
    pub min_price: Option<i64>,
    /// At most this price.
    pub max_price: Option<i64>,
    /// Only what is for sale and running out, variants among them.
    pub low_stock: bool,
    /// Only what can be had, or can not.
    pub in_stock: Option<bool>,
    /// Only the variants of this product.
    pub parent: Option<ProductId>,
    /// In any of these categories.
    pub categories: Option<Vec<CategoryId>>,
    /// With each of these tags.
    pub tags: Vec<String>,
    /// Beginnings of words, each of which has to be found.
    pub words: Vec<String>,
    /// And found in its name or number, not only in its tags and description.
    pub named: bool,
}

pub(crate) fn clause(tx: &Tx, filter: &Filter, way: Way) -> Query {
    // The plus keeps SQLite from going through all products of the business and asking of each whether it is among the few found.
    let few = !filter.words.is_empty() && way == Way::Words;
    let mut query = Query::start(if few { tx.pick(" WHERE +p.tenant_id = ", " WHERE p.tenant_id = ") } else { " WHERE p.tenant_id = " });
    query.arg(tx.tenant());
    match filter.parent {
        Some(parent) => query.push(" AND p.parent_id = ").arg(parent),
        None if filter.low_stock => query.push(" AND p.variant_count = 0"),
        None => query.push(" AND p.parent_id IS NULL"),
    };
    if let Some(active) = filter.active {
        query.push(" AND p.active = ").arg(active);
    }
    if let Some(least) = filter.min_price {
        query.push(" AND p.price >= ").arg(least);
    }
    if let Some(most) = filter.max_price {
        query.push(" AND p.price <= ").arg(most);
    }
    if filter.low_stock {
        query.push(" AND p.active = ").arg(true).push(" AND p.stock < COALESCE(p.low_stock, ").arg(LOW_STOCK).push(")");
    }
    if let Some(wanted) = filter.in_stock {
        const HAS: &str = " AND CASE WHEN p.variant_count = 0 THEN p.stock ELSE p.variant_stock END > 0";
        const HAS_NOT: &str = " AND CASE WHEN p.variant_count = 0 THEN p.stock ELSE p.variant_stock END = 0";
        query.push(if wanted { HAS } else { HAS_NOT });
    }
    if let Some(categories) = &filter.categories {
        query.push(" AND p.category_id IN ").list(categories.iter().map(|id| (*id).into()));
    }
    for tag in &filter.tags {
        query.push(" AND p.id IN (SELECT g.product_id FROM product_tags g WHERE g.tenant_id = ").arg(tx.tenant());
        query.push(" AND g.tag = ").arg(tag).push(")");
    }
    if !filter.words.is_empty() {
        shelf::found(tx, &mut query, filter, way);
    }
    query
}

/// One page.
pub async fn list(tx: &mut Tx, filter: &Filter, page: &Page) -> Result<Listing<Product>> {
    let way = shelf::way(tx, &filter.words).await?;
    let clause = clause(tx, filter, way);
    LIST.page(tx, &clause, page).await
}

/// How many there are, exact up to `most`, and whether that is all.
pub async fn count(tx: &mut Tx, filter: &Filter, most: i64) -> Result<(i64, bool)> {
    let way = shelf::way(tx, &filter.words).await?;
    if way == Way::Order {
        return shelf::count_common(tx, filter, most).await;
    }
    let clause = clause(tx, filter, way);
    crate::page::count(tx, "products p", &clause, most).await
}

const FIND: &str = concat!("SELECT ", columns!(), " FROM products p WHERE p.tenant_id = $1 AND p.id = $2");
const BY_SLUG: &str = concat!("SELECT ", columns!(), " FROM products p WHERE p.tenant_id = $1 AND p.slug = $2 AND p.slug <> ''");

/// One product.
pub async fn find(tx: &mut Tx, id: ProductId) -> Result<Option<Product>> {
    tx.optional(sql(FIND).bind(tx.tenant()).bind(id)).await
}

/// The product this part of an address names.
pub async fn by_slug(tx: &mut Tx, slug: &str) -> Result<Option<Product>> {
    tx.optional(sql(BY_SLUG).bind(tx.tenant()).bind(slug.to_owned())).await
}

/// The products of `ids`, held until the transaction ends; those that do not exist are left out.
pub async fn hold(tx: &mut Tx, ids: &[ProductId]) -> Result<Vec<Product>> {
    let mut query = Query::start(concat!("SELECT ", columns!(), " FROM products p WHERE p.tenant_id = "));
    query.arg(tx.tenant()).push(" AND p.id IN ").list(ids.iter().map(|id| (*id).into()));
    // In the order of ids, so that two orders for the same goods wait for each other instead of for ever.
    query.push(tx.pick(" ORDER BY p.id", " ORDER BY p.id FOR UPDATE"));
    tx.all(query).await
}

/// The products of these ids that exist, as they are now, held for nobody.
pub async fn several(tx: &mut Tx, ids: &[ProductId]) -> Result<Vec<Product>> {
    let mut query = Query::start(concat!("SELECT ", columns!(), " FROM products p WHERE p.tenant_id = "));
    query.arg(tx.tenant()).push(" AND p.id IN ").list(ids.iter().map(|id| (*id).into())).push(" ORDER BY p.id");
    tx.all(query).await
}

const INSERT: &str = "INSERT INTO products (id, tenant_id, name, name_key, sku, description, price, currency, weight_g, stock, active, version, \
     created_at, updated_at, parent_id, options, category_id, compare_price, cost, tax_class, tags, sale_price, sale_from_at, sale_until_at, low_stock, \
     slug) VALUES";

/// Add products, with the words they are found by and what they begin with in stock.
pub async fn insert(tx: &mut Tx, products: &[Product]) -> Result<()> {
    let tenant = tx.tenant();
    for chunk in products.chunks(200) {
        let mut query = Query::start(INSERT);
        query.rows(chunk.iter().map(|product| row(tenant.into(), product)));
        tx.run(query).await?;
        shelf::write(tx, chunk, true).await?;
        stock::open(tx, chunk).await?;
    }
    Ok(())
}

fn row(tenant: Value, p: &Product) -> [Value; 26] {
    [
        p.id.into(),
        tenant,
        (&p.name).into(),
        text::fold(&p.name).into(),
        (&p.sku).into(),
        p.description.clone().into(),
        p.price.into(),
        p.currency.into(),
        p.weight_g.into(),
        p.stock.into(),
        p.active.into(),
        p.version.into(),
        p.created_at.into(),
        p.updated_at.into(),
        p.shelf.parent_id.into(),
        p.shelf.options.clone().into(),
        p.shelf.category_id.into(),
        p.shelf.compare_price.into(),
        p.shelf.cost.into(),
        p.shelf.tax_class.as_str().into(),
        (&p.shelf.tags).into(),
        p.shelf.sale_price.into(),
        p.shelf.sale_from_at.into(),
        p.shelf.sale_until_at.into(),
        p.shelf.low_stock.into(),
        (&p.shelf.slug).into(),
    ]
}

const UPDATE: &str = "UPDATE products SET name = $3, name_key = $4, sku = $5, description = $6, price = $7, currency = $8, weight_g = $9, \
     stock = $10, active = $11, updated_at = $12, category_id = $14, compare_price = $15, cost = $16, tax_class = $17, tags = $18, sale_price = $19, \
     sale_from_at = $20, sale_until_at = $21, low_stock = $22, slug = $23, version = version + 1 WHERE tenant_id = $1 AND id = $2 AND version = $13";

/// Write `product`, whose `version` is the one that was read; `false` when it has moved on since. What moved in stock is written by `stock`.
pub async fn update(tx: &mut Tx, product: &Product) -> Result<bool> {
    let query = sql(UPDATE)
        .bind(tx.tenant())
        .bind(product.id)
        .bind(&product.name)
        .bind(text::fold(&product.name))
        .bind(&product.sku)
        .bind(product.description.clone())
        .bind(product.price)
        .bind(product.currency)
        .bind(product.weight_g)
        .bind(product.stock)
        .bind(product.active)
        .bind(product.updated_at)
        .bind(product.version)
        .bind(product.shelf.category_id)
        .bind(product.shelf.compare_price)
        .bind(product.shelf.cost)
        .bind(product.shelf.tax_class.as_str())
        .bind(&product.shelf.tags)
        .bind(product.shelf.sale_price)
        .bind(product.shelf.sale_from_at)
        .bind(product.shelf.sale_until_at)
        .bind(product.shelf.low_stock)
        .bind(&product.shelf.slug);
    if tx.run(query).await? != 1 {
        return Ok(false);
    }
    shelf::write(tx, std::slice::from_ref(product), false).await?;
    Ok(true)
}

#[derive(sqlx::FromRow)]
struct Count {
    n: i64,
}

/// Whether a product other than `except` has this SKU.
pub async fn sku_taken(tx: &mut Tx, sku: &str, except: Option<ProductId>) -> Result<bool> {
    const TAKEN: &str = "SELECT COUNT(*) AS n FROM products WHERE tenant_id = $1 AND sku = $2 AND id <> $3";
    let except = except.map_or(Uuid::nil(), ProductId::uuid);
    let count: Count = tx.one(crate::sql(TAKEN).bind(tx.tenant()).bind(sku.to_owned()).bind(except)).await?;
    Ok(count.n > 0)
}
