//! How a new payment can be made.

use axum::extract::State;
use purser_core::access::can;
use purser_core::gateways::Health;
use purser_service::App;
use purser_service::payments::means::{self, Mean, Means};
use schemars::JsonSchema;
use serde::Serialize;

use crate::Result;
use crate::extract::AllowedOwn;
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
}

impl From<Means> for MeansView {
    fn from(means: Means) -> Self {
        let Means { provider, name, live, health, offered, others, by_customer } = means;
        Self { provider, name, live, health, methods: offered.into_iter().map(MeanView::from).collect(), others, by_customer }
    }
}

impl Versioned for MeansView {}

pub(super) async fn read(State(app): State<App>, AllowedOwn(by): AllowedOwn<can::CapturePayment>) -> Result<Data<MeansView>> {
    Ok(Data(means::means(&app, &by).await?.into()))
}
