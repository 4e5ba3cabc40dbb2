//! Announcing a change to whoever has a page open.

mod feed;
mod keep;

pub(crate) use feed::needed;
pub use feed::{Feed, Notice};
pub use keep::keep_short;

use purser_core::access::Grant;
use purser_core::events::{Event, Topic};
use purser_store::Tx;
use uuid::Uuid;

/// Announce that `subject` changed; told after the commit of `tx`.
pub fn emit<P>(tx: &mut Tx, by: &Grant<P>, topic: Topic, action: &str, subject: impl Into<Uuid>) {
    tx.emit(Event {
        seq: 0,
        tenant: by.tenant(),
        topic,
        action: action.to_owned(),
        subject_id: subject.into(),
        actor_id: by.actor().acting.as_ref().map(|acting| acting.by).or(by.user()),
        at: by.now(),
    });
}
