//! Invite, read and change one person.

use std::sync::Arc;

use axum::extract::State;
use purser_core::access::can;
use purser_core::ids::UserId;
use purser_service::people::Invite;
use purser_service::{App, people};
use purser_store::people::Person;

use super::views::{ChangeBody, InviteBody, RoleBody, UserView};
use crate::Result;
use crate::extract::{Allowed, IdempotencyKey, IfMatch, Json, Path};
use crate::once::{Made, Shape};
use crate::reply::Data;

pub(crate) async fn create_user(
    State(app): State<App>,
    Allowed(by): Allowed<can::CreateUser>,
    key: IdempotencyKey,
    Json(body): Json<InviteBody>,
) -> Result<Made<UserView>> {
    let shape = Shape { view: Arc::new(UserView::from), subject: |person: &Person| person.id.uuid(), home: Some("/users") };
    // Passwords stay out of what is remembered, even as a hash.
    let request = (
        &body.email,
        &body.first_name,
        &body.last_name,
        body.role,
        &body.phone,
        &body.country,
        &body.language,
        &body.notes,
        body.must_change_password,
    );
    let once = shape.once::<_, 201>(&by, key, ("create user", &request))?;
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
        must_change_password: body.must_change_password,
    };
    shape.made(people::invite_once(&app, &by, invite, once).await?)
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
    Ok(Data(people::set_role(&app, &by, id, (body.role, body.reason)).await?.into()))
}
