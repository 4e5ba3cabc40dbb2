//! German: what became of somebody's account.

use purser_core::mail::Notice;

use super::super::facts::Facts;
use super::{Said, from};

pub(super) fn notice(facts: &Facts) -> Said {
    let (business, what) = (&facts.business, facts.what.as_deref().unwrap_or("etwas"));
    let (subject, happened) = match facts.notice {
        Some(Notice::FactorAdded) => (
            "Neuer zweiter Faktor für Ihr Konto bei",
            format!("\u{201e}{what}\u{201c} wurde Ihrem Konto bei {business} als zweiter Faktor hinzugefügt"),
        ),
        Some(Notice::FactorRemoved) => (
            "Zweiter Faktor entfernt von Ihrem Konto bei",
            format!("Der zweite Faktor \u{201e}{what}\u{201c} wurde von Ihrem Konto bei {business} entfernt"),
        ),
        Some(Notice::FactorsReset) => (
            "Alle zweiten Faktoren entfernt von Ihrem Konto bei",
            format!("Alle zweiten Faktoren Ihres Kontos bei {business} wurden entfernt und alle Anmeldungen beendet"),
        ),
        Some(Notice::BackupCodesRenewed) => (
            "Neue Notfallcodes für Ihr Konto bei",
            format!("Für Ihr Konto bei {business} wurden neue Notfallcodes gemacht; die alten gelten nicht mehr"),
        ),
        Some(Notice::EmailChanged) => (
            "Neue E-Mail-Adresse für Ihr Konto bei",
            format!("Ihr Konto bei {business} hat von jetzt an eine andere E-Mail-Adresse; an diese geht nichts mehr. Geändert wurde sie"),
        ),
        Some(Notice::KeyMade) => (
            "Neuer API-Schlüssel für Ihr Konto bei",
            format!("Für Ihr Konto bei {business} wurde der API-Schlüssel \u{201e}{what}\u{201c} gemacht, mit dem Programme für Sie handeln,"),
        ),
        Some(Notice::ProviderLinked) => (
            "Weiterer Weg zur Anmeldung bei",
            format!("An Ihrem Konto bei {business} kann man sich von jetzt an mit {what} anmelden. Hinzugefügt wurde das"),
        ),
        Some(Notice::ProviderUnlinked) => (
            "Ein Weg zur Anmeldung entfernt bei",
            format!("An Ihrem Konto bei {business} kann man sich nicht mehr mit {what} anmelden. Entfernt wurde das"),
        ),
        Some(Notice::Impersonated) => return impersonated(facts, what),
        Some(Notice::PasswordExpires) => return expires(business, what),
        Some(Notice::AlreadyRegistered) => return registered(facts),
        Some(Notice::KeyExpires) => return key_expires(facts, what),
        Some(Notice::RoleChanged) => return role_changed(facts, what),
        Some(notice @ (Notice::LockedHere | Notice::LockedEverywhere | Notice::FactorsLocked)) => return locked(facts, notice),
        None => ("Änderung an Ihrem Konto bei", format!("An Ihrem Konto bei {business} wurde etwas geändert")),
    };
    (format!("{subject} {business}"), vec![format!("{happened} {}.", how(facts)), or_else(facts).into()], None)
}

/// When and by whom; of staff it is not said where they sit.
fn how(facts: &Facts) -> String {
    let at = facts.at.as_deref().unwrap_or("unbekannten Tag");
    match &facts.by {
        Some(by) => format!("am {at} von {by}"),
        None => format!("am {at}, von der Adresse {}", from(facts, "dieses Netzes")),
    }
}

fn or_else(facts: &Facts) -> &'static str {
    if facts.by.is_some() {
        "Wenn Sie davon nichts wissen, sagen Sie es der Stelle, die Ihr Konto führt."
    } else {
        "Wenn Sie das waren, brauchen Sie nichts zu tun. Wenn nicht, verlangen Sie sofort ein neues Passwort und sagen Sie es der Stelle, die Ihr \
         Konto führt."
    }
}

fn impersonated(facts: &Facts, why: &str) -> Said {
    let (business, by) = (&facts.business, facts.by.as_deref().unwrap_or("Jemand"));
    let at = facts.at.as_deref().unwrap_or("unbekannten Tag");
    (
        format!("Jemand sieht {business} an Ihrer Stelle"),
        vec![
            format!("{by} sieht {business} seit {at} so, wie Sie es sehen, höchstens eine halbe Stunde lang. Der angegebene Grund: {why}"),
            "Ihre Kontoseite nennt alle, die das getan haben. Wenn Sie davon nichts wissen, fragen Sie die Stelle, die Ihr Konto führt.".into(),
        ],
        None,
    )
}

