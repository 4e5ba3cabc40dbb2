//! German.

use purser_core::mail::Template;

use super::super::letter::{Facts, Words};
use super::{Said, code, from};

pub(super) fn say(template: Template, facts: &Facts) -> Words {
    let business = &facts.business;
    let (subject, paragraphs, button): Said = match template {
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
        Template::BreakGlass => break_glass(facts),
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
        Template::SignInCode => sign_in_code(facts),
        Template::NewDevice => new_device(facts),
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

fn sign_in_code(facts: &Facts) -> Said {
    let business = &facts.business;
    (
        format!("Ihr Code für {business}"),
        vec![
            format!("Ihr Code ist {}. Er gilt einmal und 10 Minuten lang.", code(facts)),
            format!(
                "Er wurde von der Adresse {} verlangt. Geben Sie ihn niemandem: bei {business} fragt niemand danach.",
                from(facts, "dieses Netzes")
            ),
            "Wenn Sie das nicht waren, kennt jemand Ihr Passwort: ändern Sie es.".into(),
        ],
        None,
    )
}

/// The sealed way in was opened.
fn break_glass(facts: &Facts) -> (String, Vec<String>, Option<&'static str>) {
    let business = &facts.business;
    (
            format!("Der versiegelte Zugang zu {business} wurde geöffnet"),
            vec![
                format!(
                    "Am {} wurde der versiegelte Zugang zu {business} geöffnet, von der Adresse {}. Er hat eine Stunde lang alle Rechte.",
                    facts.at.as_deref().unwrap_or("einem unbekannten Tag"),
                    from(facts, "aus diesem Netz")
                ),
                "Das Protokoll sagt, warum, und was damit getan wird. War es niemand, den Sie kennen, schließen Sie ihn sofort und prüfen Sie das Protokoll.".into(),
                "Ein zweites Mal geht er nicht auf: Versiegeln Sie danach einen neuen Code.".into(),
            ],
            None,
    )
}

fn new_device(facts: &Facts) -> Said {
    let business = &facts.business;
    (
            format!("Neue Anmeldung an Ihrem Konto bei {business}"),
            vec![
                format!(
                    "An Ihrem Konto bei {business} hat sich jemand am {} angemeldet, mit {}, von der Adresse {}. Von dort geschah das noch nie.",
                    facts.at.as_deref().unwrap_or("unbekannten Tag"),
                    facts.device.as_deref().unwrap_or("einem unbekannten Gerät"),
                    from(facts, "dieses Netzes")
                ),
                "Wenn Sie das waren, brauchen Sie nichts zu tun.".into(),
                "Wenn Sie das nicht waren, sagen Sie es mit dem Knopf: jede Anmeldung wird beendet, und Sie wählen ein neues Passwort. Er gilt einmal und 7 Tage lang.".into(),
            ],
            Some("Das war ich nicht"),
        )
}

pub(super) fn short(facts: &Facts) -> String {
    format!("{} ist Ihr Code für {}. Er gilt 10 Minuten. Geben Sie ihn niemandem.", code(facts), facts.business)
}
