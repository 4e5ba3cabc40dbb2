//! Rights of single people: handlers and shapes.

use axum::extract::State;
use purser_core::Timestamp;
use purser_core::access::{Power, RoleKey, Source, can};
use purser_core::ids::{RightId, UserId};
use purser_service::App;
use purser_service::access::rights::{self, Ended, NewRight, Reasoned, Rights};
use purser_store::rights::Right;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::extract::{Allowed, Json, Path};
use crate::reply::{Created, Data, Versioned};

/// Give or deny.
#[derive(Clone, Copy, Deserialize, Serialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Effect {
    /// Give it.
    Grant,
    /// Deny it, whatever the role says.
    Deny,
}

impl Effect {
    const fn of(denied: bool) -> Self {
        if denied { Self::Deny } else { Self::Grant }
    }
}

/// A right given to one person, or denied to them.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "PersonalRight")]
pub(crate) struct RightView {
    id: RightId,
    permission: Power,
    effect: Effect,
    reason: String,
    /// Who gave or denied it.
    #[serde(skip_serializing_if = "Option::is_none")]
    created_by: Option<UserId>,
    /// Their name at that time.
    created_by_name: String,
    created_at: Timestamp,
    /// When it stops by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
    /// When somebody ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_by_name: Option<String>,
}

impl From<Right> for RightView {
    fn from(right: Right) -> Self {
        Self {
            id: right.id,
            permission: right.power,
            effect: Effect::of(right.denied),
            reason: right.reason,
            created_by: right.created_by.map(UserId),
            created_by_name: right.created_by_name,
            created_at: right.created_at,
            expires_at: right.expires_at,
            ended_at: right.ended_at,
            ended_by_name: right.ended_by_name,
        }
    }
}

impl Versioned for RightView {}

/// What a permission comes from, or what stands against it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "RightSource")]
pub(crate) struct SourceView {
    /// `role`, `inherited`, `grant` or `denial`.
    kind: &'static str,
    /// The role that has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<RoleKey>,
    /// The right given or denied.
    #[serde(skip_serializing_if = "Option::is_none")]
    right_id: Option<RightId>,
}

impl From<Source> for SourceView {
    fn from(source: Source) -> Self {
        let (kind, role, right_id) = match source {
            Source::Role(role) => ("role", Some(role), None),
            Source::Inherited { from, .. } => ("inherited", Some(from), None),
            Source::Grant(right) => ("grant", None, Some(right)),
            Source::Denial(right) => ("denial", None, Some(right)),
        };
        Self { kind, role, right_id }
    }
}

/// One permission of a person, and why they have it or not.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "EffectiveRight")]
struct ReasonedView {
    permission: Power,
    /// Whether the person has it.
    allowed: bool,
    /// What it comes from, and what stands against it; a denial wins.
    sources: Vec<SourceView>,
}

impl From<Reasoned> for ReasonedView {
    fn from(reasoned: Reasoned) -> Self {
        let sources = reasoned.sources.into_iter().map(SourceView::from).collect();
        Self { permission: reasoned.power, allowed: reasoned.held, sources }
    }
}

/// Everything a person may do, and why.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "UserRights")]
pub(crate) struct RightsView {
    user_id: UserId,
    role: RoleKey,
    /// What they were given and denied, newest first, with what is over; at most 200.
    rights: Vec<RightView>,
    /// Every permission there is.
    effective: Vec<ReasonedView>,
}

impl From<Rights> for RightsView {
    fn from(rights: Rights) -> Self {
        Self {
            user_id: rights.person.id,
            role: rights.person.role,
            rights: rights.rights.into_iter().map(RightView::from).collect(),
            effective: rights.powers.into_iter().map(ReasonedView::from).collect(),
        }
    }
}

impl Versioned for RightsView {}

/// A right to give or deny.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NewRight")]
pub(crate) struct NewRightBody {
    permission: Power,
    effect: Effect,
    /// Why; kept with it and in the audit log.
    reason: String,
    /// Until when; without it until somebody ends it.
    #[serde(default)]
    expires_at: Option<Timestamp>,
}

/// What became of a right that was ended.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "EndedRight")]
pub(crate) struct EndedView {
    right: RightView,
    /// Whether the person may do it all the same.
    allowed: bool,
    /// Because of what.
    sources: Vec<SourceView>,
}

impl From<Ended> for EndedView {
    fn from(ended: Ended) -> Self {
        Self { right: ended.right.into(), allowed: ended.held, sources: ended.sources.into_iter().map(SourceView::from).collect() }
    }
}

impl Versioned for EndedView {}

pub(crate) async fn read_rights(State(app): State<App>, Allowed(by): Allowed<can::ReadRole>, Path(user): Path<UserId>) -> Result<Data<RightsView>> {
    Ok(Data(rights::of(&app, &by, user).await?.into()))
}

pub(crate) async fn give_right(
    State(app): State<App>,
    Allowed(by): Allowed<can::GrantRight>,
    Path(user): Path<UserId>,
    Json(body): Json<NewRightBody>,
) -> Result<Created<RightView>> {
    let NewRightBody { permission, effect, reason, expires_at } = body;
    let new = NewRight { power: permission, denied: effect == Effect::Deny, reason, expires_at };
    let data = rights::give(&app, &by, user, new).await?.into();
    Ok(Created { location: format!("/api/v1/users/{user}/rights"), data })
}

pub(crate) async fn end_right(
    State(app): State<App>,
    Allowed(by): Allowed<can::GrantRight>,
    Path((user, right)): Path<(UserId, RightId)>,
) -> Result<Data<EndedView>> {
    Ok(Data(rights::end(&app, &by, user, right).await?.into()))
}