fn expires(business: &str, day: &str) -> Said {
    (
        format!("Ihr Passwort für {business} läuft bald ab"),
        vec![
            format!("Ihr Passwort für {business} gilt bis {day}. Danach werden Sie bei der Anmeldung nach einem anderen gefragt."),
            "Auf Ihrer Kontoseite können Sie vorher ein anderes wählen.".into(),
        ],
        None,
    )
}

fn registered(facts: &Facts) -> Said {
    let business = &facts.business;
    (
        format!("Sie haben schon ein Konto bei {business}"),
        vec![
            format!(
                "Jemand wollte mit dieser Adresse ein neues Konto bei {business}, von der Adresse {}. Sie haben schon eines.",
                from(facts, "dieses Netzes")
            ),
            "Wenn Sie das waren, melden Sie sich an, oder verlangen Sie dort, wo Sie sich anmelden, ein neues Passwort. Wenn nicht, brauchen Sie \
             nichts zu tun."
                .into(),
        ],
        None,
    )
}

fn key_expires(facts: &Facts, key: &str) -> Said {
    let (business, until) = (&facts.business, facts.until.as_deref().unwrap_or("zu einem unbekannten Tag"));
    (
        format!("Ein API-Schlüssel von Ihnen für {business} läuft bald ab"),
        vec![
            format!("Der API-Schlüssel \u{201e}{key}\u{201c}, mit dem Programme bei {business} für Sie handeln, gilt bis {until}."),
            "Wenn ein Programm ihn noch braucht, ersetzen Sie ihn vorher auf Ihrer Kontoseite und geben Sie dem Programm den neuen. Wenn nicht, \
             brauchen Sie nichts zu tun."
                .into(),
        ],
        None,
    )
}

/// A ready-made role by its German name, any other by its own.
fn role(name: &str) -> &str {
    match name {
        "Guest" => "Gast",
        "Customer" => "Nutzer",
        "Administrator" => "Admin",
        "Owner" => "Inhaber",
        "Support" => "Kundendienst",
        "Finance" => "Finanzen",
        "Developer" => "Entwickler",
        "Auditor" => "Prüfer",
        own => own,
    }
}

fn role_changed(facts: &Facts, name: &str) -> Said {
    let (business, at) = (&facts.business, facts.at.as_deref().unwrap_or("unbekanntem Tag"));
    let why = match &facts.by {
        Some(by) => format!("{by} hat Ihnen diese Rolle gegeben."),
        None => "Sie folgt den Gruppen, in denen Sie bei dem Anbieter sind, über den Sie sich anmelden.".into(),
    };
    (
        format!("Sie haben eine andere Rolle bei {business}"),
        vec![
            format!("Ihre Rolle bei {business} ist seit {at} \u{201e}{}\u{201c}. {why}", role(name)),
            "Was Sie sehen und tun dürfen, folgt ihr sofort. Wenn Sie davon nichts wissen, fragen Sie die Stelle, die Ihr Konto führt.".into(),
        ],
        None,
    )
}

fn locked(facts: &Facts, notice: Notice) -> Said {
    let (business, until) = (&facts.business, facts.until.as_deref().unwrap_or("in einiger Zeit"));
    let (subject, rule) = match notice {
        Notice::LockedHere => (
            "Fehlversuche von einer Adresse aus bei der Anmeldung an Ihrem Konto bei",
            format!("Von dieser Adresse aus kann sich bis {until} niemand daran anmelden. Von anderswo melden Sie sich an wie immer."),
        ),
        Notice::FactorsLocked => ("Zu viele falsche Codes für Ihr Konto bei", format!("Bis {until} wird keiner Ihrer zweiten Faktoren angenommen.")),
        _ => (
            "Zu viele Fehlversuche bei der Anmeldung an Ihrem Konto bei",
            format!("Bis {until} kann man sich daran nur von dort anmelden, wo Sie es gewöhnlich tun."),
        ),
    };
    let what = if notice == Notice::FactorsLocked { "das richtige Passwort und dann ein falscher Code" } else { "ein falsches Passwort" };
    let rest = if notice == Notice::FactorsLocked {
        "Wenn Sie das waren, warten Sie bis dahin. Wenn nicht, kennt jemand Ihr Passwort: Wählen Sie sofort ein anderes."
    } else {
        "Niemand ist hineingekommen. Wenn Sie das waren, warten Sie bis dahin, oder verlangen Sie dort, wo Sie sich anmelden, ein neues Passwort. \
         Wenn nicht, brauchen Sie nichts zu tun; ein zweiter Faktor hält andere auch dann draußen, wenn sie das Passwort erraten."
    };
    let last = from(facts, "dieses Netzes");
    (
        format!("{subject} {business}"),
        vec![format!("Für Ihr Konto bei {business} wurde zu oft {what} angegeben, zuletzt von der Adresse {last}. {rule}"), rest.into()],
        None,
    )
}
