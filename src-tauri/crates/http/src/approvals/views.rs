//! Shapes of approvals on the wire.

use purser_core::access::Grant;
use purser_core::approvals::{ApprovalCause, ApprovalKind, ApprovalState};
use purser_core::ids::ApprovalId;
use purser_core::{Money, Permission, Timestamp};
use purser_service::approvals::Detail;
use purser_store::approvals::Approval;
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::party::RefView;
use crate::payments::{BackView, RefundView};
use crate::reply::Versioned;

/// What a request is about.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ApprovalSubject")]
struct SubjectView {
    /// What kind of thing: `order`.
    r#type: String,
    id: Uuid,
    /// What people call it.
    label: String,
}

/// Whoever asked or decided.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Asker")]
struct AskerView {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Uuid>,
    name: String,
}

/// Something that needs a second pair of eyes.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Approval")]
pub(crate) struct ApprovalView {
    id: ApprovalId,
    kind: ApprovalKind,
    subject: SubjectView,
    amount: Money,
    /// Why it is to be done.
    reason: String,
    /// Why it needs somebody else.
    cause: String,
    /// What kind of thing asks for that.
    cause_kind: ApprovalCause,
    /// The name the rule had that day, if a rule asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_name: Option<String>,
    state: ApprovalState,
    requested_by: AskerView,
    requested_at: Timestamp,
    /// Until when somebody can decide.
    expires_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_by: Option<RefView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision_reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_message: Option<String>,
    /// Whether you asked for it.
    mine: bool,
    /// Whether you can decide it.
    can_decide: bool,
    /// Counts changes.
    version: i64,
}

impl ApprovalView {
    /// As `by` sees it.
    pub(crate) fn of<P>(by: &Grant<P>, approval: Approval) -> Self {
        let mine = [by.user(), by.actor().person()].into_iter().flatten().any(|person| approval.is_of(person));
        let may = [Permission::DecideApproval, Permission::RefundOrder].into_iter().all(|right| by.actor().may(right));
        Self {
            id: approval.id,
            kind: approval.kind,
            amount: approval.money(),
            mine,
            can_decide: may && !mine && approval.state == ApprovalState::Waiting && approval.expires_at > by.now(),
            subject: SubjectView { r#type: approval.subject_type, id: approval.subject_id, label: approval.subject_label },
            reason: approval.reason,
            cause: approval.cause,
            cause_kind: approval.cause_kind,
            rule_name: approval.cause_rule,
            state: approval.state,
            requested_by: AskerView { id: approval.requested_by, name: approval.requested_by_name },
            requested_at: approval.requested_at,
            expires_at: approval.expires_at,
            decided_by: approval.decided_by.zip(approval.decided_by_name).map(|(id, name)| RefView { id, name }),
            decided_at: approval.decided_at,
            decision_reason: approval.decision_reason,
            failure_message: approval.failure_message,
            version: approval.version,
        }
    }
}

/// A request with what it does.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ApprovalDetail")]
pub(crate) struct DetailView {
    #[serde(flatten)]
    approval: ApprovalView,
    /// The refunds it is about, as they were frozen and stand now.
    refunds: Vec<RefundView>,
    /// The pieces that come back with them.
    lines: Vec<BackView>,
}

impl DetailView {
    /// As `by` sees it.
    pub(crate) fn of<P>(by: &Grant<P>, detail: Detail) -> Self {
        let currency = detail.approval.currency;
        Self {
            approval: ApprovalView::of(by, detail.approval),
            refunds: detail.refunds.into_iter().map(RefundView::from).collect(),
            lines: detail.lines.into_iter().map(|back| BackView::of(back, currency)).collect(),
        }
    }
}

impl Versioned for DetailView {}
