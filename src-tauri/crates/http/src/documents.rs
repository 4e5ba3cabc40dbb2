//! Receipts, credit notes and reports as PDF. Use cases are in `purser_service::documents`.

use aide::OperationOutput;
use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use aide::generate::GenContext;
use aide::openapi::{Operation, Response as Documented};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use purser_core::access::can;
use purser_core::documents::Tongue;
use purser_core::ids::{OrderId, RefundId};
use purser_service::App;
use purser_service::documents::{self, Document};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::Result;
use crate::extract::{Allowed, Path, Query};
use crate::openapi::about;
use crate::reply::{attachment, streamed};

/// Routes of this area.
pub(crate) fn routes() -> ApiRouter<App> {
    let item = |id, summary| about(id, "documents", summary);
    ApiRouter::new()
        .api_route("/orders/{id}/receipt.pdf", get_with(receipt, item("getReceipt", "The receipt of an order, as PDF")))
        .api_route("/refunds/{id}/credit-note.pdf", get_with(credit_note, item("getCreditNote", "The credit note of a refund, as PDF")))
        .api_route("/reports/monthly.pdf", get_with(monthly, item("getMonthlyReportDocument", "The figures of each month, as PDF")))
}

/// A PDF to be saved.
struct Pdf(Document);

impl IntoResponse for Pdf {
    fn into_response(self) -> Response {
        let Document { name, bytes } = self.0;
        attachment(&name, "application/pdf", Box::pin(futures::stream::iter([Ok(bytes.into())])))
    }
}

impl OperationOutput for Pdf {
    type Inner = ();
    fn inferred_responses(_: &mut GenContext, _: &mut Operation) -> Vec<(Option<u16>, Documented)> {
        streamed("application/pdf", "The document")
    }
}

/// In which language.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct LanguageQuery {
    /// The customer's own unless said otherwise.
    language: Option<Tongue>,
}

async fn receipt(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadOrder>,
    Path(id): Path<OrderId>,
    Query(query): Query<LanguageQuery>,
) -> Result<Pdf> {
    Ok(Pdf(documents::receipt(&app, &by, id, query.language).await?))
}

async fn credit_note(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadPayment>,
    Path(id): Path<RefundId>,
    Query(query): Query<LanguageQuery>,
) -> Result<Pdf> {
    Ok(Pdf(documents::credit_note(&app, &by, id, query.language).await?))
}

/// Which months, in which language.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct MonthlyQuery {
    /// How many, this one included; 12 unless said otherwise.
    #[serde(default = "a_year")]
    months: i64,
    /// The reader's own unless said otherwise.
    language: Option<Tongue>,
}

const fn a_year() -> i64 {
    12
}

async fn monthly(State(app): State<App>, Allowed(by): Allowed<can::ReadStats>, Query(query): Query<MonthlyQuery>) -> Result<Pdf> {
    Ok(Pdf(documents::monthly(&app, &by, query.months, query.language).await?))
}
