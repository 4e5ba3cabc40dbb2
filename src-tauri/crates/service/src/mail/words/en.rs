//! English.

use purser_core::mail::Template;

use super::super::facts::Facts;
use super::super::letter::Words;
use super::notice_en::notice;
use super::order_en::order;
use super::staff_en::{notice as staff, week};
use super::{Said, code, from, whence};

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
        Template::Verification => verification(facts),
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
        Template::WebhookOff => webhook_off(facts),
        Template::Offer => offer(facts),
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
        Template::AccountNotice => notice(facts),
        Template::OrderConfirmed | Template::OrderShipped | Template::OrderDelivered | Template::OrderCancelled | Template::OrderRefunded => {
            order(template, facts)
        }
        Template::StaffNotice => staff(facts),
        Template::WeeklyReport => week(facts),
    };
    Words {
        subject,
        hello: format!("Hello {},", facts.first_name),
        paragraphs,
        rows: Vec::new(),
        button,
        or_copy: "If the button does not work, open this address:",
        footer: format!("{business}. This message was sent automatically; answers are not read."),
    }
}

fn verification(facts: &Facts) -> Said {
    let business = &facts.business;
    let mut paragraphs =
        vec![format!("Please prove that this address is yours, so that {business} can reach you. The link works once and for 24 hours.")];
    if let Some(day) = &facts.until {
        paragraphs.push(format!(
            "Nobody has done so yet. Your account is deleted after {day} unless you do. When the link has run out, sign in and ask for another one."
        ));
    }
    paragraphs.push("If you have no account there, you need not do anything.".into());
    let subject = match facts.until {
        Some(_) => format!("Your account at {business} is deleted soon: prove your e-mail address"),
        None => format!("Prove your e-mail address for {business}"),
    };
    (subject, paragraphs, Some("Prove the address"))
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

/// Another system is told no more.
fn webhook_off(facts: &Facts) -> Said {
    let business = &facts.business;
    (
        format!("A webhook of {business} was switched off"),
        vec![
            format!("Another system that {business} tells of what happens has taken nothing for three days, or said that it wants to hear no more."),
            "It is told no more. What it missed is in the list of deliveries and can be sent again once the other system is well: switch the \
             endpoint on again on the page Webhooks."
                .into(),
        ],
        None,
    )
}

/// What somebody put together for a customer.
fn offer(facts: &Facts) -> Said {
    let business = &facts.business;
    let number = facts.offer.as_ref().map_or("", |offer| offer.number.as_str());
    let by = facts.by.as_deref().unwrap_or(business);
    (
        format!("What {business} has put together for you: {number}"),
        vec![
            format!("{by} at {business} has put this together for you:"),
            "Nothing is ordered yet, nothing is set aside, and nothing is to be paid. Prices and stock are those of today.".into(),
            format!("To order it, or to have something changed, get in touch with {by} at {business} and name {number}."),
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
                whence(facts, "of this network", "en")
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
