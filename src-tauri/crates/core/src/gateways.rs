//! Payment providers: which there are to connect to, and what became of what they tell.

crate::text_enum! {
    /// A payment provider that can be connected.
    GatewayKind {
        /// Stripe.
        Stripe = "stripe",
        /// PayPal.
        Paypal = "paypal",
    }
}

crate::text_enum! {
    /// What became of a message of a provider.
    NoticeState {
        /// It was stored; whether it is the provider's has yet to be asked.
        Unproved = "unproved",
        /// The provider says that it is not its own. The end.
        Rejected = "rejected",
        /// It was stored; nobody has looked yet.
        Received = "received",
        /// What it is about was brought up to date. The end.
        Processed = "processed",
        /// It is about nothing here. The end.
        Ignored = "ignored",
        /// It could not be followed up.
        Failed = "failed",
    }
}

crate::text_enum! {
    /// How the way to a provider is.
    Health {
        /// Calls go through.
        Closed = "closed",
        /// It failed so often that nothing is sent for a while.
        Open = "open",
        /// One call goes out to see whether it is back.
        HalfOpen = "half_open",
    }
}

impl GatewayKind {
    /// What people call it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Stripe => "Stripe",
            Self::Paypal => "PayPal",
        }
    }
}
