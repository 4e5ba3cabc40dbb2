//! A person in figures.

use purser_core::access::{Grant, Permission, can};
use purser_core::ids::UserId;
use purser_core::{Money, Result, Timestamp};
use purser_store::{overview, sessions};

use super::find;
use crate::App;

/// A person in figures. Money of each currency stands by itself.
#[derive(Clone, Debug, Default)]
pub struct Overview {
    /// Orders.
    pub orders: i64,
    /// Paid, per currency.
    pub spent: Vec<Money>,
    /// Given back, per currency; currencies without are left out.
    pub refunded: Vec<Money>,
    /// The last order.
    pub last_order_at: Option<Timestamp>,
    /// Devices that are signed in.
    pub open_sessions: usize,
}

/// A person in figures; those of orders only for somebody who may see orders.
pub async fn overview(app: &App, by: &Grant<can::ReadUser>, id: UserId) -> Result<Overview> {
    app.db
        .read(by, async |tx| {
            find(tx, id).await?;
            let open_sessions = sessions::list(tx, id, by.now()).await?.len();
            let mut figures = Overview { open_sessions, ..Overview::default() };
            if !by.actor().may(Permission::ReadOrder) {
                return Ok(figures);
            }
            for row in overview::business(tx, id).await? {
                figures.orders += row.orders;
                figures.spent.push(Money::new(row.paid, row.currency));
                if row.refunded > 0 {
                    figures.refunded.push(Money::new(row.refunded, row.currency));
                }
                figures.last_order_at = figures.last_order_at.max(Some(row.last_order_at));
            }
            Ok(figures)
        })
        .await
}
