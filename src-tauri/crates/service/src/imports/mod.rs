//! Bringing in what another system knew: people, products and orders of the past, from CSV files.
//!
//! A file is kept, looked at, and brought in by a task of its own; callers look at how far it is. Rules about rows are here, statements in
//! `store::imports`. Nothing of the file is trusted: every cell is read, bounded and complained of by line and field.

mod books;
mod fields;
mod orders;
mod people;
mod products;
mod row;
mod text;
mod values;
mod work;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use futures::StreamExt;
use parking_lot::Mutex;
use purser_core::access::{Grant, can};
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::{Ids, ImportId};
use purser_core::imports::{Kind, Mode, State};
use purser_core::time::MINUTE;
use purser_core::{Currency, Error, Result};
use purser_store::imports::{self as store, Complaint, End, Import};
use purser_store::{Engine, Listing, Page, Scope};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::access::Ranks;
use crate::audit::{self, Line};
use crate::files::Key;
use crate::idempotency::{self, Once, Outcome};
use crate::identity::{passwords, step_up};
use crate::limits;
use crate::{App, csv, events};
use fields::Columns;
use values::Slashes;
use work::{Job, Task};

pub use fields::{Field, fields};

/// Largest file taken, in bytes.
pub const LARGEST: u64 = 64 * 1024 * 1024;

/// What every row is read against.
struct Basis<'a> {
    by: &'a Grant<can::RunImport>,
    /// What roles there are, and who may give them.
    ranks: Ranks,
    ids: &'a Ids,
    /// The currency of rows that name none.
    currency: Currency,
    slashes: Slashes,
    /// Keys seen so far, with their line (or, for orders, their place).
    seen: HashMap<String, i64>,
}

/// What is going on in this process.
#[derive(Clone, Default)]
pub struct Running(Arc<Mutex<HashMap<ImportId, Arc<Task>>>>);

impl Running {
    fn get(&self, id: ImportId) -> Option<Arc<Task>> {
        self.0.lock().get(&id).cloned()
    }
}

/// An import and how far it is.
#[derive(Clone, Debug)]
pub struct Standing {
    /// What is stored of it.
    pub import: Import,
    /// Rows dealt with.
    pub done: i64,
    /// Rows in all.
    pub total: i64,
}

/// Room of the vault.
pub(crate) const AREA: &str = "imports";

fn key(by: &Grant<can::RunImport>, id: ImportId) -> Key {
    Key { area: AREA, tenant: by.tenant(), id: id.uuid() }
}

fn standing(app: &App, import: Import) -> Standing {
    let task = app.imports.get(import.id).filter(|_| import.state.is_busy());
    let (done, total) = match (&task, import.state) {
        (Some(task), _) => (task.done.load(Ordering::Relaxed), import.row_count),
        (None, State::Done | State::Checked) => (import.row_count, import.row_count),
        (None, _) => (import.done, import.row_count),
    };
    Standing { import, done, total }
}

