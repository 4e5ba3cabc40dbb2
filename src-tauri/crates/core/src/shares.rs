//! How an amount falls on what an order is made of: goods, the discount on them, tax, shipping; and what single pieces of a line are worth.
//!
//! Largest remainder everywhere, so that parts sum to the whole, and every row of parts that uses a whole up gives back each of its four
//! figures exactly.

use crate::money::{Currency, Money};

/// How an amount falls on what an order is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Shares {
    /// The goods, after the discount.
    pub goods: i64,
    /// The tax.
    pub tax: i64,
    /// The shipping.
    pub shipping: i64,
    /// What had been taken off the goods: with it, they are what the lines say.
    #[serde(default)]
    pub discount: i64,
}

/// A line of an order, as far as its worth goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Pieces.
    pub quantity: i64,
    /// Price of all of them, before any discount and without any tax.
    pub total: i64,
    /// Their tax, where it is known by line.
    pub tax: Option<i64>,
    /// Whether they came in after the discount was given: none of it falls on them.
    pub late: bool,
}

/// `part * times / of`, rounded down; nothing of nothing.
fn portion(part: i64, times: i64, of: i64) -> i64 {
    if of <= 0 {
        return 0;
    }
    i64::try_from(i128::from(part) * i128::from(times) / i128::from(of)).unwrap_or(i64::MAX)
}

fn split(amount: i64, weights: &[i64]) -> Vec<i64> {
    Money::new(amount, Currency::EUR).split(weights).into_iter().map(|part| part.amount).collect()
}

impl Shares {
    /// Everything together.
    pub const fn sum(self) -> i64 {
        self.goods.saturating_add(self.tax).saturating_add(self.shipping)
    }

    /// The goods before the discount.
    pub const fn gross(self) -> i64 {
        self.goods.saturating_add(self.discount)
    }

    /// What an order of these totals is made of. The discount comes off the goods, then tax, then shipping.
    pub fn of_order(subtotal: i64, discount: i64, tax: i64, shipping: i64) -> Self {
        let goods = (subtotal - discount).max(0);
        let left = discount - (subtotal - goods);
        let tax_left = (tax - left).max(0);
        let left = left - (tax - tax_left);
        Self { goods, tax: tax_left, shipping: (shipping - left).max(0), discount: subtotal - goods }
    }

    /// How what was `paid` falls on an order made of `self`, to which `extra` was added after that was paid: first on the one, then on the other.
    #[must_use]
    pub fn covered(self, extra: Self, paid: Money) -> Self {
        if paid.amount <= self.sum() {
            return self.take(Self::default(), paid);
        }
        self.plus(extra.take(Self::default(), Money::new(paid.amount - self.sum(), paid.currency)))
    }

    /// What is left of `self` after `used`.
    #[must_use]
    pub fn left(self, used: Self) -> Self {
        Self {
            goods: (self.goods - used.goods).max(0),
            tax: (self.tax - used.tax).max(0),
            shipping: (self.shipping - used.shipping).max(0),
            discount: (self.discount - used.discount).max(0),
        }
    }

    /// How `amount` falls on what is left of `self` after `used`. The parts sum to `amount` and never take more of a part than is left,
    /// so any row of partial amounts that sums to the whole gives back each part exactly.
    #[must_use]
    pub fn take(self, used: Self, amount: Money) -> Self {
        let left = self.left(used);
        let parts = amount.split(&[left.goods, left.tax, left.shipping]);
        let (goods, tax, shipping) = (parts[0].amount, parts[1].amount, parts[2].amount);
        Self { goods, tax, shipping, discount: left.discount_of(goods, goods + tax + shipping, portion(left.discount, goods, left.goods)) }
    }

    /// `wanted`, as far as it is left of `self` after `used`: no part takes more than there is.
    #[must_use]
    pub fn fit(self, used: Self, wanted: Self) -> Self {
        let left = self.left(used);
        let (goods, tax) = (wanted.goods.clamp(0, left.goods), wanted.tax.clamp(0, left.tax));
        let shipping = wanted.shipping.clamp(0, left.shipping);
        Self { goods, tax, shipping, discount: left.discount_of(goods, goods + tax + shipping, wanted.discount) }
    }

