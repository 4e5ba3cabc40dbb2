//! The books of the sandbox provider, and the rules it keeps them by.

use std::collections::HashMap;

use purser_core::ids::TenantId;
use purser_core::{Error, Result, Timestamp};
use purser_service::payments::port::{Answer, Charge, Handle, RefundAnswer, RefundCall, Trouble};
use purser_store::Tx;
use purser_store::sandbox::{self as store, Charge as Row, Refund};

use super::{Sandbox, TAKES, away, key, standing};

/// The money is there: taken, or promised if it is to be taken later.
pub(super) fn succeed(row: &mut Row) {
    if row.capture_mode == "automatic" {
        (row.state, row.captured) = ("captured".into(), row.amount);
    } else {
        row.state = "authorised".into();
    }
}

/// What becomes of a new charge, by its card.
fn first(charge: &Charge, now: Timestamp) -> Row {
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
        "pm_card_declined" => (row.state, row.failure_code) = ("failed".into(), Some("card_declined".into())),
        "pm_card_authentication_required" => row.state = "requires_action".into(),
        "pm_card_processing" => (row.state, row.ready_at) = ("processing".into(), Some(now.plus(TAKES))),
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
    pub(super) async fn begin(&self, charge: &Charge) -> Result<Row> {
        let now = self.clock.now();
        self.db
            .transact(charge.handle.tenant, async |tx| {
                if let Some(row) = hold(tx, charge.handle).await? {
                    return Ok(row);
                }
                let row = first(charge, now);
                store::insert(tx, std::slice::from_ref(&row)).await?;
                Ok(row)
            })
            .await
    }

    /// A charge as it stands now.
    pub(super) async fn find(&self, handle: Handle) -> Result<Option<Row>> {
        let now = self.clock.now();
        self.db
            .transact(handle.tenant, async |tx| {
                let Some(mut row) = hold(tx, handle).await? else { return Ok(None) };
                if ripen(&mut row, now) {
                    store::update(tx, &row).await?;
                }
                Ok::<_, Error>(Some(row))
            })
            .await
    }

    /// Change a charge by the rule `change`.
    pub(super) async fn change(&self, handle: Handle, change: impl FnOnce(&mut Row) -> Result<(), Trouble> + Send) -> Answer {
        let now = self.clock.now();
        let outcome = self.db.transact(handle.tenant, async |tx| {
            let Some(mut row) = hold(tx, handle).await? else {
                return Ok(Err(Trouble::Refused("unknown_payment".into(), "There is no such payment.".into())));
            };
            ripen(&mut row, now);
            if let Err(trouble) = change(&mut row) {
                return Ok(Err(trouble));
            }
            store::update(tx, &row).await?;
            Ok::<_, Error>(Ok(standing(&row)))
        });
        outcome.await.map_err(|error| away(&error))?
    }

    /// Make refunds, all in one transaction. A known key gets the answer it got; a charge never gives back more than it took.
    pub(super) async fn give_back(&self, tenant: TenantId, calls: &[RefundCall]) -> Result<Vec<RefundAnswer>> {
        let now = self.clock.now();
        self.db.transact(tenant, async |tx| judge(tx, calls, now).await).await
    }
}

async fn judge(tx: &mut Tx, calls: &[RefundCall], now: Timestamp) -> Result<Vec<RefundAnswer>> {
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
    for (call, key) in calls.iter().zip(keys) {
        let charge_key = call.payment.to_string();
        let verdict = match known.get(&key).map(String::as_str).or_else(|| new.iter().find(|r| r.key == key).map(|r| r.state.as_str())) {
            Some("succeeded") => Ok(()),
            Some(_) => Err("The provider refused this refund before."),
            None => {
                let verdict = allowed(charges.get(&charge_key), taken.get(&charge_key).copied().unwrap_or(0), call);
                let state = if verdict.is_ok() { "succeeded" } else { "failed" };
                if verdict.is_ok() {
                    *taken.entry(charge_key.clone()).or_default() += call.amount.amount;
                }
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
    Ok(answers)
}

/// Whether the charge, `taken` more than its row says, has so much left to give back.
fn allowed(charge: Option<&Row>, taken: i64, call: &RefundCall) -> Result<(), &'static str> {
    let charge = charge.ok_or("The provider does not know this payment.")?;
    if charge.currency != call.amount.currency {
        return Err("The payment is in another currency.");
    }
    if charge.captured - charge.refunded - taken < call.amount.amount {
        return Err("The provider would give back more than it took.");
    }
    Ok(())
}
