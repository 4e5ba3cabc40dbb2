//! The words of the ledger: which accounts there are, and what a booking is for.

use crate::payments;

crate::text_enum! {
    /// An account. Each tenant has one of each per currency, made when it is first needed.
    AccountCode {
        /// Money held by the payment provider for us.
        Cash = "cash:provider",
        /// Money customers owe us.
        Receivable = "receivable",
        /// Goods sold, before any discount.
        Revenue = "revenue",
        /// Tax owed.
        Tax = "tax",
        /// Shipping charged.
        Shipping = "shipping",
        /// Taken off the goods.
        Discounts = "discounts",
        /// Goods given back.
        Refunds = "refunds",
        /// What the provider keeps.
        Fees = "fees",
        /// Money in dispute.
        Disputes = "disputes",
        /// What customers may still spend with us.
        StoredCredit = "stored-credit",
        /// What the provider's books and ours could not agree on.
        Differences = "differences",
        /// What was there before Purser.
        Opening = "opening",
        /// Money that came or went by hand: by transfer, in cash.
        Bank = "bank",
    }
}

impl AccountCode {
    /// The name a person reads.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cash => "Cash at the payment provider",
            Self::Receivable => "Owed by customers",
            Self::Revenue => "Goods sold",
            Self::Tax => "Tax owed",
            Self::Shipping => "Shipping charged",
            Self::Discounts => "Discounts",
            Self::Refunds => "Refunds",
            Self::Fees => "Provider fees",
            Self::Disputes => "Disputed payments",
            Self::StoredCredit => "Customers' stored credit",
            Self::Differences => "Differences with the provider",
            Self::Opening => "Opening balances",
            Self::Bank => "Bank and till",
        }
    }

    /// Where the money is that `provider` takes.
    pub fn of_provider(provider: &str) -> Self {
        match provider {
            payments::OUTSIDE => Self::Opening,
            payments::CREDIT => Self::StoredCredit,
            payments::ACCOUNT => Self::Receivable,
            _ => Self::Cash,
        }
    }

    /// On which side of the books it stands.
    pub const fn kind(self) -> AccountKind {
        match self {
            Self::Cash | Self::Receivable | Self::Opening | Self::Bank => AccountKind::Asset,
            Self::Tax | Self::StoredCredit => AccountKind::Liability,
            Self::Revenue | Self::Shipping => AccountKind::Revenue,
            Self::Discounts | Self::Refunds | Self::Fees | Self::Disputes | Self::Differences => AccountKind::Expense,
        }
    }
}

crate::text_enum! {
    /// On which side of the books an account stands.
    AccountKind {
        /// What we have.
        Asset = "asset",
        /// What we owe.
        Liability = "liability",
        /// What came in.
        Revenue = "revenue",
        /// What went out.
        Expense = "expense",
    }
}

crate::text_enum! {
    /// What a booking is for.
    PostingKind {
        /// A payment was taken.
        Capture = "capture",
        /// Money was given back.
        Refund = "refund",
        /// Brought in from another system.
        Import = "import",
        /// A payment was disputed.
        Dispute = "dispute",
        /// The provider kept its share.
        Fee = "fee",
        /// A difference with the provider's books was written off.
        WriteOff = "write_off",
        /// Stored credit was given, or taken back.
        Credit = "credit",
        /// What a customer owed came.
        Receipt = "receipt",
    }
}
