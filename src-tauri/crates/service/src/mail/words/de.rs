//! German.

use purser_core::mail::Template;

use super::super::facts::Facts;
use super::super::letter::Words;
use super::notice_de::notice;
use super::order_de::order;
use super::staff_de::{notice as staff, week};
use super::{Said, code, from, whence};

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
        Template::Verification => verification(facts),
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
        Template::WebhookOff => webhook_off(facts),
        Template::Offer => offer(facts),
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
        Template::AccountNotice => notice(facts),
        Template::OrderConfirmed | Template::OrderShipped | Template::OrderDelivered | Template::OrderCancelled | Template::OrderRefunded => {
            order(template, facts)
        }
        Template::StaffNotice => staff(facts),
        Template::WeeklyReport => week(facts),
    };
    Words {
        subject,
        hello: format!("Guten Tag {},", facts.first_name),
        paragraphs,
        rows: Vec::new(),
        button,
        or_copy: "Wenn der Knopf nicht geht, öffnen Sie diese Adresse:",
        footer: format!("{business}. Diese Nachricht wurde automatisch gesendet; Antworten werden nicht gelesen."),
    }
}

fn verification(facts: &Facts) -> Said {
    let business = &facts.business;
    let mut paragraphs = vec![format!(
        "Bitte bestätigen Sie, dass diese Adresse Ihnen gehört, damit {business} Sie erreichen kann. Der Link gilt einmal und 24 Stunden lang."
    )];
    if let Some(day) = &facts.until {
        paragraphs.push(format!(
            "Bisher hat das niemand getan. Sonst wird Ihr Konto nach dem {day} gelöscht. Wenn der Link abgelaufen ist, melden Sie sich an und \
             verlangen Sie einen neuen."
        ));
    }
    paragraphs.push("Wenn Sie dort kein Konto haben, brauchen Sie nichts zu tun.".into());
    let subject = match facts.until {
        Some(_) => format!("Ihr Konto bei {business} wird bald gelöscht: Bestätigen Sie Ihre E-Mail-Adresse"),
        None => format!("Bestätigen Sie Ihre E-Mail-Adresse für {business}"),
    };
    (subject, paragraphs, Some("Adresse bestätigen"))
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

/// Another system is told no more.
fn webhook_off(facts: &Facts) -> Said {
    let business = &facts.business;
    (
        format!("Ein Webhook von {business} wurde abgeschaltet"),
        vec![
            format!("Ein anderes System, dem {business} Ereignisse meldet, hat drei Tage lang nichts angenommen oder will nichts mehr hören."),
            "Ihm wird nichts mehr gemeldet. Was es verpasst hat, steht in der Liste der Zustellungen und kann noch einmal gesendet werden, sobald \
             es wieder erreichbar ist: schalten Sie das Ziel auf der Seite Webhooks wieder ein."
                .into(),
        ],
        None,
    )
}

/// Was jemand für eine Kundin oder einen Kunden zusammengestellt hat.
fn offer(facts: &Facts) -> Said {
    let business = &facts.business;
    let number = facts.offer.as_ref().map_or("", |offer| offer.number.as_str());
    let by = facts.by.as_deref().unwrap_or(business);
    (
        format!("Was {business} für Sie zusammengestellt hat: {number}"),
        vec![
            format!("{by} von {business} hat dies für Sie zusammengestellt:"),
            "Noch ist nichts bestellt, nichts zurückgelegt und nichts zu bezahlen. Preise und Bestand sind die von heute.".into(),
            format!("Um es zu bestellen oder etwas ändern zu lassen, wenden Sie sich an {by} von {business} und nennen Sie {number}."),
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
                    whence(facts, "dieses Netzes", "de")
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
