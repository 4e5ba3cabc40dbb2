//! The money of the orders a list finds: what is on its way back for each, and sums over all.

use std::collections::HashMap;

use purser_core::access::{Scoped, can};
use purser_core::ids::OrderId;
use purser_core::{Error, Result};
use purser_store::orders::{Filter, Order};
use purser_store::orders_money::{self as store, Open, Sum};

use super::of_whom;
use crate::App;

/// More orders than this are not added up: a list of a million is a question for the figures of the business.
const MOST: i64 = 100_000;

/// Sums over a list.
#[derive(Clone, Debug)]
pub struct Sums {
    /// One for each currency.
    pub rows: Vec<Sum>,
    /// Whether every order found is in them.
    pub exact: bool,
}

/// What of the money of these orders is still to move.
pub async fn open_money(app: &App, by: &Scoped<can::ReadOrder>, orders: &[Order]) -> Result<HashMap<OrderId, Open>> {
    // Only what was paid gives something back, and what was sold on account counts as paid.
    let paid: Vec<OrderId> = orders.iter().filter(|order| order.paid > 0).map(|order| order.id).collect();
    if paid.is_empty() {
        return Ok(HashMap::new());
    }
    let found = app.db.read(by, async |tx| store::open(tx, &paid).await.map_err(Error::from)).await?;
    Ok(found.into_iter().map(|row| (row.order_id, row)).collect())
}

/// Sums over the orders the filter finds: of everybody's, or of the caller's own where they may see no others.
pub async fn sums(app: &App, by: &Scoped<can::ReadOrder>, filter: Filter) -> Result<Sums> {
    let filter = of_whom(by, filter);
    let rows = app.db.read(by, async |tx| store::sums(tx, &filter, MOST).await.map_err(Error::from)).await?;
    let exact = rows.iter().map(|row| row.orders).sum::<i64>() < MOST;
    Ok(Sums { rows, exact })
}
