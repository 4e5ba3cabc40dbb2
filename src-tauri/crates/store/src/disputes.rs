//! The `disputes` table.

use purser_core::disputes::DisputeState;
use purser_core::ids::{DisputeId, FileId, OrderId, PaymentId, TenantId, UserId};
use purser_core::{Currency, Money, Timestamp};
use uuid::Uuid;

use crate::page::{Key, List, SortKey};
use crate::rows::{Instant, MaybeInstant};
use crate::{Listing, Page, Query, Result, Tx, sql};

/// A disputed payment with its order's number and customer.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Dispute {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: DisputeId,
    /// The payment.
    #[sqlx(try_from = "Uuid")]
    pub payment_id: PaymentId,
    /// The order it paid.
    #[sqlx(try_from = "Uuid")]
    pub order_id: OrderId,
    /// Number of that order.
    pub order_number: i64,
    /// Who paid.
    #[sqlx(try_from = "Uuid")]
    pub customer_id: UserId,
    /// Their first name.
    pub first_name: String,
    /// Their last name.
    pub last_name: String,
    /// Their address.
    pub email: String,
    /// The provider that took the payment.
    pub provider: String,
    /// What the provider calls the dispute.
    pub reference: String,
    /// How much is disputed.
    pub amount: i64,
    /// Currency of every amount.
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    /// Why, as the bank says.
    pub reason: String,
    /// Where it stands.
    #[sqlx(try_from = "String")]
    pub state: DisputeState,
    /// Until when evidence is taken.
    #[sqlx(try_from = "MaybeInstant")]
    pub due_at: Option<Timestamp>,
    /// What the bank took.
    pub withdrawn: i64,
    /// What it gave back of that.
    pub reinstated: i64,
    /// What the provider kept for its trouble.
    pub fee: i64,
    /// What it gave back of that.
    pub fee_back: i64,
    /// What we say to it.
    pub evidence: sqlx::types::Json<serde_json::Value>,
    /// The call to the provider that has no answer yet.
    pub pending: Option<String>,
    /// Why the provider would not take it.
    pub failure_message: Option<String>,
    /// When our evidence went in.
    #[sqlx(try_from = "MaybeInstant")]
    pub submitted_at: Option<Timestamp>,
    /// When it was decided.
    #[sqlx(try_from = "MaybeInstant")]
    pub decided_at: Option<Timestamp>,
    /// When the bank opened it.
    #[sqlx(try_from = "Instant")]
    pub opened_at: Timestamp,
    /// Last changed.
    #[sqlx(try_from = "Instant")]
    pub updated_at: Timestamp,
    /// Counts changes.
    pub version: i64,
}

impl Dispute {
    /// An amount of it with its currency.
    pub const fn money(&self, amount: i64) -> Money {
        Money::new(amount, self.currency)
    }
}

macro_rules! select {
    () => {
        "SELECT d.id, d.payment_id, d.order_id, o.number AS order_number, o.customer_id, u.first_name, u.last_name, u.email, d.provider, \
         d.reference, d.amount, d.currency, d.reason, d.state, d.due_at, d.withdrawn, d.reinstated, d.fee, d.fee_back, d.evidence, d.pending, \
         d.failure_message, d.submitted_at, d.decided_at, d.opened_at, d.updated_at, d.version \
         FROM disputes d JOIN orders o ON o.id = d.order_id JOIN users u ON u.id = o.customer_id"
    };
}

const LIST: List<Dispute> = List {
    select: select!(),
    id: "d.id",
    row_id: |d| d.id.uuid(),
    sorts: &[SortKey { name: "openedAt", column: "d.opened_at", key: |d| Key::Time(d.opened_at.micros()) }],
};

/// Which disputes are wanted. Everything empty: all.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    /// Any of these states.
    pub states: Vec<DisputeState>,
    /// Of this payment.
    pub payment: Option<PaymentId>,
    /// Of this order.
    pub order: Option<OrderId>,
    /// Evidence is wanted before this.
    pub due_before: Option<Timestamp>,
    /// Opened at or after.
    pub from: Option<Timestamp>,
    /// Opened before.
    pub to: Option<Timestamp>,
    /// Of the order of this number, or what the provider calls it.
    pub search: Option<String>,
}

