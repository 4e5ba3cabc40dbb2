//! The words of mails, a catalog a language. Plain: what happened, what to do.

mod de;
mod en;

use purser_core::mail::Template;

use super::letter::{Facts, Words};

/// What `template` says in `language`; in English where there is no catalog.
pub(super) fn say(template: Template, language: &str, facts: &Facts) -> Words {
    if language == "de" { de::say(template, facts) } else { en::say(template, facts) }
}

/// The catalog for a person's language tag: `de-AT` is written to in German.
pub(super) fn catalog(tag: Option<&str>) -> &'static str {
    let first = tag.unwrap_or_default().split('-').next().unwrap_or_default().to_ascii_lowercase();
    if first == "de" { "de" } else { "en" }
}

/// Where it came from, for people, if that is known.
fn from(facts: &Facts, unknown: &str) -> String {
    facts.ip.clone().unwrap_or_else(|| unknown.to_owned())
}
