//! What an order costs: tax, shipping by weight, and the total, from the settings of the tenant.

use serde::{Deserialize, Serialize};

use crate::error::{Error, FieldError, Result};
use crate::money::Money;
use crate::weight::Weight;

/// One step of the shipping table: parcels lighter than `under_grams` cost `price`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ShippingBand {
    /// The weight, in grams, this band ends before; `null` for the last band, which has no end.
    pub under_grams: Option<i64>,
    /// Price in minor units of the tenant's currency.
    pub price: i64,
}

/// How a tenant computes totals. The defaults: 8 % tax, shipping 5.00 below 5 kg, 10.00 below 10 kg, else 15.00.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Checkout {
    /// Tax on the goods in basis points: 800 is 8 %.
    pub tax_rate_bp: i64,
    /// Shipping by weight, lightest first. Something weightless ships for nothing.
    pub shipping_bands: Vec<ShippingBand>,
    /// Goods worth at least this many minor units ship for nothing.
    pub free_shipping_from: Option<i64>,
}

impl Default for Checkout {
    fn default() -> Self {
        let band = |under_grams, price| ShippingBand { under_grams, price };
        let shipping_bands = vec![band(Some(5_000), 500), band(Some(10_000), 1_000), band(None, 1_500)];
        Self { tax_rate_bp: 800, shipping_bands, free_shipping_from: None }
    }
}

/// What an order adds up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Totals {
    /// The goods.
    pub subtotal: Money,
    /// Taken off.
    pub discount: Money,
    /// Tax on the goods.
    pub tax: Money,
    /// Shipping.
    pub shipping: Money,
    /// What the customer owes.
    pub total: Money,
}

/// The largest order: a billion major units of a two-decimal currency, far from where sums of orders could overflow.
pub const LARGEST: i64 = 100_000_000_000;

impl Checkout {
    /// The settings, or every complaint about them.
    pub fn check(&self) -> Vec<FieldError> {
        let mut found = Vec::new();
        let mut complain = |field: String, code, message: &str| found.push(FieldError::new(field, code, message));
        if !(0..=10_000).contains(&self.tax_rate_bp) {
            complain("taxRateBp".into(), "out_of_range", "Between 0 and 10,000 basis points (100 %).");
        }
        if self.free_shipping_from.is_some_and(|from| !(0..=LARGEST).contains(&from)) {
            complain("freeShippingFrom".into(), "out_of_range", "An amount of 0 or more.");
        }
        if self.shipping_bands.len() > 20 {
            complain("shippingBands".into(), "too_many", "At most 20 bands.");
        }
        let last = self.shipping_bands.len().saturating_sub(1);
        let mut floor = 0;
        for (place, band) in self.shipping_bands.iter().enumerate() {
            let field = |name| format!("shippingBands[{place}].{name}");
            if !(0..=LARGEST).contains(&band.price) {
                complain(field("price"), "out_of_range", "An amount of 0 or more.");
            }
            match band.under_grams {
                Some(under) if under > floor && under <= Weight::MAX.grams() => floor = under,
                Some(_) => complain(field("underGrams"), "out_of_order", "Each band has to end at a greater weight than the one before."),
                None if place == last => {}
                None => complain(field("underGrams"), "out_of_order", "Only the last band may be without an end."),
            }
        }
        if self.shipping_bands.last().is_some_and(|band| band.under_grams.is_some()) {
            complain("shippingBands".into(), "no_last_band", "The last band has to be without an end, for everything heavier.");
        }
        found
    }

    /// What shipping `grams` of goods worth `goods` costs.
    pub fn shipping(&self, goods: Money, grams: i64) -> Money {
        let free = grams == 0 || self.free_shipping_from.is_some_and(|from| goods.amount >= from);
        let band = self.shipping_bands.iter().find(|band| band.under_grams.is_none_or(|under| grams < under));
        Money::new(if free { 0 } else { band.map_or(0, |band| band.price) }, goods.currency)
    }

    /// The totals of an order for goods worth `subtotal`, weighing `grams`, less `discount`. The total is never below zero.
    pub fn totals(&self, subtotal: Money, discount: Money, grams: i64) -> Result<Totals> {
        let tax = subtotal.rate(self.tax_rate_bp)?;
        let shipping = self.shipping(subtotal, grams);
        let full = subtotal.plus(tax)?.plus(shipping)?;
        let discount = Money::new(discount.amount.clamp(0, full.amount), discount.currency);
        let total = full.minus(discount)?;
        if total.amount > LARGEST {
            return Err(Error::unprocessable("items", "too_large", "The order is worth more than Purser can take."));
        }
        Ok(Totals { subtotal, discount, tax, shipping, total })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Currency;

    fn eur(amount: i64) -> Money {
        Money::new(amount, Currency::EUR)
    }

    #[test]
    fn the_vector() {
        let totals = Checkout::default().totals(eur(5_000), eur(0), 3_000).unwrap();
        assert_eq!((totals.tax, totals.shipping, totals.total), (eur(400), eur(500), eur(5_900)));
    }

    #[test]
    fn bands_end_before_their_weight() {
        let checkout = Checkout::default();
        for (grams, price) in [(0, 0), (1, 500), (4_990, 500), (5_000, 1_000), (9_990, 1_000), (10_000, 1_500), (90_000_000, 1_500)] {
            assert_eq!(checkout.shipping(eur(5_000), grams), eur(price), "{grams}");
        }
        let free = Checkout { free_shipping_from: Some(5_000), ..checkout };
        assert_eq!((free.shipping(eur(4_999), 1), free.shipping(eur(5_000), 1)), (eur(500), eur(0)));
    }

    #[test]
    fn a_discount_never_makes_a_total_negative() {
        let totals = Checkout::default().totals(eur(100), eur(1_000_000), 0).unwrap();
        assert_eq!((totals.discount, totals.total), (eur(108), eur(0)));
    }

    #[test]
    fn settings_that_make_no_sense_are_named() {
        assert!(Checkout::default().check().is_empty());
        let bands = vec![ShippingBand { under_grams: None, price: -1 }, ShippingBand { under_grams: Some(5), price: 1 }];
        let bad = Checkout { tax_rate_bp: 10_001, shipping_bands: bands, free_shipping_from: Some(-1) };
        let fields: Vec<_> = bad.check().into_iter().map(|error| error.field).collect();
        assert_eq!(fields, ["taxRateBp", "freeShippingFrom", "shippingBands[0].price", "shippingBands[0].underGrams", "shippingBands"]);
    }

    #[test]
    fn settings_survive_json_and_default_when_missing() {
        assert_eq!(serde_json::from_str::<Checkout>("{}").unwrap(), Checkout::default());
        let text = serde_json::to_string(&Checkout::default()).unwrap();
        assert!(text.starts_with("{\"taxRateBp\":800,\"shippingBands\":[{\"underGrams\":5000,\"price\":500}"), "{text}");
    }
}
