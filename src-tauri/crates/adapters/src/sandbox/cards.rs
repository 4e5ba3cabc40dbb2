//! The test cards: what the caller names, what people read, what they do.

use purser_service::sandbox::port::Card;

const fn card(method: &'static str, label: &'static str, does: &'static str) -> Card {
    Card { method, label, does }
}

/// The card whose customer is quicker than whoever calls their payment off.
pub(super) const PROVED_LATE: &str = "pm_card_proved_late";

/// Every card.
pub(super) const CARDS: &[Card] = &[
    card("pm_card_visa", "Visa •••• 4242", "Works."),
    card("pm_card_mastercard", "Mastercard •••• 4444", "Works."),
    card("pm_card_declined", "Visa •••• 0002", "Is declined."),
    card("pm_card_insufficient_funds", "Mastercard •••• 9995", "Is declined: there is not enough money on it."),
    card("pm_card_expired", "Visa •••• 0069", "Is declined: it has run out."),
    card("pm_card_incorrect_cvc", "Visa •••• 0127", "Is declined: its security code is wrong."),
    card("pm_card_authentication_required", "Visa •••• 3155", "Asks the customer to prove who they are."),
    card(PROVED_LATE, "Visa •••• 3220", "Asks the customer to prove who they are, who does so just when it is called off."),
    card("pm_card_processing", "Visa •••• 0077", "Takes its time, then works."),
    card("pm_card_timeout", "Visa •••• 9995", "Works, but the answer gets lost."),
    card("pm_card_lost", "Visa •••• 9979", "Never reaches the provider."),
    card("pm_card_refund_fails", "Visa •••• 5126", "Works, but nothing of it can be given back."),
    card("pm_card_dispute", "Visa •••• 0259", "Works, and is disputed at once."),
];

/// Why this card is declined, if it is.
pub(super) fn declined(method: &str) -> Option<&'static str> {
    Some(match method {
        "pm_card_declined" => "card_declined",
        "pm_card_insufficient_funds" => "insufficient_funds",
        "pm_card_expired" => "expired_card",
        "pm_card_incorrect_cvc" => "incorrect_cvc",
        _ => return None,
    })
}
