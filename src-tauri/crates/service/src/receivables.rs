//! What customers owe us: orders that were sold on account. What comes by hand is written down here, and what will never come is given up; each
//! is booked in the same transaction.

use purser_core::access::{Grant, can};
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::PaymentId;
use purser_core::time::DAY;
use purser_core::{Error, Money, Result, Timestamp};
use purser_store::page::COUNT_LIMIT;
use purser_store::receivables::{self as store, Filter, Less, Receivable};
use purser_store::{Listing, Page, Tx, ledger as ledger_store, open_ends, payments};

use crate::audit::{self, Line};
use crate::idempotency::{self, Once, Outcome};
use crate::{App, events, ledger};

/// A page of them and, without a cursor, how many there are.
pub async fn list(app: &App, by: &Grant<can::ReadPayment>, filter: &Filter, page: &Page) -> Result<(Listing<Receivable>, Option<(i64, bool)>)> {
    app.db
        .read(by, async |tx| {
            let total = if page.after.is_none() { Some(store::count(tx, filter, COUNT_LIMIT).await?) } else { None };
            Ok::<_, Error>((store::list(tx, filter, page).await?, total))
        })
        .await
}

/// How much less is owed, and why.
#[derive(Clone, Debug)]
pub struct Ask {
    /// How much; `None`: all that is owed.
    pub amount: Option<Money>,
    /// Why, or by what it came: the reference of a transfer.
    pub reason: String,
}

/// Write down that a customer paid by hand what they owed, or part of it, once for each key.
pub async fn receive(
    app: &App,
    by: &Grant<can::CapturePayment>,
    id: PaymentId,
    ask: Ask,
    once: Option<Once<Receivable>>,
) -> Result<Outcome<Receivable>> {
    less(app, by, id, (ask, false), once).await
}

/// Give up what a customer owes, or part of it, once for each key.
pub async fn write_off(
    app: &App,
    by: &Grant<can::ReconcileLedger>,
    id: PaymentId,
    ask: Ask,
    once: Option<Once<Receivable>>,
) -> Result<Outcome<Receivable>> {
    less(app, by, id, (ask, true), once).await
}

async fn less<P>(
    app: &App,
    by: &Grant<P>,
    id: PaymentId,
    (ask, given_up): (Ask, bool),
    once: Option<Once<Receivable>>,
) -> Result<Outcome<Receivable>> {
    let mut checks = Checks::new();
    checks.text("reason", &ask.reason, 500);
    checks.that(ask.amount.is_none_or(|amount| amount.amount > 0), "amount.amount", "out_of_range", "An amount of more than nothing.");
    checks.done()?;
    idempotency::at_once(app, by, (id.uuid(), once), async |tx| {
        let before = held(tx, id).await?;
        let amount = ask.amount.unwrap_or_else(|| before.money(before.owed));
        if amount.currency != before.currency {
            return Err(Error::unprocessable("amount.currency", "wrong_currency", format!("It is owed in {}.", before.currency)));
        }
        if before.owed == 0 {
            return Err(Error::conflict("nothing_owed", "Nothing is owed any more."));
        }
        let part = if given_up { Less { written_off: amount.amount, ..Less::default() } } else { Less { received: amount.amount, ..Less::default() } };
        if !store::less(tx, id, part, by.now()).await? {
            let message = format!("Only {} is owed.", before.money(before.owed));
            return Err(Error::unprocessable("amount.amount", "more_than_owed", message));
        }
        let about = ledger::About {
            order: before.order_id,
            number: before.order_number,
            payment: id,
            refund: None,
            at: by.now(),
            currency: before.currency,
        };
        ledger_store::post(tx, by.ids(), &[ledger::settled(by.ids(), about, amount.amount, given_up)]).await?;
        let after = store::find(tx, id).await?.ok_or(Error::NotFound("receivable"))?;
        let action = if given_up { "receivable.write_off" } else { "receivable.receive" };
        let facts = |one: &Receivable| serde_json::json!({ "owed": one.money(one.owed), "received": one.money(one.received), "writtenOff": one.money(one.written_off) });
        let line = Line::new(action, "payment", id.uuid(), format!("#{}", before.order_number)).before(&facts(&before)).after(&facts(&after));
        audit::record(tx, by, line.reason(ask.reason.trim()));
        tell(by, tx, &after);
        Ok(after)
    })
    .await
}

/// Give a customer until `due_at`.
pub async fn put_off(app: &App, by: &Grant<can::CapturePayment>, id: PaymentId, (due_at, reason): (Timestamp, &str)) -> Result<Receivable> {
    let mut checks = Checks::new();
    checks.text("reason", reason, 500);
    let fits = (by.now()..by.now().plus(2 * 365 * DAY)).contains(&due_at);
    checks.that(fits, "dueAt", "out_of_range", "From now on, and within two years.");
    checks.done()?;
    app.db
        .transact(by, async |tx| {
            let before = held(tx, id).await?;
            store::put_off(tx, id, due_at, by.now()).await?;
            let facts = |at: Timestamp| serde_json::json!({ "dueAt": at });
            let line = Line::new("receivable.put_off", "payment", id.uuid(), format!("#{}", before.order_number));
            audit::record(tx, by, line.before(&facts(before.due_at)).after(&facts(due_at)).reason(reason.trim()));
            let after = store::find(tx, id).await?.ok_or(Error::NotFound("receivable"))?;
            tell(by, tx, &after);
            Ok(after)
        })
        .await
}

/// One of them, with its order and payment held in the order everybody holds them in: a refund of the payment changes it as well.
async fn held(tx: &mut Tx, id: PaymentId) -> Result<Receivable> {
    open_ends::hold_order_of(tx, id).await?;
    payments::hold(tx, id).await?.ok_or(Error::NotFound("receivable"))?;
    store::hold(tx, id).await?.ok_or(Error::NotFound("receivable"))
}

fn tell<P>(by: &Grant<P>, tx: &mut Tx, one: &Receivable) {
    events::emit(tx, by, Topic::Payment, "owed", one.id.uuid());
    events::emit(tx, by, Topic::Order, "owed", one.order_id.uuid());
    events::emit(tx, by, Topic::Ledger, "posted", one.order_id.uuid());
}
