//! What a tenant asks of whoever signs in: read often, so it is remembered until a setting changes.

use std::sync::Arc;

use moka::sync::Cache;
use purser_core::access::{Grant, RoleBook, RoleKey, can};
use purser_core::events::Topic;
use purser_core::identity::{SignInPolicy, StepUp};
use purser_core::ids::TenantId;
use purser_core::{Error, Patch, Result};
use purser_store::tenants::{self, Tenant};

use super::step_up;
use crate::tenants::part;
use crate::{App, access};

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
    pub require_factor_for: Patch<Vec<RoleKey>>,
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
    /// Whether strangers may make themselves an account.
    pub self_registration: Patch<bool>,
    /// Days after which whoever never proved the address is forgotten.
    pub unproved_days: Patch<i64>,
}

impl Change {
    fn applied(self, before: &SignInPolicy, roles: &RoleBook) -> Result<SignInPolicy> {
        let mut checks = purser_core::error::Checks::new();
        checks.extend(self.require_factor_for.never_clear("requireFactorFor")).extend(self.step_up.never_clear("stepUp"));
        checks.extend(self.idle_minutes.never_clear("idleMinutes"));
        checks.extend(self.remembered_idle_minutes.never_clear("rememberedIdleMinutes"));
        checks.extend(self.absolute_days.never_clear("absoluteDays")).extend(self.self_registration.never_clear("selfRegistration"));
        checks.done()?;
        let mut next = before.clone();
        self.require_factor_for.apply(&mut next.require_factor_for);
        self.step_up.apply(&mut next.step_up);
        self.step_up_refund_from.apply_optional(&mut next.step_up_refund_from);
        self.idle_minutes.apply(&mut next.idle_minutes);
        self.remembered_idle_minutes.apply(&mut next.remembered_idle_minutes);
        self.absolute_days.apply(&mut next.absolute_days);
        self.self_registration.apply(&mut next.self_registration);
        self.unproved_days.apply_optional(&mut next.unproved_days);
        // A role that was removed since may stay; a new one has to be there.
        let unknown = next.require_factor_for.iter().any(|role| roles.get(*role).is_none() && !before.require_factor_for.contains(role));
        purser_core::error::Checks::new().that(!unknown, "requireFactorFor", "unknown_choice", "Choose roles there are.").done()?;
        next.check()?;
        next.require_factor_for.sort_unstable();
        next.require_factor_for.dedup();
        Ok(next)
    }
}

/// Change the policy whose `version` the caller has read. Sessions that are open keep the limits they began with until they are used next.
pub async fn update(app: &App, by: &Grant<can::UpdateSetting>, version: i64, change: Change) -> Result<(SignInPolicy, i64)> {
    step_up::demand(app, by).await?;
    let roles = access::book(app, by.tenant()).await?;
    app.db
        .transact(by, async |tx| {
            let mut tenant = part::hold(tx, by, version).await?;
            let before = stored(&tenant)?;
            let after = change.applied(&before, &roles)?;
            part::put(&mut tenant, PLACE, &after)?;
            let version = part::save(tx, by, ("setting.sign_in", tenant), (&before, &after)).await?;
            Ok((after, version))
        })
        .await
}
