//! What orders of the past leave in the books: a payment, a refund, and bookings against the opening balance, each in its own time.

use purser_core::ids::{PaymentId, RefundId};
use purser_core::ledger::{AccountCode as Code, PostingKind};
use purser_core::payments::{OUTSIDE, PaymentState, RefundKind, RefundState, Shares};
use purser_core::{Money, Result};
use purser_store::Tx;
use purser_store::ledger::{self, Posting};
use purser_store::orders::{NewOrder, Order};
use purser_store::payments::{self, Payment};
use purser_store::refunds::{self, Refund};

use super::Basis;

/// Write payments, refunds and bookings of these orders.
pub(super) async fn write(tx: &mut Tx, basis: &Basis<'_>, orders: &[NewOrder]) -> Result<()> {
    // What happened in a period that is closed is booked in the open one.
    let closed = purser_store::ledger_books::closed_until(tx).await?;
    let (mut paid, mut back, mut bookings) = (Vec::new(), Vec::new(), Vec::new());
    for NewOrder { order, .. } in orders.iter().filter(|new| new.order.paid > 0) {
        let mut payment = payment(basis, order);
        let whole = Shares::of_order(order.subtotal, order.discount, order.tax, order.shipping);
        let taken = whole.take(Shares::default(), order.money(order.paid));
        bookings.push(booking(basis, order, (payment.id, None), taken));
        if order.refunded > 0 {
            let given = taken.take(Shares::default(), Money::new(order.refunded, order.currency));
            let refund = Refund { split: given.into(), ..refund(basis, order, payment.id) };
            bookings.push(booking(basis, order, (payment.id, Some(refund.id)), given));
            // What is given back later falls on what these shares leave.
            (payment.refunded_tax, payment.refunded_shipping, payment.refunded_discount) = (given.tax, given.shipping, given.discount);
            back.push(refund);
        }
        paid.push(payment);
    }
    for booking in bookings.iter_mut().filter(|booking: &&mut Posting| closed.is_some_and(|until| booking.at < until)) {
        booking.at = basis.by.now();
    }
    payments::insert(tx, &paid).await?;
    refunds::insert(tx, &back).await?;
    ledger::post(tx, basis.ids, &bookings).await?;
    Ok(())
}

fn booking(basis: &Basis<'_>, order: &Order, (payment, refund): (PaymentId, Option<RefundId>), shares: Shares) -> Posting {
    let (memo, entries) = if refund.is_some() {
        (format!("Refund of order #{} before Purser", order.number), crate::ledger::given_back(shares, Code::Opening))
    } else {
        (format!("Payment of order #{} before Purser", order.number), crate::ledger::taken(shares, Code::Opening))
    };
    Posting {
        id: basis.by.id(),
        kind: PostingKind::Import,
        memo,
        order: Some(order.id),
        payment: Some(payment),
        refund,
        at: order.created_at,
        currency: order.currency,
        entries,
    }
}

fn payment(basis: &Basis<'_>, order: &Order) -> Payment {
    let state = match order.refunded {
        0 => PaymentState::Captured,
        refunded if refunded == order.paid => PaymentState::Refunded,
        _ => PaymentState::PartiallyRefunded,
    };
    Payment {
        id: basis.by.id(),
        order_id: order.id,
        order_number: order.number,
        customer_id: order.customer_id,
        first_name: String::new(),
        last_name: String::new(),
        email: String::new(),
        provider: OUTSIDE.into(),
        method: OUTSIDE.into(),
        capture_mode: "automatic".into(),
        state,
        pending: None,
        pending_amount: None,
        currency: order.currency,
        amount: order.paid,
        captured: order.paid,
        refunded: order.refunded,
        refunded_tax: 0,
        refunded_shipping: 0,
        refunded_discount: 0,
        refund_pending: 0,
        kept: 0,
        failure_code: None,
        failure_message: None,
        next_action_url: None,
        version: 1,
        created_at: order.created_at,
        captured_at: Some(order.created_at),
        updated_at: order.created_at,
    }
}

fn refund(basis: &Basis<'_>, order: &Order, payment: PaymentId) -> Refund {
    let actor = basis.by.actor();
    Refund {
        id: basis.by.id(),
        payment_id: payment,
        provider: OUTSIDE.into(),
        order_id: order.id,
        order_number: order.number,
        customer_id: order.customer_id,
        first_name: String::new(),
        last_name: String::new(),
        email: String::new(),
        amount: order.refunded,
        currency: order.currency,
        reason: "Given back before Purser".into(),
        kind: RefundKind::Standard,
        state: RefundState::Succeeded,
        failure_message: None,
        created_by: basis.by.user().map(purser_core::ids::UserId::uuid),
        created_by_name: actor.name.clone(),
        created_at: order.created_at,
        settled_at: Some(order.created_at),
        split: refunds::Split::default(),
        request_id: None,
        approval_id: None,
        to_credit: false,
    }
}
