//! What happens to an order, event by event, and what an order is after them. Pure: the same events always tell the same order. Nothing in them
//! is about a person; what is stays with the order, where it can be erased.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Currency;
use crate::orders::{MoneyState, OrderSource, OrderState};
use crate::time::Timestamp;

/// The shape events are written in. One that was written in an older shape is brought to it by [`read`].
pub const SHAPE: i64 = 1;

/// A snapshot is made after so many events.
pub const SNAPSHOT_EVERY: i64 = 20;

/// Everything about an order that is told by its history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Its number.
    pub number: i64,
    /// Who ordered.
    pub customer_id: Uuid,
    /// Where the goods stand.
    pub state: OrderState,
    /// Where the money stands.
    pub payment_state: MoneyState,
    /// Country it goes to.
    pub country: String,
    /// Currency of every amount.
    pub currency: Currency,
    /// Pieces in it.
    pub item_count: i64,
    /// The goods.
    pub subtotal: i64,
    /// Taken off.
    pub discount: i64,
    /// Tax.
    pub tax: i64,
    /// Shipping.
    pub shipping: i64,
    /// What the customer owes.
    pub total: i64,
    /// What was taken.
    pub paid: i64,
    /// What was given back.
    pub refunded: i64,
    /// How it came to be.
    pub source: OrderSource,
    /// Whether it has to wait.
    pub held: bool,
    /// Made, in microseconds.
    pub created_at: i64,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It was placed.
    Placed(Facts),
    /// It was there before histories were kept, and this is how.
    Adopted(Facts),
    /// What is in it or what it costs was changed.
    Edited(Facts),
    /// The goods or the money moved on.
    Moved(Moved),
    /// Money was given back.
    Refunded(Refunded),
    /// It was made to wait, or let go on.
    Held(Held),
    /// It was given other tags.
    Tagged,
}

/// Where goods and money are then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// The goods.
    pub state: OrderState,
    /// The money.
    pub payment_state: MoneyState,
    /// What was taken in all.
    pub paid: i64,
}

/// What was given back then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refunded {
    /// In all.
    pub refunded: i64,
    /// Where the money stands.
    pub payment_state: MoneyState,
}

/// Whether it waits then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Whether.
    pub held: bool,
}

/// Something in a history that can not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broken {
    /// The first event does not say how the order began.
    NoBeginning,
    /// The event after this version is missing.
    Gap(i64),
    /// An event that can not be read.
    Unreadable(i64),
}

impl Broken {
    /// The word for it: `no_beginning`, `gap` or `unreadable`.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoBeginning => "no_beginning",
            Self::Gap(_) => "gap",
            Self::Unreadable(_) => "unreadable",
        }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoBeginning => f.write_str("Its history has no beginning."),
            Self::Gap(version) => write!(f, "What happened after version {version} is missing."),
            Self::Unreadable(version) => write!(f, "What happened at version {version} can not be read."),
        }
    }
}

impl Change {
    /// The stored word.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Placed(_) => "placed",
            Self::Adopted(_) => "adopted",
            Self::Edited(_) => "edited",
            Self::Moved(_) => "moved",
            Self::Refunded(_) => "refunded",
            Self::Held(_) => "held",
            Self::Tagged => "tagged",
        }
    }

    /// What is stored with it.
    pub fn payload(&self) -> serde_json::Value {
        let written = match self {
            Self::Placed(facts) | Self::Adopted(facts) | Self::Edited(facts) => serde_json::to_value(facts),
            Self::Moved(moved) => serde_json::to_value(moved),
            Self::Refunded(refunded) => serde_json::to_value(refunded),
            Self::Held(held) => serde_json::to_value(held),
            Self::Tagged => Ok(serde_json::json!({})),
        };
        written.unwrap_or_default()
    }
}

/// An event as it is stored, read in today's shape; `None` if it can not be.
pub fn read(kind: &str, shape: i64, payload: serde_json::Value) -> Option<Change> {
    // The first older shape gets its step here: shape 1 is the only one there was.
    if shape != SHAPE {
        return None;
    }
    let facts = |make: fn(Facts) -> Change, payload| serde_json::from_value(payload).ok().map(make);
    match kind {
        "placed" => facts(Change::Placed, payload),
        "adopted" => facts(Change::Adopted, payload),
        "edited" => facts(Change::Edited, payload),
        "moved" => serde_json::from_value(payload).ok().map(Change::Moved),
        "refunded" => serde_json::from_value(payload).ok().map(Change::Refunded),
        "held" => serde_json::from_value(payload).ok().map(Change::Held),
        "tagged" => Some(Change::Tagged),
        _ => None,
    }
}

