//! The life of an order: where the goods stand, and where the money stands.

use crate::error::{Error, Result};
use crate::payments::PaymentState;

crate::text_enum! {
    /// Where the goods of an order stand.
    OrderState {
        /// Entered, not paid.
        Pending = "pending",
        /// Paid, nothing done yet.
        Paid = "paid",
        /// Being packed.
        Processing = "processing",
        /// On its way.
        Shipped = "shipped",
        /// With the customer. The end.
        Delivered = "delivered",
        /// Called off. The end.
        Cancelled = "cancelled",
    }
}

crate::text_enum! {
    /// What can happen to an order.
    OrderEvent {
        /// The money is there.
        Pay = "pay",
        /// Packing begins.
        Process = "process",
        /// It leaves the house.
        Ship = "ship",
        /// It arrives.
        Deliver = "deliver",
        /// It is called off.
        Cancel = "cancel",
    }
}

impl OrderState {
    /// The state after `event`, or a conflict that says why not.
    pub fn apply(self, event: OrderEvent) -> Result<Self> {
        use OrderEvent as E;
        match (self, event) {
            (Self::Pending, E::Pay) => Ok(Self::Paid),
            (Self::Paid, E::Process) => Ok(Self::Processing),
            (Self::Processing, E::Ship) => Ok(Self::Shipped),
            (Self::Shipped, E::Deliver) => Ok(Self::Delivered),
            (Self::Pending | Self::Paid | Self::Processing, E::Cancel) => Ok(Self::Cancelled),
            (Self::Cancelled, E::Cancel) => Err(Error::conflict("already_cancelled", "The order is already cancelled.")),
            (state, event) => Err(Error::conflict("illegal_move", format!("An order that is {state} can not {}.", event.words()))),
        }
    }

    /// Whether goods in it have yet to leave the house.
    pub const fn waits(self) -> bool {
        matches!(self, Self::Pending | Self::Paid | Self::Processing)
    }

    /// What leads to `wanted` by hand; paying and cancelling have doors of their own.
    pub fn event_to(wanted: Self) -> Option<OrderEvent> {
        match wanted {
            Self::Processing => Some(OrderEvent::Process),
            Self::Shipped => Some(OrderEvent::Ship),
            Self::Delivered => Some(OrderEvent::Deliver),
            Self::Pending | Self::Paid | Self::Cancelled => None,
        }
    }
}

impl OrderEvent {
    /// How the event ends the sentence "can not …".
    const fn words(self) -> &'static str {
        match self {
            Self::Pay => "be paid",
            Self::Process => "be processed",
            Self::Ship => "be shipped",
            Self::Deliver => "be delivered",
            Self::Cancel => "be cancelled",
        }
    }
}

crate::text_enum! {
    /// Where the money of an order stands.
    MoneyState {
        /// Nothing paid, nothing under way.
        Unpaid = "unpaid",
        /// The customer has to prove who they are.
        RequiresAction = "requires_action",
        /// The provider is working on it.
        Processing = "processing",
        /// The provider did not answer; it is being asked.
        Unknown = "unknown",
        /// Promised, not taken.
        Authorised = "authorised",
        /// Less was taken than it costs; the rest is missing.
        PartlyPaid = "partly_paid",
        /// Taken.
        Paid = "paid",
        /// Taken, and part of it given back.
        PartiallyRefunded = "partially_refunded",
        /// Taken, and all of it given back.
        Refunded = "refunded",
        /// The last attempt did not work.
        Failed = "failed",
    }
}

impl MoneyState {
    /// Where an order's money stands after its payment came to `payment`.
    pub const fn of(payment: PaymentState) -> Self {
        match payment {
            PaymentState::Created | PaymentState::Processing => Self::Processing,
            PaymentState::RequiresAction => Self::RequiresAction,
            PaymentState::Unknown => Self::Unknown,
            PaymentState::Authorised => Self::Authorised,
            PaymentState::Captured | PaymentState::Disputed => Self::Paid,
            PaymentState::PartiallyRefunded => Self::PartiallyRefunded,
            PaymentState::Refunded => Self::Refunded,
            PaymentState::Failed => Self::Failed,
            PaymentState::Voided => Self::Unpaid,
        }
    }
}

crate::text_enum! {
    /// How an order came to be.
    OrderSource {
        /// Entered by staff.
        Staff = "staff",
        /// Brought in from a file.
        Import = "import",
        /// Made up, to try Purser with.
        Demo = "demo",
        /// From the shop.
        Shop = "shop",
    }
}

/// Where an order goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Address {
    /// Who takes it.
    pub name: String,
    /// Street and house.
    pub street: String,
    /// Town.
    pub city: String,
    /// State or region; may be empty.
    #[serde(default)]
    pub state: String,
    /// Postal code.
    pub zip_code: String,
    /// Country, two letters.
    pub country: String,
    /// Telephone; may be empty.
    #[serde(default)]
    pub phone: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_state_and_event() {
        use OrderEvent as E;
        use OrderState as S;
        let legal = [
            (S::Pending, E::Pay, S::Paid),
            (S::Paid, E::Process, S::Processing),
            (S::Processing, E::Ship, S::Shipped),
            (S::Shipped, E::Deliver, S::Delivered),
            (S::Pending, E::Cancel, S::Cancelled),
            (S::Paid, E::Cancel, S::Cancelled),
            (S::Processing, E::Cancel, S::Cancelled),
        ];
        for state in S::ALL {
            for event in E::ALL {
                let wanted = legal.iter().find(|(from, by, _)| from == state && by == event).map(|(.., to)| *to);
                match (state.apply(*event), wanted) {
                    (Ok(to), Some(wanted)) => assert_eq!(to, wanted),
                    (Err(Error::Conflict(..)), None) => {}
                    (got, wanted) => panic!("{state} by {event}: {got:?}, not {wanted:?}"),
                }
            }
        }
    }
}
