//! What is held about a person, and taking it out for good.

use axum::extract::State;
use purser_core::access::can;
use purser_core::ids::UserId;
use purser_service::App;
use purser_service::people::{self, personal};

use super::views::{EraseBody, UserView};
use crate::Result;
use crate::extract::{Allowed, Json, Path};
use crate::reply::{Data, JsonFile};

pub(crate) async fn erase_user(
    State(app): State<App>,
    Allowed(by): Allowed<can::EraseUser>,
    Path(id): Path<UserId>,
    Json(body): Json<EraseBody>,
) -> Result<Data<UserView>> {
    Ok(Data(people::erase(&app, &by, id, &body.reason).await?.into()))
}

pub(crate) async fn personal_data(State(app): State<App>, Allowed(by): Allowed<can::ExportUser>, Path(id): Path<UserId>) -> Result<JsonFile> {
    Ok(JsonFile { name: "personal-data.json", body: personal::export(&app, &by, id).await? })
}

pub(crate) async fn own_personal_data(State(app): State<App>, Allowed(by): Allowed<can::ReadSelf>) -> Result<JsonFile> {
    Ok(JsonFile { name: "personal-data.json", body: personal::own(&app, &by).await? })
}
