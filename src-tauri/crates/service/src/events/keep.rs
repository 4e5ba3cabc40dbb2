//! Notices are kept for as long as a page may sensibly have been away, no longer.

use std::time::Duration;

use purser_core::Error;
use purser_core::time::DAY;
use purser_store::{Scope, bus, events as store};

use crate::App;

/// Kept for so long.
const KEPT: i64 = 7 * DAY;

/// What somebody who acts on them has not had yet is kept for so long: a bus that is away, a tenant whose work rests.
const KEPT_AT_LAST: i64 = 90 * DAY;

/// Looked at so often.
const EVERY: Duration = Duration::from_hours(1);

/// Forgotten at once; writers wait meanwhile.
const AT_ONCE: i64 = 5_000;

/// Forget old notices from time to time, for as long as the engine lives.
pub fn keep_short(app: &App) {
    let app = app.clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(EVERY).await;
            let now = app.clock.now();
            let before = (now.plus(-KEPT), now.plus(-KEPT_AT_LAST));
            let consumers: Vec<&'static str> = app.bus.consumers().iter().map(|consumer| consumer.name()).collect();
            loop {
                let forgotten = app.db.transact(Scope::System, async |tx| {
                    Ok::<_, Error>(store::forget(tx, before, &consumers, AT_ONCE).await? + bus::forget(tx, AT_ONCE).await?)
                });
                match forgotten.await {
                    Ok(0) => break,
                    Ok(_) => tokio::task::yield_now().await,
                    Err(error) => {
                        tracing::warn!(%error, "old notices stay for now");
                        break;
                    }
                }
            }
        }
    });
}
