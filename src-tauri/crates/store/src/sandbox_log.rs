//! What the sandbox provider was asked (`sandbox_calls`) and what it tells (`sandbox_messages`). Both are short: the newest are kept.

use purser_core::ids::{CallId, MessageId, TenantId};
use purser_core::sandbox::{FaultEffect, MessageState};
use purser_core::{Currency, Money, Timestamp};
use uuid::Uuid;

use crate::page::{Key, List, SortKey};
use crate::rows::{Instant, MaybeInstant};
use crate::{Listing, Page, Query, Result, Tx, sql};

/// How many calls, and how many messages, are kept of a tenant.
pub const KEPT: i64 = 500;

/// A call.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Call {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: CallId,
    /// What was asked.
    pub operation: String,
    /// Of which payment.
    pub payment: Option<String>,
    /// How much.
    pub amount: Option<i64>,
    /// In which currency.
    pub currency: Option<String>,
    /// What went wrong.
    pub fault: Option<String>,
    /// What was answered, in a word.
    pub answer: String,
    /// When.
    #[sqlx(try_from = "Instant")]
    pub at: Timestamp,
}

impl Call {
    /// How much it was about.
    pub fn money(&self) -> Option<Money> {
        let currency: Currency = self.currency.as_deref()?.parse().ok()?;
        Some(Money::new(self.amount?, currency))
    }
}

static CALLS: List<Call> = List {
    select: "SELECT c.id, c.operation, c.payment, c.amount, c.currency, c.fault, c.answer, c.at FROM sandbox_calls c",
    id: "c.id",
    row_id: |call| call.id.uuid(),
    sorts: &[SortKey { name: "at", column: "c.at", key: |call| Key::Time(call.at.micros()) }],
};

/// Which calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallFilter {
    /// Any of these operations.
    pub operations: Vec<String>,
    /// Struck by any of these.
    pub faults: Vec<FaultEffect>,
    /// Of this payment.
    pub payment: Option<String>,
    /// With this in what was asked or answered.
    pub search: Option<String>,
}

/// A page of calls, newest first, and, without a cursor, how many there are.
pub async fn calls(tx: &mut Tx, filter: &CallFilter, page: &Page) -> Result<(Listing<Call>, Option<(i64, bool)>)> {
    let mut condition = Query::start(" WHERE c.tenant_id = ");
    condition.arg(tx.tenant());
    if !filter.operations.is_empty() {
        condition.push(" AND c.operation IN ").list(filter.operations.iter().map(Into::into));
    }
    if !filter.faults.is_empty() {
        condition.push(" AND c.fault IN ").list(filter.faults.iter().map(|fault| fault.as_str().into()));
    }
    if let Some(payment) = &filter.payment {
        condition.push(" AND c.payment = ").arg(payment);
    }
    if let Some(text) = &filter.search {
        let pattern = format!("%{}%", crate::sql::like(&text.to_lowercase()));
        condition.push(" AND (c.operation LIKE ").arg(pattern.clone()).push(" ESCAPE '\\' OR c.answer LIKE ").arg(pattern.clone());
        condition.push(" ESCAPE '\\' OR c.payment LIKE ").arg(pattern).push(" ESCAPE '\\')");
    }
    let total = if page.after.is_none() { Some(crate::page::count(tx, "sandbox_calls c", &condition, KEPT).await?) } else { None };
    Ok((CALLS.page(tx, &condition, page).await?, total))
}

/// Write calls down, and forget what is too old.
pub async fn note(tx: &mut Tx, calls: &[Call]) -> Result<()> {
    const FORGET: &str = "DELETE FROM sandbox_calls WHERE tenant_id = $1 AND id < (SELECT id FROM sandbox_calls WHERE tenant_id = $1 \
         ORDER BY id DESC LIMIT 1 OFFSET 499)";
    let Some(tenant) = (!calls.is_empty()).then(|| tx.tenant()) else { return Ok(()) };
    let mut query = Query::start("INSERT INTO sandbox_calls (id, tenant_id, operation, payment, amount, currency, fault, answer, at) VALUES");
    query.rows(calls.iter().map(|call| {
        [
            call.id.into(),
            tenant.into(),
            (&call.operation).into(),
            call.payment.clone().into(),
            call.amount.into(),
            call.currency.clone().into(),
            call.fault.clone().into(),
            (&call.answer).into(),
            call.at.into(),
        ]
    }));
    tx.run(query).await?;
    tx.run(sql(FORGET).bind(tenant)).await.map(drop)
}

/// A message.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Message {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: MessageId,
    /// Tenant.
    #[sqlx(try_from = "Uuid")]
    pub tenant_id: TenantId,
    /// What happened: `payment.captured`.
    pub kind: String,
    /// To which payment.
    pub payment: String,
    /// What it says.
    pub body: String,
    /// Where it stands.
    #[sqlx(try_from = "String")]
    pub state: MessageState,
    /// How often it is sent.
    pub copies: i64,
    /// How often that was tried.
    pub tries: i64,
    /// When it is sent.
    #[sqlx(try_from = "Instant")]
    pub due_at: Timestamp,
    /// Why it was not taken.
    pub error: Option<String>,
    /// Made.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
    /// Taken.
    #[sqlx(try_from = "MaybeInstant")]
    pub delivered_at: Option<Timestamp>,
}

macro_rules! columns {
    () => {
        "m.id, m.tenant_id, m.kind, m.payment, m.body, m.state, m.copies, m.tries, m.due_at, m.error, m.created_at, m.delivered_at"
    };
}

