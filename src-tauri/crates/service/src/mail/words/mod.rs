//! The words of mails, a catalog a language. Plain: what happened, what to do.

mod de;
mod en;

use purser_core::mail::Template;

use super::letter::{Facts, Words};

/// Subject, paragraphs, and what the button says.
type Said = (String, Vec<String>, Option<&'static str>);

/// What `template` says in `language`; in English where there is no catalog.
pub(super) fn say(template: Template, language: &str, facts: &Facts) -> Words {
    if language == "de" { de::say(template, facts) } else { en::say(template, facts) }
}

/// The catalog for a person's language tag: `de-AT` is written to in German.
pub(super) fn catalog(tag: Option<&str>) -> &'static str {
    let first = tag.unwrap_or_default().split('-').next().unwrap_or_default().to_ascii_lowercase();
    if first == "de" { "de" } else { "en" }
}

/// A text message with a code.
pub(super) fn short(language: &str, facts: &Facts) -> String {
    if language == "de" { de::short(facts) } else { en::short(facts) }
}

/// Stands where a code is not shown.
pub(super) const NO_CODE: &str = "••••••";

/// The code of a message, or what stands in its place.
fn code(facts: &Facts) -> &str {
    facts.code.as_deref().unwrap_or(NO_CODE)
}

/// Where it came from, for people, if that is known.
fn from(facts: &Facts, unknown: &str) -> String {
    facts.ip.clone().unwrap_or_else(|| unknown.to_owned())
}
