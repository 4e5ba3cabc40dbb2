//! The work of a check or a run: read the file, look at every row, and, when it is to be, bring the rows in.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use purser_core::access::{Grant, can};
use purser_core::events::Topic;
use purser_core::ids::{ImportId, OrderId};
use purser_core::imports::{Kind, Mode, Outcome, State};
use purser_core::{Currency, Error, Result};
use purser_store::imports::{self as store, End};
use purser_store::users::User;
use purser_store::{Tx, tenants};
use serde_json::{Map, Value};

use super::fields::Columns;
use super::row::{Complaints, Row};
use super::text::{self, Sheet};
use super::values::Slashes;
use super::{Basis, orders, people, products};
use crate::access::{self, Ranks};
use crate::audit::{self, Line};
use crate::{App, events};

/// What is going on with one import.
#[derive(Debug, Default)]
pub(super) struct Task {
    /// Rows dealt with.
    pub(super) done: AtomicI64,
    /// Rows in all.
    pub(super) total: AtomicI64,
    /// Whether somebody wants it to stop.
    pub(super) stop: AtomicBool,
}

impl Task {
    fn go_on(&self) -> Result<()> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(Error::conflict("cancelled", "The import was stopped."));
        }
        Ok(())
    }
}

/// What is wanted of an import.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub(super) id: ImportId,
    pub(super) kind: Kind,
    pub(super) mapping: Map<String, Value>,
    /// Absent: look only.
    pub(super) mode: Option<Mode>,
}

/// Good rows, each with how many rows of the file it took.
enum Goods {
    People(Vec<User>),
    Products(Vec<products::Draft>),
    Orders(Vec<orders::Ready>),
}

/// Rows written in one statement after another before anybody looks up.
const CHUNK: usize = 500;

/// Do the job and write down how it ended.
pub(super) async fn run(app: &App, by: &Grant<can::RunImport>, job: Job, task: Arc<Task>) {
    let (complaints, seen, outcome) = attempt(app, by, &job, &task).await;
    let (state, outcome, message) = match outcome {
        Ok(outcome) if job.mode.is_none() => (State::Checked, Some(outcome), None),
        Ok(outcome) => (State::Done, Some(outcome), None),
        Err(Error::Conflict("cancelled", _)) => (State::Cancelled, None, None),
        Err(error) => (State::Failed, seen, Some(words(error))),
    };
    let end = End { state, outcome, errors: complaints.count, message, at: app.clock.now() };
    let ended = app.db.transact(by, async |tx| {
        store::end(tx, job.id, &end).await?;
        store::replace_errors(tx, job.id, &complaints.kept).await?;
        if let Some(outcome) = outcome.filter(|_| state == State::Done) {
            audit::record(tx, by, Line::new("import.run", "import", job.id.uuid(), job.kind.as_str()).after(&outcome));
        }
        if state == State::Cancelled {
            audit::record(tx, by, Line::new("import.cancel", "import", job.id.uuid(), job.kind.as_str()));
        }
        // Where bad rows are left out, good ones may be in for good however it ended.
        if state == State::Done || job.mode == Some(Mode::SkipBad) {
            announce(tx, by, job.kind);
        }
        events::emit(tx, by, Topic::Import, state.as_str(), job.id.uuid());
        Ok::<_, Error>(())
    });
    if let Err(error) = ended.await {
        tracing::error!(%error, import = %job.id, "how an import ended could not be written down");
    }
    if state == State::Done {
        super::forget_file(app, by, job.id).await;
    }
}

fn words(error: Error) -> String {
    match error {
        Error::Invalid(fields) => fields.into_iter().map(|field| format!("{}: {}", field.field, field.message)).collect::<Vec<_>>().join(" "),
        Error::Internal(cause) => {
            tracing::error!(%cause, "an import failed");
            "Something went wrong inside Purser; the log says what. Nothing half-done was kept.".into()
        }
        other => other.to_string(),
    }
}

/// Open lists have a lot to read again.
fn announce(tx: &mut Tx, by: &Grant<can::RunImport>, kind: Kind) {
    let topics: &[Topic] = match kind {
        Kind::People => &[Topic::User],
        Kind::Products => &[Topic::Product],
        Kind::Orders => &[Topic::Order, Topic::Payment, Topic::Refund, Topic::Ledger, Topic::User],
    };
    for topic in topics {
        events::emit(tx, by, *topic, "imported", by.tenant().uuid());
    }
}

