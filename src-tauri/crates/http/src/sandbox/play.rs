//! How the sandbox behaves.

use std::sync::Arc;

use axum::extract::State;
use purser_core::access::can;
use purser_core::ids::{ConnectionId, DisputeId, FaultId, PaymentId};
use purser_core::sandbox::{FaultEffect, FaultTarget, REFUSALS};
use purser_core::{Money, Patch, Timestamp};
use purser_service::App;
use purser_service::sandbox::{self, Change, NewDispute, NewFault};
use purser_store::sandbox_play::Fault;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Result;
use crate::extract::{Allowed, IdempotencyKey, Json, Path};
use crate::once::{Changed, Made, Shape};
use crate::reply::{Created, Data, NoContent, Versioned};

/// What goes wrong with the calls that come next.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "SandboxFault")]
pub(super) struct FaultView {
    id: FaultId,
    effect: FaultEffect,
    /// With which calls.
    operation: FaultTarget,
    /// Why it says no.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    /// How long it takes, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    millis: Option<i64>,
    /// With how many calls more.
    #[serde(skip_serializing_if = "Option::is_none")]
    remaining: Option<i64>,
    /// Until when nobody is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
    created_at: Timestamp,
}

impl From<Fault> for FaultView {
    fn from(fault: Fault) -> Self {
        Self {
            id: fault.id,
            effect: fault.effect,
            operation: fault.operation,
            code: fault.code,
            millis: fault.millis,
            remaining: fault.remaining,
            until: fault.until,
            created_at: fault.created_at,
        }
    }
}

impl Versioned for FaultView {}

/// A test card.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SandboxCard")]
struct CardView {
    /// What is sent as the means of payment.
    method: &'static str,
    label: &'static str,
    /// What it does.
    does: &'static str,
}

/// How the sandbox tells.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "SandboxWebhooks")]
struct WebhooksView {
    enabled: bool,
    /// How long after the fact, in seconds.
    delay_seconds: i64,
    /// How often each message is sent.
    copies: i64,
    /// How many of a hundred get lost.
    lose_percent: i64,
    /// Whether every second one is overtaken by the next.
    reorder: bool,
    /// Where they are told at.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// The connection they come through.
    #[serde(skip_serializing_if = "Option::is_none")]
    connection_id: Option<ConnectionId>,
}

/// What waits at the sandbox.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SandboxWaiting")]
struct WaitingView {
    /// Payments that take their time.
    payments: i64,
    /// Messages that are not sent yet.
    messages: i64,
}

/// The sandbox of payments.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Sandbox")]
pub(super) struct SandboxView {
    /// Whether it may be played: no payment provider that moves real money is switched on.
    test_mode: bool,
    /// Whether new payments go there.
    in_use: bool,
    /// Whether every call is written down.
    recording: bool,
    /// How long a card that takes its time takes.
    processing_seconds: i64,
    webhooks: WebhooksView,
    faults: Vec<FaultView>,
    cards: Vec<CardView>,
    /// Codes a fault can say no with.
    decline_codes: Vec<&'static str>,
    waiting: WaitingView,
}

impl Versioned for SandboxView {}

impl SandboxView {
    fn of(app: &App, state: sandbox::State) -> Self {
        let settings = state.settings;
        Self {
            test_mode: state.test_mode,
            in_use: state.in_use,
            recording: settings.recording,
            processing_seconds: settings.processing_s,
            webhooks: WebhooksView {
                enabled: settings.webhooks,
                delay_seconds: settings.delay_s,
                copies: settings.copies,
                lose_percent: settings.lose_percent,
                reorder: settings.reorder,
                url: state.connection.map(|id| format!("{}/webhooks/{id}", app.mail.base())),
                connection_id: state.connection,
            },
            faults: state.faults.into_iter().map(FaultView::from).collect(),
            cards: sandbox::cards(app).iter().map(|card| CardView { method: card.method, label: card.label, does: card.does }).collect(),
            decline_codes: REFUSALS.iter().map(|(code, _)| *code).collect(),
            waiting: WaitingView { payments: state.processing, messages: state.messages },
        }
    }
}

/// How the sandbox tells: only what is mentioned changes.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(rename = "SandboxWebhooksChange")]
struct WebhooksBody {
    enabled: Patch<bool>,
    delay_seconds: Patch<i64>,
    copies: Patch<i64>,
    lose_percent: Patch<i64>,
    reorder: Patch<bool>,
}

/// A change of how the sandbox behaves: only what is mentioned changes.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(rename = "SandboxChange")]
pub(super) struct ChangeBody {
    recording: Patch<bool>,
    processing_seconds: Patch<i64>,
    webhooks: WebhooksBody,
}

impl From<ChangeBody> for Change {
    fn from(body: ChangeBody) -> Self {
        Self {
            recording: body.recording,
            processing_s: body.processing_seconds,
            webhooks: body.webhooks.enabled,
            delay_s: body.webhooks.delay_seconds,
            copies: body.webhooks.copies,
            lose_percent: body.webhooks.lose_percent,
            reorder: body.webhooks.reorder,
        }
    }
}

