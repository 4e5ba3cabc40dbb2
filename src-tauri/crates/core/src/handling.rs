//! What happens to the goods of an order: parcels that leave, goods that come back, and how many pieces of each line are where.

use crate::error::{Checks, Error, Result};
use crate::orders::OrderState;

crate::text_enum! {
    /// Where goods that come back stand.
    ReturnState {
        /// The customer wants to send them back.
        Requested = "requested",
        /// They may.
        Approved = "approved",
        /// They may not. The end.
        Rejected = "rejected",
        /// They are here. The end.
        Received = "received",
    }
}

crate::text_enum! {
    /// What can happen to goods that come back.
    ReturnEvent {
        /// They may be sent.
        Approve = "approve",
        /// They may not.
        Reject = "reject",
        /// They arrived.
        Receive = "receive",
    }
}

impl ReturnState {
    /// The state after `event`, or a conflict that says why not.
    pub fn apply(self, event: ReturnEvent) -> Result<Self> {
        use ReturnEvent as E;
        match (self, event) {
            (Self::Requested, E::Approve) => Ok(Self::Approved),
            (Self::Requested | Self::Approved, E::Reject) => Ok(Self::Rejected),
            (Self::Approved, E::Receive) => Ok(Self::Received),
            (state, event) => Err(Error::conflict("illegal_move", format!("A return that is {state} can not be {}.", event.words()))),
        }
    }
}

impl ReturnEvent {
    const fn words(self) -> &'static str {
        match self {
            Self::Approve => "approved",
            Self::Reject => "rejected",
            Self::Receive => "received",
        }
    }
}

/// How many pieces of a line are where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pieces {
    /// Ordered.
    pub quantity: i64,
    /// Left the house.
    pub shipped: i64,
    /// Came back, or are about to.
    pub returned: i64,
    /// Given back in money before they left: they stay here.
    pub kept: i64,
}

impl Pieces {
    /// The same, knowing where the order stands: what was brought in as shipped has no parcels.
    #[must_use]
    pub const fn seen(self, state: OrderState) -> Self {
        match state {
            OrderState::Shipped | OrderState::Delivered => Self { shipped: self.quantity - self.kept, ..self },
            _ => self,
        }
    }

    /// Pieces that have yet to leave.
    pub const fn to_ship(self) -> i64 {
        let left = self.quantity - self.shipped - self.kept;
        if left > 0 { left } else { 0 }
    }

    /// Pieces that can come back.
    pub const fn to_return(self) -> i64 {
        self.shipped - self.returned
    }
}

/// Pieces asked for of lines: every line known and named once, at least one piece, no more than there are. `known` answers how many pieces of
/// a line there are, or nothing for a line of another order.
pub fn check_pieces<T: Copy + Eq>(asked: &[(T, i64)], known: impl Fn(T) -> Option<i64>) -> Result<()> {
    let mut checks = Checks::new();
    checks.that(!asked.is_empty(), "lines", "required", "Name at least one line.");
    for (place, (line, quantity)) in asked.iter().enumerate() {
        let field = |name: &str| format!("lines[{place}].{name}");
        let Some(most) = known(*line) else {
            checks.that(false, &field("lineId"), "unknown_line", "The order has no such line.");
            continue;
        };
        checks.that(!asked[..place].iter().any(|(other, _)| other == line), &field("lineId"), "twice", "This line is named twice.");
        checks.that(*quantity >= 1, &field("quantity"), "out_of_range", "At least one piece.");
        checks.that(*quantity <= most, &field("quantity"), "too_many_pieces", format!("Only {most} of these are left."));
    }
    checks.done().map_err(|error| Error::Unprocessable(error.fields()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_return_and_event() {
        use ReturnEvent as E;
        use ReturnState as S;
        let legal = [
            (S::Requested, E::Approve, S::Approved),
            (S::Requested, E::Reject, S::Rejected),
            (S::Approved, E::Reject, S::Rejected),
            (S::Approved, E::Receive, S::Received),
        ];
        for state in S::ALL {
            for event in E::ALL {
                let wanted = legal.iter().find(|(from, by, _)| from == state && by == event).map(|(.., to)| *to);
                assert_eq!(state.apply(*event).ok(), wanted, "{state} by {event}");
            }
        }
    }

    #[test]
    fn pieces_are_asked_for_line_by_line() {
        let known = |line: u8| (line < 3).then_some(i64::from(line));
        let codes = |asked: &[(u8, i64)]| -> Vec<String> {
            check_pieces(asked, known)
                .err()
                .map(|error| error.fields().into_iter().map(|field| field.code.into_owned()).collect())
                .unwrap_or_default()
        };
        assert!(codes(&[(2, 2), (1, 1)]).is_empty());
        assert_eq!(codes(&[]), ["required"]);
        assert_eq!(codes(&[(2, 3), (9, 1), (1, 0)]), ["too_many_pieces", "unknown_line", "out_of_range"]);
        assert_eq!(codes(&[(2, 1), (2, 1)]), ["twice"]);
    }

    #[test]
    fn what_came_in_as_shipped_has_left_the_house() {
        let pieces = Pieces { quantity: 4, shipped: 1, returned: 1, kept: 0 };
        assert_eq!((pieces.to_ship(), pieces.to_return()), (3, 0));
        assert_eq!(Pieces { kept: 2, ..pieces }.to_ship(), 1);
        assert_eq!(Pieces { kept: 2, ..pieces }.seen(OrderState::Shipped).to_return(), 1);
        assert_eq!(pieces.seen(OrderState::Delivered).to_return(), 3);
        assert_eq!(pieces.seen(OrderState::Processing), pieces);
    }
}
