//! Work in several steps. Use cases are in `purser_service::sagas`.

mod views;

use std::sync::Arc;

use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with};
use axum::extract::State;
use purser_core::access::can;
use purser_core::ids::SagaId;
use purser_core::sagas::SagaState;
use purser_service::App;
use purser_service::sagas::{self, Shown};
use purser_store::sagas::Filter;
use uuid::Uuid;

use crate::Result;
use crate::extract::{Allowed, Any, Json, NeededKey, Path, Query};
use crate::list_query;
use crate::once::{Repeatable, Shape};
use crate::openapi::about;
use crate::reply::{Data, Rows};
use views::{NoteBody, SagaDetail, SagaView};

/// Routes of this area.
pub(crate) fn routes() -> ApiRouter<App> {
    let item = |id, summary| about(id, "jobs", summary);
    ApiRouter::new()
        .api_route("/sagas", get_with(list_sagas, item("listSagas", "Runs of work in several steps, newest first")))
        .api_route("/sagas/{id}", get_with(read_saga, item("getSaga", "One run with every try of every step")))
        .api_route("/sagas/{id}/retry", post_with(retry_saga, item("retrySaga", "Let a stuck run go on, or begin one that was undone anew")))
        .api_route("/sagas/{id}/resolve", post_with(resolve_saga, item("resolveSaga", "Note that a stuck run was settled by hand")))
}

list_query! {
    /// Which runs.
    SagasQuery {
        /// In any of these states.
        state: Any<SagaState>,
        /// Of any of these kinds.
        kind: Any<String>,
        /// About this thing: an order's id, say.
        subject_id: Option<Uuid>,
    }
}

async fn list_sagas(State(app): State<App>, Allowed(by): Allowed<can::ReadJob>, Query(query): Query<SagasQuery>) -> Result<Rows<SagaView>> {
    let page = query.page()?;
    let search = query.search().map(|text| text.chars().take(100).collect());
    let filter = Filter { states: query.state.0, kinds: query.kind.0, subject: query.subject_id, search };
    let (listing, total) = sagas::list(&app, &by, &filter, &page).await?;
    Ok(Rows::page(listing.map(SagaView::from), &page, total))
}

async fn read_saga(State(app): State<App>, Allowed(by): Allowed<can::ReadJob>, Path(id): Path<SagaId>) -> Result<Data<SagaDetail>> {
    Ok(Data(sagas::read(&app, &by, id).await?.into()))
}

async fn retry_saga(
    State(app): State<App>,
    Allowed(by): Allowed<can::ManageJob>,
    Path(id): Path<SagaId>,
    key: NeededKey,
) -> Result<Repeatable<SagaDetail, 200>> {
    let shape = Shape { view: Arc::new(SagaDetail::from), subject: |shown: &Shown| shown.saga.id.uuid(), home: None };
    let once = shape.once::<_, 200>(&by, key, (&format!("retry saga {id}"), &()))?;
    shape.reply(sagas::retry(&app, &by, id, once).await?)
}

async fn resolve_saga(
    State(app): State<App>,
    Allowed(by): Allowed<can::ManageJob>,
    Path(id): Path<SagaId>,
    Json(body): Json<NoteBody>,
) -> Result<Data<SagaDetail>> {
    Ok(Data(sagas::resolve(&app, &by, id, &body.note).await?.into()))
}
