//! What payment providers told.

use axum::extract::State;
use purser_core::Timestamp;
use purser_core::access::can;
use purser_core::gateways::NoticeState;
use purser_core::ids::{ConnectionId, NoticeId, PaymentId};
use purser_service::App;
use purser_service::payments::notices;
use purser_service::payments::remote::RawMessage;
use purser_store::gateways::{Notice, NoticeFilter};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::Result;
use crate::extract::{Allowed, Any, Path, Query};
use crate::list_query;
use crate::reply::{Data, Rows, Versioned};

/// A message of a payment provider.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "PaymentEvent")]
pub(super) struct NoticeView {
    id: NoticeId,
    connection_id: ConnectionId,
    /// The provider's id of it.
    provider_id: String,
    /// Its kind, in the provider's words.
    kind: String,
    /// What the provider calls the payment it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    state: NoticeState,
    /// What became of it, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_id: Option<PaymentId>,
    /// How often it came.
    copies: i64,
    received_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    processed_at: Option<Timestamp>,
}

impl From<Notice> for NoticeView {
    fn from(notice: Notice) -> Self {
        Self {
            id: notice.id,
            connection_id: notice.connection_id,
            provider_id: notice.provider_id,
            kind: notice.kind,
            subject: notice.subject,
            state: notice.state,
            outcome: notice.outcome,
            payment_id: notice.payment_id.map(PaymentId),
            copies: notice.copies,
            received_at: notice.received_at,
            processed_at: notice.processed_at,
        }
    }
}

impl Versioned for NoticeView {}

/// A header that came with it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PaymentEventHeader")]
struct HeaderView {
    name: String,
    value: String,
}

/// A message, and how it came.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PaymentEventWhole")]
pub(super) struct WholeView {
    #[serde(flatten)]
    notice: NoticeView,
    headers: Vec<HeaderView>,
    /// The body, byte for byte.
    body: String,
}

impl Versioned for WholeView {}

list_query! {
    /// Which messages.
    NoticesQuery {
        /// Through any of these connections.
        connection_id: Any<ConnectionId>,
        /// In any of these states.
        state: Any<NoticeState>,
        /// About this payment.
        payment_id: Option<Uuid>,
    }
}

pub(super) async fn list(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadWebhook>,
    Query(query): Query<NoticesQuery>,
) -> Result<Rows<NoticeView>> {
    let page = query.page()?;
    let search = query.search().map(|text| text.chars().take(100).collect());
    let filter = NoticeFilter { connections: query.connection_id.0, states: query.state.0, payment: query.payment_id, search };
    let (listing, total) = notices::list(&app, &by, &filter, &page).await?;
    Ok(Rows::page(listing.map(NoticeView::from), &page, total))
}

pub(super) async fn read(State(app): State<App>, Allowed(by): Allowed<can::ReadWebhook>, Path(id): Path<NoticeId>) -> Result<Data<WholeView>> {
    let (notice, RawMessage { headers, body }) = notices::read(&app, &by, id).await?;
    let headers = headers.into_iter().map(|(name, value)| HeaderView { name, value }).collect();
    Ok(Data(WholeView { notice: notice.into(), headers, body }))
}

pub(super) async fn replay(State(app): State<App>, Allowed(by): Allowed<can::ManageWebhook>, Path(id): Path<NoticeId>) -> Result<Data<NoticeView>> {
    Ok(Data(notices::replay(&app, &by, id).await?.into()))
}
