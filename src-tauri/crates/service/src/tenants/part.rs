//! A part of a tenant's settings, read and written as each of them is: from the version its reader saw, with a line in the log and an event.

use purser_core::access::{Grant, can};
use purser_core::events::Topic;
use purser_core::{Error, Result};
use purser_store::Tx;
use purser_store::tenants::{self as store, Tenant};
use serde::Serialize;

use crate::audit::{self, Line};
use crate::events;

/// The caller's tenant.
pub(crate) async fn find<P>(tx: &mut Tx, by: &Grant<P>) -> Result<Tenant> {
    store::find(tx, by.tenant()).await?.ok_or(Error::NotFound("tenant"))
}

/// The same to be changed by whoever read `version` of it.
pub(crate) async fn hold(tx: &mut Tx, by: &Grant<can::UpdateSetting>, version: i64) -> Result<Tenant> {
    let tenant = find(tx, by).await?;
    if tenant.version == version { Ok(tenant) } else { Err(Error::Stale) }
}

/// Put `part` where the settings keep it.
pub(crate) fn put(tenant: &mut Tenant, place: &str, part: &impl Serialize) -> Result<()> {
    let value = serde_json::to_value(part).map_err(|error| Error::Internal(Box::new(error)))?;
    tenant.settings.0.insert(place.into(), value);
    Ok(())
}

/// Write a tenant that is held, and what changed in it; the version it has from now on.
pub(crate) async fn save<S: Serialize>(
    tx: &mut Tx,
    by: &Grant<can::UpdateSetting>,
    (action, mut tenant): (&'static str, Tenant),
    (before, after): (&S, &S),
) -> Result<i64> {
    tenant.updated_at = by.now();
    if !store::update(tx, &tenant).await? {
        return Err(Error::Stale);
    }
    let (was, is) = audit::changes(before, after);
    audit::record(tx, by, Line::new(action, "setting", by.tenant().uuid(), tenant.name.clone()).before(&was).after(&is));
    events::emit(tx, by, Topic::Setting, "updated", by.tenant().uuid());
    Ok(tenant.version + 1)
}
