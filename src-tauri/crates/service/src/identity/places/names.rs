//! What countries are called, for mails; the console has its own names from the browser.

/// Two letters, English, German.
static NAMES: &str = include_str!("../../../data/countries.tsv");

/// The country's name in the language of a catalog.
pub fn name(country: &str, language: &str) -> Option<&'static str> {
    let line = NAMES.lines().find(|line| line.get(..2) == Some(country) && line.as_bytes().get(2) == Some(&b'\t'))?;
    line.split('\t').nth(if language == "de" { 2 } else { 1 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_country_has_a_name_in_both_languages() {
        assert_eq!((name("NO", "en"), name("NO", "de"), name("DE", "de")), (Some("Norway"), Some("Norwegen"), Some("Deutschland")));
        assert!(NAMES.lines().count() > 200 && NAMES.lines().all(|line| line.split('\t').filter(|name| !name.is_empty()).count() == 3));
        assert_eq!((name("here", "en"), name("", "en"), name("XX", "en")), (None, None, None));
    }
}
