//! Taking up a newsletter nobody is at any more: its work was called off or put away, broke down too often, or a letter of it was settled
//! after everything else was over.

use purser_core::Result;
use purser_core::access::{Grant, can};
use purser_core::ids::NewsletterId;
use purser_core::newsletters::NewsletterState;
use purser_store::Tx;
use purser_store::newsletters as store;
use serde::{Deserialize, Serialize};

use super::{Gather, batch};
use crate::App;
use crate::jobs::{self, Failure, Turn, When, Work};

/// Newsletters looked at in one go.
const MOST: i64 = 1_000;

/// Take up what goes out and has nobody who sends it.
#[derive(Serialize, Deserialize)]
pub(crate) struct Resume {}

impl Work for Resume {
    const KIND: &'static str = "newsletter.resume";
    const QUEUE: &'static str = "newsletters";

    async fn run(self, app: App, turn: Turn) -> Result<(), Failure> {
        let going = app.db.read(turn.tenant, async |tx| store::going_out(tx, MOST).await).await?;
        for id in going {
            let by = Grant::<can::ManageJob>::system(turn.tenant, app.clock.now(), &app.ids);
            app.db.transact(&by, async |tx| resume(tx, &by, id).await).await?;
        }
        Ok(())
    }
}

async fn resume(tx: &mut Tx, by: &Grant<can::ManageJob>, id: NewsletterId) -> Result<()> {
    let held = store::hold(tx, id).await?.filter(|newsletter| newsletter.state == NewsletterState::Sending);
    let Some(newsletter) = held else { return Ok(()) };
    if store::under_way(tx, id).await? {
        return Ok(());
    }
    let Some(at) = newsletter.send_at.filter(|_| !newsletter.gathered) else { return batch::next(tx, by, &newsletter, 1).await };
    // Everybody of the rounds before was tried, so what is open belongs to the batches of this one.
    let after = store::first_open(tx, id, 1).await?.map_or(newsletter.batches, |first| first - 1);
    let gather = Gather { newsletter: id, round: newsletter.round, at, after };
    let unique = Some(format!("{id}:{}:{}", newsletter.round, at.micros()));
    jobs::enqueue(tx, by, &gather, When { unique, ..When::default() }).await.map(drop)
}
