//! What a tenant asks of whoever signs in: read often, so it is remembered until a setting changes.

use std::sync::Arc;

use moka::sync::Cache;
use purser_core::access::{Grant, can};
use purser_core::events::Topic;
use purser_core::identity::{SignInPolicy, StepUp};
use purser_core::ids::TenantId;
use purser_core::{Error, Patch, Result, Role};
use purser_store::tenants::{self, Tenant};

use super::step_up;
use crate::audit::{self, Line};
use crate::{App, events};

/// Where the tenant's settings keep it.
const PLACE: &str = "signIn";

/// Policies of tenants, each as of a version of the settings.
pub struct Policies {
    cache: Cache<TenantId, (u64, Arc<SignInPolicy>)>,
}

impl Default for Policies {
    fn default() -> Self {
        Self { cache: Cache::new(10_000) }
    }
}

fn stored(tenant: &Tenant) -> Result<SignInPolicy> {
    match tenant.settings.0.get(PLACE) {
        Some(value) => serde_json::from_value(value.clone()).map_err(|error| Error::Internal(Box::new(error))),
        None => Ok(SignInPolicy::default()),
    }
}

/// The policy of a tenant.
pub(crate) async fn of(app: &App, tenant: TenantId) -> Result<Arc<SignInPolicy>> {
    let as_of = app.db.version(Topic::Setting);
    if let Some((version, policy)) = app.policies.cache.get(&tenant)
        && version == as_of
    {
        return Ok(policy);
    }
    let row = app.db.read(tenant, async |tx| tenants::find(tx, tenant).await.map_err(Error::from)).await?.ok_or(Error::NotFound("tenant"))?;
    let policy = Arc::new(stored(&row)?);
    app.policies.cache.insert(tenant, (as_of, policy.clone()));
    Ok(policy)
}

/// The policy of the caller's tenant, and its version.
pub async fn read(app: &App, by: &Grant<can::ReadSetting>) -> Result<(SignInPolicy, i64)> {
    let row = app.db.read(by, async |tx| tenants::find(tx, by.tenant()).await.map_err(Error::from)).await?.ok_or(Error::NotFound("tenant"))?;
    Ok((stored(&row)?, row.version))
}

/// A change of policy: only what is mentioned changes.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Roles that need a second factor.
    pub require_factor_for: Patch<Vec<Role>>,
    /// Of whom a fresh factor is asked.
    pub step_up: Patch<StepUp>,
    /// Refunds of this much or more ask for a fresh factor.
    pub step_up_refund_from: Patch<i64>,
    /// Minutes after which an unused session ends.
    pub idle_minutes: Patch<i64>,
    /// The same for sessions that were asked to last.
    pub remembered_idle_minutes: Patch<i64>,
    /// Days after which every session ends.
    pub absolute_days: Patch<i64>,
}

impl Change {
    fn applied(self, before: &SignInPolicy) -> Result<SignInPolicy> {
        let mut checks = purser_core::error::Checks::new();
        checks.extend(self.require_factor_for.never_clear("requireFactorFor")).extend(self.step_up.never_clear("stepUp"));
        checks.extend(self.idle_minutes.never_clear("idleMinutes"));
        checks.extend(self.remembered_idle_minutes.never_clear("rememberedIdleMinutes"));
        checks.extend(self.absolute_days.never_clear("absoluteDays"));
        checks.done()?;
        let mut next = before.clone();
        self.require_factor_for.apply(&mut next.require_factor_for);
        self.step_up.apply(&mut next.step_up);
        self.step_up_refund_from.apply_optional(&mut next.step_up_refund_from);
        self.idle_minutes.apply(&mut next.idle_minutes);
        self.remembered_idle_minutes.apply(&mut next.remembered_idle_minutes);
        self.absolute_days.apply(&mut next.absolute_days);
        next.check()?;
        next.require_factor_for.sort_unstable();
        next.require_factor_for.dedup();
        Ok(next)
    }
}

/// Change the policy whose `version` the caller has read. Sessions that are open keep the limits they began with until they are used next.
pub async fn update(app: &App, by: &Grant<can::UpdateSetting>, version: i64, change: Change) -> Result<(SignInPolicy, i64)> {
    step_up::demand(app, by).await?;
    app.db
        .transact(by, async |tx| {
            let mut tenant = tenants::find(tx, by.tenant()).await?.ok_or(Error::NotFound("tenant"))?;
            if tenant.version != version {
                return Err(Error::Stale);
            }
            let before = stored(&tenant)?;
            let after = change.applied(&before)?;
            tenant.updated_at = by.now();
            let value = serde_json::to_value(&after).map_err(|error| Error::Internal(Box::new(error)))?;
            tenant.settings.0.insert(PLACE.into(), value);
            if !tenants::update(tx, &tenant).await? {
                return Err(Error::Stale);
            }
            let (was, is) = audit::changes(&before, &after);
            audit::record(tx, by, Line::new("setting.sign_in", "setting", by.tenant().uuid(), tenant.name.clone()).before(&was).after(&is));
            events::emit(tx, by, Topic::Setting, "updated", by.tenant().uuid());
            Ok((after, version + 1))
        })
        .await
}
