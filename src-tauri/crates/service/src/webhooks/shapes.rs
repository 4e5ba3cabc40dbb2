//! What is told of a thing: plain facts as they are when the message is written, and no more about a person than their id. Whoever needs more
//! asks for it with their own rights.

use std::collections::HashMap;

use purser_core::events::{Event, Topic};
use purser_core::ids::{OrderId, PaymentId, RefundId, UserId};
use purser_core::{Error, Money, Result, Timestamp};
use purser_store::Tx;
use purser_store::orders::{self, Order};
use purser_store::payments::{self, Payment};
use purser_store::refunds::{self, Refund};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

/// A message.
#[derive(Serialize)]
pub(super) struct Message<'a> {
    #[serde(rename = "type")]
    pub(super) event: &'a str,
    pub(super) timestamp: Timestamp,
    /// Larger is later: what is known of a thing from a message with a smaller one is out of date.
    pub(super) sequence: i64,
    pub(super) data: Value,
}

/// A kind of events there is to ask for.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventKind {
    /// Its name: `payment.captured`.
    pub name: &'static str,
    /// When it comes.
    pub when: &'static str,
    /// A message as it would be sent.
    pub example: Value,
}

/// Names, and when they come. Others may come with `*`; they carry the id of the thing.
const KINDS: &[(&str, &str)] = &[
    ("order.created", "An order was entered."),
    ("order.captured", "The payment of an order took its money."),
    ("order.failed", "The payment of an order did not work."),
    ("order.refunded", "Money of an order was given back."),
    ("order.cancelled", "An order was called off."),
    ("order.updated", "An order moved on or was changed."),
    ("payment.created", "A payment was begun."),
    ("payment.requires_action", "The customer has to prove who they are."),
    ("payment.authorised", "Money was promised."),
    ("payment.captured", "Money was taken."),
    ("payment.failed", "A payment did not work."),
    ("payment.voided", "A promise was let go."),
    ("payment.refunded", "Money of a payment was given back."),
    ("refund.refunded", "A refund was made."),
    ("refund.refund_failed", "A refund did not work, or came back."),
    ("dispute.opened", "A customer's bank disputes a payment, or asks about it."),
    ("dispute.submitted", "Our evidence went in."),
    ("dispute.won", "A dispute was decided for us."),
    ("dispute.lost", "A dispute was decided against us."),
    ("approval.requested", "Something waits for somebody to decide."),
    ("approval.approved", "It was approved."),
    ("approval.rejected", "It was not."),
    ("product.created", "A product was added."),
    ("product.updated", "A product was changed."),
    ("user.created", "A person was added."),
    ("user.updated", "A person was changed."),
];

/// Every kind of events, with an example of each.
pub fn kinds() -> Vec<EventKind> {
    let id = Uuid::nil();
    let example = |name: &str| {
        let (topic, _) = name.split_once('.').unwrap_or((name, ""));
        let money = |amount| json!({ "amount": amount, "currency": "EUR" });
        let mut data = json!({ "object": topic, "id": id });
        let more = match topic {
            "order" => {
                json!({ "number": 10_284, "state": "paid", "paymentState": "captured", "customerId": id, "total": money(5_900), "paid": money(5_900), "refunded": money(0) })
            }
            "payment" => {
                json!({ "orderId": id, "orderNumber": 10_284, "customerId": id, "provider": "stripe", "state": "captured", "amount": money(5_900), "captured": money(5_900), "refunded": money(0) })
            }
            "refund" => json!({ "paymentId": id, "orderId": id, "orderNumber": 10_284, "state": "succeeded", "amount": money(500) }),
            _ => json!({}),
        };
        merge(&mut data, more);
        json!({ "type": name, "timestamp": "2026-11-21T09:00:00Z", "sequence": 4_711, "data": data })
    };
    KINDS.iter().map(|(name, when)| EventKind { name, when, example: example(name) }).collect()
}

fn merge(data: &mut Value, more: Value) {
    if let (Value::Object(data), Value::Object(more)) = (data, more) {
        data.extend(more);
    }
}

