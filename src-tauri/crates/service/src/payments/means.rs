//! How a new payment can be made: who leads, and which means of payment they take.

use purser_core::access::{Scoped, can};
use purser_core::gateways::{GatewayKind, Health};
use purser_core::ids::OrderId;
use purser_core::payments::{ACCOUNT, CREDIT};
use purser_core::{Error, Money, Result};

use super::{ours, own};
use crate::App;

/// One means of payment, as it can be offered.
#[derive(Clone, Copy, Debug)]
pub struct Mean {
    /// What the caller names.
    pub method: &'static str,
    /// What people read.
    pub label: &'static str,
    /// What it does.
    pub does: &'static str,
}

/// Where a new payment goes, and how it can be made there.
#[expect(clippy::struct_excessive_bools, reason = "each says a thing of its own about how it can be paid")]
#[derive(Clone, Debug)]
pub struct Means {
    /// Who takes it, as payments carry it.
    pub provider: &'static str,
    /// What people call the connection; who takes it, for a customer.
    pub name: String,
    /// Whether it moves money.
    pub live: bool,
    /// Whether anything can be begun there now.
    pub health: Health,
    /// What can be offered.
    pub offered: Vec<Mean>,
    /// Whether others can be named that the provider keeps: cards its own pages wrote down.
    pub others: bool,
    /// Whether every payment waits for its customer at the provider.
    pub by_customer: bool,
    /// What the customer of the order that is asked about has as stored credit in its currency.
    pub credit: Option<Money>,
    /// Whether it can be sold on account.
    pub on_account: bool,
}

const fn mean(method: &'static str, label: &'static str, does: &'static str) -> Mean {
    Mean { method, label, does }
}

/// Cards Stripe knows where it only plays.
const STRIPE_PLAYS: [Mean; 4] = [
    mean("pm_card_visa", "Visa •••• 4242", "Works."),
    mean("pm_card_mastercard", "Mastercard •••• 4444", "Works."),
    mean("pm_card_threeDSecure2Required", "Visa •••• 3220", "Asks the customer to prove who they are."),
    mean("pm_card_chargeDeclined", "Visa •••• 0002", "Is declined."),
];

/// What our own books take.
const OURS: [Mean; 2] =
    [mean(CREDIT, "Stored credit", "Pays with what the customer has left with us."), mean(ACCOUNT, "On account", "The customer pays later.")];

const PAYPAL: [Mean; 1] = [mean("paypal", "PayPal", "The customer agrees at PayPal.")];

/// What people call a means of payment, whoever takes it.
pub fn called(app: &App, method: &str) -> String {
    let known = || PAYPAL.iter().chain(&STRIPE_PLAYS).chain(&OURS).find(|mean| mean.method == method).map(|mean| mean.label);
    app.payments.gateway.method_label(method).or_else(known).unwrap_or(method).to_owned()
}

/// How a new payment can be made, of `order` if one is named.
pub async fn means(app: &App, by: &Scoped<can::CapturePayment>, order: Option<OrderId>) -> Result<Means> {
    let credit = match order {
        Some(order) => Some(ours::of_order(app, by.tenant(), (order, by.own())).await?),
        None => None,
    };
    Ok(Means { credit, on_account: by.own().is_none(), ..elsewhere(app, by).await? })
}

/// Exactly these and nothing else, with a provider that moves no money here.
fn listed(provider: &'static str, name: &str, offered: Vec<Mean>) -> Means {
    let (live, others, by_customer) = (false, false, false);
    Means { provider, name: name.to_owned(), live, health: Health::Closed, offered, others, by_customer, credit: None, on_account: false }
}

/// How it can be made with somebody else.
async fn elsewhere(app: &App, by: &Scoped<can::CapturePayment>) -> Result<Means> {
    let way = app.payments.switch.leading(by.tenant()).await?;
    let own = by.own().is_some();
    if own && !own::can_take(app, by.tenant(), way.as_ref()).await? {
        let (provider, name) =
            way.map_or_else(|| (app.payments.gateway.name(), app.payments.gateway.name()), |way| (way.kind.as_str(), way.kind.words()));
        return Ok(listed(provider, name, Vec::new()));
    }
    let Some(way) = way else {
        let cards = app.payments.gateway.playground().ok_or_else(|| Error::internal("the sandbox is no playground"))?.cards();
        let offered = cards.iter().map(|card| mean(card.method, card.label, card.does)).collect();
        let provider = app.payments.gateway.name();
        return Ok(listed(provider, provider, offered));
    };
    let (offered, others) = match way.kind {
        GatewayKind::Stripe if way.live => (Vec::new(), true),
        GatewayKind::Stripe => (STRIPE_PLAYS.to_vec(), true),
        GatewayKind::Paypal => (PAYPAL.to_vec(), false),
    };
    Ok(Means {
        provider: way.kind.as_str(),
        health: app.payments.health(way.id),
        live: way.live,
        offered,
        others,
        by_customer: way.kind == GatewayKind::Paypal,
        credit: None,
        on_account: false,
        // What a business calls its connections is for those who work there.
        name: if own { way.kind.words().to_owned() } else { way.name },
    })
}
