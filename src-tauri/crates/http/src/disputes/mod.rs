//! Disputed payments: finding them, answering them, and playing the bank in the sandbox. Use cases are in `purser_service::disputes`.

mod views;

use std::sync::Arc;

use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with, put_with};
use axum::extract::State;
use purser_core::access::can;
use purser_core::disputes::DisputeState;
use purser_core::ids::{DisputeId, OrderId, PaymentId};
use purser_service::App;
use purser_service::disputes::{self, Detail, Evidence};
use purser_service::exports;
use purser_store::disputes::Filter;

use crate::Result;
use crate::extract::{Allowed, Any, IfMatch, Json, NeededKey, OptionalJson, Path, Query, When};
use crate::list_query;
use crate::once::{Repeatable, Shape};
use crate::openapi::about;
use crate::reply::{Created, Csv, Data, Rows};
use views::{AcceptBody, DecideBody, DetailView, DisputeView, EvidenceBody, OpenBody, RefreshedView};

/// Routes of this area.
pub(crate) fn routes() -> ApiRouter<App> {
    ApiRouter::new()
        .api_route("/disputes", get_with(list, about("listDisputes", "disputes", "Payments the customer's bank took back or means to")))
        .api_route("/disputes/refresh", post_with(refresh, about("refreshDisputes", "disputes", "Ask the provider for disputes now")))
        .api_route("/disputes/export", get_with(export, about("exportDisputes", "disputes", "Disputes as a CSV file; takes `export:order` as well")))
        .api_route("/disputes/{id}", get_with(read, about("getDispute", "disputes", "One dispute with its evidence")))
        .api_route("/disputes/{id}/evidence", put_with(stage, about("stageEvidence", "disputes", "Keep evidence until it is sent")))
        .api_route("/disputes/{id}/submit", post_with(submit, about("submitEvidence", "disputes", "Send the evidence, once and for all")))
        .api_route("/disputes/{id}/accept", post_with(accept, about("acceptDispute", "disputes", "Give in")))
        .api_route("/disputes/{id}/decide", post_with(decide, about("decideDispute", "disputes", "What the bank decides, in the sandbox")))
        .api_route("/payments/{id}/dispute", post_with(open, about("openDispute", "disputes", "Have the bank dispute a payment, in the sandbox")))
}

list_query! {
    /// Which disputes.
    DisputesQuery {
        /// Any of these states.
        state: Any<DisputeState>,
        /// Of this payment.
        payment_id: Option<PaymentId>,
        /// Of this order.
        order_id: Option<OrderId>,
        /// Evidence is wanted before this instant.
        due_before: Option<When>,
        /// Opened at or after this instant.
        from: Option<When>,
        /// Opened before this instant.
        to: Option<When>,
    }
}

impl DisputesQuery {
    fn filter(&self) -> Filter {
        Filter {
            states: self.state.0.clone(),
            payment: self.payment_id,
            order: self.order_id,
            due_before: self.due_before.map(When::instant),
            from: self.from.map(When::instant),
            to: self.to.map(When::instant),
            search: self.search().map(str::to_owned),
        }
    }
}

async fn list(State(app): State<App>, Allowed(by): Allowed<can::ReadPayment>, Query(query): Query<DisputesQuery>) -> Result<Rows<DisputeView>> {
    let page = query.page()?;
    let (listing, total) = disputes::list(&app, &by, &query.filter(), &page).await?;
    Ok(Rows::page(listing.map(|dispute| DisputeView::of(dispute, by.now())), &page, total))
}

async fn export(State(app): State<App>, Allowed(by): Allowed<can::ReadPayment>, Query(query): Query<DisputesQuery>) -> Result<Csv> {
    let sort = query.page()?.sort;
    Ok(Csv { name: "disputes.csv", body: exports::disputes(&app, &by, query.filter(), sort).await? })
}

async fn read(State(app): State<App>, Allowed(by): Allowed<can::ReadPayment>, Path(id): Path<DisputeId>) -> Result<Data<DetailView>> {
    let detail = disputes::read(&app, &by, id).await?;
    Ok(Data(DetailView::of(detail, by.now())))
}

async fn refresh(State(app): State<App>, Allowed(by): Allowed<can::AnswerDispute>) -> Result<Data<RefreshedView>> {
    Ok(Data(RefreshedView { told: disputes::refresh(&app, &by).await? }))
}

async fn stage(
    State(app): State<App>,
    Allowed(by): Allowed<can::AnswerDispute>,
    Path(id): Path<DisputeId>,
    IfMatch(version): IfMatch,
    Json(body): Json<EvidenceBody>,
) -> Result<Data<DetailView>> {
    let evidence = Evidence { texts: body.texts, files: body.files };
    let detail = disputes::stage(&app, &by, id, version, evidence).await?;
    Ok(Data(DetailView::of(detail, by.now())))
}

fn shape(now: purser_core::Timestamp) -> Shape<Detail, DetailView> {
    let view = move |detail| DetailView::of(detail, now);
    Shape { view: Arc::new(view), subject: |detail: &Detail| detail.dispute.id.uuid(), home: None }
}

async fn submit(
    State(app): State<App>,
    Allowed(by): Allowed<can::AnswerDispute>,
    Path(id): Path<DisputeId>,
    key: NeededKey,
) -> Result<Repeatable<DetailView, 200>> {
    let shape = shape(by.now());
    let once = shape.once::<_, 200>(&by, key, (&format!("submit {id}"), &()))?;
    shape.reply(disputes::submit(&app, &by, id, once).await?)
}

async fn accept(
    State(app): State<App>,
    Allowed(by): Allowed<can::AnswerDispute>,
    Path(id): Path<DisputeId>,
    key: NeededKey,
    Json(body): Json<AcceptBody>,
) -> Result<Repeatable<DetailView, 200>> {
    let shape = shape(by.now());
    let once = shape.once::<_, 200>(&by, key, (&format!("accept {id}"), &body))?;
    shape.reply(disputes::accept(&app, &by, id, body.reason, once).await?)
}

async fn decide(
    State(app): State<App>,
    Allowed(by): Allowed<can::AnswerDispute>,
    Path(id): Path<DisputeId>,
    Json(body): Json<DecideBody>,
) -> Result<Data<DetailView>> {
    let detail = disputes::decide(&app, &by, id, body.is_won()).await?;
    Ok(Data(DetailView::of(detail, by.now())))
}

async fn open(
    State(app): State<App>,
    Allowed(by): Allowed<can::AnswerDispute>,
    Path(id): Path<PaymentId>,
    OptionalJson(body): OptionalJson<OpenBody>,
) -> Result<Created<DetailView>> {
    let reason = body.reason.unwrap_or_else(|| "fraudulent".into());
    let detail = disputes::open(&app, &by, id, (body.amount, reason)).await?;
    Ok(Created { location: format!("/api/v1/disputes/{}", detail.dispute.id), data: DetailView::of(detail, by.now()) })
}
