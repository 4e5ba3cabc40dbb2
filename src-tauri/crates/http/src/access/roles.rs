//! Handlers of roles: unpack, call, map.

use axum::extract::State;
use purser_core::Permission;
use purser_core::access::{RoleKey, can};
use purser_service::{App, access};

use super::views::{EffectView, NewRoleBody, PermissionView, RoleChangeBody, RoleView};
use crate::Result;
use crate::extract::{Allowed, IfMatch, Json, Path};
use crate::reply::{Created, Data, NoContent, Rows};

pub(crate) async fn list_permissions(Allowed(_): Allowed<can::ReadSelf>) -> Result<Rows<PermissionView>> {
    Ok(Rows::whole(Permission::ALL.iter().copied().map(PermissionView::from).collect()))
}

pub(crate) async fn list_roles(State(app): State<App>, Allowed(by): Allowed<can::ReadRole>) -> Result<Rows<RoleView>> {
    Ok(Rows::whole(access::list(&app, &by).await?.into_iter().map(RoleView::from).collect()))
}

pub(crate) async fn read_role(State(app): State<App>, Allowed(by): Allowed<can::ReadRole>, Path(key): Path<RoleKey>) -> Result<Data<RoleView>> {
    Ok(Data(access::read(&app, &by, key).await?.into()))
}

pub(crate) async fn create_role(
    State(app): State<App>,
    Allowed(by): Allowed<can::ManageRole>,
    Json(body): Json<NewRoleBody>,
) -> Result<Created<RoleView>> {
    let data = RoleView::from(access::create(&app, &by, body.into()).await?);
    Ok(Created { location: format!("/api/v1/roles/{}", data.key), data })
}

pub(crate) async fn preview_role(
    State(app): State<App>,
    Allowed(by): Allowed<can::ManageRole>,
    Path(key): Path<RoleKey>,
    Json(body): Json<RoleChangeBody>,
) -> Result<Data<EffectView>> {
    Ok(Data(access::preview(&app, &by, key, body.into()).await?.into()))
}

pub(crate) async fn update_role(
    State(app): State<App>,
    Allowed(by): Allowed<can::ManageRole>,
    Path(key): Path<RoleKey>,
    IfMatch(version): IfMatch,
    Json(body): Json<RoleChangeBody>,
) -> Result<Data<RoleView>> {
    Ok(Data(access::update(&app, &by, key, version, body.into()).await?.into()))
}

pub(crate) async fn delete_role(State(app): State<App>, Allowed(by): Allowed<can::ManageRole>, Path(key): Path<RoleKey>) -> Result<NoContent> {
    access::delete(&app, &by, key).await?;
    Ok(NoContent)
}
