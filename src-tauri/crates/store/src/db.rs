//! Opening an engine, and running work in it: [`Db::transact`] for changes, [`Db::read`] for reading.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use purser_core::access::{Grant, Scoped};
use purser_core::events::{Event, Topic};
use purser_core::ids::TenantId;
use tokio::sync::broadcast;

use crate::migrate::Moved;
use crate::postgres::PostgresDb;
use crate::seal::Seal;
use crate::sqlite::SqliteDb;
use crate::tx::Tx;
use crate::{Result, migrate};

/// Which engine, and where.
#[derive(Clone, Debug)]
pub enum Config {
    /// A file in the data folder. Purser owns it alone.
    Sqlite(PathBuf),
    /// A PostgreSQL server, `postgres://…`. Its role must not be a superuser, or row-level security would not bind it.
    Postgres(String),
}

/// The engine in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Embedded SQLite.
    Sqlite,
    /// PostgreSQL 15 or later.
    Postgres,
}

/// Whose rows a piece of work may touch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// One tenant's.
    Tenant(TenantId),
    /// Everybody's: signing in, jobs, verification, set-up.
    System,
}

impl<P> From<&Grant<P>> for Scope {
    fn from(grant: &Grant<P>) -> Self {
        Self::Tenant(grant.tenant())
    }
}

impl<P> From<&Scoped<P>> for Scope {
    fn from(proof: &Scoped<P>) -> Self {
        Self::Tenant(proof.tenant())
    }
}

impl From<TenantId> for Scope {
    fn from(tenant: TenantId) -> Self {
        Self::Tenant(tenant)
    }
}

/// An open database. Cheap to clone.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

struct Inner {
    moved: Moved,
    driver: Driver,
    shared: Arc<Shared>,
}

pub(crate) enum Driver {
    Sqlite(SqliteDb),
    Postgres(PostgresDb),
}

/// What every transaction of a process reports to.
pub(crate) struct Shared {
    pub(crate) events: broadcast::Sender<Arc<Event>>,
    /// The keys of private columns, once they are known.
    pub(crate) seal: OnceLock<Arc<Seal>>,
    /// Statements sent so far; tests compare two readings to prove that a page costs a fixed number.
    pub(crate) statements: AtomicU64,
    /// One counter a topic, raised by each commit that touched it: what caches are checked against.
    versions: Vec<AtomicU64>,
}

/// Notices held for a page that reads slowly; one that falls further behind is told to read everything again.
const EVENT_BACKLOG: usize = 4_096;

impl Shared {
    fn new() -> Self {
        Self {
            events: broadcast::channel(EVENT_BACKLOG).0,
            seal: OnceLock::new(),
            statements: AtomicU64::new(0),
            versions: Topic::ALL.iter().map(|_| AtomicU64::new(0)).collect(),
        }
    }

    /// Tell the process about committed changes.
    pub(crate) fn publish(&self, events: Vec<Event>) {
        self.touch(&events);
        for event in events {
            // Nobody listening is not a failure.
            drop(self.events.send(Arc::new(event)));
        }
    }

    /// Make what caches hold about these topics out of date.
    pub(crate) fn touch(&self, events: &[Event]) {
        for event in events {
            self.version_of(event.topic).fetch_add(1, Ordering::AcqRel);
        }
    }

    fn version_of(&self, topic: Topic) -> &AtomicU64 {
        let place = Topic::ALL.iter().position(|t| *t == topic).unwrap_or(0);
        &self.versions[place]
    }
}

impl Db {
    /// Open the engine and bring its tables up to date. Refuses a file made by a newer Purser, and says so.
    pub async fn open(config: &Config) -> Result<Self> {
        let shared = Arc::new(Shared::new());
        let (moved, driver) = match config {
            Config::Sqlite(path) => {
                let moved = migrate::sqlite(path).await?;
                (moved, Driver::Sqlite(SqliteDb::open(path, shared.clone()).await?))
            }
            Config::Postgres(url) => {
                let moved = migrate::postgres(url).await?;
                (moved, Driver::Postgres(PostgresDb::open(url, shared.clone()).await?))
            }
        };
        Ok(Self(Arc::new(Inner { moved, driver, shared })))
    }

