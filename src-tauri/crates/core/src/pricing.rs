//! What goods come to: the lines, what coupons take off, tax by rate, sending. Exact: parts always sum to their whole.

use std::collections::BTreeMap;

use crate::catalog::TaxClass;
use crate::checkout::{Checkout, LARGEST, Totals};
use crate::coupons::{Off, Terms, complaints, take_off};
use crate::error::{Error, Result};
use crate::money::{Currency, Money};
use crate::time::Timestamp;
use crate::trade::{Method, Trade};

/// One line to be priced.
#[derive(Clone, Copy, Debug)]
pub struct Good {
    /// Price of all its pieces.
    pub total: Money,
    /// How it is taxed.
    pub class: TaxClass,
    /// Weight of all its pieces.
    pub grams: i64,
    /// The rate it was taxed at that day, if it was sold before.
    pub rate_bp: Option<i64>,
}

/// The tax at one rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaxPart {
    /// Basis points.
    pub rate_bp: i64,
    /// What it is on, without it.
    pub base: Money,
    /// How much it is.
    pub tax: Money,
}

/// A way goods can be sent, and what it costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// What orders name it by.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// What it costs.
    pub price: Money,
}

/// The rate and the tax of each line.
type LineTaxes = Vec<(i64, Money)>;

/// What goods come to.
#[derive(Clone, Debug)]
pub struct Priced {
    /// The sums.
    pub totals: Totals,
    /// What each coupon takes off.
    pub off: Off,
    /// The tax by rate, lowest first.
    pub taxes: Vec<TaxPart>,
    /// The rate and the tax of each line; they sum to the tax.
    pub lines: Vec<(i64, Money)>,
    /// Whether the prices of the lines carry their tax.
    pub with_tax: bool,
    /// How it is sent.
    pub method: Option<Offer>,
    /// The ways it could be sent.
    pub offers: Vec<Offer>,
}

/// Who sells, how, and where it goes.
#[derive(Clone, Copy, Debug)]
pub struct Deal<'a> {
    /// The usual tax and shipping.
    pub checkout: &'a Checkout,
    /// Everything beyond.
    pub trade: &'a Trade,
    /// Currency of every amount.
    pub currency: Currency,
    /// Where it goes, two letters; empty: nobody said yet.
    pub country: &'a str,
    /// The way it shall be sent; `None`: the usual one.
    pub method: Option<&'a str>,
}