fn clause(tx: &Tx, filter: &Filter) -> Query {
    let mut query = Query::start(" WHERE d.tenant_id = ");
    query.arg(tx.tenant());
    if !filter.states.is_empty() {
        query.push(" AND d.state IN ").list(filter.states.iter().map(|s| s.as_str().into()));
    }
    if let Some(payment) = filter.payment {
        query.push(" AND d.payment_id = ").arg(payment);
    }
    if let Some(order) = filter.order {
        query.push(" AND d.order_id = ").arg(order);
    }
    if let Some(due) = filter.due_before {
        query.push(" AND d.state IN ('opened', 'needs_evidence') AND d.due_at < ").arg(due);
    }
    if let Some(from) = filter.from {
        query.push(" AND d.opened_at >= ").arg(from);
    }
    if let Some(to) = filter.to {
        query.push(" AND d.opened_at < ").arg(to);
    }
    if let Some(words) = &filter.search {
        let number = words.trim_start_matches('#').parse::<i64>().unwrap_or(-1);
        query.push(" AND (d.reference = ").arg(words).push(" OR d.order_id IN (SELECT id FROM orders WHERE tenant_id = ");
        query.arg(tx.tenant()).push(" AND number = ").arg(number).push("))");
    }
    query
}

/// One page.
pub async fn list(tx: &mut Tx, filter: &Filter, page: &Page) -> Result<Listing<Dispute>> {
    let clause = clause(tx, filter);
    LIST.page(tx, &clause, page).await
}

/// How many there are, exact up to `most`, and whether that is all.
pub async fn count(tx: &mut Tx, filter: &Filter, most: i64) -> Result<(i64, bool)> {
    let clause = clause(tx, filter);
    crate::page::count(tx, "disputes d", &clause, most).await
}

const FIND: &str = concat!(select!(), " WHERE d.tenant_id = $1 AND d.id = $2");
const HOLD: &str = concat!(select!(), " WHERE d.tenant_id = $1 AND d.id = $2 FOR UPDATE OF d");
const BY_REFERENCE: &str = concat!(select!(), " WHERE d.tenant_id = $1 AND d.provider = $2 AND d.reference = $3");
const HOLD_BY_REFERENCE: &str = concat!(select!(), " WHERE d.tenant_id = $1 AND d.provider = $2 AND d.reference = $3 FOR UPDATE OF d");

/// One dispute.
pub async fn find(tx: &mut Tx, id: DisputeId) -> Result<Option<Dispute>> {
    tx.optional(sql(FIND).bind(tx.tenant()).bind(id)).await
}

/// One dispute, held until the transaction ends.
pub async fn hold(tx: &mut Tx, id: DisputeId) -> Result<Option<Dispute>> {
    tx.optional(sql(tx.pick(FIND, HOLD)).bind(tx.tenant()).bind(id)).await
}

/// The dispute the provider calls so, held until the transaction ends.
pub async fn hold_by_reference(tx: &mut Tx, provider: &str, reference: &str) -> Result<Option<Dispute>> {
    let query = sql(tx.pick(BY_REFERENCE, HOLD_BY_REFERENCE)).bind(tx.tenant()).bind(provider.to_owned()).bind(reference.to_owned());
    tx.optional(query).await
}

const INSERT: &str = "INSERT INTO disputes (id, tenant_id, payment_id, order_id, provider, reference, amount, currency, reason, state, due_at, \
     evidence, opened_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) \
     ON CONFLICT (tenant_id, provider, reference) DO NOTHING";

/// Add a dispute; `false` when the provider's name for it is known.
pub async fn insert(tx: &mut Tx, d: &Dispute) -> Result<bool> {
    let query = sql(INSERT)
        .bind(d.id)
        .bind(tx.tenant())
        .bind(d.payment_id)
        .bind(d.order_id)
        .bind(&d.provider)
        .bind(&d.reference)
        .bind(d.amount)
        .bind(d.currency)
        .bind(&d.reason)
        .bind(d.state.as_str())
        .bind(d.due_at)
        .bind(d.evidence.0.clone())
        .bind(d.opened_at)
        .bind(d.updated_at);
    Ok(tx.run(query).await? == 1)
}

