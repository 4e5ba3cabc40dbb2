//! English: what waits for somebody on the staff, and what a week came to.

use purser_core::mail::Wish;

use super::super::facts::{Facts, Item};
use super::Said;
use crate::documents::{day, money};

/// What stands before the week before, and what each figure is called.
pub(super) const FIGURES: [&str; 7] = ["before:", "Sales", "Given back", "Orders", "New customers", "New disputes", "Disputes that are open"];

const WHOSE: &str = "Which of these mails you get is on your account page.";

pub(super) fn notice(facts: &Facts) -> Said {
    let business = &facts.business;
    let nothing = Item::default();
    let (wish, count, first) = match &facts.staff {
        Some(staff) => (staff.wish, staff.count, staff.items.first().unwrap_or(&nothing)),
        None => (Wish::Jobs, 0, &nothing),
    };
    let (name, at) = (&first.name, first.at.map(|at| day("en", at)).unwrap_or_default());
    let amount = first.money.map(|amount| money("en", amount)).unwrap_or_default();
    let (subject, what, button) = match wish {
        Wish::Disputes => (
            format!("The dispute of order {name} is due on {at}"),
            format!("A payment of {business} is disputed, and the bank takes evidence until {at}. After that the money is lost:"),
            "Open the dispute",
        ),
        Wish::Approvals => (
            format!("{amount} for {name} waits for approval"),
            format!("Somebody at {business} asked for something that needs a second pair of eyes, until {at}:"),
            "Decide",
        ),
        Wish::Stock => (
            if count == 1 { format!("{name} runs out") } else { format!("{count} products run out") },
            format!("At {business} these began to run out since yesterday; the number is what is left:"),
            "Open the stock",
        ),
        Wish::Jobs | Wish::Weekly => (
            if count == 1 { format!("Work was given up: {name}") } else { format!("{count} pieces of work were given up") },
            format!("At {business} this did not work however often it was tried, and waits for somebody:"),
            "Open the jobs",
        ),
    };
    (subject, vec![what, WHOSE.into()], Some(button))
}

pub(super) fn week(facts: &Facts) -> Said {
    let business = &facts.business;
    let (from, to) = facts.week.as_ref().map(|week| (day("en", week.from), day("en", week.to))).unwrap_or_default();
    (
        format!("{business}: the week to {to}"),
        vec![format!("What the week from {from} to {to} came to at {business}, and the week before it:"), WHOSE.into()],
        Some("Open Purser"),
    )
}
