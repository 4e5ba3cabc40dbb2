//! Whether somebody wants newsletters: by staff for a person, and by everybody for themselves.

use axum::extract::State;
use purser_core::access::can;
use purser_core::ids::UserId;
use purser_service::App;
use purser_service::newsletters::{self, Choice};

use super::views::{ChoiceBody, ConsentView, OwnChoiceBody};
use crate::Result;
use crate::extract::{Allowed, Json, Path};
use crate::reply::Data;

pub(super) async fn read(State(app): State<App>, Allowed(by): Allowed<can::ReadUser>, Path(id): Path<UserId>) -> Result<Data<ConsentView>> {
    Ok(Data(newsletters::of(&app, &by, id).await?.into()))
}

pub(super) async fn choose(
    State(app): State<App>,
    Allowed(by): Allowed<can::UpdateUser>,
    Path(id): Path<UserId>,
    Json(body): Json<ChoiceBody>,
) -> Result<Data<ConsentView>> {
    let choice = Choice { agreed: body.agreed, note: body.note };
    Ok(Data(newsletters::choose(&app, &by, id, choice).await?.into()))
}

pub(super) async fn own(State(app): State<App>, Allowed(by): Allowed<can::ReadSelf>) -> Result<Data<ConsentView>> {
    Ok(Data(newsletters::own(&app, &by).await?.into()))
}

pub(super) async fn choose_own(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadSelf>,
    Json(body): Json<OwnChoiceBody>,
) -> Result<Data<ConsentView>> {
    Ok(Data(newsletters::choose_own(&app, &by, body.agreed).await?.into()))
}
