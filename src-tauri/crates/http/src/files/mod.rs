//! Files attached to orders, people and products. Use cases are in `purser_service::files`.

mod download;
mod upload;
mod views;

use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with};
use axum::extract::{DefaultBodyLimit, State};
use purser_core::access::can;
use purser_core::ids::FileId;
use purser_service::{App, files};
use purser_store::files::Filter;
use uuid::Uuid;

use crate::Result;
use crate::extract::{Allowed, Any, Path, Query, When};
use crate::list_query;
use crate::openapi::about;
use crate::reply::{Data, NoContent, Rows};
pub(crate) use download::{Download, send};
use views::FileView;

/// Routes of this area.
pub(crate) fn routes() -> ApiRouter<App> {
    let delete = about("deleteFile", "files", "Take a file away");
    let upload = post_with(upload::upload_file, about("uploadFile", "files", "Attach a file to an order, a person or a product"));
    // The upload counts its own bytes.
    let upload = upload.layer(DefaultBodyLimit::disable());
    ApiRouter::new()
        .api_route("/files", upload.merge(get_with(list_files, about("listFiles", "files", "Find files"))))
        .api_route(
            "/files/{id}",
            get_with(read_file, about("getFile", "files", "What is known of a file")).delete_with(delete_file, |operation| {
                delete(operation).description("It can no longer be found or downloaded. Its bytes are removed for good 30 days later. A picture of a product stays until it is none.")
            }),
        )
        .api_route("/files/{id}/download", get_with(download::download_file, about("downloadFile", "files", "The bytes of a file")))
}

list_query! {
    /// Which files.
    FilesQuery {
        /// Attached to things of any of these kinds: `order`, `user`, `product`.
        subject_type: Any<String>,
        /// Attached to any of these things.
        subject_id: Any<Uuid>,
        /// Any of these types; `image/` stands for all that begin so.
        content_type: Any<String>,
        /// Brought at or after this instant.
        from: Option<When>,
        /// Brought before this instant.
        to: Option<When>,
    }
}

async fn list_files(State(app): State<App>, Allowed(by): Allowed<can::ReadFile>, Query(query): Query<FilesQuery>) -> Result<Rows<FileView>> {
    let page = query.page()?;
    let filter = Filter {
        search: query.search().map(|text| text.chars().take(100).collect()),
        subject_types: query.subject_type.0,
        subject_ids: query.subject_id.0,
        content_types: query.content_type.0,
        from: query.from.map(When::instant),
        to: query.to.map(When::instant),
    };
    let (listing, total) = files::list(&app, &by, &filter, &page).await?;
    Ok(Rows::page(listing.map(FileView::from), &page, total))
}

async fn read_file(State(app): State<App>, Allowed(by): Allowed<can::ReadFile>, Path(id): Path<FileId>) -> Result<Data<FileView>> {
    Ok(Data(files::read(&app, &by, id).await?.into()))
}

async fn delete_file(State(app): State<App>, Allowed(by): Allowed<can::DeleteFile>, Path(id): Path<FileId>) -> Result<NoContent> {
    files::delete(&app, &by, id).await?;
    Ok(NoContent)
}