static MESSAGES: List<Message> = List {
    select: concat!("SELECT ", columns!(), " FROM sandbox_messages m"),
    id: "m.id",
    row_id: |message| message.id.uuid(),
    sorts: &[SortKey { name: "createdAt", column: "m.created_at", key: |message| Key::Time(message.created_at.micros()) }],
};

/// Which messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MessageFilter {
    /// In any of these states.
    pub states: Vec<MessageState>,
    /// About this payment.
    pub payment: Option<String>,
    /// With this in what happened or in the payment.
    pub search: Option<String>,
}

/// A page of messages, newest first, and, without a cursor, how many there are.
pub async fn messages(tx: &mut Tx, filter: &MessageFilter, page: &Page) -> Result<(Listing<Message>, Option<(i64, bool)>)> {
    let mut condition = Query::start(" WHERE m.tenant_id = ");
    condition.arg(tx.tenant());
    if !filter.states.is_empty() {
        condition.push(" AND m.state IN ").list(filter.states.iter().map(|state| state.as_str().into()));
    }
    if let Some(payment) = &filter.payment {
        condition.push(" AND m.payment = ").arg(payment);
    }
    if let Some(text) = &filter.search {
        let pattern = format!("%{}%", crate::sql::like(&text.to_lowercase()));
        condition.push(" AND (m.kind LIKE ").arg(pattern.clone()).push(" ESCAPE '\\' OR m.payment LIKE ").arg(pattern).push(" ESCAPE '\\')");
    }
    let total = if page.after.is_none() { Some(crate::page::count(tx, "sandbox_messages m", &condition, KEPT).await?) } else { None };
    Ok((MESSAGES.page(tx, &condition, page).await?, total))
}

/// Add a message, and forget what is too old.
pub async fn tell(tx: &mut Tx, message: &Message) -> Result<()> {
    const TELL: &str = "INSERT INTO sandbox_messages (id, tenant_id, kind, payment, body, state, copies, tries, due_at, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9)";
    const FORGET: &str = "DELETE FROM sandbox_messages WHERE tenant_id = $1 AND id < (SELECT id FROM sandbox_messages WHERE tenant_id = $1 \
         ORDER BY id DESC LIMIT 1 OFFSET 499)";
    let query = sql(TELL)
        .bind(message.id)
        .bind(tx.tenant())
        .bind(&message.kind)
        .bind(&message.payment)
        .bind(&message.body)
        .bind(message.state.as_str())
        .bind(message.copies)
        .bind(message.due_at)
        .bind(message.created_at);
    tx.run(query).await?;
    tx.run(sql(FORGET).bind(tx.tenant())).await.map(drop)
}

/// One message.
pub async fn message(tx: &mut Tx, id: MessageId) -> Result<Option<Message>> {
    const FIND: &str = concat!("SELECT ", columns!(), " FROM sandbox_messages m WHERE m.tenant_id = $1 AND m.id = $2");
    tx.optional(sql(FIND).bind(tx.tenant()).bind(id)).await
}

/// Messages of all tenants that are due, at most 50. Needs [`crate::Scope::System`].
pub async fn due(tx: &mut Tx, now: Timestamp) -> Result<Vec<Message>> {
    const DUE: &str =
        concat!("SELECT ", columns!(), " FROM sandbox_messages m WHERE m.state = 'waiting' AND m.due_at <= $1 ORDER BY m.due_at, m.id LIMIT 50");
    tx.all(sql(DUE).bind(now)).await
}

/// Take a message up until `until`; `false` if somebody else did.
pub async fn take(tx: &mut Tx, message: &Message, until: Timestamp) -> Result<bool> {
    const TAKE: &str = "UPDATE sandbox_messages SET due_at = $4, tries = tries + 1 \
         WHERE tenant_id = $1 AND id = $2 AND state = 'waiting' AND due_at = $3";
    Ok(tx.run(sql(TAKE).bind(tx.tenant()).bind(message.id).bind(message.due_at).bind(until)).await? == 1)
}

/// Write down what became of it.
pub async fn done(tx: &mut Tx, id: MessageId, (state, due, error): (MessageState, Timestamp, Option<String>), now: Timestamp) -> Result<()> {
    const DONE: &str = "UPDATE sandbox_messages SET state = $3, due_at = $4, error = $5, \
         delivered_at = CASE WHEN $3 = 'delivered' THEN $6 ELSE delivered_at END WHERE tenant_id = $1 AND id = $2";
    tx.run(sql(DONE).bind(tx.tenant()).bind(id).bind(state.as_str()).bind(due).bind(error).bind(now)).await.map(drop)
}

/// Send it now, wherever it stands.
pub async fn again(tx: &mut Tx, id: MessageId, now: Timestamp) -> Result<bool> {
    const AGAIN: &str = "UPDATE sandbox_messages SET state = 'waiting', due_at = $3, tries = 0, error = NULL WHERE tenant_id = $1 AND id = $2";
    Ok(tx.run(sql(AGAIN).bind(tx.tenant()).bind(id).bind(now)).await? == 1)
}

#[derive(sqlx::FromRow)]
struct Waiting {
    payments: i64,
    messages: i64,
}

/// How many charges take their time, and how many messages wait to be sent.
pub async fn waiting(tx: &mut Tx) -> Result<(i64, i64)> {
    const WAITING: &str = "SELECT (SELECT COUNT(*) FROM sandbox_charges WHERE tenant_id = $1 AND state = 'processing') AS payments, \
         (SELECT COUNT(*) FROM sandbox_messages WHERE tenant_id = $1 AND state = 'waiting') AS messages";
    let row: Waiting = tx.one(sql(WAITING).bind(tx.tenant())).await?;
    Ok((row.payments, row.messages))
}
