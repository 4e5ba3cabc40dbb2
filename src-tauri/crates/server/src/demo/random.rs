//! Repeatable chance: the same seed gives the same business.

use purser_core::Timestamp;
use uuid::Uuid;

/// A stream of numbers fixed by its seed (the generator `SplitMix64`).
#[derive(Clone, Debug)]
pub(super) struct Rng(u64);

impl Rng {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A stream of its own for thing number `which`.
    pub(super) fn branch(&self, which: u64) -> Self {
        let mut rng = Self(self.0 ^ which.wrapping_mul(0xD6E8_FEB8_6659_FD93));
        rng.next();
        rng
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From 0 to `end`, without `end`; 0 when there is nothing to choose from.
    pub(super) fn below(&mut self, end: i64) -> i64 {
        let wide = u128::from(self.next()) * u128::try_from(end.max(0)).unwrap_or(0);
        i64::try_from(wide >> 64).unwrap_or(0)
    }

    /// From `least` to `most`, both included.
    pub(super) fn between(&mut self, least: i64, most: i64) -> i64 {
        least + self.below(most - least + 1)
    }

    /// A place in a list of this length.
    pub(super) fn place(&mut self, length: usize) -> usize {
        usize::try_from(self.below(i64::try_from(length).unwrap_or(0))).unwrap_or(0)
    }

    /// A place in a list of this length, the first ones far more often.
    pub(super) fn early(&mut self, length: usize) -> usize {
        let wide = u128::from(self.next() >> 32) * u128::from(self.next() >> 32);
        usize::try_from((wide * u128::try_from(length).unwrap_or(0)) >> 64).unwrap_or(0)
    }

    /// One of the list.
    pub(super) fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        let place = self.place(list.len());
        &list[place]
    }

    /// One of the list by its weight.
    pub(super) fn weighted<T: Copy>(&mut self, list: &[(T, i64)]) -> T {
        let mut left = self.below(list.iter().map(|(_, weight)| weight).sum());
        for (value, weight) in list {
            left -= weight;
            if left < 0 {
                return *value;
            }
        }
        list[0].0
    }

    /// True in so many of 10,000 cases.
    pub(super) fn chance(&mut self, of_ten_thousand: i64) -> bool {
        self.below(10_000) < of_ten_thousand
    }

    /// An id made at `at`, sorting by that time.
    pub(super) fn id<T: From<Uuid>>(&mut self, at: Timestamp) -> T {
        let ms = u128::try_from(at.millis()).unwrap_or(0);
        let random = u128::from(self.next());
        let bits = (ms << 80) | (0x7 << 76) | ((random >> 52) << 64) | (0b10 << 62) | u128::from(self.next() >> 2);
        T::from(Uuid::from_u128(bits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_in_their_bounds_and_repeat() {
        let mut rng = Rng::new(7);
        let drawn: Vec<i64> = (0..1_000).map(|_| rng.between(3, 9)).collect();
        assert!(drawn.iter().all(|n| (3..=9).contains(n)) && drawn.contains(&3) && drawn.contains(&9));
        assert!((0..1_000).all(|_| rng.early(10) < 10) && rng.below(0) == 0 && rng.place(0) == 0);
        let (a, b): (Uuid, Uuid) = (Rng::new(1).id(Timestamp::from_micros(5_000)), Rng::new(1).id(Timestamp::from_micros(5_000)));
        assert_eq!((a, a.get_version_num()), (b, 7));
    }
}
