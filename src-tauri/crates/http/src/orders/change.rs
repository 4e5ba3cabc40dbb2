//! Enter orders, move them on, call them off.

use std::sync::Arc;

use axum::extract::State;
use purser_core::access::can;
use purser_core::ids::OrderId;
use purser_service::App;
use purser_service::orders::{self, Detail};

use super::handling::ReasonBody;
use super::quotes::QuoteView;
use super::views::{CancelBody, DetailView, OrderBody, QuoteBody, StateBody};
use crate::Result;
use crate::extract::{Allowed, AllowedEither, Json, NeededKey, Path};
use crate::once::{Repeatable, Shape};
use crate::reply::Data;

pub(super) fn shape(app: &App, home: Option<&'static str>) -> Shape<Detail, DetailView> {
    let app = app.clone();
    Shape { view: Arc::new(move |detail| DetailView::of(&app, detail)), subject: |detail| detail.order.id.uuid(), home }
}

pub(crate) async fn create_order(
    State(app): State<App>,
    Allowed(by): Allowed<can::CreateOrder>,
    key: NeededKey,
    Json(body): Json<OrderBody>,
) -> Result<Repeatable<DetailView, 201>> {
    let shape = shape(&app, Some("/orders"));
    let once = shape.once::<_, 201>(&by, key, ("create order", &body))?;
    shape.reply(orders::create(&app, &by, body.into(), once).await?)
}

pub(crate) async fn quote_order(
    State(app): State<App>,
    Allowed(by): Allowed<can::CreateOrder>,
    Json(body): Json<QuoteBody>,
) -> Result<Data<QuoteView>> {
    Ok(Data(orders::quote(&app, &by, &body.items(), &body.coupons, body.way()).await?.into()))
}

pub(crate) async fn cancel_order(
    State(app): State<App>,
    AllowedEither(by, _): AllowedEither<can::CancelOrder, can::UpdateOrder>,
    Path(id): Path<OrderId>,
    key: NeededKey,
    Json(body): Json<CancelBody>,
) -> Result<Repeatable<DetailView, 200>> {
    let shape = shape(&app, None);
    let once = shape.once::<_, 200>(by.narrow(), key, (&format!("cancel {id}"), &body))?;
    shape.reply(orders::cancel(&app, &by, id, &body.reason, once).await?)
}

pub(crate) async fn confirm_again(
    State(app): State<App>,
    Allowed(by): Allowed<can::UpdateOrder>,
    Path(id): Path<OrderId>,
    key: NeededKey,
) -> Result<Repeatable<DetailView, 200>> {
    let shape = shape(&app, None);
    let once = shape.once::<_, 200>(&by, key, (&format!("confirm {id} again"), &()))?;
    shape.reply(orders::confirm_again(&app, &by, id, once).await?)
}

pub(crate) async fn waive_order(
    State(app): State<App>,
    Allowed(by): Allowed<can::CapturePayment>,
    Path(id): Path<OrderId>,
    key: NeededKey,
    Json(body): Json<ReasonBody>,
) -> Result<Repeatable<DetailView, 200>> {
    let shape = shape(&app, None);
    let once = shape.once::<_, 200>(&by, key, (&format!("waive {id}"), &body))?;
    shape.reply(orders::waive(&app, &by, id, &body.reason, once).await?)
}

pub(crate) async fn set_order_state(
    State(app): State<App>,
    Allowed(by): Allowed<can::UpdateOrder>,
    Path(id): Path<OrderId>,
    Json(body): Json<StateBody>,
) -> Result<Data<DetailView>> {
    let detail = orders::set_state(&app, &by, id, body.state).await?;
    Ok(Data(DetailView::of(&app, detail)))
}
