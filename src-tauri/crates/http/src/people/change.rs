//! Invite, read and change one person.

use std::sync::Arc;

use aide::generate::GenContext;
use aide::openapi::{Operation, Response as Documented};
use aide::operation::OperationOutput;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use purser_core::access::can;
use purser_core::ids::UserId;
use purser_service::idempotency::Outcome;
use purser_service::people::Invite;
use purser_service::{App, people};
use purser_store::people::Person;

use super::views::{ChangeBody, InviteBody, RoleBody, UserView};
use crate::Result;
use crate::extract::{Allowed, IdempotencyKey, IfMatch, Json, Path};
use crate::once::{Repeatable, Shape};
use crate::reply::{Created, Data};

/// 201 with the new person: the same for every repeat where a key was sent, with its `ETag` where none was.
pub(crate) enum Invited {
    Once(Repeatable<UserView, 201>),
    Plain(Box<Created<UserView>>),
}

impl IntoResponse for Invited {
    fn into_response(self) -> Response {
        match self {
            Self::Once(reply) => reply.into_response(),
            Self::Plain(reply) => reply.into_response(),
        }
    }
}

impl OperationOutput for Invited {
    type Inner = UserView;
    fn inferred_responses(ctx: &mut GenContext, operation: &mut Operation) -> Vec<(Option<u16>, Documented)> {
        Created::<UserView>::inferred_responses(ctx, operation)
    }
}

pub(crate) async fn create_user(
    State(app): State<App>,
    Allowed(by): Allowed<can::CreateUser>,
    key: IdempotencyKey,
    Json(body): Json<InviteBody>,
) -> Result<Invited> {
    let shape = Shape { view: Arc::new(UserView::from), subject: |person: &Person| person.id.uuid(), home: Some("/users") };
    // Passwords stay out of what is remembered, even as a hash.
    let request = (&body.email, &body.first_name, &body.last_name, body.role, &body.phone, &body.country, &body.language, &body.notes);
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
    };
    Ok(match people::invite_once(&app, &by, invite, once).await? {
        Outcome::Plain(person) => Invited::Plain(Box::new(Created { location: format!("/api/v1/users/{}", person.id), data: person.into() })),
        reply @ Outcome::Reply(_) => Invited::Once(shape.reply(reply)?),
    })
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
