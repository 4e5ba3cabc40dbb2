//! Taking in what a provider says of a dispute: once or often, in order or not. Sums only grow and states only move forward, so a late or
//! repeated word changes nothing.

use purser_core::access::{Grant, can};
use purser_core::disputes::DisputeState;
use purser_core::events::Topic;
use purser_core::ids::{DisputeId, OrderId, PaymentId, TenantId};
use purser_core::orders::OrderState;
use purser_core::payments::{PaymentEvent, PaymentState};
use purser_core::{Error, Result};
use purser_store::disputes::{self as store, Dispute};
use purser_store::payments::{self, Payment};
use purser_store::{Tx, ledger as ledger_store, open_ends, orders, refund_basis};

use super::port::ProviderDispute;
use crate::audit::{self, Line};
use crate::payments::give_back;
use crate::{App, events, ledger};

/// Take in what the provider says of a dispute of `tenant`.
pub async fn record(app: &App, tenant: TenantId, news: &ProviderDispute) -> Result<DisputeId> {
    let by = Grant::<can::AnswerDispute>::system(tenant, app.clock.now(), &app.ids);
    app.db.transact(&by, async |tx| take_in(app, &by, tx, news).await).await
}

/// The same within a transaction.
pub(super) async fn take_in<P>(app: &App, by: &Grant<P>, tx: &mut Tx, news: &ProviderDispute) -> Result<DisputeId> {
    // The order and the payment first: whoever writes about the same dispute at the same time waits here.
    open_ends::hold_order_of(tx, news.payment).await?;
    let payment = payments::hold(tx, news.payment).await?.ok_or(Error::NotFound("payment"))?;
    if payment.currency != news.amount.currency || news.amount.amount <= 0 {
        let message = format!("The payment is in {}, and a dispute is about more than nothing.", payment.currency);
        return Err(Error::unprocessable("amount", "wrong_amount", message));
    }
    let known = store::hold_by_reference(tx, &news.provider, &news.reference).await?;
    let (before, new) = match known {
        Some(dispute) => (dispute, false),
        None => (open(by, tx, &payment, news).await?, true),
    };
    let mut after = before.clone();
    merge(&mut after, news, by.now());
    let moved = after.state != before.state;
    let sums = |one: &Dispute| (one.withdrawn, one.reinstated, one.fee, one.fee_back);
    let booked = sums(&after) != sums(&before);
    if moved || booked || after.due_at != before.due_at || after.pending != before.pending {
        after.updated_at = by.now();
        if !store::update(tx, &after).await? {
            return Err(Error::internal("a dispute that was held has changed"));
        }
    }
    if booked {
        book(app, by, tx, &before, &after).await?;
    }
    if new || moved || booked {
        follow(app, by, tx, payment, &after).await?;
    }
    if new || moved {
        tell(by, tx, &before, (&after, new));
    }
    Ok(after.id)
}

/// Write a dispute down as it begins.
async fn open<P>(by: &Grant<P>, tx: &mut Tx, payment: &Payment, news: &ProviderDispute) -> Result<Dispute> {
    let dispute = Dispute {
        id: by.id(),
        payment_id: payment.id,
        order_id: payment.order_id,
        order_number: payment.order_number,
        customer_id: payment.customer_id,
        first_name: String::new(),
        last_name: String::new(),
        email: String::new(),
        provider: news.provider.clone(),
        reference: news.reference.clone(),
        amount: news.amount.amount,
        currency: news.amount.currency,
        reason: news.reason.chars().take(200).collect(),
        state: DisputeState::Opened,
        due_at: news.due_at,
        withdrawn: 0,
        reinstated: 0,
        fee: 0,
        fee_back: 0,
        evidence: serde_json::json!({}).into(),
        pending: None,
        failure_message: None,
        submitted_at: None,
        decided_at: None,
        opened_at: news.opened_at,
        updated_at: by.now(),
        version: 1,
    };
    if store::insert(tx, &dispute).await? { Ok(dispute) } else { Err(Error::internal("a dispute that was not there is there")) }
}

/// What `news` adds to what is known.
fn merge(dispute: &mut Dispute, news: &ProviderDispute, now: purser_core::Timestamp) {
    let was_over = dispute.state.is_over();
    if let Some(Ok(state)) = news.state.event().map(|event| dispute.state.apply(event)) {
        dispute.state = state;
    }
    if dispute.state == DisputeState::Submitted && dispute.submitted_at.is_none() {
        dispute.submitted_at = Some(now);
    }
    if dispute.state.is_over() && !was_over {
        dispute.decided_at = Some(now);
    }
    if dispute.state != DisputeState::Opened && dispute.state != DisputeState::NeedsEvidence {
        dispute.pending = None;
    }
    if !dispute.state.is_over() && news.due_at.is_some() {
        dispute.due_at = news.due_at;
    }
    dispute.withdrawn = dispute.withdrawn.max(news.withdrawn);
    dispute.reinstated = dispute.reinstated.max(news.reinstated).min(dispute.withdrawn);
    dispute.fee = dispute.fee.max(news.fee);
    dispute.fee_back = dispute.fee_back.max(news.fee_back).min(dispute.fee);
}

