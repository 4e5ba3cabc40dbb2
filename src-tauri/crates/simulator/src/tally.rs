//! How much of everything there was.

/// What a simulation came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Calls that were made.
    pub calls: u64,
    /// Lives of the process beyond the first.
    pub kills: u64,
    /// Calls to the provider that went wrong.
    pub faults: u64,
    /// Orders that were acknowledged.
    pub orders: u64,
    /// Carts that became orders.
    pub checkouts: u64,
    /// Refunds that were acknowledged.
    pub refunds: u64,
    /// Requests for a second pair of eyes.
    pub requests: u64,
    /// Disputes banks opened.
    pub disputes: u64,
    /// Answers that were asked for again.
    pub repeats: u64,
}

impl Tally {
    /// Both together.
    pub const fn add(&mut self, other: Self) {
        self.calls += other.calls;
        self.kills += other.kills;
        self.faults += other.faults;
        self.orders += other.orders;
        self.checkouts += other.checkouts;
        self.refunds += other.refunds;
        self.requests += other.requests;
        self.disputes += other.disputes;
        self.repeats += other.repeats;
    }
}
