//! Parcels, holds, tags and many orders at once.

use std::sync::Arc;

use axum::extract::State;
use purser_core::access::can;
use purser_core::ids::{FulfilmentId, LineId, OrderId};
use purser_core::orders::OrderState;
use purser_core::{Money, Timestamp};
use purser_service::App;
use purser_service::orders::{self, BulkMove, BulkRow, Handling, Parcel, tag_list};
use purser_store::handling::Part;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::returns::ReturnView;
use crate::Result;
use crate::extract::{Allowed, AllowedOwn, Json, NeededKey, Path};
use crate::once::{Repeatable, Shape};
use crate::reply::{Data, Versioned};

/// What makes an order wait.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OrderHold")]
struct HoldView {
    reason: String,
    since: Timestamp,
}

/// What a coupon took off.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "UsedCoupon")]
struct CouponView {
    code: String,
    amount: Money,
}

/// A line and where its pieces are.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "HandledLine")]
struct LineView {
    line_id: LineId,
    name: String,
    sku: String,
    /// Ordered.
    quantity: i64,
    /// Set aside in stock.
    reserved: i64,
    /// Left the house.
    shipped: i64,
    /// Came back, or are about to.
    returned: i64,
    /// Have yet to leave.
    left: i64,
}

/// Pieces of a line.
#[derive(Clone, Copy, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "LinePieces")]
pub(super) struct PiecesBody {
    pub(super) line_id: LineId,
    /// Pieces, at least one.
    pub(super) quantity: i64,
}

/// A parcel.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Fulfilment")]
struct FulfilmentView {
    id: FulfilmentId,
    #[serde(skip_serializing_if = "Option::is_none")]
    carrier: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tracking_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tracking_url: Option<String>,
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivered_at: Option<Timestamp>,
    lines: Vec<PiecesBody>,
}

/// How an order is handled.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Handling")]
pub(crate) struct HandlingView {
    order_id: OrderId,
    state: OrderState,
    #[serde(skip_serializing_if = "Option::is_none")]
    hold: Option<HoldView>,
    tags: Vec<String>,
    lines: Vec<LineView>,
    /// Oldest first.
    fulfilments: Vec<FulfilmentView>,
    /// Newest first.
    returns: Vec<ReturnView>,
    /// The coupons it used.
    coupons: Vec<CouponView>,
    /// Whether a change of it waits for approval of what it gives back: nothing leaves until that is decided.
    change_waits: bool,
    /// Counts changes of the order.
    version: i64,
}

impl Versioned for HandlingView {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }
}

fn of(parts: &[Part], id: Uuid) -> Vec<PiecesBody> {
    parts.iter().filter(|part| part.of_id == id).map(|part| PiecesBody { line_id: part.line_id, quantity: part.quantity }).collect()
}

impl From<Handling> for HandlingView {
    fn from(handling: Handling) -> Self {
        let Handling { order, marks, goods, fulfilments: (parcels, inside), returns: (returns, coming), coupons, change_waits } = handling;
        let coupons = coupons.into_iter().map(|one| CouponView { code: one.code, amount: order.money(one.amount) }).collect();
        let fulfilments = parcels.into_iter().map(|parcel| FulfilmentView {
            id: parcel.id,
            lines: of(&inside, parcel.id.uuid()),
            carrier: parcel.carrier,
            tracking_number: parcel.tracking_number,
            tracking_url: parcel.tracking_url,
            created_at: parcel.created_at,
            delivered_at: parcel.delivered_at,
        });
        let returns = returns.into_iter().map(|one| {
            let parts = coming.iter().filter(|part| part.of_id == one.id.uuid());
            let parts = parts.map(|part| (*part, goods.iter().find(|line| line.id == part.line_id).cloned()));
            ReturnView::of(one.clone(), parts.collect())
        });
        Self {
            coupons,
            change_waits,
            order_id: order.id,
            state: order.state,
            version: order.version,
            hold: marks.held_reason.zip(marks.held_at).map(|(reason, since)| HoldView { reason, since }),
            tags: tag_list(&marks.tags),
            fulfilments: fulfilments.collect(),
            returns: returns.collect(),
            lines: goods
                .iter()
                .map(|line| LineView {
                    line_id: line.id,
                    name: line.name.clone(),
                    sku: line.sku.clone(),
                    quantity: line.quantity,
                    reserved: line.reserved,
                    shipped: line.shipped,
                    returned: line.returned,
                    left: line.pieces().to_ship(),
                })
                .collect(),
        }
    }
}

pub(crate) async fn read_handling(
    State(app): State<App>,
    AllowedOwn(by): AllowedOwn<can::ReadOrder>,
    Path(id): Path<OrderId>,
) -> Result<Data<HandlingView>> {
    Ok(Data(orders::handling(&app, &by, id).await?.into()))
}

