//! Closing a period: what was booked before stays as it is, and nothing is booked there any more. Whatever has to be put right is booked in
//! the open one.

use purser_core::access::{Grant, can};
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::UserId;
use purser_core::time::MINUTE;
use purser_core::{Error, Result, Timestamp};
use purser_store::ledger_books::{self as store, Period};
use purser_store::{Listing, Page};
use uuid::Uuid;

use crate::audit::{self, Line};
use crate::idempotency::{self, Once, Outcome};
use crate::identity::step_up;
use crate::{App, events};

/// A page of closed periods, newest first.
pub async fn periods(app: &App, by: &Grant<can::ReadLedger>, page: &Page) -> Result<Listing<Period>> {
    app.db.read(by, async |tx| store::periods(tx, page).await.map_err(Error::from)).await
}

/// Close everything before `ends_at`, once for each key. A booking that is being made right now still has its minute.
pub async fn close(
    app: &App,
    by: &Grant<can::CloseLedger>,
    (ends_at, reason): (Timestamp, &str),
    once: Option<Once<Period>>,
) -> Result<Outcome<Period>> {
    let mut checks = Checks::new();
    checks.text("reason", reason, 500);
    checks.that(ends_at <= by.now().plus(-MINUTE), "endsAt", "out_of_range", "An instant at least a minute ago.");
    checks.done()?;
    let id: Uuid = by.id();
    idempotency::at_once(app, by, (id, once), async |tx| {
        tx.alone("ledger close").await?;
        if store::closed_until(tx).await?.is_some_and(|until| until >= ends_at) {
            return Err(Error::conflict("already_closed", "The books are closed until then, or longer."));
        }
        let balances = store::balances_at(tx, ends_at).await?;
        let balances: Vec<_> = balances.into_iter().map(|b| (b.code.as_str().to_owned(), b.currency.as_str().to_owned(), b.balance)).collect();
        let period = Period {
            id,
            ends_at,
            reason: reason.trim().to_owned(),
            closed_by: by.user().map(UserId::uuid),
            closed_by_name: by.actor().name.clone(),
            closed_at: by.now(),
            balances: balances.into(),
            reopened_at: None,
            reopened_by: None,
            reopened_by_name: None,
            reopen_reason: None,
        };
        store::insert_period(tx, &period).await?;
        let facts = serde_json::json!({ "endsAt": ends_at, "balances": period.balances.0 });
        audit::record(tx, by, Line::new("ledger.close", "ledger", period.id, "Ledger").after(&facts).reason(period.reason.clone()));
        events::emit(tx, by, Topic::Ledger, "closed", period.id);
        Ok(period)
    })
    .await
}

/// Open the newest closed period again, once for each key: what was forgotten there is put right, and it is closed anew. It asks for a fresh
/// proof of who does it, because the figures of that time were given out as final.
pub async fn reopen(app: &App, by: &Grant<can::CloseLedger>, id: Uuid, reason: &str, once: Option<Once<Period>>) -> Result<Outcome<Period>> {
    let mut checks = Checks::new();
    checks.text("reason", reason, 500).done()?;
    step_up::demand(app, by).await?;
    idempotency::at_once(app, by, (id, once), async |tx| {
        tx.alone("ledger close").await?;
        let before = store::period(tx, id).await?.ok_or(Error::NotFound("period"))?;
        if before.reopened_at.is_some() {
            return Err(Error::conflict("already_open", "This period was opened again already."));
        }
        if store::closed_until(tx).await?.is_some_and(|until| until > before.ends_at) {
            return Err(Error::conflict("not_the_newest", "A later period is closed. Open that one first."));
        }
        let after = Period {
            reopened_at: Some(by.now()),
            reopened_by: by.user().map(UserId::uuid),
            reopened_by_name: Some(by.actor().name.clone()),
            reopen_reason: Some(reason.trim().to_owned()),
            ..before
        };
        if !store::reopen(tx, &after).await? {
            return Err(Error::conflict("already_open", "This period was opened again already."));
        }
        let closed = |until| serde_json::json!({ "closedUntil": until });
        let line = Line::new("ledger.reopen", "ledger", id, "Ledger").reason(reason.trim());
        let until = store::closed_until(tx).await?;
        audit::record(tx, by, line.before(&closed(Some(after.ends_at))).after(&closed(until)));
        events::emit(tx, by, Topic::Ledger, "reopened", id);
        Ok(after)
    })
    .await
}
