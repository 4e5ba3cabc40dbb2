//! What Stripe says, as far as it matters here. Nothing outside this folder knows these shapes.

use serde::Deserialize;

/// A payment intent.
#[derive(Debug, Deserialize)]
pub(super) struct Intent {
    pub(super) status: String,
    pub(super) amount: i64,
    #[serde(default)]
    pub(super) amount_received: Option<i64>,
    #[serde(default)]
    pub(super) next_action: Option<NextAction>,
    #[serde(default)]
    pub(super) last_payment_error: Option<Complaint>,
}

#[derive(Debug, Deserialize)]
pub(super) struct NextAction {
    #[serde(default)]
    pub(super) redirect_to_url: Option<RedirectTo>,
}

#[derive(Debug, Deserialize)]
pub(super) struct RedirectTo {
    #[serde(default)]
    pub(super) url: Option<String>,
}

/// What is wrong.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Complaint {
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    pub(super) code: Option<String>,
    pub(super) decline_code: Option<String>,
    pub(super) message: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Failed {
    pub(super) error: Complaint,
}

#[derive(Debug, Deserialize)]
pub(super) struct RefundMade {
    pub(super) id: String,
    pub(super) status: Option<String>,
    #[serde(default)]
    pub(super) failure_reason: Option<String>,
    #[serde(default)]
    pub(super) amount: i64,
    #[serde(default)]
    pub(super) currency: String,
    #[serde(default)]
    pub(super) metadata: Option<RefundNotes>,
}

/// What we wrote on a refund.
#[derive(Debug, Default, Deserialize)]
pub(super) struct RefundNotes {
    #[serde(default)]
    pub(super) purser_refund: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Named {
    pub(super) id: String,
}

/// A message.
#[derive(Debug, Deserialize)]
pub(super) struct Event {
    pub(super) id: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) data: EventData,
}

#[derive(Debug, Deserialize)]
pub(super) struct EventData {
    pub(super) object: EventObject,
}

#[derive(Debug, Deserialize)]
pub(super) struct EventObject {
    #[serde(default)]
    pub(super) id: Option<String>,
    #[serde(default)]
    pub(super) object: Option<String>,
    #[serde(default)]
    pub(super) payment_intent: Option<IdOrWhole>,
}

/// What may be sent as an id or, expanded, as a whole.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum IdOrWhole {
    Id(String),
    Whole(Named),
}

impl IdOrWhole {
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Id(id) => id,
            Self::Whole(whole) => &whole.id,
        }
    }

    pub(super) fn id(self) -> String {
        match self {
            Self::Id(id) => id,
            Self::Whole(whole) => whole.id,
        }
    }
}

/// One page of a list.
#[derive(Debug, Deserialize)]
pub(super) struct Page<T> {
    pub(super) data: Vec<T>,
    #[serde(default)]
    pub(super) has_more: bool,
}

/// What a customer's bank disputes.
#[derive(Debug, Deserialize)]
pub(super) struct Dispute {
    pub(super) id: String,
    pub(super) amount: i64,
    pub(super) currency: String,
    pub(super) reason: String,
    pub(super) status: String,
    pub(super) created: i64,
    #[serde(default)]
    pub(super) payment_intent: Option<IdOrWhole>,
    #[serde(default)]
    pub(super) evidence_details: Option<EvidenceDetails>,
    #[serde(default)]
    pub(super) balance_transactions: Vec<DisputeLine>,
}

#[derive(Debug, Deserialize)]
pub(super) struct EvidenceDetails {
    #[serde(default)]
    pub(super) due_by: Option<i64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct DisputeLine {
    pub(super) amount: i64,
    #[serde(default)]
    pub(super) fee: i64,
    /// What the account settles in.
    #[serde(default)]
    pub(super) currency: Option<String>,
}

/// A line of Stripe's account, in the currency the account settles in.
#[derive(Debug, Deserialize)]
pub(super) struct Line {
    pub(super) id: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) reporting_category: Option<String>,
    pub(super) amount: i64,
    pub(super) fee: i64,
    pub(super) currency: String,
    pub(super) created: i64,
    #[serde(default)]
    pub(super) source: Option<Source>,
}

/// What a line is about, expanded.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Source {
    Whole(SourceWhole),
    Id(serde::de::IgnoredAny),
}

#[derive(Debug, Deserialize)]
pub(super) struct SourceWhole {
    pub(super) id: String,
    /// What was charged, given back or disputed, in its own currency.
    #[serde(default)]
    pub(super) amount: Option<i64>,
    /// What was taken of a charge.
    #[serde(default)]
    pub(super) amount_captured: Option<i64>,
    #[serde(default)]
    pub(super) currency: Option<String>,
    #[serde(default)]
    pub(super) object: Option<String>,
    #[serde(default)]
    pub(super) payment_intent: Option<IdOrWhole>,
}
