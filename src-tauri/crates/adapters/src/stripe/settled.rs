//! Sums of an account that settles in another currency than the charge. A line of Stripe's says what moved as it was settled, and names the
//! charge, refund or dispute with its own amount and currency: the two together are the rate Stripe applied, to the cent and without a
//! fraction of a rate. Our books keep the currency of the charge, so a fee is put into it at that very rate.

use purser_core::Currency;

/// `fee` of a line that settled as `settled`, in the currency in which the same was `own`; half a unit goes up.
pub(super) fn in_own_currency(fee: i64, settled: i64, own: i64) -> i64 {
    let (fee, settled, own) = (i128::from(fee), i128::from(settled).abs(), i128::from(own).abs());
    if settled == 0 {
        return 0;
    }
    let half_up = (fee.abs() * own * 2 + settled) / (settled * 2);
    i64::try_from(half_up * fee.signum()).unwrap_or(i64::MAX)
}

/// A currency as Stripe writes it.
pub(super) fn currency(text: &str) -> Option<Currency> {
    text.to_uppercase().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::in_own_currency;

    #[test]
    fn fees_follow_the_rate_of_their_line() {
        // 59.00 EUR settled as 64.90 USD, of which 2.18 were kept: 1.98 EUR.
        assert_eq!(in_own_currency(218, 6_490, 5_900), 198);
        // A yen has no hundredths: 5,000 JPY settled as 32.50 USD, of which 1.24 were kept.
        assert_eq!(in_own_currency(124, 3_250, 5_000), 191);
        // What is given back goes the other way, and signs of the line change nothing.
        assert_eq!(in_own_currency(-1_500, 6_490, 5_900), -in_own_currency(1_500, -6_490, -5_900));
        assert_eq!((in_own_currency(1, 2, 1), in_own_currency(0, 100, 100), in_own_currency(5, 0, 100)), (1, 0, 0));
    }
}
