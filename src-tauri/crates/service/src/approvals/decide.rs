//! Deciding: yes, no, or taking it back. What was approved runs by itself, as it was frozen when it was asked for.

use purser_core::access::{self, Grant, Right, can};
use purser_core::approvals::{ApprovalEvent, ApprovalKind, ApprovalState};
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::{ApprovalId, OrderId, PaymentId, UserId};
use purser_core::payments::{PaymentState, RefundState};
use purser_core::{Error, Permission, Result};
use purser_store::approvals::{self as store, Approval};
use purser_store::refund_basis::{self, Back};
use purser_store::refunds::{self, Refund};
use purser_store::{Tx, payments};

use super::note;
use crate::idempotency::{self, Claim, Once, Outcome, Reply};
use crate::identity::step_up;
use crate::orders::edit::put_back;
use crate::payments::{Accepted, wait};
use crate::{App, credit, events};

/// A request with what it does.
#[derive(Clone, Debug)]
pub struct Detail {
    /// The request.
    pub approval: Approval,
    /// The refunds it is about.
    pub refunds: Vec<Refund>,
    /// The pieces that come back with them.
    pub lines: Vec<Back>,
}

pub(super) async fn detail(tx: &mut Tx, id: ApprovalId) -> Result<Detail> {
    let approval = store::find(tx, id).await?.ok_or(Error::NotFound("approval"))?;
    Ok(Detail { approval, refunds: refunds::of_approval(tx, id).await?, lines: refund_basis::of_approval(tx, id).await? })
}

/// Nobody decides what they asked for, and nobody acting as them does.
fn not_own<P>(by: &Grant<P>, approval: &Approval) -> Result<()> {
    let own = |person| approval.is_of(person) || (approval.kind == ApprovalKind::Credit && person == UserId(approval.subject_id));
    if [by.user(), by.actor().person()].into_iter().flatten().any(own) {
        let message = "You asked for this yourself, or it is for you. Somebody else has to decide.";
        return Err(Error::Refused("own_request", message.into()));
    }
    Ok(())
}

/// Note in `approval` what happened to it.
async fn move_on(tx: &mut Tx, approval: &mut Approval, event: ApprovalEvent) -> Result<()> {
    approval.state = approval.state.apply(event)?;
    if !store::update(tx, approval).await? {
        return Err(Error::internal("a request that was held has changed"));
    }
    approval.version += 1;
    Ok(())
}

fn decided_by<P>(by: &Grant<P>, approval: &mut Approval, reason: Option<&str>) {
    approval.decided_by = by.user().map(UserId::uuid);
    approval.decided_by_name = Some(by.actor().name.clone());
    approval.decided_at = Some(by.now());
    approval.updated_at = by.now();
    approval.decision_reason = reason.map(|reason| reason.trim().to_owned()).filter(|reason| !reason.is_empty());
}

enum Begun {
    Approved,
    Answered(Reply),
}

/// Say yes; what was asked for is done at once.
pub async fn approve(
    app: &App,
    by: &Grant<can::DecideApproval>,
    id: ApprovalId,
    reason: Option<String>,
    once: Option<Once<Detail>>,
) -> Result<Outcome<Detail>> {
    let mut checks = Checks::new();
    checks.length("reason", reason.as_deref().unwrap_or_default(), 500);
    checks.done()?;
    let _turn = once.as_ref().map(|once| app.once.enter(by.tenant(), &once.key)).transpose()?;
    let asked = app.db.read(by, async |tx| store::find(tx, id).await?.ok_or(Error::NotFound("approval"))).await?;
    let sends = match asked.kind {
        ApprovalKind::Refund | ApprovalKind::Credit => by.and::<can::RefundOrder>()?,
    };
    step_up::demand_for_refund(app, by, || Some(asked.amount)).await?;
    let begun = app
        .db
        .transact(by, async |tx| {
            if let Some(once) = &once {
                match app.once.claim(tx, &once.key, by.now(), id.uuid()).await? {
                    Claim::New(_) => {}
                    Claim::Answered(reply) => return Ok(Begun::Answered(reply)),
                    // Approved before a crash; what follows from it goes on below.
                    Claim::Left(_) => return Ok(Begun::Approved),
                }
            }
            say_yes(by, tx, id, reason.as_deref()).await?;
            Ok::<_, Error>(Begun::Approved)
        })
        .await?;
    if let Begun::Answered(reply) = begun {
        return Ok(Outcome::Reply(reply));
    }
    run(app, &sends, id).await?;
    app.db
        .transact(by, async |tx| {
            conclude(by, tx, id).await?;
            let detail = detail(tx, id).await?;
            Ok(match &once {
                Some(once) if detail.approval.state.is_over() => Outcome::Reply(idempotency::answer(tx, once, &detail).await?),
                Some(once) => Outcome::Reply((once.render)(&detail)),
                None => Outcome::Plain(detail),
            })
        })
        .await
}

