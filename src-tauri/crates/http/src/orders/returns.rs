//! Goods that come back.

use std::sync::Arc;

use axum::extract::State;
use purser_core::Timestamp;
use purser_core::access::can;
use purser_core::handling::ReturnState;
use purser_core::ids::{LineId, OrderId, ReturnId, UserId};
use purser_service::orders::returns::{self, Arrived, Coming};
use purser_service::{App, exports};
use purser_store::handling::{Filter, Goods, Part, Return};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::found_by;
use super::handling::{PiecesBody, ReasonBody};
use crate::Result;
use crate::extract::{Allowed, Any, Json, NeededKey, Path, Query};
use crate::list_query;
use crate::once::{Repeatable, Shape};
use crate::reply::{Csv, Data, Rows, Versioned};

/// What of a line comes back.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "ReturnLine")]
struct LineView {
    line_id: LineId,
    name: String,
    sku: String,
    /// Pieces that shall come back.
    quantity: i64,
    /// Pieces that arrived: what money is given back for.
    received: i64,
    /// Of those, the ones that can be sold again.
    restocked: i64,
}

/// Goods that come back.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Return")]
pub(crate) struct ReturnView {
    id: ReturnId,
    order_id: OrderId,
    order_number: i64,
    state: ReturnState,
    /// Why they come back.
    reason: String,
    /// Why they may not.
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<String>,
    /// Empty in lists.
    lines: Vec<LineView>,
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    received_at: Option<Timestamp>,
    /// Counts changes.
    version: i64,
}

impl ReturnView {
    pub(super) fn of(one: Return, parts: Vec<(Part, Option<Goods>)>) -> Self {
        let line = |(part, goods): (Part, Option<Goods>)| {
            let (name, sku) = goods.map(|goods| (goods.name, goods.sku)).unwrap_or_default();
            LineView { line_id: part.line_id, name, sku, quantity: part.quantity, received: part.received, restocked: part.restocked }
        };
        let Return { id, order_id, order_number, state, reason, decision, version, created_at, decided_at, received_at } = one;
        let lines = parts.into_iter().map(line).collect();
        Self { id, order_id, order_number, state, reason, decision, lines, created_at, decided_at, received_at, version }
    }
}

impl From<Coming> for ReturnView {
    fn from(coming: Coming) -> Self {
        Self::of(coming.one, coming.parts)
    }
}

impl Versioned for ReturnView {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }
}

list_query! {
    /// Which returns.
    ReturnsQuery {
        /// In any of these states.
        state: Any<ReturnState>,
        /// Of this order.
        order_id: Option<OrderId>,
        /// Of orders of this person.
        customer_id: Option<UserId>,
    }
}

impl ReturnsQuery {
    fn filter(&self) -> Filter {
        let number = self.search().and_then(|text| found_by(text).number);
        let search = self.search().filter(|_| number.is_none()).map(str::to_owned);
        Filter { states: self.state.0.clone(), order: self.order_id, customer: self.customer_id, number, search }
    }
}

pub(crate) async fn list_returns(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadOrder>,
    Query(query): Query<ReturnsQuery>,
) -> Result<Rows<ReturnView>> {
    let page = query.page()?;
    let (listing, total) = returns::list(&app, &by, &query.filter(), &page).await?;
    Ok(Rows::page(listing.map(|one| ReturnView::of(one, Vec::new())), &page, total))
}

pub(crate) async fn export_returns(State(app): State<App>, Allowed(by): Allowed<can::ReadOrder>, Query(query): Query<ReturnsQuery>) -> Result<Csv> {
    let sort = query.page()?.sort;
    Ok(Csv { name: "returns.csv", body: exports::returns(&app, &by, query.filter(), sort).await? })
}

pub(crate) async fn read_return(State(app): State<App>, Allowed(by): Allowed<can::ReadOrder>, Path(id): Path<ReturnId>) -> Result<Data<ReturnView>> {
    Ok(Data(returns::read(&app, &by, id).await?.into()))
}

/// Goods that shall come back.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NewReturn")]
pub(crate) struct ReturnBody {
    lines: Vec<PiecesBody>,
    /// Up to 500 characters.
    reason: String,
}

fn shape() -> Shape<Coming, ReturnView> {
    Shape { view: Arc::new(ReturnView::from), subject: |coming| coming.one.id.uuid(), home: Some("/returns") }
}

pub(crate) async fn request_return(
    State(app): State<App>,
    Allowed(by): Allowed<can::UpdateOrder>,
    Path(id): Path<OrderId>,
    key: NeededKey,
    Json(body): Json<ReturnBody>,
) -> Result<Repeatable<ReturnView, 201>> {
    let shape = shape();
    let once = shape.once::<_, 201>(&by, key, (&format!("return of {id}"), &body))?;
    let lines = body.lines.iter().map(|line| (line.line_id, line.quantity)).collect();
    shape.reply(returns::request(&app, &by, id, (lines, &body.reason), once).await?)
}

pub(crate) async fn approve_return(
    State(app): State<App>,
    Allowed(by): Allowed<can::UpdateOrder>,
    Path(id): Path<ReturnId>,
) -> Result<Data<ReturnView>> {
    Ok(Data(returns::decide(&app, &by, id, None).await?.into()))
}

pub(crate) async fn reject_return(
    State(app): State<App>,
    Allowed(by): Allowed<can::UpdateOrder>,
    Path(id): Path<ReturnId>,
    Json(body): Json<ReasonBody>,
) -> Result<Data<ReturnView>> {
    Ok(Data(returns::decide(&app, &by, id, Some(&body.reason)).await?.into()))
}

/// What arrived of one line.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "ArrivedLine")]
struct ArrivedBody {
    line_id: LineId,
    /// Pieces, at least one.
    quantity: i64,
    /// Whether they can be sold again.
    restock: bool,
}

/// Goods that arrived.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "ReturnArrival")]
pub(crate) struct ArrivalBody {
    lines: Vec<ArrivedBody>,
}

pub(crate) async fn receive_return(
    State(app): State<App>,
    Allowed(by): Allowed<can::UpdateOrder>,
    Path(id): Path<ReturnId>,
    key: NeededKey,
    Json(body): Json<ArrivalBody>,
) -> Result<Repeatable<ReturnView, 200>> {
    let shape = Shape { home: None, ..shape() };
    let once = shape.once::<_, 200>(&by, key, (&format!("receive return {id}"), &body))?;
    let arrived: Vec<Arrived> =
        body.lines.iter().map(|line| Arrived { line: line.line_id, quantity: line.quantity, restock: line.restock }).collect();
    shape.reply(returns::receive(&app, &by, id, &arrived, once).await?)
}
