//! How work begins that changes an order and may give money back: its key is claimed in the transaction that accepts it, and what a refund
//! asks of whoever gives it is at hand there.

use purser_core::access::Grant;
use purser_core::ids::OrderId;
use purser_core::{Error, Result};
use purser_store::Tx;

use crate::App;
use crate::idempotency::{Claim, Once, Reply, Turn};
use crate::identity::step_up::{self, RefundDemand};

/// How it began.
pub(super) enum Begun<W> {
    /// It is done as far as it goes at once; this follows. Nobody else works with its key until the turn is over.
    Work(W, Option<Turn>),
    /// It was answered before.
    Answered(Reply),
}

/// Begin work on the order `id`, once for each key. What was begun before a crash goes on by itself: nothing follows here.
pub(super) async fn begin<W: Default, D, P>(
    app: &App,
    by: &Grant<P>,
    (id, once): (OrderId, Option<&Once<D>>),
    work: impl AsyncFnOnce(&mut Tx, &RefundDemand) -> Result<W>,
) -> Result<Begun<W>> {
    let turn = once.map(|once| app.once.enter(by.tenant(), &once.key)).transpose()?;
    let demand = step_up::refund_demand(app, by).await?;
    app.db
        .transact(by, async |tx| {
            if let Some(once) = once {
                match app.once.claim(tx, &once.key, by.now(), id.uuid()).await? {
                    Claim::New(_) => {}
                    Claim::Answered(reply) => return Ok(Begun::Answered(reply)),
                    Claim::Left(_) => return Ok(Begun::Work(W::default(), turn)),
                }
            }
            Ok::<_, Error>(Begun::Work(work(tx, &demand).await?, turn))
        })
        .await
}
