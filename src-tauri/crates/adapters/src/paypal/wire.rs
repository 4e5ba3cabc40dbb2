//! What PayPal says, as far as it matters here. Nothing outside this folder knows these shapes.

use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Token {
    pub(super) access_token: String,
    pub(super) expires_in: i64,
}

/// An order: PayPal's word for what its customer agrees to pay.
#[derive(Debug, Deserialize)]
pub(super) struct Order {
    pub(super) id: String,
    pub(super) status: String,
    #[serde(default)]
    pub(super) links: Vec<Link>,
    #[serde(default)]
    pub(super) purchase_units: Vec<Unit>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Link {
    pub(super) rel: String,
    pub(super) href: String,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Unit {
    #[serde(default)]
    pub(super) payments: Payments,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Payments {
    pub(super) captures: Vec<Moved>,
    pub(super) authorizations: Vec<Moved>,
}

/// A capture, an authorization or a refund.
#[derive(Debug, Deserialize)]
pub(super) struct Moved {
    pub(super) id: String,
    pub(super) status: String,
    #[serde(default)]
    pub(super) amount: Option<Amount>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Amount {
    pub(super) value: String,
}

/// What is wrong.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Complaint {
    pub(super) name: Option<String>,
    pub(super) message: Option<String>,
    pub(super) details: Vec<Detail>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Detail {
    pub(super) issue: Option<String>,
    pub(super) description: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Verified {
    pub(super) verification_status: String,
}

/// A message.
#[derive(Deserialize)]
pub(super) struct Event {
    pub(super) id: String,
    #[serde(rename = "event_type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) resource: Resource,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Resource {
    pub(super) id: Option<String>,
    pub(super) supplementary_data: Option<Supplement>,
}

#[derive(Deserialize)]
pub(super) struct Supplement {
    #[serde(default)]
    pub(super) related_ids: Option<Related>,
}

#[derive(Deserialize)]
pub(super) struct Related {
    #[serde(default)]
    pub(super) order_id: Option<String>,
}

impl Order {
    /// Where the customer agrees.
    pub(super) fn approval(&self) -> Option<String> {
        self.links.iter().find(|link| link.rel == "payer-action" || link.rel == "approve").map(|link| link.href.clone())
    }

    pub(super) fn capture(&self) -> Option<&Moved> {
        self.purchase_units.first().and_then(|unit| unit.payments.captures.last())
    }

    pub(super) fn authorization(&self) -> Option<&Moved> {
        self.purchase_units.first().and_then(|unit| unit.payments.authorizations.last())
    }
}

impl Event {
    /// What PayPal calls the order it is about.
    pub(super) fn order(self) -> (String, String, Option<String>) {
        let related = self.resource.supplementary_data.and_then(|more| more.related_ids).and_then(|ids| ids.order_id);
        let order = if self.kind.starts_with("CHECKOUT.ORDER.") { self.resource.id } else { related };
        (self.id, self.kind, order)
    }
}
