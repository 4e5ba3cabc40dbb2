//! The words of stored credit: what a customer may still spend with us, and why it moves.

crate::text_enum! {
    /// Why stored credit moves.
    CreditKind {
        /// Somebody gave it, as a kindness.
        Given = "given",
        /// Somebody took back what was given.
        TakenBack = "taken_back",
        /// A refund went there rather than back the way the money came, or gave back what was spent.
        Refund = "refund",
        /// An order was paid with it.
        Spent = "spent",
    }
}
