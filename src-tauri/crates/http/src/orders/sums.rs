//! Sums over the orders a list finds.

use axum::extract::State;
use purser_core::access::can;
use purser_core::{Currency, Money};
use purser_service::App;
use purser_service::orders::{self, Sums};
use schemars::JsonSchema;
use serde::Serialize;

use super::list::{OrdersQuery, TotalsQuery};
use crate::Result;
use crate::extract::{AllowedOwn, Query};
use crate::reply::{Data, Versioned};

/// Sums over orders of one currency.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "OrderSum")]
struct SumView {
    currency: Currency,
    /// How many there are.
    orders: i64,
    /// What their customers owe.
    total: Money,
    /// What was taken.
    paid: Money,
    /// What was given back.
    refunded: Money,
    /// Refunds that are granted and that somebody else has to send.
    granted: Money,
    /// Refunds that are sent and that their provider has not called done.
    pending: Money,
}

/// Sums over the orders found.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OrderSums")]
pub(super) struct SumsView {
    /// One for each currency, that with the most orders first.
    currencies: Vec<SumView>,
    /// Whether every order found is in them; there is an end to adding up.
    exact: bool,
}

impl From<Sums> for SumsView {
    fn from(sums: Sums) -> Self {
        let view = |sum: purser_store::orders_money::Sum| {
            let money = |amount| Money::new(amount, sum.currency);
            SumView {
                currency: sum.currency,
                orders: sum.orders,
                total: money(sum.total),
                paid: money(sum.paid),
                refunded: money(sum.refunded),
                granted: money(sum.granted),
                pending: money(sum.pending),
            }
        };
        Self { currencies: sums.rows.into_iter().map(view).collect(), exact: sums.exact }
    }
}

impl Versioned for SumsView {}

pub(super) async fn read(
    State(app): State<App>,
    AllowedOwn(by): AllowedOwn<can::ReadOrder>,
    Query(query): Query<TotalsQuery>,
) -> Result<Data<SumsView>> {
    Ok(Data(orders::sums(&app, &by, OrdersQuery::from(query).filter()).await?.into()))
}