/// Book what the provider took, gave back and kept since.
async fn book<P>(app: &App, by: &Grant<P>, tx: &mut Tx, before: &Dispute, after: &Dispute) -> Result<()> {
    let about = ledger::About {
        order: after.order_id,
        number: after.order_number,
        payment: after.payment_id,
        refund: None,
        at: by.now(),
        currency: after.currency,
    };
    let (taken, back) = (after.withdrawn - before.withdrawn, after.reinstated - before.reinstated);
    let fees = (after.fee - before.fee, after.fee_back - before.fee_back);
    ledger_store::post(tx, &app.ids, &ledger::dispute(&app.ids, about, (taken, back), fees)).await?;
    events::emit(tx, by, Topic::Ledger, "posted", after.order_id.uuid());
    Ok(())
}

/// The payment is disputed from when the bank takes money or wants evidence, for as long as the dispute lasts, and again what it was once it is
/// won. A lost one stays disputed: only what the bank left of it can be given back.
async fn follow<P>(app: &App, by: &Grant<P>, tx: &mut Tx, payment: Payment, dispute: &Dispute) -> Result<()> {
    let (id, order) = (payment.id, payment.order_id);
    let others = store::standing(tx, id, Some(dispute.id)).await? > 0;
    let state = match dispute.state {
        DisputeState::Won if others => return give_rest(app, by, tx, (id, order)).await,
        DisputeState::Won => payment.state.apply(PaymentEvent::WinDispute).and_then(|state| match payment.refunded {
            0 => Ok(state),
            refunded if refunded >= payment.captured => state.apply(PaymentEvent::RefundRest),
            _ => state.apply(PaymentEvent::RefundPart),
        }),
        // A bank that only asks has taken nothing: what settles its question is a refund.
        DisputeState::Opened | DisputeState::Submitted if dispute.withdrawn == 0 => return Ok(()),
        _ => payment.state.apply(PaymentEvent::Dispute),
    };
    // A payment that was given back whole can be disputed all the same; its own state says more. One whose money is not known to have come yet
    // becomes disputed once it is.
    if let Ok(state) = state {
        put(by, tx, payment, state).await?;
    }
    if dispute.state.is_over() { give_rest(app, by, tx, (id, order)).await } else { Ok(()) }
}

/// What banks left of the money of an order that was called off meanwhile, or gave back, is its customer's, but for what is on its way to them.
async fn give_rest<P>(app: &App, by: &Grant<P>, tx: &mut Tx, (id, order): (PaymentId, OrderId)) -> Result<()> {
    if orders::find(tx, order).await?.is_none_or(|order| order.state != OrderState::Cancelled) {
        return Ok(());
    }
    let payments = refund_basis::hold_of_payment(tx, id).await?;
    let left = payments.iter().find(|payment| payment.id == id).map_or(0, refund_basis::Payment::left);
    if left > 0 { give_back(app, tx, id, (by.now(), "No bank disputes it any more, and the order was cancelled")).await } else { Ok(()) }
}

/// A payment whose money was just found to have come is disputed from the beginning where its bank was quicker than its provider's answer.
/// Whether it is.
pub(crate) async fn was_quicker<P>(app: &App, by: &Grant<P>, tx: &mut Tx, id: PaymentId) -> Result<bool> {
    if store::standing(tx, id, None).await? == 0 {
        return Ok(false);
    }
    let payment = payments::hold(tx, id).await?.ok_or(Error::NotFound("payment"))?;
    let (state, order) = (payment.state.apply(PaymentEvent::Dispute)?, payment.order_id);
    put(by, tx, payment, state).await?;
    // The bank may have decided by now.
    give_rest(app, by, tx, (id, order)).await?;
    Ok(true)
}

async fn put<P>(by: &Grant<P>, tx: &mut Tx, mut payment: Payment, state: PaymentState) -> Result<()> {
    (payment.state, payment.updated_at) = (state, by.now());
    if !payments::update(tx, &payment).await? {
        return Err(Error::internal("a payment that was held has changed"));
    }
    events::emit(tx, by, Topic::Payment, state.as_str(), payment.id.uuid());
    Ok(())
}

fn tell<P>(by: &Grant<P>, tx: &mut Tx, before: &Dispute, (after, new): (&Dispute, bool)) {
    let (action, event) = match after.state {
        DisputeState::Won => ("dispute.win", "won"),
        DisputeState::Lost => ("dispute.lose", "lost"),
        DisputeState::Accepted => ("dispute.accept", "accepted"),
        DisputeState::Submitted => ("dispute.submit", "submitted"),
        _ if new => ("dispute.open", "opened"),
        _ => ("dispute.update", "updated"),
    };
    let line = Line::new(action, "dispute", after.id.uuid(), format!("#{}", after.order_number)).after(&facts(after)).reason(after.reason.clone());
    audit::record(tx, by, if new { line } else { line.before(&facts(before)) });
    events::emit(tx, by, Topic::Dispute, event, after.id.uuid());
    events::emit(tx, by, Topic::Order, "disputed", after.order_id.uuid());
}

/// A dispute as the audit log keeps it.
pub(super) fn facts(dispute: &Dispute) -> serde_json::Value {
    serde_json::json!({
        "paymentId": dispute.payment_id, "reference": dispute.reference, "state": dispute.state, "amount": dispute.money(dispute.amount),
        "withdrawn": dispute.withdrawn, "reinstated": dispute.reinstated, "fee": dispute.fee, "feeBack": dispute.fee_back, "dueAt": dispute.due_at,
    })
}
