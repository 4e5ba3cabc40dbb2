//! The `products` table. Whether a change is allowed is decided elsewhere; stock never goes below zero here.

use purser_core::ids::{OrderId, ProductId};
use purser_core::{Currency, Money, Timestamp, text};
use uuid::Uuid;

use crate::page::{Key, List, SortKey};
use crate::rows::Instant;
use crate::{Listing, Page, Query, Result, Tx, Value, sql};

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
}

impl Product {
    /// The price with its currency.
    pub const fn price(&self) -> Money {
        Money::new(self.price, self.currency)
    }
}

macro_rules! columns {
    () => {
        "p.id, p.name, p.name_key, p.sku, p.description, p.price, p.currency, p.weight_g, p.stock, p.active, p.version, p.created_at, p.updated_at"
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
        SortKey { name: "stock", column: "p.stock", key: |p| Key::Int(p.stock) },
    ],
};

/// Fewer pieces than this is low stock.
pub const LOW_STOCK: i64 = 10;

/// Which products are wanted. Everything empty: all.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    /// For sale, or not.
    pub active: Option<bool>,
    /// At least this price.
    pub min_price: Option<i64>,
    /// At most this price.
    pub max_price: Option<i64>,
    /// Only what is for sale and running out.
    pub low_stock: bool,
    /// Words, each of which has to be in the name or the SKU.
    pub words: Vec<String>,
}

fn clause(tx: &Tx, filter: &Filter) -> Query {
    let mut query = Query::start(" WHERE p.tenant_id = ");
    query.arg(tx.tenant());
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
        query.push(" AND p.active = ").arg(true).push(" AND p.stock < ").arg(LOW_STOCK);
    }
    for word in &filter.words {
        // Words hold letters and digits only, so there is nothing to escape.
        query.push(" AND (p.name_key LIKE ").arg(format!("%{word}%")).push(" OR LOWER(p.sku) LIKE ").arg(format!("%{word}%")).push(")");
    }
    query
}

/// One page.
pub async fn list(tx: &mut Tx, filter: &Filter, page: &Page) -> Result<Listing<Product>> {
    let clause = clause(tx, filter);
    LIST.page(tx, &clause, page).await
}

/// How many there are, exact up to `most`, and whether that is all.
pub async fn count(tx: &mut Tx, filter: &Filter, most: i64) -> Result<(i64, bool)> {
    let clause = clause(tx, filter);
    crate::page::count(tx, "products p", &clause, most).await
}

const FIND: &str = concat!("SELECT ", columns!(), " FROM products p WHERE p.tenant_id = $1 AND p.id = $2");

/// One product.
pub async fn find(tx: &mut Tx, id: ProductId) -> Result<Option<Product>> {
    tx.optional(sql(FIND).bind(tx.tenant()).bind(id)).await
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
     created_at, updated_at) VALUES";

/// Add products.
pub async fn insert(tx: &mut Tx, products: &[Product]) -> Result<()> {
    let tenant = tx.tenant();
    for chunk in products.chunks(200) {
        let mut query = Query::start(INSERT);
        query.rows(chunk.iter().map(|product| row(tenant.into(), product)));
        tx.run(query).await?;
    }
    Ok(())
}

fn row(tenant: Value, p: &Product) -> [Value; 14] {
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
    ]
}

const UPDATE: &str = "UPDATE products SET name = $3, name_key = $4, sku = $5, description = $6, price = $7, currency = $8, weight_g = $9, \
     stock = $10, active = $11, updated_at = $12, version = version + 1 WHERE tenant_id = $1 AND id = $2 AND version = $13";

/// Write `product`, whose `version` is the one that was read; `false` when it has moved on since.
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
        .bind(product.version);
    Ok(tx.run(query).await? == 1)
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

/// Take pieces out of the stock; `false` when one of the products has fewer, and then the transaction has to be undone.
pub async fn take_stock(tx: &mut Tx, wanted: &[(ProductId, i64)]) -> Result<bool> {
    let mut query = Query::start("UPDATE products SET stock = products.stock - v.column2, version = products.version + 1 FROM (VALUES");
    query.rows(wanted.iter().map(|(id, quantity)| [(*id).into(), (*quantity).into()]));
    query.push(") AS v WHERE products.id = v.column1 AND products.stock >= v.column2 AND products.tenant_id = ").arg(tx.tenant());
    let taken = tx.run(query).await?;
    Ok(usize::try_from(taken) == Ok(wanted.len()))
}

const GIVE_BACK: &str = "UPDATE products SET stock = products.stock + l.quantity, version = products.version + 1 FROM \
     (SELECT product_id, CAST(SUM(quantity) AS BIGINT) AS quantity FROM order_lines WHERE tenant_id = $1 AND order_id = $2 GROUP BY product_id) AS l \
     WHERE products.id = l.product_id AND products.tenant_id = $1";

/// Put the goods of an order back into stock.
pub async fn give_back_stock(tx: &mut Tx, order: OrderId) -> Result<()> {
    tx.run(sql(GIVE_BACK).bind(tx.tenant()).bind(order)).await.map(drop)
}