impl Deal<'_> {
    /// What `goods` come to at `now`, less what `coupons` take off.
    ///
    /// # Errors
    /// Coupons that do not count, a way that does not lead there, and more than an order can be worth.
    pub fn price(&self, goods: &[Good], coupons: &[Terms], now: Timestamp) -> Result<Priced> {
        let zero = Money::zero(self.currency);
        let (mut shown, mut grams) = (zero, 0_i64);
        for good in goods {
            shown = shown.plus(good.total)?;
            grams = grams.saturating_add(good.grams);
        }
        let wrong = complaints(coupons, shown, now);
        if !wrong.is_empty() {
            return Err(Error::Unprocessable(wrong));
        }
        let off = take_off(coupons, shown)?;
        let (taxes, lines) = self.taxes(goods)?;
        let tax = taxes.iter().try_fold(zero, |sum, part| sum.plus(part.tax))?;
        let subtotal = if self.trade.prices_include_tax { shown.minus(tax)? } else { shown };
        let (offers, method) = self.sending((shown, grams), off.free_shipping)?;
        let shipping = method.as_ref().map_or(zero, |method| method.price);
        let full = subtotal.plus(tax)?.plus(shipping)?;
        let discount = Money::new(off.total.clamp(0, full.amount), self.currency);
        let total = full.minus(discount)?;
        if total.amount > LARGEST {
            return Err(Error::unprocessable("items", "too_large", "The order is worth more than Purser can take."));
        }
        let totals = Totals { subtotal, discount, tax, shipping, total };
        Ok(Priced { totals, off, taxes, lines, with_tax: self.trade.prices_include_tax, method, offers })
    }

    /// The ways that lead there, and the one that is taken.
    fn sending(&self, (goods, grams): (Money, i64), free: bool) -> Result<(Vec<Offer>, Option<Offer>)> {
        let ways = self.trade.methods(self.country, self.checkout);
        let price = |method: &Method| if free { Money::zero(self.currency) } else { method.price_of(goods, grams) };
        let offer = |method: &Method| Offer { code: method.code.clone(), name: method.name.clone(), price: price(method) };
        let offers: Vec<Offer> = ways.iter().map(offer).collect();
        let chosen = match self.method {
            None => offers.first().cloned(),
            Some(code) => match offers.iter().find(|offer| offer.code == code) {
                Some(offer) => Some(offer.clone()),
                None if self.trade.shipping_methods.iter().any(|method| method.code == code && method.active) => {
                    return Err(Error::unprocessable("shippingMethod", "not_there", "This way does not lead to that country."));
                }
                None => return Err(Error::unprocessable("shippingMethod", "unknown_method", "There is no such way of sending.")),
            },
        };
        // What weighs nothing needs no way.
        if chosen.is_none() && grams > 0 {
            return Err(Error::unprocessable("shippingMethod", "no_shipping", "Nothing is sent to that country."));
        }
        Ok((offers, chosen))
    }

    /// The tax by rate, rounded once for each, and what of it falls on each line.
    fn taxes(&self, goods: &[Good]) -> Result<(Vec<TaxPart>, LineTaxes)> {
        let today = |good: &Good| self.trade.rate(self.country, good.class, self.checkout.tax_rate_bp);
        let rates: Vec<i64> = goods.iter().map(|good| good.rate_bp.unwrap_or_else(|| today(good))).collect();
        let mut by_rate: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
        for (place, rate) in rates.iter().enumerate() {
            by_rate.entry(*rate).or_default().push(place);
        }
        let mut lines: Vec<(i64, Money)> = rates.iter().map(|rate| (*rate, Money::zero(self.currency))).collect();
        let mut parts = Vec::with_capacity(by_rate.len());
        for (rate_bp, places) in by_rate {
            let shown = places.iter().try_fold(Money::zero(self.currency), |sum, place| sum.plus(goods[*place].total))?;
            let tax = if self.trade.prices_include_tax { included(shown, rate_bp) } else { shown.rate(rate_bp)? };
            let base = if self.trade.prices_include_tax { shown.minus(tax)? } else { shown };
            parts.push(TaxPart { rate_bp, base, tax });
            let totals: Vec<i64> = places.iter().map(|place| goods[*place].total.amount).collect();
            for (place, share) in places.iter().zip(tax.split(&totals)) {
                lines[*place].1 = share;
            }
        }
        Ok((parts, lines))
    }
}

