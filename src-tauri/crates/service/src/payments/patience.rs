//! When what has no answer yet is asked about again: soon at first, then ever more rarely. A refund may take a bank days; asked about every
//! second all that time, a provider would stop listening to us.

use std::collections::HashMap;
use std::hash::Hash;

use parking_lot::Mutex;
use purser_core::Timestamp;
use purser_core::ids::{PaymentId, RefundId};
use purser_core::time::{HOUR, MINUTE, SECOND};
use uuid::Uuid;

/// What is not seen for so long after its turn is not waited for any more.
const FORGOTTEN: i64 = 2 * HOUR;

/// Open ends of one kind.
pub(crate) struct Patience<T> {
    asked: Mutex<HashMap<T, (u32, Timestamp)>>,
    /// Where the next look begins.
    at: Mutex<T>,
    /// The longest wait.
    longest: i64,
}

impl<T: Copy + Eq + Hash> Patience<T> {
    fn new(first: T, longest: i64) -> Self {
        Self { asked: Mutex::default(), at: Mutex::new(first), longest }
    }

    /// Whether it is time to ask about `thing`; if so, the next time is a while later.
    pub(crate) fn take_turn(&self, thing: T, now: Timestamp) -> bool {
        let mut asked = self.asked.lock();
        let (times, next) = asked.get(&thing).copied().unwrap_or((0, now));
        if next > now {
            return false;
        }
        let wait = SECOND.saturating_mul(1 << times.min(30)).min(self.longest);
        asked.insert(thing, (times.saturating_add(1), now.plus(wait)));
        true
    }

    /// It has its answer.
    pub(crate) fn over(&self, thing: T) {
        self.asked.lock().remove(&thing);
    }

    /// Where the next look begins.
    pub(crate) fn at(&self) -> T {
        *self.at.lock()
    }

    /// Begin the next look there; what others gave an answer to is forgotten.
    pub(crate) fn go_to(&self, at: T, now: Timestamp) {
        *self.at.lock() = at;
        self.asked.lock().retain(|_, (_, next)| next.plus(FORGOTTEN) > now);
    }
}

/// Everything that has no answer yet.
pub(crate) struct OpenEnds {
    pub(crate) payments: Patience<PaymentId>,
    pub(crate) refunds: Patience<RefundId>,
}

impl OpenEnds {
    pub(crate) fn new() -> Self {
        let (payment, refund) = (PaymentId(Uuid::nil()), RefundId(Uuid::nil()));
        // Somebody may stand at the counter while a payment is not known.
        Self { payments: Patience::new(payment, 5 * MINUTE), refunds: Patience::new(refund, HOUR) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_asked_soon_and_then_ever_more_rarely() {
        let ends = OpenEnds::new();
        let start = Timestamp::from_micros(0);
        let one = RefundId(Uuid::from_u128(1));
        let asked: Vec<i64> = (0..10_000).filter(|second| ends.refunds.take_turn(one, start.plus(second * SECOND))).collect();
        assert_eq!(asked, [0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 1_023, 2_047, 4_095, 7_695]);
        ends.refunds.over(one);
        assert!(ends.refunds.take_turn(one, start), "what came to its end and is open again begins anew");
    }
}
