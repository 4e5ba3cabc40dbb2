//! German: what becomes of somebody's order.

use purser_core::mail::Template;
use purser_core::payments::{ACCOUNT, CREDIT};

use super::super::facts::{Facts, OrderFacts};
use super::Said;
use crate::documents::{day, money};

pub(super) fn order(template: Template, facts: &Facts) -> Said {
    let nothing = OrderFacts::default();
    let (business, order) = (&facts.business, facts.order.as_ref().unwrap_or(&nothing));
    let number = &order.number;
    match template {
        Template::OrderShipped => shipped(facts, order),
        Template::OrderDelivered => (
            format!("Ihre Bestellung {number} ist angekommen"),
            vec![
                format!("Ihre Bestellung {number} von {business} ist angekommen."),
                format!("Wenn etwas nicht so ist, wie es sein soll, wenden Sie sich an {business} und nennen Sie {number}."),
            ],
            None,
        ),
        Template::OrderCancelled => (
            format!("Ihre Bestellung {number} wurde storniert"),
            vec![
                format!("Ihre Bestellung {number} bei {business} wurde storniert. Davon wird nichts versendet:"),
                match (order.paid, order.whole) {
                    (false, _) => "Sie müssen dafür nichts bezahlen.".into(),
                    (true, true) => "Was Sie bezahlt haben, wurde Ihnen erstattet. Bis Ihre Bank es zeigt, können einige Tage vergehen.".into(),
                    (true, false) if order.goes_on => "Was Sie bezahlt haben, wird Ihnen erstattet. Eine weitere Nachricht sagt Ihnen, wann.".into(),
                    (true, false) => "Was Sie bezahlt haben, wird Ihnen erstattet.".into(),
                },
            ],
            None,
        ),
        Template::OrderRefunded => {
            let amount = order.back.map(|back| money("de", back)).unwrap_or_default();
            let mut said = vec![format!("{business} hat Ihnen {amount} für Ihre Bestellung {number} erstattet:")];
            said.extend(order.reason.as_ref().map(|reason| format!("Grund: {reason}")));
            said.push(
                match order.gone_to.as_deref() {
                    Some(CREDIT) => "Es ist Ihnen als Guthaben aufgehoben und bezahlt Ihre nächste Bestellung.",
                    Some(ACCOUNT) => {
                        "Es wird von dem abgezogen, was Sie dafür noch zu zahlen haben; was Sie darüber hinaus bezahlt haben, wird Ihnen überwiesen."
                    }
                    _ => "Das Geld geht dorthin zurück, von wo es bezahlt wurde. Bis Ihre Bank es zeigt, können einige Tage vergehen.",
                }
                .into(),
            );
            said.extend(order.credit_note.as_ref().map(|_| "Die Gutschrift liegt dieser Nachricht bei.".into()));
            (format!("{amount} Ihrer Bestellung {number} wurden erstattet"), said, None)
        }
        _ => {
            let (how, until) = match order.owed {
                Some((owed, due)) => ("bestätigt", Some(format!("Bitte zahlen Sie {} bis {}.", money("de", owed), day("de", due)))),
                None => ("bezahlt", None),
            };
            let mut said = vec![format!("Vielen Dank. Ihre Bestellung {number} bei {business} ist {how}:")];
            said.extend(until);
            said.extend(goes_to(facts));
            if order.goes_on {
                said.push("Sobald sie das Haus verlässt, bekommen Sie eine weitere Nachricht.".into());
            }
            (format!("Ihre Bestellung {number} bei {business}"), said, None)
        }
    }
}

fn goes_to(facts: &Facts) -> Option<String> {
    (!facts.address.is_empty()).then(|| format!("Sie geht an:\n{}", facts.address.join("\n")))
}

fn shipped(facts: &Facts, order: &OrderFacts) -> Said {
    let (business, number) = (&facts.business, &order.number);
    let (subject, what) = if order.whole {
        (format!("Ihre Bestellung {number} ist unterwegs"), format!("Ihre Bestellung {number} von {business} ist unterwegs. In dieser Sendung:"))
    } else {
        (
            format!("Ein Teil Ihrer Bestellung {number} ist unterwegs"),
            format!("Ein Teil Ihrer Bestellung {number} von {business} ist unterwegs. In dieser Sendung:"),
        )
    };
    let mut said = vec![what];
    let carried = [
        order.carrier.as_ref().map(|carrier| format!("Befördert von {carrier}")),
        order.tracking.as_ref().map(|number| format!("Sendungsnummer: {number}")),
    ];
    let carried: Vec<String> = carried.into_iter().flatten().collect();
    if !carried.is_empty() {
        said.push(carried.join("\n"));
    }
    said.extend(goes_to(facts));
    if !order.whole {
        said.push("Der Rest folgt; sobald er das Haus verlässt, bekommen Sie eine Nachricht.".into());
    }
    (subject, said, order.follow().map(|_| "Sendung verfolgen"))
}
