//! Amounts as PayPal writes them, and back without rounding.

use purser_core::Money;
use serde_json::{Value, json};

use super::wire::Moved;

/// An amount as PayPal writes it.
pub(super) fn amount(money: Money) -> Value {
    json!({ "currency_code": money.currency.as_str(), "value": money.decimal() })
}

/// What was taken, in minor units: the amount that was asked for unless PayPal says another that can be read exactly.
pub(super) fn taken(capture: &Moved, asked: Money) -> i64 {
    let said = capture.amount.as_ref().and_then(|amount| minor(&amount.value, asked.currency.exponent()));
    said.unwrap_or(asked.amount)
}

/// `59.00` in minor units.
fn minor(text: &str, exponent: u32) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let places = usize::try_from(exponent).ok()?;
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(part) || part.len() > places {
        return None;
    }
    format!("{whole}{part:0<places$}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::minor;

    #[test]
    fn amounts_are_read_exactly_or_not_at_all() {
        assert_eq!((minor("59.00", 2), minor("59", 2), minor("59.5", 2), minor("1000", 0)), (Some(5_900), Some(5_900), Some(5_950), Some(1_000)));
        for bad in ["59.001", "-1", "1e3", "", ".5", "1.2.3", "99999999999999999999"] {
            assert_eq!(minor(bad, 2), None, "{bad}");
        }
        assert_eq!(minor("1.5", 0), None);
    }
}
