//! What the sandbox was asked, and what it tells.

use axum::extract::State;
use purser_core::access::can;
use purser_core::ids::{CallId, MessageId, PaymentId};
use purser_core::sandbox::{FaultEffect, MessageState};
use purser_core::{Money, Timestamp};
use purser_service::{App, sandbox};
use purser_store::sandbox_log::{Call, CallFilter, Message, MessageFilter};
use schemars::JsonSchema;
use serde::Serialize;

use crate::Result;
use crate::extract::{Allowed, Any, Path, Query};
use crate::list_query;
use crate::reply::{Data, Rows, Versioned};

/// A call.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "SandboxCall")]
pub(super) struct CallView {
    id: CallId,
    at: Timestamp,
    /// What was asked: `authorise`, `lookup`, …
    operation: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_id: Option<PaymentId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<Money>,
    /// What went wrong on purpose.
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<String>,
    /// What was answered, in a word: `captured`, `card_declined`, `no_answer`.
    answer: String,
}

impl From<Call> for CallView {
    fn from(call: Call) -> Self {
        Self {
            amount: call.money(),
            payment_id: call.payment.and_then(|payment| payment.parse().ok()),
            id: call.id,
            at: call.at,
            operation: call.operation,
            fault: call.fault,
            answer: call.answer,
        }
    }
}

/// A message.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "SandboxMessage")]
pub(super) struct MessageView {
    id: MessageId,
    /// What happened: `payment.captured`.
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_id: Option<PaymentId>,
    state: MessageState,
    /// How often it is sent.
    copies: i64,
    /// How often that was tried.
    tries: i64,
    due_at: Timestamp,
    /// Why it was not taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivered_at: Option<Timestamp>,
}

impl From<Message> for MessageView {
    fn from(message: Message) -> Self {
        Self {
            id: message.id,
            kind: message.kind,
            payment_id: message.payment.parse().ok(),
            state: message.state,
            copies: message.copies,
            tries: message.tries,
            due_at: message.due_at,
            error: message.error,
            created_at: message.created_at,
            delivered_at: message.delivered_at,
        }
    }
}

impl Versioned for MessageView {}

list_query! {
    /// Which calls.
    CallsQuery {
        /// Any of these operations.
        operation: Any<String>,
        /// Gone wrong by any of these.
        fault: Any<FaultEffect>,
        /// Of this payment.
        payment_id: Option<PaymentId>,
    }
}

list_query! {
    /// Which messages.
    MessagesQuery {
        /// In any of these states.
        state: Any<MessageState>,
        /// About this payment.
        payment_id: Option<PaymentId>,
    }
}

pub(super) async fn calls(State(app): State<App>, Allowed(by): Allowed<can::ReadPayment>, Query(query): Query<CallsQuery>) -> Result<Rows<CallView>> {
    let page = query.page()?;
    let search = query.search().map(|text| text.chars().take(100).collect());
    let filter = CallFilter { operations: query.operation.0, faults: query.fault.0, payment: query.payment_id.map(|id| id.to_string()), search };
    let (listing, total) = sandbox::calls(&app, &by, &filter, &page).await?;
    Ok(Rows::page(listing.map(CallView::from), &page, total))
}

pub(super) async fn messages(
    State(app): State<App>,
    Allowed(by): Allowed<can::ReadPayment>,
    Query(query): Query<MessagesQuery>,
) -> Result<Rows<MessageView>> {
    let page = query.page()?;
    let search = query.search().map(|text| text.chars().take(100).collect());
    let filter = MessageFilter { states: query.state.0, payment: query.payment_id.map(|id| id.to_string()), search };
    let (listing, total) = sandbox::messages(&app, &by, &filter, &page).await?;
    Ok(Rows::page(listing.map(MessageView::from), &page, total))
}

pub(super) async fn send(State(app): State<App>, Allowed(by): Allowed<can::PlaySandbox>, Path(id): Path<MessageId>) -> Result<Data<MessageView>> {
    Ok(Data(sandbox::send(&app, &by, id).await?.into()))
}
