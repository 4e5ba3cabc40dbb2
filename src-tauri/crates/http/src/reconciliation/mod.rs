//! Our books against the provider's: comparisons, differences, settling them. Use cases are in `purser_service::reconciliation`.

mod views;

use std::sync::Arc;

use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with};
use axum::extract::State;
use purser_core::Error;
use purser_core::access::can;
use purser_core::reconciliation::{ExceptionKind, ExceptionState};
use purser_core::time::DAY;
use purser_service::reconciliation::{self, Belongs};
use purser_service::{App, exports};
use purser_store::reconciliation::{Exception, Filter, Run};
use uuid::Uuid;

use crate::extract::{Allowed, Any, Json, NeededKey, OptionalJson, Path, Query, When};
use crate::once::{Made, Repeatable, Shape};
use crate::openapi::about;
use crate::reply::{Csv, Data, NoContent, Rows};
use crate::{Problem, Result, list_query};
use views::{ExceptionView, MatchBody, PlantBody, RunBody, RunView, WriteOffBody};

/// Routes of this area.
pub(crate) fn routes() -> ApiRouter<App> {
    let area = "reconciliation";
    ApiRouter::new()
        .api_route(
            "/reconciliation/runs",
            get_with(runs, about("listReconciliations", area, "Comparisons of our books with the provider's"))
                .post_with(compare, about("runReconciliation", area, "Compare our books with the provider's now")),
        )
        .api_route("/reconciliation/exceptions", get_with(exceptions, about("listExceptions", area, "What the two books do not agree on")))
        .api_route("/reconciliation/exceptions/export", get_with(export, about("exportExceptions", area, "Differences as a CSV file")))
        .api_route("/reconciliation/exceptions/{id}", get_with(read, about("getException", area, "One difference")))
        .api_route(
            "/reconciliation/exceptions/{id}/match",
            post_with(match_exception, about("matchException", area, "Say what a difference belongs to")),
        )
        .api_route(
            "/reconciliation/exceptions/{id}/write-off",
            post_with(write_off, about("writeOffException", area, "Book a difference as lost or won")),
        )
        .api_route("/reconciliation/plant", post_with(plant, about("plantDifference", area, "Plant a difference in the sandbox's report")))
}

list_query! {
    /// Which comparisons.
    RunsQuery {}
}

async fn runs(State(app): State<App>, Allowed(by): Allowed<can::ReadLedger>, Query(query): Query<RunsQuery>) -> Result<Rows<RunView>> {
    let page = query.page()?;
    // A comparison has no words to look for.
    if query.search().is_some() {
        return Ok(Rows::whole(Vec::new()));
    }
    let listing = reconciliation::runs(&app, &by, &page).await?;
    Ok(Rows::page(listing.map(RunView::from), &page, None))
}

async fn compare(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReconcileLedger>,
    key: NeededKey,
    OptionalJson(body): OptionalJson<RunBody>,
) -> Result<Made<RunView>> {
    let shape = Shape { view: Arc::new(RunView::from), subject: |run: &Run| run.id, home: None };
    let once = shape.once::<_, 201>(&by, key, ("compare books", &body))?;
    let to = body.to.map_or_else(|| by.now(), When::instant);
    let from = body.from.map_or_else(|| to.plus(-30 * DAY), When::instant);
    let run = reconciliation::request(&app, &by, (from, to), once).await?;
    Ok(shape.made_at(run, "/api/v1/reconciliation/runs"))
}

list_query! {
    /// Which differences.
    ExceptionsQuery {
        /// Any of these states.
        state: Any<ExceptionState>,
        /// Any of these kinds.
        kind: Any<ExceptionKind>,
        /// Found by this comparison.
        run_id: Option<Uuid>,
    }
}

impl ExceptionsQuery {
    fn filter(&self) -> Filter {
        Filter { states: self.state.0.clone(), kinds: self.kind.0.clone(), run: self.run_id, search: self.search().map(str::to_owned) }
    }
}

async fn exceptions(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadLedger>,
    Query(query): Query<ExceptionsQuery>,
) -> Result<Rows<ExceptionView>> {
    let page = query.page()?;
    let (listing, total) = reconciliation::exceptions(&app, &by, &query.filter(), &page).await?;
    Ok(Rows::page(listing.map(ExceptionView::from), &page, total))
}

async fn export(State(app): State<App>, Allowed(by): Allowed<can::ReadLedger>, Query(query): Query<ExceptionsQuery>) -> Result<Csv> {
    let sort = query.page()?.sort;
    Ok(Csv { name: "differences.csv", body: exports::differences(&app, &by, query.filter(), sort).await? })
}

async fn read(State(app): State<App>, Allowed(by): Allowed<can::ReadLedger>, Path(id): Path<Uuid>) -> Result<Data<ExceptionView>> {
    Ok(Data(reconciliation::read(&app, &by, id).await?.into()))
}

async fn match_exception(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReconcileLedger>,
    Path(id): Path<Uuid>,
    Json(body): Json<MatchBody>,
) -> Result<Data<ExceptionView>> {
    let belongs = match (body.payment_id, body.refund_id) {
        (Some(payment), None) => Belongs::Payment(payment),
        (None, Some(refund)) => Belongs::Refund(refund),
        (Some(_), Some(_)) => return Err(Problem(Error::invalid("refundId", "one_of_two", "Either a payment or a refund, not both."))),
        (None, None) => return Err(Problem(Error::invalid("paymentId", "one_of_two", "Either a payment or a refund."))),
    };
    Ok(Data(reconciliation::match_by_hand(&app, &by, id, belongs, &body.reason).await?.into()))
}

async fn write_off(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReconcileLedger>,
    Path(id): Path<Uuid>,
    key: NeededKey,
    Json(body): Json<WriteOffBody>,
) -> Result<Repeatable<ExceptionView, 200>> {
    let shape = Shape { view: Arc::new(ExceptionView::from), subject: |exception: &Exception| exception.id, home: None };
    let once = shape.once::<_, 200>(&by, key, (&format!("write off {id}"), &body))?;
    shape.reply(reconciliation::write_off(&app, &by, id, &body.reason, once).await?)
}

async fn plant(State(app): State<App>, Allowed(by): Allowed<can::ReconcileLedger>, Json(body): Json<PlantBody>) -> Result<NoContent> {
    reconciliation::plant(&app, &by, body.plant()?).await?;
    Ok(NoContent)
}