/// A fault to be.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NewSandboxFault")]
pub(super) struct FaultBody {
    effect: FaultEffect,
    /// With which calls; any that changes something, unless said.
    #[serde(default)]
    operation: Option<FaultTarget>,
    /// Why it says no; `card_declined` unless said.
    #[serde(default)]
    code: Option<String>,
    /// How long it takes: for `slow` and `late`.
    #[serde(default)]
    millis: Option<i64>,
    /// How long nobody is there: for `down`.
    #[serde(default)]
    seconds: Option<i64>,
    /// With how many calls; one unless said.
    #[serde(default)]
    calls: Option<i64>,
}

/// How what takes its time ends.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "SandboxOutcome")]
enum Outcome {
    Succeed,
    Fail,
}

/// What is to end.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "SandboxSettle")]
pub(super) struct SettleBody {
    /// This payment; every one that takes its time, unless said.
    #[serde(default)]
    payment_id: Option<PaymentId>,
    outcome: Outcome,
}

/// What ended.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SandboxSettled")]
pub(super) struct SettledView {
    payments: Vec<PaymentId>,
}

impl Versioned for SettledView {}

/// A dispute to be opened.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NewSandboxDispute")]
pub(super) struct DisputeBody {
    payment_id: PaymentId,
    /// How much; all of it unless said.
    #[serde(default)]
    amount: Option<Money>,
    /// Why, in the bank's word; `fraudulent` unless said.
    #[serde(default)]
    reason: Option<String>,
}

/// A dispute the sandbox's bank opened.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "SandboxDispute")]
pub(super) struct OpenedView {
    /// What the sandbox calls it.
    reference: String,
    /// The dispute here; not there yet where the sandbox tells by messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    dispute_id: Option<DisputeId>,
}

impl Versioned for OpenedView {}

pub(super) async fn read(State(app): State<App>, Allowed(by): Allowed<can::ReadPayment>) -> Result<Data<SandboxView>> {
    let state = sandbox::state(&app, &by).await?;
    Ok(Data(SandboxView::of(&app, state)))
}

pub(super) async fn change(
    State(app): State<App>,
    Allowed(by): Allowed<can::PlaySandbox>,
    Json(body): Json<ChangeBody>,
) -> Result<Data<SandboxView>> {
    let state = sandbox::change(&app, &by, body.into()).await?;
    Ok(Data(SandboxView::of(&app, state)))
}

pub(super) async fn add_fault(
    State(app): State<App>,
    Allowed(by): Allowed<can::PlaySandbox>,
    Json(body): Json<FaultBody>,
) -> Result<Created<FaultView>> {
    let FaultBody { effect, operation, code, millis, seconds, calls } = body;
    let new = NewFault { effect, operation: operation.unwrap_or(FaultTarget::Any), code, millis, seconds, calls };
    let fault = sandbox::add_fault(&app, &by, new).await?;
    Ok(Created { location: "/api/v1/sandbox".into(), data: fault.into() })
}

pub(super) async fn remove_fault(State(app): State<App>, Allowed(by): Allowed<can::PlaySandbox>, Path(id): Path<FaultId>) -> Result<NoContent> {
    sandbox::remove_fault(&app, &by, id).await?;
    Ok(NoContent)
}

pub(super) async fn clear(State(app): State<App>, Allowed(by): Allowed<can::PlaySandbox>) -> Result<NoContent> {
    sandbox::clear(&app, &by).await?;
    Ok(NoContent)
}

pub(super) async fn settle(
    State(app): State<App>,
    Allowed(by): Allowed<can::PlaySandbox>,
    key: IdempotencyKey,
    Json(body): Json<SettleBody>,
) -> Result<Changed<SettledView>> {
    let shape: Shape<Vec<PaymentId>, SettledView> =
        Shape { view: Arc::new(|payments: Vec<PaymentId>| SettledView { payments }), subject: |_| Uuid::nil(), home: None };
    let once = shape.once::<_, 200>(&by, key, ("settle sandbox", &body))?;
    Ok(shape.changed(sandbox::settle(&app, &by, (body.payment_id, body.outcome == Outcome::Succeed), once).await?))
}

pub(super) async fn dispute(
    State(app): State<App>,
    Allowed(by): Allowed<can::PlaySandbox>,
    key: IdempotencyKey,
    Json(body): Json<DisputeBody>,
) -> Result<Made<OpenedView>> {
    let view = |opened: sandbox::Opened| OpenedView { reference: opened.reference, dispute_id: opened.dispute };
    let shape: Shape<sandbox::Opened, OpenedView> = Shape { view: Arc::new(view), subject: |_| Uuid::nil(), home: None };
    let once = shape.once::<_, 201>(&by, key, ("open sandbox dispute", &body))?;
    let new = NewDispute { payment: body.payment_id, amount: body.amount, reason: body.reason.unwrap_or_else(|| "fraudulent".into()) };
    // Its number is not known before the sandbox has answered: it is in the answer, and the address is that of the list.
    Ok(shape.made_at(sandbox::dispute(&app, &by, new, once).await?, "/api/v1/disputes"))
}
