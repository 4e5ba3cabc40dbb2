//! Money: whole minor units and a currency. No float ever touches an amount; a rate is basis points; a product's remainder rule is stated.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// An ISO 4217 currency code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

/// Currencies whose minor unit is not a hundredth, from the ISO 4217 table: code and number of decimals.
const EXPONENTS: &[(&str, u32)] = &[
    ("BHD", 3),
    ("BIF", 0),
    ("CLP", 0),
    ("DJF", 0),
    ("GNF", 0),
    ("IQD", 3),
    ("ISK", 0),
    ("JOD", 3),
    ("JPY", 0),
    ("KMF", 0),
    ("KRW", 0),
    ("KWD", 3),
    ("LYD", 3),
    ("OMR", 3),
    ("PYG", 0),
    ("RWF", 0),
    ("TND", 3),
    ("UGX", 0),
    ("VND", 0),
    ("VUV", 0),
    ("XAF", 0),
    ("XOF", 0),
    ("XPF", 0),
];

/// Currencies with two decimals that Purser knows. A code outside both tables is refused, so a typing slip is not a currency.
const HUNDREDTHS: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP \
    CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD \
    KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON \
    RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR \
    ZMW ZWL";

impl Currency {
    /// The euro, the default of a new tenant.
    pub const EUR: Self = Self(*b"EUR");

    /// The three letters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("???")
    }

    /// How many decimals the minor unit stands for: 2 for EUR, 0 for JPY, 3 for KWD.
    pub fn exponent(self) -> u32 {
        EXPONENTS.iter().find(|(code, _)| *code == self.as_str()).map_or(2, |(_, exponent)| *exponent)
    }
}

impl std::str::FromStr for Currency {
    type Err = crate::text::UnknownWord;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = EXPONENTS.iter().any(|(code, _)| *code == text) || (text.len() == 3 && HUNDREDTHS.split_whitespace().any(|c| c == text));
        match <[u8; 3]>::try_from(text.as_bytes()) {
            Ok(code) if known => Ok(Self(code)),
            _ => Err(crate::text::UnknownWord(text.to_owned())),
        }
    }
}

impl TryFrom<String> for Currency {
    type Error = crate::text::UnknownWord;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl std::fmt::Display for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::fmt::Debug for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(|_| serde::de::Error::custom("not a currency code such as EUR"))
    }
}

impl schemars::JsonSchema for Currency {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Currency".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 4217 code"})
    }
}

/// An amount in minor units of one currency. May be negative (a ledger entry); a price or a refund checks its own sign.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// Whole minor units: 5900 is 59.00 EUR.
    pub amount: i64,
    /// The currency of the amount.
    pub currency: Currency,
}

impl Money {
    /// `amount` minor units of `currency`.
    pub const fn new(amount: i64, currency: Currency) -> Self {
        Self { amount, currency }
    }

    /// Nothing, in `currency`.
    pub const fn zero(currency: Currency) -> Self {
        Self { amount: 0, currency }
    }

    /// The sum. [`Error::Unprocessable`] for two currencies or a sum past what 64 bits hold.
    pub fn plus(self, other: Self) -> Result<Self> {
        self.same_currency(other)?;
        let amount = self.amount.checked_add(other.amount).ok_or_else(too_large)?;
        Ok(Self { amount, ..self })
    }

    /// The difference, under the rules of [`Money::plus`].
    pub fn minus(self, other: Self) -> Result<Self> {
        self.same_currency(other)?;
        let amount = self.amount.checked_sub(other.amount).ok_or_else(too_large)?;
        Ok(Self { amount, ..self })
    }

    /// `quantity` times this amount.
    pub fn times(self, quantity: i64) -> Result<Self> {
        let amount = self.amount.checked_mul(quantity).ok_or_else(too_large)?;
        Ok(Self { amount, ..self })
    }

    /// The share at `rate_bp` basis points (800 = 8 %), rounded half away from zero to the minor unit.
    pub fn rate(self, rate_bp: i64) -> Result<Self> {
        let exact = i128::from(self.amount) * i128::from(rate_bp);
        let half = if exact < 0 { -5_000 } else { 5_000 };
        let amount = i64::try_from((exact + half) / 10_000).map_err(|_| too_large())?;
        Ok(Self { amount, ..self })
    }

