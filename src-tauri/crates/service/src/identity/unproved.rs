//! People who made themselves an account and never proved their address: reminded some days before their time is over, then forgotten. Nobody
//! who was asked in, made by staff, given another role or who ordered something.

use purser_core::access::{Grant, can};
use purser_core::time::{DAY, HOUR};
use purser_core::{Result, Timestamp};
use purser_store::registrations::{self as store, Over, Unheard};
use purser_store::{Tx, users};
use serde::{Deserialize, Serialize};

use super::{policy, verify};
use crate::jobs::{Failure, Turn, Work};
use crate::{App, people};

/// How long before they are reminded, in shorter spans at half of them.
const AHEAD: i64 = 3 * DAY;
/// Work that is done a little earlier than the day before still finds them.
const SLACK: i64 = HOUR;
/// People looked at with one transaction.
const AT_ONCE: i64 = 50;

/// Remind whose turn it is, and forget who was reminded in vain.
#[derive(Serialize, Deserialize)]
pub(crate) struct Unproved {}

impl Work for Unproved {
    const KIND: &'static str = "account.unproved";
    const QUEUE: &'static str = "upkeep";

    async fn run(self, app: App, turn: Turn) -> Result<(), Failure> {
        let by = Grant::<can::ManageJob>::system(turn.tenant, app.clock.now(), &app.ids);
        let Some(days) = policy::of(&app, turn.tenant).await?.unproved_days else { return Ok(()) };
        let span = days.saturating_mul(DAY);
        while app.db.transact(&by, async |tx| remind(&app, tx, &by, span).await).await? {
            turn.progress(30).await?;
        }
        while app.db.transact(&by, async |tx| forget(tx, &by, (days, span)).await).await? {
            turn.progress(30).await?;
        }
        Ok(())
    }
}

/// How long before the end people are reminded.
fn ahead(span: i64) -> i64 {
    AHEAD.min(span / 2)
}

/// Whoever registered until then is reminded in vain no longer: where no mail arrives after twice the time, none ever does.
fn last(now: Timestamp, span: i64) -> Timestamp {
    now.plus(span.saturating_mul(-2))
}

fn full(count: usize) -> bool {
    i64::try_from(count).unwrap_or(0) == AT_ONCE
}

/// Remind some; whether there may be more.
async fn remind(app: &App, tx: &mut Tx, by: &Grant<can::ManageJob>, span: i64) -> Result<bool> {
    let (now, ahead) = (by.now(), ahead(span));
    // A reminder of long ago, before the rule was switched off or somebody was away, reminds nobody; nor does one that could not be delivered.
    let unheard = Unheard { stale: now.plus(-ahead - 4 * DAY), vain: now.plus(SLACK - ahead), last: last(now, span) };
    let due = store::to_remind(tx, (now.plus(ahead - span), unheard), AT_ONCE).await?;
    for (id, at) in &due {
        let Some(user) = users::find(tx, *id).await? else { continue };
        // Whoever is reminded late has as long from then on. The last day on which the account is certainly there.
        let day = at.plus(span).max(now.plus(ahead)).plus(-DAY).to_utc().format("%Y-%m-%d").to_string();
        verify::remind(app, tx, by, (&user, day)).await?;
        store::reminded(tx, *id, now).await?;
    }
    Ok(full(due.len()))
}

/// Forget some; whether there may be more.
async fn forget(tx: &mut Tx, by: &Grant<can::ManageJob>, (days, span): (i64, i64)) -> Result<bool> {
    let now = by.now();
    let over = Over { until: now.plus(-span), reminded: now.plus(SLACK - ahead(span)), last: last(now, span) };
    let due = store::due(tx, over, AT_ONCE).await?;
    for id in &due {
        people::forget_unproved(tx, by, (*id, days)).await?;
    }
    Ok(full(due.len()))
}