/// The tax that is in a price of `rate_bp`, rounded half away from zero.
fn included(shown: Money, rate_bp: i64) -> Money {
    let whole = i128::from(10_000 + rate_bp.max(0));
    let exact = i128::from(shown.amount) * i128::from(rate_bp.max(0));
    // Never more than the price itself, so it fits.
    Money::new(i64::try_from((2 * exact + whole) / (2 * whole)).unwrap_or(0), shown.currency)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coupons::CouponKind;
    use crate::trade::TaxRate;
    use proptest::prelude::*;

    fn eur(amount: i64) -> Money {
        Money::new(amount, Currency::EUR)
    }

    fn good(total: i64, class: TaxClass, grams: i64) -> Good {
        Good { total: eur(total), class, grams, rate_bp: None }
    }

    fn rate(tax_class: TaxClass, rate_bp: i64) -> TaxRate {
        TaxRate { country: None, tax_class, rate_bp }
    }

    fn priced(trade: &Trade, goods: &[Good], coupons: &[Terms]) -> Priced {
        let checkout = Checkout::default();
        let terms = Deal { checkout: &checkout, trade, currency: Currency::EUR, country: "NO", method: None };
        terms.price(goods, coupons, Timestamp::from_micros(1)).unwrap()
    }

    fn percent(percent_bp: i64) -> Terms {
        Terms {
            code: "C".into(),
            kind: CouponKind::Percent,
            percent_bp,
            amount: 0,
            min_subtotal: 0,
            starts_at: None,
            ends_at: None,
            stackable: true,
            active: true,
        }
    }

    #[test]
    fn the_vector_net_and_gross() {
        let net = priced(&Trade::default(), &[good(5_000, TaxClass::Standard, 3_000)], &[]);
        let Totals { subtotal, tax, shipping, total, .. } = net.totals;
        assert_eq!((subtotal, tax, shipping, total), (eur(5_000), eur(400), eur(500), eur(5_900)));
        assert_eq!(net.method.map(|way| way.code).as_deref(), Some("standard"));
        let trade = Trade { prices_include_tax: true, ..Trade::default() };
        let gross = priced(&trade, &[good(5_400, TaxClass::Standard, 3_000)], &[]);
        let Totals { subtotal, tax, shipping, total, .. } = gross.totals;
        assert_eq!((subtotal, tax, shipping, total), (eur(5_000), eur(400), eur(500), eur(5_900)));
    }

    #[test]
    fn each_class_has_its_rate_and_each_rate_is_rounded_once() {
        let trade = Trade { tax_rates: vec![rate(TaxClass::Standard, 2_500), rate(TaxClass::Reduced, 1_250)], ..Trade::default() };
        let goods = [(333, TaxClass::Standard), (333, TaxClass::Standard), (101, TaxClass::Reduced), (50, TaxClass::Zero)];
        let found = priced(&trade, &goods.map(|(total, class)| good(total, class, 0)), &[]);
        let parts: Vec<_> = found.taxes.iter().map(|part| (part.rate_bp, part.base.amount, part.tax.amount)).collect();
        assert_eq!(parts, [(0, 50, 0), (1_250, 101, 13), (2_500, 666, 167)]);
        assert_eq!(found.lines.iter().map(|line| line.1.amount).collect::<Vec<_>>(), [84, 83, 13, 0]);
        assert_eq!(found.totals.total, eur(50 + 101 + 666 + 180));
    }

    #[test]
    fn a_way_that_does_not_lead_there_is_refused() {
        let checkout = Checkout::default();
        let home = Method { code: "home".into(), countries: vec!["SE".into()], ..Trade::default().methods("", &checkout).remove(0) };
        let trade = Trade { shipping_methods: vec![home], ..Trade::default() };
        let ask = |country, method, grams| {
            let terms = Deal { checkout: &checkout, trade: &trade, currency: Currency::EUR, country, method };
            match terms.price(&[good(100, TaxClass::Standard, grams)], &[], Timestamp::from_micros(1)) {
                Ok(_) => "fine".to_owned(),
                Err(Error::Unprocessable(found)) => found[0].code.to_string(),
                Err(error) => panic!("{error}"),
            }
        };
        let asked = [ask("SE", None, 1), ask("NO", None, 1), ask("NO", None, 0), ask("NO", Some("home"), 1), ask("SE", Some("boat"), 1)];
        assert_eq!(asked, ["fine", "no_shipping", "fine", "not_there", "unknown_method"]);
    }

    proptest! {
        #[test]
        fn parts_sum_to_their_whole(
            lines in proptest::collection::vec((0_i64..1_000_000, 0_usize..4, 0_i64..20_000), 1..20),
            rates in (0_i64..=10_000, 0_i64..=10_000, 0_i64..=10_000),
            with_tax: bool,
            off in 0_i64..=10_000,
        ) {
            let tax_rates = vec![rate(TaxClass::Standard, rates.0), rate(TaxClass::Reduced, rates.1), rate(TaxClass::Low, rates.2)];
            let trade = Trade { prices_include_tax: with_tax, tax_rates, ..Trade::default() };
            let goods: Vec<Good> = lines.iter().map(|(total, class, grams)| good(*total, TaxClass::ALL[*class], *grams)).collect();
            let found = priced(&trade, &goods, &[percent(off)]);
            let Totals { subtotal, discount, tax, shipping, total } = found.totals;
            prop_assert_eq!(total.amount, subtotal.amount - discount.amount + tax.amount + shipping.amount);
            prop_assert!(total.amount >= 0 && subtotal.amount >= 0 && discount.amount >= 0);
            prop_assert_eq!(found.lines.iter().map(|line| line.1.amount).sum::<i64>(), tax.amount);
            prop_assert_eq!(found.taxes.iter().map(|part| part.tax.amount).sum::<i64>(), tax.amount);
            prop_assert_eq!(found.taxes.iter().map(|part| part.base.amount).sum::<i64>(), subtotal.amount);
            let shown: i64 = lines.iter().map(|line| line.0).sum();
            prop_assert_eq!(shown, subtotal.amount + if with_tax { tax.amount } else { 0 });
            for (line, good) in found.lines.iter().zip(&goods) {
                prop_assert!(line.1.amount >= 0 && (!with_tax || line.1.amount <= good.total.amount));
            }
        }
    }
}
