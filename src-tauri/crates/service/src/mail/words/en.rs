//! English.

use purser_core::mail::Template;

use super::super::letter::{Facts, Words};
use super::{Said, code, from};

pub(super) fn say(template: Template, facts: &Facts) -> Words {
    let business = &facts.business;
    let (subject, paragraphs, button): Said = match template {
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
        Template::BreakGlass => break_glass(facts),
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
        Template::SignInCode => sign_in_code(facts),
        Template::NewDevice => new_device(facts),
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

fn sign_in_code(facts: &Facts) -> Said {
    let business = &facts.business;
    (
        format!("Your code for {business}"),
        vec![
            format!("Your code is {}. It works once and for 10 minutes.", code(facts)),
            format!(
                "It was asked for from the address {}. Give it to nobody: nobody at {business} will ever ask for it.",
                from(facts, "of this network")
            ),
            "If it was not you, somebody knows your password: change it.".into(),
        ],
        None,
    )
}

/// The sealed way in was opened.
fn break_glass(facts: &Facts) -> (String, Vec<String>, Option<&'static str>) {
    let business = &facts.business;
    (
        format!("The sealed way into {business} was opened"),
        vec![
            format!(
                "Somebody opened the sealed way into {business} on {}, from the address {}. It has every right for an hour.",
                facts.at.as_deref().unwrap_or("an unknown day"),
                from(facts, "of this network")
            ),
            "The audit log says why, and what is done with it. If nobody you know did this, close it at once and look through the log.".into(),
            "It works no second time: seal another code when this is over.".into(),
        ],
        None,
    )
}

fn new_device(facts: &Facts) -> Said {
    let business = &facts.business;
    (
        format!("New sign-in to your account at {business}"),
        vec![
            format!(
                "Somebody signed in to your account at {business} on {}, with {}, from the address {}. It was not done from there before.",
                facts.at.as_deref().unwrap_or("an unknown day"),
                facts.device.as_deref().unwrap_or("an unknown device"),
                from(facts, "of this network")
            ),
            "If it was you, you need not do anything.".into(),
            "If it was not you, say so with the button: every sign-in is ended, and you choose another password. It works once and for 7 days."
                .into(),
        ],
        Some("This was not me"),
    )
}

pub(super) fn short(facts: &Facts) -> String {
    format!("{} is your code for {}. It works for 10 minutes. Give it to nobody.", code(facts), facts.business)
}
