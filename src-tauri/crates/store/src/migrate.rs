//! Bringing the tables up to date. Both folders hold the same files; a test compares what they end in.

use std::path::Path;

use sqlx::migrate::{AppliedMigration, Migrate, MigrateError, Migrator};
use sqlx::{ConnectOptions, Connection};

use crate::{Error, Result};

static SQLITE: Migrator = sqlx::migrate!("../../../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../../../migrations/postgres");

/// Where the versions that were applied are written.
const TABLE: &str = "_sqlx_migrations";

/// The versions this program knows, for SQLite.
pub(crate) fn versions_sqlite() -> Vec<i64> {
    SQLITE.iter().map(|migration| migration.version).collect()
}

/// The versions this program knows, for PostgreSQL.
pub(crate) fn versions_postgres() -> Vec<i64> {
    POSTGRES.iter().map(|migration| migration.version).collect()
}

/// What bringing the tables up to date did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// The newest before; 0 of what was empty.
    pub from: i64,
    /// What was applied, oldest first.
    pub applied: Vec<i64>,
}

impl Moved {
    fn of(before: &[AppliedMigration], known: Vec<i64>) -> Self {
        let applied = known.into_iter().filter(|version| before.iter().all(|one| one.version != *version)).collect();
        Self { from: before.iter().map(|one| one.version).max().unwrap_or(0), applied }
    }
}

pub(crate) async fn sqlite(path: &Path) -> Result<Moved> {
    let mut conn = crate::sqlite::options(path).connect().await?;
    let before = applied(&mut conn).await;
    let outcome = SQLITE.run(&mut conn).await;
    conn.close().await?;
    outcome.map_err(explain)?;
    Ok(Moved::of(&before?, versions_sqlite()))
}

/// What was applied to this database so far.
async fn applied<C: Migrate>(conn: &mut C) -> Result<Vec<AppliedMigration>> {
    conn.ensure_migrations_table(TABLE).await.map_err(explain)?;
    conn.list_applied_migrations(TABLE).await.map_err(explain)
}

pub(crate) async fn postgres(url: &str) -> Result<Moved> {
    let mut conn = crate::postgres::options(url)?.connect().await?;
    // Purser itself: a migration may have to move rows of every tenant.
    sqlx::query("SELECT set_config('purser.tenant', '*', false)").execute(&mut conn).await?;
    let before = applied(&mut conn).await;
    let outcome = POSTGRES.run(&mut conn).await;
    conn.close().await?;
    outcome.map_err(explain)?;
    Ok(Moved::of(&before?, versions_postgres()))
}

fn explain(error: MigrateError) -> Error {
    let core = match error {
        MigrateError::VersionMissing(_) => {
            purser_core::Error::Unavailable("database_newer", "This data was written by a newer Purser. Install that version or a later one.".into())
        }
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => return Error::Driver(error),
        other => purser_core::Error::Internal(Box::new(other)),
    };
    Error::Core(core)
}
