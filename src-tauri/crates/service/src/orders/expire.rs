//! Goods are set aside for so long as an order says; one that was not paid by then is called off, and its goods can be sold again.

use purser_core::access::{Grant, can};
use purser_core::ids::OrderId;
use purser_core::jobs::Wait;
use purser_core::time::{HOUR, MINUTE};
use purser_core::{Error, Result, Timestamp};
use purser_store::{Tx, orders as store};
use serde::{Deserialize, Serialize};

use super::cancel::lapse;
use crate::App;
use crate::jobs::{Failure, Plan, Turn, When, Work, enqueue};

/// Call an order off unless it was paid.
#[derive(Serialize, Deserialize)]
pub(crate) struct Expire {
    order: OrderId,
}

impl Work for Expire {
    const KIND: &'static str = "order.expire";
    const QUEUE: &'static str = "orders";
    // While its payment is being worked on, an order can not be called off.
    const PLAN: Plan = Plan { tries: 30, wait: Wait::Doubling(MINUTE, HOUR), ..Plan::USUAL };

    async fn run(self, app: App, turn: Turn) -> Result<(), Failure> {
        let by = Grant::<can::UpdateOrder>::system(turn.tenant, app.clock.now(), &app.ids);
        // It has more time than it had when this was put in.
        let found = app.db.read(&by, async |tx| store::particulars(tx, self.order).await.map_err(Error::from)).await?;
        if found.and_then(|found| found.extras.lapses_at).is_some_and(|until| until > by.now()) {
            return Err(Failure::Later("The order has some time left.".into()));
        }
        Ok(lapse(&app, &by, self.order, "It was not paid in time.").await?)
    }
}

/// Have an order called off at `at` unless it is paid by then.
pub(super) async fn at<P>(tx: &mut Tx, by: &Grant<P>, order: OrderId, at: Timestamp) -> Result<()> {
    let when = When { run_at: Some(at), unique: Some(order.to_string()), ..When::default() };
    enqueue(tx, by, &Expire { order }, when).await.map(drop)
}

/// How long an order waits for another payment once one came to nothing.
const LAST_CALL: i64 = HOUR;

/// Have an order that waits for a payment of its own called off unless that comes to something soon.
pub(crate) async fn lapse_later(app: &App, by: &Grant<can::UpdateOrder>, order: OrderId) -> Result<()> {
    let until = by.now().plus(LAST_CALL);
    let put = app.db.transact(by, async |tx| {
        store::put_off(tx, order, (until, by.now()), true).await?;
        at(tx, by, order, until).await
    });
    put.await
}

/// An order whose time ran out while a payment was promised, which came to nothing, has a little more.
pub(crate) async fn last_call<P>(by: &Grant<P>, tx: &mut Tx, order: OrderId) -> Result<()> {
    let until = by.now().plus(LAST_CALL);
    if store::put_off(tx, order, (until, by.now()), false).await? { at(tx, by, order, until).await } else { Ok(()) }
}