/// A parcel that leaves.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(rename = "NewFulfilment")]
#[derive(Default)]
pub(crate) struct ParcelBody {
    /// What is in it; left out: all that has yet to leave.
    lines: Option<Vec<PiecesBody>>,
    /// Who carries it.
    carrier: Option<String>,
    tracking_number: Option<String>,
    /// An address that begins with `https://`.
    tracking_url: Option<String>,
}

pub(crate) async fn fulfil_order(
    State(app): State<App>,
    Allowed(by): Allowed<can::UpdateOrder>,
    Path(id): Path<OrderId>,
    key: NeededKey,
    Json(body): Json<ParcelBody>,
) -> Result<Repeatable<HandlingView, 200>> {
    let shape = Shape { view: Arc::new(HandlingView::from), subject: |handling: &Handling| handling.order.id.uuid(), home: None };
    let once = shape.once::<_, 200>(&by, key, (&format!("fulfil {id}"), &body))?;
    let ParcelBody { lines, carrier, tracking_number, tracking_url } = body;
    let lines = lines.map(|lines| lines.into_iter().map(|line| (line.line_id, line.quantity)).collect());
    let parcel = Parcel { lines, carrier, tracking_number, tracking_url };
    shape.reply(orders::fulfil(&app, &by, id, parcel, once).await?)
}

pub(crate) async fn deliver_fulfilment(
    State(app): State<App>,
    Allowed(by): Allowed<can::UpdateOrder>,
    Path(id): Path<FulfilmentId>,
) -> Result<Data<HandlingView>> {
    Ok(Data(orders::deliver(&app, &by, id).await?.into()))
}

/// Why.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "OrderReason")]
pub(crate) struct ReasonBody {
    /// Up to 500 characters.
    pub(super) reason: String,
}

pub(crate) async fn hold_order(
    State(app): State<App>,
    Allowed(by): Allowed<can::UpdateOrder>,
    Path(id): Path<OrderId>,
    Json(body): Json<ReasonBody>,
) -> Result<Data<HandlingView>> {
    Ok(Data(orders::hold(&app, &by, id, Some(&body.reason)).await?.into()))
}

pub(crate) async fn release_order(
    State(app): State<App>,
    Allowed(by): Allowed<can::UpdateOrder>,
    Path(id): Path<OrderId>,
) -> Result<Data<HandlingView>> {
    Ok(Data(orders::hold(&app, &by, id, None).await?.into()))
}

/// The tags an order shall have.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "OrderTags")]
pub(crate) struct TagsBody {
    /// At most 30 words of up to 40 characters.
    tags: Vec<String>,
}

pub(crate) async fn tag_order(
    State(app): State<App>,
    Allowed(by): Allowed<can::UpdateOrder>,
    Path(id): Path<OrderId>,
    Json(body): Json<TagsBody>,
) -> Result<Data<HandlingView>> {
    Ok(Data(orders::tag(&app, &by, id, &body.tags).await?.into()))
}

/// One move of many orders.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "BulkOrders")]
pub(crate) struct BulkBody {
    action: BulkMove,
    /// At most 100.
    ids: Vec<OrderId>,
    /// Why; needed to hold and to cancel.
    #[serde(default)]
    reason: Option<String>,
}

/// What became of one order.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "BulkOrderRow")]
struct RowView {
    id: OrderId,
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

/// What became of all of them, in the order asked.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "BulkOrdersResult")]
pub(crate) struct BulkView {
    rows: Vec<RowView>,
    /// How many were moved.
    done: usize,
    /// How many were not.
    refused: usize,
}

impl Versioned for BulkView {}

impl From<Vec<BulkRow>> for BulkView {
    fn from(rows: Vec<BulkRow>) -> Self {
        let done = rows.iter().filter(|row| row.refusal.is_none()).count();
        let refused = rows.len() - done;
        let row = |row: BulkRow| {
            let (code, message) = row.refusal.unzip();
            RowView { id: row.id, ok: code.is_none(), code, message }
        };
        Self { rows: rows.into_iter().map(row).collect(), done, refused }
    }
}

pub(crate) async fn bulk_orders(
    State(app): State<App>,
    Allowed(by): Allowed<can::UpdateOrder>,
    key: NeededKey,
    Json(body): Json<BulkBody>,
) -> Result<Repeatable<BulkView, 200>> {
    // What moved are many; the answer is about none of them alone.
    let shape = Shape { view: Arc::new(BulkView::from), subject: |_: &Vec<BulkRow>| Uuid::nil(), home: None };
    let once = shape.once::<_, 200>(&by, key, ("bulk orders", &body))?;
    shape.reply(orders::bulk(&app, &by, body.action, (&body.ids, body.reason.as_deref()), once).await?)
}
