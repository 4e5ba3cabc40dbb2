//! Tenants, for the owners of the home tenant. Use cases are in `purser_service::tenants`.

mod views;

use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use purser_core::access::can;
use purser_core::ids::TenantId;
use purser_core::tenants::{TenantMove, TenantState};
use purser_service::tenants::{self, Step};
use purser_service::{App, csv};
use purser_store::tenancy::Filter;

use crate::Result;
use crate::extract::{Allowed, Any, Json, Path, Query};
use crate::list_query;
use crate::openapi::about;
use crate::reply::{Created, Data, Rows, attachment, streamed};
use views::{CloseBody, CreateBody, MadeView, ReasonBody, TenantDetailView, TenantView};

/// Routes of this area.
pub(crate) fn routes() -> ApiRouter<App> {
    let item = |id, summary| about(id, "tenants", summary);
    ApiRouter::new()
        .api_route(
            "/tenants",
            get_with(list_tenants, item("listTenants", "Tenants of this installation, newest first"))
                .post_with(create_tenant, item("createTenant", "Make a tenant and invite its owner")),
        )
        .api_route("/tenants/{id}", get_with(read_tenant, item("getTenant", "One tenant and how much it has")))
        .api_route("/tenants/{id}/suspend", post_with(suspend_tenant, item("suspendTenant", "Keep everybody out and let no work be done")))
        .api_route("/tenants/{id}/resume", post_with(resume_tenant, item("resumeTenant", "Let people in again")))
        .api_route("/tenants/{id}/close", post_with(close_tenant, item("closeTenant", "Delete a tenant when its grace is over")))
        .api_route("/tenants/{id}/restore", post_with(restore_tenant, item("restoreTenant", "Take a deletion back; it comes back suspended")))
        .api_route("/tenants/{id}/export", get_with(export_tenant, item("exportTenant", "Everything a tenant has, as one archive")))
}

list_query! {
    /// Which tenants.
    TenantsQuery {
        /// In any of these states.
        state: Any<TenantState>,
    }
}

async fn list_tenants(
    State(app): State<App>,
    Allowed(by): Allowed<can::ManageTenant>,
    Query(query): Query<TenantsQuery>,
) -> Result<Rows<TenantView>> {
    let page = query.page()?;
    let search = query.search().map(|text| text.chars().take(100).collect());
    let filter = Filter { states: query.state.0, search };
    let (listing, total) = tenants::list(&app, &by, &filter, &page).await?;
    Ok(Rows::page(listing.map(TenantView::from), &page, total))
}

async fn read_tenant(State(app): State<App>, Allowed(by): Allowed<can::ManageTenant>, Path(id): Path<TenantId>) -> Result<Data<TenantDetailView>> {
    Ok(Data(tenants::read(&app, &by, id).await?.into()))
}

async fn create_tenant(State(app): State<App>, Allowed(by): Allowed<can::ManageTenant>, Json(body): Json<CreateBody>) -> Result<Created<MadeView>> {
    let made = tenants::create(&app, &by, body.into()).await?;
    Ok(Created { location: format!("/api/v1/tenants/{}", made.tenant.id), data: made.into() })
}

async fn step(app: App, by: purser_core::access::Grant<can::ManageTenant>, id: TenantId, step: Step) -> Result<Data<TenantView>> {
    Ok(Data(tenants::step(&app, &by, id, step).await?.into()))
}

async fn suspend_tenant(
    State(app): State<App>,
    Allowed(by): Allowed<can::ManageTenant>,
    Path(id): Path<TenantId>,
    Json(body): Json<ReasonBody>,
) -> Result<Data<TenantView>> {
    step(app, by, id, body.step(TenantMove::Suspend)).await
}

async fn resume_tenant(
    State(app): State<App>,
    Allowed(by): Allowed<can::ManageTenant>,
    Path(id): Path<TenantId>,
    Json(body): Json<ReasonBody>,
) -> Result<Data<TenantView>> {
    step(app, by, id, body.step(TenantMove::Resume)).await
}

async fn restore_tenant(
    State(app): State<App>,
    Allowed(by): Allowed<can::ManageTenant>,
    Path(id): Path<TenantId>,
    Json(body): Json<ReasonBody>,
) -> Result<Data<TenantView>> {
    step(app, by, id, body.step(TenantMove::Restore)).await
}

async fn close_tenant(
    State(app): State<App>,
    Allowed(by): Allowed<can::ManageTenant>,
    Path(id): Path<TenantId>,
    Json(body): Json<CloseBody>,
) -> Result<Data<TenantView>> {
    step(app, by, id, body.into()).await
}

/// The archive of a tenant.
struct Archive {
    name: String,
    body: csv::Export,
}

impl IntoResponse for Archive {
    fn into_response(self) -> Response {
        attachment(&self.name, "application/x-tar", self.body)
    }
}

impl aide::operation::OperationOutput for Archive {
    type Inner = ();
    fn inferred_responses(_: &mut aide::generate::GenContext, _: &mut aide::openapi::Operation) -> Vec<(Option<u16>, aide::openapi::Response)> {
        streamed("application/x-tar", "manifest.json, tables/<table>/<part>.ndjson, files/<id>, and complete.json at its end")
    }
}

async fn export_tenant(State(app): State<App>, Allowed(by): Allowed<can::ExportTenant>, Path(id): Path<TenantId>) -> Result<Archive> {
    let (name, body) = tenants::export(&app, &by, id).await?;
    Ok(Archive { name, body })
}
