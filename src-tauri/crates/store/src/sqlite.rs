//! SQLite: one writing connection, a pool of readers, and the group commit.
//!
//! Writers take turns on one connection. A turn is a savepoint inside a larger transaction; when it ends well, the writer leaves the
//! transaction open, asks for a commit and waits. The committer queues for the same connection as everybody else, fairly, so every writer
//! that was waiting when the first one finished has its turn before the commit, and all of them share one write to disk. Alone, a writer
//! pays one commit; among 64, a sixty-fourth. Nobody is told "done" before the commit is on disk.
//!
//! Nothing but connection handling may live here.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use purser_core::events::Event;
use purser_core::ids::TenantId;
use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use tokio::sync::{Mutex, Notify, OwnedMutexGuard, oneshot};

use crate::db::{Scope, Shared};
use crate::tx::{Conn, Tx};
use crate::{Error, Result};

/// Readers at once. More than the processors only queues inside SQLite.
const READERS: u32 = 4;

pub(crate) struct SqliteDb {
    writer: Arc<Mutex<Writer>>,
    wanted: Arc<Notify>,
    readers: SqlitePool,
    shared: Arc<Shared>,
}

/// The one writing connection and the transaction that is open on it.
pub(crate) struct Writer {
    conn: SqliteConnection,
    /// Whether `BEGIN` and the savepoint `turn` are in force.
    open: bool,
    /// What the current turn left behind.
    turn: Turn,
    /// Whether references are not looked up, for a bulk load; put right before the next turn.
    unchecked: bool,
    /// Who waits for the commit, with the notices to send then.
    waiting: Vec<Waiting>,
    /// Last line of each tenant's audit chain. Only this process writes the file, so it is remembered rather than read; forgotten at
    /// every roll-back, which may have taken the line away.
    pub(crate) heads: HashMap<TenantId, (i64, Vec<u8>)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// Nothing since the savepoint: the next turn can use it as it is.
    Fresh,
    /// Statements that belong to a turn that ended well.
    Kept,
    /// Statements of a turn that was dropped halfway.
    Abandoned,
}

struct Waiting {
    done: oneshot::Sender<Result<()>>,
    events: Vec<Event>,
}

/// How every connection is opened. `synchronous=FULL`: a commit that was acknowledged survives the power cut.
pub(crate) fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        .pragma("cache_size", "-16384")
        .pragma("mmap_size", "268435456")
        .pragma("temp_store", "MEMORY")
        .pragma("journal_size_limit", "67108864")
        .row_buffer_size(256)
        .statement_cache_capacity(256)
        .disable_statement_logging()
}

impl SqliteDb {
    pub(crate) async fn open(path: &Path, shared: Arc<Shared>) -> Result<Self> {
        let conn = options(path).connect().await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(Duration::from_secs(10))
            .test_before_acquire(false)
            .connect_lazy_with(options(path).read_only(true));
        let writer = Writer { conn, open: false, turn: Turn::Fresh, unchecked: false, waiting: Vec::new(), heads: HashMap::new() };
        let writer = Arc::new(Mutex::new(writer));
        let wanted = Arc::new(Notify::new());
        tokio::spawn(commit_when_wanted(Arc::downgrade(&writer), wanted.clone(), shared.clone()));
        Ok(Self { writer, wanted, readers, shared })
    }

    /// Wait for a turn on the writing connection.
    pub(crate) async fn write(&self, scope: Scope) -> Result<Tx> {
        let mut guard = self.writer.clone().lock_owned().await;
        guard.take_turn(&self.shared).await?;
        let lane = Lane { guard: Some(guard), wanted: self.wanted.clone() };
        Ok(Tx::new(Conn::Writer(lane), scope, self.shared.clone()))
    }

    /// Wait for a turn in a transaction of its own, in which what rows refer to is not looked up.
    pub(crate) async fn write_unchecked(&self, scope: Scope) -> Result<Tx> {
        let mut guard = self.writer.clone().lock_owned().await;
        guard.commit(&self.shared).await;
        guard.unchecked = true;
        // The engine takes this only between transactions.
        guard.execute("PRAGMA foreign_keys = OFF").await?;
        guard.begin().await?;
        let lane = Lane { guard: Some(guard), wanted: self.wanted.clone() };
        Ok(Tx::new(Conn::Writer(lane), scope, self.shared.clone()))
    }

    pub(crate) async fn read(&self, scope: Scope) -> Result<Tx> {
        let conn = self.readers.acquire().await?;
        Ok(Tx::new(Conn::Reader(conn), scope, self.shared.clone()))
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.readers.is_closed()
    }

    pub(crate) async fn close(&self) {
        self.readers.close().await;
        let mut writer = self.writer.lock().await;
        writer.commit(&self.shared).await;
        // No `PRAGMA optimize`: statistics of a young business mislead the planner when it has grown. Without any, a statement is
        // planned from its text and the indexes alone, the same on every data folder and in every test.
        if let Err(error) = sqlx::raw_sql("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut writer.conn).await {
            tracing::warn!(%error, "the write-ahead log stays beside the database");
        }
    }
}

impl Writer {
    /// Open a transaction with a turn in it.
    async fn begin(&mut self) -> Result<()> {
        // Noted before it is sent: whoever hangs up here leaves a transaction behind, and the next turn has to know of it.
        (self.open, self.turn) = (true, Turn::Abandoned);
        self.execute("BEGIN IMMEDIATE; SAVEPOINT turn").await
    }

