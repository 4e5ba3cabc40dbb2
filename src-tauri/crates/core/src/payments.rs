//! The life of a payment and of a refund.

use crate::error::{Error, Result};
pub use crate::shares::{Piece, Shares};

/// The provider of payments that were made elsewhere and brought in. Nobody stands behind it: money it took is given back by hand, outside,
/// and only written down here.
pub const OUTSIDE: &str = "import";

/// The provider of payments made out of what a customer has as stored credit. Nobody stands behind it but our own books.
pub const CREDIT: &str = "credit";

/// The provider of payments of orders that are sold on account: the customer owes them.
pub const ACCOUNT: &str = "account";

/// Whether nobody is asked about the money `provider` took: it moves in our own books, or by hand.
pub fn is_ours(provider: &str) -> bool {
    matches!(provider, OUTSIDE | CREDIT | ACCOUNT)
}

crate::text_enum! {
    /// Where a payment stands.
    PaymentState {
        /// Written down, the provider not yet heard.
        Created = "created",
        /// The customer has to prove who they are.
        RequiresAction = "requires_action",
        /// The provider is working on it.
        Processing = "processing",
        /// The provider did not answer; it is being asked.
        Unknown = "unknown",
        /// Promised, not taken.
        Authorised = "authorised",
        /// Taken.
        Captured = "captured",
        /// Part of it given back.
        PartiallyRefunded = "partially_refunded",
        /// All of it given back. The end.
        Refunded = "refunded",
        /// Did not work. The end.
        Failed = "failed",
        /// Let go before it was taken. The end.
        Voided = "voided",
        /// The customer's bank took it back or means to.
        Disputed = "disputed",
    }
}

crate::text_enum! {
    /// What can happen to a payment.
    PaymentEvent {
        /// The provider wants the customer to prove who they are.
        RequireAction = "require_action",
        /// The provider works on it.
        Process = "process",
        /// The provider did not answer.
        LoseTrack = "lose_track",
        /// The money is promised.
        Authorise = "authorise",
        /// The money is taken.
        Capture = "capture",
        /// It did not work.
        Fail = "fail",
        /// It is let go.
        Void = "void",
        /// Part of it is given back.
        RefundPart = "refund_part",
        /// All that was left is given back.
        RefundRest = "refund_rest",
        /// The customer's bank disputes it.
        Dispute = "dispute",
        /// The dispute ends in our favour.
        WinDispute = "win_dispute",
    }
}

impl PaymentState {
    /// The state after `event`, or a conflict that says why not.
    pub fn apply(self, event: PaymentEvent) -> Result<Self> {
        use PaymentEvent as E;
        let next = match (self, event) {
            (Self::Created | Self::Unknown, E::RequireAction) => Self::RequiresAction,
            (Self::Created | Self::RequiresAction | Self::Unknown, E::Process) => Self::Processing,
            (Self::Created | Self::RequiresAction | Self::Processing | Self::Authorised, E::LoseTrack) => Self::Unknown,
            (Self::Created | Self::RequiresAction | Self::Processing | Self::Unknown, E::Authorise) => Self::Authorised,
            (Self::Created | Self::RequiresAction | Self::Processing | Self::Unknown | Self::Authorised, E::Capture)
            | (Self::Disputed, E::WinDispute) => Self::Captured,
            (Self::Created | Self::RequiresAction | Self::Processing | Self::Unknown | Self::Authorised, E::Fail) => Self::Failed,
            (Self::RequiresAction | Self::Authorised | Self::Unknown, E::Void) => Self::Voided,
            (Self::Captured | Self::PartiallyRefunded, E::RefundPart) => Self::PartiallyRefunded,
            (Self::Captured | Self::PartiallyRefunded, E::RefundRest) => Self::Refunded,
            (Self::Captured | Self::PartiallyRefunded, E::Dispute) => Self::Disputed,
            (state, event) => {
                return Err(Error::conflict("illegal_move", format!("A payment that is {} can not {}.", state.words(), event.words())));
            }
        };
        Ok(next)
    }

    /// The state in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::RequiresAction => "waiting for the customer",
            Self::PartiallyRefunded => "partially refunded",
            other => other.as_str(),
        }
    }

    /// Whether money can still be given back in this state.
    pub const fn is_refundable(self) -> bool {
        matches!(self, Self::Captured | Self::PartiallyRefunded)
    }

    /// Whether the payment is neither done nor dead.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Created | Self::RequiresAction | Self::Processing | Self::Unknown | Self::Authorised)
    }
}

impl PaymentEvent {
    /// How the event ends the sentence "can not …".
    const fn words(self) -> &'static str {
        match self {
            Self::RequireAction => "ask for the customer",
            Self::Process => "be processed",
            Self::LoseTrack => "be lost track of",
            Self::Authorise => "be authorised",
            Self::Capture => "be captured",
            Self::Fail => "fail",
            Self::Void => "be voided",
            Self::RefundPart | Self::RefundRest => "be refunded",
            Self::Dispute => "be disputed",
            Self::WinDispute => "win a dispute",
        }
    }
}

