//! Lock and unlock, delete and restore; one person or many.

use axum::extract::State;
use purser_core::access::can;
use purser_core::ids::UserId;
use purser_core::people::Move;
use purser_service::people::Bulk;
use purser_service::{App, people};

use super::views::{BulkBody, BulkView, LockBody, UserView};
use crate::Result;
use crate::extract::{Allowed, Json, Path};
use crate::reply::{Data, NoContent};

pub(crate) async fn lock_user(
    State(app): State<App>,
    Allowed(by): Allowed<can::UpdateUser>,
    Path(id): Path<UserId>,
    Json(body): Json<LockBody>,
) -> Result<Data<UserView>> {
    Ok(Data(people::lock(&app, &by, id, &body.reason).await?.into()))
}

pub(crate) async fn unlock_user(State(app): State<App>, Allowed(by): Allowed<can::UpdateUser>, Path(id): Path<UserId>) -> Result<Data<UserView>> {
    Ok(Data(people::unlock(&app, &by, id, None).await?.into()))
}

pub(crate) async fn delete_user(State(app): State<App>, Allowed(by): Allowed<can::DeleteUser>, Path(id): Path<UserId>) -> Result<NoContent> {
    people::delete(&app, &by, id, None).await?;
    Ok(NoContent)
}

pub(crate) async fn restore_user(State(app): State<App>, Allowed(by): Allowed<can::DeleteUser>, Path(id): Path<UserId>) -> Result<Data<UserView>> {
    Ok(Data(people::restore(&app, &by, id, None).await?.into()))
}

/// Deleting and restoring many needs the right to do it to one; the route itself asks for the lesser of the two rights.
pub(crate) async fn bulk_users(State(app): State<App>, Allowed(by): Allowed<can::UpdateUser>, Json(body): Json<BulkBody>) -> Result<Data<BulkView>> {
    let bulk = Bulk { step: body.action, ids: body.ids, reason: body.reason, dry_run: body.dry_run };
    let outcome = match bulk.step {
        Move::Lock | Move::Unlock => people::bulk(&app, &by, &bulk).await?,
        Move::Delete | Move::Restore => people::bulk(&app, &by.and::<can::DeleteUser>()?, &bulk).await?,
    };
    Ok(Data(outcome.into()))
}
