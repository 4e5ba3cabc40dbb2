//! Requests with a key as people look at them: whose, what, when, how often again. Never what was answered, which may be anybody's affair.

use purser_core::Timestamp;
use purser_core::ids::{RepeatId, UserId};
use purser_core::repeats::RepeatState;
use uuid::Uuid;

use crate::page::{Key, List, SortKey};
use crate::rows::{Instant, MaybeInstant};
use crate::{Listing, Page, Query, Result, Tx, Value};

/// A request with a key.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Repeat {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: RepeatId,
    /// Who called: a person's id, or the name of a part of Purser.
    pub caller: String,
    /// The key.
    pub key: String,
    /// What was asked, in a word.
    pub operation: String,
    /// Id of what it set out to make or change.
    pub subject_id: Option<Uuid>,
    /// Status it was answered with.
    pub status: Option<i64>,
    /// How often it came again after it was answered.
    pub repeats: i64,
    /// When it did last.
    #[sqlx(try_from = "MaybeInstant")]
    pub repeated_at: Option<Timestamp>,
    /// When it came.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
    /// When it is forgotten.
    #[sqlx(try_from = "Instant")]
    pub expires_at: Timestamp,
}

static LIST: List<Repeat> = List {
    select: "SELECT k.id, k.caller, k.key, k.operation, k.subject_id, k.status, k.repeats, k.repeated_at, k.created_at, k.expires_at \
             FROM idempotency_keys k",
    id: "k.id",
    row_id: |row| row.id.uuid(),
    sorts: &[SortKey { name: "createdAt", column: "k.created_at", key: |row| Key::Time(row.created_at.micros()) }],
};

/// Which requests.
#[derive(Clone, Debug)]
pub struct Filter {
    /// In any of these states.
    pub states: Vec<RepeatState>,
    /// Asking any of these.
    pub operations: Vec<String>,
    /// By any of these people.
    pub users: Vec<UserId>,
    /// With this key.
    pub key: Option<String>,
    /// With a key that begins like this.
    pub begins: Option<String>,
    /// That came at or after this instant.
    pub from: Option<Timestamp>,
    /// That came before this instant.
    pub to: Option<Timestamp>,
    /// Now: what has run out is no longer there.
    pub now: Timestamp,
    /// What came before this instant and has no answer was left behind.
    pub left_before: Timestamp,
}

fn state(query: &mut Query, state: RepeatState, left_before: Timestamp) {
    match state {
        RepeatState::Answered => query.push("k.status IS NOT NULL"),
        RepeatState::Running => query.push("(k.status IS NULL AND k.created_at >= ").arg(left_before).push(")"),
        RepeatState::Left => query.push("(k.status IS NULL AND k.created_at < ").arg(left_before).push(")"),
    };
}

fn condition(tx: &Tx, filter: &Filter) -> Query {
    let mut query = Query::start(" WHERE k.tenant_id = ");
    query.arg(tx.tenant()).push(" AND k.expires_at > ").arg(filter.now);
    for (place, each) in filter.states.iter().enumerate() {
        query.push(if place == 0 { " AND (" } else { " OR " });
        state(&mut query, *each, filter.left_before);
    }
    if !filter.states.is_empty() {
        query.push(")");
    }
    if !filter.operations.is_empty() {
        query.push(" AND k.operation IN ").list(filter.operations.iter().map(Value::from));
    }
    if !filter.users.is_empty() {
        query.push(" AND k.caller IN ").list(filter.users.iter().map(|user| user.to_string().into()));
    }
    if let Some(key) = &filter.key {
        query.push(" AND k.key = ").arg(key);
    }
    if let Some(begins) = &filter.begins {
        // Both engines count letters here, not bytes.
        let length = i64::try_from(begins.chars().count()).unwrap_or(i64::MAX);
        query.push(" AND SUBSTR(k.key, 1, ").arg(length).push(tx.pick(")", "::int)")).push(" = ").arg(begins);
    }
    if let Some(from) = filter.from {
        query.push(" AND k.created_at >= ").arg(from);
    }
    if let Some(to) = filter.to {
        query.push(" AND k.created_at < ").arg(to);
    }
    query
}

/// A page of requests of the tenant, newest first.
pub async fn list(tx: &mut Tx, filter: &Filter, page: &Page) -> Result<Listing<Repeat>> {
    let condition = condition(tx, filter);
    LIST.page(tx, &condition, page).await
}

/// How many there are, exact up to `most`.
pub async fn count(tx: &mut Tx, filter: &Filter, most: i64) -> Result<(i64, bool)> {
    let condition = condition(tx, filter);
    crate::page::count(tx, "idempotency_keys k", &condition, most).await
}
