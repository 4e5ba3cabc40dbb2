//! Writing new orders with their lines, many in one statement. Callers know it as part of `orders`.

use purser_core::ids::OrderId;
use purser_core::orders::Address;

use crate::orders::{Line, Order};
use crate::private::{Column, Place};
use crate::{Query, Result, Tx, Value};

/// An order about to be written.
#[derive(Clone, Debug)]
pub struct NewOrder {
    /// The row; its customer's name is not written.
    pub order: Order,
    /// Where it goes.
    pub address: Address,
    /// What staff wrote down.
    pub notes: Option<String>,
    /// What is in it.
    pub lines: Vec<Line>,
}

const INSERT: &str = "INSERT INTO orders (id, tenant_id, number, reference, customer_id, state, payment_state, country, currency, item_count, \
     subtotal, discount, tax, shipping, total, paid, refunded, source, address, notes, version, created_at, updated_at) VALUES";
const INSERT_LINES: &str = "INSERT INTO order_lines (order_id, id, tenant_id, product_id, name, sku, quantity, unit_price, total) VALUES";

/// Add orders with their lines, many in one statement.
pub async fn insert(tx: &mut Tx, orders: &[NewOrder]) -> Result<()> {
    let tenant: Value = tx.tenant().into();
    for chunk in orders.chunks(200) {
        let mut query = Query::start(INSERT);
        query.rows(chunk.iter().map(|new| order_row(tx, new)).collect::<Result<Vec<_>>>()?);
        tx.run(query).await?;
    }
    let lines: Vec<(OrderId, &Line)> = orders.iter().flat_map(|new| new.lines.iter().map(|line| (new.order.id, line))).collect();
    for chunk in lines.chunks(500) {
        let mut query = Query::start(INSERT_LINES);
        query.rows(chunk.iter().map(|(order, line)| line_row(tenant.clone(), *order, line)));
        tx.run(query).await?;
    }
    Ok(())
}

fn order_row(tx: &Tx, new: &NewOrder) -> Result<[Value; 23]> {
    let o = &new.order;
    let place = |column| Place::order(tx.tenant(), o.id, column);
    let address = serde_json::to_string(&new.address).map_err(|error| purser_core::Error::Internal(Box::new(error)))?;
    Ok([
        o.id.into(),
        tx.tenant().into(),
        o.number.into(),
        o.reference.clone().into(),
        o.customer_id.into(),
        o.state.as_str().into(),
        o.payment_state.as_str().into(),
        (&o.country).into(),
        o.currency.into(),
        o.item_count.into(),
        o.subtotal.into(),
        o.discount.into(),
        o.tax.into(),
        o.shipping.into(),
        o.total.into(),
        o.paid.into(),
        o.refunded.into(),
        o.source.as_str().into(),
        tx.hide(place(Column::OrderAddress), Some(&address))?.into(),
        tx.hide(place(Column::OrderNotes), new.notes.as_deref())?.into(),
        o.version.into(),
        o.created_at.into(),
        o.updated_at.into(),
    ])
}

fn line_row(tenant: Value, order: OrderId, line: &Line) -> [Value; 9] {
    [
        order.into(),
        line.id.into(),
        tenant,
        line.product_id.into(),
        (&line.name).into(),
        (&line.sku).into(),
        line.quantity.into(),
        line.unit_price.into(),
        line.total.into(),
    ]
}