    /// Split this amount over `weights` so that the parts sum to it exactly (largest remainder; ties go to the earlier part).
    ///
    /// Weights must not be negative. All-zero weights put everything on the first part.
    pub fn split(self, weights: &[i64]) -> Vec<Self> {
        let total: i128 = weights.iter().map(|w| i128::from(*w)).sum();
        if weights.is_empty() {
            return Vec::new();
        }
        let (sign, whole) = (self.amount.signum(), i128::from(self.amount).abs());
        let mut parts: Vec<(i128, i128)> = weights
            .iter()
            .enumerate()
            .map(|(i, w)| match total {
                0 => (if i == 0 { whole } else { 0 }, 0),
                _ => (whole * i128::from(*w) / total, whole * i128::from(*w) % total),
            })
            .collect();
        let mut left = whole - parts.iter().map(|part| part.0).sum::<i128>();
        let mut order: Vec<usize> = (0..parts.len()).collect();
        order.sort_by_key(|i| std::cmp::Reverse(parts[*i].1));
        for i in order {
            if left == 0 {
                break;
            }
            parts[i].0 += 1;
            left -= 1;
        }
        let part = |p: i128| Self { amount: i64::try_from(p).unwrap_or(i64::MAX) * sign, ..self };
        parts.into_iter().map(|(p, _)| part(p)).collect()
    }

    /// `59.00`: the amount without its currency, as spreadsheets and other programs read it.
    pub fn decimal(self) -> String {
        let text = self.to_string();
        text.split_once(' ').map_or(text.clone(), |(amount, _)| amount.to_owned())
    }

    fn same_currency(self, other: Self) -> Result<()> {
        if self.currency == other.currency {
            return Ok(());
        }
        Err(Error::invalid("currency", "wrong_currency", format!("The amount is in {}; it has to be in {}.", other.currency, self.currency)))
    }
}

/// `59.00 EUR`, for logs and command lines; the console formats by the reader's language.
impl std::fmt::Display for Money {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let decimals = self.currency.exponent();
        let unit = 10_u64.pow(decimals);
        let (whole, part) = (self.amount.unsigned_abs() / unit, self.amount.unsigned_abs() % unit);
        let sign = if self.amount < 0 { "-" } else { "" };
        match usize::try_from(decimals) {
            Ok(width) if width > 0 => write!(f, "{sign}{whole}.{part:0width$} {}", self.currency),
            _ => write!(f, "{sign}{whole} {}", self.currency),
        }
    }
}

fn too_large() -> Error {
    Error::invalid("amount", "too_large", "The amount is larger than Purser can hold.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn eur(amount: i64) -> Money {
        Money::new(amount, Currency::EUR)
    }

    #[test]
    fn tax_of_the_checkout_vector() {
        assert_eq!(eur(5_000).rate(800).unwrap(), eur(400));
        assert_eq!(eur(1).rate(5_000).unwrap(), eur(1));
        assert_eq!(eur(-1).rate(5_000).unwrap(), eur(-1));
    }

    #[test]
    fn a_split_sums_to_the_whole() {
        assert_eq!(eur(100).split(&[1, 1, 1]), [eur(34), eur(33), eur(33)]);
        assert_eq!(eur(7).split(&[0, 0]), [eur(7), eur(0)]);
        assert!(eur(5).split(&[]).is_empty());
    }

    #[test]
    fn overflow_and_mixed_currencies_are_errors() {
        assert!(eur(i64::MAX).plus(eur(1)).is_err());
        assert!(eur(1).plus(Money::new(1, "USD".parse().unwrap())).is_err());
        assert!("EUX".parse::<Currency>().is_err());
        assert_eq!(Money::new(1500, "JPY".parse().unwrap()).to_string(), "1500 JPY");
        assert_eq!(eur(-5_905).to_string(), "-59.05 EUR");
    }
}
