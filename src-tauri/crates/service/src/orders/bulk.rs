//! One move of many orders in one request: every row gets its own answer. Each order is moved in a transaction of its own, so one that can not
//! be moved keeps no other from moving.

use purser_core::access::{Grant, can};
use purser_core::error::Checks;
use purser_core::ids::OrderId;
use purser_core::orders::OrderState;
use purser_core::{Error, Result};
use purser_store::payments;

use super::{cancel_for, hold, set_state};
use crate::App;
use crate::idempotency::{self, Once, Outcome};
use crate::identity::step_up;

/// Most orders in one go.
const MOST: usize = 100;

purser_core::text_enum! {
    /// What can be done to many orders at once.
    BulkMove {
        /// Begin packing.
        Process = "process",
        /// Send off all that is left.
        Ship = "ship",
        /// They arrived.
        Deliver = "deliver",
        /// Make them wait.
        Hold = "hold",
        /// Let them go on.
        Release = "release",
        /// Call them off.
        Cancel = "cancel",
    }
}

/// What became of one order.
#[derive(Clone, Debug)]
pub struct Row {
    /// The order.
    pub id: OrderId,
    /// Nothing, or why it was not moved: a code and a sentence.
    pub refusal: Option<(&'static str, String)>,
}

/// Move many orders, once for each key. Left in the middle, a repeat goes on: an order that was moved already says so.
pub async fn bulk(
    app: &App,
    by: &Grant<can::UpdateOrder>,
    step: BulkMove,
    (ids, reason): (&[OrderId], Option<&str>),
    once: Option<Once<Vec<Row>>>,
) -> Result<Outcome<Vec<Row>>> {
    check(step, ids, reason)?;
    let _turn = once.as_ref().map(|once| app.once.enter(by.tenant(), &once.key)).transpose()?;
    if let Some(reply) = app.once.kept(app, by, once.as_ref()).await? {
        return Ok(Outcome::Reply(reply));
    }
    if step == BulkMove::Cancel {
        // Asked of all of them together: many small refunds are a large one.
        let back = app.db.read(by, async |tx| payments::refundable_of(tx, ids).await.map_err(Error::from)).await?;
        if back > 0 {
            step_up::demand_for_refund(app, by, || Some(back)).await?;
        }
    }
    let begun = app.db.transact(by, async |tx| app.once.answered(tx, once.as_ref(), (by.now(), by.id())).await).await?;
    if let Some(reply) = begun {
        return Ok(Outcome::Reply(reply));
    }
    let rows = each(app, by, step, (ids, reason)).await?;
    app.db.transact(by, async |tx| idempotency::finish(tx, once.as_ref(), rows).await).await
}

async fn each(app: &App, by: &Grant<can::UpdateOrder>, step: BulkMove, (ids, reason): (&[OrderId], Option<&str>)) -> Result<Vec<Row>> {
    let mut rows = Vec::with_capacity(ids.len());
    for id in ids {
        let refusal = match one(app, by, step, (*id, reason)).await {
            Ok(()) => None,
            // A rule that says no is an answer for that row.
            Err(error @ (Error::NotFound(_) | Error::Conflict(..) | Error::Unprocessable(_) | Error::Forbidden(_) | Error::Barred(_))) => {
                Some((error.code(), error.fields().first().map_or_else(|| error.to_string(), |field| field.message.clone())))
            }
            Err(error) => return Err(error),
        };
        rows.push(Row { id: *id, refusal });
    }
    Ok(rows)
}

async fn one(app: &App, by: &Grant<can::UpdateOrder>, step: BulkMove, (id, reason): (OrderId, Option<&str>)) -> Result<()> {
    match step {
        BulkMove::Process => set_state(app, by, id, OrderState::Processing).await.map(drop),
        BulkMove::Ship => set_state(app, by, id, OrderState::Shipped).await.map(drop),
        BulkMove::Deliver => set_state(app, by, id, OrderState::Delivered).await.map(drop),
        BulkMove::Hold => hold(app, by, id, Some(reason.unwrap_or_default())).await.map(drop),
        BulkMove::Release => hold(app, by, id, None).await.map(drop),
        BulkMove::Cancel => cancel_for(app, by, (id, None), reason.unwrap_or_default(), None).await.map(drop),
    }
}

fn check(step: BulkMove, ids: &[OrderId], reason: Option<&str>) -> Result<()> {
    let mut seen = ids.to_vec();
    seen.sort_unstable();
    seen.dedup();
    let mut checks = Checks::new();
    checks.that(!ids.is_empty(), "ids", "required", "Name at least one order.");
    checks.that(ids.len() <= MOST, "ids", "too_many", format!("At most {MOST} orders at once."));
    checks.that(seen.len() == ids.len(), "ids", "duplicate", "An order is named twice.");
    if matches!(step, BulkMove::Hold | BulkMove::Cancel) {
        checks.text("reason", reason.unwrap_or_default(), 500);
    }
    checks.done()
}
