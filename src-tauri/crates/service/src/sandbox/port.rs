//! What the built-in payment provider can be told to play, beside taking payments. Only the sandbox can.

use async_trait::async_trait;
use purser_core::Timestamp;
use purser_core::ids::{PaymentId, TenantId};

use crate::payments::port::Trouble;
use crate::payments::remote::{NotTaken, RawMessage, Told};

/// A test card.
#[derive(Clone, Copy, Debug)]
pub struct Card {
    /// What the caller names.
    pub method: &'static str,
    /// What people read.
    pub label: &'static str,
    /// What it does.
    pub does: &'static str,
}

/// A payment provider that can be played.
#[async_trait]
pub trait Playground: Send + Sync {
    /// Its test cards.
    fn cards(&self) -> &'static [Card];

    /// End what takes its time: this payment, or every one. Which it ended.
    async fn settle(&self, tenant: TenantId, payment: Option<PaymentId>, succeed: bool) -> Result<Vec<PaymentId>, Trouble>;

    /// A message as it is sent.
    fn sign(&self, body: &str, signing: &str, now: Timestamp) -> RawMessage;

    /// What a message says, if it is the provider's.
    fn read(&self, message: &RawMessage, signing: &str, now: Timestamp) -> Result<Told, NotTaken>;
}
