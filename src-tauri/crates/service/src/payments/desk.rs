//! What the running process keeps for payments: the provider, what is being worked on, and the way to the settler.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Arc;

use parking_lot::Mutex;
use purser_core::gateways::Health;
use purser_core::ids::{ConnectionId, DisputeId, Ids, PaymentId, RefundId};
use purser_core::time::Clock;
use purser_store::Db;
use tokio::sync::mpsc;

use super::patience::OpenEnds;
use super::port::Gateway;
use super::settler::{self, Ticket};
use super::switch::Switch;

/// Things this process is working on right now, so that nobody here takes up the same thing twice.
pub(crate) struct Busy<T>(Arc<Mutex<HashSet<T>>>);

impl<T> Clone for Busy<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// A thing being worked on until this is dropped.
pub(crate) struct Held<T: Copy + Eq + Hash> {
    busy: Busy<T>,
    thing: T,
}

impl<T: Copy + Eq + Hash> Busy<T> {
    fn new() -> Self {
        Self(Arc::default())
    }

    /// Take up `thing`; `None` if somebody here has.
    pub(crate) fn hold(&self, thing: T) -> Option<Held<T>> {
        self.0.lock().insert(thing).then(|| Held { busy: self.clone(), thing })
    }
}

impl<T: Copy + Eq + Hash> Drop for Held<T> {
    fn drop(&mut self) {
        self.busy.0.lock().remove(&self.thing);
    }
}

/// The payments of the running process.
pub struct Desk {
    pub(crate) gateway: Arc<dyn Gateway>,
    /// The same, with the ways behind it.
    pub(crate) switch: Arc<Switch>,
    pub(crate) payments: Busy<PaymentId>,
    pub(crate) refunds: Busy<RefundId>,
    pub(crate) disputes: Busy<DisputeId>,
    pub(crate) settler: mpsc::Sender<Ticket>,
    /// When what has no answer is asked about again.
    pub(crate) ends: OpenEnds,
}

/// Refunds waiting for the settler; a caller that finds it full waits.
const QUEUE: usize = 1_024;

impl Desk {
    /// Open for business: starts the settler, which ends with the last copy of the engine.
    pub(crate) fn open(switch: Switch, db: &Db, clock: &Clock, ids: &Ids) -> Self {
        let switch = Arc::new(switch);
        let gateway: Arc<dyn Gateway> = switch.clone();
        let (settler, tickets) = mpsc::channel(QUEUE);
        let books = settler::Books { db: db.clone(), clock: clock.clone(), ids: ids.clone(), gateway: gateway.clone() };
        tokio::spawn(settler::run(books, tickets));
        Self { gateway, switch, payments: Busy::new(), refunds: Busy::new(), disputes: Busy::new(), settler, ends: OpenEnds::new() }
    }

    /// How the way a connection leads is.
    pub fn health(&self, connection: ConnectionId) -> Health {
        self.switch.health(connection)
    }

    /// The provider in use.
    pub fn gateway(&self) -> &dyn Gateway {
        self.gateway.as_ref()
    }
}
