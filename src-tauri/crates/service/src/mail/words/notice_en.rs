//! English: what became of somebody's account.

use purser_core::mail::Notice;

use super::super::facts::Facts;
use super::{Said, from};

pub(super) fn notice(facts: &Facts) -> Said {
    let (business, what) = (&facts.business, facts.what.as_deref().unwrap_or("something"));
    let (subject, happened) = match facts.notice {
        Some(Notice::FactorAdded) => (
            "A second factor was added to your account at",
            format!("\u{201c}{what}\u{201d} was added as a second factor to your account at {business}"),
        ),
        Some(Notice::FactorRemoved) => (
            "A second factor was taken from your account at",
            format!("The second factor \u{201c}{what}\u{201d} was taken from your account at {business}"),
        ),
        Some(Notice::FactorsReset) => (
            "The second factors of your account were taken away at",
            format!("Every second factor of your account at {business} was taken away, and every sign-in ended"),
        ),
        Some(Notice::BackupCodesRenewed) => (
            "New backup codes for your account at",
            format!("New backup codes were made for your account at {business}; the old ones work no longer"),
        ),
        Some(Notice::EmailChanged) => (
            "Your account has another e-mail address at",
            format!("Your account at {business} has another e-mail address from now on, and mail no longer goes to this one. It was changed"),
        ),
        Some(Notice::KeyMade) => (
            "An API key was made for your account at",
            format!("The API key \u{201c}{what}\u{201d} was made, with which programs act for your account at {business}"),
        ),
        Some(Notice::ProviderLinked) => {
            ("Another way to sign in was added at", format!("Your account at {business} can be signed in to with {what} from now on. This was added"))
        }
        Some(Notice::ProviderUnlinked) => (
            "A way to sign in was taken away at",
            format!("Your account at {business} can no longer be signed in to with {what}. This was taken away"),
        ),
        Some(Notice::Impersonated) => return impersonated(facts, what),
        Some(Notice::PasswordExpires) => return expires(business, what),
        Some(Notice::AlreadyRegistered) => return registered(facts),
        Some(Notice::KeyExpires) => return key_expires(facts, what),
        Some(Notice::RoleChanged) => return role_changed(facts, what),
        Some(notice @ (Notice::LockedHere | Notice::LockedEverywhere | Notice::FactorsLocked)) => return locked(facts, notice),
        None => ("Something changed about your account at", format!("Something changed about your account at {business}")),
    };
    (format!("{subject} {business}"), vec![format!("{happened} {}.", how(facts)), or_else(facts).into()], None)
}

/// When and by whom; of staff it is not said where they sit.
fn how(facts: &Facts) -> String {
    let at = facts.at.as_deref().unwrap_or("an unknown day");
    match &facts.by {
        Some(by) => format!("on {at} by {by}"),
        None => format!("on {at}, from the address {}", from(facts, "of this network")),
    }
}

fn or_else(facts: &Facts) -> &'static str {
    if facts.by.is_some() {
        "If you know nothing of it, tell whoever runs your account."
    } else {
        "If it was you, you need not do anything. If it was not you, ask for a new password at once and tell whoever runs your account."
    }
}

fn impersonated(facts: &Facts, why: &str) -> Said {
    let (business, by) = (&facts.business, facts.by.as_deref().unwrap_or("Somebody"));
    let at = facts.at.as_deref().unwrap_or("an unknown day");
    (
        format!("Somebody looks at {business} as you"),
        vec![
            format!("{by} began to see {business} as you see it on {at}, for half an hour at most. The reason given: {why}"),
            "Your account page lists everybody who did so. If you know nothing of it, ask whoever runs your account.".into(),
        ],
        None,
    )
}

fn expires(business: &str, day: &str) -> Said {
    (
        format!("Your password for {business} runs out soon"),
        vec![
            format!("Your password for {business} works until {day}. After that you are asked for another one when you sign in."),
            "You can choose another one on your account page before that.".into(),
        ],
        None,
    )
}

fn registered(facts: &Facts) -> Said {
    let business = &facts.business;
    (
        format!("You already have an account at {business}"),
        vec![
            format!(
                "Somebody asked for a new account at {business} with this address, from the address {}. You have one already.",
                from(facts, "of this network")
            ),
            "If it was you, sign in, or ask for a new password on the page where you sign in. If it was not you, you need not do anything.".into(),
        ],
        None,
    )
}

fn key_expires(facts: &Facts, key: &str) -> Said {
    let (business, until) = (&facts.business, facts.until.as_deref().unwrap_or("an unknown day"));
    (
        format!("An API key of yours for {business} runs out soon"),
        vec![
            format!("The API key \u{201c}{key}\u{201d}, with which programs act for your account at {business}, works until {until}."),
            "If a program still needs it, replace it on your account page before that and give the new one to the program. If none does, you need \
             not do anything."
                .into(),
        ],
        None,
    )
}

fn role_changed(facts: &Facts, role: &str) -> Said {
    let (business, at) = (&facts.business, facts.at.as_deref().unwrap_or("an unknown day"));
    let why = match &facts.by {
        Some(by) => format!("{by} gave you this role."),
        None => "It follows the groups you are in at the provider you sign in with.".into(),
    };
    (
        format!("You have another role at {business}"),
        vec![
            format!("Your role at {business} is \u{201c}{role}\u{201d} since {at}. {why}"),
            "What you see and may do follows it at once. If you know nothing of it, ask whoever runs your account.".into(),
        ],
        None,
    )
}

fn locked(facts: &Facts, notice: Notice) -> Said {
    let (business, until) = (&facts.business, facts.until.as_deref().unwrap_or("a while from now"));
    let (subject, rule) = match notice {
        Notice::LockedHere => (
            "Failed sign-ins from one address to your account at",
            format!("From that address nobody can sign in to it until {until}. From elsewhere you sign in as always."),
        ),
        Notice::FactorsLocked => ("Too many wrong codes for your account at", format!("No second factor of yours is taken until {until}.")),
        _ => ("Too many failed sign-ins to your account at", format!("Until {until} it can be signed in to only from where you usually do.")),
    };
    let what = if notice == Notice::FactorsLocked { "The right password and then a wrong code were given" } else { "A wrong password was given" };
    let rest = if notice == Notice::FactorsLocked {
        "If it was you, wait until then. If it was not you, somebody knows your password: choose another one at once."
    } else {
        "Nobody came in. If it was you, wait until then, or ask for a new password on the page where you sign in. If it was not you, you need not \
         do anything; a second factor keeps others out even if they guess the password."
    };
    let last = from(facts, "of this network");
    (
        format!("{subject} {business}"),
        vec![format!("{what} too often for your account at {business}, the last time from the address {last}. {rule}"), rest.into()],
        None,
    )
}