crate::text_enum! {
    /// Where a refund stands.
    RefundState {
        /// Granted: the money is put aside, and somebody else has to send it.
        Waiting = "waiting",
        /// Accepted, the provider not yet heard.
        Pending = "pending",
        /// The money is on its way back. The end, unless a bank sends it back.
        Succeeded = "succeeded",
        /// The provider would not. The end.
        Failed = "failed",
        /// The provider did not answer; it is being asked.
        Unknown = "unknown",
        /// Nobody sent it. The end.
        Cancelled = "cancelled",
    }
}

crate::text_enum! {
    /// What can happen to a refund.
    RefundEvent {
        /// Somebody else sent it on its way.
        Send = "send",
        /// It is called off, or nobody sent it in time.
        CallOff = "call_off",
        /// The provider did it.
        Succeed = "succeed",
        /// The provider would not.
        Fail = "fail",
        /// The provider did not answer.
        LoseTrack = "lose_track",
        /// It was made, and the money came back.
        ComeBack = "come_back",
    }
}

impl RefundState {
    /// The state after `event`, or a conflict that says why not.
    pub fn apply(self, event: RefundEvent) -> Result<Self> {
        match (self, event) {
            (Self::Pending | Self::Unknown, RefundEvent::Succeed) => Ok(Self::Succeeded),
            (Self::Pending | Self::Unknown, RefundEvent::Fail) | (Self::Succeeded, RefundEvent::ComeBack) => Ok(Self::Failed),
            (Self::Pending | Self::Unknown, RefundEvent::LoseTrack) => Ok(Self::Unknown),
            (Self::Waiting, RefundEvent::Send) => Ok(Self::Pending),
            (Self::Waiting, RefundEvent::CallOff) => Ok(Self::Cancelled),
            (Self::Waiting, _) => Err(Error::conflict("illegal_move", "The refund waits for somebody to send it.")),
            (Self::Pending | Self::Unknown, _) => Err(Error::conflict("illegal_move", "The refund is on its way already.")),
            (Self::Succeeded | Self::Failed | Self::Cancelled, _) => Err(Error::conflict("illegal_move", format!("The refund has already {self}."))),
        }
    }

    /// Whether nothing more will happen.
    pub const fn is_settled(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }
}

crate::text_enum! {
    /// Why money is given back.
    RefundKind {
        /// For goods, or an order called off.
        Standard = "standard",
        /// As a kindness, nothing is returned.
        Goodwill = "goodwill",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    #[expect(clippy::many_single_char_names, reason = "one letter a state keeps the table readable")]
    fn every_pair_of_payment_state_and_event() {
        use PaymentEvent as E;
        use PaymentState as S;
        // One row a state, in the order of `ALL`; one column an event, in the order of `ALL`; a dot is refused.
        let table: [[Option<S>; 11]; 11] = {
            let (q, p, u, a, c, f, v, r, x, d) = (
                Some(S::RequiresAction),
                Some(S::Processing),
                Some(S::Unknown),
                Some(S::Authorised),
                Some(S::Captured),
                Some(S::Failed),
                Some(S::Voided),
                Some(S::PartiallyRefunded),
                Some(S::Refunded),
                Some(S::Disputed),
            );
            let o = None;
            [
                [q, p, u, a, c, f, o, o, o, o, o],
                [o, p, u, a, c, f, v, o, o, o, o],
                [o, o, u, a, c, f, o, o, o, o, o],
                [q, p, o, a, c, f, v, o, o, o, o],
                [o, o, u, o, c, f, v, o, o, o, o],
                [o, o, o, o, o, o, o, r, x, d, o],
                [o, o, o, o, o, o, o, r, x, d, o],
                [o; 11],
                [o; 11],
                [o; 11],
                [o, o, o, o, o, o, o, o, o, o, c],
            ]
        };
        for (state, row) in S::ALL.iter().zip(table) {
            for (event, wanted) in E::ALL.iter().zip(row) {
                match (state.apply(*event), wanted) {
                    (Ok(to), Some(wanted)) => assert_eq!(to, wanted, "{state} by {event}"),
                    (Err(Error::Conflict(..)), None) => {}
                    (got, wanted) => panic!("{state} by {event}: {got:?}, not {wanted:?}"),
                }
            }
        }
    }

    #[test]
    fn every_pair_of_refund_state_and_event() {
        for state in RefundState::ALL {
            for event in RefundEvent::ALL {
                let legal = match event {
                    RefundEvent::Send | RefundEvent::CallOff => *state == RefundState::Waiting,
                    RefundEvent::ComeBack => *state == RefundState::Succeeded,
                    _ => matches!(state, RefundState::Pending | RefundState::Unknown),
                };
                assert_eq!(state.apply(*event).is_ok(), legal, "{state} by {event}");
            }
        }
        assert_eq!(RefundState::Unknown.apply(RefundEvent::Succeed).unwrap(), RefundState::Succeeded);
    }
}
