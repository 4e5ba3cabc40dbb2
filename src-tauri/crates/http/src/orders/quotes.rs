//! What goods would come to, on the wire.

use purser_core::Money;
use purser_core::pricing::{Offer, Priced, TaxPart};
use schemars::JsonSchema;
use serde::Serialize;

use crate::reply::Versioned;

/// The tax at one rate.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "TaxPart")]
struct TaxView {
    /// Basis points: 800 is 8 %.
    rate_bp: i64,
    /// What it is on, without it.
    base: Money,
    tax: Money,
}

impl From<TaxPart> for TaxView {
    fn from(part: TaxPart) -> Self {
        Self { rate_bp: part.rate_bp, base: part.base, tax: part.tax }
    }
}

/// A way goods can be sent, and what it costs.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ShippingOffer")]
struct OfferView {
    code: String,
    name: String,
    price: Money,
}

impl From<Offer> for OfferView {
    fn from(offer: Offer) -> Self {
        Self { code: offer.code, name: offer.name, price: offer.price }
    }
}

/// What goods would come to.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Quote")]
pub(crate) struct QuoteView {
    /// The goods, without their tax.
    subtotal: Money,
    discount: Money,
    tax: Money,
    shipping: Money,
    total: Money,
    /// Whether the prices of the lines carry their tax.
    prices_include_tax: bool,
    /// The tax by rate, lowest first.
    taxes: Vec<TaxView>,
    /// Code of the way it is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    shipping_method: Option<String>,
    /// The ways it can be sent.
    shipping_methods: Vec<OfferView>,
}

impl From<Priced> for QuoteView {
    fn from(priced: Priced) -> Self {
        Self {
            subtotal: priced.totals.subtotal,
            discount: priced.totals.discount,
            tax: priced.totals.tax,
            shipping: priced.totals.shipping,
            total: priced.totals.total,
            prices_include_tax: priced.with_tax,
            taxes: priced.taxes.into_iter().map(TaxView::from).collect(),
            shipping_method: priced.method.map(|method| method.code),
            shipping_methods: priced.offers.into_iter().map(OfferView::from).collect(),
        }
    }
}

impl Versioned for QuoteView {}
