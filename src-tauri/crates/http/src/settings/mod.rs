//! The settings of the tenant.

mod captcha;
mod checkout;
mod mails;
mod passwords;
mod retention;
mod seal;
mod sign_in;

use aide::axum::ApiRouter;
use aide::axum::routing::{get_with, post_with};
use axum::extract::State;
use purser_core::access::can;
use purser_core::checkout::ShippingBand;
use purser_core::seller::Seat;
use purser_core::{Currency, Error, Money, Patch};
use purser_service::App;
use purser_service::settings::{self, Change, Settings};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::extract::{Allowed, IfMatch, Json};
use crate::openapi::about;
use crate::reply::{Data, Versioned};

/// Routes of this area.
pub(crate) fn routes() -> ApiRouter<App> {
    ApiRouter::new()
        .api_route(
            "/settings",
            get_with(read_settings, about("getSettings", "settings", "The settings of the tenant"))
                .patch_with(update_settings, about("updateSettings", "settings", "Change settings")),
        )
        .api_route(
            "/settings/captcha",
            get_with(captcha::read, about("getCaptcha", "settings", "The puzzle after failed sign-ins"))
                .patch_with(captcha::update, about("updateCaptcha", "settings", "Change the puzzle after failed sign-ins")),
        )
        .api_route(
            "/settings/captcha/test",
            post_with(captcha::test, about("testCaptcha", "settings", "Ask the puzzle's maker whether it takes the secret")),
        )
        .api_route(
            "/settings/checkout",
            get_with(checkout::read, about("getCheckoutSettings", "settings", "Tax by country, ways of sending, how long goods are set aside"))
                .patch_with(checkout::update, about("updateCheckoutSettings", "settings", "Change tax by country and ways of sending")),
        )
        .api_route(
            "/settings/mails",
            get_with(mails::read, about("getCustomerMails", "settings", "Which mails customers get about their orders"))
                .patch_with(mails::update, about("updateCustomerMails", "settings", "Change which mails customers get about their orders")),
        )
        .api_route(
            "/settings/passwords",
            get_with(passwords::read, about("getPasswordPolicy", "settings", "What is asked of passwords"))
                .patch_with(passwords::update, about("updatePasswordPolicy", "settings", "Change what is asked of passwords")),
        )
        .api_route(
            "/settings/retention",
            get_with(retention::read, about("getRetention", "settings", "How long what is about people is kept"))
                .patch_with(retention::update, about("updateRetention", "settings", "Change how long what is about people is kept")),
        )
        .api_route("/settings/seal", get_with(seal::read, about("getSealKeys", "settings", "The keys private values are sealed with")))
        .api_route(
            "/settings/seal/rotate",
            post_with(seal::rotate, about("rotateSealKey", "settings", "Make a new key and seal everything anew with it")),
        )
        .api_route(
            "/settings/seal/renew",
            post_with(seal::renew, about("renewSeals", "settings", "Seal anew what is not sealed with the newest key")),
        )
        .api_route(
            "/settings/sign-in",
            get_with(sign_in::read, about("getSignInPolicy", "settings", "What is asked of whoever signs in"))
                .patch_with(sign_in::update, about("updateSignInPolicy", "settings", "Change what is asked of whoever signs in")),
        )
}

/// The settings of the tenant.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Settings")]
pub(crate) struct SettingsView {
    /// Name of the business.
    name: String,
    /// Where it sits, as its papers say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<Seat>,
    /// What its tax office calls it, as its papers say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    vat_id: Option<String>,
    currency: Currency,
    /// Tax on goods in basis points: 800 is 8 %.
    tax_rate_bp: i64,
    /// Shipping by weight, lightest first.
    shipping_bands: Vec<Band>,
    /// Goods worth at least this ship for nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    free_shipping_from: Option<Money>,
    /// Reasons offered when money is given back.
    refund_reasons: Vec<String>,
    /// `local`, `staging` or `production`.
    environment: String,
    /// Counts changes; the `ETag`.
    version: i64,
}

