//! Connections as whoever manages them sees and changes them.

use std::sync::Arc;

use axum::extract::State;
use purser_core::access::can;
use purser_core::gateways::{GatewayKind, Health};
use purser_core::ids::ConnectionId;
use purser_core::{Patch, Timestamp};
use purser_service::App;
use purser_service::payments::connections::{self, Change};
use purser_service::payments::remote::ProbeStep;
use purser_store::gateways::Connection;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::extract::{Allowed, IfMatch, Json, NeededKey, Path};
use crate::once::{Repeatable, Shape};
use crate::reply::{Data, NoContent, Rows, Versioned};

/// A connection to a payment provider. Its key is never shown.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "PaymentProvider")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own on the page")]
pub(super) struct ConnectionView {
    id: ConnectionId,
    kind: GatewayKind,
    name: String,
    /// What may be seen of us there: a publishable key, a client id.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    /// Whether its messages can be checked.
    has_webhook_secret: bool,
    /// What the provider calls the place it tells us at.
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook_reference: Option<String>,
    /// The address the provider has to be told for its messages.
    webhook_url: String,
    /// Whether it moves money.
    live: bool,
    /// Whether new payments may go there.
    enabled: bool,
    /// Whether they do. Where none leads, they are the sandbox's.
    leads: bool,
    /// How the way there is: `open` while it failed so often that nothing is sent.
    health: Health,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// Counts changes; the `ETag`.
    version: i64,
}

impl ConnectionView {
    fn of(app: &App, connection: Connection) -> Self {
        Self {
            webhook_url: format!("{}/webhooks/{}", app.mail.base(), connection.id),
            health: app.payments.health(connection.id),
            id: connection.id,
            kind: connection.kind,
            name: connection.name,
            account: connection.account,
            has_webhook_secret: connection.has_signing,
            webhook_reference: connection.webhook_ref,
            live: connection.live,
            enabled: connection.enabled,
            leads: connection.leads,
            created_at: connection.created_at,
            updated_at: connection.updated_at,
            version: connection.version,
        }
    }
}

impl Versioned for ConnectionView {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }
}

/// A change: only what is mentioned changes.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(rename = "PaymentProviderChange")]
pub(super) struct ChangeBody {
    name: Patch<String>,
    account: Patch<String>,
    /// The key. It is not shown again.
    secret: Patch<String>,
    /// What the provider signs its messages with. It is not shown again.
    webhook_secret: Patch<String>,
    webhook_reference: Patch<String>,
    live: Patch<bool>,
    enabled: Patch<bool>,
    leads: Patch<bool>,
}

impl From<ChangeBody> for Change {
    fn from(body: ChangeBody) -> Self {
        Self {
            name: body.name,
            account: body.account,
            key: body.secret,
            signing: body.webhook_secret,
            webhook_ref: body.webhook_reference,
            live: body.live,
            enabled: body.enabled,
            leads: body.leads,
        }
    }
}

/// A new connection.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NewPaymentProvider")]
pub(super) struct NewBody {
    kind: GatewayKind,
    name: String,
    /// The key. It is not shown again.
    secret: String,
    #[serde(default)]
    account: Patch<String>,
    /// What the provider signs its messages with. It is not shown again.
    #[serde(default)]
    webhook_secret: Patch<String>,
    #[serde(default)]
    webhook_reference: Patch<String>,
    /// Whether it moves money; only tests unless said otherwise.
    #[serde(default)]
    live: Patch<bool>,
    /// Whether new payments go there from now on.
    #[serde(default)]
    leads: Patch<bool>,
}

pub(super) async fn list(State(app): State<App>, Allowed(by): Allowed<can::ReadSetting>) -> Result<Rows<ConnectionView>> {
    let all = connections::list(&app, &by).await?;
    Ok(Rows::whole(all.into_iter().map(|connection| ConnectionView::of(&app, connection)).collect()))
}

pub(super) async fn read(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadSetting>,
    Path(id): Path<ConnectionId>,
) -> Result<Data<ConnectionView>> {
    let connection = connections::read(&app, &by, id).await?;
    Ok(Data(ConnectionView::of(&app, connection)))
}

pub(super) async fn create(
    State(app): State<App>,
    Allowed(by): Allowed<can::ManageGateway>,
    key: NeededKey,
    Json(body): Json<NewBody>,
) -> Result<Repeatable<ConnectionView, 201>> {
    let of = app.clone();
    let view = Arc::new(move |connection| ConnectionView::of(&of, connection));
    let shape = Shape { view, subject: |connection: &Connection| connection.id.uuid(), home: Some("/payment-providers") };
    let once = shape.once::<_, 201>(&by, key, ("create payment provider", &body))?;
    let change = Change {
        name: Patch::Set(body.name),
        account: body.account,
        key: Patch::Set(body.secret),
        signing: body.webhook_secret,
        webhook_ref: body.webhook_reference,
        live: body.live,
        enabled: Patch::Keep,
        leads: body.leads,
    };
    shape.reply(connections::create(&app, &by, body.kind, change, once).await?)
}

pub(super) async fn update(
    State(app): State<App>,
    Allowed(by): Allowed<can::ManageGateway>,
    Path(id): Path<ConnectionId>,
    IfMatch(version): IfMatch,
    Json(body): Json<ChangeBody>,
) -> Result<Data<ConnectionView>> {
    let changed = connections::update(&app, &by, (id, version), body.into()).await?;
    Ok(Data(ConnectionView::of(&app, changed)))
}

pub(super) async fn delete(State(app): State<App>, Allowed(by): Allowed<can::ManageGateway>, Path(id): Path<ConnectionId>) -> Result<NoContent> {
    connections::delete(&app, &by, id).await?;
    Ok(NoContent)
}

/// One step of a test.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PaymentProviderTestStep")]
struct StepView {
    /// `key`, `mode`, `webhook`.
    name: &'static str,
    ok: bool,
    /// In words.
    detail: String,
}

/// What a test found.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PaymentProviderTest")]
pub(super) struct TestView {
    /// Whether every step went as it should.
    ok: bool,
    steps: Vec<StepView>,
}

impl From<Vec<ProbeStep>> for TestView {
    fn from(steps: Vec<ProbeStep>) -> Self {
        let ok = steps.iter().all(|step| step.ok);
        Self { ok, steps: steps.into_iter().map(|ProbeStep { name, ok, detail }| StepView { name, ok, detail }).collect() }
    }
}

impl Versioned for TestView {}

pub(super) async fn test(State(app): State<App>, Allowed(by): Allowed<can::ManageGateway>, Path(id): Path<ConnectionId>) -> Result<Data<TestView>> {
    Ok(Data(connections::test(&app, &by, id).await?.into()))
}
