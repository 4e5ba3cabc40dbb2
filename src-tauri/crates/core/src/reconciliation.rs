//! Differences between our books and the provider's, and how each is settled.

use crate::error::{Error, Result};

crate::text_enum! {
    /// What kind of difference.
    ExceptionKind {
        /// They have a line we do not know.
        MissingHere = "missing_here",
        /// We booked what they do not report.
        MissingThere = "missing_there",
        /// The amounts differ.
        Amount = "amount",
        /// The fees differ.
        Fee = "fee",
    }
}

crate::text_enum! {
    /// Where a difference stands.
    ExceptionState {
        /// Nobody has settled it.
        Open = "open",
        /// It belongs to something that is there. The end.
        Matched = "matched",
        /// It was booked as lost or won. The end.
        WrittenOff = "written_off",
    }
}

impl ExceptionState {
    /// The state once it is settled as `to`, or a conflict that says why not.
    pub fn settle(self, to: Self) -> Result<Self> {
        match (self, to) {
            (Self::Open, Self::Matched | Self::WrittenOff) => Ok(to),
            _ => Err(Error::conflict("already_settled", format!("This difference is settled: {self}."))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ExceptionState as S;

    #[test]
    fn a_difference_is_settled_once() {
        for from in S::ALL {
            for to in S::ALL {
                assert_eq!(from.settle(*to).is_ok(), *from == S::Open && *to != S::Open, "{from} to {to}");
            }
        }
    }
}
