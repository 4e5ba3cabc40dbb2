//! Stock and what moved it. Available pieces are `products.stock`, those set aside for orders `products.reserved`; both are the sums of
//! `stock_movements`. Neither goes below zero: the tables refuse it.

use purser_core::Timestamp;
use purser_core::catalog::MovementKind;
use purser_core::ids::{MovementId, OrderId, ProductId};
use uuid::Uuid;

use crate::page::{Key, List, SortKey};
use crate::products::Product;
use crate::rows::Instant;
use crate::{Listing, Page, Query, Result, Tx, Value, sql};

/// One change of stock.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Movement {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: MovementId,
    /// What moved.
    #[sqlx(try_from = "Uuid")]
    pub product_id: ProductId,
    /// Why.
    #[sqlx(try_from = "String")]
    pub kind: MovementKind,
    /// Added to what can be sold.
    pub available: i64,
    /// Added to what is set aside.
    pub reserved: i64,
    /// In words.
    pub reason: Option<String>,
    /// The order it was for.
    pub order_id: Option<Uuid>,
    /// Number of that order.
    pub order_number: Option<i64>,
    /// What the product is called.
    pub product: Option<String>,
    /// Its stock keeping unit.
    pub sku: Option<String>,
    /// Who moved it.
    pub by_id: Option<Uuid>,
    /// Their name.
    pub by_name: Option<String>,
    /// When.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
}

static LIST: List<Movement> = List {
    select: "SELECT m.id, m.product_id, m.kind, m.available, m.reserved, m.reason, m.order_id, o.number AS order_number, m.by_id, \
             p.name AS product, p.sku, u.first_name || ' ' || u.last_name AS by_name, m.created_at FROM stock_movements m \
             LEFT JOIN products p ON p.id = m.product_id AND p.tenant_id = m.tenant_id \
             LEFT JOIN orders o ON o.id = m.order_id AND o.tenant_id = m.tenant_id \
             LEFT JOIN users u ON u.id = m.by_id AND u.tenant_id = m.tenant_id",
    id: "m.id",
    row_id: |m| m.id.uuid(),
    sorts: &[SortKey { name: "createdAt", column: "m.created_at", key: |m| Key::Time(m.created_at.micros()) }],
};

/// Which movements are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    /// Of this product.
    pub product: Option<ProductId>,
    /// For any of these reasons.
    pub kinds: Vec<MovementKind>,
    /// Found anywhere in the words of the reason.
    pub search: Option<String>,
    /// Moved at or after.
    pub from: Option<Timestamp>,
    /// Moved before.
    pub to: Option<Timestamp>,
}

fn clause(tx: &Tx, filter: &Filter) -> Query {
    let mut query = Query::start(" WHERE m.tenant_id = ");
    query.arg(tx.tenant());
    if let Some(product) = filter.product {
        query.push(" AND m.product_id = ").arg(product);
    }
    if let Some(from) = filter.from {
        query.push(" AND m.created_at >= ").arg(from);
    }
    if let Some(to) = filter.to {
        query.push(" AND m.created_at < ").arg(to);
    }
    if !filter.kinds.is_empty() {
        query.push(" AND m.kind IN ").list(filter.kinds.iter().map(|kind| kind.as_str().into()));
    }
    if let Some(search) = &filter.search {
        query.push(" AND LOWER(m.reason) LIKE ").arg(format!("%{}%", crate::sql::like(&search.to_lowercase()))).push(" ESCAPE '\\'");
    }
    query
}

/// One page of what moved.
pub async fn list(tx: &mut Tx, filter: &Filter, page: &Page) -> Result<Listing<Movement>> {
    let clause = clause(tx, filter);
    LIST.page(tx, &clause, page).await
}

/// How many there are, exact up to `most`, and whether that is all.
pub async fn count(tx: &mut Tx, filter: &Filter, most: i64) -> Result<(i64, bool)> {
    let clause = clause(tx, filter);
    crate::page::count(tx, "stock_movements m", &clause, most).await
}

const INSERT: &str = "INSERT INTO stock_movements (id, tenant_id, product_id, kind, available, reserved, reason, order_id, by_id, created_at) VALUES";

/// Write movements down; the product itself is changed by whoever moves.
pub async fn write(tx: &mut Tx, movements: &[Movement]) -> Result<()> {
    let tenant: Value = tx.tenant().into();
    for chunk in movements.chunks(200) {
        let mut query = Query::start(INSERT);
        query.rows(chunk.iter().map(|m| {
            [
                m.id.into(),
                tenant.clone(),
                m.product_id.into(),
                m.kind.as_str().into(),
                m.available.into(),
                m.reserved.into(),
                m.reason.clone().into(),
                m.order_id.into(),
                m.by_id.into(),
                m.created_at.into(),
            ]
        }));
        tx.run(query).await?;
    }
    Ok(())
}

/// What new products begin with. The movement has the id of its product: there is one.
pub(crate) async fn open(tx: &mut Tx, products: &[Product]) -> Result<()> {
    let stocked = products.iter().filter(|p| p.stock > 0).map(|p| Movement {
        id: MovementId(p.id.uuid()),
        product_id: p.id,
        kind: MovementKind::Counted,
        available: p.stock,
        reserved: 0,
        reason: None,
        order_id: None,
        order_number: None,
        product: None,
        sku: None,
        by_id: None,
        by_name: None,
        created_at: p.created_at,
    });
    let stocked: Vec<Movement> = stocked.collect();
    write(tx, &stocked).await
}

