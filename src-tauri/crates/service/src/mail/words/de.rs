//! German.

use purser_core::mail::Template;

use super::super::letter::{Facts, Words};
use super::from;

pub(super) fn say(template: Template, facts: &Facts) -> Words {
    let business = &facts.business;
    let (subject, paragraphs, button): (String, Vec<String>, Option<&str>) = match template {
        Template::Invitation => (
            format!("Einladung zu {business}"),
            vec![
                format!("{} hat bei {business} ein Konto für Sie angelegt.", facts.by.as_deref().unwrap_or("Jemand")),
                "Wählen Sie ein Passwort, um zu beginnen. Der Link gilt einmal und 7 Tage lang.".into(),
                "Wenn Sie das nicht erwartet haben, brauchen Sie nichts zu tun.".into(),
            ],
            Some("Passwort wählen"),
        ),
        Template::Verification => (
            format!("Bestätigen Sie Ihre E-Mail-Adresse für {business}"),
            vec![
                format!(
                    "Bitte bestätigen Sie, dass diese Adresse Ihnen gehört, damit {business} Sie erreichen kann. Der Link gilt einmal und \
                     24 Stunden lang."
                ),
                "Wenn Sie dort kein Konto haben, brauchen Sie nichts zu tun.".into(),
            ],
            Some("Adresse bestätigen"),
        ),
        Template::Welcome => (
            format!("Willkommen bei {business}"),
            vec![format!("Ihre E-Mail-Adresse ist bestätigt, und Ihr Konto bei {business} ist bereit."), "Mehr ist nicht zu tun.".into()],
            None,
        ),
        Template::PasswordReset => (
            format!("Neues Passwort für {business} wählen"),
            vec![
                format!("Für Ihr Konto bei {business} wurde ein neues Passwort verlangt, von der Adresse {}.", from(facts, "dieses Netzes")),
                "Der Link gilt einmal und 1 Stunde lang. Ihr jetziges Passwort gilt, bis Sie ein anderes wählen.".into(),
                "Wenn Sie das nicht waren, brauchen Sie nichts zu tun. Geschieht es öfter, sagen Sie es der Stelle, die Ihr Konto führt.".into(),
            ],
            Some("Neues Passwort wählen"),
        ),
        Template::PasswordChanged => (
            format!("Ihr Passwort für {business} wurde geändert"),
            vec![
                format!(
                    "Das Passwort Ihres Kontos bei {business} wurde am {} geändert, von der Adresse {}. Andere Anmeldungen wurden beendet.",
                    facts.at.as_deref().unwrap_or("unbekannten Tag"),
                    from(facts, "dieses Netzes")
                ),
                "Wenn Sie das nicht waren, verlangen Sie sofort ein neues Passwort und sagen Sie es der Stelle, die Ihr Konto führt.".into(),
            ],
            None,
        ),
    };
    Words {
        subject,
        hello: format!("Guten Tag {},", facts.first_name),
        paragraphs,
        button,
        or_copy: "Wenn der Knopf nicht geht, öffnen Sie diese Adresse:",
        footer: format!("{business}. Diese Nachricht wurde automatisch gesendet; Antworten werden nicht gelesen."),
    }
}
