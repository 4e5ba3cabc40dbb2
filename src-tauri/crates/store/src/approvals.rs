//! The tables `approvals` and `approval_rules`.

use purser_core::access::RoleKey;
use purser_core::approvals::{ApprovalCause, ApprovalKind, ApprovalState, Conditions, Rule as Judge, RuleEffect};
use purser_core::ids::{ApprovalId, RuleId, TenantId, UserId};
use purser_core::payments::RefundKind;
use purser_core::{Currency, Money, Timestamp};
use uuid::Uuid;

use crate::page::{Key, List, SortKey};
use crate::rows::{Instant, MaybeInstant};
use crate::{Listing, Page, Query, Result, Tx, sql};

/// Something that needs a second pair of eyes.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Approval {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: ApprovalId,
    /// What kind of act.
    #[sqlx(try_from = "String")]
    pub kind: ApprovalKind,
    /// What it is done to: `order`.
    pub subject_type: String,
    /// Its id.
    pub subject_id: Uuid,
    /// What people call it.
    pub subject_label: String,
    /// The money it moves.
    pub amount: i64,
    /// Its currency.
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    /// Why it is to be done.
    pub reason: String,
    /// Why it needs somebody else.
    pub cause: String,
    /// What kind of thing asks for that.
    #[sqlx(try_from = "String")]
    pub cause_kind: ApprovalCause,
    /// The name the rule had that day, if it is one.
    pub cause_rule: Option<String>,
    /// Where it stands.
    #[sqlx(try_from = "String")]
    pub state: ApprovalState,
    /// Who asked.
    pub requested_by: Option<Uuid>,
    /// Who really asked, if it was somebody acting as them.
    pub requested_really: Option<Uuid>,
    /// Their name that day.
    pub requested_by_name: String,
    /// When.
    #[sqlx(try_from = "Instant")]
    pub requested_at: Timestamp,
    /// Until when somebody can decide.
    #[sqlx(try_from = "Instant")]
    pub expires_at: Timestamp,
    /// Who decided.
    pub decided_by: Option<Uuid>,
    /// Their name that day.
    pub decided_by_name: Option<String>,
    /// When.
    #[sqlx(try_from = "MaybeInstant")]
    pub decided_at: Option<Timestamp>,
    /// What they said.
    pub decision_reason: Option<String>,
    /// Why it did not work.
    pub failure_message: Option<String>,
    /// Counts changes.
    pub version: i64,
    /// Last changed.
    #[sqlx(try_from = "Instant")]
    pub updated_at: Timestamp,
}

impl Approval {
    /// The money it moves.
    pub const fn money(&self) -> Money {
        Money::new(self.amount, self.currency)
    }

    /// Whether `person` asked for it, as themselves or acting as somebody.
    pub fn is_of(&self, person: UserId) -> bool {
        let person = Some(person.uuid());
        self.requested_by == person || self.requested_really == person
    }
}

macro_rules! columns {
    () => {
        "a.id, a.kind, a.subject_type, a.subject_id, a.subject_label, a.amount, a.currency, a.reason, a.cause, a.cause_kind, a.cause_rule, a.state, a.requested_by, \
         a.requested_really, a.requested_by_name, a.requested_at, a.expires_at, a.decided_by, a.decided_by_name, a.decided_at, a.decision_reason, \
         a.failure_message, a.version, a.updated_at"
    };
}

const LIST: List<Approval> = List {
    select: concat!("SELECT ", columns!(), " FROM approvals a"),
    id: "a.id",
    row_id: |a| a.id.uuid(),
    sorts: &[SortKey { name: "requestedAt", column: "a.requested_at", key: |a| Key::Time(a.requested_at.micros()) }],
};

/// Which approvals are wanted. Everything empty: all.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    /// Any of these states.
    pub states: Vec<ApprovalState>,
    /// Any of these kinds.
    pub kinds: Vec<ApprovalKind>,
    /// About this.
    pub subject: Option<Uuid>,
    /// Asked for by this person.
    pub asked_by: Option<UserId>,
    /// Not asked for by this person.
    pub not_by: Option<UserId>,
    /// About what is called so, or asked for by somebody whose name begins so.
    pub search: Option<String>,
}