/// Set pieces aside; `false` when one of the products has fewer, and then the transaction has to be undone.
pub async fn take(tx: &mut Tx, wanted: &[(ProductId, i64)]) -> Result<bool> {
    let mut query = Query::start(
        "UPDATE products SET stock = products.stock - v.column2, reserved = products.reserved + v.column2, version = products.version + 1 FROM (VALUES",
    );
    query.rows(wanted.iter().map(|(id, quantity)| [(*id).into(), (*quantity).into()]));
    query.push(") AS v WHERE products.id = v.column1 AND products.stock >= v.column2 AND products.tenant_id = ").arg(tx.tenant());
    let taken = tx.run(query).await?;
    Ok(usize::try_from(taken) == Ok(wanted.len()))
}

/// The lines of orders whose goods have yet to leave the house and are not set aside.
fn waiting(tx: &Tx, query: &mut Query, orders: Option<&[OrderId]>) {
    let tenant = tx.tenant();
    query.push(
        "(SELECT l.order_id, l.id, l.tenant_id, l.product_id, l.quantity, o.created_at FROM order_lines l JOIN orders o ON o.id = l.order_id \
         WHERE l.reserved = 0 AND l.product_id IS NOT NULL AND o.state IN ('pending', 'paid', 'processing') AND l.tenant_id = ",
    );
    query.arg(tenant);
    match orders {
        Some(orders) => query.push(" AND l.order_id IN ").list(orders.iter().map(|id| (*id).into())),
        None => query.push(" AND o.source = 'demo'"),
    };
    query.push(") AS w");
}

/// Write down that the goods of new orders are set aside. `from_stock`: they were taken out of what can be sold; otherwise they never were in
/// it, as with orders from elsewhere. The movement has the id of its line: there is one. `None`: the orders of the demo.
pub async fn set_aside(tx: &mut Tx, orders: Option<&[OrderId]>, (from_stock, by): (bool, Option<Uuid>)) -> Result<()> {
    let mut query = Query::start(
        "INSERT INTO stock_movements (id, tenant_id, product_id, kind, available, reserved, order_id, by_id, created_at) \
         SELECT w.id, w.tenant_id, w.product_id, 'reserved', ",
    );
    query.push(if from_stock { "-w.quantity" } else { "0" }).push(", w.quantity, w.order_id, ").arg(by).push(", w.created_at FROM ");
    waiting(tx, &mut query, orders);
    if tx.run(query).await? == 0 {
        return Ok(());
    }
    if !from_stock {
        let mut query = Query::start(
            "UPDATE products SET reserved = products.reserved + s.pieces, version = products.version + 1 FROM \
             (SELECT w.product_id, CAST(SUM(w.quantity) AS BIGINT) AS pieces FROM ",
        );
        waiting(tx, &mut query, orders);
        query.push(" GROUP BY w.product_id) AS s WHERE products.id = s.product_id AND products.tenant_id = ").arg(tx.tenant());
        tx.run(query).await?;
    }
    let mut query = Query::start("UPDATE order_lines SET reserved = order_lines.quantity FROM ");
    waiting(tx, &mut query, orders);
    query.push(" WHERE order_lines.order_id = w.order_id AND order_lines.id = w.id AND order_lines.tenant_id = ").arg(tx.tenant());
    tx.run(query).await.map(drop)
}

/// Pieces of a line that are still set aside.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct Held {
    /// The product.
    #[sqlx(try_from = "Uuid")]
    pub product_id: ProductId,
    /// Pieces.
    pub pieces: i64,
}

const HELD: &str = "SELECT product_id, CAST(SUM(reserved) AS BIGINT) AS pieces FROM order_lines WHERE tenant_id = $1 AND order_id = $2 AND reserved > 0 \
     GROUP BY product_id ORDER BY product_id";

/// What is set aside for an order, by product.
pub async fn held(tx: &mut Tx, order: OrderId) -> Result<Vec<Held>> {
    tx.all(sql(HELD).bind(tx.tenant()).bind(order)).await
}

const LET_GO: &str = "UPDATE order_lines SET reserved = 0 WHERE tenant_id = $1 AND order_id = $2 AND reserved > 0";

/// Nothing is set aside for the lines of an order any more; what becomes of the pieces is [`settle`].
pub async fn let_go(tx: &mut Tx, order: OrderId) -> Result<()> {
    tx.run(sql(LET_GO).bind(tx.tenant()).bind(order)).await.map(drop)
}

/// Change what can be sold and what is set aside, by product.
pub async fn settle(tx: &mut Tx, changes: &[Movement]) -> Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    let mut query = Query::start(
        "UPDATE products SET stock = products.stock + v.column2, reserved = products.reserved + v.column3, version = products.version + 1 FROM (VALUES",
    );
    query.rows(changes.iter().map(|m| [m.product_id.into(), m.available.into(), m.reserved.into()]));
    query.push(") AS v WHERE products.id = v.column1 AND products.tenant_id = ").arg(tx.tenant());
    tx.run(query).await?;
    write(tx, changes).await
}
