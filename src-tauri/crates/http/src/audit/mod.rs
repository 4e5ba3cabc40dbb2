//! The audit log: read, verify, take out. Nothing here can write it.

mod views;

use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use purser_core::access::can;
use purser_core::ids::{AuditId, UserId};
use purser_service::{App, audit};
use purser_store::audit::{AuditRow, Filter};
use uuid::Uuid;

use crate::Result;
use crate::extract::{Allowed, Any, Path, Query, When};
use crate::list_query;
use crate::openapi::about;
use crate::reply::{Data, Rows, attachment, streamed};
pub(crate) use views::SubjectView;
use views::{AuditView, VerdictView};

/// Routes of this area.
pub(crate) fn routes() -> ApiRouter<App> {
    ApiRouter::new()
        .api_route("/audit", get_with(list_audit, about("listAudit", "audit", "Who did what")))
        .api_route("/audit/verify", get_with(verify_audit, about("verifyAudit", "audit", "Walk the chain and name the first bad line")))
        .api_route("/audit/export", get_with(export_audit, about("exportAudit", "audit", "The whole log, one JSON document a line")))
        .api_route("/audit/{id}", get_with(read_audit, about("getAuditLine", "audit", "One line")))
}

list_query! {
    /// Which lines.
    AuditQuery {
        /// By any of these people.
        actor_id: Any<UserId>,
        /// Any of these actions; `user.` stands for all that begin so.
        action: Any<String>,
        /// About things of any of these kinds.
        subject_type: Any<String>,
        /// About any of these things.
        subject_id: Any<Uuid>,
        /// At or after this instant.
        from: Option<When>,
        /// Before this instant.
        to: Option<When>,
    }
}

async fn list_audit(State(app): State<App>, Allowed(by): Allowed<can::ReadAudit>, Query(query): Query<AuditQuery>) -> Result<Rows<AuditView>> {
    let page = query.page()?;
    let filter = Filter {
        search: query.search().map(|text| text.chars().take(100).collect()),
        actors: query.actor_id.0,
        actions: query.action.0,
        subject_types: query.subject_type.0,
        subjects: query.subject_id.0,
        from: query.from.map(When::instant),
        to: query.to.map(When::instant),
    };
    let (listing, total) = audit::list(&app, &by, &filter, &page).await?;
    Ok(Rows::page(listing.map(AuditView::from), &page, total))
}

async fn read_audit(State(app): State<App>, Allowed(by): Allowed<can::ReadAudit>, Path(id): Path<AuditId>) -> Result<Data<AuditView>> {
    Ok(Data(audit::read(&app, &by, id).await?.into()))
}

async fn verify_audit(State(app): State<App>, Allowed(by): Allowed<can::ReadAudit>) -> Result<Data<VerdictView>> {
    Ok(Data(audit::verify(&app, &by).await?.into()))
}

/// The log as a stream of JSON lines.
struct Lines(purser_service::csv::Export);

impl IntoResponse for Lines {
    fn into_response(self) -> Response {
        attachment("audit.ndjson", "application/x-ndjson", self.0)
    }
}

impl aide::operation::OperationOutput for Lines {
    type Inner = ();
    fn inferred_responses(_: &mut aide::generate::GenContext, _: &mut aide::openapi::Operation) -> Vec<(Option<u16>, aide::openapi::Response)> {
        streamed("application/x-ndjson", "One line of the log as JSON a line")
    }
}

fn write(row: AuditRow, out: &mut Vec<u8>) {
    // Writing into memory does not fail.
    drop(serde_json::to_writer(&mut *out, &AuditView::from(row)));
    out.push(b'\n');
}

async fn export_audit(State(app): State<App>, Allowed(by): Allowed<can::ExportAudit>) -> Result<Lines> {
    Ok(Lines(audit::export(&app, &by, write).await?))
}
