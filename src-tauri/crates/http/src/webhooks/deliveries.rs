//! What was told, and every try.

use axum::extract::State;
use purser_core::Timestamp;
use purser_core::access::can;
use purser_core::ids::{DeliveryId, EndpointId};
use purser_core::webhooks::DeliveryState;
use purser_service::App;
use purser_service::webhooks::{self, Sent};
use purser_store::webhooks::{Attempt, Delivery, Filter};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::Result;
use crate::extract::{Allowed, Any, Path, Query, When};
use crate::list_query;
use crate::reply::{Data, Rows, Versioned};

/// One event for one endpoint.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "WebhookDelivery")]
pub(super) struct DeliveryView {
    id: DeliveryId,
    endpoint_id: EndpointId,
    /// What happened: `payment.captured`; `ping` for a test.
    event: String,
    /// To what.
    subject_id: Uuid,
    state: DeliveryState,
    /// Tries made.
    attempts: i64,
    /// What was answered last.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_status: Option<i64>,
    /// Why the last try failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_error: Option<String>,
    /// About when it is tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_at: Option<Timestamp>,
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivered_at: Option<Timestamp>,
}

impl From<Delivery> for DeliveryView {
    fn from(delivery: Delivery) -> Self {
        Self {
            id: delivery.id,
            endpoint_id: delivery.endpoint_id,
            event: delivery.event,
            subject_id: delivery.subject_id,
            state: delivery.state,
            attempts: delivery.attempts,
            last_status: delivery.last_status,
            last_error: delivery.last_error,
            next_at: delivery.next_at,
            created_at: delivery.created_at,
            delivered_at: delivery.delivered_at,
        }
    }
}

impl Versioned for DeliveryView {}

/// One try.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "WebhookAttempt")]
struct AttemptView {
    id: Uuid,
    at: Timestamp,
    /// What was answered; absent if nothing was.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<i64>,
    duration_ms: i64,
    /// Why it does not count as taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// The beginning of the answer, at most 2 KiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    excerpt: Option<String>,
}

impl From<Attempt> for AttemptView {
    fn from(attempt: Attempt) -> Self {
        Self {
            id: attempt.id,
            at: attempt.at,
            status: attempt.status,
            duration_ms: attempt.duration_ms,
            error: attempt.error,
            excerpt: attempt.excerpt,
        }
    }
}

/// A delivery, what it says, and its tries, the newest first.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WebhookDeliveryWhole")]
pub(super) struct WholeView {
    #[serde(flatten)]
    delivery: DeliveryView,
    /// The body, byte for byte.
    body: String,
    tries: Vec<AttemptView>,
}

impl Versioned for WholeView {}

/// A delivery and the try that was just made.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WebhookTest")]
pub(super) struct SentView {
    /// Whether it was taken.
    ok: bool,
    delivery: DeliveryView,
    attempt: AttemptView,
}

impl From<Sent> for SentView {
    fn from(sent: Sent) -> Self {
        Self { ok: sent.attempt.error.is_none(), delivery: sent.delivery.into(), attempt: sent.attempt.into() }
    }
}

impl Versioned for SentView {}

list_query! {
    /// Which deliveries.
    DeliveriesQuery {
        /// To any of these endpoints.
        endpoint_id: Any<EndpointId>,
        /// In any of these states.
        state: Any<DeliveryState>,
        /// Of any of these kinds.
        event: Any<String>,
        /// About this thing.
        subject_id: Option<Uuid>,
        /// Written at or after this instant.
        from: Option<When>,
        /// Written before this instant.
        to: Option<When>,
    }
}

pub(super) async fn list(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadWebhook>,
    Query(query): Query<DeliveriesQuery>,
) -> Result<Rows<DeliveryView>> {
    let page = query.page()?;
    let search = query.search().map(|text| text.chars().take(100).collect());
    let filter = Filter {
        endpoints: query.endpoint_id.0,
        states: query.state.0,
        events: query.event.0,
        subject: query.subject_id,
        from: query.from.map(When::instant),
        to: query.to.map(When::instant),
        search,
    };
    let (listing, total) = webhooks::deliveries(&app, &by, &filter, &page).await?;
    Ok(Rows::page(listing.map(DeliveryView::from), &page, total))
}

pub(super) async fn read(State(app): State<App>, Allowed(by): Allowed<can::ReadWebhook>, Path(id): Path<DeliveryId>) -> Result<Data<WholeView>> {
    let (delivery, tries) = webhooks::delivery(&app, &by, id).await?;
    let body = delivery.body.clone();
    Ok(Data(WholeView { delivery: delivery.into(), body, tries: tries.into_iter().map(AttemptView::from).collect() }))
}

pub(super) async fn resend(
    State(app): State<App>,
    Allowed(by): Allowed<can::ManageWebhook>,
    Path(id): Path<DeliveryId>,
) -> Result<Data<DeliveryView>> {
    Ok(Data(webhooks::resend(&app, &by, id).await?.into()))
}