/// What was complained of, how many rows are good and bad if that far was come, and what came of it.
type Attempt = (Complaints, Option<Outcome>, Result<Outcome>);

async fn attempt(app: &App, by: &Grant<can::RunImport>, job: &Job, task: &Arc<Task>) -> Attempt {
    let read = async {
        let bytes = super::file(app, by, job.id).await?;
        let tenant = app.db.read(by, async |tx| tenants::find(tx, by.tenant()).await.map_err(Error::from)).await?;
        let currency = tenant.ok_or(Error::NotFound("tenant"))?.currency;
        let ranks = Ranks::of(access::book(app, by.tenant()).await?);
        let (by, ids, job, task) = (by.clone(), app.ids.clone(), job.clone(), task.clone());
        let reading = tokio::task::spawn_blocking(move || {
            let sheet = text::read(&bytes)?;
            drop(bytes);
            look((&by, &ids), &job, (currency, ranks, sheet), &task)
        });
        reading.await.map_err(|error| Error::Internal(Box::new(error)))?
    };
    let (goods, complaints, outcome) = match read.await {
        Ok(read) => read,
        Err(error) => return (Complaints::default(), None, Err(error)),
    };
    if job.mode == Some(Mode::AllOrNothing) && outcome.invalid > 0 {
        let message = format!("{} rows can not be brought in, so none was. Put them right, or leave them out.", outcome.invalid);
        return (complaints, Some(outcome), Err(Error::conflict("bad_rows", message)));
    }
    let written = match job.mode {
        None => dry(app, by, &goods, task).await,
        Some(Mode::AllOrNothing) => at_once(app, by, (job, &goods), (task, outcome)).await,
        Some(Mode::SkipBad) => bit_by_bit(app, by, (job, &goods), (task, outcome)).await,
    };
    let result = written.map(|written| Outcome { valid: outcome.valid, invalid: outcome.invalid, ..written });
    (complaints, Some(outcome), result)
}

/// Look at every row.
fn look(
    (by, ids): (&Grant<can::RunImport>, &purser_core::ids::Ids),
    job: &Job,
    (currency, ranks, sheet): (Currency, Ranks, Sheet),
    task: &Task,
) -> Result<(Goods, Complaints, Outcome)> {
    let columns = Columns::new(job.kind, &sheet.header, &job.mapping)?;
    let date = columns.place("date").or_else(|| columns.place("createdAt"));
    let slashes = Slashes::of(sheet.rows.iter().filter_map(|(_, record)| record.get(date?)));
    let mut basis = Basis { by, ids, ranks, currency, slashes, seen: HashMap::with_capacity(sheet.rows.len()) };
    let rows = i64::try_from(sheet.rows.len()).unwrap_or(i64::MAX);
    task.total.store(rows, Ordering::Relaxed);
    let mut complaints = Complaints::default();
    let (mut users, mut goods, mut drafts) = (Vec::new(), Vec::new(), Vec::new());
    let mut invalid = 0;
    for (place, (line, record)) in sheet.rows.iter().enumerate() {
        if place % CHUNK == 0 {
            task.go_on()?;
        }
        let mut row = Row::new((*line, record), &columns, &mut complaints);
        if record.iter().skip(sheet.header.len()).any(|cell| !cell.trim().is_empty()) {
            row.complain("", "too_many_cells", "This row has more cells than the header has columns.");
        }
        match job.kind {
            Kind::People => users.extend(people::read(&mut row, &mut basis)),
            Kind::Products => goods.extend(products::read(&mut row, &mut basis)),
            Kind::Orders => orders::read(&mut row, &mut basis, &mut drafts),
        }
        invalid += i64::from(!row.is_good());
    }
    let goods = match job.kind {
        Kind::People => Goods::People(users),
        Kind::Products => Goods::Products(goods),
        Kind::Orders => {
            let (ready, bad) = settle(by, drafts, &mut complaints);
            invalid = bad;
            Goods::Orders(ready)
        }
    };
    Ok((goods, complaints, Outcome { valid: rows - invalid, invalid, ..Outcome::default() }))
}

/// Orders that add up, oldest first, and how many rows belong to those that do not.
fn settle(by: &Grant<can::RunImport>, drafts: Vec<orders::Draft>, complaints: &mut Complaints) -> (Vec<orders::Ready>, i64) {
    let (mut ready, mut bad) = (Vec::with_capacity(drafts.len()), 0);
    for draft in drafts {
        let (line, rows, good) = (draft.line, draft.rows, draft.good);
        if !good {
            bad += rows;
            continue;
        }
        match draft.finish(by.id::<OrderId>()) {
            Ok(order) => ready.push(order),
            Err((field, code, message)) => {
                bad += rows;
                complaints.add(line, (field, code), message, None);
            }
        }
    }
    ready.sort_by_key(|order| order.new.order.created_at);
    (ready, bad)
}

