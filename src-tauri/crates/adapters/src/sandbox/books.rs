//! The books of the sandbox provider, and the rules it keeps them by.

use std::collections::HashMap;

use purser_core::ids::TenantId;
use purser_core::sandbox::refusal;
use purser_core::time::SECOND;
use purser_core::{Error, Money, Result, Timestamp};
use purser_service::payments::port::{Answer, Charge, Handle, RefundAnswer, RefundCall, Trouble};
use purser_store::Tx;
use purser_store::sandbox::{self as store, Charge as Row, Refund};

use super::cards::{PROVED_LATE, declined};
use super::{Sandbox, away, key, refused, standing};

/// The money is there: taken, or promised if it is to be taken later.
pub(super) fn succeed(row: &mut Row) {
    if row.capture_mode == "automatic" {
        (row.state, row.captured) = ("captured".into(), row.amount);
    } else {
        row.state = "authorised".into();
    }
}

/// What becomes of a new charge, by its card; with a code, it is declined.
fn first(charge: &Charge, (no, takes): (Option<&str>, i64), now: Timestamp) -> Row {
    let mut row = Row {
        key: key(charge.handle),
        method: charge.method.clone(),
        capture_mode: if charge.capture { "automatic" } else { "manual" }.into(),
        state: String::new(),
        currency: charge.amount.currency,
        amount: charge.amount.amount,
        captured: 0,
        refunded: 0,
        failure_code: None,
        ready_at: None,
        created_at: now,
    };
    match charge.method.as_str() {
        method if no.or_else(|| declined(method)).is_some() => {
            (row.state, row.failure_code) = ("failed".into(), no.or_else(|| declined(method)).map(str::to_owned));
        }
        "pm_card_authentication_required" | PROVED_LATE => row.state = "requires_action".into(),
        "pm_card_processing" => (row.state, row.ready_at) = ("processing".into(), Some(now.plus(takes))),
        _ => succeed(&mut row),
    }
    row
}

/// Something that takes its time is done once its time has come.
fn ripen(row: &mut Row, now: Timestamp) -> bool {
    if row.state == "processing" && row.ready_at.is_some_and(|ready| ready <= now) {
        row.ready_at = None;
        succeed(row);
        return true;
    }
    false
}

async fn hold(tx: &mut Tx, handle: Handle) -> Result<Option<Row>> {
    Ok(store::hold(tx, &[key(handle)]).await?.pop())
}

impl Sandbox {
    /// Begin a charge; one with a known key is the one that is there.
    pub(super) async fn take(&self, charge: &Charge, no: Option<&str>) -> Answer {
        let now = self.clock.now();
        let play = self.play(charge.handle.tenant).await.map_err(|error| away(&error))?;
        let begun = self.db.transact(charge.handle.tenant, async |tx| {
            if let Some(row) = hold(tx, charge.handle).await? {
                return Ok(row);
            }
            let row = first(charge, (no, play.settings.processing_s.saturating_mul(SECOND)), now);
            if !store::add(tx, &row).await? {
                // Somebody with the same key was quicker.
                return hold(tx, charge.handle).await?.ok_or_else(|| Error::internal("a charge of the sandbox is gone"));
            }
            self.tell_state(tx, &play, &row).await?;
            if row.method == "pm_card_dispute" && row.captured > 0 {
                super::disputes::open(tx, &row, (row.captured, "fraudulent"), now).await?;
                self.tell(tx, &play, ("dispute.opened", &row)).await?;
            }
            Ok::<_, Error>(row)
        });
        begun.await.map(|row| standing(&row)).map_err(|error| away(&error))
    }

    /// The end of the customer's proof.
    pub(super) async fn prove(&self, handle: Handle, proved: bool, no: Option<&str>) -> Answer {
        self.change(handle, |row| {
            if row.state == "requires_action" {
                match no.or((!proved).then_some("authentication_failed")) {
                    None => succeed(row),
                    Some(code) => (row.state, row.failure_code) = ("failed".into(), Some(code.to_owned())),
                }
            }
            Ok(())
        })
        .await
    }

