//! Deleting a tenant whose grace is over: files first, then rows table by table, then the tenant. It may be begun more than once.

use std::time::Duration;

use purser_core::access::{Grant, can};
use purser_core::events::Topic;
use purser_core::ids::TenantId;
use purser_core::jobs::Wait;
use purser_core::tenants::{TenantMove, TenantState};
use purser_core::time::{HOUR, MINUTE};
use purser_core::{Error, Result};
use purser_store::tenancy as store;
use purser_store::tenants::{self, Tenant};
use purser_store::{Scope, Tx};
use serde::{Deserialize, Serialize};

use crate::audit::{self, Line};
use crate::jobs::{self, Failure, Plan, Turn, When, Work};
use crate::{App, events, files, imports};

/// Delete a tenant. Work of the home tenant: what is deleted can not do it.
#[derive(Serialize, Deserialize)]
pub(crate) struct Purge {
    tenant: TenantId,
}

/// Put the work in for every tenant whose grace is over.
pub(crate) async fn put_in(app: &App) -> Result<()> {
    let now = app.clock.now();
    let (home, due) = app.db.read(Scope::System, async |tx| Ok::<_, Error>((store::home(tx).await?, store::due(tx, now).await?))).await?;
    let Some(home) = home.filter(|_| !due.is_empty()) else { return Ok(()) };
    let by = Grant::<can::ManageTenant>::system(home.id, now, &app.ids);
    app.db
        .transact(home.id, async |tx| {
            for tenant in due {
                jobs::enqueue(tx, &by, &Purge { tenant }, When { unique: Some(tenant.to_string()), ..When::default() }).await?;
            }
            Ok(())
        })
        .await
}

impl Work for Purge {
    const KIND: &'static str = "tenant.purge";
    const QUEUE: &'static str = "upkeep";
    const PLAN: Plan = Plan { tries: 10, wait: Wait::Doubling(MINUTE, HOUR), longest: Duration::from_hours(6) };

    async fn run(self, app: App, turn: Turn) -> Result<(), Failure> {
        let by = Grant::<can::ManageTenant>::system(turn.tenant, app.clock.now(), &app.ids);
        let Some(tenant) = begin(&app, &by, self.tenant).await? else { return Ok(()) };
        for (place, area) in [files::AREA, imports::AREA].into_iter().enumerate() {
            for part in 0..=u8::MAX {
                for key in app.vault.part(area, part).await?.into_iter().filter(|key| key.tenant == tenant.id) {
                    app.vault.remove(key).await?;
                }
            }
            turn.progress(i64::try_from(place * 10 + 10).unwrap_or(0)).await?;
        }
        let rows = rows(&app, &turn, tenant.id).await?;
        end(&app, &by, &tenant, rows).await?;
        Ok(())
    }
}

/// From here is no way back. `None` if the tenant is gone, or was restored meanwhile.
async fn begin(app: &App, by: &Grant<can::ManageTenant>, id: TenantId) -> Result<Option<Tenant>> {
    app.db
        .transact(Scope::System, async |tx| {
            let Some(mut tenant) = tenants::find(tx, id).await? else { return Ok(None) };
            let due = tenant.state == TenantState::Purging || tenant.purge_at.is_some_and(|at| at <= by.now());
            if !due || tenant.home {
                return Ok(None);
            }
            if tenant.state == TenantState::Closing {
                tenant.state = tenant.state.apply(TenantMove::Purge)?;
                if !store::set_state(tx, &tenant).await? {
                    return Err(Error::Stale);
                }
                audit::record(tx, by, Line::new("tenant.purge", "tenant", id.uuid(), tenant.name.clone()));
                events::emit(tx, by, Topic::Tenant, "purging", id.uuid());
            }
            Ok(Some(tenant))
        })
        .await
}

async fn rows(app: &App, turn: &Turn, tenant: TenantId) -> Result<u64, Failure> {
    let (mut from, mut gone) = (0, 0);
    loop {
        let erased = app.db.transact(tenant, async |tx| store::erase(tx, tenant, from).await).await?;
        gone += erased.rows;
        let (done, all) = erased.done;
        if done == all {
            return Ok(gone);
        }
        from = done;
        turn.progress(20 + i64::try_from(done * 79 / all).unwrap_or(0)).await?;
    }
}

/// The last rows, which may have come while the others went, and the tenant, as one.
async fn end(app: &App, by: &Grant<can::ManageTenant>, tenant: &Tenant, rows: u64) -> Result<()> {
    app.db
        .transact(Scope::System, async |tx| {
            last(tx, tenant.id).await?;
            store::erase_tenant(tx, tenant.id).await?;
            let what = serde_json::json!({ "slug": tenant.slug, "rows": rows, "createdAt": tenant.created_at });
            audit::record(tx, by, Line::new("tenant.delete", "tenant", tenant.id.uuid(), tenant.name.clone()).before(&what));
            events::emit(tx, by, Topic::Tenant, "deleted", tenant.id.uuid());
            Ok(())
        })
        .await
}

async fn last(tx: &mut Tx, tenant: TenantId) -> Result<()> {
    let mut from = 0;
    loop {
        let (done, all) = store::erase(tx, tenant, from).await?.done;
        if done == all {
            return Ok(());
        }
        from = done;
    }
}
