//! How a tenant sells: tax by country and class, whether prices carry it, ways of sending, how long goods are set aside.

use purser_core::access::{Grant, can};
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::trade::{Method, TaxRate, Trade};
use purser_core::{Currency, Error, Patch, Result};
use purser_store::Tx;
use purser_store::tenants::{self, Tenant};

use crate::audit::{self, Line};
use crate::{App, events};

/// Where the tenant's settings keep it.
const PLACE: &str = "trade";

/// How a tenant sells, the currency of its amounts, and the version of its settings.
#[derive(Clone, Debug)]
pub struct Terms {
    /// How it sells.
    pub trade: Trade,
    /// The currency.
    pub currency: Currency,
    /// Counts changes of all settings.
    pub version: i64,
}

/// How `tenant` sells.
pub(crate) fn of(tenant: &Tenant) -> Result<Trade> {
    match tenant.settings.0.get(PLACE) {
        Some(value) => serde_json::from_value(value.clone()).map_err(|error| Error::Internal(Box::new(error))),
        None => Ok(Trade::default()),
    }
}

async fn row<P>(tx: &mut Tx, by: &Grant<P>) -> Result<Tenant> {
    tenants::find(tx, by.tenant()).await?.ok_or(Error::NotFound("tenant"))
}

/// How the caller's tenant sells.
pub async fn read(app: &App, by: &Grant<can::ReadSetting>) -> Result<Terms> {
    let tenant = app.db.read(by, async |tx| row(tx, by).await).await?;
    Ok(Terms { trade: of(&tenant)?, currency: tenant.currency, version: tenant.version })
}

/// A change: only what is mentioned changes; lists change whole.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Whether prices carry their tax.
    pub prices_include_tax: Patch<bool>,
    /// Rates of tax.
    pub tax_rates: Patch<Vec<TaxRate>>,
    /// Ways goods are sent.
    pub shipping_methods: Patch<Vec<Method>>,
    /// Minutes goods are set aside for.
    pub reserve_minutes: Patch<i64>,
    /// Days a cart is kept.
    pub cart_days: Patch<i64>,
    /// Days customers have to pay what is sold to them on account.
    pub account_days: Patch<i64>,
}

impl Change {
    fn applied(self, before: &Trade) -> Result<Trade> {
        let mut checks = Checks::new();
        checks.extend(self.prices_include_tax.never_clear("pricesIncludeTax")).extend(self.tax_rates.never_clear("taxRates"));
        checks.extend(self.shipping_methods.never_clear("shippingMethods")).extend(self.cart_days.never_clear("cartDays"));
        checks.extend(self.account_days.never_clear("accountDays"));
        let mut next = before.clone();
        self.prices_include_tax.apply(&mut next.prices_include_tax);
        self.tax_rates.apply(&mut next.tax_rates);
        self.shipping_methods.apply(&mut next.shipping_methods);
        self.reserve_minutes.apply_optional(&mut next.reserve_minutes);
        self.cart_days.apply(&mut next.cart_days);
        self.account_days.apply(&mut next.account_days);
        for method in &mut next.shipping_methods {
            method.name = method.name.trim().to_owned();
        }
        checks.extend(next.check());
        checks.done()?;
        Ok(next)
    }
}

/// Change how the tenant sells, from the settings whose `version` the caller has read. Orders that are there stay as they were priced.
pub async fn update(app: &App, by: &Grant<can::UpdateSetting>, version: i64, change: Change) -> Result<Terms> {
    app.db
        .transact(by, async |tx| {
            let mut tenant = row(tx, by).await?;
            if tenant.version != version {
                return Err(Error::Stale);
            }
            let before = of(&tenant)?;
            let after = change.applied(&before)?;
            tenant.updated_at = by.now();
            let value = serde_json::to_value(&after).map_err(|error| Error::Internal(Box::new(error)))?;
            tenant.settings.0.insert(PLACE.into(), value);
            if !tenants::update(tx, &tenant).await? {
                return Err(Error::Stale);
            }
            let (was, is) = audit::changes(&before, &after);
            audit::record(tx, by, Line::new("setting.checkout", "setting", by.tenant().uuid(), tenant.name.clone()).before(&was).after(&is));
            events::emit(tx, by, Topic::Setting, "updated", by.tenant().uuid());
            Ok(Terms { trade: after, currency: tenant.currency, version: version + 1 })
        })
        .await
}
