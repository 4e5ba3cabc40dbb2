//! Settling a difference: it belongs to something that is there, or it is written off. Each leaves a line in the log.

use purser_core::access::{Grant, can};
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::{PaymentId, PostingId, RefundId, UserId};
use purser_core::ledger::{AccountCode as Code, PostingKind};
use purser_core::reconciliation::{ExceptionKind, ExceptionState};
use purser_core::{Error, Result};
use purser_store::ledger::Posting;
use purser_store::reconciliation::{self as store, Exception, These};
use purser_store::{Tx, ledger as ledger_store, payments, refunds};
use uuid::Uuid;

use super::port::{Kind, Plant};
use crate::audit::{self, Line};
use crate::idempotency::{self, Once, Outcome};
use crate::payments::port::Trouble;
use crate::{App, events};

/// What a difference belongs to.
#[derive(Clone, Copy, Debug)]
pub enum Belongs {
    /// A payment.
    Payment(PaymentId),
    /// A refund.
    Refund(RefundId),
}

/// Say what a difference belongs to. The books stay as they are: they agree, only by another name.
pub async fn match_by_hand(app: &App, by: &Grant<can::ReconcileLedger>, id: Uuid, belongs: Belongs, reason: &str) -> Result<Exception> {
    Checks::new().text("reason", reason, 500).done()?;
    app.db
        .transact(by, async |tx| {
            let before = store::hold(tx, id).await?.ok_or(Error::NotFound("exception"))?;
            let mut after = before.clone();
            match belongs {
                Belongs::Payment(payment) => {
                    let unknown = || Error::unprocessable("paymentId", "unknown_payment", "There is no such payment.");
                    let payment = payments::find(tx, payment).await?.ok_or_else(unknown)?;
                    after.payment_id = Some(payment.id.uuid());
                }
                Belongs::Refund(refund) => {
                    let unknown = || Error::unprocessable("refundId", "unknown_refund", "There is no such refund.");
                    let refund = refunds::find(tx, refund).await?.ok_or_else(unknown)?;
                    (after.payment_id, after.refund_id) = (Some(refund.payment_id.uuid()), Some(refund.id.uuid()));
                }
            }
            settle(by, tx, (before, after), (ExceptionState::Matched, reason)).await
        })
        .await
}

/// Book a difference as lost or won, so that our books say what theirs say; once for each key.
pub async fn write_off(
    app: &App,
    by: &Grant<can::ReconcileLedger>,
    id: Uuid,
    reason: &str,
    once: Option<Once<Exception>>,
) -> Result<Outcome<Exception>> {
    Checks::new().text("reason", reason, 500).done()?;
    idempotency::at_once(app, by, (id, once), async |tx| {
        let before = store::hold(tx, id).await?.ok_or(Error::NotFound("exception"))?;
        before.state.settle(ExceptionState::WrittenOff)?;
        let posting = booking(by, &before, false);
        ledger_store::post(tx, &app.ids, std::slice::from_ref(&posting)).await?;
        events::emit(tx, by, Topic::Ledger, "posted", id);
        let after = Exception { posting_id: Some(posting.id.uuid()), ..before.clone() };
        settle(by, tx, (before, after), (ExceptionState::WrittenOff, reason)).await
    })
    .await
}

