//! Work in several steps, across parties that share no transaction, that is either done whole or undone whole.
//!
//! A run is a row, and every try of every step is one more. The queue works it off: a step that was begun is written down before it is
//! taken and what came of it afterwards, so whoever takes the run up after a crash knows where it stood and takes the same step again, with
//! the same key. What can not be done makes the rest be undone, the last step first; what can be neither done nor undone waits for a person.

mod checkout_order;
mod manage;
mod pay_order;
mod run;

pub use checkout_order::{CHECKOUT, CheckoutOrder};
pub use manage::{Shown, list, read, resolve, retry};
pub use pay_order::PayOrder;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::RwLock;
use purser_core::access::Grant;
use purser_core::events::{Event, Topic};
use purser_core::ids::{SagaId, UserId};
use purser_core::sagas::SagaState;
use purser_core::{Error, Result, Timestamp};
use purser_store::Tx;
use purser_store::sagas::{self as store, Saga};
use serde_json::Value;
use uuid::Uuid;

use crate::App;
use crate::jobs::{self, Failure, When};

/// A step of a kind of run.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Its name.
    pub name: &'static str,
    /// Tries before it is given up.
    pub tries: i64,
    /// A try that takes longer has failed, and nobody knows how far it came.
    pub longest: Duration,
}

/// A kind of run: its steps, and how each is done and undone.
///
/// Both may be asked for again with the same key, after a crash or when nobody knows what came of it, and have to bear that.
#[async_trait]
pub trait Play: Send + Sync + 'static {
    /// Name of the kind, as stored: `order.pay`.
    fn kind(&self) -> &'static str;

    /// Its steps, in order.
    fn steps(&self) -> &'static [Plan];

    /// Place of the first step from which on nothing is undone any more: what can not be done then waits for a person.
    fn pivot(&self) -> usize;

    /// Tries of undoing one step before it waits for a person.
    fn undo_tries(&self) -> i64 {
        3
    }

    /// Whether it takes or gives back money: whoever lets it go on has to be allowed to.
    fn moves_money(&self) -> bool {
        false
    }

    /// Do a step; what it brings is there for the later ones. [`Failure::Never`] is a clear no: nothing was done, and nothing has to be undone.
    async fn act(&self, scene: &Scene, step: &str) -> Result<Value, Failure>;

    /// Undo a step that was done, or that may have been.
    async fn undo(&self, scene: &Scene, step: &str) -> Result<(), Failure>;
}

/// What a step knows of its run.
#[derive(Clone)]
pub struct Scene {
    /// The engine.
    pub app: App,
    /// The run.
    pub saga: Saga,
    /// The tenant it is done for.
    pub tenant: purser_core::ids::TenantId,
    /// What the steps before brought, by name.
    pub outputs: BTreeMap<String, Value>,
}

impl Scene {
    /// The key of a step: the same in every try.
    pub fn key(&self, step: &str) -> String {
        format!("saga:{}:{step}", self.saga.id)
    }
}

/// The kinds of runs this process knows how to do.
#[derive(Default)]
pub struct Plays(RwLock<HashMap<&'static str, Arc<dyn Play>>>);

impl Plays {
    /// Those every engine knows.
    pub(crate) fn known() -> Self {
        let plays = Self::default();
        plays.learn(PayOrder);
        plays.learn(CheckoutOrder);
        plays
    }

    /// Learn a kind.
    pub fn learn(&self, play: impl Play) {
        self.0.write().insert(play.kind(), Arc::new(play));
    }

    fn get(&self, kind: &str) -> Option<Arc<dyn Play>> {
        self.0.read().get(kind).cloned()
    }
}

pub(crate) use run::Run;

/// Begin a run with the transaction `tx`: it is done if and only if that is committed.
pub async fn start<P>(tx: &mut Tx, by: &Grant<P>, kind: &'static str, (subject, payload): (Uuid, Value)) -> Result<SagaId> {
    begin(tx, by, (kind.to_owned(), subject, payload), None).await
}

async fn begin<P>(tx: &mut Tx, by: &Grant<P>, (kind, subject_id, payload): (String, Uuid, Value), again_of: Option<Uuid>) -> Result<SagaId> {
    let saga = Saga {
        id: by.id(),
        kind,
        subject_id,
        state: SagaState::Running,
        undoing: false,
        payload: payload.into(),
        error: None,
        note: None,
        again_of,
        created_by: by.user().map(UserId::uuid),
        created_at: by.now(),
        updated_at: by.now(),
        finished_at: None,
        version: 1,
    };
    store::insert(tx, &saga).await?;
    put_in(tx, by, saga.id).await?;
    Ok(saga.id)
}

/// Let the queue take a run up, unless it has.
async fn put_in<P>(tx: &mut Tx, by: &Grant<P>, id: SagaId) -> Result<bool> {
    let when = When { unique: Some(id.to_string()), ..When::default() };
    Ok(jobs::enqueue(tx, by, &Run { saga: id }, when).await?.is_some())
}

/// Tell open pages that a run has moved on.
fn announce(tx: &mut Tx, saga: &Saga, at: Timestamp) {
    let (tenant, subject_id) = (tx.tenant(), saga.id.uuid());
    tx.emit(Event { seq: 0, tenant, topic: Topic::Job, action: format!("saga_{}", saga.state), subject_id, actor_id: None, at });
}

/// One run that is there.
async fn found(tx: &mut Tx, id: SagaId) -> Result<Saga> {
    store::hold(tx, id).await?.ok_or(Error::NotFound("saga"))
}
