//! What the tenant asks of passwords.

use axum::extract::State;
use purser_core::Patch;
use purser_core::access::can;
use purser_service::App;
use purser_service::identity::passwords::Policy;
use purser_service::identity::passwords::policy::{self, Change};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::extract::{Allowed, IfMatch, Json};
use crate::reply::{Data, Versioned};

/// What the tenant asks of passwords. Every password is also compared with those known from breaches.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "PasswordPolicy")]
pub(super) struct PolicyView {
    /// Shortest, in characters.
    min_length: i64,
    /// Least score, of 4.
    min_score: i64,
    /// Whether a small letter, a capital, a digit and a sign each have to be in it.
    require_classes: bool,
    /// How many of the last ones can not be used again.
    history: i64,
    /// Days after which owners and administrators have to choose another; never if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    admin_expiry_days: Option<i64>,
    /// The same for other staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    staff_expiry_days: Option<i64>,
    /// Whether people who have not proved their address may do nothing but prove it.
    require_verified_email: bool,
    /// Counts changes of settings; the `ETag`.
    version: i64,
}

impl From<(Policy, i64)> for PolicyView {
    fn from((policy, version): (Policy, i64)) -> Self {
        Self {
            min_length: policy.min_length,
            min_score: policy.min_score,
            require_classes: policy.require_classes,
            history: policy.history,
            admin_expiry_days: policy.admin_expiry_days,
            staff_expiry_days: policy.staff_expiry_days,
            require_verified_email: policy.require_verified_email,
            version,
        }
    }
}

impl Versioned for PolicyView {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }
}

/// A change: only what is mentioned changes. Less than the usual can not be asked for.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "PasswordPolicyChange")]
pub(super) struct PolicyBody {
    /// From 8 to 64.
    #[serde(default)]
    min_length: Patch<i64>,
    /// 3 or 4.
    #[serde(default)]
    min_score: Patch<i64>,
    #[serde(default)]
    require_classes: Patch<bool>,
    /// From 5 to 24.
    #[serde(default)]
    history: Patch<i64>,
    /// From 7 to 730; `null`: never.
    #[serde(default)]
    admin_expiry_days: Patch<i64>,
    /// From 7 to 730; `null`: never.
    #[serde(default)]
    staff_expiry_days: Patch<i64>,
    #[serde(default)]
    require_verified_email: Patch<bool>,
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
    let change = Change {
        min_length: body.min_length,
        min_score: body.min_score,
        require_classes: body.require_classes,
        history: body.history,
        admin_expiry_days: body.admin_expiry_days,
        staff_expiry_days: body.staff_expiry_days,
        require_verified_email: body.require_verified_email,
    };
    Ok(Data(policy::update(&app, &by, version, change).await?.into()))
}
