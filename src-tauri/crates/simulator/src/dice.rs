//! Chance that repeats: the same seed, the same throws, on every machine and with every version of every library.

/// A seeded walk (`SplitMix64`).
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    /// Dice that begin at `seed`.
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Any number.
    pub(crate) const fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `end`; 0 for an end of 0.
    pub(crate) const fn below(&mut self, end: u64) -> u64 {
        if end == 0 { 0 } else { self.throw() % end }
    }

    /// A number from `first` to `last`.
    pub(crate) fn between(&mut self, first: i64, last: i64) -> i64 {
        let width = u64::try_from(last.saturating_sub(first).saturating_add(1)).unwrap_or(1);
        first + i64::try_from(self.below(width)).unwrap_or(0)
    }

    /// Once in so many throws.
    pub(crate) const fn once_in(&mut self, many: u64) -> bool {
        self.below(many) == 0
    }

    /// One of these.
    pub(crate) fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        let place = usize::try_from(self.below(u64::try_from(of.len()).unwrap_or(0))).unwrap_or(0);
        of.get(place)
    }

    /// One of the last `most` of these.
    pub(crate) fn pick_late<'a, T>(&mut self, of: &'a [T], most: usize) -> Option<&'a T> {
        self.pick(&of[of.len().saturating_sub(most)..])
    }
}

#[cfg(test)]
mod tests {
    use super::Dice;

    #[test]
    fn throws_repeat_and_stay_within_bounds() {
        let (mut one, mut two) = (Dice::new(7), Dice::new(7));
        let throws: Vec<i64> = (0..1_000).map(|_| one.between(-3, 3)).collect();
        assert!(throws.iter().all(|throw| (-3..=3).contains(throw)));
        assert!((-3..=3).all(|wanted| throws.contains(&wanted)));
        assert_eq!(throws, (0..1_000).map(|_| two.between(-3, 3)).collect::<Vec<_>>());
        assert_eq!((one.below(0), one.pick::<u8>(&[])), (0, None));
    }
}
