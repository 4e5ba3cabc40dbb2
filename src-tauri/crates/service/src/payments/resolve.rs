//! Asking the provider again where it gave no answer: a crash, a time-out, something that takes its time.

use std::sync::Weak;
use std::time::Duration;

use purser_core::access::{Grant, can};
use purser_core::ids::{PaymentId, RefundId, TenantId};
use purser_core::payments::is_ours;
use purser_core::time::{MINUTE, SECOND};
use purser_core::{Error, Result, Timestamp};
use purser_store::open_ends::{self, OpenPayment, OpenRefund};
use purser_store::payments::{self as store, Payment};
use purser_store::{Scope, gateways};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::port::{Answer, Charge, Handle, RefundCall, Standing, Trouble};
use super::settle;
use super::settler::Ticket;
use crate::idempotency::Outcome;
use crate::{App, Parts};

/// Longest a call to the provider may take.
const LONGEST: Duration = Duration::from_secs(10);

/// A payment the provider has not heard of for so long never reached it.
const NEVER_ARRIVED: i64 = MINUTE;

/// How often open ends are looked for.
const EVERY: Duration = Duration::from_secs(1);

/// Rounds between two looks at payments that wait for their customer.
const WAITING: u32 = 60;

/// Rounds between two sweeps of what has run out.
const SWEEP: u32 = 600;

/// What is pending where nothing is asked for but how the payment stands.
pub(super) const LOOK: &str = "look";

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
            Some(LOOK) => gateway.lookup(handle).await?.ok_or(Trouble::Unknown),
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
            let gone = tokio::time::timeout(LONGEST, app.payments.gateway.abandon(handle)).await.unwrap_or(Err(Trouble::Unknown));
            match gone {
                Ok(Standing::Captured(taken)) => Ok(Standing::Captured(taken)),
                Ok(_) => Ok(Standing::Failed("not_received".into(), "The payment never reached the provider. Nothing was taken.".into())),
                Err(_) => Err(Trouble::Unknown),
            }
        }
        (None, _) => Err(Trouble::Unknown),
        // It is still only promised, or waits for its customer, who must not be able to go on: taking it or letting it go did not arrive.
        (Some(Standing::Authorised), Some("capture" | "void")) | (Some(Standing::RequiresAction(_)), Some("void")) => {
            call(app, tenant, payment).await
        }
        (Some(standing), _) => Ok(standing),
    }
}

/// Open ends looked at in one go.
const AT_ONCE: i64 = 500;

/// Ask the provider about the payments and refunds of all tenants that have had no answer for `age` microseconds: all of them at once if that
/// is 0, else some hundred whose turn it is.
pub async fn resolve_unknown(app: &App, age: i64) -> Result<()> {
    let (all, ends) = (age == 0, &app.payments.ends);
    let before = app.clock.now().plus(-age);
    let mut at = if all { PaymentId(Uuid::nil()) } else { ends.payments.at() };
    while let Some(next) = resolve_payments(app, (before, all), at).await?.filter(|_| all) {
        at = next;
    }
    let mut at = if all { RefundId(Uuid::nil()) } else { ends.refunds.at() };
    while let Some(next) = resolve_refunds(app, (before, all), at).await?.filter(|_| all) {
        at = next;
    }
    Ok(())
}

/// Those after `at`; the last of them, if there may be more.
async fn resolve_payments(app: &App, (before, all): (Timestamp, bool), at: PaymentId) -> Result<Option<PaymentId>> {
    let open = app.db.read(Scope::System, async |tx| open_ends::payments(tx, before, (at, AT_ONCE)).await.map_err(Error::from)).await?;
    let next = open.last().filter(|_| is_full(open.len())).map(|last| last.id);
    app.payments.ends.payments.go_to(next.unwrap_or(PaymentId(Uuid::nil())), app.clock.now());
    for open in open.into_iter().filter(|open| app.payments.ends.payments.take_turn(open.id, app.clock.now()) || all) {
        if let Err(error) = resolve_payment(app, open).await {
            tracing::warn!(%error, payment = %open.id, "a payment could not be resolved; it is tried again");
        }
    }
    Ok(next)
}

async fn resolve_refunds(app: &App, (before, all): (Timestamp, bool), at: RefundId) -> Result<Option<RefundId>> {
    let mut open = app.db.read(Scope::System, async |tx| open_ends::refunds(tx, before, (at, AT_ONCE)).await.map_err(Error::from)).await?;
    let next = open.last().filter(|_| is_full(open.len())).map(|last| last.id);
    app.payments.ends.refunds.go_to(next.unwrap_or(RefundId(Uuid::nil())), app.clock.now());
    open.retain(|open| app.payments.ends.refunds.take_turn(open.id, app.clock.now()) || all);
    ask_again(app, open).await?;
    Ok(next)
}

