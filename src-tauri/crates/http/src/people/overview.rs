//! A person in figures.

use axum::extract::State;
use purser_core::access::can;
use purser_core::ids::UserId;
use purser_core::{Money, Timestamp};
use purser_service::{App, people};
use schemars::JsonSchema;
use serde::Serialize;

use crate::Result;
use crate::extract::{Allowed, Path};
use crate::reply::{Data, Versioned};

/// A person in figures; money of each currency stands by itself.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "UserOverview")]
pub(crate) struct OverviewView {
    orders: i64,
    spent: Vec<Money>,
    refunded: Vec<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_order_at: Option<Timestamp>,
    /// Devices that are signed in.
    open_sessions: usize,
}

impl Versioned for OverviewView {}

pub(crate) async fn user_overview(State(app): State<App>, Allowed(by): Allowed<can::ReadUser>, Path(id): Path<UserId>) -> Result<Data<OverviewView>> {
    let figures = people::overview(&app, &by, id).await?;
    Ok(Data(OverviewView {
        orders: figures.orders,
        spent: figures.spent,
        refunded: figures.refunded,
        last_order_at: figures.last_order_at,
        open_sessions: figures.open_sessions,
    }))
}
