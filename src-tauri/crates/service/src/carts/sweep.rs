//! Carts nobody touches any more: closed when their time is over, forgotten a while later.

use purser_core::Result;
use purser_core::access::{Grant, can};
use purser_core::events::Topic;
use purser_core::{Error, Timestamp};
use purser_store::carts as store;
use purser_store::{Scope, Tx};

use crate::{App, events};

/// Closed at once; writers get their turns in between.
const AT_ONCE: i64 = 500;

/// Close the carts of all tenants whose time is over.
pub(crate) async fn sweep(app: &App) -> Result<()> {
    let now = app.clock.now();
    for tenant in app.db.read(Scope::System, async |tx| store::due(tx, now).await.map_err(Error::from)).await? {
        let by = Grant::<can::CreateOrder>::system(tenant, now, &app.ids);
        let swept = app.db.transact(&by, async |tx| {
            if store::expire(tx, now, AT_ONCE).await? > 0 {
                events::emit(tx, &by, Topic::Cart, "expired", tenant.uuid());
            }
            Ok::<_, Error>(())
        });
        if let Err(error) = swept.await {
            tracing::warn!(%error, "carts could not be swept up; it is tried again");
        }
    }
    Ok(())
}

/// Forget what was closed before; at most `most` a time.
pub(crate) async fn forget(tx: &mut Tx, before: Timestamp, most: i64) -> Result<u64> {
    Ok(store::forget(tx, before, most).await?)
}
