//! German: what waits for somebody on the staff, and what a week came to.

use purser_core::mail::Wish;

use super::super::facts::{Facts, Item};
use super::Said;
use crate::documents::{day, money};

/// What stands before the week before, and what each figure is called.
pub(super) const FIGURES: [&str; 7] =
    ["davor:", "Umsatz", "Erstattet", "Bestellungen", "Neue Kundschaft", "Neue Anfechtungen", "Offene Anfechtungen"];

const WHOSE: &str = "Welche dieser Nachrichten Sie bekommen, steht auf Ihrer Kontoseite.";

pub(super) fn notice(facts: &Facts) -> Said {
    let business = &facts.business;
    let nothing = Item::default();
    let (wish, count, first) = match &facts.staff {
        Some(staff) => (staff.wish, staff.count, staff.items.first().unwrap_or(&nothing)),
        None => (Wish::Jobs, 0, &nothing),
    };
    let (name, at) = (&first.name, first.at.map(|at| day("de", at)).unwrap_or_default());
    let amount = first.money.map(|amount| money("de", amount)).unwrap_or_default();
    let (subject, what, button) = match wish {
        Wish::Disputes => (
            format!("Die Anfechtung der Bestellung {name} ist am {at} fällig"),
            format!("Eine Zahlung von {business} ist angefochten, und die Bank nimmt Belege bis {at} an. Danach ist das Geld verloren:"),
            "Anfechtung öffnen",
        ),
        Wish::Approvals => (
            format!("{amount} für {name} warten auf Freigabe"),
            format!("Jemand bei {business} hat um etwas gebeten, das ein zweites Paar Augen braucht, bis {at}:"),
            "Entscheiden",
        ),
        Wish::Stock => (
            if count == 1 { format!("{name} geht zur Neige") } else { format!("{count} Artikel gehen zur Neige") },
            format!("Bei {business} gehen diese Artikel seit gestern zur Neige; die Zahl sagt, was noch da ist:"),
            "Bestand öffnen",
        ),
        Wish::Jobs | Wish::Weekly => (
            if count == 1 { format!("Eine Arbeit wurde aufgegeben: {name}") } else { format!("{count} Arbeiten wurden aufgegeben") },
            format!("Bei {business} gelang dies nicht, so oft es versucht wurde, und wartet auf jemanden:"),
            "Arbeiten öffnen",
        ),
    };
    (subject, vec![what, WHOSE.into()], Some(button))
}

pub(super) fn week(facts: &Facts) -> Said {
    let business = &facts.business;
    let (from, to) = facts.week.as_ref().map(|week| (day("de", week.from), day("de", week.to))).unwrap_or_default();
    (
        format!("{business}: die Woche bis {to}"),
        vec![format!("Was die Woche vom {from} bis {to} bei {business} gebracht hat, und die Woche davor:"), WHOSE.into()],
        Some("Purser öffnen"),
    )
}
