//! English.

use purser_core::mail::Template;

use super::super::letter::{Facts, Words};
use super::from;

pub(super) fn say(template: Template, facts: &Facts) -> Words {
    let business = &facts.business;
    let (subject, paragraphs, button): (String, Vec<String>, Option<&str>) = match template {
        Template::Invitation => (
            format!("You are invited to {business}"),
            vec![
                format!("{} has made an account for you at {business}.", facts.by.as_deref().unwrap_or("Somebody")),
                "Choose a password to begin. The link works once and for 7 days.".into(),
                "If you did not expect this, you need not do anything.".into(),
            ],
            Some("Choose a password"),
        ),
        Template::Verification => (
            format!("Prove your e-mail address for {business}"),
            vec![
                format!("Please prove that this address is yours, so that {business} can reach you. The link works once and for 24 hours."),
                "If you have no account there, you need not do anything.".into(),
            ],
            Some("Prove the address"),
        ),
        Template::Welcome => (
            format!("Welcome to {business}"),
            vec![format!("Your e-mail address is proved, and your account at {business} is ready."), "There is nothing else to do.".into()],
            None,
        ),
        Template::PasswordReset => (
            format!("Choose a new password for {business}"),
            vec![
                format!("Somebody asked for a new password for your account at {business}, from the address {}.", from(facts, "of this network")),
                "The link works once and for 1 hour. Your present password stays in force until you choose another.".into(),
                "If it was not you, you need not do anything. If it happens often, tell whoever runs your account.".into(),
            ],
            Some("Choose a new password"),
        ),
        Template::PasswordChanged => (
            format!("Your password for {business} was changed"),
            vec![
                format!(
                    "The password of your account at {business} was changed on {}, from the address {}. Other sign-ins have been ended.",
                    facts.at.as_deref().unwrap_or("an unknown day"),
                    from(facts, "of this network")
                ),
                "If it was not you, ask for a new password at once and tell whoever runs your account.".into(),
            ],
            None,
        ),
    };
    Words {
        subject,
        hello: format!("Hello {},", facts.first_name),
        paragraphs,
        button,
        or_copy: "If the button does not work, open this address:",
        footer: format!("{business}. This message was sent automatically; answers are not read."),
    }
}
