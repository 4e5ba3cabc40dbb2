//! Notices are kept for as long as a page may sensibly have been away, no longer.

use std::time::Duration;

use purser_core::Error;
use purser_core::time::DAY;
use purser_store::{Scope, events as store};

use crate::App;

/// Kept for so long.
const KEPT: i64 = 7 * DAY;

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
            let before = app.clock.now().plus(-KEPT);
            loop {
                match app.db.transact(Scope::System, async |tx| store::forget(tx, before, AT_ONCE).await.map_err(Error::from)).await {
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
