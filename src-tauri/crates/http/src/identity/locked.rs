//! Whom too many failures keep out at this moment. Use cases are in `purser_service::identity::locked`.

use aide::axum::ApiRouter;
use aide::axum::routing::get_with;
use axum::extract::State;
use purser_core::Timestamp;
use purser_core::access::can;
use purser_core::ids::UserId;
use purser_core::people::{Status, full_name};
use purser_service::App;
use purser_service::identity::locked;
use purser_store::locked::Locked;
use schemars::JsonSchema;
use serde::Serialize;

use crate::Result;
use crate::extract::{Allowed, Query};
use crate::list_query;
use crate::openapi::about;
use crate::reply::Rows;

/// Routes of this area.
pub(crate) fn routes() -> ApiRouter<App> {
    ApiRouter::new()
        .api_route("/lockouts", get_with(list, about("listLockouts", "identity", "Accounts that too many failures keep locked at this moment")))
}

list_query! {
    /// Which page; `search` looks in names and addresses.
    LockoutsQuery {}
}

/// Somebody too many failures keep out. `POST /users/{id}/unlock` lets them in again.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "LockedAccount")]
struct LockedView {
    /// The person.
    id: UserId,
    name: String,
    email: String,
    /// How the account stands otherwise.
    status: Status,
    /// When the last of the locks is over by itself.
    locked_until: Timestamp,
    /// Until when the password is refused, from somewhere at least.
    #[serde(skip_serializing_if = "Option::is_none")]
    password_locked_until: Option<Timestamp>,
    /// Until when second factors are refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    factors_locked_until: Option<Timestamp>,
    /// The failures that led to it.
    failures: i64,
    /// One of the addresses the password is refused from.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    /// How many of them there are.
    addresses: i64,
    /// Whether the password is refused from everywhere but where the person usually signs in from.
    everywhere: bool,
    last_failure_at: Timestamp,
}

impl From<Locked> for LockedView {
    fn from(row: Locked) -> Self {
        Self {
            id: row.id,
            name: full_name(&row.first_name, &row.last_name),
            email: row.email,
            status: row.status,
            locked_until: row.locked_until,
            password_locked_until: row.password_until,
            factors_locked_until: row.factors_until,
            failures: row.failures,
            address: row.address,
            addresses: row.addresses,
            everywhere: row.everywhere > 0,
            last_failure_at: row.last_failure_at,
        }
    }
}

async fn list(State(app): State<App>, Allowed(by): Allowed<can::ReadSignIn>, Query(query): Query<LockoutsQuery>) -> Result<Rows<LockedView>> {
    let page = query.page()?;
    let (listing, total) = locked::list(&app, &by, query.search(), &page).await?;
    Ok(Rows::page(listing.map(LockedView::from), &page, total))
}
