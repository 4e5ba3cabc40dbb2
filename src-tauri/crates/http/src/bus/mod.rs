//! Carrying what happened, and who acts on it. Use cases are in `purser_service::bus`.

mod views;

use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with};
use axum::extract::State;
use purser_core::Error;
use purser_core::access::can;
use purser_core::bus::{Pattern, StuckState};
use purser_core::ids::StuckId;
use purser_service::{App, bus};
use purser_store::bus::Filter;
use purser_store::events;
use uuid::Uuid;

use crate::Result;
use crate::extract::{Allowed, Any, Json, Path, Query, When};
use crate::list_query;
use crate::openapi::about;
use crate::reply::{Data, NoContent, Rows};
use views::{BusView, ConsumerView, HappenedView, ReplayBody, SkipBody, StuckView};

/// Routes of this area.
pub(crate) fn routes() -> ApiRouter<App> {
    let item = |id, summary| about(id, "events", summary);
    ApiRouter::new()
        .api_route("/events/bus", get_with(read_bus, item("getBus", "What carries events, who acts on them, and how far each is")))
        .api_route("/events/outbox", get_with(list_outbox, item("listOutbox", "What happened, newest first")))
        .api_route("/events/consumers/{name}/replay", post_with(replay, item("replayEvents", "Show a consumer again what happened from a point on")))
        .api_route("/events/stuck", get_with(list_stuck, item("listStuckEvents", "What could not be acted on, newest first")))
        .api_route("/events/stuck/{id}/retry", post_with(retry, item("retryStuckEvent", "Try again at once what could not be acted on")))
        .api_route("/events/stuck/{id}/skip", post_with(skip, item("skipStuckEvent", "Leave out for good what could not be acted on")))
}

async fn read_bus(State(app): State<App>, Allowed(by): Allowed<can::ReadJob>) -> Result<Data<BusView>> {
    Ok(Data(BusView::new(bus::read(&app, &by).await?, by.now())))
}

list_query! {
    /// Which events.
    OutboxQuery {
        /// With a name that fits: `order.paid`, `order.*`, `*`.
        name: Option<String>,
        /// About this thing.
        subject_id: Option<Uuid>,
        /// At or after this instant.
        from: Option<When>,
        /// Before this instant.
        to: Option<When>,
    }
}

async fn list_outbox(State(app): State<App>, Allowed(by): Allowed<can::ReadJob>, Query(query): Query<OutboxQuery>) -> Result<Rows<HappenedView>> {
    let page = query.page()?;
    let name = match query.name.as_deref() {
        None => Pattern::default(),
        Some(text) => text.parse().map_err(|()| Error::invalid("name", "not_valid", "A name such as order.paid, order.* or *."))?,
    };
    let filter = events::Filter {
        topics: Vec::new(),
        name,
        subject: query.subject_id,
        from: query.from.map(When::instant),
        to: query.to.map(When::instant),
        search: query.search().map(|text| text.chars().take(100).collect()),
    };
    let (listing, total) = bus::outbox(&app, &by, &filter, &page).await?;
    Ok(Rows::page(listing.map(HappenedView::from), &page, total))
}

async fn replay(
    State(app): State<App>,
    Allowed(by): Allowed<can::ManageJob>,
    Path(name): Path<String>,
    Json(body): Json<ReplayBody>,
) -> Result<Data<ConsumerView>> {
    let (point, reason) = body.split();
    Ok(Data(ConsumerView::new(&bus::replay(&app, &by, &name, point, &reason).await?, by.now())))
}

list_query! {
    /// Which of them.
    StuckQuery {
        /// Of any of these consumers.
        consumer: Any<String>,
        /// In any of these states.
        state: Any<StuckState>,
    }
}

async fn list_stuck(State(app): State<App>, Allowed(by): Allowed<can::ReadJob>, Query(query): Query<StuckQuery>) -> Result<Rows<StuckView>> {
    let page = query.page()?;
    let search = query.search().map(|text| text.chars().take(100).collect());
    let filter = Filter { consumers: query.consumer.0, states: query.state.0, search };
    let (listing, total) = bus::list_stuck(&app, &by, &filter, &page).await?;
    Ok(Rows::page(listing.map(StuckView::from), &page, total))
}

async fn retry(State(app): State<App>, Allowed(by): Allowed<can::ManageJob>, Path(id): Path<StuckId>) -> Result<Data<StuckView>> {
    Ok(Data(bus::retry(&app, &by, id).await?.into()))
}

async fn skip(
    State(app): State<App>,
    Allowed(by): Allowed<can::ManageJob>,
    Path(id): Path<StuckId>,
    Json(body): Json<SkipBody>,
) -> Result<NoContent> {
    bus::skip(&app, &by, id, &body.reason).await?;
    Ok(NoContent)
}
