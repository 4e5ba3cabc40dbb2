//! The history of orders: what happened to one, what it was at any version, the proof that the rows are what their histories tell, and the way
//! back for rows that are not.

use async_trait::async_trait;
use purser_core::access::{Grant, can};
use purser_core::error::Checks;
use purser_core::events::{Event, Topic};
use purser_core::history::{Broken, SNAPSHOT_EVERY, Told};
use purser_core::ids::OrderId;
use purser_core::{Error, Result};
use purser_store::Tx;
use purser_store::history::{self as store, Happened};
use purser_store::orders;

use crate::audit::{self, Line};
use crate::bus::Consumer;
use crate::identity::step_up;
use crate::{App, events};

/// What happened to an order, newest first: events before version `before`, at most `limit`.
pub async fn changes(app: &App, by: &Grant<can::ReadOrder>, id: OrderId, (before, limit): (Option<i64>, i64)) -> Result<Vec<Happened>> {
    app.db
        .read(by, async |tx| {
            store::live(tx, id).await?.ok_or(Error::NotFound("order"))?;
            Ok(store::before(tx, id, before.unwrap_or(i64::MAX), limit).await?)
        })
        .await
}

/// An order as it was after `version` changes.
pub async fn at_version(app: &App, by: &Grant<can::ReadOrder>, id: OrderId, version: i64) -> Result<Told> {
    app.db
        .read(by, async |tx| {
            store::live(tx, id).await?.ok_or(Error::NotFound("order"))?;
            let told = rebuild(tx, id, version).await?;
            told.filter(|told| told.version == version).ok_or(Error::NotFound("version"))
        })
        .await
}

/// An order as its history tells it, up to `version`: from its snapshot, if that is not later, and what happened since.
pub async fn rebuild(tx: &mut Tx, id: OrderId, version: i64) -> Result<Option<Told>> {
    let snapshot = store::snapshot(tx, id).await?.filter(|told| told.version <= version);
    let from = snapshot.as_ref().map_or(0, |told| told.version);
    let events = store::of(tx, id, (from, version), i64::MAX).await?;
    store::fold(snapshot, events).map_err(|broken| Error::internal(broken.to_string()))
}

/// An order whose row is not what its history tells.
#[derive(Clone, Debug)]
pub struct Wrong {
    /// The order.
    pub id: OrderId,
    /// Its number.
    pub number: i64,
    /// The version its row has.
    pub version: i64,
    /// What is wrong, as a word: `differs`, or that of what is broken in its history.
    pub code: &'static str,
    /// What is wrong.
    pub why: String,
}

/// What the comparison came to.
#[derive(Clone, Debug, Default)]
pub struct Proof {
    /// Orders compared.
    pub checked: i64,
    /// Those that are wrong, the first hundred.
    pub wrong: Vec<Wrong>,
}

/// Orders compared at once.
const AT_ONCE: i64 = 500;

/// Wrong ones told.
const MOST: usize = 100;

/// Tell every order of the tenant anew from its events alone, without snapshots, and compare it with its row and its snapshot.
pub async fn prove(app: &App, by: &Grant<can::ReadOrder>) -> Result<Proof> {
    let (mut proof, mut after) = (Proof::default(), OrderId(uuid::Uuid::nil()));
    loop {
        // One snapshot of the database for both sides: what changes meanwhile changes both.
        let (last, checked, wrong) = app.db.read(by, async |tx| part(tx, after).await).await?;
        proof.checked += checked;
        proof.wrong.extend(wrong);
        match last {
            Some(last) if proof.wrong.len() < MOST => after = last,
            _ => break,
        }
    }
    proof.wrong.truncate(MOST);
    Ok(proof)
}

/// What writing rows anew came to.
#[derive(Clone, Debug)]
pub struct Restored {
    /// Orders whose rows are again what their histories tell.
    pub restored: i64,
    /// How all orders are now.
    pub proof: Proof,
}

