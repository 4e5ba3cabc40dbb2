//! What goes wrong with the calls that come next.

use purser_core::access::{Grant, can};
use purser_core::error::Checks;
use purser_core::ids::FaultId;
use purser_core::sandbox::{FaultEffect, FaultTarget, REFUSALS};
use purser_core::time::SECOND;
use purser_core::{Error, Result};
use purser_store::sandbox_play::{self as store, Fault};

use super::{demand_test, line, note};
use crate::App;

/// Faults a tenant may have waiting.
const MOST: usize = 20;

/// A fault to be.
#[derive(Clone, Debug)]
pub struct NewFault {
    /// What goes wrong.
    pub effect: FaultEffect,
    /// With which calls.
    pub operation: FaultTarget,
    /// Why it says no.
    pub code: Option<String>,
    /// How long it takes, in milliseconds.
    pub millis: Option<i64>,
    /// How long nobody is there, in seconds.
    pub seconds: Option<i64>,
    /// With how many calls.
    pub calls: Option<i64>,
}

impl NewFault {
    fn check(&self) -> Result<()> {
        let (effect, down) = (self.effect, self.effect == FaultEffect::Down);
        let mut checks = Checks::new();
        let known = self.code.as_ref().is_none_or(|code| REFUSALS.iter().any(|(known, _)| known == code));
        checks.that(known, "code", "unknown_code", "The sandbox does not say that.");
        checks.that(self.code.is_none() || effect.says_no(), "code", "not_wanted", "This fault says no code.");
        let inside = |value: Option<i64>, most: i64| value.is_none_or(|value| (1..=most).contains(&value));
        checks.that(inside(self.millis, 30_000), "millis", "out_of_range", "From 1 to 30,000.");
        checks.that(self.millis.is_some() == effect.takes_time(), "millis", "misplaced", "Said for `slow` and `late`, and for no other.");
        checks.that(inside(self.seconds, 3_600), "seconds", "out_of_range", "From 1 to 3,600.");
        checks.that(self.seconds.is_some() == down, "seconds", "misplaced", "Said for `down`, and for no other.");
        checks.that(inside(self.calls, 1_000), "calls", "out_of_range", "From 1 to 1,000.");
        checks.that(!down || self.calls.is_none(), "calls", "misplaced", "Where nobody is there, it is for a time and not for so many calls.");
        checks.that(!down || self.operation == FaultTarget::Any, "operation", "misplaced", "Where nobody is there, it is for every call.");
        checks.done()
    }
}

/// Have the calls that come next go wrong.
pub async fn add_fault(app: &App, by: &Grant<can::PlaySandbox>, new: NewFault) -> Result<Fault> {
    new.check()?;
    let fault = Fault {
        id: by.id(),
        effect: new.effect,
        operation: new.operation,
        code: new.effect.says_no().then(|| new.code.unwrap_or_else(|| "card_declined".into())),
        millis: new.millis,
        remaining: (new.effect != FaultEffect::Down).then(|| new.calls.unwrap_or(1)),
        until: new.seconds.map(|seconds| by.now().plus(seconds.saturating_mul(SECOND))),
        created_at: by.now(),
    };
    app.db
        .transact(by, async |tx| {
            demand_test(tx).await?;
            store::clear(tx, Some(by.now())).await?;
            if store::faults(tx, by.now()).await?.len() >= MOST {
                return Err(Error::conflict("too_many", format!("{MOST} faults wait already. Take some away first.")));
            }
            store::insert(tx, &fault).await?;
            let facts = serde_json::json!({ "effect": fault.effect, "operation": fault.operation, "calls": fault.remaining, "until": fault.until });
            note(by, tx, line(by, "sandbox.add_fault").after(&facts));
            Ok(fault)
        })
        .await
}

/// Take a fault away.
pub async fn remove_fault(app: &App, by: &Grant<can::PlaySandbox>, id: FaultId) -> Result<()> {
    app.db
        .transact(by, async |tx| {
            if !store::remove(tx, id).await? {
                return Err(Error::NotFound("fault"));
            }
            note(by, tx, line(by, "sandbox.remove_fault").before(&serde_json::json!({ "id": id })));
            Ok(())
        })
        .await
}

/// Take every fault away.
pub async fn clear(app: &App, by: &Grant<can::PlaySandbox>) -> Result<()> {
    app.db
        .transact(by, async |tx| {
            let gone = store::clear(tx, None).await?;
            if gone > 0 {
                note(by, tx, line(by, "sandbox.clear_faults").before(&serde_json::json!({ "faults": gone })));
            }
            Ok(())
        })
        .await
}
