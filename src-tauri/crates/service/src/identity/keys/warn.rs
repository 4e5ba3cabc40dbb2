//! Telling people that an API key of theirs runs out: a week before and a day before, once each.

use purser_core::Result;
use purser_core::access::{Grant, can};
use purser_core::mail::Notice;
use purser_core::time::DAY;
use purser_store::{Tx, keys as store, users};
use serde::{Deserialize, Serialize};

use crate::App;
use crate::jobs::{Failure, Turn, Work};
use crate::mail::{self, News};

/// Days before, the closest first: whoever hears that it is tomorrow need not hear that it is this week.
const AHEAD: [i64; 2] = [1, 7];
/// Keys told of with one transaction.
const AT_ONCE: i64 = 100;

/// Tell everybody whose turn it is.
#[derive(Serialize, Deserialize)]
pub(crate) struct Warn {}

impl Work for Warn {
    const KIND: &'static str = "key.warn";
    const QUEUE: &'static str = "upkeep";

    async fn run(self, app: App, turn: Turn) -> Result<(), Failure> {
        let by = Grant::<can::ManageJob>::system(turn.tenant, app.clock.now(), &app.ids);
        for days in AHEAD {
            while app.db.transact(&by, async |tx| some(tx, &by, days).await).await? {
                turn.progress(30).await?;
            }
        }
        Ok(())
    }
}

/// Tell some; whether there may be more.
async fn some(tx: &mut Tx, by: &Grant<can::ManageJob>, days: i64) -> Result<bool> {
    let (now, ahead) = (by.now(), days * DAY);
    let due = store::running_out(tx, (now, now.plus(ahead)), days, AT_ONCE).await?;
    for key in &due {
        store::told(tx, key.id, days).await?;
        // Of a key that was made for little longer than that nobody needs to be told.
        if key.expires_at.since(key.created_at) < 2 * ahead {
            continue;
        }
        let Some(user) = users::find(tx, key.user_id).await? else { continue };
        let until = key.expires_at.to_utc().format("%Y-%m-%d %H:%M UTC").to_string();
        mail::tell(tx, by, &user, News { until: Some(until), ..News::of(Notice::KeyExpires, key.name.clone()) }).await?;
    }
    Ok(i64::try_from(due.len()).unwrap_or(0) == AT_ONCE)
}
