//! Four eyes: what the rules of a tenant say to an act, the requests they make of it, and what becomes of those.
//!
//! A request knows its kind and its subject and nothing of what it will do; that is kept by the room of its kind, frozen, and done by
//! [`decide`] once somebody else has said yes.

mod decide;
mod rules;
mod sweep;

pub use decide::{Detail, approve, cancel, reject};
pub use rules::{NewRule, RuleChange, add_rule, change_rule, read_rule, remove_rule, rules};
pub use sweep::sweep;

use purser_core::access::{Grant, Permissions, RoleKey, can};
use purser_core::approvals::{self as core, ApprovalCause, ApprovalKind, ApprovalState, Verdict};
use purser_core::events::Topic;
use purser_core::ids::{ApprovalId, UserId};
use purser_core::payments::RefundKind;
use purser_core::time::{DAY, HOUR};
use purser_core::{Error, Money, Permission, Result, Timestamp};
use purser_store::approvals::{self as store, Approval, Filter, Rule};
use purser_store::page::COUNT_LIMIT;
use purser_store::{Listing, Page, Tx, refund_basis};
use uuid::Uuid;

use crate::audit::{self, Line};
use crate::jobs::{self, When};
use crate::mail::TellStaff;
use crate::{App, events};

/// How long somebody can decide where no rule says so.
const USUAL_HOURS: i64 = 72;

/// What the rules say to an act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// Go ahead.
    Free,
    /// Somebody else has to approve it: why, and until when.
    Approve(Cause, Timestamp),
    /// It is not allowed: why.
    Block(String),
}

/// Why somebody else has to approve an act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The rule of this name asks for it.
    Rule(String),
    /// Whoever may grant it may not send it.
    Grant,
}

impl Cause {
    /// Its kind, and the name of the rule if it is one.
    fn parts(&self) -> (ApprovalCause, Option<&str>) {
        match self {
            Self::Rule(name) => (ApprovalCause::Rule, Some(name)),
            Self::Grant => (ApprovalCause::Grant, None),
        }
    }
}

impl std::fmt::Display for Cause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Rule(name) => write!(f, "The rule \"{name}\" asks for a second pair of eyes."),
            Self::Grant => f.write_str("Whoever granted this may not send it; somebody else has to."),
        }
    }
}

/// Something somebody is about to do.
pub(crate) struct Act {
    /// What kind of act.
    pub(crate) kind: ApprovalKind,
    /// The money it moves.
    pub(crate) amount: Money,
    /// For what kind of reason, if it is a refund.
    pub(crate) refund_kind: Option<RefundKind>,
    /// The right to do it without asking.
    pub(crate) done: Permission,
}

/// Somebody the rules are asked about.
pub(crate) struct Person {
    /// Who.
    pub(crate) id: UserId,
    /// Their role.
    pub(crate) role: RoleKey,
    /// What they may do.
    pub(crate) any: Permissions,
}

/// What the rules say to `act` by whoever `by` is. Purser itself and the command line stand under no rule.
pub(crate) async fn route<P>(by: &Grant<P>, tx: &mut Tx, act: &Act) -> Result<Route> {
    let Some(id) = by.user() else { return Ok(Route::Free) };
    let person = Person { id, role: by.actor().role, any: by.actor().held.any };
    route_of(&person, tx, act, by.now()).await
}

/// Whether a rule of this kind is asked about such an act: credit is given as a kindness, like a refund that is one.
fn asks(rule: ApprovalKind, act: ApprovalKind) -> bool {
    rule == act || (rule, act) == (ApprovalKind::Refund, ApprovalKind::Credit)
}

