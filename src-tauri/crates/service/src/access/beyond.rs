//! What is asked beyond rights and policies: a second pair of eyes, and a second factor proved lately.

use purser_core::access::{Assurance, Caller, Grant, Held, can};
use purser_core::approvals::ApprovalKind;
use purser_core::identity::{SignInPolicy, StepUp};
use purser_core::payments::RefundKind;
use purser_core::{Money, Permission, Result};
use purser_store::Tx;
use purser_store::people::Person;
use serde_json::json;

use super::explain::{Say, Work};
use crate::approvals::{self, Act, Route};
use crate::identity::step_up;

/// Whether somebody else has to agree first. What would be given back is what is asked about, else all that is left.
pub(super) async fn second_eyes(tx: &mut Tx, work: &mut Work<'_>, (person, held): (&Person, Held), left: Option<Money>) -> Result<()> {
    let asked = work.question;
    if asked.permission != Permission::RefundOrder {
        return Ok(());
    }
    let Some(amount) = asked.amount.or(left) else { return Ok(()) };
    let act = Act { kind: ApprovalKind::Refund, amount, refund_kind: Some(RefundKind::Standard), done: Permission::RefundOrder };
    let who = approvals::Person { id: person.id, role: person.role, any: held.any };
    match approvals::route_of(&who, tx, &act, work.now).await? {
        Route::Free => {}
        Route::Block(why) => work.step("rule_blocks", Say::Fail, json!({ "amount": amount }), why),
        // Whoever lacks the right is told that already.
        Route::Approve(..) if !held.any.has(Permission::RefundOrder) => {}
        Route::Approve(why, _) => work.step("needs_approval", Say::Note, json!({ "amount": amount }), why.to_string()),
    }
    Ok(())
}

/// Whether a second factor has to be proved first, by whoever asks or by somebody else.
pub(super) fn proof(work: &mut Work<'_>, by: &Grant<can::ReadSelf>, policy: &SignInPolicy, (mine, enrolled): (bool, bool)) {
    let asked = work.question;
    let refund = || policy.step_up_refund_from.is_some_and(|from| asked.amount.is_none_or(|amount| amount.amount >= from));
    if !(asked.permission.asks_proof() || (asked.permission == Permission::RefundOrder && refund())) {
        return;
    }
    let needed = match policy.step_up {
        StepUp::Off => false,
        StepUp::Enrolled => enrolled,
        StepUp::Always => true,
    };
    // A key was made with a factor proved, for what it may do.
    let key = mine && matches!(by.actor().caller, Caller::Key(..));
    if !needed || key || (mine && step_up::check(by, policy).is_ok()) {
        return;
    }
    let Assurance { proved_at, .. } = by.actor().assurance;
    if !enrolled {
        work.step("factor_required", Say::Fail, json!({}), "This needs a second factor, and this person has none yet.");
        work.fix("add_factor", "/auth/factors".to_owned(), "Add a second factor.");
    } else if mine && proved_at.is_some() {
        work.step("proof_stale", Say::Note, json!({}), "The second factor was proved more than ten minutes ago and is asked for again first.");
    } else {
        work.step("proof_needed", Say::Note, json!({}), "A second factor is asked for first, if it was not proved within the last ten minutes.");
    }
}