const UPDATE: &str = "UPDATE disputes SET state = $3, due_at = $4, withdrawn = $5, reinstated = $6, fee = $7, evidence = $8, pending = $9, \
     failure_message = $10, submitted_at = $11, decided_at = $12, updated_at = $13, fee_back = $15, version = version + 1 \
     WHERE tenant_id = $1 AND id = $2 AND version = $14";

/// Write where `d` stands, whose `version` is the one that was read; `false` when it has moved on since.
pub async fn update(tx: &mut Tx, d: &Dispute) -> Result<bool> {
    let query = sql(UPDATE)
        .bind(tx.tenant())
        .bind(d.id)
        .bind(d.state.as_str())
        .bind(d.due_at)
        .bind(d.withdrawn)
        .bind(d.reinstated)
        .bind(d.fee)
        .bind(d.evidence.0.clone())
        .bind(d.pending.clone())
        .bind(d.failure_message.clone())
        .bind(d.submitted_at)
        .bind(d.decided_at)
        .bind(d.updated_at)
        .bind(d.version)
        .bind(d.fee_back);
    Ok(tx.run(query).await? == 1)
}

/// A dispute whose provider has not answered.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct Open {
    /// Whose it is.
    #[sqlx(try_from = "Uuid")]
    pub tenant_id: TenantId,
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: DisputeId,
}

const OPEN: &str = "SELECT tenant_id, id FROM disputes WHERE pending IS NOT NULL AND updated_at <= $1 ORDER BY updated_at LIMIT 100";

/// Disputes of all tenants whose provider has not answered since `before`. Needs [`crate::Scope::System`].
pub async fn open(tx: &mut Tx, before: Timestamp) -> Result<Vec<Open>> {
    tx.all(sql(OPEN).bind(before)).await
}

#[derive(sqlx::FromRow)]
struct Count {
    n: i64,
}

const STANDING: &str = "SELECT COUNT(*) AS n FROM disputes WHERE tenant_id = $1 AND payment_id = $2 AND id <> $3 \
     AND (state IN ('needs_evidence', 'lost', 'accepted') OR (state IN ('opened', 'submitted') AND withdrawn > 0))";

/// How many disputes of the payment, `but` for one, keep it disputed: those that are not over, and more than a question, and those that were lost.
pub async fn standing(tx: &mut Tx, payment: PaymentId, but: Option<DisputeId>) -> Result<i64> {
    let but = but.map_or_else(Uuid::nil, DisputeId::uuid);
    Ok(tx.one::<Count>(sql(STANDING).bind(tx.tenant()).bind(payment).bind(but)).await?.n)
}

/// A file that goes with evidence.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct EvidenceFile {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: FileId,
    /// Its name.
    pub name: String,
    /// What it is.
    pub content_type: String,
    /// Bytes.
    pub size: i64,
    /// The order, person or product it is attached to.
    pub subject_id: Uuid,
}

fn of_evidence(tx: &Tx, files: &[FileId]) -> Query {
    let mut query = Query::start("SELECT id, name, content_type, size, subject_id FROM files WHERE deleted_at IS NULL AND tenant_id = ");
    query.arg(tx.tenant()).push(" AND id IN ").list(files.iter().map(|id| (*id).into())).push(" ORDER BY id");
    query
}

/// Of these files, those that are there.
pub async fn evidence_files(tx: &mut Tx, files: &[FileId]) -> Result<Vec<EvidenceFile>> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let query = of_evidence(tx, files);
    tx.all(query).await
}

/// The same, held until the transaction ends so that nobody deletes them meanwhile.
pub async fn hold_files(tx: &mut Tx, files: &[FileId]) -> Result<Vec<EvidenceFile>> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = of_evidence(tx, files);
    query.push(tx.pick("", " FOR SHARE"));
    tx.all(query).await
}

const UNANSWERED: &str = concat!(
    select!(),
    " WHERE d.tenant_id = $1 AND d.state IN ('opened', 'needs_evidence') AND (d.order_id = $2 OR o.customer_id = $2) ORDER BY d.id"
);

/// Disputes of an order, or of the orders of a person, whose evidence has not been handed in.
pub async fn unanswered(tx: &mut Tx, about: Uuid) -> Result<Vec<Dispute>> {
    tx.all(sql(UNANSWERED).bind(tx.tenant()).bind(about)).await
}
