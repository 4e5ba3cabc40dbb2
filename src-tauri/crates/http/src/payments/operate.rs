//! Move money: pay, capture, void, confirm, refund. Each takes an `Idempotency-Key`.

use std::sync::Arc;

use axum::extract::State;
use purser_core::access::can;
use purser_core::ids::{OrderId, PaymentId};
use purser_core::payments::RefundKind;
use purser_service::App;
use purser_service::payments::{self, Ask, Paid, Pay, Refunded};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::views::{CaptureBody, ConfirmBody, PaidView, ProofOutcome, RefundBody, RefundedView};
use crate::Result;
use crate::extract::{Allowed, AllowedOwn, Json, NeededKey, OptionalJson, Path};
use crate::once::{Repeatable, Shape};

/// How a payment and its order become a reply.
fn paid(app: &App) -> Shape<Paid, PaidView> {
    let app = app.clone();
    Shape { view: Arc::new(move |paid| PaidView::of(&app, paid)), subject: |paid| paid.payment.id.uuid(), home: None }
}

/// When to take the money.
#[derive(Deserialize, Serialize, JsonSchema, Default, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum CaptureMode {
    /// At once.
    #[default]
    Automatic,
    /// Later, by an operation of its own.
    Manual,
}

/// How an order is to be paid.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NewPayment")]
pub(crate) struct PayBody {
    /// The means of payment, as the provider names it: `pm_card_visa`. Or `credit`: the customer's stored credit, as much as there is of it. Or, for
    /// staff, `account`: the customer pays later.
    payment_method: String,
    /// When to take the money; at once unless said otherwise.
    #[serde(default)]
    capture: CaptureMode,
}

pub(crate) async fn pay_order(
    State(app): State<App>,
    AllowedOwn(by): AllowedOwn<can::CapturePayment>,
    Path(id): Path<OrderId>,
    key: NeededKey,
    Json(body): Json<PayBody>,
) -> Result<Repeatable<PaidView, 200>> {
    let shape = paid(&app);
    let once = shape.once::<_, 200>(by.narrow(), key, (&format!("pay {id}"), &body))?;
    let capture = body.capture == CaptureMode::Automatic;
    let pay = Pay { method: body.payment_method, capture, by_customer: by.own().is_some(), whole: false };
    shape.reply(payments::pay(&app, &by, id, pay, once).await?)
}

pub(crate) async fn capture_payment(
    State(app): State<App>,
    Allowed(by): Allowed<can::CapturePayment>,
    Path(id): Path<PaymentId>,
    key: NeededKey,
    OptionalJson(body): OptionalJson<CaptureBody>,
) -> Result<Repeatable<PaidView, 200>> {
    let shape = paid(&app);
    let once = shape.once::<_, 200>(&by, key, (&format!("capture {id}"), &body))?;
    shape.reply(payments::capture(&app, &by, id, body.amount, once).await?)
}

pub(crate) async fn void_payment(
    State(app): State<App>,
    Allowed(by): Allowed<can::CapturePayment>,
    Path(id): Path<PaymentId>,
    key: NeededKey,
) -> Result<Repeatable<PaidView, 200>> {
    let shape = paid(&app);
    let once = shape.once::<_, 200>(&by, key, (&format!("void {id}"), &()))?;
    shape.reply(payments::void(&app, &by, id, once).await?)
}

pub(crate) async fn confirm_payment(
    State(app): State<App>,
    AllowedOwn(by): AllowedOwn<can::CapturePayment>,
    Path(id): Path<PaymentId>,
    key: NeededKey,
    OptionalJson(body): OptionalJson<ConfirmBody>,
) -> Result<Repeatable<PaidView, 200>> {
    let shape = paid(&app);
    let once = shape.once::<_, 200>(by.narrow(), key, (&format!("confirm {id}"), &body))?;
    shape.reply(payments::confirm(&app, &by, id, body.outcome == ProofOutcome::Success, once).await?)
}

pub(crate) async fn refund_payment(
    State(app): State<App>,
    Allowed(by): Allowed<can::RefundOrder>,
    Path(id): Path<PaymentId>,
    key: NeededKey,
    Json(body): Json<RefundBody>,
) -> Result<Repeatable<RefundedView, 201>> {
    let shape = {
        let app = app.clone();
        let view = move |refunded: Refunded| RefundedView::of(&app, refunded);
        Shape { view: Arc::new(view), subject: |refunded: &Refunded| refunded.refund.id.uuid(), home: Some("/refunds") }
    };
    let once = shape.once::<_, 201>(&by, key, (&format!("refund {id}"), &body))?;
    let ask = Ask { amount: body.amount, reason: body.reason, kind: body.kind.unwrap_or(RefundKind::Standard) };
    shape.reply(payments::refund(&app, &by, id, ask, once).await?)
}