    /// Take what was promised.
    pub(super) async fn collect(&self, handle: Handle, amount: Money, no: Option<&str>) -> Answer {
        self.change(handle, |row| match row.state.as_str() {
            "captured" if row.captured == amount.amount => Ok(()),
            "authorised" if no.is_some() => Err(declines(no)),
            "authorised" if amount.currency == row.currency && (1..=row.amount).contains(&amount.amount) => {
                (row.state, row.captured) = ("captured".into(), amount.amount);
                Ok(())
            }
            "authorised" => Err(refused("amount_too_large", "More than was promised.")),
            _ => Err(refused("not_authorised", "There is nothing promised that could be taken.")),
        })
        .await
    }

    /// Let go of what was promised.
    pub(super) async fn let_go(&self, handle: Handle, no: Option<&str>) -> Answer {
        self.change(handle, |row| match row.state.as_str() {
            "authorised" | "requires_action" if no.is_some() => Err(declines(no)),
            "requires_action" if row.method == PROVED_LATE => {
                succeed(row);
                Ok(())
            }
            "authorised" | "requires_action" => {
                row.state = "voided".into();
                Ok(())
            }
            "voided" => Ok(()),
            _ => Err(refused("not_voidable", "It is too late to let this payment go; refund it instead.")),
        })
        .await
    }

    /// A charge as it stands now.
    pub(super) async fn find(&self, handle: Handle) -> Result<Option<Row>> {
        let now = self.clock.now();
        let play = self.play(handle.tenant).await?;
        self.db
            .transact(handle.tenant, async |tx| {
                let Some(mut row) = hold(tx, handle).await? else { return Ok(None) };
                if ripen(&mut row, now) {
                    store::update(tx, &row).await?;
                    self.tell_state(tx, &play, &row).await?;
                }
                Ok::<_, Error>(Some(row))
            })
            .await
    }

    /// See to it that a charge that never came about comes about no more; one that did is let go of as far as it can be.
    pub(super) async fn give_up(&self, handle: Handle) -> Result<Row> {
        let now = self.clock.now();
        let play = self.play(handle.tenant).await?;
        self.db
            .transact(handle.tenant, async |tx| {
                // A mark in its place: a call that arrives late finds it.
                let mark = Row {
                    key: key(handle),
                    method: "given_up".into(),
                    capture_mode: "manual".into(),
                    state: "voided".into(),
                    currency: purser_core::Currency::EUR,
                    amount: 1,
                    captured: 0,
                    refunded: 0,
                    failure_code: None,
                    ready_at: None,
                    created_at: now,
                };
                if store::add(tx, &mark).await? {
                    return Ok(mark);
                }
                let mut row = hold(tx, handle).await?.ok_or_else(|| Error::internal("a charge of the sandbox is gone"))?;
                if matches!(row.state.as_str(), "authorised" | "requires_action" | "processing") {
                    (row.state, row.ready_at) = ("voided".into(), None);
                    store::update(tx, &row).await?;
                    self.tell_state(tx, &play, &row).await?;
                }
                Ok::<_, Error>(row)
            })
            .await
    }

    /// Change a charge by the rule `change`.
    async fn change(&self, handle: Handle, change: impl FnOnce(&mut Row) -> Result<(), Trouble> + Send) -> Answer {
        let now = self.clock.now();
        let play = self.play(handle.tenant).await.map_err(|error| away(&error))?;
        let outcome = self.db.transact(handle.tenant, async |tx| {
            let Some(mut row) = hold(tx, handle).await? else {
                return Ok(Err(refused("unknown_payment", "There is no such payment.")));
            };
            let before = row.state.clone();
            ripen(&mut row, now);
            if let Err(trouble) = change(&mut row) {
                return Ok(Err(trouble));
            }
            if row.state != before {
                store::update(tx, &row).await?;
                self.tell_state(tx, &play, &row).await?;
            }
            Ok::<_, Error>(Ok(standing(&row)))
        });
        outcome.await.map_err(|error| away(&error))?
    }