/// These differences are no more, though some were written off: it was booked late, or reported late. What was written off is taken back, or it
/// would count twice; where the amounts differ, that is a difference of its own.
pub(super) async fn take_back((app, by, tx): (&App, &Grant<can::ReconcileLedger>, &mut Tx), these: &These<'_>, why: &str) -> Result<()> {
    for before in store::written_off(tx, these).await? {
        let posting = booking(by, &before, true);
        ledger_store::post(tx, &app.ids, std::slice::from_ref(&posting)).await?;
        let reason = Some(format!("{why}; what was written off was taken back."));
        // Settled by the comparison from here on, not by whoever wrote it off: should it differ once more, it opens again.
        let by_nobody = Exception { resolved_by: None, resolved_by_name: None, ..before.clone() };
        let after = Exception { state: ExceptionState::Matched, reason, resolved_at: Some(by.now()), ..by_nobody };
        if !store::resolve(tx, &after).await? {
            return Err(Error::internal("a difference that was held has changed"));
        }
        let facts = |one: &Exception| serde_json::json!({ "state": one.state, "difference": one.money(one.theirs - one.ours) });
        let line = Line::new("reconciliation.take_back", "reconciliation", after.id, after.reference.clone());
        audit::record(tx, by, line.before(&facts(&before)).after(&facts(&after)));
        events::emit(tx, by, Topic::Ledger, "settled", after.id);
    }
    Ok(())
}

fn booking(by: &Grant<can::ReconcileLedger>, difference: &Exception, back: bool) -> Posting {
    let moved = (difference.theirs - difference.ours) * if back { -1 } else { 1 };
    let fee = difference.kind == ExceptionKind::Fee || difference.line_kind == Kind::Fee.as_str();
    let against = if fee { Code::Fees } else { Code::Differences };
    let id: PostingId = by.id();
    Posting {
        id,
        kind: PostingKind::WriteOff,
        memo: format!("{} with {}: {}", if back { "Taken back: difference" } else { "Difference" }, difference.provider, difference.reference),
        order: None,
        payment: difference.payment_id.map(PaymentId),
        refund: difference.refund_id.map(RefundId),
        at: by.now(),
        currency: difference.currency,
        entries: vec![(Code::Cash, moved), (against, -moved)],
    }
}

async fn settle(
    by: &Grant<can::ReconcileLedger>,
    tx: &mut Tx,
    (before, mut after): (Exception, Exception),
    (state, reason): (ExceptionState, &str),
) -> Result<Exception> {
    after.state = before.state.settle(state)?;
    after.reason = Some(reason.trim().to_owned());
    after.resolved_by = by.user().map(UserId::uuid);
    after.resolved_by_name = Some(by.actor().name.clone());
    after.resolved_at = Some(by.now());
    if !store::resolve(tx, &after).await? {
        return Err(Error::internal("a difference that was held has changed"));
    }
    after.version += 1;
    let facts = serde_json::json!({
        "kind": after.kind, "theirs": after.money(after.theirs), "ours": after.money(after.ours), "state": after.state,
        "paymentId": after.payment_id, "refundId": after.refund_id, "postingId": after.posting_id,
    });
    let action = if state == ExceptionState::Matched { "reconciliation.match" } else { "reconciliation.write_off" };
    let line = Line::new(action, "reconciliation", after.id, after.reference.clone()).after(&facts).reason(reason.trim());
    audit::record(tx, by, line);
    events::emit(tx, by, Topic::Ledger, "settled", after.id);
    Ok(after)
}

/// Plant a difference in the sandbox's report.
pub async fn plant(app: &App, by: &Grant<can::ReconcileLedger>, plant: Plant) -> Result<()> {
    let nobody = || Error::conflict("no_report", "This payment provider gives no report that could be compared.");
    let report = app.payments.gateway().balance_report().ok_or_else(nobody)?;
    let facts = plant.facts();
    app.db.read(by, async |tx| crate::sandbox::demand_test(tx).await).await?;
    report.plant(by.tenant(), plant).await.map_err(|trouble| match trouble {
        Trouble::Unknown => Error::Unavailable("provider_silent", "The payment provider gave no answer. Try again in a moment.".into()),
        Trouble::Refused(_, message) => Error::conflict("provider_refused", message),
    })?;
    app.db
        .transact(by, async |tx| {
            audit::record(tx, by, Line::new("sandbox.plant", "reconciliation", by.id::<Uuid>(), "Sandbox").after(&facts));
            Ok::<_, Error>(())
        })
        .await
}
