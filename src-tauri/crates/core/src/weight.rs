//! Weights: whole grams inside, kilograms with at most three decimals in JSON. No float takes part in a sum.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A weight in grams. Never negative, at most [`Weight::MAX`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Weight(i64);

impl Weight {
    /// The heaviest thing that can be sold: 100 tonnes.
    pub const MAX: Self = Self(100_000_000);

    /// From grams; `None` outside 0 to [`Weight::MAX`].
    pub const fn from_grams(grams: i64) -> Option<Self> {
        if grams < 0 || grams > Self::MAX.0 { None } else { Some(Self(grams)) }
    }

    /// Grams.
    pub const fn grams(self) -> i64 {
        self.0
    }

    /// Read `1.25` as 1,250 grams. Up to three decimals; no sign, no exponent.
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || whole.len() > 9 || part.len() > 3 || !digits(whole) || !digits(part) {
            return None;
        }
        let grams: i64 = format!("{whole}{part:0<3}").parse().ok()?;
        Self::from_grams(grams)
    }
}

/// Kilograms: `1.25`.
impl fmt::Display for Weight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0 / 1_000, self.0 % 1_000);
        if part == 0 {
            return write!(f, "{whole}");
        }
        let part = format!("{part:03}");
        write!(f, "{whole}.{}", part.trim_end_matches('0'))
    }
}

impl Serialize for Weight {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 % 1_000 == 0 {
            return serializer.serialize_i64(self.0 / 1_000);
        }
        // Nine digits and three decimals: the nearest double prints as the same decimal.
        let number: f64 = self.to_string().parse().map_err(serde::ser::Error::custom)?;
        serializer.serialize_f64(number)
    }
}

impl<'de> Deserialize<'de> for Weight {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Kilograms;
        impl de::Visitor<'_> for Kilograms {
            type Value = Weight;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a weight in kilograms, 0 or more, with at most three decimals")
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Weight, E> {
                Weight::parse(&number.to_string()).ok_or_else(|| E::invalid_value(de::Unexpected::Unsigned(number), &self))
            }
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Weight, E> {
                Weight::parse(&number.to_string()).ok_or_else(|| E::invalid_value(de::Unexpected::Signed(number), &self))
            }
            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Weight, E> {
                // The shortest text that reads back as this number: what the caller wrote.
                Weight::parse(&number.to_string()).ok_or_else(|| E::invalid_value(de::Unexpected::Float(number), &self))
            }
        }
        deserializer.deserialize_any(Kilograms)
    }
}

impl schemars::JsonSchema for Weight {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Weight".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "number", "minimum": 0, "maximum": 100_000, "description": "Kilograms with at most three decimals"})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_survive_json_to_the_gram() {
        for (text, grams) in [("3", 3_000), ("1.5", 1_500), ("4.99", 4_990), ("0.001", 1), ("0", 0), ("99999.999", 99_999_999)] {
            let weight: Weight = serde_json::from_str(text).unwrap();
            assert_eq!((weight.grams(), serde_json::to_string(&weight).unwrap().as_str()), (grams, text));
        }
        for grams in (0..5_000_000).step_by(997) {
            let weight = Weight::from_grams(grams).unwrap();
            assert_eq!(serde_json::from_str::<Weight>(&serde_json::to_string(&weight).unwrap()).unwrap(), weight);
        }
    }

    #[test]
    fn what_is_no_weight_is_refused() {
        for text in ["-1", "-0.5", "1.2345", "1e9", "100000.001", "\"1\"", "null"] {
            assert!(serde_json::from_str::<Weight>(text).is_err(), "{text}");
        }
    }
}
