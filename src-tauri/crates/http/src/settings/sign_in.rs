//! What the tenant asks of whoever signs in.

use axum::extract::State;
use purser_core::Patch;
use purser_core::access::{RoleKey, can};
use purser_core::identity::{SignInPolicy, StepUp};
use purser_service::App;
use purser_service::identity::policy::{self, Change};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::extract::{Allowed, IfMatch, Json};
use crate::reply::{Data, Versioned};

/// What the tenant asks of whoever signs in.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "SignInPolicy")]
pub(super) struct PolicyView {
    /// Roles that need a second factor; without one it is enrolled while signing in.
    require_factor_for: Vec<RoleKey>,
    /// Of whom a fresh second factor is asked before an action that needs one.
    step_up: StepUp,
    /// Refunds of this much or more, in minor units of the tenant's currency, ask for a fresh factor.
    #[serde(skip_serializing_if = "Option::is_none")]
    step_up_refund_from: Option<i64>,
    /// Minutes after which an unused session ends.
    idle_minutes: i64,
    /// The same for sessions that were asked to last.
    remembered_idle_minutes: i64,
    /// Days after which every session ends, used or not.
    absolute_days: i64,
    /// Whether strangers may make themselves an account of a customer, on the page `/register`.
    self_registration: bool,
    /// Days after which whoever made themselves an account and never proved the address is deleted and erased, three days after a reminder.
    /// Never, where it is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    unproved_days: Option<i64>,
    /// Counts changes of settings; the `ETag`.
    version: i64,
}

impl From<(SignInPolicy, i64)> for PolicyView {
    fn from((policy, version): (SignInPolicy, i64)) -> Self {
        Self {
            require_factor_for: policy.require_factor_for,
            step_up: policy.step_up,
            step_up_refund_from: policy.step_up_refund_from,
            idle_minutes: policy.idle_minutes,
            remembered_idle_minutes: policy.remembered_idle_minutes,
            absolute_days: policy.absolute_days,
            self_registration: policy.self_registration,
            unproved_days: policy.unproved_days,
            version,
        }
    }
}

impl Versioned for PolicyView {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }
}

/// A change: only what is mentioned changes.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "SignInPolicyChange")]
pub(super) struct PolicyBody {
    #[serde(default)]
    require_factor_for: Patch<Vec<RoleKey>>,
    #[serde(default)]
    step_up: Patch<StepUp>,
    /// `null`: refunds never ask for it.
    #[serde(default)]
    step_up_refund_from: Patch<i64>,
    #[serde(default)]
    idle_minutes: Patch<i64>,
    #[serde(default)]
    remembered_idle_minutes: Patch<i64>,
    #[serde(default)]
    absolute_days: Patch<i64>,
    #[serde(default)]
    self_registration: Patch<bool>,
    /// `null`: never.
    #[serde(default)]
    unproved_days: Patch<i64>,
}

impl From<PolicyBody> for Change {
    fn from(body: PolicyBody) -> Self {
        Self {
            require_factor_for: body.require_factor_for,
            step_up: body.step_up,
            step_up_refund_from: body.step_up_refund_from,
            idle_minutes: body.idle_minutes,
            remembered_idle_minutes: body.remembered_idle_minutes,
            absolute_days: body.absolute_days,
            self_registration: body.self_registration,
            unproved_days: body.unproved_days,
        }
    }
}

pub(super) async fn read(State(app): State<App>, Allowed(by): Allowed<can::ReadSetting>) -> Result<Data<PolicyView>> {
    Ok(Data(policy::read(&app, &by).await?.into()))
}

pub(super) async fn update(
    State(app): State<App>,
    Allowed(by): Allowed<can::UpdateSetting>,
    IfMatch(version): IfMatch,
    Json(body): Json<PolicyBody>,
) -> Result<Data<PolicyView>> {
    Ok(Data(policy::update(&app, &by, version, body.into()).await?.into()))
}
