//! The access review: handler and shapes.

use axum::extract::State;
use purser_core::access::{RoleKey, can};
use purser_core::ids::UserId;
use purser_core::{Error, Permission, Timestamp};
use purser_service::App;
use purser_service::access::review::{self, Reviewed};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::extract::{Allowed, Query};
use crate::reply::Rows;

/// Over how long, and of whom.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ReviewQuery {
    /// From 1 to 365; 90 unless said otherwise.
    #[serde(default)]
    days: Option<u32>,
    /// Of this role only.
    #[serde(default)]
    role: Option<RoleKey>,
}

/// Somebody of the staff and what they hold in vain.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "AccessReview")]
pub(crate) struct ReviewView {
    user_id: UserId,
    name: String,
    role: RoleKey,
    /// When they last used any permission.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_at: Option<Timestamp>,
    /// How many permissions they hold.
    held: usize,
    /// Those they have not used in that time.
    unused: Vec<Permission>,
}

impl From<Reviewed> for ReviewView {
    fn from(one: Reviewed) -> Self {
        Self { user_id: one.id, name: one.name, role: one.role, last_used_at: one.last_used_at, held: one.held, unused: one.unused }
    }
}

pub(crate) async fn review(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadRole>,
    Query(query): Query<ReviewQuery>,
) -> Result<Rows<ReviewView>> {
    let days = query.days.unwrap_or(90);
    if !(1..=365).contains(&days) {
        return Err(Error::invalid("days", "out_of_range", "From 1 to 365 days.").into());
    }
    Ok(Rows::whole(review::review(&app, &by, days, query.role).await?.into_iter().map(ReviewView::from).collect()))
}
