//! Shapes of disputes on the wire.

use purser_core::disputes::{DisputeState, EvidenceKind};
use purser_core::ids::{DisputeId, FileId, OrderId, PaymentId};
use purser_core::{Money, Timestamp};
use purser_service::disputes::port::Texts;
use purser_service::disputes::{Detail, Evidence, Exhibit, Shown};
use purser_store::disputes::Dispute;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::party::PartyView;
use crate::reply::Versioned;

/// A disputed payment.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Dispute")]
pub(crate) struct DisputeView {
    id: DisputeId,
    payment_id: PaymentId,
    order_id: OrderId,
    order_number: i64,
    customer: PartyView,
    /// The provider that took the payment.
    provider: String,
    /// What the provider calls it.
    reference: String,
    /// How much is disputed.
    amount: Money,
    /// Why, in the bank's word.
    reason: String,
    state: DisputeState,
    /// Until when evidence is taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<Timestamp>,
    /// Whether that is over and nothing was said.
    late: bool,
    /// What was taken.
    withdrawn: Money,
    /// What of that was given back.
    reinstated: Money,
    /// What the provider kept for its trouble.
    fee: Money,
    /// What of that was given back.
    fee_back: Money,
    /// Whether the provider is being asked right now.
    pending: bool,
    /// Why the provider would not take the last answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    submitted_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_at: Option<Timestamp>,
    opened_at: Timestamp,
    updated_at: Timestamp,
    /// Counts changes; the `ETag`.
    version: i64,
}

impl DisputeView {
    /// As it is seen at `now`.
    pub(crate) fn of(d: Dispute, now: Timestamp) -> Self {
        let open = matches!(d.state, DisputeState::Opened | DisputeState::NeedsEvidence);
        Self {
            id: d.id,
            payment_id: d.payment_id,
            order_id: d.order_id,
            order_number: d.order_number,
            amount: d.money(d.amount),
            withdrawn: d.money(d.withdrawn),
            reinstated: d.money(d.reinstated),
            fee: d.money(d.fee),
            fee_back: d.money(d.fee_back),
            late: open && d.due_at.is_some_and(|due| due <= now),
            customer: PartyView::new(d.customer_id, &d.first_name, &d.last_name, d.email),
            provider: d.provider,
            reference: d.reference,
            reason: d.reason,
            state: d.state,
            due_at: d.due_at,
            pending: d.pending.is_some(),
            failure_message: d.failure_message,
            submitted_at: d.submitted_at,
            decided_at: d.decided_at,
            opened_at: d.opened_at,
            updated_at: d.updated_at,
            version: d.version,
        }
    }
}

/// A file of the evidence.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "EvidenceFile")]
struct FileView {
    id: FileId,
    name: String,
    content_type: String,
    /// Bytes.
    size: i64,
    /// What it shows.
    kind: EvidenceKind,
    /// Whether it lies at the payment provider.
    sent: bool,
}

/// What is said of a dispute.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Evidence")]
struct EvidenceView {
    texts: Texts,
    files: Vec<FileView>,
}

/// A dispute with its evidence.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DisputeDetail")]
pub(crate) struct DetailView {
    #[serde(flatten)]
    dispute: DisputeView,
    evidence: EvidenceView,
    /// What went back of its payment already.
    refunded: Money,
    /// Of that, what went to stored credit, of which the bank knows nothing.
    credited: Money,
}

impl DetailView {
    /// As it is seen at `now`.
    pub(crate) fn of(detail: Detail, now: Timestamp) -> Self {
        let texts = Evidence::of(&detail.dispute).texts;
        let files = detail.files.into_iter().map(|Shown { file, kind, sent }| FileView {
            id: file.id,
            name: file.name,
            content_type: file.content_type,
            size: file.size,
            kind,
            sent: sent.is_some(),
        });
        let (refunded, credited) = (detail.dispute.money(detail.refunded), detail.dispute.money(detail.credited));
        Self { refunded, credited, evidence: EvidenceView { texts, files: files.collect() }, dispute: DisputeView::of(detail.dispute, now) }
    }
}

impl Versioned for DetailView {
    fn version(&self) -> Option<i64> {
        Some(self.dispute.version)
    }
}

/// Evidence to keep until it is sent.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NewEvidence")]
pub(crate) struct EvidenceBody {
    #[serde(default)]
    pub(crate) texts: Texts,
    /// Files of the order or of its customer, at most ten, each with what it shows; an id alone shows anything else.
    #[serde(default)]
    pub(crate) files: Vec<Exhibit>,
}

/// Giving in.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "DisputeAcceptance")]
pub(crate) struct AcceptBody {
    /// Why, up to 500 characters.
    pub(crate) reason: String,
}

/// For whom a bank decides.
#[derive(Deserialize, JsonSchema, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    /// For us.
    Won,
    /// Against us.
    Lost,
}

/// What the bank decides.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "DisputeDecision")]
pub(crate) struct DecideBody {
    outcome: Outcome,
}

impl DecideBody {
    /// Whether it decides for us.
    pub(crate) fn is_won(&self) -> bool {
        self.outcome == Outcome::Won
    }
}

/// A dispute to be opened in the sandbox.
#[derive(Deserialize, JsonSchema, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(rename = "NewDispute")]
pub(crate) struct OpenBody {
    /// Why; `fraudulent` if not said.
    pub(crate) reason: Option<String>,
    /// How much; everything that is left if not said.
    pub(crate) amount: Option<Money>,
}

/// What asking the provider brought.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DisputesRefreshed")]
pub(crate) struct RefreshedView {
    /// How many disputes it told of.
    pub(crate) told: usize,
}

impl Versioned for RefreshedView {}
