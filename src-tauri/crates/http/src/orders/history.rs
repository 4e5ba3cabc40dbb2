//! The history of orders: what happened to one, what it was, the proof that rows are what histories tell, and writing them anew.

use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with};
use axum::extract::State;
use purser_core::access::can;
use purser_core::history::Told;
use purser_core::ids::{OrderId, UserId};
use purser_core::orders::{MoneyState, OrderSource, OrderState};
use purser_core::{Currency, Money, Timestamp};
use purser_service::App;
use purser_service::orders::history::{self, Proof, Restored, Wrong};
use purser_store::history::Happened;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::extract::{Allowed, Json, Path, Query};
use crate::openapi::about;
use crate::reply::{Data, Rows, Versioned};

/// Routes of the history.
pub(super) fn routes() -> ApiRouter<App> {
    let item = |id, summary| about(id, "orders", summary);
    ApiRouter::new()
        .api_route("/orders/history/proof", get_with(prove, item("proveOrderHistory", "Whether orders are what their histories tell")))
        .api_route(
            "/orders/history/restore",
            post_with(restore, item("restoreOrders", "Write the rows of orders anew from what their histories tell")),
        )
        .api_route("/orders/{id}/history", get_with(list, item("listOrderHistory", "What happened to an order, change by change, newest first")))
        .api_route("/orders/{id}/history/{version}", get_with(at_version, item("getOrderAtVersion", "An order as it was at a version")))
}

/// Which changes.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct HistoryQuery {
    /// Those before this version; all of them unless said.
    #[serde(default)]
    before: Option<i64>,
}

/// Changes told at once.
const AT_ONCE: i64 = 100;

/// One change of an order.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "OrderChange")]
struct ChangeView {
    /// The order's version after it.
    version: i64,
    /// `placed`, `adopted` (it was there before histories were kept), `edited`, `moved`, `refunded`, `held` or `tagged`.
    kind: String,
    /// What it set.
    changes: serde_json::Value,
    at: Timestamp,
}

impl From<Happened> for ChangeView {
    fn from(event: Happened) -> Self {
        Self { version: event.version, kind: event.kind, changes: event.payload.0, at: event.at }
    }
}

async fn list(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadOrder>,
    Path(id): Path<OrderId>,
    Query(query): Query<HistoryQuery>,
) -> Result<Rows<ChangeView>> {
    let events = history::changes(&app, &by, id, (query.before, AT_ONCE)).await?;
    Ok(Rows::whole(events.into_iter().map(ChangeView::from).collect()))
}

/// An order as it was.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "OrderAtVersion")]
struct ToldView {
    version: i64,
    number: i64,
    customer_id: UserId,
    state: OrderState,
    payment_state: MoneyState,
    country: String,
    currency: Currency,
    item_count: i64,
    subtotal: Money,
    discount: Money,
    tax: Money,
    shipping: Money,
    total: Money,
    paid: Money,
    refunded: Money,
    source: OrderSource,
    /// Whether it had to wait.
    held: bool,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<Told> for ToldView {
    fn from(told: Told) -> Self {
        let facts = told.facts;
        let money = |amount| Money::new(amount, facts.currency);
        Self {
            version: told.version,
            number: facts.number,
            customer_id: UserId(facts.customer_id),
            state: facts.state,
            payment_state: facts.payment_state,
            currency: facts.currency,
            item_count: facts.item_count,
            subtotal: money(facts.subtotal),
            discount: money(facts.discount),
            tax: money(facts.tax),
            shipping: money(facts.shipping),
            total: money(facts.total),
            paid: money(facts.paid),
            refunded: money(facts.refunded),
            source: facts.source,
            held: facts.held,
            created_at: Timestamp::from_micros(facts.created_at),
            updated_at: told.updated_at,
            country: facts.country,
        }
    }
}

impl Versioned for ToldView {}

async fn at_version(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadOrder>,
    Path((id, version)): Path<(OrderId, i64)>,
) -> Result<Data<ToldView>> {
    Ok(Data(history::at_version(&app, &by, id, version).await?.into()))
}

/// An order whose row is not what its history tells.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "WrongOrder")]
struct WrongView {
    id: OrderId,
    number: i64,
    version: i64,
    /// What is wrong: `differs` (it can be written anew), or `no_beginning`, `gap` or `unreadable` (its history is broken itself).
    code: &'static str,
    /// What is wrong, in words.
    reason: String,
}

impl From<Wrong> for WrongView {
    fn from(wrong: Wrong) -> Self {
        Self { id: wrong.id, number: wrong.number, version: wrong.version, code: wrong.code, reason: wrong.why }
    }
}

/// Whether orders are what their histories tell.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "OrderHistoryProof")]
struct ProofView {
    intact: bool,
    /// Orders compared.
    checked: i64,
    /// Those that are wrong, at most a hundred.
    wrong: Vec<WrongView>,
}

impl From<Proof> for ProofView {
    fn from(proof: Proof) -> Self {
        Self { intact: proof.wrong.is_empty(), checked: proof.checked, wrong: proof.wrong.into_iter().map(WrongView::from).collect() }
    }
}

impl Versioned for ProofView {}

async fn prove(State(app): State<App>, Allowed(by): Allowed<can::ReadOrder>) -> Result<Data<ProofView>> {
    Ok(Data(history::prove(&app, &by).await?.into()))
}

/// Why rows are written anew.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RestoreBody {
    /// Why, 1 to 500 characters.
    reason: String,
}

/// What writing rows anew came to.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "RestoredOrders")]
struct RestoredView {
    /// Orders whose rows are again what their histories tell, at most a hundred at once.
    restored: i64,
    /// How all orders are now.
    proof: ProofView,
}

impl From<Restored> for RestoredView {
    fn from(done: Restored) -> Self {
        Self { restored: done.restored, proof: done.proof.into() }
    }
}

impl Versioned for RestoredView {}

async fn restore(State(app): State<App>, Allowed(by): Allowed<can::ManageJob>, Json(body): Json<RestoreBody>) -> Result<Data<RestoredView>> {
    let reading = by.and::<can::ReadOrder>()?;
    Ok(Data(history::restore(&app, &by, &reading, &body.reason).await?.into()))
}
