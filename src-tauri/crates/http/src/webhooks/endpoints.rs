//! Endpoints as whoever manages them sees and changes them.

use std::sync::Arc;

use axum::extract::State;
use purser_core::access::can;
use purser_core::ids::EndpointId;
use purser_core::{Patch, Timestamp};
use purser_service::App;
use purser_service::webhooks::{self, Change, EventKind, Made, Shown};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::deliveries::SentView;
use crate::Result;
use crate::extract::{Allowed, IfMatch, Json, NeededKey, OptionalJson, Path};
use crate::once::{Repeatable, Shape};
use crate::reply::{Data, NoContent, Rows, Versioned};

/// A place other systems are told at. Its secret is not shown again.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "WebhookEndpoint")]
pub(super) struct EndpointView {
    id: EndpointId,
    url: String,
    description: String,
    /// What it asked for: `payment.captured`, `order.*`, `*`.
    topics: Vec<String>,
    enabled: bool,
    /// How the secret begins.
    secret_prefix: String,
    /// Until then messages are signed with the secret before as well.
    #[serde(skip_serializing_if = "Option::is_none")]
    old_secret_ends_at: Option<Timestamp>,
    /// Since when nothing arrived there.
    #[serde(skip_serializing_if = "Option::is_none")]
    failing_since: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_at: Option<Timestamp>,
    /// Why it is switched off.
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_reason: Option<String>,
    /// Deliveries that wait.
    waiting: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// Counts changes; the `ETag`.
    version: i64,
}

impl From<Shown> for EndpointView {
    fn from(Shown { endpoint, waiting }: Shown) -> Self {
        Self {
            id: endpoint.id,
            url: endpoint.url,
            description: endpoint.description,
            topics: endpoint.topics.split(' ').map(str::to_owned).collect(),
            enabled: endpoint.enabled,
            secret_prefix: endpoint.secret_prefix,
            old_secret_ends_at: endpoint.old_secret_ends_at,
            failing_since: endpoint.failing_since_at,
            disabled_at: endpoint.disabled_at,
            disabled_reason: endpoint.disabled_reason,
            waiting,
            created_at: endpoint.created_at,
            updated_at: endpoint.updated_at,
            version: endpoint.version,
        }
    }
}

impl Versioned for EndpointView {
    fn version(&self) -> Option<i64> {
        Some(self.version)
    }
}

/// An endpoint with a secret that was just made.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WebhookEndpointMade")]
pub(super) struct MadeView {
    #[serde(flatten)]
    endpoint: EndpointView,
    /// The secret messages are signed with. It is told once: a repeat of the request with the same key is answered without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

impl From<Made> for MadeView {
    fn from(made: Made) -> Self {
        Self { endpoint: made.shown.into(), secret: made.secret }
    }
}

impl Versioned for MadeView {
    fn version(&self) -> Option<i64> {
        self.endpoint.version()
    }
}

/// A new endpoint.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "NewWebhookEndpoint")]
pub(super) struct NewBody {
    /// Where: `https://…`, not in a private network.
    url: String,
    /// What it is for.
    #[serde(default)]
    description: Patch<String>,
    /// What it asks for; everything if left out.
    #[serde(default)]
    topics: Patch<Vec<String>>,
}

/// A change: only what is mentioned changes.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(rename = "WebhookEndpointChange")]
pub(super) struct ChangeBody {
    url: Patch<String>,
    description: Patch<String>,
    /// `null`: everything.
    topics: Patch<Vec<String>>,
    enabled: Patch<bool>,
}

/// How long the old secret counts.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(rename = "WebhookSecretRotation")]
pub(super) struct RotateBody {
    /// Hours, 0 to 168; a day unless said otherwise.
    overlap_hours: i64,
}

impl Default for RotateBody {
    fn default() -> Self {
        Self { overlap_hours: 24 }
    }
}

pub(super) async fn list(State(app): State<App>, Allowed(by): Allowed<can::ReadWebhook>) -> Result<Rows<EndpointView>> {
    Ok(Rows::whole(webhooks::list(&app, &by).await?.into_iter().map(EndpointView::from).collect()))
}

pub(super) async fn read(State(app): State<App>, Allowed(by): Allowed<can::ReadWebhook>, Path(id): Path<EndpointId>) -> Result<Data<EndpointView>> {
    Ok(Data(webhooks::read(&app, &by, id).await?.into()))
}

pub(super) async fn create(
    State(app): State<App>,
    Allowed(by): Allowed<can::ManageWebhook>,
    key: NeededKey,
    Json(body): Json<NewBody>,
) -> Result<Repeatable<MadeView, 201>> {
    let subject = |made: &Made| made.shown.endpoint.id.uuid();
    let shape = Shape { view: Arc::new(MadeView::from), subject, home: Some("/webhooks/endpoints") };
    let less = |made: Made| Made { secret: None, ..made };
    let once = shape.once_telling::<_, 201>(&by, key, ("create webhook endpoint", &body), Some(less))?;
    let change = Change { url: Patch::Set(body.url), description: body.description, topics: body.topics, enabled: Patch::Keep };
    shape.reply(webhooks::create(&app, &by, change, once).await?)
}

pub(super) async fn update(
    State(app): State<App>,
    Allowed(by): Allowed<can::ManageWebhook>,
    Path(id): Path<EndpointId>,
    IfMatch(version): IfMatch,
    Json(body): Json<ChangeBody>,
) -> Result<Data<EndpointView>> {
    let change = Change { url: body.url, description: body.description, topics: body.topics, enabled: body.enabled };
    Ok(Data(webhooks::update(&app, &by, (id, version), change).await?.into()))
}

pub(super) async fn rotate(
    State(app): State<App>,
    Allowed(by): Allowed<can::ManageWebhook>,
    Path(id): Path<EndpointId>,
    OptionalJson(body): OptionalJson<RotateBody>,
) -> Result<Data<MadeView>> {
    Ok(Data(webhooks::rotate(&app, &by, id, body.overlap_hours).await?.into()))
}

pub(super) async fn delete(State(app): State<App>, Allowed(by): Allowed<can::ManageWebhook>, Path(id): Path<EndpointId>) -> Result<NoContent> {
    webhooks::delete(&app, &by, id).await?;
    Ok(NoContent)
}

pub(super) async fn test(State(app): State<App>, Allowed(by): Allowed<can::ManageWebhook>, Path(id): Path<EndpointId>) -> Result<Data<SentView>> {
    Ok(Data(webhooks::test(&app, &by, id).await?.into()))
}

/// A kind of events.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WebhookEventKind")]
pub(super) struct KindView(EventKind);

pub(super) async fn kinds(Allowed(_by): Allowed<can::ReadWebhook>) -> Result<Rows<KindView>> {
    Ok(Rows::whole(webhooks::kinds().into_iter().map(KindView).collect()))
}