fn clause(tx: &Tx, filter: &Filter) -> Query {
    let mut query = Query::start(" WHERE a.tenant_id = ");
    query.arg(tx.tenant());
    if !filter.states.is_empty() {
        query.push(" AND a.state IN ").list(filter.states.iter().map(|s| s.as_str().into()));
    }
    if !filter.kinds.is_empty() {
        query.push(" AND a.kind IN ").list(filter.kinds.iter().map(|k| k.as_str().into()));
    }
    if let Some(subject) = filter.subject {
        query.push(" AND a.subject_id = ").arg(subject);
    }
    if let Some(person) = filter.asked_by {
        query.push(" AND a.requested_by = ").arg(person);
    }
    if let Some(person) = filter.not_by {
        query.push(" AND (a.requested_by IS NULL OR a.requested_by <> ").arg(person).push(")");
        query.push(" AND (a.requested_really IS NULL OR a.requested_really <> ").arg(person).push(")");
    }
    if let Some(words) = &filter.search {
        let label = format!("#{}", words.trim_start_matches('#'));
        let name: String = words.to_lowercase().chars().filter(|c| !matches!(c, '%' | '_' | '\\')).collect();
        query.push(" AND (a.subject_label = ").arg(label).push(" OR LOWER(a.requested_by_name) LIKE ").arg(name + "%").push(")");
    }
    query
}

/// One page.
pub async fn list(tx: &mut Tx, filter: &Filter, page: &Page) -> Result<Listing<Approval>> {
    let clause = clause(tx, filter);
    LIST.page(tx, &clause, page).await
}

/// How many there are, exact up to `most`, and whether that is all.
pub async fn count(tx: &mut Tx, filter: &Filter, most: i64) -> Result<(i64, bool)> {
    let clause = clause(tx, filter);
    crate::page::count(tx, "approvals a", &clause, most).await
}

const FIND: &str = concat!("SELECT ", columns!(), " FROM approvals a WHERE a.tenant_id = $1 AND a.id = $2");
const HOLD: &str = concat!("SELECT ", columns!(), " FROM approvals a WHERE a.tenant_id = $1 AND a.id = $2 FOR UPDATE");

/// One approval.
pub async fn find(tx: &mut Tx, id: ApprovalId) -> Result<Option<Approval>> {
    tx.optional(sql(FIND).bind(tx.tenant()).bind(id)).await
}

/// One approval, held until the transaction ends.
pub async fn hold(tx: &mut Tx, id: ApprovalId) -> Result<Option<Approval>> {
    tx.optional(sql(tx.pick(FIND, HOLD)).bind(tx.tenant()).bind(id)).await
}

const INSERT: &str = "INSERT INTO approvals (id, tenant_id, kind, subject_type, subject_id, subject_label, amount, currency, reason, cause, state, \
     requested_by, requested_really, requested_by_name, requested_at, expires_at, version, updated_at, cause_kind, cause_rule) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 1, $15, $17, $18)";

/// Add one that waits.
pub async fn insert(tx: &mut Tx, a: &Approval) -> Result<()> {
    let query = sql(INSERT)
        .bind(a.id)
        .bind(tx.tenant())
        .bind(a.kind.as_str())
        .bind(&a.subject_type)
        .bind(a.subject_id)
        .bind(&a.subject_label)
        .bind(a.amount)
        .bind(a.currency)
        .bind(&a.reason)
        .bind(&a.cause)
        .bind(a.state.as_str())
        .bind(a.requested_by)
        .bind(a.requested_really)
        .bind(&a.requested_by_name)
        .bind(a.requested_at)
        .bind(a.expires_at)
        .bind(a.cause_kind.as_str())
        .bind(a.cause_rule.clone());
    tx.run(query).await.map(drop)
}

const UPDATE: &str = "UPDATE approvals SET state = $3, decided_by = $4, decided_by_name = $5, decided_at = $6, decision_reason = $7, \
     failure_message = $8, updated_at = $9, version = version + 1 WHERE tenant_id = $1 AND id = $2 AND version = $10";

/// Write where `a` stands, whose `version` is the one that was read; `false` when it has moved on since.
pub async fn update(tx: &mut Tx, a: &Approval) -> Result<bool> {
    let query = sql(UPDATE)
        .bind(tx.tenant())
        .bind(a.id)
        .bind(a.state.as_str())
        .bind(a.decided_by)
        .bind(a.decided_by_name.clone())
        .bind(a.decided_at)
        .bind(a.decision_reason.clone())
        .bind(a.failure_message.clone())
        .bind(a.updated_at)
        .bind(a.version);
    Ok(tx.run(query).await? == 1)
}

/// One that has to be looked at: its time is up, or it was approved and is not known to be done.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct Open {
    /// Whose it is.
    #[sqlx(try_from = "Uuid")]
    pub tenant_id: TenantId,
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: ApprovalId,
}

const OPEN: &str = "SELECT tenant_id, id FROM approvals WHERE state IN ('waiting', 'approved') AND (state = 'approved' OR expires_at <= $1) \
     ORDER BY expires_at LIMIT 200";

/// Those of all tenants. Needs [`crate::Scope::System`].
pub async fn open(tx: &mut Tx, now: Timestamp) -> Result<Vec<Open>> {
    tx.all(sql(OPEN).bind(now)).await
}

