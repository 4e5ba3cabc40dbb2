//! English: what becomes of somebody's order.

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
            format!("Your order {number} arrived"),
            vec![
                format!("Your order {number} from {business} arrived."),
                format!("If something is not as it should be, get in touch with {business} and name {number}."),
            ],
            None,
        ),
        Template::OrderCancelled => (
            format!("Your order {number} was cancelled"),
            vec![
                format!("Your order {number} at {business} was cancelled. Nothing of it will be sent:"),
                match (order.paid, order.whole) {
                    (false, _) => "You do not have to pay anything for it.".into(),
                    (true, true) => "What you paid has gone back to you. Your bank may take some days to show it.".into(),
                    (true, false) if order.goes_on => "What you paid goes back to you. Another message tells you when it has.".into(),
                    (true, false) => "What you paid goes back to you.".into(),
                },
            ],
            None,
        ),
        Template::OrderRefunded => {
            let amount = order.back.map(|back| money("en", back)).unwrap_or_default();
            let mut said = vec![format!("{business} gave you {amount} back for your order {number}:")];
            said.extend(order.reason.as_ref().map(|reason| format!("Reason: {reason}")));
            said.push(
                match order.gone_to.as_deref() {
                    Some(CREDIT) => "It is kept for you as credit and pays your next order.",
                    Some(ACCOUNT) => "It is taken off what you still have to pay for it; what you have paid beyond that is sent back to you.",
                    _ => "The money goes to where it was paid from. Your bank may take some days to show it.",
                }
                .into(),
            );
            said.extend(order.credit_note.as_ref().map(|_| "The credit note comes with this message.".into()));
            (format!("{amount} of your order {number} went back to you"), said, None)
        }
        _ => {
            let (how, until) = match order.owed {
                Some((owed, due)) => ("confirmed", Some(format!("Please pay {} by {}.", money("en", owed), day("en", due)))),
                None => ("paid", None),
            };
            let mut said = vec![format!("Thank you. Your order {number} at {business} is {how}:")];
            said.extend(until);
            said.extend(goes_to(facts));
            if order.goes_on {
                said.push("You get another message when it leaves.".into());
            }
            (format!("Your order {number} at {business}"), said, None)
        }
    }
}

fn goes_to(facts: &Facts) -> Option<String> {
    (!facts.address.is_empty()).then(|| format!("It goes to:\n{}", facts.address.join("\n")))
}

fn shipped(facts: &Facts, order: &OrderFacts) -> Said {
    let (business, number) = (&facts.business, &order.number);
    let (subject, what) = if order.whole {
        (format!("Your order {number} is on its way"), format!("Your order {number} from {business} is on its way. In this parcel:"))
    } else {
        (format!("Part of your order {number} is on its way"), format!("Part of your order {number} from {business} is on its way. In this parcel:"))
    };
    let mut said = vec![what];
    let carried = [
        order.carrier.as_ref().map(|carrier| format!("Carried by {carrier}")),
        order.tracking.as_ref().map(|number| format!("Tracking number: {number}")),
    ];
    let carried: Vec<String> = carried.into_iter().flatten().collect();
    if !carried.is_empty() {
        said.push(carried.join("\n"));
    }
    said.extend(goes_to(facts));
    if !order.whole {
        said.push("The rest follows, and you get a message when it leaves.".into());
    }
    (subject, said, order.follow().map(|_| "Follow the parcel"))
}