async fn say_yes(by: &Grant<can::DecideApproval>, tx: &mut Tx, id: ApprovalId, reason: Option<&str>) -> Result<()> {
    let mut approval = store::hold(tx, id).await?.ok_or(Error::NotFound("approval"))?;
    not_own(by, &approval)?;
    approval.state.apply(ApprovalEvent::Approve)?;
    if approval.expires_at <= by.now() {
        return Err(Error::conflict("expired", "Its time has run out. It has to be asked for anew."));
    }
    by.under(Permission::RefundOrder, access::Facts { amount: Some(approval.money()), ..access::Facts::default() })?;
    still_refundable(tx, id).await?;
    decided_by(by, &mut approval, reason);
    move_on(tx, &mut approval, ApprovalEvent::Approve).await?;
    match approval.kind {
        ApprovalKind::Refund => drop(refund_basis::send(tx, id).await?),
        ApprovalKind::Credit => credit::give_approved(by, tx, &approval).await?,
    }
    note(by, tx, &approval, ("approval.approve", "approved"));
    tell(by, tx, id, "sent").await
}

/// What was granted is sent only while its payments can give it back: of one that is disputed by now, only what its bank
/// leaves.
async fn still_refundable(tx: &mut Tx, id: ApprovalId) -> Result<()> {
    let mut ids: Vec<PaymentId> = refunds::of_approval(tx, id).await?.into_iter().map(|refund| refund.payment_id).collect();
    ids.sort_unstable();
    ids.dedup();
    for id in ids {
        payments::hold(tx, id).await?.ok_or(Error::NotFound("payment"))?;
        // What banks keep is read once nobody else can change it: whoever waited for the row may have read it as it was before.
        let payment = payments::find(tx, id).await?.ok_or(Error::NotFound("payment"))?;
        let disputed = payment.state == PaymentState::Disputed;
        if disputed && payment.captured - payment.refunded - payment.refund_pending < payment.kept {
            let message = if payment.kept < payment.captured {
                "A bank kept part of the payment, and what is left is less than this. Reject it and ask for the rest."
            } else {
                "The payment is disputed by now; refunded as well, its money would be gone twice. Decide once the dispute is over."
            };
            return Err(Error::conflict("disputed", message));
        }
        if !disputed && !payment.state.is_refundable() {
            let message = format!("A payment that is {} gives nothing back.", payment.state.words());
            return Err(Error::conflict("not_refundable", message));
        }
    }
    Ok(())
}

/// Tell open pages of what hangs on `id`.
async fn tell<P>(by: &Grant<P>, tx: &mut Tx, id: ApprovalId, action: &str) -> Result<()> {
    for refund in refunds::of_approval(tx, id).await? {
        for (topic, id) in [(Topic::Refund, refund.id.uuid()), (Topic::Payment, refund.payment_id.uuid()), (Topic::Order, refund.order_id.uuid())] {
            events::emit(tx, by, topic, action, id);
        }
    }
    Ok(())
}