/// A thing of any kind: the facts about it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OrderFacts {
    number: i64,
    state: purser_core::orders::OrderState,
    payment_state: purser_core::orders::MoneyState,
    customer_id: UserId,
    total: Money,
    paid: Money,
    refunded: Money,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PaymentFacts<'a> {
    order_id: OrderId,
    order_number: i64,
    customer_id: UserId,
    provider: &'a str,
    state: purser_core::payments::PaymentState,
    amount: Money,
    captured: Money,
    refunded: Money,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RefundFacts {
    payment_id: PaymentId,
    order_id: OrderId,
    order_number: i64,
    state: purser_core::payments::RefundState,
    amount: Money,
}

/// What is known of the things some events are about.
#[derive(Default)]
pub(super) struct Known(HashMap<(Topic, Uuid), Value>);

impl Known {
    /// Read them, however many, with a statement each kind.
    pub(super) async fn read(tx: &mut Tx, events: &[Event]) -> Result<Self> {
        let of = |topic: Topic| {
            let mut ids: Vec<Uuid> = events.iter().filter(|event| event.topic == topic).map(|event| event.subject_id).collect();
            ids.sort_unstable();
            ids.dedup();
            ids
        };
        let mut known = HashMap::new();
        let mut keep = |topic, id: Uuid, facts: serde_json::Result<Value>| {
            facts.map(|facts| known.insert((topic, id), facts)).map(drop).map_err(|error| Error::Internal(Box::new(error)))
        };
        let (orders_of, payments_of, refunds_of) = (of(Topic::Order), of(Topic::Payment), of(Topic::Refund));
        if !orders_of.is_empty() {
            for order in orders::find_many(tx, &orders_of.into_iter().map(OrderId).collect::<Vec<_>>()).await? {
                keep(Topic::Order, order.id.uuid(), order_facts(&order))?;
            }
        }
        if !payments_of.is_empty() {
            for payment in payments::find_many(tx, &payments_of.into_iter().map(PaymentId).collect::<Vec<_>>()).await? {
                keep(Topic::Payment, payment.id.uuid(), payment_facts(&payment))?;
            }
        }
        if !refunds_of.is_empty() {
            for refund in refunds::find_many(tx, &refunds_of.into_iter().map(RefundId).collect::<Vec<_>>()).await? {
                keep(Topic::Refund, refund.id.uuid(), refund_facts(&refund))?;
            }
        }
        Ok(Self(known))
    }

    /// What is told of the thing `event` is about.
    pub(super) fn data(&self, event: &Event) -> Value {
        let mut data = json!({ "object": event.topic, "id": event.subject_id });
        if let Some(facts) = self.0.get(&(event.topic, event.subject_id)) {
            merge(&mut data, facts.clone());
        }
        data
    }
}

fn order_facts(order: &Order) -> serde_json::Result<Value> {
    serde_json::to_value(OrderFacts {
        number: order.number,
        state: order.state,
        payment_state: order.payment_state,
        customer_id: order.customer_id,
        total: order.money(order.total),
        paid: order.money(order.paid),
        refunded: order.money(order.refunded),
    })
}

fn payment_facts(payment: &Payment) -> serde_json::Result<Value> {
    serde_json::to_value(PaymentFacts {
        order_id: payment.order_id,
        order_number: payment.order_number,
        customer_id: payment.customer_id,
        provider: &payment.provider,
        state: payment.state,
        amount: payment.money(payment.amount),
        captured: payment.money(payment.captured),
        refunded: payment.money(payment.refunded),
    })
}

fn refund_facts(refund: &Refund) -> serde_json::Result<Value> {
    serde_json::to_value(RefundFacts {
        payment_id: refund.payment_id,
        order_id: refund.order_id,
        order_number: refund.order_number,
        state: refund.state,
        amount: refund.money(),
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_kind_that_is_named_can_be_asked_for() {
        for kind in super::kinds() {
            assert!(purser_core::webhooks::is_pattern(kind.name), "{}", kind.name);
            assert_eq!(kind.example["type"], kind.name);
        }
    }
}
