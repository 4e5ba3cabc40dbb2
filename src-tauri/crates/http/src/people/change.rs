//! Invite, read and change one person.

use axum::extract::State;
use purser_core::access::can;
use purser_core::ids::UserId;
use purser_service::people::Invite;
use purser_service::{App, people};

use super::views::{ChangeBody, InviteBody, RoleBody, UserView};
use crate::Result;
use crate::extract::{Allowed, IfMatch, Json, Path};
use crate::reply::{Created, Data};

pub(crate) async fn create_user(
    State(app): State<App>,
    Allowed(by): Allowed<can::CreateUser>,
    Json(body): Json<InviteBody>,
) -> Result<Created<UserView>> {
    let invite = Invite {
        email: body.email,
        first_name: body.first_name,
        last_name: body.last_name,
        role: body.role,
        phone: body.phone,
        country: body.country,
        language: body.language,
        notes: body.notes,
        password: body.password,
    };
    let person = people::invite(&app, &by, invite).await?;
    Ok(Created { location: format!("/api/v1/users/{}", person.id), data: person.into() })
}

pub(crate) async fn read_user(State(app): State<App>, Allowed(by): Allowed<can::ReadUser>, Path(id): Path<UserId>) -> Result<Data<UserView>> {
    Ok(Data(people::read(&app, &by, id).await?.into()))
}

pub(crate) async fn update_user(
    State(app): State<App>,
    Allowed(by): Allowed<can::UpdateUser>,
    Path(id): Path<UserId>,
    IfMatch(version): IfMatch,
    Json(body): Json<ChangeBody>,
) -> Result<Data<UserView>> {
    Ok(Data(people::update(&app, &by, id, version, body.into()).await?.into()))
}

pub(crate) async fn set_role(
    State(app): State<App>,
    Allowed(by): Allowed<can::UpdateRole>,
    Path(id): Path<UserId>,
    Json(body): Json<RoleBody>,
) -> Result<Data<UserView>> {
    Ok(Data(people::set_role(&app, &by, id, body.role).await?.into()))
}
