//! Writing new orders with their lines, many in one statement. Callers know it as part of `orders`.

use purser_core::history::{Change, Facts};
use purser_core::ids::OrderId;
use purser_core::orders::Address;

use crate::history::{self, Append};
use crate::orders::{Extras, Line, Order};
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
    /// How it was sold.
    pub extras: Extras,
}

const INSERT: &str = "INSERT INTO orders (id, tenant_id, number, reference, customer_id, state, payment_state, country, currency, item_count, \
     subtotal, discount, tax, shipping, total, paid, refunded, source, address, notes, shipping_code, shipping_name, with_tax, lapses_at, version, created_at, updated_at) VALUES";
const INSERT_LINES: &str =
    "INSERT INTO order_lines (order_id, id, tenant_id, product_id, name, sku, quantity, unit_price, total, tax, tax_bp) VALUES";

/// Add orders with their lines, many in one statement.
pub async fn insert(tx: &mut Tx, orders: &[NewOrder]) -> Result<()> {
    for chunk in orders.chunks(200) {
        let mut query = Query::start(INSERT);
        query.rows(chunk.iter().map(|new| order_row(tx, new)).collect::<Result<Vec<_>>>()?);
        tx.run(query).await?;
    }
    let placed: Vec<Append> = orders.iter().map(|new| placed(&new.order)).collect();
    history::append(tx, &placed).await?;
    let lines: Vec<(OrderId, &Line)> = orders.iter().flat_map(|new| new.lines.iter().map(|line| (new.order.id, line))).collect();
    insert_lines(tx, &lines).await
}

/// Add lines, many in one statement.
pub(crate) async fn insert_lines(tx: &mut Tx, lines: &[(OrderId, &Line)]) -> Result<()> {
    let tenant: Value = tx.tenant().into();
    for chunk in lines.chunks(500) {
        let mut query = Query::start(INSERT_LINES);
        query.rows(chunk.iter().map(|(order, line)| line_row(tenant.clone(), *order, line)));
        tx.run(query).await?;
    }
    Ok(())
}

/// How the history of an order begins.
fn placed(o: &Order) -> Append {
    let facts = Facts {
        number: o.number,
        customer_id: o.customer_id.uuid(),
        state: o.state,
        payment_state: o.payment_state,
        country: o.country.clone(),
        currency: o.currency,
        item_count: o.item_count,
        subtotal: o.subtotal,
        discount: o.discount,
        tax: o.tax,
        shipping: o.shipping,
        total: o.total,
        paid: o.paid,
        refunded: o.refunded,
        source: o.source,
        held: false,
        created_at: o.created_at.micros(),
    };
    Append { order: o.id, version: o.version, change: Change::Placed(facts), at: o.updated_at }
}

fn order_row(tx: &Tx, new: &NewOrder) -> Result<[Value; 27]> {
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
        new.extras.shipping_code.clone().into(),
        new.extras.shipping_name.clone().into(),
        new.extras.with_tax.into(),
        new.extras.lapses_at.into(),
        o.version.into(),
        o.created_at.into(),
        o.updated_at.into(),
    ])
}

fn line_row(tenant: Value, order: OrderId, line: &Line) -> [Value; 11] {
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
        line.tax.into(),
        line.tax_bp.into(),
    ]
}