/// A rule that says what needs a second pair of eyes.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Rule {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: RuleId,
    /// What people call it.
    pub name: String,
    /// What kind of act.
    #[sqlx(try_from = "String")]
    pub kind: ApprovalKind,
    /// What it does.
    #[sqlx(try_from = "String")]
    pub effect: RuleEffect,
    /// At least this amount.
    pub min_amount: Option<i64>,
    /// Its currency.
    pub currency: Option<String>,
    /// This often in 24 hours, or more.
    pub per_day: Option<i64>,
    /// Any of these roles, as JSON; empty for every role.
    pub roles: sqlx::types::Json<Vec<String>>,
    /// Only refunds of this kind.
    pub refund_kind: Option<String>,
    /// How long somebody can decide, in hours.
    pub expires_hours: i64,
    /// Whether it is in force.
    pub active: bool,
    /// Counts changes.
    pub version: i64,
    /// Made.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
    /// Last changed.
    #[sqlx(try_from = "Instant")]
    pub updated_at: Timestamp,
}

impl Rule {
    /// When it meets an act.
    pub fn conditions(&self) -> Conditions {
        let currency = self.currency.as_ref().and_then(|text| text.parse().ok());
        Conditions {
            min_amount: self.min_amount.zip(currency).map(|(amount, currency)| Money::new(amount, currency)),
            per_day: self.per_day,
            roles: self.roles.iter().filter_map(|role| role.parse::<RoleKey>().ok()).collect(),
            refund_kind: self.refund_kind.as_ref().and_then(|text| text.parse::<RefundKind>().ok()),
        }
    }

    /// The rule as acts are judged by it.
    pub fn judge(&self) -> Judge {
        Judge { conditions: self.conditions(), effect: self.effect, expires_hours: self.expires_hours }
    }
}

macro_rules! rule {
    () => {
        "SELECT id, name, kind, effect, min_amount, currency, per_day, roles, refund_kind, expires_hours, active, version, created_at, updated_at \
         FROM approval_rules WHERE tenant_id = $1"
    };
}

const RULES: &str = concat!(rule!(), " ORDER BY created_at, id LIMIT 100");
const RULE: &str = concat!(rule!(), " AND id = $2");
const RULE_INSERT: &str = "INSERT INTO approval_rules (id, tenant_id, name, kind, effect, min_amount, currency, per_day, roles, refund_kind, \
     expires_hours, active, version, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1, $13, $13)";
const RULE_UPDATE: &str = "UPDATE approval_rules SET name = $3, effect = $4, min_amount = $5, currency = $6, per_day = $7, roles = $8, \
     refund_kind = $9, expires_hours = $10, active = $11, updated_at = $12, version = version + 1 WHERE tenant_id = $1 AND id = $2 AND version = $13";

/// The rules of the tenant, oldest first, at most 100.
pub async fn rules(tx: &mut Tx) -> Result<Vec<Rule>> {
    tx.all(sql(RULES).bind(tx.tenant())).await
}

/// One rule.
pub async fn rule(tx: &mut Tx, id: RuleId) -> Result<Option<Rule>> {
    tx.optional(sql(RULE).bind(tx.tenant()).bind(id)).await
}

/// Add a rule.
pub async fn insert_rule(tx: &mut Tx, r: &Rule) -> Result<()> {
    let query = sql(RULE_INSERT)
        .bind(r.id)
        .bind(tx.tenant())
        .bind(&r.name)
        .bind(r.kind.as_str())
        .bind(r.effect.as_str())
        .bind(r.min_amount)
        .bind(r.currency.clone())
        .bind(r.per_day)
        .bind(roles(r))
        .bind(r.refund_kind.clone())
        .bind(r.expires_hours)
        .bind(r.active)
        .bind(r.created_at);
    tx.run(query).await.map(drop)
}

fn roles(rule: &Rule) -> serde_json::Value {
    serde_json::json!(rule.roles.0)
}

/// Write a rule, whose `version` is the one that was read; `false` when it has changed since.
pub async fn update_rule(tx: &mut Tx, r: &Rule) -> Result<bool> {
    let query = sql(RULE_UPDATE)
        .bind(tx.tenant())
        .bind(r.id)
        .bind(&r.name)
        .bind(r.effect.as_str())
        .bind(r.min_amount)
        .bind(r.currency.clone())
        .bind(r.per_day)
        .bind(roles(r))
        .bind(r.refund_kind.clone())
        .bind(r.expires_hours)
        .bind(r.active)
        .bind(r.updated_at)
        .bind(r.version);
    Ok(tx.run(query).await? == 1)
}

/// Remove a rule.
pub async fn delete_rule(tx: &mut Tx, id: RuleId) -> Result<bool> {
    Ok(tx.run(sql("DELETE FROM approval_rules WHERE tenant_id = $1 AND id = $2").bind(tx.tenant()).bind(id)).await? == 1)
}
