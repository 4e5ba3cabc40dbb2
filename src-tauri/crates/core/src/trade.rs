//! How a tenant sells: rates of tax by country and class, whether prices carry it, ways goods are sent, how long they are set aside.

use serde::{Deserialize, Serialize};

use crate::catalog::TaxClass;
use crate::checkout::{Checkout, LARGEST, ShippingBand};
use crate::error::FieldError;
use crate::money::Money;

/// A rate of tax.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TaxRate {
    /// Where goods go, two letters; `null`: everywhere else.
    #[serde(default)]
    pub country: Option<String>,
    /// The class of the goods.
    pub tax_class: TaxClass,
    /// Basis points: 2,500 is 25 %.
    pub rate_bp: i64,
}

crate::text_enum! {
    /// What sending costs by.
    ShippingKind {
        /// Always the same.
        Flat = "flat",
        /// By the weight of the goods.
        ByWeight = "by_weight",
    }
}

/// A way goods are sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Method {
    /// What orders name it by.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// What it costs by.
    pub kind: ShippingKind,
    /// Of `flat`: minor units.
    #[serde(default)]
    pub price: i64,
    /// Of `by_weight`: lightest first, the last without an end.
    #[serde(default)]
    pub bands: Vec<ShippingBand>,
    /// Goods worth at least this many minor units are sent for nothing.
    #[serde(default)]
    pub free_from: Option<i64>,
    /// Where it goes; empty: everywhere.
    #[serde(default)]
    pub countries: Vec<String>,
    /// Whether it can be chosen.
    pub active: bool,
}

/// How a tenant sells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Trade {
    /// Whether prices carry their tax.
    pub prices_include_tax: bool,
    /// Rates of tax; what none is for has the rate of the settings, and the class `zero` none.
    pub tax_rates: Vec<TaxRate>,
    /// Ways goods are sent, the usual one first; none: by the bands of the settings.
    pub shipping_methods: Vec<Method>,
    /// Minutes the goods of a checkout are set aside for unless it is paid; `None`: for good.
    pub reserve_minutes: Option<i64>,
    /// Days a cart is kept that nobody touches.
    pub cart_days: i64,
    /// Days customers have to pay what is sold to them on account.
    pub account_days: i64,
}

impl Default for Trade {
    fn default() -> Self {
        Self {
            prices_include_tax: false,
            tax_rates: Vec::new(),
            shipping_methods: Vec::new(),
            reserve_minutes: Some(60),
            cart_days: 30,
            account_days: 30,
        }
    }
}

/// The longest goods are set aside for an order that is not paid: 30 days.
pub const MOST_MINUTES: i64 = 43_200;
/// The most rates of tax.
const MOST_RATES: usize = 1_000;
/// The most ways goods are sent.
const MOST_METHODS: usize = 50;
/// The code of the way that is there without any being set up.
pub const STANDARD: &str = "standard";

/// Whether these are the two capital letters of a country.
pub fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|letter| letter.is_ascii_uppercase())
}

impl Trade {
    /// The basis points goods of `class` are taxed at where they go to `country`; `usual`: the rate of the settings.
    pub fn rate(&self, country: &str, class: TaxClass, usual: i64) -> i64 {
        let find = |wanted: Option<&str>| self.tax_rates.iter().find(|rate| rate.tax_class == class && rate.country.as_deref() == wanted);
        find(Some(country)).or_else(|| find(None)).map_or(if class == TaxClass::Zero { 0 } else { usual }, |rate| rate.rate_bp)
    }

    /// The ways goods can go to `country`, the usual one first.
    pub fn methods(&self, country: &str, usual: &Checkout) -> Vec<Method> {
        if self.shipping_methods.is_empty() {
            return vec![Method {
                code: STANDARD.into(),
                name: "Standard".into(),
                kind: ShippingKind::ByWeight,
                price: 0,
                bands: usual.shipping_bands.clone(),
                free_from: usual.free_shipping_from,
                countries: Vec::new(),
                active: true,
            }];
        }
        let goes = |method: &&Method| method.active && (method.countries.is_empty() || method.countries.iter().any(|one| one == country));
        self.shipping_methods.iter().filter(goes).cloned().collect()
    }

