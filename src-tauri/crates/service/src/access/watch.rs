//! What is noted of every proof without a write per request: who used which permission last, who was refused what. Kept in memory for a
//! few seconds, then written together.

use std::collections::HashMap;
use std::sync::Weak;
use std::time::Duration;

use parking_lot::Mutex;
use purser_core::ids::{RefusalId, TenantId, UserId};
use purser_core::time::DAY;
use purser_core::{Permission, Result, Timestamp};
use purser_store::Scope;
use purser_store::refusals::{self as store, Refusal, Use};

use crate::App;
use crate::app::Parts;

/// Refusals held in memory; a flood beyond that is only counted.
const MOST: usize = 10_000;
/// Written so often.
const EVERY: Duration = Duration::from_secs(5);
/// Refusals are kept for so long.
const KEPT: i64 = 90 * DAY;

/// What was noted and not written yet.
#[derive(Default)]
pub struct Watch(Mutex<Noted>);

#[derive(Default)]
struct Noted {
    uses: HashMap<(TenantId, UserId, Permission), Timestamp>,
    refusals: Vec<Refusal>,
    left_out: u64,
}

impl Watch {
    /// Somebody used a permission.
    pub(crate) fn used(&self, who: (TenantId, UserId), permission: Permission, at: Timestamp) {
        self.0.lock().uses.insert((who.0, who.1, permission), at);
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
    fn take(&self, tenant: Option<TenantId>) -> (Vec<Use>, Vec<Refusal>, u64) {
        let mut noted = self.0.lock();
        let mine = |id: TenantId| tenant.is_none_or(|tenant| tenant == id);
        let (uses, rest): (HashMap<_, _>, HashMap<_, _>) = std::mem::take(&mut noted.uses).into_iter().partition(|(key, _)| mine(key.0));
        noted.uses = rest;
        let (refusals, rest) = std::mem::take(&mut noted.refusals).into_iter().partition(|refusal| mine(refusal.tenant_id));
        noted.refusals = rest;
        let uses = uses.into_iter().map(|((tenant_id, user_id, permission), last_used_at)| Use {
            tenant_id,
            user_id,
            permission: permission.as_str().to_owned(),
            last_used_at,
        });
        (uses.collect(), refusals, std::mem::take(&mut noted.left_out))
    }
}

/// Write down what was noted: of one tenant before it is read, of all from time to time.
pub async fn settle(app: &App, tenant: Option<TenantId>) -> Result<()> {
    let (uses, mut refusals, left_out) = app.watch.take(tenant);
    if left_out > 0 {
        tracing::warn!(left_out, "more was refused than is kept");
    }
    if uses.is_empty() && refusals.is_empty() {
        return Ok(());
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
            Ok(())
        })
        .await
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
