//! How long a tenant keeps what is about people and not about the business.

use purser_core::access::{Grant, can};
use purser_core::error::Checks;
use purser_core::ids::TenantId;
use purser_core::time::DAY;
use purser_core::{Error, Patch, Result};
use purser_store::tenants::{self, Tenant};
use purser_store::{Tx, erasure, mails, newsletters, retention as store};
use serde::{Deserialize, Serialize};

use crate::identity::step_up;
use crate::tenants::part;
use crate::{App, people};

/// Where the tenant's settings keep it.
const PLACE: &str = "retention";

/// Days that things are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Retention {
    /// Attempts to sign in.
    pub sign_in_days: i64,
    /// Sessions that are over.
    pub session_days: i64,
    /// Mails.
    pub mail_days: i64,
    /// Imports that are over: their samples and complaints.
    pub import_days: i64,
    /// People whose account was deleted; then they are erased. `None`: until somebody erases them.
    pub deleted_people_days: Option<i64>,
}

impl Default for Retention {
    fn default() -> Self {
        Self { sign_in_days: 365, session_days: 90, mail_days: 90, import_days: 90, deleted_people_days: None }
    }
}

/// Fewest and most days.
const RANGE: std::ops::RangeInclusive<i64> = 7..=3_650;

fn stored(tenant: &Tenant) -> Result<Retention> {
    match tenant.settings.0.get(PLACE) {
        Some(value) => serde_json::from_value(value.clone()).map_err(|error| Error::Internal(Box::new(error))),
        None => Ok(Retention::default()),
    }
}

async fn row(tx: &mut Tx, tenant: TenantId) -> Result<Tenant> {
    tenants::find(tx, tenant).await?.ok_or(Error::NotFound("tenant"))
}

/// How long the caller's tenant keeps things, and the version of its settings.
pub async fn read(app: &App, by: &Grant<can::ReadSetting>) -> Result<(Retention, i64)> {
    let tenant = app.db.read(by, async |tx| row(tx, by.tenant()).await).await?;
    Ok((stored(&tenant)?, tenant.version))
}

/// A change: only what is mentioned changes.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Attempts to sign in.
    pub sign_in_days: Patch<i64>,
    /// Sessions that are over.
    pub session_days: Patch<i64>,
    /// Mails.
    pub mail_days: Patch<i64>,
    /// Imports that are over.
    pub import_days: Patch<i64>,
    /// People whose account was deleted.
    pub deleted_people_days: Patch<i64>,
}

impl Change {
    fn applied(self, before: &Retention) -> Result<Retention> {
        let mut next = before.clone();
        let mut checks = Checks::new();
        let each = [
            ("signInDays", self.sign_in_days, &mut next.sign_in_days),
            ("sessionDays", self.session_days, &mut next.session_days),
            ("mailDays", self.mail_days, &mut next.mail_days),
            ("importDays", self.import_days, &mut next.import_days),
        ];
        for (field, change, place) in each {
            checks.extend(change.never_clear(field));
            change.apply(place);
            checks.that(RANGE.contains(place), field, "out_of_range", "From 7 to 3,650 days.");
        }
        self.deleted_people_days.apply_optional(&mut next.deleted_people_days);
        let people = next.deleted_people_days.is_none_or(|days| RANGE.contains(&days));
        checks.that(people, "deletedPeopleDays", "out_of_range", "From 7 to 3,650 days, or nothing.");
        checks.done()?;
        Ok(next)
    }
}

/// Change how long things are kept, from the settings whose `version` the caller has read.
pub async fn update(app: &App, by: &Grant<can::UpdateSetting>, version: i64, change: Change) -> Result<(Retention, i64)> {
    step_up::demand(app, by).await?;
    app.db
        .transact(by, async |tx| {
            let mut tenant = part::hold(tx, by, version).await?;
            let before = stored(&tenant)?;
            let after = change.applied(&before)?;
            part::put(&mut tenant, PLACE, &after)?;
            let version = part::save(tx, by, ("setting.retention", tenant), (&before, &after)).await?;
            Ok((after, version))
        })
        .await
}

/// Forgotten at once; writers get their turns in between.
const AT_ONCE: i64 = 1_000;

/// People erased in one night at most.
const PEOPLE: i64 = 1_000;

/// Forget what is older than the tenant keeps it.
pub(crate) async fn forget(app: &App, tenant: TenantId) -> Result<()> {
    let now = app.clock.now();
    let keep = stored(&app.db.read(tenant, async |tx| row(tx, tenant).await).await?)?;
    let since = |days: i64| now.plus(-days.saturating_mul(DAY));
    let full = u64::try_from(AT_ONCE).unwrap_or(u64::MAX);
    loop {
        let gone = app.db.transact(tenant, async |tx| {
            let mut most = store::sign_ins(tx, since(keep.sign_in_days), AT_ONCE).await?;
            most = most.max(store::sessions(tx, since(keep.session_days), AT_ONCE).await?);
            most = most.max(mails::forget(tx, since(keep.mail_days), AT_ONCE).await?);
            most = most.max(newsletters::forget_letters(tx, since(keep.mail_days), AT_ONCE).await?);
            Ok::<_, Error>(most.max(store::imports(tx, since(keep.import_days), AT_ONCE).await?))
        });
        if gone.await? < full {
            break;
        }
    }
    let Some(days) = keep.deleted_people_days else { return Ok(()) };
    let due = app.db.read(tenant, async |tx| erasure::due(tx, since(days), PEOPLE).await.map_err(Error::from)).await?;
    for person in due {
        let by = Grant::<can::ManageJob>::system(tenant, app.clock.now(), &app.ids);
        people::erase_due(app, &by, person).await?;
    }
    Ok(())
}
