//! Acting as another person: handlers and shapes.

use axum::extract::State;
use purser_core::Timestamp;
use purser_core::access::can;
use purser_core::ids::{ImpersonationId, UserId};
use purser_service::App;
use purser_service::access::impersonation::{self, Ask};
use purser_store::impersonations::Impersonation;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::extract::{Allowed, Behind, Json};
use crate::reply::{Created, NoContent, Rows, Versioned};

/// One time somebody acted as another person.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Impersonation")]
pub(crate) struct ImpersonationView {
    id: ImpersonationId,
    /// As whom.
    user_id: UserId,
    /// Who really acted.
    by_id: UserId,
    by_name: String,
    reason: String,
    /// Whether nothing could be changed.
    read_only: bool,
    started_at: Timestamp,
    /// When it ends by itself.
    until: Timestamp,
    /// When somebody ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Timestamp>,
}

impl From<Impersonation> for ImpersonationView {
    fn from(one: Impersonation) -> Self {
        Self {
            id: one.id,
            user_id: one.user_id,
            by_id: one.by_id,
            by_name: one.by_name,
            reason: one.reason,
            read_only: !one.writes,
            started_at: one.started_at,
            until: one.until,
            ended_at: one.ended_at,
        }
    }
}

impl Versioned for ImpersonationView {}

/// As whom to act, and why.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NewImpersonation")]
pub(crate) struct ImpersonateBody {
    user_id: UserId,
    /// Why; the person is told.
    reason: String,
    /// From 1 to 30; 15 unless said otherwise.
    #[serde(default = "quarter")]
    minutes: i64,
    /// To look and not to touch, unless this says `false`.
    #[serde(default = "yes")]
    read_only: bool,
}

const fn quarter() -> i64 {
    15
}

const fn yes() -> bool {
    true
}

pub(crate) async fn impersonate(
    State(app): State<App>,
    Allowed(by): Allowed<can::ImpersonateUser>,
    Json(body): Json<ImpersonateBody>,
) -> Result<Created<ImpersonationView>> {
    let ask = Ask { user: body.user_id, reason: body.reason, minutes: body.minutes, writes: !body.read_only };
    let data = impersonation::begin(&app, &by, ask).await?.into();
    Ok(Created { location: "/api/v1/auth/me".into(), data })
}

pub(crate) async fn stop(State(app): State<App>, Behind(by): Behind) -> Result<NoContent> {
    impersonation::end(&app, &by).await?;
    Ok(NoContent)
}

pub(crate) async fn of_oneself(State(app): State<App>, Allowed(by): Allowed<can::ReadSelf>) -> Result<Rows<ImpersonationView>> {
    Ok(Rows::whole(impersonation::of_oneself(&app, &by).await?.into_iter().map(ImpersonationView::from).collect()))
}
