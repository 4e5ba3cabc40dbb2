//! Which mails the customers of a business get about their orders.

use purser_core::access::{Grant, can};
use purser_core::error::Checks;
use purser_core::mail::Template;
use purser_core::{Error, Patch, Result};
use purser_store::tenants::Tenant;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::tenants::part;

/// Where the tenant's settings keep it.
const PLACE: &str = "customerMails";

/// Which mails customers get; all, unless the business says otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(clippy::struct_excessive_bools, reason = "each kind is on or off for itself")]
pub struct CustomerMails {
    /// An order was paid.
    pub confirmed: bool,
    /// A parcel left.
    pub shipped: bool,
    /// All of it arrived.
    pub delivered: bool,
    /// It was called off.
    pub cancelled: bool,
    /// Money went back.
    pub refunded: bool,
}

impl Default for CustomerMails {
    fn default() -> Self {
        Self { confirmed: true, shipped: true, delivered: true, cancelled: true, refunded: true }
    }
}

impl CustomerMails {
    /// What the settings of a tenant say.
    pub(super) fn of(tenant: &Tenant) -> Result<Self> {
        match tenant.settings.0.get(PLACE) {
            Some(value) => serde_json::from_value(value.clone()).map_err(|error| Error::Internal(Box::new(error))),
            None => Ok(Self::default()),
        }
    }

    /// Whether mails of this kind are sent.
    pub(super) const fn has(&self, template: Template) -> bool {
        match template {
            Template::OrderConfirmed => self.confirmed,
            Template::OrderShipped => self.shipped,
            Template::OrderDelivered => self.delivered,
            Template::OrderCancelled => self.cancelled,
            Template::OrderRefunded => self.refunded,
            _ => true,
        }
    }

    /// Whether what comes after a mail of this kind is told too.
    pub(super) const fn goes_on(&self, template: Template) -> bool {
        match template {
            Template::OrderConfirmed => self.shipped,
            Template::OrderCancelled => self.refunded,
            _ => true,
        }
    }
}

/// A change: only what is mentioned changes.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// An order was paid.
    pub confirmed: Patch<bool>,
    /// A parcel left.
    pub shipped: Patch<bool>,
    /// All of it arrived.
    pub delivered: Patch<bool>,
    /// It was called off.
    pub cancelled: Patch<bool>,
    /// Money went back.
    pub refunded: Patch<bool>,
}

impl Change {
    fn applied(self, before: &CustomerMails) -> Result<CustomerMails> {
        let mut next = before.clone();
        let mut checks = Checks::new();
        let each = [
            ("confirmed", self.confirmed, &mut next.confirmed),
            ("shipped", self.shipped, &mut next.shipped),
            ("delivered", self.delivered, &mut next.delivered),
            ("cancelled", self.cancelled, &mut next.cancelled),
            ("refunded", self.refunded, &mut next.refunded),
        ];
        for (field, change, place) in each {
            checks.extend(change.never_clear(field));
            change.apply(place);
        }
        checks.done()?;
        Ok(next)
    }
}

/// Which mails customers of the caller's tenant get, and the version of its settings.
pub async fn read(app: &App, by: &Grant<can::ReadSetting>) -> Result<(CustomerMails, i64)> {
    let tenant = app.db.read(by, async |tx| part::find(tx, by).await).await?;
    Ok((CustomerMails::of(&tenant)?, tenant.version))
}

/// Change which mails customers get, from the settings whose `version` the caller has read.
pub async fn update(app: &App, by: &Grant<can::UpdateSetting>, version: i64, change: Change) -> Result<(CustomerMails, i64)> {
    app.db
        .transact(by, async |tx| {
            let mut tenant = part::hold(tx, by, version).await?;
            let before = CustomerMails::of(&tenant)?;
            let after = change.applied(&before)?;
            part::put(&mut tenant, PLACE, &after)?;
            let version = part::save(tx, by, ("setting.customer_mails", tenant), (&before, &after)).await?;
            Ok((after, version))
        })
        .await
}
