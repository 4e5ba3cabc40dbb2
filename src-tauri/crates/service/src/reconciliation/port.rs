//! The provider's own account of what moved, to be compared with ours.

use async_trait::async_trait;
use purser_core::ids::{PaymentId, RefundId, TenantId};
use purser_core::{Money, Timestamp};

use crate::payments::port::Trouble;

/// What a line of the provider's report is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// A payment we asked for.
    Payment(PaymentId),
    /// A refund we asked for.
    Refund(RefundId),
    /// A dispute, by the provider's name for it.
    Dispute(String),
    /// Nothing we know by name.
    Other,
}

/// What kind of move a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A payment was taken.
    Charge,
    /// Money was given back.
    Refund,
    /// A bank took money back.
    Dispute,
    /// A bank gave it back again.
    DisputeReversal,
    /// The provider kept something.
    Fee,
    /// The provider put something right.
    Adjustment,
    /// The money went to our bank; it is no difference.
    Payout,
}

impl Kind {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Charge => "charge",
            Self::Refund => "refund",
            Self::Dispute => "dispute",
            Self::DisputeReversal => "dispute_reversal",
            Self::Fee => "fee",
            Self::Adjustment => "adjustment",
            Self::Payout => "payout",
        }
    }
}

/// A line of the provider's report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BalanceLine {
    /// The provider's name for the line.
    pub reference: String,
    /// What it is about.
    pub about: About,
    /// What kind of move.
    pub kind: Kind,
    /// What moved, before fees, in the currency of what it is about, as our books say it; money that came in is positive.
    pub amount: Money,
    /// What the provider kept of it, in minor units of that currency.
    pub fee: i64,
    /// What moved and what was kept as the provider settled it, where that is in another currency.
    pub settled: Option<(Money, Money)>,
    /// When.
    pub at: Timestamp,
}

/// Some lines of a report.
#[derive(Clone, Debug)]
pub struct Lines {
    /// Whose lines they are, by the name payments carry. A page without lines says that this provider reported.
    pub provider: &'static str,
    /// The lines.
    pub lines: Vec<BalanceLine>,
    /// Where the next ones begin, if there are any.
    pub next: Option<String>,
}

/// A difference to plant in the sandbox's report, by the name of a line.
#[derive(Clone, Debug)]
pub enum Plant {
    /// The line says so much more or less.
    Amount(String, i64),
    /// The line is missing.
    Missing(String),
    /// A line nobody here knows of.
    Extra(String, i64),
    /// The line has this fee.
    Fee(String, i64),
}

impl Plant {
    /// What is planted, as the audit log keeps it.
    pub fn facts(&self) -> serde_json::Value {
        let (kind, reference, amount) = match self {
            Self::Amount(reference, amount) => ("amount", reference, Some(amount)),
            Self::Missing(reference) => ("missing", reference, None),
            Self::Extra(reference, amount) => ("extra", reference, Some(amount)),
            Self::Fee(reference, amount) => ("fee", reference, Some(amount)),
        };
        match amount {
            Some(amount) => serde_json::json!({ "kind": kind, "reference": reference, "amount": amount }),
            None => serde_json::json!({ "kind": kind, "reference": reference }),
        }
    }
}

/// A provider that tells what moved.
#[async_trait]
pub trait BalanceReport: Send + Sync {
    /// What moved for a merchant from one instant to before another, a page at a time. A few lines more than asked for do no harm.
    async fn lines(&self, tenant: TenantId, span: (Timestamp, Timestamp), after: Option<&str>) -> Result<Lines, Trouble>;

    /// Plant a difference: only the sandbox does.
    async fn plant(&self, _tenant: TenantId, _plant: Plant) -> Result<(), Trouble> {
        Err(Trouble::Refused("not_the_sandbox".into(), "Only the sandbox provider can be told what to report.".into()))
    }
}