    /// Make refunds, all in one transaction; with a code, say no to what is new. A known key gets the answer it got; a charge never gives back
    /// more than it took.
    pub(super) async fn give_back(&self, tenant: TenantId, calls: &[RefundCall], no: Option<&str>) -> Result<Vec<RefundAnswer>> {
        let now = self.clock.now();
        let play = self.play(tenant).await?;
        self.db
            .transact(tenant, async |tx| {
                let (answers, new) = judge(tx, calls, (no, now)).await?;
                for (row, done) in &new {
                    self.tell(tx, &play, (if *done { "refund.succeeded" } else { "refund.failed" }, row)).await?;
                }
                Ok::<_, Error>(answers)
            })
            .await
    }
}

fn declines(no: Option<&str>) -> Trouble {
    let code = no.unwrap_or("card_declined");
    refused(code, refusal(code))
}

/// What each call gets, and the charges with something new.
type Judged = (Vec<RefundAnswer>, Vec<(Row, bool)>);

async fn judge(tx: &mut Tx, calls: &[RefundCall], (no, now): (Option<&str>, Timestamp)) -> Result<Judged> {
    let keys: Vec<String> = calls.iter().map(|call| call.id.to_string()).collect();
    let mut charge_keys: Vec<String> = calls.iter().map(|call| call.payment.to_string()).collect();
    charge_keys.sort_unstable();
    charge_keys.dedup();
    // Charges first: holding them makes a second caller with the same keys wait for this one.
    let charges: HashMap<String, Row> = store::hold(tx, &charge_keys).await?.into_iter().map(|row| (row.key.clone(), row)).collect();
    let known: HashMap<String, String> = store::refunds(tx, &keys).await?.into_iter().map(|refund| (refund.key, refund.state)).collect();
    let mut taken: HashMap<String, i64> = HashMap::new();
    let mut new: Vec<Refund> = Vec::new();
    let mut answers = Vec::with_capacity(calls.len());
    let mut told = Vec::new();
    for (call, key) in calls.iter().zip(keys) {
        let charge_key = call.payment.to_string();
        let verdict = match known.get(&key).map(String::as_str).or_else(|| new.iter().find(|r| r.key == key).map(|r| r.state.as_str())) {
            Some("succeeded") => Ok(()),
            Some(_) => Err("The provider refused this refund before."),
            None => {
                let allowed = allowed(charges.get(&charge_key), taken.get(&charge_key).copied().unwrap_or(0), call);
                let verdict = allowed.and(no.map_or(Ok(()), |code| Err(refusal(code))));
                let state = if verdict.is_ok() { "succeeded" } else { "failed" };
                if verdict.is_ok() {
                    *taken.entry(charge_key.clone()).or_default() += call.amount.amount;
                }
                told.extend(charges.get(&charge_key).cloned().map(|row| (row, verdict.is_ok())));
                new.push(Refund { key, charge_key, amount: call.amount.amount, state: state.into(), created_at: now });
                verdict
            }
        };
        answers.push(verdict.map_or_else(|message| RefundAnswer::Refused(message.into()), |()| RefundAnswer::Done));
    }
    if !new.is_empty() {
        let taken: Vec<(String, i64)> = taken.into_iter().collect();
        store::insert_refunds(tx, &new, &taken).await?;
    }
    Ok((answers, told))
}

/// Whether the charge, `taken` more than its row says, has so much left to give back.
fn allowed(charge: Option<&Row>, taken: i64, call: &RefundCall) -> Result<(), &'static str> {
    let charge = charge.ok_or("The provider does not know this payment.")?;
    if charge.method == "pm_card_refund_fails" {
        return Err("The customer's bank takes nothing back on this card.");
    }
    if charge.currency != call.amount.currency {
        return Err("The payment is in another currency.");
    }
    if charge.captured - charge.refunded - taken < call.amount.amount {
        return Err("The provider would give back more than it took.");
    }
    Ok(())
}
