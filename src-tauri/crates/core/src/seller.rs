//! Where a business sits and what it is called for tax, as its papers say it.

use serde::{Deserialize, Serialize};

use crate::error::Checks;
use crate::trade::is_country;

/// The postal address of a business.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "SellerAddress")]
pub struct Seat {
    /// Street and house.
    pub street: String,
    /// Town.
    pub city: String,
    /// State or region; may be empty.
    #[serde(default)]
    pub state: String,
    /// Postal code.
    pub zip_code: String,
    /// Country, two letters.
    pub country: String,
}

impl Seat {
    /// The same without blanks around what it says.
    #[must_use]
    pub fn trimmed(self) -> Self {
        let trim = |text: String| text.trim().to_owned();
        Self { street: trim(self.street), city: trim(self.city), state: trim(self.state), zip_code: trim(self.zip_code), country: trim(self.country) }
    }

    /// Complain of what could not be written on an envelope.
    pub fn check(&self, checks: &mut Checks) {
        checks.text("address.street", &self.street, 200).text("address.city", &self.city, 100).text("address.zipCode", &self.zip_code, 20);
        checks.length("address.state", &self.state, 100);
        checks.that(is_country(&self.country), "address.country", "not_a_country", "Two capital letters, such as NO.");
    }
}

/// Whether `text` can be what a tax office calls a business: `DE 123 456 789`, `NO 974 760 673 MVA`, `CHE-116.281.710 MWST`.
pub fn is_vat_id(text: &str) -> bool {
    let letters = text.chars().filter(char::is_ascii_alphanumeric).count();
    (4..=20).contains(&letters)
        && text.len() <= 30
        && text.chars().any(|c| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, ' ' | '.' | '-' | '/'))
}

#[cfg(test)]
mod tests {
    use super::is_vat_id;

    #[test]
    fn numbers_of_tax_offices_are_known_from_words() {
        for good in ["DE123456789", "DE 123 456 789", "NO 974 760 673 MVA", "CHE-116.281.710 MWST", "12-3456789", "ATU12345678", "12/345/67890"] {
            assert!(is_vat_id(good), "{good}");
        }
        for bad in ["", "DE", "none", "MWST", "de123456789", "DE123456789\u{200b}", "1234567890123456789012345", "DE_123456789"] {
            assert!(!is_vat_id(bad), "{bad}");
        }
    }
}
