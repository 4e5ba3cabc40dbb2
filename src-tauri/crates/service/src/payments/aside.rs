//! Putting money aside for a refund: the rules are asked, the payments held, the refunds written down. What needs somebody else waits as a
//! request, with its amount and pieces frozen and the money kept, so that nothing can be promised twice while it waits.

use purser_core::access::{self, Cleared, Grant, Right};
use purser_core::approvals::ApprovalKind;
use purser_core::events::Topic;
use purser_core::ids::{ApprovalId, RefundId, UserId};
use purser_core::payments::{RefundKind, RefundState, Shares};
use purser_core::{Error, Money, Permission, Result};
use purser_store::refunds::{self as store, Refund};
use purser_store::{Tx, payments, refund_basis};
use serde::Serialize;
use uuid::Uuid;

use super::compose::{Part, Plan};
use super::port::RefundCall;
use super::refunds::Accepted;
use crate::approvals::{self, Act, NewApproval, Route};
use crate::audit::{self, Line};
use crate::events;

/// How a refund is asked for.
pub(crate) struct Request<'a> {
    /// The request, if it may make several refunds.
    pub(crate) id: Option<Uuid>,
    /// The id of its first refund, if that is given.
    pub(crate) first: Option<RefundId>,
    /// Why.
    pub(crate) reason: &'a str,
    /// For what kind of reason.
    pub(crate) kind: RefundKind,
    /// Whether it goes to its customer's stored credit.
    pub(crate) to_credit: bool,
}

/// What the rules say to `plan`, given back by whoever `by` is.
pub(crate) async fn route<P>(by: &Grant<P>, tx: &mut Tx, plan: &Plan, kind: RefundKind) -> Result<Route> {
    let act = Act { kind: ApprovalKind::Refund, amount: plan.amount(), refund_kind: Some(kind), done: Permission::RefundOrder };
    approvals::route(by, tx, &act).await
}

/// Put aside what `plan` says: the refunds, on their way or waiting for somebody else.
pub(crate) async fn put_aside<P: Right>(by: &Grant<P>, tx: &mut Tx, plan: &Plan, request: &Request<'_>) -> Result<Vec<Accepted>> {
    let by = &by.under(Permission::RefundOrder, access::Facts { amount: Some(plan.amount()), ..access::Facts::default() })?;
    let approval = match route(by, tx, plan, request.kind).await? {
        Route::Free => None,
        Route::Block(cause) => return Err(Error::Refused("blocked_by_rule", cause.into())),
        Route::Approve(cause, expires_at) => {
            let (kind, subject) = (ApprovalKind::Refund, ("order", plan.order.uuid(), format!("#{}", plan.number)));
            let new = NewApproval { kind, subject, amount: plan.amount(), reason: request.reason.trim(), cause, expires_at };
            Some(approvals::request(by, tx, new).await?)
        }
    };
    let mut refunds = Vec::new();
    for (place, part) in plan.parts.iter().enumerate() {
        let id = request.first.filter(|_| place == 0).unwrap_or_else(|| by.id());
        refunds.push(hold(by, tx, (plan, part), (id, approval, request)).await?);
    }
    store::insert(tx, &refunds).await?;
    if let Some(first) = refunds.first() {
        refund_basis::insert(tx, (plan.order, first.id), &plan.lines).await?;
    }
    if approval.is_some() {
        for (topic, id) in refunds.iter().map(|refund| (Topic::Refund, refund.id.uuid())).chain([(Topic::Order, plan.order.uuid())]) {
            events::emit(tx, by, topic, "granted", id);
        }
    }
    Ok(refunds.iter().map(Accepted::again).collect())
}

/// Keep the money of one payment, and say so in the log.
async fn hold<P: Right>(
    by: &Cleared<P>,
    tx: &mut Tx,
    (plan, part): (&Plan, &Part),
    (id, approval, request): (RefundId, Option<ApprovalId>, &Request<'_>),
) -> Result<Refund> {
    let amount = Money::new(part.shares.sum(), plan.currency);
    let message = "The payment has changed since. Look again and repeat.";
    let reserved = payments::reserve(tx, part.payment, amount).await?.ok_or_else(|| Error::conflict("payment_changed", message))?;
    let reason = request.reason.trim().to_owned();
    let call = RefundCall { id, payment: part.payment, amount };
    let facts = Facts::new(call, (part, request), Money::new(reserved.left, plan.currency));
    let action = if approval.is_some() { "order.grant_refund" } else { "order.refund" };
    let line = Line::new(action, "order", plan.order.uuid(), format!("#{}", plan.number)).after(&facts).reason(reason.clone());
    audit::record(tx, by, line);
    Ok(Refund {
        id,
        payment_id: part.payment,
        provider: reserved.provider,
        order_id: plan.order,
        order_number: plan.number,
        customer_id: UserId(Uuid::nil()),
        first_name: String::new(),
        last_name: String::new(),
        email: String::new(),
        amount: amount.amount,
        currency: amount.currency,
        reason,
        kind: request.kind,
        state: if approval.is_some() { RefundState::Waiting } else { RefundState::Pending },
        failure_message: None,
        created_by: by.user().map(UserId::uuid),
        created_by_name: by.actor().name.clone(),
        created_at: by.now(),
        settled_at: None,
        split: part.shares.into(),
        request_id: request.id,
        approval_id: approval.map(ApprovalId::uuid),
        to_credit: request.to_credit,
    })
}

/// A refund as the audit log keeps it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Facts {
    refund_id: RefundId,
    payment_id: purser_core::ids::PaymentId,
    amount: Money,
    split: Shares,
    kind: RefundKind,
    left: Money,
    /// Made outside, by hand.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    outside: bool,
    /// Gone to stored credit.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    to_credit: bool,
}

impl Facts {
    fn new(call: RefundCall, (part, request): (&Part, &Request<'_>), left: Money) -> Self {
        let Request { kind, to_credit, .. } = *request;
        let RefundCall { id, payment, amount } = call;
        Self { refund_id: id, payment_id: payment, amount, split: part.shares, kind, left, outside: part.outside(to_credit), to_credit }
    }
}
