//! The built-in payment provider as a developer plays it: what can go wrong, and what it tells.

crate::text_enum! {
    /// What goes wrong with a call.
    FaultEffect {
        /// It says no.
        Decline = "decline",
        /// It does what it was asked, and the answer is lost.
        LostAnswer = "lost_answer",
        /// It says no, and the answer is lost.
        LostRefusal = "lost_refusal",
        /// The call never arrives.
        LostRequest = "lost_request",
        /// The call arrives twice at once, and is answered twice.
        Twice = "twice",
        /// The answer takes its time.
        Slow = "slow",
        /// No answer comes, and the call arrives later.
        Late = "late",
        /// Nobody is there for a while, not even for questions.
        Down = "down",
    }
}

crate::text_enum! {
    /// Which calls a fault strikes.
    FaultTarget {
        /// Any that changes something.
        Any = "any",
        /// A new payment.
        Authorise = "authorise",
        /// Taking what was promised.
        Capture = "capture",
        /// Letting go of it.
        Void = "void",
        /// The end of a customer's proof.
        Confirm = "confirm",
        /// Giving back.
        Refund = "refund",
    }
}

crate::text_enum! {
    /// Where a message of the sandbox stands.
    MessageState {
        /// It is sent when it is due.
        Waiting = "waiting",
        /// It was taken. The end.
        Delivered = "delivered",
        /// It was lost on purpose; a person can send it.
        Lost = "lost",
        /// It was not taken, however often it was sent.
        Failed = "failed",
    }
}

/// Why the sandbox says no: codes for programs and sentences for people.
pub const REFUSALS: &[(&str, &str)] = &[
    ("card_declined", "The card was declined. Ask the customer for another means of payment."),
    ("insufficient_funds", "There is not enough money on the card. Ask the customer for another means of payment."),
    ("expired_card", "The card has run out. Ask the customer for another one."),
    ("incorrect_cvc", "The security code is wrong. Ask the customer to type it again."),
    ("lost_card", "The card was reported lost. Do not try it again."),
    ("fraudulent", "The provider takes this for fraud. Do not try it again."),
    ("processing_error", "Something went wrong at the provider. Try again."),
    ("authentication_failed", "The customer could not prove who they are."),
];

/// The sentence to a code.
pub fn refusal(code: &str) -> &'static str {
    REFUSALS.iter().find(|(known, _)| *known == code).map_or("The payment provider said no.", |(_, sentence)| sentence)
}

impl FaultTarget {
    /// Whether a call named `operation` is struck.
    pub fn strikes(self, operation: &str) -> bool {
        self == Self::Any || self.as_str() == operation
    }
}

impl FaultEffect {
    /// Whether it says no, with a code.
    pub const fn says_no(self) -> bool {
        matches!(self, Self::Decline | Self::LostRefusal)
    }

    /// Whether it takes a time of its own.
    pub const fn takes_time(self) -> bool {
        matches!(self, Self::Slow | Self::Late)
    }
}

/// Whether the message `number` is lost where `percent` of a hundred are: spread evenly, and the same each time.
pub const fn is_lost(number: i64, percent: i64) -> bool {
    // 37 and 100 have no common divisor: a hundred numbers in a row meet every remainder once.
    (number * 37).rem_euclid(100) < percent
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_of_a_hundred_are_lost() {
        for percent in [0, 1, 30, 99, 100] {
            let lost = (1_000..1_100).filter(|number| is_lost(*number, percent)).count();
            assert_eq!(i64::try_from(lost).unwrap(), percent);
        }
    }

    #[test]
    fn a_fault_strikes_what_it_is_for() {
        for target in FaultTarget::ALL {
            assert!(FaultTarget::Any.strikes(target.as_str()));
            assert_eq!(target.strikes("refund"), matches!(target, FaultTarget::Any | FaultTarget::Refund));
        }
        assert_eq!(refusal("expired_card"), "The card has run out. Ask the customer for another one.");
        assert_eq!(refusal("nonsense"), "The payment provider said no.");
    }
}