/// An order as its history tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What it is.
    pub facts: Facts,
    /// After so many changes.
    pub version: i64,
    /// Last changed.
    pub updated_at: Timestamp,
}

/// The order after one more event.
pub fn apply(told: Option<Told>, change: Change, (version, at): (i64, Timestamp)) -> Result<Told, Broken> {
    let began = |facts| Told { facts, version, updated_at: at };
    let Some(told) = told else {
        return match change {
            Change::Placed(facts) | Change::Adopted(facts) => Ok(began(facts)),
            _ => Err(Broken::NoBeginning),
        };
    };
    if version != told.version + 1 {
        return Err(Broken::Gap(told.version));
    }
    let mut facts = told.facts;
    match change {
        Change::Placed(_) | Change::Adopted(_) => return Err(Broken::Unreadable(version)),
        Change::Edited(after) => facts = after,
        Change::Moved(moved) => (facts.state, facts.payment_state, facts.paid) = (moved.state, moved.payment_state, moved.paid),
        Change::Refunded(given) => (facts.refunded, facts.payment_state) = (given.refunded, given.payment_state),
        Change::Held(held) => facts.held = held.held,
        Change::Tagged => {}
    }
    Ok(began(facts))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        Facts {
            number: 1,
            customer_id: Uuid::nil(),
            state: OrderState::Pending,
            payment_state: MoneyState::Unpaid,
            country: "NO".into(),
            currency: Currency::EUR,
            item_count: 2,
            subtotal: 5_000,
            discount: 0,
            tax: 400,
            shipping: 500,
            total: 5_900,
            paid: 0,
            refunded: 0,
            source: OrderSource::Staff,
            held: false,
            created_at: 7,
        }
    }

    fn changes() -> Vec<Change> {
        vec![
            Change::Placed(facts()),
            Change::Moved(Moved { state: OrderState::Paid, payment_state: MoneyState::Paid, paid: 5_900 }),
            Change::Held(Held { held: true }),
            Change::Tagged,
            Change::Refunded(Refunded { refunded: 900, payment_state: MoneyState::PartiallyRefunded }),
        ]
    }

    fn at(version: i64) -> Timestamp {
        Timestamp::from_micros(version)
    }

    #[test]
    fn what_is_written_is_read_again() {
        for change in changes().into_iter().chain([Change::Adopted(facts()), Change::Edited(facts())]) {
            assert_eq!(read(change.kind(), SHAPE, change.payload()), Some(change));
        }
        assert_eq!(read("moved", SHAPE, serde_json::json!({})), None);
        assert_eq!(read("moved", SHAPE + 1, serde_json::json!({})), None);
        assert_eq!(read("sold", SHAPE, serde_json::json!({})), None);
    }

    #[test]
    fn events_tell_the_order() {
        let mut told = None;
        for (version, change) in (1..).zip(changes()) {
            told = Some(apply(told, change, (version, at(version))).unwrap());
        }
        let told = told.unwrap();
        assert_eq!((told.version, told.updated_at, told.facts.paid, told.facts.refunded, told.facts.held), (5, at(5), 5_900, 900, true));
        assert_eq!((told.facts.state, told.facts.payment_state), (OrderState::Paid, MoneyState::PartiallyRefunded));
    }

    #[test]
    fn what_is_missing_is_told() {
        let begun = || apply(None, Change::Placed(facts()), (1, at(1))).unwrap();
        assert_eq!(apply(None, Change::Tagged, (1, at(1))), Err(Broken::NoBeginning));
        assert_eq!(apply(Some(begun()), Change::Tagged, (3, at(3))), Err(Broken::Gap(1)));
        assert_eq!(apply(Some(begun()), Change::Placed(facts()), (2, at(2))), Err(Broken::Unreadable(2)));
        assert!(apply(Some(begun()), Change::Tagged, (2, at(2))).is_ok());
    }
}