/// Write the rows of wrong orders anew from what their histories tell, as many as the proof tells at once. A row whose history is broken itself
/// is left as it is and told.
pub async fn restore(app: &App, by: &Grant<can::ManageJob>, reading: &Grant<can::ReadOrder>, reason: &str) -> Result<Restored> {
    let mut checks = Checks::new();
    checks.text("reason", reason, 500);
    checks.done()?;
    step_up::demand(app, by).await?;
    let mut restored = 0;
    for wrong in prove(app, reading).await?.wrong {
        restored += i64::from(app.db.transact(by, async |tx| restore_one(tx, by, wrong.id, reason.trim()).await).await?);
    }
    Ok(Restored { restored, proof: prove(app, reading).await? })
}

/// Whether it was wrong still, once nobody else could change it, and could be put right.
async fn restore_one(tx: &mut Tx, by: &Grant<can::ManageJob>, id: OrderId, reason: &str) -> Result<bool> {
    orders::hold(tx, id).await?;
    let Some(live) = store::live(tx, id).await? else { return Ok(false) };
    let events = store::of(tx, id, (0, i64::MAX), i64::MAX).await?;
    let Ok(Some(told)) = store::fold(None, events) else { return Ok(false) };
    // A row that is ahead of its history knows something nobody wrote down.
    if told == live || told.version < live.version || told.facts.number != live.facts.number || told.facts.customer_id != live.facts.customer_id {
        return Ok(false);
    }
    store::restore(tx, id, &told).await?;
    let told_of = Line::new("order.restore", "order", id.uuid(), format!("Order {}", live.facts.number));
    audit::record(tx, by, told_of.before(&live.facts).after(&told.facts).reason(reason));
    events::emit(tx, by, Topic::Order, "restored", id.uuid());
    Ok(true)
}

async fn part(tx: &mut Tx, after: OrderId) -> Result<(Option<OrderId>, i64, Vec<Wrong>)> {
    let rows = store::live_after(tx, after, AT_ONCE).await?;
    let (Some((first, _)), Some((last, _))) = (rows.first(), rows.last()) else { return Ok((None, 0, Vec::new())) };
    let (first, last) = (*first, *last);
    let mut events = store::between(tx, (first, last)).await?.into_iter().peekable();
    let (mut wrong, checked) = (Vec::new(), i64::try_from(rows.len()).unwrap_or(0));
    for (id, live) in rows {
        while events.peek().is_some_and(|event| event.order_id < id) {
            drop(events.next());
        }
        let own: Vec<Happened> = std::iter::from_fn(|| events.next_if(|event| event.order_id == id)).collect();
        // What was written after the row was read belongs to a later look.
        let own = own.into_iter().filter(|event| event.version <= live.version);
        if let Some((code, why)) = difference(&live, store::fold(None, own)) {
            wrong.push(Wrong { id, number: live.facts.number, version: live.version, code, why });
        }
    }
    Ok((Some(last), checked, wrong))
}

fn difference(live: &Told, told: std::result::Result<Option<Told>, Broken>) -> Option<(&'static str, String)> {
    let broken = match told {
        Ok(Some(told)) if told == *live => return None,
        Ok(Some(told)) if told.version >= live.version => return Some(("differs", "Its row is not what its history tells.".into())),
        Ok(Some(told)) => Broken::Gap(told.version),
        Ok(None) => Broken::NoBeginning,
        Err(broken) => broken,
    };
    Some((broken.code(), broken.to_string()))
}

/// Keeps snapshots of orders with long histories.
pub struct Snapshots;

#[async_trait]
impl Consumer for Snapshots {
    fn name(&self) -> &'static str {
        "history"
    }

    fn about(&self) -> &'static str {
        "Keeps snapshots of orders with long histories."
    }

    fn wants(&self, event: &Event) -> bool {
        event.topic == Topic::Order
    }

    async fn act(&self, tx: &mut Tx, _: &Grant<can::ManageJob>, events: &[Event]) -> Result<()> {
        let mut ids: Vec<OrderId> = events.iter().map(|event| OrderId(event.subject_id)).collect();
        ids.sort_unstable();
        ids.dedup();
        for id in store::long(tx, &ids, SNAPSHOT_EVERY).await? {
            if let Some(told) = rebuild(tx, id, i64::MAX).await? {
                store::keep(tx, id, &told).await?;
            }
        }
        Ok(())
    }
}
