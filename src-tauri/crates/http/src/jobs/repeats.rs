//! Requests that may be repeated without harm, and what became of them.

use axum::extract::State;
use purser_core::access::can;
use purser_core::ids::{RepeatId, UserId};
use purser_core::repeats::{self, ABANDONED, RepeatState};
use purser_core::{Error, Timestamp};
use purser_service::{App, idempotency};
use purser_store::repeats::{Filter, Repeat};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::Result;
use crate::extract::{Allowed, Any, Query, When};
use crate::list_query;
use crate::reply::Rows;

/// A request with an `Idempotency-Key`. What it was answered is shown to nobody but who sent it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "IdempotencyKey")]
pub(super) struct RepeatView {
    id: RepeatId,
    /// As the caller chose it.
    key: String,
    /// What was asked: `create_order`.
    operation: String,
    state: RepeatState,
    /// The person who called.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<UserId>,
    /// What part of Purser called, if no person did.
    #[serde(skip_serializing_if = "Option::is_none")]
    caller: Option<String>,
    /// What kind of thing it makes or changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    subject_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject_id: Option<Uuid>,
    /// Status it was answered with.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<i64>,
    /// How often it came again after it was answered, and was answered the same.
    repeats: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    repeated_at: Option<Timestamp>,
    created_at: Timestamp,
    /// When the key is forgotten and may be used for something else.
    expires_at: Timestamp,
}

impl RepeatView {
    fn new(repeat: Repeat, now: Timestamp) -> Self {
        let user_id: Option<UserId> = repeat.caller.parse().ok();
        Self {
            state: idempotency::state(&repeat, now),
            id: repeat.id,
            key: repeat.key,
            subject_type: repeats::subject(&repeat.operation).map(Into::into),
            operation: repeat.operation,
            user_id,
            caller: user_id.is_none().then_some(repeat.caller),
            subject_id: repeat.subject_id,
            status: repeat.status,
            repeats: repeat.repeats,
            repeated_at: repeat.repeated_at,
            created_at: repeat.created_at,
            expires_at: repeat.expires_at,
        }
    }
}

list_query! {
    /// Which requests. The words to look for are the beginning of a key.
    RepeatsQuery {
        /// In any of these states.
        state: Any<RepeatState>,
        /// Asking any of these.
        operation: Any<String>,
        /// By any of these people.
        user_id: Any<UserId>,
        /// With just this key.
        key: Option<String>,
        /// That came at or after this instant.
        from: Option<When>,
        /// That came before this instant.
        to: Option<When>,
    }
}

pub(super) async fn list(State(app): State<App>, Allowed(by): Allowed<can::ReadJob>, Query(query): Query<RepeatsQuery>) -> Result<Rows<RepeatView>> {
    let page = query.page()?;
    let now = by.now();
    if query.key.as_deref().is_some_and(|key| key.is_empty() || key.chars().count() > LONGEST) {
        return Err(Error::invalid("key", "not_valid", "A key of 1 to 255 characters.").into());
    }
    let filter = Filter {
        begins: query.search().map(|text| text.chars().take(LONGEST).collect()),
        states: query.state.0,
        operations: query.operation.0,
        users: query.user_id.0,
        key: query.key,
        from: query.from.map(When::instant),
        to: query.to.map(When::instant),
        now,
        left_before: now.plus(-ABANDONED),
    };
    let (listing, total) = idempotency::list(&app, &by, &filter, &page).await?;
    Ok(Rows::page(listing.map(|repeat| RepeatView::new(repeat, now)), &page, total))
}

/// The longest key.
const LONGEST: usize = 255;