    /// Make the connection ready for the next turn with as few statements as its state allows.
    async fn take_turn(&mut self, shared: &Shared) -> Result<()> {
        if self.unchecked {
            // Nobody shares a transaction with a bulk load.
            self.commit(shared).await;
            self.execute("PRAGMA foreign_keys = ON; PRAGMA cache_size = -16384").await?;
            self.unchecked = false;
        }
        if self.open && self.turn == Turn::Abandoned {
            self.heads.clear();
            if let Err(error) = self.execute("ROLLBACK TO turn").await {
                // The engine gave up the whole transaction (a full disk does that): whoever waited for it has lost.
                self.fail(&error).await;
            } else {
                self.turn = Turn::Fresh;
            }
        }
        match (self.open, self.turn) {
            (false, _) => return self.begin().await,
            (true, Turn::Kept) => {
                if self.execute("RELEASE turn; SAVEPOINT turn").await.is_err() {
                    // Somebody hung up between the two: it is released already.
                    self.execute("SAVEPOINT turn").await?;
                }
            }
            (true, _) => {}
        }
        // Until it ends well, a turn counts as abandoned: that is what a dropped future leaves.
        self.turn = Turn::Abandoned;
        Ok(())
    }

    /// Write everything to disk and tell whoever waited.
    async fn commit(&mut self, shared: &Shared) {
        if !self.open {
            return;
        }
        if self.turn == Turn::Abandoned {
            self.heads.clear();
            if let Err(error) = self.execute("ROLLBACK TO turn").await {
                return self.fail(&error).await;
            }
        }
        if let Err(error) = self.execute("COMMIT").await {
            return self.fail(&error).await;
        }
        (self.open, self.turn) = (false, Turn::Fresh);
        for waiting in self.waiting.drain(..) {
            shared.publish(waiting.events);
            drop(waiting.done.send(Ok(())));
        }
    }

    /// The transaction is lost. Everybody who waited for it is told; nothing of it was kept.
    async fn fail(&mut self, error: &Error) {
        tracing::error!(%error, waiting = self.waiting.len(), "a shared commit failed");
        // Fails when the engine has already rolled back; either way nothing is open afterwards.
        drop(self.execute("ROLLBACK").await);
        (self.open, self.turn) = (false, Turn::Fresh);
        self.heads.clear();
        for waiting in self.waiting.drain(..) {
            let lost = purser_core::Error::Unavailable("not_saved", "The database could not save this. Nothing was changed; try again.".into());
            drop(waiting.done.send(Err(lost.into())));
        }
    }

    async fn execute(&mut self, statement: &'static str) -> Result<()> {
        sqlx::query(statement).execute(&mut self.conn).await?;
        Ok(())
    }
}

/// The task that commits: it waits in the same line as the writers, so those already waiting go first and share its commit.
async fn commit_when_wanted(writer: std::sync::Weak<Mutex<Writer>>, wanted: Arc<Notify>, shared: Arc<Shared>) {
    loop {
        wanted.notified().await;
        let Some(writer) = writer.upgrade() else { return };
        writer.lock().await.commit(&shared).await;
    }
}

impl Drop for SqliteDb {
    fn drop(&mut self) {
        // Lets the committer notice that there is nothing left to commit for.
        self.wanted.notify_one();
    }
}

/// A turn on the writing connection.
pub(crate) struct Lane {
    /// Present until the turn ends.
    guard: Option<OwnedMutexGuard<Writer>>,
    wanted: Arc<Notify>,
}

impl Lane {
    fn writer(&mut self) -> &mut Writer {
        self.guard.as_mut().expect("a turn holds the connection until it ends")
    }

    pub(crate) fn conn(&mut self) -> &mut SqliteConnection {
        &mut self.writer().conn
    }

    pub(crate) fn heads(&mut self) -> &mut HashMap<TenantId, (i64, Vec<u8>)> {
        &mut self.writer().heads
    }

    /// End the turn well: wait for the shared commit.
    pub(crate) async fn finish(mut self, events: Vec<Event>) -> Result<()> {
        let (done, committed) = oneshot::channel();
        let writer = self.writer();
        writer.turn = Turn::Kept;
        writer.waiting.push(Waiting { done, events });
        drop(self);
        committed.await.unwrap_or_else(|_| Err(purser_core::Error::internal("the committer is gone").into()))
    }

    /// End the turn badly: nothing of it stays.
    pub(crate) async fn undo(mut self) {
        let writer = self.writer();
        writer.heads.clear();
        match writer.execute("ROLLBACK TO turn").await {
            Ok(()) => writer.turn = Turn::Fresh,
            Err(error) => writer.fail(&error).await,
        }
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        // However a turn ends, an open transaction must not stay open: the next in line or the committer closes it.
        drop(self.guard.take());
        self.wanted.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use futures::poll;
    use purser_core::Error;

    use crate::{Config, Db, Scope};

    #[tokio::test]
    async fn a_turn_dropped_while_it_begins_blocks_nobody() {
        let path = std::env::temp_dir().join(format!("purser-turn-{}.db", std::process::id()));
        let db = Db::open(&Config::Sqlite(path.clone())).await.unwrap();
        for polls in 1..6 {
            let mut cut = Box::pin(db.transact(Scope::System, async |_| Ok::<_, Error>(())));
            for _ in 0..polls {
                if poll!(&mut cut).is_ready() {
                    break;
                }
                tokio::task::yield_now().await;
            }
            drop(cut);
            db.transact(Scope::System, async |_| Ok::<_, Error>(())).await.unwrap();
        }
        db.close().await;
        for end in ["", "-wal", "-shm"] {
            drop(std::fs::remove_file(path.with_extension(format!("db{end}"))));
        }
    }
}