fn is_full(found: usize) -> bool {
    i64::try_from(found).is_ok_and(|found| found >= AT_ONCE)
}

/// Ask about these refunds, but for those somebody here is at.
pub(super) async fn ask_again(app: &App, open: Vec<OpenRefund>) -> Result<()> {
    let mut answers = Vec::new();
    for open in open {
        if let Some(held) = app.payments.refunds.hold(open.id) {
            let call = RefundCall { id: open.id, payment: open.payment_id, amount: purser_core::Money::new(open.amount, open.currency) };
            let (done, answer) = oneshot::channel();
            let ours = is_ours(&open.provider) || open.to_credit;
            let ticket = Ticket { tenant: open.tenant_id, call, ours, actor: None, once: None, done, held };
            app.payments.settler.send(ticket).await.map_err(|_| Error::internal("the settler is gone"))?;
            answers.push(answer);
        }
    }
    for answer in answers {
        match answer.await {
            Ok(Ok(Outcome::Plain(settled))) if settled.refund.state.is_settled() => app.payments.ends.refunds.over(settled.refund.id),
            Ok(Err(error)) => tracing::warn!(%error, "a refund could not be resolved; it is tried again"),
            _ => {}
        }
    }
    Ok(())
}

async fn resolve_payment(app: &App, open: OpenPayment) -> Result<()> {
    let Some(_held) = app.payments.payments.hold(open.id) else { return Ok(()) };
    let now = app.clock.now();
    let by = Grant::<can::CapturePayment>::system(open.tenant_id, now, &app.ids);
    let Some(payment) = app.db.read(&by, async |tx| store::find(tx, open.id).await.map_err(Error::from)).await? else { return Ok(()) };
    if payment.pending.is_none() {
        return Ok(());
    }
    let answer = ask(app, open.tenant_id, &payment, now).await;
    app.db.transact(&by, async |tx| settle::book(app, &by, tx, open.id, &answer).await).await?;
    if !matches!(answer, Ok(Standing::Processing) | Err(Trouble::Unknown)) {
        app.payments.ends.payments.over(open.id);
    }
    Ok(())
}

/// Ask the provider where a payment stands and book it, whoever asked last; where it then stands, in words.
pub(crate) async fn refresh<P>(app: &App, by: &Grant<P>, id: PaymentId) -> Result<String> {
    let busy = || Error::Unavailable("payment_in_flight", "Somebody is asking the provider about this payment at the moment.".into());
    let _held = app.payments.payments.hold(id).ok_or_else(busy)?;
    let payment = app.db.read(by, async |tx| store::find(tx, id).await?.ok_or(Error::NotFound("payment"))).await?;
    if payment.pending.is_some() {
        let answer = ask(app, by.tenant(), &payment, by.now()).await;
        app.db.transact(by, async |tx| settle::book(app, by, tx, id, &answer).await).await?;
    } else if payment.state.is_open() {
        let handle = Handle { tenant: by.tenant(), payment: id };
        let found = tokio::time::timeout(LONGEST, app.payments.gateway.lookup(handle)).await.unwrap_or(Err(Trouble::Unknown));
        let away = || Error::Unavailable("provider_away", "The provider does not answer.".into());
        if let Some(standing) = found.map_err(|_| away())? {
            app.db.transact(by, async |tx| settle::hear(app, by, tx, id, &standing).await).await?;
        }
    }
    let now = app.db.read(by, async |tx| store::find(tx, id).await?.ok_or(Error::NotFound("payment"))).await?;
    Ok(format!("The payment is {}.", now.state.words()))
}

/// Payments that wait for their customer for so long are asked about: a message of the provider may have been lost.
const LOST: i64 = 2 * MINUTE;

/// They are asked about for so long.
const GIVEN_UP: i64 = 24 * 60 * MINUTE;

/// Ask about every payment whose message may have been lost.
pub async fn resolve_waiting(app: &App) -> Result<()> {
    let now = app.clock.now();
    let span = (now.plus(-GIVEN_UP), now.plus(-LOST));
    for (tenant, payment) in app.db.read(Scope::System, async |tx| gateways::waiting(tx, span).await.map_err(Error::from)).await? {
        let by = Grant::<can::CapturePayment>::system(tenant, now, &app.ids);
        if let Err(error) = refresh(app, &by, payment).await {
            tracing::warn!(%error, %payment, "a payment that waits for its customer could not be asked about; it is tried again");
        }
    }
    Ok(())
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
        if let Err(error) = crate::sandbox::deliver_due(&app).await
            && !app.db.is_closed()
        {
            tracing::warn!(%error, "messages of the sandbox could not be looked for; trying again");
        }
        if rounds % WAITING == WAITING - 1
            && let Err(error) = resolve_waiting(&app).await
        {
            tracing::warn!(%error, "payments that wait for their customer could not be looked for; trying again");
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
