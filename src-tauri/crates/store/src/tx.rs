//! One transaction, or one reading connection, of one tenant.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures::TryStreamExt;
use purser_core::audit::Entry;
use purser_core::events::Event;
use purser_core::ids::TenantId;
use sqlx::pool::PoolConnection;
use sqlx::sqlite::SqliteConnection;
use sqlx::{PgConnection, Postgres, Sqlite};

use crate::db::{Engine, Scope, Shared};
use crate::rows::Row;
use crate::sql::{Dialect, Query, Rendered};
use crate::sqlite::Lane;
use crate::{Result, audit, events};

/// Where statements go. Handed to the closure of [`crate::Db::transact`] and [`crate::Db::read`]; it can not outlive them.
pub struct Tx {
    pub(crate) conn: Conn,
    pub(crate) scope: Scope,
    pub(crate) shared: Arc<Shared>,
    pub(crate) events: Vec<Event>,
    pub(crate) audits: Vec<Entry>,
}

pub(crate) enum Conn {
    /// A turn on SQLite's one writing connection.
    Writer(Lane),
    /// A connection of SQLite's reader pool.
    Reader(PoolConnection<Sqlite>),
    /// A PostgreSQL transaction; it rolls back when dropped.
    Postgres(sqlx::Transaction<'static, Postgres>),
}

/// The connection of this moment.
pub(crate) enum On<'a> {
    Sqlite(&'a mut SqliteConnection),
    Postgres(&'a mut PgConnection),
}

macro_rules! on {
    ($tx:expr, $query:expr, |$rendered:ident: $db:ident, $c:ident| $body:expr) => {
        match $tx.on() {
            On::Sqlite($c) => {
                type $db = Sqlite;
                let $rendered = $query.render::<Sqlite>();
                $body
            }
            On::Postgres($c) => {
                type $db = Postgres;
                let $rendered = $query.render::<Postgres>();
                $body
            }
        }
    };
}

impl Tx {
    pub(crate) fn new(conn: Conn, scope: Scope, shared: Arc<Shared>) -> Self {
        Self { conn, scope, shared, events: Vec::new(), audits: Vec::new() }
    }

    /// The tenant whose rows this may touch. In [`Scope::System`] the nil id, which owns no row: work across tenants says so in its SQL.
    pub fn tenant(&self) -> TenantId {
        match self.scope {
            Scope::Tenant(tenant) => tenant,
            Scope::System => TenantId(uuid::Uuid::nil()),
        }
    }

    /// The engine in use.
    pub fn engine(&self) -> Engine {
        match self.conn {
            Conn::Writer(_) | Conn::Reader(_) => Engine::Sqlite,
            Conn::Postgres(_) => Engine::Postgres,
        }
    }

    /// The wording for the engine in use, where the two differ.
    pub fn pick<T>(&self, sqlite: T, postgres: T) -> T {
        match self.engine() {
            Engine::Sqlite => sqlite,
            Engine::Postgres => postgres,
        }
    }

    /// Every row.
    pub async fn all<T: Row>(&mut self, query: Query) -> Result<Vec<T>> {
        on!(self, query, |rendered: Db, conn| match rendered {
            Rendered::Fixed(text, values) => {
                Ok(sqlx::query_as_with::<Db, T, _>(text, Db::arguments(values)?).fetch_all(conn).await?)
            }
            Rendered::Built(mut builder) => Ok(builder.build_query_as::<T>().fetch_all(conn).await?),
        })
    }

    /// Hand every row to `take` as it comes; none of them is kept. What `take` gives back is waited for before the next one.
    pub async fn each<T: Row, F, E>(&mut self, query: Query, mut take: impl FnMut(T) -> Result<Option<F>, E> + Send) -> Result<(), E>
    where
        F: Future<Output = Result<(), E>> + Send,
        E: From<crate::Error> + Send,
    {
        on!(self, query, |rendered: Db, conn| match rendered {
            Rendered::Fixed(text, values) => {
                let arguments = Db::arguments(values).map_err(crate::Error::from)?;
                let mut rows = sqlx::query_as_with::<Db, T, _>(text, arguments).fetch(conn);
                while let Some(row) = rows.try_next().await.map_err(crate::Error::from)? {
                    if let Some(wait) = take(row)? {
                        wait.await?;
                    }
                }
                Ok(())
            }
            Rendered::Built(mut builder) => {
                let mut rows = builder.build_query_as::<T>().fetch(conn);
                while let Some(row) = rows.try_next().await.map_err(crate::Error::from)? {
                    if let Some(wait) = take(row)? {
                        wait.await?;
                    }
                }
                Ok(())
            }
        })
    }

    /// The first row, if there is one.
    pub async fn optional<T: Row>(&mut self, query: Query) -> Result<Option<T>> {
        on!(self, query, |rendered: Db, conn| match rendered {
            Rendered::Fixed(text, values) => {
                Ok(sqlx::query_as_with::<Db, T, _>(text, Db::arguments(values)?).fetch_optional(conn).await?)
            }
            Rendered::Built(mut builder) => Ok(builder.build_query_as::<T>().fetch_optional(conn).await?),
        })
    }

    /// The first row; there always is one (an aggregate, a `RETURNING`).
    pub async fn one<T: Row>(&mut self, query: Query) -> Result<T> {
        self.optional(query).await?.ok_or(crate::Error::Driver(sqlx::Error::RowNotFound))
    }

    /// Run for the effect; how many rows it changed.
    pub async fn run(&mut self, query: Query) -> Result<u64> {
        on!(self, query, |rendered: Db, conn| match rendered {
            Rendered::Fixed(text, values) => {
                Ok(sqlx::query_with::<Db, _>(text, Db::arguments(values)?).execute(conn).await?.rows_affected())
            }
            Rendered::Built(mut builder) => Ok(builder.build().execute(conn).await?.rows_affected()),
        })
    }

    /// Ask the engine for a sign of life.
    pub async fn ping(&mut self) -> Result<()> {
        self.run(crate::sql("SELECT 1")).await.map(drop)
    }

    /// Wait until nobody else is in the part of the program called `name`, in any process, and keep it until the transaction ends.
    pub async fn alone(&mut self, name: &'static str) -> Result<()> {
        if self.engine() == Engine::Postgres {
            self.run(crate::sql("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))").bind(name)).await?;
        }
        // SQLite has one writer, so whoever holds a turn is alone.
        Ok(())
    }

    /// As [`Tx::alone`], but others may be there for another tenant.
    pub async fn alone_in_tenant(&mut self, name: &'static str) -> Result<()> {
        if self.engine() == Engine::Postgres {
            let lock = format!("{name} of {}", self.tenant());
            self.run(crate::sql("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))").bind(lock)).await?;
        }
        Ok(())
    }

    /// Announce a change: written with the transaction, told to open pages after the commit.
    pub fn emit(&mut self, event: Event) {
        self.events.push(event);
    }

    /// Put a line into the audit log; it takes its place in the chain when the transaction ends.
    pub fn audit(&mut self, entry: Entry) {
        self.audits.push(entry);
    }

    fn on(&mut self) -> On<'_> {
        self.shared.statements.fetch_add(1, Ordering::Relaxed);
        match &mut self.conn {
            Conn::Writer(lane) => On::Sqlite(lane.conn()),
            Conn::Reader(conn) => On::Sqlite(conn),
            Conn::Postgres(tx) => On::Postgres(tx),
        }
    }

    /// Write what was announced. Last thing before the end, so that the audit chain is held as briefly as can be.
    pub(crate) async fn flush(&mut self) -> Result<()> {
        events::append(self).await?;
        let entries = std::mem::take(&mut self.audits);
        audit::append(self, &entries).await
    }

    /// Make it durable, then tell the process. Answers when it is on disk.
    pub(crate) async fn commit(self) -> Result<()> {
        match self.conn {
            Conn::Writer(lane) => lane.finish(self.events).await,
            Conn::Reader(_) => Ok(()),
            Conn::Postgres(tx) => {
                tx.commit().await?;
                // The notices come back to every process, this one included, through LISTEN; but what this process remembers
                // must be out of date before the caller hears that its change is in force.
                self.shared.touch(&self.events);
                Ok(())
            }
        }
    }

    /// Undo everything. A failure here is not news to the caller, who already has an error to tell.
    pub(crate) async fn roll_back(self) {
        match self.conn {
            Conn::Writer(lane) => lane.undo().await,
            Conn::Reader(_) => {}
            Conn::Postgres(tx) => {
                if let Err(error) = tx.rollback().await {
                    tracing::warn!(%error, "a roll-back was not acknowledged");
                }
            }
        }
    }
}
