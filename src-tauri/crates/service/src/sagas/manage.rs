//! Runs as people look after them: see them, let a stuck one go on, begin one that was undone anew, settle one by hand.

use purser_core::access::{Grant, can};
use purser_core::error::Checks;
use purser_core::ids::SagaId;
use purser_core::sagas::{SagaEvent, SagaState};
use purser_core::{Error, Result};
use purser_store::page::COUNT_LIMIT;
use purser_store::sagas::{self as store, Filter, Saga, Step};
use purser_store::{Listing, Page};
use serde::Serialize;

use super::{announce, begin, found, put_in};
use crate::App;
use crate::audit::{self, Line};
use crate::idempotency::{self, Once, Outcome};

/// A run with every try of every step.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The run.
    pub saga: Saga,
    /// Its steps, in the order they were begun.
    pub steps: Vec<Step>,
}

/// A page of runs and, without a cursor, how many there are.
pub async fn list(app: &App, by: &Grant<can::ReadJob>, filter: &Filter, page: &Page) -> Result<(Listing<Saga>, Option<(i64, bool)>)> {
    app.db
        .read(by, async |tx| {
            let total = if page.after.is_none() { Some(store::count(tx, filter, COUNT_LIMIT).await?) } else { None };
            Ok((store::list(tx, filter, page).await?, total))
        })
        .await
}

/// One run.
pub async fn read(app: &App, by: &Grant<can::ReadJob>, id: SagaId) -> Result<Shown> {
    app.db
        .read(by, async |tx| {
            let saga = store::find(tx, id).await?.ok_or(Error::NotFound("saga"))?;
            Ok(Shown { steps: store::steps(tx, id).await?, saga })
        })
        .await
}

/// A run as the audit log keeps it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Facts {
    state: SagaState,
    #[serde(skip_serializing_if = "Option::is_none")]
    again: Option<SagaId>,
}

/// Let a stuck run go on with the step it is stuck at; begin one that was undone anew, as a run of its own. Any other is refused. One that
/// moves money needs the right to take it as well. Once for each key.
pub async fn retry(app: &App, by: &Grant<can::ManageJob>, id: SagaId, once: Option<Once<Shown>>) -> Result<Outcome<Shown>> {
    idempotency::at_once(app, by, (id.uuid(), once), async |tx| {
        let saga = found(tx, id).await?;
        if app.sagas.get(&saga.kind).is_some_and(|play| play.moves_money()) {
            by.and::<can::CapturePayment>()?;
        }
        let facts = |state, again| Facts { state, again };
        let (shown, after) = if saga.state == SagaState::Failed {
            let again = begin(tx, by, (saga.kind.clone(), saga.subject_id, saga.payload.0.clone()), Some(id.uuid())).await?;
            (again, facts(SagaState::Running, Some(again)))
        } else {
            let state = saga.state.apply(SagaEvent::GoOn, saga.undoing)?;
            let after = Saga { state, updated_at: by.now(), ..saga.clone() };
            if !store::advance(tx, &after).await? || !put_in(tx, by, id).await? {
                return Err(Error::conflict("under_way", "It goes on already. Look again."));
            }
            announce(tx, &after, by.now());
            (id, facts(state, None))
        };
        let line = Line::new("saga.retry", "saga", id.uuid(), saga.kind.clone());
        audit::record(tx, by, line.before(&facts(saga.state, None)).after(&after));
        Ok(Shown { saga: found(tx, shown).await?, steps: store::steps(tx, shown).await? })
    })
    .await
}

/// Note that a stuck run was settled by hand, and how.
pub async fn resolve(app: &App, by: &Grant<can::ManageJob>, id: SagaId, note: &str) -> Result<Shown> {
    let mut checks = Checks::new();
    checks.text("note", note, 1_000).done()?;
    app.db
        .transact(by, async |tx| {
            let saga = found(tx, id).await?;
            let state = saga.state.apply(SagaEvent::Resolve, saga.undoing)?;
            let after = Saga { state, note: Some(note.trim().to_owned()), finished_at: Some(by.now()), updated_at: by.now(), ..saga.clone() };
            if !store::advance(tx, &after).await? {
                return Err(Error::conflict("moved_on", "It has moved on in the meantime. Look again."));
            }
            announce(tx, &after, by.now());
            let line = Line::new("saga.resolve", "saga", id.uuid(), saga.kind.clone()).reason(note.trim());
            audit::record(tx, by, line.before(&Facts { state: saga.state, again: None }).after(&Facts { state, again: None }));
            Ok(Shown { saga: found(tx, id).await?, steps: store::steps(tx, id).await? })
        })
        .await
}
