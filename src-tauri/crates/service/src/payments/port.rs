//! The port to a payment provider. What it is asked to do carries a key, so that asking twice never does it twice.

use async_trait::async_trait;
use purser_core::Money;
use purser_core::ids::{PaymentId, RefundId, TenantId};

/// Whose payment it is; together they are the provider's key for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Handle {
    /// The merchant.
    pub tenant: TenantId,
    /// The payment.
    pub payment: PaymentId,
}

/// A payment to be begun.
#[derive(Clone, Debug)]
pub struct Charge {
    /// The key for it.
    pub handle: Handle,
    /// The means of payment.
    pub method: String,
    /// How much.
    pub amount: Money,
    /// Whether to take the money at once rather than only have it promised.
    pub capture: bool,
}

/// Where a payment stands at the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The customer has to prove who they are, here.
    RequiresAction(String),
    /// It takes its time; ask later.
    Processing,
    /// Promised.
    Authorised,
    /// This much was taken.
    Captured(i64),
    /// It did not work: a code for programs, a sentence for people.
    Failed(String, String),
    /// Let go.
    Voided,
}

/// A call that brought no standing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// No answer; it may have been done.
    Unknown,
    /// A clear no; nothing was done. A code and a sentence.
    Refused(String, String),
}

/// What a call brings.
pub type Answer = Result<Standing, Trouble>;

/// A refund to be made.
#[derive(Clone, Copy, Debug)]
pub struct RefundCall {
    /// The key for it.
    pub id: RefundId,
    /// The payment it gives back.
    pub payment: PaymentId,
    /// How much.
    pub amount: Money,
}

/// What became of a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefundAnswer {
    /// Done.
    Done,
    /// The provider would not, and says why.
    Refused(String),
    /// No answer; it may have been done. Ask again with the same key.
    Unknown,
}

/// A refund as the provider knows it, whoever asked for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderRefund {
    /// What the provider calls it.
    pub reference: String,
    /// Which of ours it says it is.
    pub ours: Option<RefundId>,
    /// How much.
    pub amount: Money,
    /// Whether it was made, or did not work; `None` while it is on its way.
    pub done: Option<bool>,
}

/// A payment provider.
#[async_trait]
pub trait Gateway: Send + Sync {
    /// Its name, as payments carry it.
    fn name(&self) -> &'static str;

    /// What people call a means of payment, or `None` for one it does not know.
    fn method_label(&self, method: &str) -> Option<&'static str>;

    /// Begin a payment.
    async fn authorise(&self, charge: &Charge) -> Answer;

    /// Finish what the customer was asked to do; `proved` is how it ended.
    async fn confirm(&self, handle: Handle, proved: bool) -> Answer;

    /// Take what was promised, or less.
    async fn capture(&self, handle: Handle, amount: Money) -> Answer;

    /// Let go of what was promised.
    async fn void(&self, handle: Handle) -> Answer;

    /// Ask where a payment stands; `Ok(None)` if the provider never heard of it.
    async fn lookup(&self, handle: Handle) -> Result<Option<Standing>, Trouble>;

    /// See to it that nothing of a payment that never came about has an effect later: what was on its way to the provider finds it let go.
    async fn abandon(&self, _: Handle) -> Answer {
        Ok(Standing::Voided)
    }

    /// Make refunds of one merchant, or ask what became of them: a key that is known gets the answer it got before. One answer each, in
    /// the order asked.
    async fn refund(&self, tenant: TenantId, refunds: &[RefundCall]) -> Vec<RefundAnswer>;

    /// Every refund of a payment; none where the provider does not tell.
    async fn refunds_of(&self, _: Handle) -> Result<Vec<ProviderRefund>, Trouble> {
        Ok(Vec::new())
    }

    /// What it can be told to play: only the sandbox can.
    fn playground(&self) -> Option<&dyn crate::sandbox::port::Playground> {
        None
    }

    /// Its account of what moved, if it gives one.
    fn balance_report(&self) -> Option<&dyn crate::reconciliation::port::BalanceReport> {
        None
    }

    /// Its disputes, if it passes them on.
    fn disputes(&self) -> Option<&dyn crate::disputes::port::Disputes> {
        None
    }
}
