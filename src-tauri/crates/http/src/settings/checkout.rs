//! How the tenant sells: tax by country and class, ways of sending, how long goods are set aside.

use axum::extract::State;
use purser_core::access::can;
use purser_core::checkout::ShippingBand;
use purser_core::trade::{Method, ShippingKind, TaxRate};
use purser_core::{Currency, Error, Money, Patch};
use purser_service::App;
use purser_service::trade::{self, Change, Terms};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Band;
use crate::Result;
use crate::extract::{Allowed, IfMatch, Json};
use crate::reply::{Data, Versioned};

/// A way goods are sent.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "ShippingMethod")]
struct MethodView {
    /// What orders name it by: small letters, digits, hyphens.
    code: String,
    /// What people call it.
    name: String,
    kind: ShippingKind,
    /// Of `flat`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    price: Option<Money>,
    /// Of `by_weight`: lightest first, the last without an end.
    #[serde(default)]
    bands: Vec<Band>,
    /// Goods worth at least this are sent for nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    free_from: Option<Money>,
    /// Where it goes, two letters each; empty: everywhere.
    #[serde(default)]
    countries: Vec<String>,
    active: bool,
}

impl MethodView {
    fn of(method: Method, currency: Currency) -> Self {
        let money = |amount| Money::new(amount, currency);
        let band = |band: ShippingBand| Band { under_grams: band.under_grams, price: money(band.price) };
        Self {
            price: (method.kind == ShippingKind::Flat).then(|| money(method.price)),
            bands: method.bands.into_iter().map(band).collect(),
            free_from: method.free_from.map(money),
            code: method.code,
            name: method.name,
            kind: method.kind,
            countries: method.countries,
            active: method.active,
        }
    }

    /// The method, its amounts in the currency of the tenant.
    fn method(self, at: &str, currency: Currency) -> purser_core::Result<Method> {
        let amount = |field: &str, money: Money| {
            if money.currency == currency {
                return Ok(money.amount);
            }
            Err(Error::invalid(format!("{at}.{field}"), "wrong_currency", format!("The amount has to be in {currency}.")))
        };
        let band = |(place, band): (usize, Band)| {
            let price = amount(&format!("bands[{place}].price"), band.price)?;
            Ok(ShippingBand { under_grams: band.under_grams, price })
        };
        if self.kind == ShippingKind::Flat && self.price.is_none() {
            return Err(Error::invalid(format!("{at}.price"), "required", "This is needed."));
        }
        Ok(Method {
            price: self.price.map(|price| amount("price", price)).transpose()?.unwrap_or(0),
            bands: self.bands.into_iter().enumerate().map(band).collect::<purser_core::Result<_>>()?,
            free_from: self.free_from.map(|from| amount("freeFrom", from)).transpose()?,
            code: self.code,
            name: self.name,
            kind: self.kind,
            countries: self.countries,
            active: self.active,
        })
    }
}

/// How the tenant sells.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "CheckoutSettings")]
pub(super) struct CheckoutView {
    /// Whether prices carry their tax.
    prices_include_tax: bool,
    /// Rates by country and class. What none is for has `taxRateBp` of the settings, and the class `zero` no tax.
    tax_rates: Vec<TaxRate>,
    /// The usual way first. None: one way, by the bands of the settings.
    shipping_methods: Vec<MethodView>,
    /// Minutes the goods of a checkout are set aside for unless it is paid. Absent: for good, but for an hour where customers who can pay order
    /// by themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    reserve_minutes: Option<i64>,
    /// Days a cart is kept that nobody touches.
    cart_days: i64,
    /// Days customers have to pay what is sold to them on account.
    account_days: i64,
    /// Counts changes of all settings; the `ETag`.
    version: i64,
}

impl From<Terms> for CheckoutView {
    fn from(Terms { trade, currency, version }: Terms) -> Self {
        Self {
            prices_include_tax: trade.prices_include_tax,
            tax_rates: trade.tax_rates,
            shipping_methods: trade.shipping_methods.into_iter().map(|method| MethodView::of(method, currency)).collect(),
            reserve_minutes: trade.reserve_minutes,
            cart_days: trade.cart_days,
            account_days: trade.account_days,
            version,
        }
    }
}

impl Versioned for CheckoutView {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }
}

/// A change: only what is mentioned changes; a list changes whole.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(rename = "CheckoutSettingsChange")]
pub(super) struct ChangeBody {
    prices_include_tax: Patch<bool>,
    tax_rates: Patch<Vec<TaxRate>>,
    shipping_methods: Patch<Vec<MethodView>>,
    /// From 1 to 43,200; `null`: for good, but for an hour where customers who can pay order by themselves.
    reserve_minutes: Patch<i64>,
    /// From 1 to 365.
    cart_days: Patch<i64>,
    /// From 1 to 365.
    account_days: Patch<i64>,
}

impl ChangeBody {
    fn change(self, currency: Currency) -> purser_core::Result<Change> {
        let shipping_methods = match self.shipping_methods {
            Patch::Set(methods) => {
                let method = |(place, method): (usize, MethodView)| method.method(&format!("shippingMethods[{place}]"), currency);
                Patch::Set(methods.into_iter().enumerate().map(method).collect::<purser_core::Result<_>>()?)
            }
            Patch::Clear => Patch::Clear,
            Patch::Keep => Patch::Keep,
        };
        let Self { prices_include_tax, tax_rates, reserve_minutes, cart_days, account_days, .. } = self;
        Ok(Change { prices_include_tax, tax_rates, shipping_methods, reserve_minutes, cart_days, account_days })
    }
}

pub(super) async fn read(State(app): State<App>, Allowed(by): Allowed<can::ReadSetting>) -> Result<Data<CheckoutView>> {
    Ok(Data(trade::read(&app, &by).await?.into()))
}

pub(super) async fn update(
    State(app): State<App>,
    Allowed(by): Allowed<can::UpdateSetting>,
    IfMatch(version): IfMatch,
    Json(body): Json<ChangeBody>,
) -> Result<Data<CheckoutView>> {
    let present = trade::read(&app, &by.and()?).await?;
    Ok(Data(trade::update(&app, &by, version, body.change(present.currency)?).await?.into()))
}
