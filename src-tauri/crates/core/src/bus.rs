//! Carrying what happened to whoever acts on it: what is carried, how events are named and asked for, how long one that failed waits.

use std::str::FromStr;

use crate::events::Topic;
use crate::jobs::Wait;
use crate::time::{MINUTE, SECOND};

crate::text_enum! {
    /// Where an event stands that could not be acted on.
    StuckState {
        /// It is tried again, or waits for an earlier one about the same thing.
        Waiting = "waiting",
        /// It was given up; a person decides.
        Parked = "parked",
    }
}

/// An event is given up after so many tries.
pub const TRIES: i64 = 8;

/// Between two tries.
pub const WAIT: Wait = Wait::Doubling(SECOND, 5 * MINUTE);

/// Whether events of this area are carried. The comings and goings of work for later are not: it is work for later that carries them on.
pub const fn is_carried(topic: Topic) -> bool {
    !matches!(topic, Topic::Job)
}

/// Which events are asked for: `*`, `order.*`, `order.paid`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pattern {
    /// Of this area; of any otherwise.
    pub topic: Option<Topic>,
    /// With this word; with any otherwise.
    pub action: Option<String>,
}

impl FromStr for Pattern {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if text == "*" {
            return Ok(Self::default());
        }
        let (topic, action) = text.split_once('.').ok_or(())?;
        let topic = Some(topic.parse().map_err(|_| ())?);
        let word = !action.is_empty() && action.len() <= 60 && action.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        match action {
            "*" => Ok(Self { topic, action: None }),
            action if word => Ok(Self { topic, action: Some(action.to_owned()) }),
            _ => Err(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_read() {
        let read = |text: &str| text.parse::<Pattern>();
        assert_eq!(read("*"), Ok(Pattern::default()));
        assert_eq!(read("job.*"), Ok(Pattern { topic: Some(Topic::Job), action: None }));
        assert_eq!(read("order.paid"), Ok(Pattern { topic: Some(Topic::Order), action: Some("paid".into()) }));
        for bad in ["", "order", "order.", "nonsense.*", "order.p*", "*.paid", "order.Paid", "order.a.b", "*.*"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn everything_is_carried_but_work_for_later() {
        let left_out: Vec<Topic> = Topic::ALL.iter().copied().filter(|topic| !is_carried(*topic)).collect();
        assert_eq!(left_out, [Topic::Job]);
    }
}
