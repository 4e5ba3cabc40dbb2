//! The rules that ask for a second pair of eyes: handlers and shapes.

use axum::extract::State;
use purser_core::access::{RoleKey, can};
use purser_core::approvals::{ApprovalKind, RuleEffect};
use purser_core::ids::RuleId;
use purser_core::payments::RefundKind;
use purser_core::{Money, Patch, Timestamp};
use purser_service::App;
use purser_service::approvals::{self, NewRule, RuleChange};
use purser_store::approvals::Rule;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::extract::{Allowed, IfMatch, Json, Path};
use crate::reply::{Created, Data, NoContent, Rows, Versioned};

/// A rule. It meets an act when all that it says is so; what it does not say meets everything.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "ApprovalRule")]
pub(crate) struct RuleView {
    id: RuleId,
    name: String,
    kind: ApprovalKind,
    effect: RuleEffect,
    /// At least this amount; one in another currency is met as well.
    #[serde(skip_serializing_if = "Option::is_none")]
    min_amount: Option<Money>,
    /// Whoever acts has done so this often in the last 24 hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    per_day: Option<i64>,
    /// Any of these roles; empty for every role.
    roles: Vec<String>,
    /// Only refunds of this kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    refund_kind: Option<RefundKind>,
    /// How long somebody can decide.
    expires_hours: i64,
    active: bool,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// Counts changes; the `ETag`.
    version: i64,
}

impl From<Rule> for RuleView {
    fn from(rule: Rule) -> Self {
        let conditions = rule.conditions();
        Self {
            id: rule.id,
            name: rule.name,
            kind: rule.kind,
            effect: rule.effect,
            min_amount: conditions.min_amount,
            per_day: rule.per_day,
            roles: rule.roles.0,
            refund_kind: conditions.refund_kind,
            expires_hours: rule.expires_hours,
            active: rule.active,
            created_at: rule.created_at,
            updated_at: rule.updated_at,
            version: rule.version,
        }
    }
}

impl Versioned for RuleView {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }
}

/// A rule to make.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NewApprovalRule")]
pub(crate) struct NewRuleBody {
    name: String,
    kind: ApprovalKind,
    effect: RuleEffect,
    #[serde(default)]
    min_amount: Option<Money>,
    #[serde(default)]
    per_day: Option<i64>,
    #[serde(default)]
    roles: Vec<RoleKey>,
    #[serde(default)]
    refund_kind: Option<RefundKind>,
    /// How long somebody can decide; 72 hours unless said otherwise.
    #[serde(default = "three_days")]
    expires_hours: i64,
    /// In force unless said otherwise.
    #[serde(default = "yes")]
    active: bool,
}

const fn three_days() -> i64 {
    72
}

const fn yes() -> bool {
    true
}

/// A change of a rule: only what is mentioned changes; `null` takes a condition away.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "ApprovalRuleChange")]
pub(crate) struct RuleChangeBody {
    #[serde(default)]
    name: Patch<String>,
    #[serde(default)]
    effect: Patch<RuleEffect>,
    #[serde(default)]
    min_amount: Patch<Money>,
    #[serde(default)]
    per_day: Patch<i64>,
    #[serde(default)]
    roles: Patch<Vec<RoleKey>>,
    #[serde(default)]
    refund_kind: Patch<RefundKind>,
    #[serde(default)]
    expires_hours: Patch<i64>,
    #[serde(default)]
    active: Patch<bool>,
}

pub(super) async fn list(State(app): State<App>, Allowed(by): Allowed<can::ReadPayment>) -> Result<Rows<RuleView>> {
    let rules = approvals::rules(&app, &by).await?;
    Ok(Rows::whole(rules.into_iter().map(RuleView::from).collect()))
}

pub(super) async fn read(State(app): State<App>, Allowed(by): Allowed<can::ReadPayment>, Path(id): Path<RuleId>) -> Result<Data<RuleView>> {
    Ok(Data(approvals::read_rule(&app, &by, id).await?.into()))
}

pub(super) async fn create(
    State(app): State<App>,
    Allowed(by): Allowed<can::ManageApproval>,
    Json(body): Json<NewRuleBody>,
) -> Result<Created<RuleView>> {
    let NewRuleBody { name, kind, effect, min_amount, per_day, roles, refund_kind, expires_hours, active } = body;
    let new = NewRule { name, kind, effect, min_amount, per_day, roles, refund_kind, expires_hours, active };
    let rule = approvals::add_rule(&app, &by, new).await?;
    Ok(Created { location: format!("/api/v1/approval-rules/{}", rule.id), data: rule.into() })
}

pub(super) async fn update(
    State(app): State<App>,
    Allowed(by): Allowed<can::ManageApproval>,
    Path(id): Path<RuleId>,
    IfMatch(version): IfMatch,
    Json(body): Json<RuleChangeBody>,
) -> Result<Data<RuleView>> {
    let RuleChangeBody { name, effect, min_amount, per_day, roles, refund_kind, expires_hours, active } = body;
    let change = RuleChange { name, effect, min_amount, per_day, roles, refund_kind, expires_hours, active };
    Ok(Data(approvals::change_rule(&app, &by, id, version, change).await?.into()))
}

pub(super) async fn remove(State(app): State<App>, Allowed(by): Allowed<can::ManageApproval>, Path(id): Path<RuleId>) -> Result<NoContent> {
    approvals::remove_rule(&app, &by, id).await?;
    Ok(NoContent)
}
