//! Acting on what happened: from the outbox every change writes with itself, over a bus, to consumers that act on each event once and, about
//! one thing, in order.
//!
//! The outbox is the table of notices. Its numbers are given out in the order of the commits of a tenant, so a consumer's position is one
//! number. A consumer acts in a transaction that also notes the event in its inbox and moves its position: done once or not at all, however
//! often, late or in whatever order messages come ([`port`]). What it can not do is tried again and holds up nothing but what is about the
//! same thing; given up, it waits for a person. What has to wait for somebody outside is put in as a job, never waited for here.

mod act;
mod carry;
mod local;
mod manage;
pub mod port;

pub use act::catch_up;
pub use carry::{keep_acting, keep_relaying, relay};
pub use local::Local;
pub use manage::{Consumers, Point, Relayed, Shown, State, list_stuck, outbox, read, replay, retry, skip};

use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::{Mutex, RwLock};
use purser_core::access::{Grant, can};
use purser_core::events::Event;
use purser_core::{Result, Timestamp};
use purser_store::Tx;
use tokio::sync::watch;
use uuid::Uuid;

use port::{Away, Bus};

/// Somebody who acts on what happened.
#[async_trait]
pub trait Consumer: Send + Sync {
    /// Its name, as stored.
    fn name(&self) -> &'static str;

    /// What it does, in a sentence for people.
    fn about(&self) -> &'static str;

    /// Whether it acts on events like this one.
    fn wants(&self, event: &Event) -> bool;

    /// Whether it has anything to do in this tenant at all; what happens while it has not is passed over.
    async fn is_on(&self, _: &mut Tx) -> Result<bool> {
        Ok(true)
    }

    /// Act on these, oldest first, within the transaction that notes it: all or none.
    async fn act(&self, tx: &mut Tx, by: &Grant<can::ManageJob>, events: &[Event]) -> Result<()>;
}

/// The bus of an engine, and who hangs on it.
pub struct Carrier {
    bus: Arc<dyn Bus>,
    /// This process, towards others that hand over as well.
    owner: Uuid,
    consumers: RwLock<Vec<Arc<dyn Consumer>>>,
    /// Since when the bus does not do what it should, and why.
    away: Mutex<Option<(Timestamp, Away)>>,
    /// There is something to do that no message tells of.
    kick: watch::Sender<()>,
}

impl Carrier {
    /// A carrier over `bus`, with the consumers every engine has.
    pub(crate) fn new(bus: Arc<dyn Bus>, owner: Uuid) -> Self {
        let consumers: Vec<Arc<dyn Consumer>> =
            vec![Arc::new(crate::webhooks::Telling), Arc::new(crate::orders::history::Snapshots), Arc::new(crate::mail::Customers)];
        Self { bus, owner, consumers: RwLock::new(consumers), away: Mutex::default(), kick: watch::Sender::new(()) }
    }

    /// One more consumer.
    pub fn learn(&self, consumer: Arc<dyn Consumer>) {
        self.consumers.write().push(consumer);
    }

    /// Everybody who hangs on it.
    pub(crate) fn consumers(&self) -> Vec<Arc<dyn Consumer>> {
        self.consumers.read().clone()
    }

    pub(crate) fn find(&self, name: &str) -> Option<Arc<dyn Consumer>> {
        self.consumers.read().iter().find(|consumer| consumer.name() == name).cloned()
    }

    /// Note whether the bus did what it should.
    pub(crate) fn note<T>(&self, now: Timestamp, outcome: &Result<T, Away>) {
        let mut away = self.away.lock();
        match (outcome, &mut *away) {
            (Ok(_), Some(_)) => {
                tracing::info!(bus = self.bus.name(), "the bus is back");
                *away = None;
            }
            (Err(trouble), None) => {
                tracing::warn!(bus = self.bus.name(), %trouble, "the bus is away: what happens is read from the outbox alone");
                *away = Some((now, trouble.clone()));
            }
            (Err(trouble), Some((_, known))) => *known = trouble.clone(),
            (Ok(_), None) => {}
        }
    }

    pub(crate) fn is_away(&self) -> bool {
        self.away.lock().is_some()
    }
}
