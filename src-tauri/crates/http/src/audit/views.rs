//! Shapes of the audit log on the wire.

use purser_core::Timestamp;
use purser_core::ids::AuditId;
use purser_service::audit::Verdict;
use purser_store::audit::AuditRow;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::reply::Versioned;

/// One line of the audit log.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "AuditLine")]
pub(crate) struct AuditView {
    id: AuditId,
    /// Place in the chain, from 1.
    seq: i64,
    at: Timestamp,
    actor: ActorView,
    /// `area.verb`.
    action: String,
    subject: SubjectView,
    /// State before; only the fields that changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<serde_json::Value>")]
    before: Option<Box<RawValue>>,
    /// State after; only the fields that changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<serde_json::Value>")]
    after: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<Uuid>,
    /// SHA-256 of this line and the hash before it, in hex.
    hash: String,
    /// Hash of the line before.
    prev_hash: String,
}

/// Who acted, by the name of that time.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AuditActor")]
struct ActorView {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Uuid>,
    name: String,
    /// `user`, `system` or `command`.
    kind: String,
}

/// What something was done to.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Subject")]
pub(crate) struct SubjectView {
    /// `user`, `order`, `payment`, …
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<Uuid>,
    /// What a person calls it.
    pub(crate) label: String,
}

/// What was written as JSON is sent as it is; anything else as a string.
fn raw(text: Option<String>) -> Option<Box<RawValue>> {
    text.map(|text| match RawValue::from_string(text) {
        Ok(value) => value,
        Err(_) => RawValue::NULL.to_owned(),
    })
}

impl From<AuditRow> for AuditView {
    fn from(row: AuditRow) -> Self {
        Self {
            id: row.id,
            seq: row.seq,
            at: row.at,
            actor: ActorView { id: row.actor_id, name: row.actor_name, kind: row.actor_kind },
            action: row.action,
            subject: SubjectView { kind: row.subject_type, id: row.subject_id, label: row.subject_label },
            before: raw(row.before),
            after: raw(row.after),
            reason: row.reason,
            ip: row.ip,
            user_agent: row.user_agent,
            request_id: row.request_id,
            hash: hex::encode(row.hash),
            prev_hash: hex::encode(row.prev_hash),
        }
    }
}

impl Versioned for AuditView {}

/// What walking the chain found.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "AuditVerdict")]
pub(crate) struct VerdictView {
    /// Whether every line is as it was written.
    intact: bool,
    /// Lines that are.
    checked: i64,
    /// Lines of these from which a person was erased.
    erased: i64,
    /// Hash of the last good line. Written down elsewhere, it proves later that nothing before it was touched.
    head: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_bad: Option<BadView>,
}

/// The first line that is not as it was written.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "BadAuditLine")]
struct BadView {
    seq: i64,
    /// Absent when the line is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<AuditId>,
    reason: String,
}

impl From<Verdict> for VerdictView {
    fn from(verdict: Verdict) -> Self {
        Self {
            intact: verdict.first_bad.is_none(),
            checked: verdict.checked,
            erased: verdict.erased,
            head: verdict.head,
            first_bad: verdict.first_bad.map(|bad| BadView { seq: bad.seq, id: bad.id, reason: bad.reason }),
        }
    }
}

impl Versioned for VerdictView {}
