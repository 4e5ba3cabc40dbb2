//! What is noted of every proof without a write per request: who used which permission last, who was refused what. Kept in memory for a
//! few seconds, then written together.

use std::collections::HashMap;
use std::sync::Weak;
use std::time::Duration;

use parking_lot::Mutex;
use purser_core::access::{Grant, Narrow, can};
use purser_core::ids::{RefusalId, TenantId, UserId};
use purser_core::time::{DAY, HOUR};
use purser_core::{Error, Permission, Result, Timestamp};
use purser_store::Scope;
use purser_store::refusals::{self as store, Refusal, Use};
use serde_json::json;

use crate::App;
use crate::app::Parts;
use crate::audit::{self, Line};

/// Refusals held in memory; a flood beyond that is only counted.
const MOST: usize = 10_000;
/// Written so often.
const EVERY: Duration = Duration::from_secs(5);
/// Refusals are kept for so long.
const KEPT: i64 = 90 * DAY;

/// What was noted and not written yet.
#[derive(Default)]
pub struct Watch(Mutex<Noted>);

/// Somebody looked at what is kept sealed about a person.
struct View {
    by: Grant<Narrow<()>>,
    person: UserId,
    name: String,
    fields: Vec<&'static str>,
}

#[derive(Default)]
struct Noted {
    uses: HashMap<(TenantId, UserId, Permission), Timestamp>,
    views: Vec<View>,
    /// When the same was last noted: looking again within the hour is no news.
    looked: HashMap<(UserId, UserId), Timestamp>,
    refusals: Vec<Refusal>,
    left_out: u64,
}

impl Watch {
    /// Somebody used a permission.
    pub(crate) fn used(&self, who: (TenantId, UserId), permission: Permission, at: Timestamp) {
        self.0.lock().uses.insert((who.0, who.1, permission), at);
    }

    /// Somebody looked at what is kept sealed about a person; one line an hour.
    pub(crate) fn viewed(&self, app: &App, by: &Grant<can::ReadUser>, (person, name): (UserId, String), fields: Vec<&'static str>) {
        let Some(reader) = by.actor().person().filter(|reader| *reader != person) else { return };
        let mut noted = self.0.lock();
        if noted.looked.get(&(reader, person)).is_some_and(|at| by.now().since(*at) < HOUR) {
            return;
        }
        if noted.looked.len() >= MOST {
            noted.looked.retain(|_, at| by.now().since(*at) < HOUR);
        }
        noted.looked.insert((reader, person), by.now());
        let by = by.for_later(&app.ids);
        noted.views.push(View { by, person, name, fields });
    }

    /// Somebody was refused something, or would have been.
    pub(crate) fn refused(&self, refusal: Refusal) {
        let mut noted = self.0.lock();
        if noted.refusals.len() < MOST {
            noted.refusals.push(refusal);
        } else {
            noted.left_out += 1;
        }
    }

    /// Take what was noted, of one tenant or of all.
    fn take(&self, tenant: Option<TenantId>) -> (Vec<Use>, Vec<Refusal>, Vec<View>, u64) {
        let mut noted = self.0.lock();
        let mine = |id: TenantId| tenant.is_none_or(|tenant| tenant == id);
        let (uses, rest): (HashMap<_, _>, HashMap<_, _>) = std::mem::take(&mut noted.uses).into_iter().partition(|(key, _)| mine(key.0));
        noted.uses = rest;
        let (refusals, rest) = std::mem::take(&mut noted.refusals).into_iter().partition(|refusal| mine(refusal.tenant_id));
        noted.refusals = rest;
        let (views, rest) = std::mem::take(&mut noted.views).into_iter().partition(|view| mine(view.by.tenant()));
        noted.views = rest;
        let uses = uses.into_iter().map(|((tenant_id, user_id, permission), last_used_at)| Use {
            tenant_id,
            user_id,
            permission: permission.as_str().to_owned(),
            last_used_at,
        });
        (uses.collect(), refusals, views, std::mem::take(&mut noted.left_out))
    }
}

/// Write down what was noted: of one tenant before it is read, of all from time to time.
pub async fn settle(app: &App, tenant: Option<TenantId>) -> Result<()> {
    let (uses, mut refusals, views, left_out) = app.watch.take(tenant);
    let written = write_views(app, views).await;
    if left_out > 0 {
        tracing::warn!(left_out, "more was refused than is kept");
    }
    if uses.is_empty() && refusals.is_empty() {
        return written;
    }
    for refusal in &mut refusals {
        refusal.id = app.ids.next::<RefusalId>(refusal.at);
    }
    let scope = tenant.map_or(Scope::System, Scope::Tenant);
    app.db
        .transact(scope, async |tx| {
            if !uses.is_empty() {
                store::note_uses(tx, &uses).await?;
            }
            if !refusals.is_empty() {
                store::insert(tx, &refusals).await?;
            }
            Ok::<_, Error>(())
        })
        .await?;
    written
}

/// A line in the log of each tenant for each view.
async fn write_views(app: &App, mut views: Vec<View>) -> Result<()> {
    views.sort_by_key(|view| view.by.tenant());
    for views in views.chunk_by(|one, other| one.by.tenant() == other.by.tenant()) {
        let Some(tenant) = views.first().map(|view| view.by.tenant()) else { continue };
        app.db
            .transact(tenant, async |tx| {
                for View { by, person, name, fields } in views {
                    audit::record(tx, by, Line::new("user.view", "user", person.uuid(), name.clone()).after(&json!({ "shown": fields })));
                }
                Ok::<_, Error>(())
            })
            .await?;
    }
    Ok(())
}

/// Write every few seconds and forget what is old, for as long as the engine lives.
pub fn keep_settling(app: Weak<Parts>) {
    tokio::spawn(async move {
        let mut rounds: u32 = 0;
        loop {
            tokio::time::sleep(EVERY).await;
            let Some(app) = app.upgrade().map(App::from) else { return };
            if let Err(error) = settle(&app, None).await {
                tracing::warn!(%error, "uses and refusals of the last seconds were not written");
            }
            if rounds.is_multiple_of(720) {
                let before = app.clock.now().plus(-KEPT);
                let forget = app.db.transact(Scope::System, async |tx| store::forget(tx, before, 5_000).await.map_err(purser_core::Error::from));
                if let Err(error) = forget.await {
                    tracing::warn!(%error, "old refusals stay for now");
                }
            }
            rounds = rounds.wrapping_add(1);
        }
    });
}
