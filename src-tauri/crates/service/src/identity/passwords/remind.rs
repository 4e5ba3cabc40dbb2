//! Telling people that their password runs out soon, once for each password.

use purser_core::access::{Grant, RoleKey, can};
use purser_core::mail::Notice;
use purser_core::time::DAY;
use purser_core::{Error, Result, Timestamp};
use purser_store::{Tx, passwords as store, roles, tenants, users};
use serde::{Deserialize, Serialize};

use super::Policy;
use crate::App;
use crate::jobs::{Failure, Turn, Work};
use crate::mail::{self, News};

/// How long before.
const AHEAD: i64 = 7 * DAY;
/// People told with one transaction.
const AT_ONCE: i64 = 100;

/// Tell everybody whose turn it is.
#[derive(Serialize, Deserialize)]
pub(crate) struct Remind {}

impl Work for Remind {
    const KIND: &'static str = "password.remind";
    const QUEUE: &'static str = "upkeep";

    async fn run(self, app: App, turn: Turn) -> Result<(), Failure> {
        let by = Grant::<can::ManageJob>::system(turn.tenant, app.clock.now(), &app.ids);
        while app.db.transact(&by, async |tx| some(tx, &by).await).await? {
            turn.progress(30).await?;
        }
        Ok(())
    }
}

/// Tell some; whether there may be more.
async fn some(tx: &mut Tx, by: &Grant<can::ManageJob>) -> Result<bool> {
    let tenant = tenants::find(tx, by.tenant()).await?.ok_or(Error::NotFound("tenant"))?;
    let (policy, book) = (Policy::of(&tenant), roles::book(tx).await?);
    let mut more = false;
    for role in book.all() {
        let Some(span) = policy.expires(role, Timestamp::from_micros(0)).map(Timestamp::micros) else { continue };
        let (now, ahead) = (by.now(), AHEAD.min(span / 2));
        let keys: [RoleKey; 1] = [role.key];
        let due = store::running_out(tx, &keys, (now.plus(-span), now.plus(ahead - span)), AT_ONCE).await?;
        more |= i64::try_from(due.len()).unwrap_or(0) == AT_ONCE;
        for (id, changed) in due {
            let Some(user) = users::find(tx, id).await? else { continue };
            let day = changed.plus(span).to_utc().format("%Y-%m-%d").to_string();
            mail::tell(tx, by, &user, News::of(Notice::PasswordExpires, day)).await?;
            store::reminded(tx, id, now).await?;
        }
    }
    Ok(more)
}