    /// What became of its tables when it was opened.
    pub fn moved(&self) -> &Moved {
        &self.0.moved
    }

    /// Give it the keys of private columns; until then none is written or read. The first ones given stay.
    pub fn unlock(&self, seal: Arc<Seal>) {
        drop(self.0.shared.seal.set(seal));
    }

    /// The engine in use.
    pub fn engine(&self) -> Engine {
        match self.0.driver {
            Driver::Sqlite(_) => Engine::Sqlite,
            Driver::Postgres(_) => Engine::Postgres,
        }
    }

    /// Run `work` as one durable transaction: everything it did is kept when it answers `Ok`, nothing when it answers `Err`.
    ///
    /// The answer is given only after the commit is on disk. On SQLite many waiting transactions share one commit (see `sqlite.rs`), so
    /// nothing that waits for the outside world may happen inside.
    pub async fn transact<T, E>(&self, scope: impl Into<Scope>, work: impl AsyncFnOnce(&mut Tx) -> Result<T, E>) -> Result<T, E>
    where
        E: From<crate::Error>,
    {
        let scope = scope.into();
        let tx = match &self.0.driver {
            Driver::Sqlite(db) => db.write(scope).await?,
            Driver::Postgres(db) => db.begin(scope).await?,
        };
        Self::finish(tx, work).await
    }

    /// [`Db::transact`] for [`crate::bulk`].
    pub(crate) async fn without_references<T, E>(&self, scope: Scope, work: impl AsyncFnOnce(&mut Tx) -> Result<T, E>) -> Result<T, E>
    where
        E: From<crate::Error>,
    {
        let tx = match &self.0.driver {
            Driver::Sqlite(db) => db.write_unchecked(scope).await?,
            Driver::Postgres(db) => db.begin(scope).await?,
        };
        Self::finish(tx, work).await
    }

    async fn finish<T, E>(mut tx: Tx, work: impl AsyncFnOnce(&mut Tx) -> Result<T, E>) -> Result<T, E>
    where
        E: From<crate::Error>,
    {
        match work(&mut tx).await {
            Ok(value) => match tx.flush().await {
                Ok(()) => {
                    tx.commit().await?;
                    Ok(value)
                }
                Err(error) => {
                    tx.roll_back().await;
                    Err(error.into())
                }
            },
            Err(error) => {
                tx.roll_back().await;
                Err(error)
            }
        }
    }

    /// Run `work` for reading. On SQLite it gets a connection of the reader pool and never waits for writers.
    pub async fn read<T, E>(&self, scope: impl Into<Scope>, work: impl AsyncFnOnce(&mut Tx) -> Result<T, E>) -> Result<T, E>
    where
        E: From<crate::Error>,
    {
        let scope = scope.into();
        let mut tx = match &self.0.driver {
            Driver::Sqlite(db) => db.read(scope).await?,
            Driver::Postgres(db) => db.begin(scope).await?,
        };
        work(&mut tx).await
    }

    /// Follow committed changes of all tenants; the door filters by tenant.
    pub fn follow(&self) -> broadcast::Receiver<Arc<Event>> {
        self.0.shared.events.subscribe()
    }

    /// How many commits touched `topic` since the process started.
    pub fn version(&self, topic: Topic) -> u64 {
        self.0.shared.version_of(topic).load(Ordering::Acquire)
    }

    /// Statements sent since the process started.
    pub fn statements(&self) -> u64 {
        self.0.shared.statements.load(Ordering::Relaxed)
    }

    /// Whether [`Db::close`] was called: what works in the background ends then.
    pub fn is_closed(&self) -> bool {
        match &self.0.driver {
            Driver::Sqlite(db) => db.is_closed(),
            Driver::Postgres(db) => db.is_closed(),
        }
    }

    /// Finish: write everything back into the main file and close.
    pub async fn close(&self) {
        match &self.0.driver {
            Driver::Sqlite(db) => db.close().await,
            Driver::Postgres(db) => db.close().await,
        }
    }
}