/// Do what was approved, as far as it is not done.
async fn run<P: Right>(app: &App, by: &Grant<P>, id: ApprovalId) -> Result<()> {
    let open = app.db.read(by, async |tx| refunds::of_approval(tx, id).await.map_err(Error::from)).await?;
    let open = open.iter().filter(|refund| !refund.state.is_settled()).map(Accepted::again);
    for result in futures::future::join_all(open.map(|one| wait(app, by, one, None))).await {
        if let Err(error) = result {
            tracing::warn!(%error, approval = %id, "an approved refund is not finished; it goes on by itself");
        }
    }
    Ok(())
}

/// Once everything it did has come to an end, so has the request.
pub(super) async fn conclude<P>(by: &Grant<P>, tx: &mut Tx, id: ApprovalId) -> Result<()> {
    let mut approval = store::hold(tx, id).await?.ok_or(Error::NotFound("approval"))?;
    let refunds = refunds::of_approval(tx, id).await?;
    if approval.state != ApprovalState::Approved || !refunds.iter().all(|refund| refund.state.is_settled()) {
        return Ok(());
    }
    approval.updated_at = by.now();
    let failed = refunds.iter().find(|refund| refund.state != RefundState::Succeeded);
    let (event, line) = match failed {
        None => (ApprovalEvent::Succeed, ("approval.succeed", "succeeded")),
        Some(refund) => {
            approval.failure_message = Some(refund.failure_message.clone().unwrap_or_else(|| "The refund did not work.".into()));
            (ApprovalEvent::Fail, ("approval.fail", "failed"))
        }
    };
    move_on(tx, &mut approval, event).await?;
    note(by, tx, &approval, line);
    Ok(())
}

/// Say no, once for each key; the money that was kept for it is free again.
pub async fn reject(app: &App, by: &Grant<can::DecideApproval>, id: ApprovalId, reason: &str, once: Option<Once<Detail>>) -> Result<Outcome<Detail>> {
    let mut checks = Checks::new();
    checks.text("reason", reason, 500).done()?;
    idempotency::at_once(app, by, (id.uuid(), once), async |tx| {
        let approval = store::hold(tx, id).await?.ok_or(Error::NotFound("approval"))?;
        not_own(by, &approval)?;
        end(by, tx, approval, (ApprovalEvent::Reject, Some(reason))).await
    })
    .await
}

/// Take back what one asked for oneself.
pub async fn cancel(app: &App, by: &Grant<can::GrantRefund>, id: ApprovalId) -> Result<Detail> {
    app.db
        .transact(by, async |tx| {
            let approval = store::hold(tx, id).await?.ok_or(Error::NotFound("approval"))?;
            if !by.user().is_some_and(|person| approval.is_of(person)) {
                let message = "Only whoever asked for this can take it back. You can reject it if you may decide.";
                return Err(Error::Refused("not_yours", message.into()));
            }
            end(by, tx, approval, (ApprovalEvent::Cancel, None)).await
        })
        .await
}

/// End a request that was not approved.
pub(super) async fn end<P>(by: &Grant<P>, tx: &mut Tx, mut approval: Approval, (event, reason): (ApprovalEvent, Option<&str>)) -> Result<Detail> {
    let id = approval.id;
    decided_by(by, &mut approval, reason);
    move_on(tx, &mut approval, event).await?;
    let (line, why) = match event {
        ApprovalEvent::Reject => (("approval.reject", "rejected"), format!("Rejected: {}", approval.decision_reason.clone().unwrap_or_default())),
        ApprovalEvent::Cancel => (("approval.cancel", "cancelled"), "Taken back by whoever asked for it.".into()),
        _ => (("approval.expire", "expired"), "Nobody decided in time.".to_owned()),
    };
    match approval.kind {
        ApprovalKind::Refund => {
            // The order first, as whoever changes it holds it.
            put_back(by, tx, id, OrderId(approval.subject_id)).await?;
            refund_basis::call_off(tx, id, &why, by.now()).await?;
        }
        // Nothing was kept for it.
        ApprovalKind::Credit => {}
    }
    note(by, tx, &approval, line);
    tell(by, tx, id, "called_off").await?;
    detail(tx, id).await
}
