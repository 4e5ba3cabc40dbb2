//! Saved views of lists.

use std::sync::Arc;

use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, patch_with};
use axum::extract::State;
use purser_core::access::can;
use purser_core::ids::{UserId, ViewId};
use purser_core::{Patch, Timestamp};
use purser_service::App;
use purser_service::views::{self, Change, NewView};
use purser_store::views::View;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::extract::{Allowed, IdempotencyKey, Json, Path, Query};
use crate::once::{Made, Shape};
use crate::openapi::about;
use crate::reply::{Data, NoContent, Rows, Versioned};

/// Routes of this area.
pub(crate) fn routes() -> ApiRouter<App> {
    ApiRouter::new()
        .api_route(
            "/views",
            get_with(list_views, about("listViews", "views", "One's own saved views and the shared ones"))
                .post_with(create_view, about("createView", "views", "Keep a view")),
        )
        .api_route(
            "/views/{id}",
            patch_with(update_view, about("updateView", "views", "Change a view"))
                .delete_with(delete_view, about("deleteView", "views", "Forget a view")),
        )
}

/// A saved view.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "SavedView")]
pub(crate) struct ViewView {
    id: ViewId,
    /// The list it belongs to.
    area: String,
    name: String,
    /// The query string of the list.
    query: String,
    /// Whether the whole team sees it.
    shared: bool,
    owner: OwnerView,
    created_at: Timestamp,
}

/// Who made it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ViewOwner")]
struct OwnerView {
    id: UserId,
    name: String,
}

impl From<View> for ViewView {
    fn from(view: View) -> Self {
        let owner = OwnerView { id: view.owner_id, name: view.owner };
        Self { id: view.id, area: view.area, name: view.name, query: view.query, shared: view.shared, owner, created_at: view.created_at }
    }
}

impl Versioned for ViewView {}

/// Which views.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ViewsQuery {
    /// Of this list only.
    #[serde(default)]
    area: Option<String>,
}

/// A view to keep.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewSavedView")]
pub(crate) struct NewBody {
    area: String,
    name: String,
    query: String,
    /// Needs the permission `share:view`.
    #[serde(default)]
    shared: bool,
}

/// A change of a view.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SavedViewChange")]
pub(crate) struct ChangeBody {
    #[serde(default)]
    name: Patch<String>,
    #[serde(default)]
    query: Patch<String>,
    #[serde(default)]
    shared: Patch<bool>,
}

async fn list_views(State(app): State<App>, Allowed(by): Allowed<can::ReadSelf>, Query(query): Query<ViewsQuery>) -> Result<Rows<ViewView>> {
    let list = views::list(&app, &by, query.area.as_deref()).await?;
    Ok(Rows::whole(list.into_iter().map(ViewView::from).collect()))
}

async fn create_view(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadSelf>,
    key: IdempotencyKey,
    Json(body): Json<NewBody>,
) -> Result<Made<ViewView>> {
    let shape = Shape { view: Arc::new(ViewView::from), subject: |view: &View| view.id.uuid(), home: Some("/views") };
    let once = shape.once::<_, 201>(&by, key, ("create view", &body))?;
    let NewBody { area, name, query, shared } = body;
    shape.made(views::create(&app, &by, NewView { area, name, query, shared }, once).await?)
}

async fn update_view(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadSelf>,
    Path(id): Path<ViewId>,
    Json(body): Json<ChangeBody>,
) -> Result<Data<ViewView>> {
    let ChangeBody { name, query, shared } = body;
    Ok(Data(views::update(&app, &by, id, Change { name, query, shared }).await?.into()))
}

async fn delete_view(State(app): State<App>, Allowed(by): Allowed<can::ReadSelf>, Path(id): Path<ViewId>) -> Result<NoContent> {
    views::delete(&app, &by, id).await?;
    Ok(NoContent)
}
