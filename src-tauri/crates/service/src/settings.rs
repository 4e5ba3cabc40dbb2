//! What a tenant can set: its name and currency, tax and shipping, the reasons offered for a refund, the environment it stands for.

use purser_core::access::{Grant, can};
use purser_core::checkout::Checkout;
use purser_core::error::Checks;
use purser_core::seller::{Seat, is_vat_id};
use purser_core::{Currency, Error, Patch, Result};
use purser_store::tenants::{self, Tenant};
use serde::{Deserialize, Serialize};

use crate::App;
use crate::tenants::part;

/// The settings of a tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// Name of the business.
    pub name: String,
    /// Where it sits, as its papers say it.
    pub address: Option<Seat>,
    /// What its tax office calls it, as its papers say it.
    pub vat_id: Option<String>,
    /// Currency it sells in.
    pub currency: Currency,
    /// `local`, `staging` or `production`.
    pub environment: String,
    /// Tax and shipping.
    #[serde(flatten)]
    pub checkout: Checkout,
    /// Reasons offered when money is given back.
    pub refund_reasons: Vec<String>,
    /// Counts changes.
    #[serde(skip)]
    pub version: i64,
}

/// The part of the settings that has no column of its own.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stored {
    #[serde(flatten)]
    checkout: Checkout,
    #[serde(default = "usual_reasons")]
    refund_reasons: Vec<String>,
    #[serde(default)]
    address: Option<Seat>,
    #[serde(default)]
    vat_id: Option<String>,
}

fn usual_reasons() -> Vec<String> {
    ["Damaged on arrival", "Not as described", "Arrived too late", "Ordered by mistake", "Charged twice", "Goodwill"].map(str::to_owned).into()
}

const ENVIRONMENTS: [&str; 3] = ["local", "staging", "production"];

impl TryFrom<&Tenant> for Settings {
    type Error = Error;
    fn try_from(tenant: &Tenant) -> Result<Self> {
        let stored = serde_json::Value::Object(tenant.settings.0.clone());
        let Stored { checkout, refund_reasons, address, vat_id } =
            serde_json::from_value(stored).map_err(|error| Error::Internal(Box::new(error)))?;
        Ok(Self {
            name: tenant.name.clone(),
            address,
            vat_id,
            currency: tenant.currency,
            environment: tenant.environment.clone(),
            checkout,
            refund_reasons,
            version: tenant.version,
        })
    }
}

/// A change of settings: only what is mentioned changes.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Name of the business.
    pub name: Patch<String>,
    /// Where it sits.
    pub address: Patch<Seat>,
    /// What its tax office calls it.
    pub vat_id: Patch<String>,
    /// Currency; only while there are no orders.
    pub currency: Patch<Currency>,
    /// `local`, `staging` or `production`.
    pub environment: Patch<String>,
    /// Tax in basis points.
    pub tax_rate_bp: Patch<i64>,
    /// Shipping by weight.
    pub shipping_bands: Patch<Vec<purser_core::checkout::ShippingBand>>,
    /// Goods worth this much ship for nothing.
    pub free_shipping_from: Patch<i64>,
    /// Reasons offered when money is given back.
    pub refund_reasons: Patch<Vec<String>>,
}

impl Change {
    fn nothing(&self) -> bool {
        self.name.is_keep()
            && self.address.is_keep()
            && self.vat_id.is_keep()
            && self.currency.is_keep()
            && self.environment.is_keep()
            && self.tax_rate_bp.is_keep()
            && self.shipping_bands.is_keep()
            && self.free_shipping_from.is_keep()
            && self.refund_reasons.is_keep()
    }

    fn applied(self, settings: &Settings) -> Result<Settings> {
        if self.nothing() {
            return Err(Error::invalid("body", "empty", "Name at least one setting to change."));
        }
        let mut checks = Checks::new();
        checks.extend(self.name.never_clear("name")).extend(self.currency.never_clear("currency"));
        checks.extend(self.environment.never_clear("environment")).extend(self.tax_rate_bp.never_clear("taxRateBp"));
        checks.extend(self.shipping_bands.never_clear("shippingBands")).extend(self.refund_reasons.never_clear("refundReasons"));
        let mut next = settings.clone();
        self.name.apply(&mut next.name);
        self.address.apply_optional(&mut next.address);
        self.vat_id.apply_optional(&mut next.vat_id);
        self.currency.apply(&mut next.currency);
        self.environment.apply(&mut next.environment);
        self.tax_rate_bp.apply(&mut next.checkout.tax_rate_bp);
        self.shipping_bands.apply(&mut next.checkout.shipping_bands);
        self.free_shipping_from.apply_optional(&mut next.checkout.free_shipping_from);
        self.refund_reasons.apply(&mut next.refund_reasons);
        next.name = next.name.trim().to_owned();
        next.address = next.address.map(Seat::trimmed);
        next.vat_id = next.vat_id.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        if let Some(address) = &next.address {
            address.check(&mut checks);
        }
        let known = next.vat_id.as_deref().is_none_or(is_vat_id);
        checks.that(known, "vatId", "not_valid", "Capital letters and digits, such as DE 123 456 789.");
        checks.text("name", &next.name, 100).extend(next.checkout.check());
        let environment = ENVIRONMENTS.contains(&next.environment.as_str());
        checks.that(environment, "environment", "unknown_choice", "Choose one of: local, staging, production.");
        checks.that(next.refund_reasons.len() <= 30, "refundReasons", "too_many", "At most 30 reasons.");
        for (place, reason) in next.refund_reasons.iter_mut().enumerate() {
            *reason = reason.trim().to_owned();
            checks.text(&format!("refundReasons[{place}]"), reason, 100);
        }
        checks.done()?;
        Ok(next)
    }
}

/// The settings of the caller's tenant.
pub async fn read(app: &App, by: &Grant<can::ReadSetting>) -> Result<Settings> {
    let find = async |tx: &mut purser_store::Tx| tenants::find(tx, by.tenant()).await?.ok_or(Error::NotFound("tenant"));
    Settings::try_from(&app.db.read(by, find).await?)
}

/// Change the settings whose `version` the caller has read.
pub async fn update(app: &App, by: &Grant<can::UpdateSetting>, version: i64, change: Change) -> Result<Settings> {
    app.db
        .transact(by, async |tx| {
            let mut tenant = part::hold(tx, by, version).await?;
            let before = Settings::try_from(&tenant)?;
            let after = change.applied(&before)?;
            if after.currency != before.currency && tenants::has_orders(tx).await? {
                let message = format!("There are orders in {}. The currency can only be changed before the first order.", before.currency);
                return Err(Error::conflict("currency_in_use", message));
            }
            tenant.name.clone_from(&after.name);
            tenant.currency = after.currency;
            tenant.environment.clone_from(&after.environment);
            let stored = Stored {
                checkout: after.checkout.clone(),
                refund_reasons: after.refund_reasons.clone(),
                address: after.address.clone(),
                vat_id: after.vat_id.clone(),
            };
            if let Ok(serde_json::Value::Object(stored)) = serde_json::to_value(stored) {
                // What other areas keep there stays.
                tenant.settings.0.extend(stored);
            }
            let version = part::save(tx, by, ("setting.update", tenant), (&before, &after)).await?;
            Ok(Settings { version, ..after })
        })
        .await
}
