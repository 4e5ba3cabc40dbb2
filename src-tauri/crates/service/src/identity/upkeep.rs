//! What has to be done from time to time: the next signing key, uses of API keys, what was asked and never answered.

use std::sync::Weak;
use std::time::Duration;

use purser_core::time::{DAY, HOUR};
use purser_core::{Error, Result};
use purser_store::{Scope, challenges, lockouts, passkeys};

use super::keys;
use crate::App;
use crate::app::Parts;

/// Uses of keys are written down so often.
const OFTEN: Duration = Duration::from_secs(30);
/// Everything else is looked at every so many of those.
const SELDOM: u32 = 120;

/// Do it for as long as the engine lives.
pub async fn keep_up(app: Weak<Parts>) {
    let mut round = 0_u32;
    loop {
        let Some(parts) = app.upgrade() else { return };
        let engine = App::from(parts);
        if let Err(error) = keys::flush(&engine).await {
            tracing::warn!(%error, "uses of API keys were not written down");
        }
        if round.is_multiple_of(SELDOM)
            && let Err(error) = tidy(&engine).await
        {
            tracing::warn!(%error, "signing keys and old challenges were not looked after");
        }
        drop(engine);
        round = round.wrapping_add(1);
        tokio::time::sleep(OFTEN).await;
    }
}

/// Rotate signing keys, forget what is over.
pub async fn tidy(app: &App) -> Result<()> {
    app.tokens.rotate(&app.db, &app.clock).await?;
    let now = app.clock.now();
    app.db
        .transact(Scope::System, async |tx| {
            challenges::forget(tx, now.plus(-HOUR)).await?;
            passkeys::forget(tx, now).await?;
            lockouts::forget(tx, now.plus(-2 * DAY)).await?;
            Ok::<_, Error>(())
        })
        .await
}
