//! Asking the provider again where it gave no answer: a crash, a time-out, something that takes its time.

use std::sync::Weak;
use std::time::Duration;

use purser_core::access::{Grant, can};
use purser_core::ids::TenantId;
use purser_core::payments::OUTSIDE;
use purser_core::time::{MINUTE, SECOND};
use purser_core::{Error, Result, Timestamp};
use purser_store::payments::{self as store, Payment};
use purser_store::{Scope, refunds};
use tokio::sync::oneshot;

use super::port::{Answer, Charge, Handle, RefundCall, Standing, Trouble};
use super::settle;
use super::settler::Ticket;
use crate::{App, Parts};

/// Longest a call to the provider may take.
const LONGEST: Duration = Duration::from_secs(10);

/// A payment the provider has not heard of for so long never reached it.
const NEVER_ARRIVED: i64 = MINUTE;

/// How often open ends are looked for.
const EVERY: Duration = Duration::from_secs(1);

/// Rounds between two sweeps of what has run out.
const SWEEP: u32 = 600;

/// Ask of the provider what `payment.pending` says. The key is the payment's own, so asking twice does nothing twice.
pub(super) async fn call(app: &App, tenant: TenantId, payment: &Payment) -> Answer {
    let gateway = &app.payments.gateway;
    let handle = Handle { tenant, payment: payment.id };
    let work = async {
        match payment.pending.as_deref() {
            Some("authorise") => {
                let capture = payment.capture_mode == "automatic";
                gateway.authorise(&Charge { handle, method: payment.method.clone(), amount: payment.money(payment.amount), capture }).await
            }
            Some("capture") => gateway.capture(handle, payment.money(payment.pending_amount.unwrap_or(payment.amount))).await,
            Some("void") => gateway.void(handle).await,
            Some("confirm") => gateway.confirm(handle, true).await,
            Some("confirm_fail") => gateway.confirm(handle, false).await,
            _ => Err(Trouble::Unknown),
        }
    };
    tokio::time::timeout(LONGEST, work).await.unwrap_or(Err(Trouble::Unknown))
}

/// Ask where `payment` stands, without beginning anything that was not begun.
async fn ask(app: &App, tenant: TenantId, payment: &Payment, now: Timestamp) -> Answer {
    let handle = Handle { tenant, payment: payment.id };
    let found = tokio::time::timeout(LONGEST, app.payments.gateway.lookup(handle)).await.unwrap_or(Err(Trouble::Unknown))?;
    match (found, payment.pending.as_deref()) {
        (None, _) if now.since(payment.created_at) > NEVER_ARRIVED => {
            Ok(Standing::Failed("not_received".into(), "The payment never reached the provider. Nothing was taken.".into()))
        }
        (None, _) => Err(Trouble::Unknown),
        // It is still only promised: taking it or letting it go did not arrive.
        (Some(Standing::Authorised), Some("capture" | "void")) => call(app, tenant, payment).await,
        (Some(standing), _) => Ok(standing),
    }
}

/// Ask the provider about every payment and refund of all tenants that has had no answer for `age` microseconds.
pub async fn resolve_unknown(app: &App, age: i64) -> Result<()> {
    let before = app.clock.now().plus(-age);
    let (payments, refunds) =
        app.db.read(Scope::System, async |tx| Ok::<_, Error>((store::open(tx, before).await?, refunds::open(tx, before).await?))).await?;
    for open in payments {
        if let Err(error) = resolve_payment(app, open).await {
            tracing::warn!(%error, payment = %open.id, "a payment could not be resolved; it is tried again");
        }
    }
    let mut answers = Vec::new();
    for open in refunds {
        if let Some(held) = app.payments.refunds.hold(open.id) {
            let call = RefundCall { id: open.id, payment: open.payment_id, amount: purser_core::Money::new(open.amount, open.currency) };
            let (done, answer) = oneshot::channel();
            let outside = open.provider == OUTSIDE;
            let ticket = Ticket { tenant: open.tenant_id, call, outside, actor: None, once: None, done, held };
            app.payments.settler.send(ticket).await.map_err(|_| Error::internal("the settler is gone"))?;
            answers.push(answer);
        }
    }
    for answer in answers {
        if let Ok(Err(error)) = answer.await {
            tracing::warn!(%error, "a refund could not be resolved; it is tried again");
        }
    }
    Ok(())
}

async fn resolve_payment(app: &App, open: store::Open) -> Result<()> {
    let Some(_held) = app.payments.payments.hold(open.id) else { return Ok(()) };
    let now = app.clock.now();
    let by = Grant::<can::CapturePayment>::system(open.tenant_id, now, &app.ids);
    let Some(payment) = app.db.read(&by, async |tx| store::find(tx, open.id).await.map_err(Error::from)).await? else { return Ok(()) };
    if payment.pending.is_none() {
        return Ok(());
    }
    let answer = ask(app, open.tenant_id, &payment, now).await;
    app.db.transact(&by, async |tx| settle::book(app, &by, tx, open.id, &answer).await).await
}

/// Look for open ends as long as the engine lives; the first look takes up what a crash left, however young.
pub async fn keep_resolving(app: Weak<Parts>) {
    let (mut age, mut rounds) = (0, 0_u32);
    while let Some(app) = app.upgrade().map(App::from).filter(|app| !app.db.is_closed()) {
        if let Err(error) = resolve_unknown(&app, age).await
            && !app.db.is_closed()
        {
            tracing::warn!(%error, "open payments and refunds could not be looked for; trying again");
        }
        // Keys that have run out are swept up once in a while.
        if rounds.is_multiple_of(SWEEP)
            && let Err(error) = crate::idempotency::forget(&app).await
        {
            tracing::warn!(%error, "old idempotency keys could not be swept up; trying again");
        }
        drop(app);
        (age, rounds) = (2 * SECOND, rounds.wrapping_add(1));
        tokio::time::sleep(EVERY).await;
    }
}