/// What tells the bytes of one file from those of another.
pub fn fingerprint(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Keep a file and find out how it is written, once for each key.
pub async fn upload(
    app: &App,
    by: &Grant<can::RunImport>,
    (kind, name, bytes): (Kind, &str, Bytes),
    once: Option<Once<Standing>>,
) -> Result<Outcome<Standing>> {
    limits::of_person(app, by, "import", limits::IMPORTS).await?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > LARGEST {
        return Err(Error::TooLarge(LARGEST));
    }
    let name: String = name.rsplit(['/', '\\']).next().unwrap_or_default().chars().filter(|c| !c.is_control()).take(200).collect();
    let name = if name.is_empty() { "import.csv".to_owned() } else { name };
    let copy = bytes.clone();
    let sheet = tokio::task::spawn_blocking(move || text::read(&copy)).await.map_err(|error| Error::Internal(Box::new(error)))??;
    let sample = sheet.rows.iter().take(5).map(|(_, record)| record.iter().map(shown).collect()).collect();
    let import = Import {
        id: by.id(),
        kind,
        file_name: name.clone(),
        state: State::Uploaded,
        encoding: sheet.encoding.to_owned(),
        delimiter: char::from(sheet.delimiter).to_string(),
        row_count: i64::try_from(sheet.rows.len()).unwrap_or(i64::MAX),
        mapping: fields::guess(kind, &sheet.header).into(),
        header: sheet.header.into(),
        sample: Vec::into(sample),
        mode: None,
        done: 0,
        result: None,
        error_count: 0,
        message: None,
        created_by: by.user().map(purser_core::ids::UserId::uuid),
        created_at: by.now(),
        finished_at: None,
    };
    let _turn = once.as_ref().map(|once| app.once.enter(by.tenant(), &once.key)).transpose()?;
    let body = std::pin::pin!(futures::stream::iter([Ok(bytes)]));
    app.vault.put(key(by, import.id), body).await?;
    let (outcome, new) = app
        .db
        .transact(by, async |tx| {
            if let Some(reply) = app.once.answered(tx, once.as_ref(), (by.now(), import.id.uuid())).await? {
                return Ok((Outcome::Reply(reply), false));
            }
            store::insert(tx, &import).await?;
            audit::record(tx, by, Line::new("import.upload", "import", import.id.uuid(), name.clone()));
            events::emit(tx, by, Topic::Import, "uploaded", import.id.uuid());
            let found = store::find(tx, import.id).await?.ok_or(Error::NotFound("import"))?;
            Ok::<_, Error>((idempotency::finish(tx, once.as_ref(), standing(app, found)).await?, true))
        })
        .await?;
    if !new {
        app.vault.remove(key(by, import.id)).await?;
    }
    Ok(outcome)
}

/// A cell as it may be shown: short, and no hash of a password.
fn shown(cell: &str) -> String {
    if passwords::can_take_over(cell.trim()) { "(hash)".into() } else { cell.chars().take(200).collect() }
}

/// Imports, newest first.
pub async fn list(app: &App, by: &Grant<can::RunImport>, page: &Page) -> Result<(Listing<Standing>, Option<(i64, bool)>)> {
    let (listing, total) = app
        .db
        .read(by, async |tx| {
            let listing = store::list(tx, page).await?;
            let total = if page.after.is_none() { Some(store::count(tx, purser_store::page::COUNT_LIMIT).await?) } else { None };
            Ok::<_, Error>((listing, total))
        })
        .await?;
    Ok((listing.map(|import| standing(app, import)), total))
}

/// One import.
pub async fn read(app: &App, by: &Grant<can::RunImport>, id: ImportId) -> Result<Standing> {
    let found = app.db.read(by, async |tx| store::find(tx, id).await.map_err(Error::from)).await?;
    Ok(standing(app, found.ok_or(Error::NotFound("import"))?))
}

/// What was complained of, in the order of lines.
pub async fn errors(app: &App, by: &Grant<can::RunImport>, id: ImportId, page: &Page) -> Result<Listing<Complaint>> {
    read(app, by, id).await?;
    app.db.read(by, async |tx| store::errors(tx, id, page).await.map_err(Error::from)).await
}

/// What was complained of, as a CSV file.
pub async fn export_errors(app: &App, by: &Grant<can::RunImport>, id: ImportId) -> Result<csv::Export> {
    read(app, by, id).await?;
    let (app, by) = (app.clone(), by.clone());
    let sheet = csv::Sheet {
        header: &["line", "field", "code", "message", "value"],
        cells: |c: &Complaint| vec![c.line.to_string(), c.field.clone(), c.code.clone(), c.message.clone(), c.value.clone().unwrap_or_default()],
    };
    Ok(sheet.stream(move |after| {
        let (app, by) = (app.clone(), by.clone());
        async move {
            let page = Page { limit: 1_000, after, ..Page::default() };
            app.db.read(&by, async |tx| store::errors(tx, id, &page).await.map_err(Error::from)).await
        }
    }))
}

/// Look at every row without changing anything. Answers at once; the work goes on.
pub async fn check(app: &App, by: &Grant<can::RunImport>, id: ImportId, mapping: Map<String, Value>) -> Result<Standing> {
    let (job, task) = begin(app, by, id, (mapping, None)).await?;
    go(app, by, job, task);
    read(app, by, id).await
}

/// Bring the rows in. Answers at once; the work goes on.
pub async fn run(app: &App, by: &Grant<can::RunImport>, id: ImportId, (mapping, mode): (Map<String, Value>, Mode)) -> Result<Standing> {
    let (job, task) = begin(app, by, id, (mapping, Some(mode))).await?;
    go(app, by, job, task);
    read(app, by, id).await
}

/// Check or run and wait for the end: the command line's way.
pub async fn finish(app: &App, by: &Grant<can::RunImport>, id: ImportId, (mapping, mode): (Map<String, Value>, Option<Mode>)) -> Result<Standing> {
    let (job, task) = begin(app, by, id, (mapping, mode)).await?;
    work::run(app, by, job, task).await;
    app.imports.0.lock().remove(&id);
    read(app, by, id).await
}

fn go(app: &App, by: &Grant<can::RunImport>, job: Job, task: Arc<Task>) {
    let (app, by) = (app.clone(), by.clone());
    tokio::spawn(async move {
        let id = job.id;
        work::run(&app, &by, job, task).await;
        app.imports.0.lock().remove(&id);
    });
}

async fn begin(app: &App, by: &Grant<can::RunImport>, id: ImportId, (mapping, mode): (Map<String, Value>, Option<Mode>)) -> Result<(Job, Arc<Task>)> {
    let Standing { import, .. } = read(app, by, id).await?;
    // An empty mapping means: as guessed.
    let mapping = if mapping.is_empty() { import.mapping.0.clone() } else { mapping };
    let kind = import.kind;
    Columns::new(kind, &import.header, &mapping)?;
    if kind == Kind::People {
        by.and::<can::CreateUser>()?;
        // Roles and passwords make accounts somebody can use; looking at the rows makes none.
        if mode.is_some() && ["role", "passwordHash"].iter().any(|field| mapping.get(*field).is_some_and(|column| !column.is_null())) {
            step_up::demand(app, by).await?;
        }
    } else if kind == Kind::Products {
        by.and::<can::CreateProduct>()?;
        by.and::<can::PublishProduct>()?;
    } else {
        by.and::<can::CreateOrder>()?;
    }
    let state = if mode.is_some() { State::Running } else { State::Checking };
    let begun = app
        .db
        .transact(by, async |tx| {
            let begun = store::begin(tx, id, (state, mode), mapping.clone(), by.now()).await?;
            if begun {
                events::emit(tx, by, Topic::Import, state.as_str(), id.uuid());
            }
            Ok::<_, Error>(begun)
        })
        .await?;
    if !begun {
        let message = match import.state {
            State::Done => "This file is in already.",
            State::Cancelled => "This import was stopped. Send the file again.",
            _ => "This import is being worked on. Wait for its end, or stop it.",
        };
        return Err(Error::conflict("import_not_ready", message));
    }
    let task = Arc::new(Task::default());
    app.imports.0.lock().insert(id, task.clone());
    Ok((Job { id, kind, mapping, mode }, task))
}

/// Stop an import: what is not in stays out; what a run that leaves bad rows out has brought in stays.
pub async fn cancel(app: &App, by: &Grant<can::RunImport>, id: ImportId) -> Result<Standing> {
    let Standing { import, .. } = read(app, by, id).await?;
    // A task that has written its end looks at its flag no more, though it is still listed for a moment.
    let ended = matches!(import.state, State::Checked | State::Failed | State::Done | State::Cancelled);
    if let Some(task) = app.imports.get(id).filter(|_| !ended) {
        task.stop.store(true, Ordering::Relaxed);
        return read(app, by, id).await;
    }
    if matches!(import.state, State::Done | State::Cancelled) {
        return Err(Error::conflict("import_over", "This import is over."));
    }
    let end = End { state: State::Cancelled, outcome: None, errors: import.error_count, message: None, at: by.now() };
    app.db
        .transact(by, async |tx| {
            store::end(tx, id, &end).await?;
            audit::record(tx, by, Line::new("import.cancel", "import", id.uuid(), import.file_name.clone()));
            events::emit(tx, by, Topic::Import, "cancelled", id.uuid());
            Ok::<_, Error>(())
        })
        .await?;
    forget_file(app, by, id).await;
    read(app, by, id).await
}

/// The bytes of a file.
async fn file(app: &App, by: &Grant<can::RunImport>, id: ImportId) -> Result<Vec<u8>> {
    let mut parts = app.vault.get(key(by, id), None).await?;
    let mut bytes = Vec::new();
    while let Some(part) = parts.next().await {
        bytes.extend_from_slice(&part?);
    }
    Ok(bytes)
}

/// The file has done its duty.
async fn forget_file(app: &App, by: &Grant<can::RunImport>, id: ImportId) {
    if let Err(error) = app.vault.remove(key(by, id)).await {
        tracing::warn!(%error, import = %id, "the file of an import could not be removed");
    }
}

/// An import another process has not touched for this long is one it left behind.
const LEFT_BEHIND: i64 = 10 * MINUTE;

/// End what a process that is no longer there was doing. What it had brought in for good stays; nothing half-done is there.
pub async fn recover(app: &App) -> Result<()> {
    let now = app.clock.now();
    // The file of SQLite has one process, so whatever is unfinished at the start was left behind.
    let before = if app.db.engine() == Engine::Sqlite { now } else { now.plus(-LEFT_BEHIND) };
    let left = app.db.read(Scope::System, async |tx| store::unfinished(tx, before).await.map_err(Error::from)).await?;
    for import in left {
        let message = match import.done {
            0 => "Purser was stopped in the middle; nothing was brought in. Run it again.".to_owned(),
            done => format!("Purser was stopped after {done} rows, which are in. Run it again: what is in is passed over."),
        };
        let end = End { state: State::Failed, outcome: None, errors: 0, message: Some(message), at: now };
        app.db.transact(import.tenant_id, async |tx| store::end(tx, import.id, &end).await.map_err(Error::from)).await?;
    }
    Ok(())
}

/// The kind a word names.
pub fn kind(word: &str) -> Result<Kind> {
    let mut checks = Checks::new();
    let kind = word.parse::<Kind>();
    checks.that(kind.is_ok(), "kind", "unknown_choice", "Choose one of: people, products, orders.").done()?;
    kind.map_err(|error| Error::internal(error.to_string()))
}
