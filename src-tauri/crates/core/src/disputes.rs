//! The life of a disputed payment: opened by the customer's bank, answered once with evidence or given in to, and decided.

use crate::error::{Error, Result};

crate::text_enum! {
    /// Where a dispute stands.
    DisputeState {
        /// The bank asks; no money has moved yet.
        Opened = "opened",
        /// The bank waits for our evidence.
        NeedsEvidence = "needs_evidence",
        /// Our evidence is in; the bank decides.
        Submitted = "submitted",
        /// Decided for us. The end.
        Won = "won",
        /// Decided against us. The end.
        Lost = "lost",
        /// We gave in. The end.
        Accepted = "accepted",
    }
}

crate::text_enum! {
    /// What a file shows that goes with evidence.
    EvidenceKind {
        /// A receipt, or what told the customer of the charge.
        Receipt = "receipt",
        /// What was written with the customer.
        CustomerCommunication = "customer_communication",
        /// The customer's signature.
        CustomerSignature = "customer_signature",
        /// That it was sent, and who took it.
        ShippingDocumentation = "shipping_documentation",
        /// That a service was done.
        ServiceDocumentation = "service_documentation",
        /// What was agreed about giving money back.
        RefundPolicy = "refund_policy",
        /// What was agreed about ending a subscription.
        CancellationPolicy = "cancellation_policy",
        /// The other payment, where one is said to be paid twice.
        DuplicateCharge = "duplicate_charge",
        /// Anything else.
        Other = "other",
    }
}

crate::text_enum! {
    /// What can happen to a dispute.
    DisputeEvent {
        /// The bank wants evidence.
        AskEvidence = "ask_evidence",
        /// Our evidence went in.
        Submit = "submit",
        /// The bank decides for us.
        Win = "win",
        /// The bank decides against us.
        Lose = "lose",
        /// We give in.
        Accept = "accept",
    }
}

impl DisputeState {
    /// The state after `event`, or a conflict that says why not.
    pub fn apply(self, event: DisputeEvent) -> Result<Self> {
        use DisputeEvent as E;
        match (self, event) {
            (Self::Opened, E::AskEvidence) => Ok(Self::NeedsEvidence),
            (Self::Opened | Self::NeedsEvidence, E::Submit) => Ok(Self::Submitted),
            (Self::Opened | Self::NeedsEvidence, E::Accept) => Ok(Self::Accepted),
            (Self::Opened | Self::NeedsEvidence | Self::Submitted, E::Win) => Ok(Self::Won),
            (Self::Opened | Self::NeedsEvidence | Self::Submitted, E::Lose) => Ok(Self::Lost),
            (Self::Submitted, E::Submit) => Err(Error::conflict("already_submitted", "The evidence went in already; it can be sent once.")),
            (Self::Submitted, _) => Err(Error::conflict("already_submitted", "The evidence went in; now the bank decides.")),
            (Self::NeedsEvidence, E::AskEvidence) => Err(Error::conflict("illegal_move", "The bank waits for evidence already.")),
            (Self::Won | Self::Lost | Self::Accepted, _) => Err(Error::conflict("already_decided", format!("The dispute is over: {self}."))),
        }
    }

    /// Whether nothing more will happen.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Won | Self::Lost | Self::Accepted)
    }

    /// The event that leads to this state.
    pub const fn event(self) -> Option<DisputeEvent> {
        match self {
            Self::Opened => None,
            Self::NeedsEvidence => Some(DisputeEvent::AskEvidence),
            Self::Submitted => Some(DisputeEvent::Submit),
            Self::Won => Some(DisputeEvent::Win),
            Self::Lost => Some(DisputeEvent::Lose),
            Self::Accepted => Some(DisputeEvent::Accept),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_state_and_event() {
        use DisputeEvent as E;
        use DisputeState as S;
        for state in S::ALL {
            for event in E::ALL {
                let legal = match state {
                    S::Opened => true,
                    S::NeedsEvidence => *event != E::AskEvidence,
                    S::Submitted => matches!(event, E::Win | E::Lose),
                    _ => false,
                };
                assert_eq!(state.apply(*event).is_ok(), legal, "{state} by {event}");
                if let Ok(next) = state.apply(*event) {
                    assert_eq!(next.event(), Some(*event));
                }
            }
            assert_eq!(state.is_over(), E::ALL.iter().all(|event| state.apply(*event).is_err()));
        }
    }
}
