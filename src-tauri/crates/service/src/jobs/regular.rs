//! Regular work: put in when its time has come, once, however many processes look.

use purser_core::access::{Grant, can};
use purser_core::jobs::Every;
use purser_core::time::DAY;
use purser_core::{Error, Result};
use purser_store::{Scope, codes, devices, jobs as store, links, provider_sign_ins, tenants};
use serde::{Deserialize, Serialize};

use super::{Failure, Turn, When, Work, enqueue};
use crate::App;

/// Regular work of every tenant.
#[derive(Clone, Copy, Debug)]
pub struct Regular {
    /// Its name.
    pub name: &'static str,
    /// When.
    pub every: Every,
}

/// Forgetting what is over, at a quiet hour.
const TIDY: Regular = Regular { name: "tidy", every: Every::Day(3, 10) };

/// Put in what is due.
pub async fn tick(app: &App) -> Result<()> {
    let now = app.clock.now();
    crate::tenants::put_in(app).await?;
    crate::identity::break_glass::lapse(app).await?;
    let tenants = app.db.read(Scope::System, async |tx| tenants::all(tx).await.map_err(Error::from)).await?;
    for tenant in tenants.into_iter().filter(|tenant| tenant.state.is_open()) {
        let by = Grant::<can::ManageJob>::system(tenant.id, now, &app.ids);
        let next = TIDY.every.after(now);
        // Mostly nothing is due, and then nothing is written.
        if app.regular.lock().get(&tenant.id).is_some_and(|at| *at > now) {
            continue;
        }
        app.db
            .transact(&by, async |tx| {
                store::first(tx, tenant.id, TIDY.name, next).await?;
                if store::take_turn(tx, tenant.id, TIDY.name, (now, next)).await? {
                    enqueue(tx, &by, &Tidy {}, When { unique: Some(TIDY.name.into()), ..When::default() }).await?;
                }
                Ok::<_, Error>(())
            })
            .await?;
        app.regular.lock().insert(tenant.id, next);
    }
    Ok(())
}

/// Forget what is over: work that was done or given up long ago, links long out of force, and what is older than the tenant keeps it.
#[derive(Serialize, Deserialize)]
pub(crate) struct Tidy {}

/// Forgotten at once; writers get their turns in between.
const AT_ONCE: i64 = 1_000;

impl Work for Tidy {
    const KIND: &'static str = "tidy";
    const QUEUE: &'static str = "upkeep";

    async fn run(self, app: App, turn: Turn) -> Result<(), Failure> {
        let now = app.clock.now();
        let (week, month, quarter) = (now.plus(-7 * DAY), now.plus(-30 * DAY), now.plus(-90 * DAY));
        let full = u64::try_from(AT_ONCE).unwrap_or(u64::MAX);
        loop {
            let gone = app.db.transact(turn.tenant, async |tx| {
                let jobs = store::forget(tx, (week, quarter), AT_ONCE).await?;
                // What was known of a browser that was not seen for so long as cookies last.
                devices::forget(tx, now.plus(-400 * DAY)).await?;
                let codes = codes::forget(tx, week, AT_ONCE).await?;
                let travels = provider_sign_ins::forget(tx, now, AT_ONCE).await?;
                Ok::<_, Error>(jobs.max(codes).max(travels).max(links::forget(tx, month, AT_ONCE).await?))
            });
            if gone.await? < full {
                break;
            }
        }
        Ok(crate::retention::forget(&app, turn.tenant).await?)
    }
}
