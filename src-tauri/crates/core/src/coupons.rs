//! Coupons: what one takes off, when it counts, and which of them go together.

use crate::error::{Checks, FieldError};
use crate::money::Money;
use crate::time::Timestamp;

crate::text_enum! {
    /// What a coupon takes off.
    CouponKind {
        /// A share of the goods.
        Percent = "percent",
        /// An amount, at most the goods.
        Fixed = "fixed",
        /// The shipping.
        FreeShipping = "free_shipping",
    }
}

/// The most coupons of one order.
pub const MOST_COUPONS: usize = 5;

/// What a coupon says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// What customers write.
    pub code: String,
    /// What it takes off.
    pub kind: CouponKind,
    /// Of a share: basis points of the goods.
    pub percent_bp: i64,
    /// Of an amount: minor units.
    pub amount: i64,
    /// Goods it needs, in minor units.
    pub min_subtotal: i64,
    /// Since when it counts.
    pub starts_at: Option<Timestamp>,
    /// Until when, that instant not included.
    pub ends_at: Option<Timestamp>,
    /// Whether it goes together with others.
    pub stackable: bool,
    /// Whether it counts at all.
    pub active: bool,
}

impl Terms {
    /// As an order keeps it that used it: what it takes off, whatever has become of its conditions since.
    #[must_use]
    pub fn kept(self) -> Self {
        Self { min_subtotal: 0, starts_at: None, ends_at: None, stackable: true, active: true, ..self }
    }
}

/// What coupons take off an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Off {
    /// For each coupon, in minor units; of free shipping nothing, for it is not charged.
    pub each: Vec<i64>,
    /// All of them.
    pub total: i64,
    /// Whether the shipping is free.
    pub free_shipping: bool,
}

/// The code as it is kept: capitals, no spaces around.
pub fn code(given: &str) -> String {
    given.trim().to_uppercase()
}

/// Complain about a code that can not be kept.
pub fn check_code(checks: &mut Checks, field: &str, code: &str) {
    let plain = code.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    checks.text(field, code, 40).that(plain, field, "not_valid", "Letters, digits, hyphens and underscores.");
}

/// Why coupons can not be used for goods worth `subtotal` at `now`; the numbers are their places.
pub fn complaints(coupons: &[Terms], subtotal: Money, now: Timestamp) -> Vec<FieldError> {
    let mut found = Vec::new();
    for (place, coupon) in coupons.iter().enumerate() {
        let mut complain = |code, message: String| found.push(FieldError::new(format!("coupons[{place}]"), code, message));
        if !coupon.active || coupon.ends_at.is_some_and(|end| end <= now) {
            complain("coupon_over", format!("{} can no longer be used.", coupon.code));
        } else if coupon.starts_at.is_some_and(|start| start > now) {
            complain("coupon_not_yet", format!("{} can not be used yet.", coupon.code));
        } else if subtotal.amount < coupon.min_subtotal {
            let least = Money::new(coupon.min_subtotal, subtotal.currency);
            complain("coupon_minimum", format!("{} needs goods worth at least {} {}.", coupon.code, least.decimal(), least.currency));
        } else if !coupon.stackable && coupons.len() > 1 {
            complain("coupon_alone", format!("{} can not be used together with others.", coupon.code));
        }
    }
    found
}

/// What coupons take off goods worth `subtotal`: each counts on the whole of the goods, in the order given, and together never more than them.
pub fn take_off(coupons: &[Terms], subtotal: Money) -> crate::Result<Off> {
    let (mut each, mut left, mut free_shipping) = (Vec::with_capacity(coupons.len()), subtotal.amount, false);
    for coupon in coupons {
        let wanted = match coupon.kind {
            CouponKind::Percent => subtotal.rate(coupon.percent_bp)?.amount,
            CouponKind::Fixed => coupon.amount,
            CouponKind::FreeShipping => {
                free_shipping = true;
                0
            }
        };
        let off = wanted.clamp(0, left);
        left -= off;
        each.push(off);
    }
    Ok(Off { total: subtotal.amount - left, each, free_shipping })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Currency;

    fn coupon(kind: CouponKind, value: i64) -> Terms {
        Terms {
            code: "C".into(),
            kind,
            percent_bp: value,
            amount: value,
            min_subtotal: 0,
            starts_at: None,
            ends_at: None,
            stackable: true,
            active: true,
        }
    }

    fn eur(amount: i64) -> Money {
        Money::new(amount, Currency::EUR)
    }

    #[test]
    fn coupons_never_take_more_than_the_goods() {
        // Every pair of kinds over many subtotals: each part is at least nothing, and together they are the whole and no more than the goods.
        for subtotal in [0, 1, 3, 99, 100, 5_000, 5_001] {
            for one in CouponKind::ALL {
                for other in CouponKind::ALL {
                    for value in [0, 1, 333, 5_000, 9_999, 10_000] {
                        let off = take_off(&[coupon(*one, value), coupon(*other, value)], eur(subtotal)).unwrap();
                        assert!(off.each.iter().all(|part| *part >= 0), "{off:?}");
                        assert_eq!(off.each.iter().sum::<i64>(), off.total);
                        assert!(off.total <= subtotal, "{off:?} of {subtotal}");
                    }
                }
            }
        }
        let off = take_off(&[coupon(CouponKind::Percent, 1_000), coupon(CouponKind::Fixed, 700), coupon(CouponKind::FreeShipping, 0)], eur(5_000));
        assert_eq!(off.unwrap(), Off { each: vec![500, 700, 0], total: 1_200, free_shipping: true });
    }

    #[test]
    fn a_coupon_counts_in_its_time_for_enough_goods_and_in_company_it_bears() {
        let at = |micros| Some(Timestamp::from_micros(micros));
        let now = Timestamp::from_micros(10);
        let codes =
            |coupons: &[Terms]| -> Vec<String> { complaints(coupons, eur(100), now).into_iter().map(|error| error.code.into_owned()).collect() };
        let fine = coupon(CouponKind::Fixed, 1);
        assert!(codes(&[fine.clone(), fine.clone()]).is_empty());
        for (other, code) in [
            (Terms { active: false, ..fine.clone() }, "coupon_over"),
            (Terms { ends_at: at(10), ..fine.clone() }, "coupon_over"),
            (Terms { starts_at: at(11), ..fine.clone() }, "coupon_not_yet"),
            (Terms { min_subtotal: 101, ..fine.clone() }, "coupon_minimum"),
        ] {
            assert_eq!(codes(&[other]), [code]);
        }
        let alone = Terms { stackable: false, ..fine.clone() };
        assert!(codes(std::slice::from_ref(&alone)).is_empty());
        assert_eq!(codes(&[alone, fine]), ["coupon_alone"]);
    }
}
