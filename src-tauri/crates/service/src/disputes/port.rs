//! The part of a payment provider that passes on what customers' banks dispute. What it is asked to do carries the dispute's own name, so
//! that asking twice never does it twice.

use async_trait::async_trait;
use purser_core::disputes::DisputeState;
use purser_core::ids::{PaymentId, TenantId};
use purser_core::{Money, Timestamp};
use purser_store::disputes::EvidenceFile;

use crate::payments::port::{Handle, Trouble};

/// A dispute as the provider knows it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderDispute {
    /// The provider, as payments carry it.
    pub provider: String,
    /// What the provider calls it.
    pub reference: String,
    /// The payment.
    pub payment: PaymentId,
    /// How much is disputed.
    pub amount: Money,
    /// Why, in the bank's word.
    pub reason: String,
    /// Where it stands.
    pub state: DisputeState,
    /// Until when evidence is taken.
    pub due_at: Option<Timestamp>,
    /// What was taken so far, in minor units.
    pub withdrawn: i64,
    /// What of that was given back so far.
    pub reinstated: i64,
    /// What the provider kept for its trouble so far.
    pub fee: i64,
    /// What of that fee was given back so far.
    pub fee_back: i64,
    /// When the bank opened it.
    pub opened_at: Timestamp,
}

/// What is said to the bank.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[schemars(rename = "EvidenceTexts")]
pub struct Texts {
    /// What was sold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_description: Option<String>,
    /// What was written with the customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_communication: Option<String>,
    /// How and when it was sent, and who took it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipping_documentation: Option<String>,
    /// What was agreed about giving money back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refund_policy: Option<String>,
    /// Anything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other: Option<String>,
}

impl Texts {
    /// Each with its name.
    pub fn each(&self) -> [(&'static str, Option<&String>); 5] {
        [
            ("productDescription", self.product_description.as_ref()),
            ("customerCommunication", self.customer_communication.as_ref()),
            ("shippingDocumentation", self.shipping_documentation.as_ref()),
            ("refundPolicy", self.refund_policy.as_ref()),
            ("other", self.other.as_ref()),
        ]
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.each().into_iter().all(|(_, text)| text.is_none_or(|text| text.trim().is_empty()))
    }
}

/// An answer to a dispute.
#[derive(Clone, Debug)]
pub struct AnswerCall {
    /// The merchant.
    pub tenant: TenantId,
    /// What the provider calls the dispute.
    pub reference: String,
    /// The payment.
    pub payment: PaymentId,
    /// What is said.
    pub texts: Texts,
    /// What goes with it.
    pub files: Vec<EvidenceFile>,
}

/// What the sandbox is told to play.
#[derive(Clone, Debug)]
pub enum Play {
    /// The customer's bank opens a dispute: payment, how much (all of it if not said), why.
    Open(PaymentId, Option<Money>, String),
    /// The bank decides; `true` for us.
    Decide(String, bool),
}

/// What a call brings: the dispute as it is now.
pub type Answer = Result<ProviderDispute, Trouble>;

/// Disputes at a payment provider.
#[async_trait]
pub trait Disputes: Send + Sync {
    /// Send the evidence, once and for all.
    async fn submit(&self, call: &AnswerCall) -> Answer;

    /// Give in.
    async fn accept(&self, call: &AnswerCall) -> Answer;

    /// Every dispute of a payment.
    async fn of(&self, handle: Handle) -> Result<Vec<ProviderDispute>, Trouble>;

    /// The disputes of a merchant that changed lately, at most a few hundred.
    async fn list(&self, tenant: TenantId) -> Result<Vec<ProviderDispute>, Trouble>;

    /// Play the bank: only the sandbox does.
    async fn play(&self, _tenant: TenantId, _play: Play) -> Answer {
        Err(Trouble::Refused("not_the_sandbox".into(), "Only the sandbox provider can be told what a bank does.".into()))
    }
}
