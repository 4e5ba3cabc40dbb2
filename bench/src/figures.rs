//! Numbers as people read them, without floating point.

use std::time::Duration;

/// `12,345`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `3.7 ms`, `480 µs`, `2.1 s`.
pub(crate) fn time(duration: Duration) -> String {
    let micros = duration.as_micros();
    match micros {
        0..1_000 => format!("{micros} µs"),
        1_000..1_000_000 => format!("{}.{} ms", micros / 1_000, micros % 1_000 / 100),
        _ => format!("{}.{} s", micros / 1_000_000, micros % 1_000_000 / 100_000),
    }
}

/// `27.3 MB`, of a thousand thousand bytes each.
pub(crate) fn megabytes(bytes: u64) -> String {
    format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000)
}

/// How many times `small` fits in `large`, in hundredths.
pub(crate) fn hundredths(large: u64, small: u64) -> u64 {
    large.saturating_mul(100).checked_div(small).unwrap_or(0)
}

/// `2.35`.
pub(crate) fn ratio(hundredths: u64) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::{grouped, hundredths, ratio, time};
    use std::time::Duration;

    #[test]
    fn numbers_read_well() {
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(grouped(12), "12");
        assert_eq!(time(Duration::from_micros(3_740)), "3.7 ms");
        assert_eq!(time(Duration::from_millis(2_150)), "2.1 s");
        assert_eq!(ratio(hundredths(47, 20)), "2.35");
        assert_eq!(hundredths(1, 0), 0);
    }
}