/// What the rules say to `act` by `person` at `now`.
pub(crate) async fn route_of(person: &Person, tx: &mut Tx, act: &Act, now: Timestamp) -> Result<Route> {
    let rules: Vec<Rule> = store::rules(tx).await?.into_iter().filter(|rule| rule.active && asks(rule.kind, act.kind)).collect();
    let today = if rules.iter().any(|rule| rule.per_day.is_some()) {
        // One after the other: two at the same moment would both be the last that is allowed.
        tx.alone("refunds of a day").await?;
        match act.kind {
            ApprovalKind::Refund | ApprovalKind::Credit => refund_basis::made_by(tx, person.id.uuid(), now.plus(-DAY)).await?,
        }
    } else {
        0
    };
    let judged = core::Act { amount: act.amount, today, role: &person.role, refund_kind: act.refund_kind };
    let all: Vec<core::Rule> = rules.iter().map(Rule::judge).collect();
    let until = |hours: i64| now.plus(hours.saturating_mul(HOUR));
    let named = |place: usize| rules.get(place).ok_or_else(|| Error::internal("a rule that is not there"));
    Ok(match core::judge(&all, &judged, person.any.has(act.done)) {
        Verdict::Free => Route::Free,
        Verdict::Block(place) => Route::Block(format!("The rule \"{}\" does not allow this.", named(place)?.name)),
        Verdict::Approve(Some(place)) => {
            let rule = named(place)?;
            Route::Approve(Cause::Rule(rule.name.clone()), until(rule.expires_hours))
        }
        Verdict::Approve(None) => Route::Approve(Cause::Grant, until(USUAL_HOURS)),
    })
}

/// A request to be made.
pub(crate) struct NewApproval<'a> {
    /// What kind of act.
    pub(crate) kind: ApprovalKind,
    /// What it is done to: its kind, its id, and what people call it.
    pub(crate) subject: (&'static str, Uuid, String),
    /// The money it moves.
    pub(crate) amount: Money,
    /// Why it is to be done.
    pub(crate) reason: &'a str,
    /// Why it needs somebody else.
    pub(crate) cause: Cause,
    /// Until when somebody can decide.
    pub(crate) expires_at: Timestamp,
}

/// Ask for a second pair of eyes.
pub(crate) async fn request<P>(by: &Grant<P>, tx: &mut Tx, new: NewApproval<'_>) -> Result<ApprovalId> {
    let (subject_type, subject_id, subject_label) = new.subject;
    let id: ApprovalId = by.id();
    let (cause_kind, cause_rule) = new.cause.parts();
    let approval = Approval {
        id,
        kind: new.kind,
        subject_type: subject_type.to_owned(),
        subject_id,
        subject_label,
        amount: new.amount.amount,
        currency: new.amount.currency,
        reason: new.reason.to_owned(),
        cause: new.cause.to_string(),
        cause_kind,
        cause_rule: cause_rule.map(str::to_owned),
        state: ApprovalState::Waiting,
        requested_by: by.user().map(UserId::uuid),
        requested_really: by.actor().person().map(UserId::uuid),
        requested_by_name: by.actor().name.clone(),
        requested_at: by.now(),
        expires_at: new.expires_at,
        decided_by: None,
        decided_by_name: None,
        decided_at: None,
        decision_reason: None,
        failure_message: None,
        version: 1,
        updated_at: by.now(),
    };
    store::insert(tx, &approval).await?;
    note(by, tx, &approval, ("approval.request", "requested"));
    // Whoever decides hears of it now, not with the next look at what waits.
    jobs::enqueue(tx, by, &TellStaff {}, When { unique: Some(format!("approval {id}")), ..When::default() }).await?;
    Ok(id)
}

/// A line in the log and a notice that something happened to `approval`.
fn note<P>(by: &Grant<P>, tx: &mut Tx, approval: &Approval, (action, event): (&'static str, &str)) {
    let facts = serde_json::json!({ "kind": approval.kind, "state": approval.state, "amount": approval.money(), "cause": approval.cause });
    let reason = approval.decision_reason.clone().unwrap_or_else(|| approval.reason.clone());
    audit::record(tx, by, Line::new(action, "approval", approval.id.uuid(), approval.subject_label.clone()).after(&facts).reason(reason));
    events::emit(tx, by, Topic::Approval, event, approval.id.uuid());
}

/// A page of requests and, without a cursor, how many there are.
pub async fn list(app: &App, by: &Grant<can::ReadPayment>, filter: &Filter, page: &Page) -> Result<(Listing<Approval>, Option<(i64, bool)>)> {
    app.db
        .read(by, async |tx| {
            let listing = store::list(tx, filter, page).await?;
            let total = if page.after.is_some() { None } else { Some(store::count(tx, filter, COUNT_LIMIT).await?) };
            Ok::<_, Error>((listing, total))
        })
        .await
}

/// One request with what it would do.
pub async fn read(app: &App, by: &Grant<can::ReadPayment>, id: ApprovalId) -> Result<Detail> {
    app.db.read(by, async |tx| decide::detail(tx, id).await).await
}