fn add(sum: &mut Outcome, more: Outcome) {
    sum.inserted += more.inserted;
    sum.updated += more.updated;
    sum.skipped += more.skipped;
}

impl Goods {
    fn len(&self) -> usize {
        match self {
            Self::People(list) => list.len(),
            Self::Products(list) => list.len(),
            Self::Orders(list) => list.len(),
        }
    }

    /// Write (or only look up) the things from `from` to `to`; what came of it and how many rows they took.
    async fn write(&self, tx: &mut Tx, basis: &Basis<'_>, (from, to): (usize, usize), dry: bool) -> Result<(Outcome, i64)> {
        let rows = i64::try_from(to - from).unwrap_or(0);
        match self {
            Self::People(list) => Ok((people::write(tx, &list[from..to], dry).await?, rows)),
            Self::Products(list) => Ok((products::write(tx, &list[from..to], dry, basis.by.user().map(purser_core::ids::UserId::uuid)).await?, rows)),
            Self::Orders(list) => {
                let rows = list[from..to].iter().map(|order| order.rows).sum();
                Ok((orders::write(tx, basis, &list[from..to], dry).await?, rows))
            }
        }
    }

    /// The things in chunks.
    fn chunks(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let all = self.len();
        (0..all).step_by(CHUNK).map(move |from| (from, (from + CHUNK).min(all)))
    }
}

fn basis<'a>(app: &'a App, by: &'a Grant<can::RunImport>) -> Basis<'a> {
    Basis { by, ids: &app.ids, ranks: Ranks::default(), currency: Currency::EUR, slashes: Slashes::DayFirst, seen: HashMap::new() }
}

/// What a run would do.
async fn dry(app: &App, by: &Grant<can::RunImport>, goods: &Goods, task: &Task) -> Result<Outcome> {
    let (mut sum, basis) = (Outcome::default(), basis(app, by));
    for chunk in goods.chunks() {
        task.go_on()?;
        let (outcome, rows) = app.db.read(by, async |tx| goods.write(tx, &basis, chunk, true).await).await?;
        add(&mut sum, outcome);
        task.done.fetch_add(rows, Ordering::Relaxed);
    }
    Ok(sum)
}

/// Everything in one transaction: all of it or none of it, whatever happens to the process.
async fn at_once(app: &App, by: &Grant<can::RunImport>, (job, goods): (&Job, &Goods), (task, seen): (&Task, Outcome)) -> Result<Outcome> {
    let basis = basis(app, by);
    app.db
        .transact(by, async |tx| {
            let (mut sum, mut done) = (seen, 0);
            for chunk in goods.chunks() {
                task.go_on()?;
                let (outcome, rows) = goods.write(tx, &basis, chunk, false).await?;
                add(&mut sum, outcome);
                done += rows;
                task.done.fetch_add(rows, Ordering::Relaxed);
            }
            // With the rows, so that a crash right afterwards does not leave an import that knows nothing of them.
            store::advance(tx, job.id, (done, &sum), app.clock.now()).await?;
            Ok(sum)
        })
        .await
}

/// A transaction a chunk, each noting how far it came, so that others get their turns and a crash loses nothing that was in.
async fn bit_by_bit(app: &App, by: &Grant<can::RunImport>, (job, goods): (&Job, &Goods), (task, mut sum): (&Task, Outcome)) -> Result<Outcome> {
    let basis = basis(app, by);
    let mut done = 0;
    for chunk in goods.chunks() {
        task.go_on()?;
        let (outcome, rows) = app
            .db
            .transact(by, async |tx| {
                let (outcome, rows) = goods.write(tx, &basis, chunk, false).await?;
                let mut so_far = sum;
                add(&mut so_far, outcome);
                store::advance(tx, job.id, (done + rows, &so_far), app.clock.now()).await?;
                events::emit(tx, by, Topic::Import, "progress", job.id.uuid());
                Ok::<_, Error>((outcome, rows))
            })
            .await?;
        add(&mut sum, outcome);
        done += rows;
        task.done.fetch_add(rows, Ordering::Relaxed);
    }
    Ok(sum)
}
