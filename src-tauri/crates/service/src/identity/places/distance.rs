//! How far apart two countries are at the least: from border to border, in a table made of a map. Nobody can have gone less.
//!
//! `PURSERKM`, the number of countries (2 bytes), two letters a country in order, then for each country its distances to those before it, in
//! hundreds of kilometres, rounded down with a hundred to spare.

const MARK: usize = 8;
const HEAD: usize = 10;

/// What it is made of stands beside the file.
static TABLE: &[u8] = include_bytes!("../../../data/distances.bin");

fn place(country: &str) -> Option<usize> {
    let count = usize::from(u16::from_be_bytes([TABLE[MARK], TABLE[MARK + 1]]));
    let countries = TABLE.get(HEAD..HEAD + count * 2)?;
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        match countries[middle * 2..middle * 2 + 2].cmp(country.as_bytes()) {
            std::cmp::Ordering::Equal => return Some(middle),
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
        }
    }
    None
}

/// At least so many kilometres lie between two countries; nothing if either is not on the map.
pub fn kilometres(one: &str, other: &str) -> Option<i64> {
    let (one, other) = (place(one)?, place(other)?);
    let (low, high) = (one.min(other), one.max(other));
    if low == high {
        return Some(0);
    }
    let count = usize::from(u16::from_be_bytes([TABLE[MARK], TABLE[MARK + 1]]));
    let hundreds = TABLE.get(HEAD + count * 2 + high * (high - 1) / 2 + low)?;
    Some(i64::from(*hundreds) * 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_touch_and_oceans_lie_between() {
        assert_eq!((kilometres("DE", "FR"), kilometres("NO", "NO")), (Some(0), Some(0)));
        // From Ireland to Canada it is further than from Norway to Denmark.
        assert!(kilometres("NO", "DK").unwrap() <= 100);
        assert!((2_000..3_500).contains(&kilometres("IE", "CA").unwrap()));
        assert!((7_000..12_000).contains(&kilometres("NO", "SG").unwrap()));
        assert_eq!(kilometres("AU", "NO"), kilometres("NO", "AU"));
        assert_eq!((kilometres("NO", "XX"), kilometres("here", "NO"), kilometres("", "NO")), (None, None, None));
    }
}
