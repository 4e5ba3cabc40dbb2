//! Carts: what somebody means to order, and what becomes of it.

use crate::error::{Error, Result};
use crate::time::HOUR;

crate::text_enum! {
    /// Whose it is.
    CartKind {
        /// A customer's; forgotten when nobody touches it.
        Cart = "cart",
        /// Staff's, for a customer; kept until it is an order or thrown away.
        Draft = "draft",
    }
}

crate::text_enum! {
    /// Where a cart stands.
    CartState {
        /// It is being filled.
        Open = "open",
        /// It became an order. The end.
        Ordered = "ordered",
        /// It went into another. The end.
        Merged = "merged",
        /// Nobody touched it for too long. The end.
        Expired = "expired",
        /// Somebody threw it away. The end.
        Discarded = "discarded",
    }
}

crate::text_enum! {
    /// What becomes of an order whose payment is declined.
    Declined {
        /// It can be paid another way until its goods go back.
        Keep = "keep",
        /// It is called off at once.
        Cancel = "cancel",
    }
}

impl CartState {
    /// A conflict unless it can still be changed.
    pub fn check_open(self) -> Result<()> {
        let message = match self {
            Self::Open => return Ok(()),
            Self::Ordered => "This cart has become an order already.",
            Self::Merged => "This cart went into another one.",
            Self::Expired => "This cart has expired. Open a new one.",
            Self::Discarded => "This cart was thrown away. Open a new one.",
        };
        Err(Error::conflict("cart_closed", message))
    }
}

/// An open cart with something in it that nobody touched for so long is called abandoned.
pub const ABANDONED: i64 = HOUR;
