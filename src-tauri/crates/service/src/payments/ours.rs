//! Payments nobody else takes: with the customer's stored credit, and on account, where the customer owes what was sold. Both are taken in the
//! transaction that begins them: there is nobody to ask, and nothing that could stay unknown.

use purser_core::access::Grant;
use purser_core::credit::CreditKind;
use purser_core::ids::{OrderId, TenantId, UserId};
use purser_core::payments::{ACCOUNT, CREDIT};
use purser_core::time::DAY;
use purser_core::{Error, Money, Result};
use purser_store::credit::{self, Change};
use purser_store::orders::Order;
use purser_store::payments::Payment;
use purser_store::receivables::{self, NewReceivable};
use purser_store::{Tx, orders, tenants};

use super::port::Standing;
use super::settle;
use crate::{App, trade};

/// The provider of ours a means of payment names, if it names one.
pub(super) fn named(method: &str) -> Option<&'static str> {
    match method {
        CREDIT => Some(CREDIT),
        ACCOUNT => Some(ACCOUNT),
        _ => None,
    }
}

fn not_enough(balance: i64, order: &Order) -> Error {
    let has = order.money(balance);
    let message = match balance {
        0 => format!("There is no stored credit in {}.", order.currency),
        _ => format!("The stored credit of {has} does not cover it."),
    };
    Error::unprocessable("paymentMethod", "credit_too_small", message)
}

/// How much of what is `due` a payment of ours takes: of stored credit as much as there is, unless it has to be the `whole`.
pub(super) async fn covers(tx: &mut Tx, provider: &str, (order, due, whole): (&Order, i64, bool)) -> Result<i64> {
    if provider != CREDIT {
        return Ok(due);
    }
    let balance = credit::balance(tx, order.customer_id, order.currency).await?;
    if balance == 0 || (whole && balance < due) { Err(not_enough(balance, order)) } else { Ok(balance.min(due)) }
}

/// Refuse to order what stored credit can not pay whole: a run of steps pays by one means.
pub(crate) async fn check_covers(tx: &mut Tx, method: &str, order: &Order) -> Result<()> {
    match named(method) {
        Some(provider) => covers(tx, provider, (order, order.total, true)).await.map(drop),
        None => Ok(()),
    }
}

/// Take the money of a payment that was just begun, and book it.
pub(super) async fn take<P>(app: &App, by: &Grant<P>, tx: &mut Tx, (order, payment): (&Order, &Payment)) -> Result<()> {
    let amount = payment.money(payment.amount);
    if payment.provider == CREDIT {
        let change = Change {
            id: by.id(),
            credit: by.id(),
            customer: order.customer_id,
            amount: Money::new(-amount.amount, amount.currency),
            kind: CreditKind::Spent,
            order: Some(order.id.uuid()),
            payment: Some(payment.id.uuid()),
            refund: None,
            reason: String::new(),
            by: by.user().map(UserId::uuid),
            by_name: by.actor().name.clone(),
            at: by.now(),
        };
        if credit::change(tx, &change).await?.is_none() {
            // Another order has spent it in this very moment.
            return Err(not_enough(credit::balance(tx, order.customer_id, order.currency).await?, order));
        }
    } else {
        let tenant = tenants::find(tx, by.tenant()).await?.ok_or(Error::NotFound("tenant"))?;
        let days = trade::of(&tenant)?.account_days;
        let due_at = by.now().plus(days.saturating_mul(DAY));
        let new = NewReceivable { id: payment.id, order: order.id, customer: order.customer_id, amount, due_at, at: by.now() };
        receivables::insert(tx, &new).await?;
    }
    settle::book(app, by, tx, payment.id, &Ok(Standing::Captured(amount.amount))).await
}

/// What the customer of an order has as stored credit for it, for whoever may pay it.
pub(super) async fn of_order(app: &App, tenant: TenantId, (order, own): (OrderId, Option<UserId>)) -> Result<Money> {
    app.db
        .read(tenant, async |tx| {
            let order = orders::find(tx, order).await?.filter(|order| own.is_none_or(|own| order.customer_id == own));
            let order = order.ok_or(Error::NotFound("order"))?;
            Ok(order.money(credit::balance(tx, order.customer_id, order.currency).await?))
        })
        .await
}