    /// The settings, or every complaint about them.
    pub fn check(&self) -> Vec<FieldError> {
        let mut found = Vec::new();
        let mut complain = |field: String, code: &'static str, message: &str| found.push(FieldError::new(field, code, message));
        if self.tax_rates.len() > MOST_RATES {
            complain("taxRates".into(), "too_many", "At most 1,000 rates.");
        }
        for (place, rate) in self.tax_rates.iter().enumerate().take(MOST_RATES) {
            if rate.country.as_deref().is_some_and(|country| !is_country(country)) {
                complain(format!("taxRates[{place}].country"), "not_a_country", "Two capital letters, such as NO.");
            }
            if !(0..=10_000).contains(&rate.rate_bp) {
                complain(format!("taxRates[{place}].rateBp"), "out_of_range", "Between 0 and 10,000 basis points (100 %).");
            }
            let same = |other: &TaxRate| other.country == rate.country && other.tax_class == rate.tax_class;
            if self.tax_rates[..place].iter().any(same) {
                complain(format!("taxRates[{place}]"), "twice", "There is a rate for this country and class already.");
            }
        }
        if self.shipping_methods.len() > MOST_METHODS {
            complain("shippingMethods".into(), "too_many", "At most 50 ways.");
        }
        if self.reserve_minutes.is_some_and(|minutes| !(1..=MOST_MINUTES).contains(&minutes)) {
            complain("reserveMinutes".into(), "out_of_range", "From 1 minute to 43,200 (30 days), or nothing.");
        }
        if !(1..=365).contains(&self.cart_days) {
            complain("cartDays".into(), "out_of_range", "From 1 to 365 days.");
        }
        if !(1..=365).contains(&self.account_days) {
            complain("accountDays".into(), "out_of_range", "From 1 to 365 days.");
        }
        for (place, method) in self.shipping_methods.iter().enumerate().take(MOST_METHODS) {
            let twice = self.shipping_methods[..place].iter().any(|other| other.code == method.code);
            found.extend(method.check(&format!("shippingMethods[{place}]"), twice));
        }
        found
    }
}

impl Method {
    fn check(&self, at: &str, twice: bool) -> Vec<FieldError> {
        let mut found = Vec::new();
        let mut complain = |field: &str, code: &'static str, message: &str| found.push(FieldError::new(format!("{at}.{field}"), code, message));
        let plain = self.code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if self.code.is_empty() || self.code.len() > 40 || !plain {
            complain("code", "not_valid", "Up to 40 small letters, digits and hyphens.");
        } else if twice {
            complain("code", "twice", "Another way has this code.");
        }
        if self.name.trim().is_empty() {
            complain("name", "required", "This is needed.");
        } else if self.name.chars().count() > 100 {
            complain("name", "too_long", "At most 100 characters.");
        }
        if !(0..=LARGEST).contains(&self.price) {
            complain("price", "out_of_range", "An amount of 0 or more.");
        }
        if self.countries.len() > 250 {
            complain("countries", "too_many", "At most 250 countries.");
        }
        for (place, country) in self.countries.iter().enumerate().take(250) {
            if !is_country(country) {
                complain(&format!("countries[{place}]"), "not_a_country", "Two capital letters, such as NO.");
            }
        }
        if self.free_from.is_some_and(|from| !(0..=LARGEST).contains(&from)) {
            complain("freeFrom", "out_of_range", "An amount of 0 or more.");
        }
        match self.kind {
            ShippingKind::Flat if !self.bands.is_empty() => complain("bands", "not_of_this_kind", "Only what goes by weight has bands."),
            ShippingKind::Flat => {}
            ShippingKind::ByWeight if self.bands.is_empty() => complain("bands", "required", "What goes by weight needs at least one band."),
            ShippingKind::ByWeight if self.price != 0 => complain("price", "not_of_this_kind", "What goes by weight costs what its bands say."),
            ShippingKind::ByWeight => {
                let bands = Checkout { shipping_bands: self.bands.clone(), ..Checkout::default() };
                let renamed = bands
                    .check()
                    .into_iter()
                    .map(|error| FieldError { field: error.field.replace("shippingBands", &format!("{at}.bands")), ..error });
                found.extend(renamed);
            }
        }
        found
    }

