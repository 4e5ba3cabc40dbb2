//! Telling other systems what happened: which events there are to ask for, and where a delivery stands.

use crate::events::Topic;

crate::text_enum! {
    /// Where a delivery stands.
    DeliveryState {
        /// It is sent, or tried again.
        Pending = "pending",
        /// It was taken. The end.
        Delivered = "delivered",
        /// It was given up; a person can send it again.
        Failed = "failed",
    }
}

/// The event of a test.
pub const PING: &str = "ping";

/// Whether other systems are told of what happens in this area. What is about access, secrets or Purser's own work stays inside.
pub const fn is_told(topic: Topic) -> bool {
    matches!(
        topic,
        Topic::Order
            | Topic::Payment
            | Topic::Refund
            | Topic::Dispute
            | Topic::Approval
            | Topic::Product
            | Topic::User
            | Topic::File
            | Topic::Import
            | Topic::Ledger
    )
}

/// Whether `pattern` is one that can be asked for: `*`, `order.*`, `payment.captured`.
pub fn is_pattern(pattern: &str) -> bool {
    let Some((topic, action)) = pattern.split_once('.') else { return pattern == "*" };
    let known = topic.parse::<Topic>().is_ok_and(is_told);
    let word = |text: &str| !text.is_empty() && text.len() <= 40 && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    known && (action == "*" || word(action))
}

/// Whether an endpoint that asked for `pattern` hears of `event`.
pub fn fits(pattern: &str, event: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => event.starts_with(beginning),
        None => pattern == event,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_read_and_fit() {
        for good in ["*", "order.*", "dispute.opened", "approval.requested", "payment.captured", "payment.requires_action"] {
            assert!(is_pattern(good), "{good}");
        }
        for bad in ["", "order", "session.*", "nonsense.*", "order.", "order.p*", "order.Paid", "order.a b", "*.*", "job.done"] {
            assert!(!is_pattern(bad), "{bad}");
        }
        assert!(fits("*", "order.paid") && fits("order.*", "order.paid") && fits("order.paid", "order.paid"));
        assert!(!fits("order.*", "orders.paid") && !fits("order.paid", "order.paid_twice"));
    }
}
