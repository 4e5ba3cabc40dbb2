//! The story of one order: what happened to it, its payments and its refunds, newest first.

use purser_core::access::{Grant, can};
use purser_core::ids::{AuditId, OrderId};
use purser_core::payments::{PaymentState, RefundState};
use purser_core::{Error, Money, Result, Timestamp};
use purser_store::audit::{self, AuditRow};
use purser_store::payments::Payment;
use purser_store::refunds::Refund;
use uuid::Uuid;

use super::{Detail, detail};
use crate::App;

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct Moment {
    /// Id, stable from one reading to the next.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// `order`, `payment` or `refund`.
    pub kind: &'static str,
    /// `area.verb`.
    pub action: String,
    /// In a few words.
    pub title: String,
    /// More words.
    pub detail: Option<String>,
    /// Who did it: id, if it was a person, and name.
    pub actor: Option<(Option<Uuid>, String)>,
    /// How much, where money moved.
    pub amount: Option<Money>,
    /// The thing it happened to.
    pub subject: (Uuid, String),
    /// The line of the audit log that tells of it.
    pub audit: Option<AuditId>,
}

/// Lines of the log that one order can have and still be read as a story.
const MOST: i64 = 500;

/// What happened to an order, newest first.
pub async fn timeline(app: &App, by: &Grant<can::ReadOrder>, id: OrderId) -> Result<Vec<Moment>> {
    let (detail, lines) = app
        .db
        .read(by, async |tx| {
            let detail = detail(tx, id).await?;
            let mut subjects = vec![id.uuid()];
            subjects.extend(detail.payments.iter().map(|payment| payment.id.uuid()));
            Ok::<_, Error>((detail, audit::about(tx, &subjects, MOST).await?))
        })
        .await?;
    let mut moments = from_rows(&detail, &lines);
    moments.extend(lines.iter().filter(|line| !told_by_rows(&line.action)).map(|line| from_line(line, &detail)));
    moments.sort_by(|a, b| (b.at, &b.id).cmp(&(a.at, &a.id)));
    Ok(moments)
}

/// Whether the rows of the order, its payments and its refunds tell it already.
fn told_by_rows(action: &str) -> bool {
    matches!(action, "order.create" | "order.refund" | "payment.capture" | "payment.fail")
}

fn from_rows(detail: &Detail, lines: &[AuditRow]) -> Vec<Moment> {
    let order = &detail.order;
    let line_of = |action: &str, subject: Uuid| lines.iter().find(|line| line.action == action && line.subject_id == Some(subject));
    let created = line_of("order.create", order.id.uuid());
    let mut moments = vec![Moment {
        id: format!("{}-placed", order.id),
        at: order.created_at,
        kind: "order",
        action: "order.create".into(),
        title: "Order placed".into(),
        detail: None,
        actor: created.map(actor),
        amount: Some(order.money(order.total)),
        subject: (order.id.uuid(), order.label()),
        audit: created.map(|line| line.id),
    }];
    for payment in &detail.payments {
        let failed = payment.state == PaymentState::Failed;
        let action = if failed { "payment.fail" } else { "payment.capture" };
        let Some(at) = payment.captured_at.or(failed.then_some(payment.updated_at)) else { continue };
        let line = line_of(action, payment.id.uuid());
        moments.push(of_payment(payment, (at, action, failed), line));
    }
    for refund in &detail.refunds {
        let quoted = refund.id.to_string();
        let line = lines.iter().find(|line| line.action == "order.refund" && line.after.as_deref().is_some_and(|after| after.contains(&quoted)));
        moments.push(of_refund(refund, line));
    }
    moments
}

fn of_payment(payment: &Payment, (at, action, failed): (Timestamp, &str, bool), line: Option<&AuditRow>) -> Moment {
    Moment {
        id: format!("{}-{action}", payment.id),
        at,
        kind: "payment",
        action: action.into(),
        title: if failed { "Payment failed" } else { "Payment received" }.into(),
        detail: payment.failure_message.clone(),
        actor: line.map(actor),
        amount: Some(payment.money(if failed { payment.amount } else { payment.captured })),
        subject: (payment.id.uuid(), format!("#{}", payment.order_number)),
        audit: line.map(|line| line.id),
    }
}

fn of_refund(refund: &Refund, line: Option<&AuditRow>) -> Moment {
    let title = match refund.state {
        RefundState::Succeeded => "Refunded",
        RefundState::Failed => "Refund failed",
        RefundState::Pending => "Refund begun",
        RefundState::Unknown => "Refund begun; the provider has not answered yet",
    };
    Moment {
        id: refund.id.to_string(),
        at: refund.created_at,
        kind: "refund",
        action: "order.refund".into(),
        title: title.into(),
        detail: Some(refund.failure_message.clone().unwrap_or_else(|| refund.reason.clone())),
        actor: Some((refund.created_by, refund.created_by_name.clone())),
        amount: Some(refund.money()),
        subject: (refund.id.uuid(), format!("#{}", refund.order_number)),
        audit: line.map(|line| line.id),
    }
}

fn from_line(line: &AuditRow, detail: &Detail) -> Moment {
    let title = match line.action.as_str() {
        "order.process" => "Packing began",
        "order.ship" => "Shipped",
        "order.deliver" => "Delivered",
        "order.cancel" => "Cancelled",
        "order.refund_failed" => "The provider refused a refund",
        "payment.authorise" => "Payment authorised",
        "payment.void" => "Payment voided",
        "payment.require_action" => "The customer has to confirm the payment",
        "payment.lose_track" => "The payment provider did not answer",
        "payment.process" => "The payment is being processed",
        other => other,
    };
    let of_payment = line.subject_type == "payment";
    let payment = detail.payments.iter().find(|payment| Some(payment.id.uuid()) == line.subject_id);
    Moment {
        id: line.id.to_string(),
        at: line.at,
        kind: if of_payment { "payment" } else { "order" },
        action: line.action.clone(),
        title: title.to_owned(),
        detail: line.reason.clone(),
        actor: Some(actor(line)),
        amount: payment.map(|payment| payment.money(payment.amount)),
        subject: (line.subject_id.unwrap_or_default(), line.subject_label.clone()),
        audit: Some(line.id),
    }
}

fn actor(line: &AuditRow) -> (Option<Uuid>, String) {
    (line.actor_id, line.actor_name.clone())
}
