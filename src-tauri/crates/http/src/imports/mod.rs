//! Bringing in files. Use cases are in `purser_service::imports`.

mod upload;
mod views;

use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with};
use axum::extract::{DefaultBodyLimit, State};
use purser_core::access::can;
use purser_core::ids::ImportId;
use purser_service::{App, imports};
use purser_store::Page;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::Result;
use crate::extract::{Allowed, Json, Path, Query, page};
use crate::openapi::about;
use crate::reply::{Csv, Data, Rows};
use views::{CheckBody, ComplaintView, ImportView, RunBody};

/// Routes of this area.
pub(crate) fn routes() -> ApiRouter<App> {
    let upload = post_with(upload::create_import, about("createImport", "imports", "Send a file to be brought in"));
    // The upload counts its own bytes.
    let upload = upload.layer(DefaultBodyLimit::disable());
    let item = |id, summary| about(id, "imports", summary);
    ApiRouter::new()
        .api_route("/imports", upload.merge(get_with(list_imports, item("listImports", "Imports, newest first"))))
        .api_route("/imports/{id}", get_with(read_import, item("getImport", "An import and how far it is")))
        .api_route("/imports/{id}/check", post_with(check_import, item("checkImport", "Look at every row without changing anything")))
        .api_route("/imports/{id}/run", post_with(run_import, item("runImport", "Bring the rows in")))
        .api_route("/imports/{id}/cancel", post_with(cancel_import, item("cancelImport", "Stop an import")))
        .api_route("/imports/{id}/errors", get_with(list_errors, item("listImportErrors", "What is wrong with the file, line by line")))
        .api_route("/imports/{id}/errors.csv", get_with(export_errors, item("exportImportErrors", "What is wrong with the file, as CSV")))
}

/// Which page. The order is fixed: imports newest first, complaints by line.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PageQuery {
    /// Number of the page, from 1.
    #[serde(default)]
    page: Option<u64>,
    /// Rows a page, 1 to 100; 20 unless said otherwise.
    #[serde(default)]
    limit: Option<u32>,
    /// Go on from here: `nextCursor` of the page before.
    #[serde(default)]
    cursor: Option<String>,
}

impl PageQuery {
    fn page(&self) -> Result<Page> {
        page(self.page, self.limit, self.cursor.as_deref(), None)
    }
}

async fn list_imports(State(app): State<App>, Allowed(by): Allowed<can::RunImport>, Query(query): Query<PageQuery>) -> Result<Rows<ImportView>> {
    let page = query.page()?;
    let (listing, total) = imports::list(&app, &by, &page).await?;
    Ok(Rows::page(listing.map(ImportView::from), &page, total))
}

async fn read_import(State(app): State<App>, Allowed(by): Allowed<can::RunImport>, Path(id): Path<ImportId>) -> Result<Data<ImportView>> {
    Ok(Data(imports::read(&app, &by, id).await?.into()))
}

async fn check_import(
    State(app): State<App>,
    Allowed(by): Allowed<can::RunImport>,
    Path(id): Path<ImportId>,
    Json(body): Json<CheckBody>,
) -> Result<Data<ImportView>> {
    Ok(Data(imports::check(&app, &by, id, body.mapping).await?.into()))
}

async fn run_import(
    State(app): State<App>,
    Allowed(by): Allowed<can::RunImport>,
    Path(id): Path<ImportId>,
    Json(body): Json<RunBody>,
) -> Result<Data<ImportView>> {
    Ok(Data(imports::run(&app, &by, id, (body.mapping, body.mode)).await?.into()))
}

async fn cancel_import(State(app): State<App>, Allowed(by): Allowed<can::RunImport>, Path(id): Path<ImportId>) -> Result<Data<ImportView>> {
    Ok(Data(imports::cancel(&app, &by, id).await?.into()))
}

async fn list_errors(
    State(app): State<App>,
    Allowed(by): Allowed<can::RunImport>,
    Path(id): Path<ImportId>,
    Query(query): Query<PageQuery>,
) -> Result<Rows<ComplaintView>> {
    let page = query.page()?;
    let (found, listing) = (imports::read(&app, &by, id).await?, imports::errors(&app, &by, id, &page).await?);
    Ok(Rows::page(listing.map(ComplaintView::from), &page, Some((found.import.error_count, true))))
}

async fn export_errors(State(app): State<App>, Allowed(by): Allowed<can::RunImport>, Path(id): Path<ImportId>) -> Result<Csv> {
    Ok(Csv { name: "errors.csv", body: imports::export_errors(&app, &by, id).await? })
}