    /// What sending `grams` of goods worth `goods` costs. What weighs nothing is not sent and costs nothing.
    pub fn price_of(&self, goods: Money, grams: i64) -> Money {
        let free = grams == 0 || self.free_from.is_some_and(|from| goods.amount >= from);
        let price = match self.kind {
            ShippingKind::Flat => self.price,
            ShippingKind::ByWeight => self.bands.iter().find(|band| band.under_grams.is_none_or(|under| grams < under)).map_or(0, |band| band.price),
        };
        Money::new(if free { 0 } else { price }, goods.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Currency;

    fn eur(amount: i64) -> Money {
        Money::new(amount, Currency::EUR)
    }

    fn flat(code: &str, price: i64, countries: &[&str]) -> Method {
        Method {
            code: code.into(),
            name: "By post".into(),
            kind: ShippingKind::Flat,
            price,
            bands: Vec::new(),
            free_from: None,
            countries: countries.iter().map(|country| (*country).to_owned()).collect(),
            active: true,
        }
    }

    #[test]
    fn a_rate_is_found_from_the_nearest_to_the_usual_one() {
        let rate = |country: Option<&str>, tax_class, rate_bp| TaxRate { country: country.map(str::to_owned), tax_class, rate_bp };
        let rates = vec![rate(Some("NO"), TaxClass::Standard, 2_500), rate(None, TaxClass::Reduced, 700), rate(Some("DE"), TaxClass::Zero, 100)];
        let trade = Trade { tax_rates: rates, ..Trade::default() };
        for (country, class, wanted) in [
            ("NO", TaxClass::Standard, 2_500),
            ("SE", TaxClass::Standard, 800),
            ("NO", TaxClass::Reduced, 700),
            ("NO", TaxClass::Low, 800),
            ("NO", TaxClass::Zero, 0),
            ("DE", TaxClass::Zero, 100),
        ] {
            assert_eq!(trade.rate(country, class, 800), wanted, "{country} {class}");
        }
    }

    #[test]
    fn goods_go_where_a_way_leads() {
        let usual = Checkout::default();
        let codes = |trade: &Trade, country| trade.methods(country, &usual).into_iter().map(|method| method.code).collect::<Vec<_>>();
        let bare = Trade::default();
        assert_eq!(codes(&bare, "NO"), [STANDARD]);
        assert_eq!(bare.methods("NO", &usual)[0].price_of(eur(5_000), 5_000), eur(1_000));
        let off = Method { active: false, ..flat("off", 1, &[]) };
        let trade = Trade { shipping_methods: vec![flat("home", 300, &["NO", "SE"]), off, flat("world", 900, &[])], ..Trade::default() };
        assert_eq!((codes(&trade, "NO"), codes(&trade, "DE")), (vec!["home".into(), "world".into()], vec!["world".to_owned()]));
        let free = Method { free_from: Some(5_000), ..flat("free", 300, &[]) };
        assert_eq!([(4_999, 1), (5_000, 1), (1, 0)].map(|(goods, grams)| free.price_of(eur(goods), grams).amount), [300, 0, 0]);
    }

    #[test]
    fn settings_that_make_no_sense_are_named() {
        assert!(Trade::default().check().is_empty());
        let rate = TaxRate { country: Some("no".into()), tax_class: TaxClass::Low, rate_bp: 10_001 };
        let bands = vec![ShippingBand { under_grams: Some(5), price: 1 }];
        let heavy = Method { kind: ShippingKind::ByWeight, bands, ..flat("home", 0, &["X"]) };
        let bad = Trade {
            tax_rates: vec![rate.clone(), rate],
            shipping_methods: vec![flat("home", -1, &[]), heavy, Method { name: " ".into(), ..flat("A B", 0, &[]) }],
            reserve_minutes: Some(0),
            cart_days: 0,
            account_days: 0,
            ..Trade::default()
        };
        let fields: Vec<_> = bad.check().into_iter().map(|error| format!("{} {}", error.field, error.code)).collect();
        let wanted = [
            "taxRates[0].country not_a_country",
            "taxRates[0].rateBp out_of_range",
            "taxRates[1].country not_a_country",
            "taxRates[1].rateBp out_of_range",
            "taxRates[1] twice",
            "reserveMinutes out_of_range",
            "cartDays out_of_range",
            "accountDays out_of_range",
            "shippingMethods[0].price out_of_range",
            "shippingMethods[1].code twice",
            "shippingMethods[1].countries[0] not_a_country",
            "shippingMethods[1].bands no_last_band",
            "shippingMethods[2].code not_valid",
            "shippingMethods[2].name required",
        ];
        assert_eq!(fields, wanted);
    }
}