    /// The discount that goes along with `goods` of what is left: all of it with the last of the goods, else `usual`.
    fn discount_of(self, goods: i64, amount: i64, usual: i64) -> i64 {
        if amount == self.sum() || (self.goods > 0 && goods == self.goods) { self.discount } else { usual.clamp(0, self.discount) }
    }

    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            goods: self.goods + other.goods,
            tax: self.tax + other.tax,
            shipping: self.shipping + other.shipping,
            discount: self.discount + other.discount,
        }
    }

    /// One less the other, part by part; a part may be negative.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self {
            goods: self.goods - other.goods,
            tax: self.tax - other.tax,
            shipping: self.shipping - other.shipping,
            discount: self.discount - other.discount,
        }
    }

    /// What each line of an order made of `self` is worth: the discount falls on the lines by their price; the tax by theirs, or where nobody
    /// knows it by what is left of the price.
    /// The lines sum to the goods, the discount and the tax of the order; shipping belongs to none.
    pub fn of_lines(self, lines: &[Piece]) -> Vec<Self> {
        let totals: Vec<i64> = lines.iter().map(|line| line.total).collect();
        let early: Vec<i64> = lines.iter().map(|line| if line.late { 0 } else { line.total }).collect();
        let discounts = split(self.discount, &early);
        let nets: Vec<i64> = totals.iter().zip(&discounts).map(|(total, discount)| total - discount).collect();
        let taxes = self.taxes_of(lines, &nets);
        let worth = |((goods, discount), tax): ((&i64, &i64), &i64)| Self { goods: *goods, tax: *tax, shipping: 0, discount: *discount };
        nets.iter().zip(&discounts).zip(&taxes).map(worth).collect()
    }

    /// The tax of each line: by what is known of each; where that is known of some only, the others share the rest by what is left of their price.
    fn taxes_of(self, lines: &[Piece], nets: &[i64]) -> Vec<i64> {
        let known: i64 = lines.iter().filter_map(|line| line.tax).sum();
        if known <= 0 {
            return split(self.tax, nets);
        }
        if known > self.tax || lines.iter().all(|line| line.tax.is_some()) {
            return split(self.tax, &lines.iter().map(|line| line.tax.unwrap_or(0)).collect::<Vec<_>>());
        }
        let open: Vec<i64> = lines.iter().zip(nets).map(|(line, net)| if line.tax.is_some() { 0 } else { *net }).collect();
        let rest = split(self.tax - known, &open);
        lines.iter().zip(rest).map(|(line, rest)| line.tax.unwrap_or(0) + rest).collect()
    }

    /// What `count` of `pieces` are worth that together are worth `self`. Taken from what is left each time, any row of them that uses a
    /// line up is worth exactly the line.
    #[must_use]
    pub fn pieces(self, pieces: i64, count: i64) -> Self {
        let part = |part: i64| portion(part, count, pieces);
        let discount = part(self.discount);
        Self { goods: part(self.gross()) - discount, tax: part(self.tax), shipping: part(self.shipping), discount }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn eur(amount: i64) -> Money {
        Money::new(amount, Currency::EUR)
    }

    #[test]
    fn shares_of_an_order_sum_to_its_total() {
        assert_eq!(Shares::of_order(5_000, 0, 400, 500), Shares { goods: 5_000, tax: 400, shipping: 500, discount: 0 });
        assert_eq!(Shares::of_order(100, 105, 8, 5), Shares { goods: 0, tax: 3, shipping: 5, discount: 100 });
        assert_eq!(Shares::of_order(100, 113, 8, 5).sum(), 0);
    }

    #[test]
    fn partial_amounts_give_back_each_share_exactly() {
        let whole = Shares { goods: 5_000, tax: 401, shipping: 499, discount: 333 };
        let mut used = Shares::default();
        for amount in [1, 1, 333, 1_000, 2_565, 1_999, 1] {
            let part = whole.take(used, eur(amount));
            assert_eq!(part.sum(), amount);
            used = used.plus(part);
            assert!(used.goods <= whole.goods && used.tax <= whole.tax && used.shipping <= whole.shipping);
        }
        assert_eq!(used, whole);
    }

    #[test]
    fn what_cost_nothing_comes_back_with_the_last_of_the_rest() {
        // All goods were free: the discount comes back once the shipping has.
        let whole = Shares::of_order(1_000, 1_000, 0, 500);
        let first = whole.take(Shares::default(), eur(200));
        assert_eq!(first, Shares { shipping: 200, ..Shares::default() });
        assert_eq!(first.plus(whole.take(first, eur(300))), whole);
    }

    #[test]
    fn what_was_added_later_is_paid_after_the_rest() {
        let (base, extra) = (Shares { goods: 4_860, tax: 432, shipping: 500, discount: 540 }, Shares { goods: 800, tax: 64, ..Shares::default() });
        assert_eq!(base.covered(extra, eur(5_792)), base);
        assert_eq!(base.covered(extra, eur(5_792 + 864)), base.plus(extra));
        assert_eq!(base.covered(extra, eur(5_792 + 432)).minus(base), Shares { goods: 400, tax: 32, ..Shares::default() });
        let piece = |total, late| Piece { quantity: 1, total, tax: Some(total * 8 / 100), late };
        let worth = base.plus(extra).of_lines(&[piece(5_400, false), piece(800, true)]);
        assert_eq!(worth, [Shares { shipping: 0, ..base }, extra]);
        // Of what was sold elsewhere nobody knows the tax by line.
        let worth = base.plus(extra).of_lines(&[Piece { tax: None, ..piece(5_400, false) }, piece(800, true)]);
        assert_eq!(worth, [Shares { shipping: 0, ..base }, extra]);
    }

    fn within(used: Shares, whole: Shares) -> bool {
        used.goods <= whole.goods && used.tax <= whole.tax && used.shipping <= whole.shipping && used.discount <= whole.discount
    }

    prop_compose! {
        fn lines()(lines in prop::collection::vec((1..9_i64, 0..90_000_i64), 1..8)) -> Vec<Piece> {
            lines.into_iter().map(|(quantity, price)| Piece { quantity, total: quantity * price, tax: None, late: false }).collect()
        }
    }

    /// An order of some lines; discount and tax in any relation to them.
    fn order() -> impl Strategy<Value = (Vec<Piece>, Shares)> {
        (lines(), 0..10_000_i64, 0..3_000_i64, 0..5_000_i64).prop_map(|(lines, off, rate, shipping)| {
            let subtotal: i64 = lines.iter().map(|line| line.total).sum();
            let discount = subtotal * off / 10_000;
            let tax = (subtotal - discount) * rate / 10_000;
            let whole = Shares::of_order(subtotal, discount, tax, shipping);
            (lines, whole)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn lines_sum_to_the_order((lines, whole) in order()) {
            let worth = whole.of_lines(&lines);
            let sum = worth.iter().fold(Shares::default(), |sum, line| sum.plus(*line));
            prop_assert_eq!(sum, Shares { shipping: 0, ..whole });
            for (line, worth) in lines.iter().zip(&worth) {
                prop_assert_eq!(worth.gross(), line.total);
                prop_assert!(worth.goods >= 0 && worth.discount >= 0 && worth.tax >= 0);
            }
        }

        #[test]
        fn any_row_of_pieces_is_worth_its_line((lines, whole) in order(), steps in prop::collection::vec(1..5_i64, 1..12)) {
            for (line, worth) in lines.iter().zip(whole.of_lines(&lines)) {
                let (mut gone, mut sum) = (0, Shares::default());
                for step in steps.iter().copied().chain([i64::MAX]) {
                    let count = step.min(line.quantity - gone);
                    let part = worth.minus(sum).pieces(line.quantity - gone, count);
                    prop_assert!(part.goods >= 0 && part.tax >= 0 && part.discount >= 0);
                    prop_assert_eq!(part.gross(), count * (line.total / line.quantity));
                    (gone, sum) = (gone + count, sum.plus(part));
                }
                prop_assert_eq!(sum, worth);
            }
        }

        /// Amounts and pieces in any mix, each as far as it goes, and then the rest: never more than the whole, and in the end exactly it.
        #[test]
        fn any_mix_ends_exactly_at_the_whole((lines, whole) in order(), steps in prop::collection::vec((0..2_i32, 0..8_usize, 1..60_000_i64), 0..16)) {
            let worth = whole.of_lines(&lines);
            let (mut used, mut gone, mut done) = (Shares::default(), vec![0; lines.len()], vec![Shares::default(); lines.len()]);
            for (kind, place, amount) in steps {
                let left = whole.sum() - used.sum();
                let place = place % lines.len();
                let part = if kind == 0 {
                    let part = whole.take(used, eur(amount.min(left)));
                    prop_assert_eq!(part.sum(), amount.min(left));
                    part
                } else {
                    let count = (amount % 4).min(lines[place].quantity - gone[place]);
                    let wanted = worth[place].minus(done[place]).pieces(lines[place].quantity - gone[place], count);
                    (gone[place], done[place]) = (gone[place] + count, done[place].plus(wanted));
                    whole.fit(used, wanted)
                };
                prop_assert!(part.goods >= 0 && part.tax >= 0 && part.shipping >= 0 && part.discount >= 0);
                used = used.plus(part);
                prop_assert!(within(used, whole), "{:?} of {:?}", used, whole);
            }
            let rest = whole.take(used, eur(whole.sum() - used.sum()));
            prop_assert_eq!(used.plus(rest), whole);
        }

        /// One amount over several payments: each gets its share, and together they are the amount's.
        #[test]
        fn parts_of_parts_sum_to_the_part((_, whole) in order(), first in 0..50_000_i64, second in 0..50_000_i64) {
            let amount = first.min(whole.sum());
            let part = whole.take(Shares::default(), eur(amount));
            let cut = second.min(part.sum());
            let one = part.take(Shares::default(), eur(cut));
            let other = part.take(one, eur(part.sum() - cut));
            prop_assert_eq!(one.sum(), cut);
            prop_assert_eq!(one.plus(other), part);
        }
    }
}