/// Parcels lighter than `underGrams` cost `price`; `null` is the last band, without an end.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "ShippingBand")]
pub(crate) struct Band {
    under_grams: Option<i64>,
    price: Money,
}

impl From<Settings> for SettingsView {
    fn from(settings: Settings) -> Self {
        let money = |amount| Money::new(amount, settings.currency);
        Self {
            tax_rate_bp: settings.checkout.tax_rate_bp,
            shipping_bands: settings
                .checkout
                .shipping_bands
                .iter()
                .map(|band| Band { under_grams: band.under_grams, price: money(band.price) })
                .collect(),
            free_shipping_from: settings.checkout.free_shipping_from.map(money),
            name: settings.name,
            address: settings.address,
            vat_id: settings.vat_id,
            currency: settings.currency,
            refund_reasons: settings.refund_reasons,
            environment: settings.environment,
            version: settings.version,
        }
    }
}

impl Versioned for SettingsView {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }
}

/// A change of settings: only what is mentioned changes.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "SettingsChange")]
pub(crate) struct ChangeBody {
    #[serde(default)]
    name: Patch<String>,
    /// `null`: none.
    #[serde(default)]
    address: Patch<Seat>,
    /// Capital letters and digits, such as `DE 123 456 789`; `null`: none.
    #[serde(default)]
    vat_id: Patch<String>,
    /// Only while there are no orders.
    #[serde(default)]
    currency: Patch<Currency>,
    #[serde(default)]
    tax_rate_bp: Patch<i64>,
    #[serde(default)]
    shipping_bands: Patch<Vec<Band>>,
    #[serde(default)]
    free_shipping_from: Patch<Money>,
    #[serde(default)]
    refund_reasons: Patch<Vec<String>>,
    #[serde(default)]
    environment: Patch<String>,
}

impl ChangeBody {
    /// Amounts have to be in the currency the tenant has, or is about to have.
    fn change(self, currency: Currency) -> purser_core::Result<Change> {
        let currency = self.currency.set().copied().unwrap_or(currency);
        let amount = |field: &str, money: Money| {
            if money.currency == currency {
                return Ok(money.amount);
            }
            Err(Error::invalid(field, "wrong_currency", format!("The amount has to be in {currency}.")))
        };
        let shipping_bands = match self.shipping_bands {
            Patch::Set(bands) => {
                let price = |(place, band): (usize, Band)| {
                    let price = amount(&format!("shippingBands[{place}].price"), band.price)?;
                    Ok(ShippingBand { under_grams: band.under_grams, price })
                };
                Patch::Set(bands.into_iter().enumerate().map(price).collect::<purser_core::Result<_>>()?)
            }
            Patch::Clear => Patch::Clear,
            Patch::Keep => Patch::Keep,
        };
        let free_shipping_from = match self.free_shipping_from {
            Patch::Set(from) => Patch::Set(amount("freeShippingFrom", from)?),
            Patch::Clear => Patch::Clear,
            Patch::Keep => Patch::Keep,
        };
        Ok(Change {
            name: self.name,
            address: self.address,
            vat_id: self.vat_id,
            currency: self.currency,
            environment: self.environment,
            tax_rate_bp: self.tax_rate_bp,
            shipping_bands,
            free_shipping_from,
            refund_reasons: self.refund_reasons,
        })
    }
}

async fn read_settings(State(app): State<App>, Allowed(by): Allowed<can::ReadSetting>) -> Result<Data<SettingsView>> {
    Ok(Data(settings::read(&app, &by).await?.into()))
}

async fn update_settings(
    State(app): State<App>,
    Allowed(by): Allowed<can::UpdateSetting>,
    IfMatch(version): IfMatch,
    Json(body): Json<ChangeBody>,
) -> Result<Data<SettingsView>> {
    let present = settings::read(&app, &by.and()?).await?;
    Ok(Data(settings::update(&app, &by, version, body.change(present.currency)?).await?.into()))
}
