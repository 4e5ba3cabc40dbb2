//! What customers owe: orders sold on account. Use cases are in `purser_service::receivables`; orders are sold so by `paymentMethod: account`.

use std::sync::Arc;

use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, patch_with, post_with};
use axum::extract::State;
use purser_core::access::can;
use purser_core::ids::{OrderId, PaymentId, UserId};
use purser_core::{Money, Timestamp};
use purser_service::receivables::{self, Ask};
use purser_service::{App, exports};
use purser_store::receivables::{Filter, Receivable};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::extract::{Allowed, Any, Json, NeededKey, Path, Query, When};
use crate::list_query;
use crate::once::{Repeatable, Shape};
use crate::openapi::about;
use crate::party::PartyView;
use crate::reply::{Csv, Data, Rows, Versioned};

/// Routes of this area.
pub(crate) fn routes() -> ApiRouter<App> {
    ApiRouter::new()
        .api_route("/receivables", get_with(list, about("listReceivables", "payments", "What customers owe for orders sold on account")))
        .api_route(
            "/receivables/export",
            get_with(export, about("exportReceivables", "payments", "What customers owe as a CSV file; takes `export:order` as well")),
        )
        .api_route(
            "/receivables/{id}",
            patch_with(put_off, about("updateReceivable", "payments", "Give a customer another day to pay what they owe")),
        )
        .api_route(
            "/receivables/{id}/receive",
            post_with(receive, about("receiveReceivable", "payments", "Write down that a customer paid by hand what they owed")),
        )
        .api_route("/receivables/{id}/write-off", post_with(write_off, about("writeOffReceivable", "payments", "Give up what a customer owes")))
}

/// What a customer owes for one order.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Receivable")]
struct ReceivableView {
    /// The payment it is.
    id: PaymentId,
    order_id: OrderId,
    order_number: i64,
    customer: PartyView,
    /// What was sold.
    amount: Money,
    /// What is still owed of it.
    owed: Money,
    /// What came.
    received: Money,
    /// What was given up.
    written_off: Money,
    /// What was taken off, because goods came back.
    taken_off: Money,
    due_at: Timestamp,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<Receivable> for ReceivableView {
    fn from(r: Receivable) -> Self {
        Self {
            id: r.id,
            order_id: r.order_id,
            order_number: r.order_number,
            amount: r.money(r.amount),
            owed: r.money(r.owed),
            received: r.money(r.received),
            written_off: r.money(r.written_off),
            taken_off: r.money(r.taken_off),
            customer: PartyView::new(r.customer_id, &r.first_name, &r.last_name, r.email),
            due_at: r.due_at,
            created_at: r.created_at,
            updated_at: r.updated_at,
        }
    }
}

impl Versioned for ReceivableView {}

list_query! {
    /// Which of them.
    ReceivablesQuery {
        /// Only with something owed, or only without.
        open: Option<bool>,
        /// Something is owed, and was to be paid before this instant.
        due_before: Option<When>,
        /// Any of these customers.
        customer_id: Any<UserId>,
        /// Any of these orders.
        order_id: Any<OrderId>,
    }
}

impl ReceivablesQuery {
    fn filter(&self) -> Filter {
        Filter {
            open: self.open,
            due_before: self.due_before.map(When::instant),
            customers: self.customer_id.0.clone(),
            orders: self.order_id.0.clone(),
            search: self.search().map(crate::orders::found_by),
        }
    }
}

async fn list(State(app): State<App>, Allowed(by): Allowed<can::ReadPayment>, Query(query): Query<ReceivablesQuery>) -> Result<Rows<ReceivableView>> {
    let page = query.page()?;
    let (listing, total) = receivables::list(&app, &by, &query.filter(), &page).await?;
    Ok(Rows::page(listing.map(ReceivableView::from), &page, total))
}

async fn export(State(app): State<App>, Allowed(by): Allowed<can::ReadPayment>, Query(query): Query<ReceivablesQuery>) -> Result<Csv> {
    let sort = query.page()?.sort;
    Ok(Csv { name: "receivables.csv", body: exports::receivables(&app, &by, query.filter(), sort).await? })
}

/// How much less is owed.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "ReceivableLess")]
struct LessBody {
    /// All that is owed if not said.
    #[serde(default)]
    amount: Option<Money>,
    /// By what it came, or why it is given up; up to 500 characters, kept for ever.
    reason: String,
}

impl LessBody {
    fn ask(self) -> Ask {
        Ask { amount: self.amount, reason: self.reason }
    }
}

fn shape() -> Shape<Receivable, ReceivableView> {
    Shape { view: Arc::new(ReceivableView::from), subject: |one: &Receivable| one.id.uuid(), home: None }
}

async fn receive(
    State(app): State<App>,
    Allowed(by): Allowed<can::CapturePayment>,
    Path(id): Path<PaymentId>,
    key: NeededKey,
    Json(body): Json<LessBody>,
) -> Result<Repeatable<ReceivableView, 200>> {
    let shape = shape();
    let once = shape.once::<_, 200>(&by, key, (&format!("receive {id}"), &body))?;
    shape.reply(receivables::receive(&app, &by, id, body.ask(), once).await?)
}

async fn write_off(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReconcileLedger>,
    Path(id): Path<PaymentId>,
    key: NeededKey,
    Json(body): Json<LessBody>,
) -> Result<Repeatable<ReceivableView, 200>> {
    let shape = shape();
    let once = shape.once::<_, 200>(&by, key, (&format!("give up {id}"), &body))?;
    shape.reply(receivables::write_off(&app, &by, id, body.ask(), once).await?)
}

/// Another day to pay by.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "ReceivableChange")]
struct PutOffBody {
    /// From now on, within two years.
    due_at: Timestamp,
    /// Why, up to 500 characters; it is kept for ever.
    reason: String,
}

async fn put_off(
    State(app): State<App>,
    Allowed(by): Allowed<can::CapturePayment>,
    Path(id): Path<PaymentId>,
    Json(body): Json<PutOffBody>,
) -> Result<Data<ReceivableView>> {
    Ok(Data(receivables::put_off(&app, &by, id, (body.due_at, &body.reason)).await?.into()))
}
