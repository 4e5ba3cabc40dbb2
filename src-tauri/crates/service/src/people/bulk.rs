//! One move of many people: every row gets its own answer, and a preview tells the answers without doing anything.

use std::collections::HashMap;

use purser_core::access::{Grant, Right};
use purser_core::ids::UserId;
use purser_core::people::{Move, Status};
use purser_core::{Error, Result};
use purser_store::people as store;
use purser_store::people::Person;

use super::standing::{Standings, apply, check_reason, verdict};
use crate::App;
use crate::identity::step_up;

/// Most people in one go.
const MOST: usize = 500;

/// What is to be done, to whom.
#[derive(Clone, Debug)]
pub struct Bulk {
    /// The move.
    pub step: Move,
    /// The people, at most 500.
    pub ids: Vec<UserId>,
    /// Why; needed for a lock.
    pub reason: Option<String>,
    /// Only tell what would happen.
    pub dry_run: bool,
}

/// What became of one person.
#[derive(Clone, Debug)]
pub struct Row {
    /// The person.
    pub id: UserId,
    /// Whether the move was allowed, and if so whether it changed anything.
    pub outcome: std::result::Result<bool, (&'static str, String)>,
}

/// What became of all of them, in the order asked.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// One answer per person.
    pub rows: Vec<Row>,
}

impl Outcome {
    /// How many changed, already were so, and were refused.
    pub fn counts(&self) -> [usize; 3] {
        let count = |wanted: fn(&Row) -> bool| self.rows.iter().filter(|row| wanted(row)).count();
        [count(|row| row.outcome == Ok(true)), count(|row| row.outcome == Ok(false)), count(|row| row.outcome.is_err())]
    }
}

/// Move many people. The caller's proof is for the right this move needs: `update:user` to lock and unlock, `delete:user` for the others.
pub async fn bulk<P: Right>(app: &App, by: &Grant<P>, bulk: &Bulk) -> Result<Outcome> {
    check(bulk)?;
    if bulk.step == Move::Delete && !bulk.dry_run {
        step_up::demand_unless_key(app, by).await?;
    }
    let work = async |tx: &mut purser_store::Tx| {
        let mut standings = Standings::read(tx, by, bulk.step, &bulk.ids).await?;
        let found = store::hold(tx, &bulk.ids).await?;
        let by_id: HashMap<UserId, &Person> = found.iter().map(|person| (person.id, person)).collect();
        let mut moves: Vec<(&Person, Status)> = Vec::new();
        let mut rows = Vec::with_capacity(bulk.ids.len());
        for id in &bulk.ids {
            let answer = match by_id.get(id) {
                None => Err(Error::NotFound("user")),
                Some(person) => verdict(tx, by, person, bulk.step, &mut standings).await.map(|to| to.map(|to| (*person, to))),
            };
            let outcome = match answer {
                Ok(step) => {
                    moves.extend(step);
                    Ok(step.is_some())
                }
                Err(error) => refused(error)?,
            };
            rows.push(Row { id: *id, outcome });
        }
        if !bulk.dry_run && !moves.is_empty() {
            apply(tx, by, &moves, bulk.step, bulk.reason.as_deref()).await?;
        }
        Ok(Outcome { rows })
    };
    if bulk.dry_run { app.db.read(by, work).await } else { app.db.transact(by, work).await }
}

type Refusal = std::result::Result<bool, (&'static str, String)>;

/// A rule that says no is an answer for that row; anything else ends the whole call.
fn refused(error: Error) -> Result<Refusal> {
    match &error {
        Error::NotFound(what) => Ok(Err((error.code(), format!("There is no such {what}.")))),
        Error::Refused(..) | Error::Conflict(..) | Error::Taken(..) => Ok(Err((error.code(), error.to_string()))),
        _ => Err(error),
    }
}

fn check(bulk: &Bulk) -> Result<()> {
    let mut seen = bulk.ids.clone();
    seen.sort_unstable();
    seen.dedup();
    let mut checks = purser_core::error::Checks::new();
    checks.that(!bulk.ids.is_empty(), "ids", "required", "Name at least one person.");
    checks.that(bulk.ids.len() <= MOST, "ids", "too_many", format!("At most {MOST} people at once."));
    checks.that(seen.len() == bulk.ids.len(), "ids", "duplicate", "Somebody is named twice.");
    checks.done()?;
    match &bulk.reason {
        Some(reason) => check_reason(reason),
        None if bulk.step == Move::Lock && !bulk.dry_run => Err(Error::invalid("reason", "required", "Say why these accounts are locked.")),
        None => Ok(()),
    }
}
