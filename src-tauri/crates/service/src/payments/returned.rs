//! What went back at the provider without us: a refund somebody made on the provider's own page, and one that was made and came back, because
//! the customer's bank did not take it. Both are taken in as the provider tells them, once, however often it does.

use std::time::Duration;

use purser_core::access::{Grant, can};
use purser_core::events::Topic;
use purser_core::ids::{PaymentId, RefundId};
use purser_core::payments::{RefundEvent, RefundKind, RefundState, Shares};
use purser_core::{Error, Result};
use purser_store::payments::Settled;
use purser_store::refunds::{self as store, Refund, Verdict};
use purser_store::{Tx, gateways, ledger as ledger_store, open_ends, orders, payments};

use super::port::{Handle, ProviderRefund, Trouble};
use super::refunds::{Ask, accept};
use super::resolve::ask_again;
use crate::audit::{self, Line};
use crate::{App, events, ledger};

/// Longest a call to the provider may take.
const LONGEST: Duration = Duration::from_secs(20);

/// Ask what became of the refunds of a payment, ours and those somebody made at the provider; how many were new to us.
pub(super) async fn hear<P>(app: &App, by: &Grant<P>, payment: PaymentId) -> Result<usize> {
    finish(app, by, payment).await?;
    let asked = app.payments.gateway.refunds_of(Handle { tenant: by.tenant(), payment });
    let told = tokio::time::timeout(LONGEST, asked).await.unwrap_or(Err(Trouble::Unknown));
    let away = |_| Error::Unavailable("provider_away", "The provider does not answer.".into());
    let mut new = 0;
    for one in told.map_err(away)? {
        let taken = app.db.transact(by, async |tx| take_in(app, tx, payment, &one).await).await;
        match taken {
            Ok(taken) => new += usize::from(taken),
            // More than we know of was given back: the comparison of the books shows it to a person.
            Err(error @ (Error::Unprocessable(_) | Error::Conflict(..))) => {
                tracing::error!(%error, %payment, reference = one.reference, "a refund made at the provider could not be taken in");
            }
            Err(error) => return Err(error),
        }
    }
    if new > 0 {
        finish(app, by, payment).await?;
    }
    Ok(new)
}

/// Ask about the refunds of a payment that are on their way.
async fn finish<P>(app: &App, by: &Grant<P>, payment: PaymentId) -> Result<()> {
    let open = app.db.read(by, async |tx| open_ends::of_payment(tx, payment).await.map_err(Error::from)).await?;
    ask_again(app, open).await
}

/// Take in one refund; whether it was new.
async fn take_in(app: &App, tx: &mut Tx, payment: PaymentId, told: &ProviderRefund) -> Result<bool> {
    let by = Grant::<can::RefundOrder>::system(tx.tenant(), app.clock.now(), &app.ids);
    // Held first: whoever hears of the same refund at the same time waits here.
    open_ends::hold_order_of(tx, payment).await?;
    payments::hold(tx, payment).await?.ok_or(Error::NotFound("payment"))?;
    if let Some(ours) = ours(tx, payment, told).await? {
        gateways::keep_refund(tx, ours.id, (&told.reference, by.now())).await?;
        if ours.state == RefundState::Succeeded && told.done == Some(false) {
            come_back(app, &by, tx, &ours).await?;
        }
        return Ok(false);
    }
    if told.done == Some(false) {
        return Ok(false);
    }
    let reason = format!("Given back at the payment provider ({})", told.reference.chars().take(60).collect::<String>());
    let ask = Ask { amount: Some(told.amount), reason, kind: RefundKind::Standard };
    let id: RefundId = by.id();
    accept(&by, tx, (id, payment), &ask).await?;
    // It carries the provider's name: asking for it finds it, and makes none.
    gateways::keep_refund(tx, id, (&told.reference, by.now())).await?;
    events::emit(tx, &by, Topic::Refund, "created", id.uuid());
    Ok(true)
}

/// Our refund the provider tells of: by its name for it, or, if that got lost, by ours.
async fn ours(tx: &mut Tx, payment: PaymentId, told: &ProviderRefund) -> Result<Option<Refund>> {
    let called = gateways::refunds_called(tx, std::slice::from_ref(&told.reference)).await?.pop().map(|(_, id)| id);
    let Some(id) = called.or(told.ours) else { return Ok(None) };
    Ok(store::find(tx, id).await?.filter(|refund| refund.payment_id == payment))
}

/// A refund that was made came back: the money is with us again, and owed.
async fn come_back(app: &App, by: &Grant<can::RefundOrder>, tx: &mut Tx, refund: &Refund) -> Result<()> {
    let Some(part) = refund.split.shares() else {
        tracing::error!(refund = %refund.id, "a refund of long ago came back; book it by hand");
        return Ok(());
    };
    let (state, now) = (refund.state.apply(RefundEvent::ComeBack)?, by.now());
    let failure = "The customer's bank did not take it; the money came back.".to_owned();
    store::settle(tx, &[Verdict { id: refund.id, state, failure: Some(failure.clone()), settled_at: Some(now) }]).await?;
    let given = Settled { refunded: -refund.amount, tax: -part.tax, shipping: -part.shipping, discount: -part.discount, released: refund.amount };
    payments::settle_refunds(tx, &[(refund.payment_id, given)], now).await?;
    orders::add_refunded(tx, &[(refund.order_id, -refund.amount)], now).await?;
    let about = ledger::About {
        order: refund.order_id,
        number: refund.order_number,
        payment: refund.payment_id,
        refund: Some(refund.id),
        at: now,
        currency: refund.currency,
    };
    ledger_store::post(tx, &app.ids, &[ledger::refund_back(&app.ids, about, Shares::default().minus(part))]).await?;
    let line = Line::new("order.refund_failed", "order", refund.order_id.uuid(), format!("#{}", refund.order_number));
    audit::record(tx, by, line.reason(failure));
    let things = [(Topic::Refund, refund.id.uuid()), (Topic::Payment, refund.payment_id.uuid()), (Topic::Order, refund.order_id.uuid())];
    for (topic, id) in things {
        events::emit(tx, by, topic, "refund_failed", id);
    }
    events::emit(tx, by, Topic::Ledger, "posted", refund.order_id.uuid());
    Ok(())
}
