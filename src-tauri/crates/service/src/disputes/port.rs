//! The part of a payment provider that passes on what customers' banks dispute. What it is asked to do carries the dispute's own name, so
//! that asking twice never does it twice.

use async_trait::async_trait;
use bytes::Bytes;
use purser_core::disputes::{DisputeState, EvidenceKind};
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
    pub files: Vec<Enclosed>,
}

/// What a provider takes in files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Takes {
    /// Files of these types.
    pub types: &'static [&'static str],
    /// Bytes of one file.
    pub largest: i64,
    /// Bytes of all files together.
    pub together: i64,
    /// Whether it takes one file of each kind, and not two.
    pub one_of_a_kind: bool,
    /// Whether files are sent ahead, each by itself, and not along with the words.
    pub ahead: bool,
}

/// A file on its way to the provider.
#[derive(Clone, Debug)]
pub struct FileCall {
    /// Whose payment is disputed.
    pub handle: Handle,
    /// What the provider calls the dispute.
    pub reference: String,
    /// The file.
    pub file: EvidenceFile,
    /// Its bytes.
    pub bytes: Bytes,
}

/// A file that goes with evidence.
#[derive(Clone, Debug)]
pub struct Enclosed {
    /// The file.
    pub file: EvidenceFile,
    /// What it shows.
    pub kind: EvidenceKind,
    /// The bytes, or where they lie.
    pub content: Content,
}

/// What is in a file that goes with evidence.
#[derive(Clone, Debug)]
pub enum Content {
    /// It was sent ahead; the provider calls it so.
    Sent(String),
    /// It goes along.
    Along(Bytes),
}

impl Enclosed {
    /// What the provider calls it, if it was sent ahead.
    pub fn reference(&self) -> Option<&str> {
        match &self.content {
            Content::Sent(reference) => Some(reference),
            Content::Along(_) => None,
        }
    }
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
    /// What it takes in files about this payment; `None`: it takes none.
    async fn takes(&self, _handle: Handle) -> Result<Option<Takes>, Trouble> {
        Ok(None)
    }

    /// Send a file ahead of the evidence it goes with: what the provider calls it. Asked twice, it lies there once.
    async fn upload(&self, _call: &FileCall) -> Result<String, Trouble> {
        Err(Trouble::Refused("no_files".into(), "This payment provider takes no files here.".into()))
    }

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
