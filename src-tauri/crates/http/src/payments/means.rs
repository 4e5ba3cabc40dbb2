//! How a new payment can be made.

use axum::extract::State;
use purser_core::Money;
use purser_core::access::can;
use purser_core::gateways::Health;
use purser_core::ids::OrderId;
use purser_service::App;
use purser_service::payments::means::{self, Mean, Means};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::extract::{AllowedOwn, Query};
use crate::reply::{Data, Versioned};

/// One means of payment.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PaymentMethod")]
struct MeanView {
    /// What to name in `paymentMethod`.
    method: &'static str,
    /// As people know it.
    label: &'static str,
    /// What it does.
    does: &'static str,
}

impl From<Mean> for MeanView {
    fn from(Mean { method, label, does }: Mean) -> Self {
        Self { method, label, does }
    }
}

/// Where a new payment goes, and how it can be made there.
#[expect(clippy::struct_excessive_bools, reason = "each says a thing of its own about how it can be paid")]
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "PaymentMethods")]
pub(super) struct MeansView {
    /// Who takes it: `sandbox`, `stripe`, `paypal`.
    provider: &'static str,
    /// What the connection is called; to customers, who takes their money.
    name: String,
    /// Whether it moves money.
    live: bool,
    /// `open` while the provider does not answer: nothing is begun then.
    health: Health,
    /// What can be offered; to customers nothing while nobody takes their money.
    methods: Vec<MeanView>,
    /// Whether others may be named too: means of payment the provider keeps, `pm_…`.
    others: bool,
    /// Whether every payment waits for its customer, at the address its `nextActionUrl` names.
    by_customer: bool,
    /// What the customer of the order asked about has as stored credit in its currency: `credit` pays with that.
    #[serde(skip_serializing_if = "Option::is_none")]
    credit: Option<Money>,
    /// Whether it can be sold on account: `account`.
    on_account: bool,
}

impl From<Means> for MeansView {
    fn from(means: Means) -> Self {
        let Means { provider, name, live, health, offered, others, by_customer, credit, on_account } = means;
        let methods = offered.into_iter().map(MeanView::from).collect();
        Self { provider, name, live, health, methods, others, by_customer, credit, on_account }
    }
}

impl Versioned for MeansView {}

/// What is to be paid.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct MeansQuery {
    /// This order: whether its customer has stored credit is told.
    #[serde(default)]
    order_id: Option<OrderId>,
}

pub(super) async fn read(
    State(app): State<App>,
    AllowedOwn(by): AllowedOwn<can::CapturePayment>,
    Query(query): Query<MeansQuery>,
) -> Result<Data<MeansView>> {
    Ok(Data(means::means(&app, &by, query.order_id).await?.into()))
}
