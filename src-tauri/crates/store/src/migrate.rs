//! Bringing the tables up to date. Both folders hold the same files; a test compares what they end in.

use std::path::Path;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{ConnectOptions, Connection};

use crate::{Error, Result};

static SQLITE: Migrator = sqlx::migrate!("../../../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../../../migrations/postgres");

/// The versions this program knows, for SQLite.
pub(crate) fn versions_sqlite() -> Vec<i64> {
    SQLITE.iter().map(|migration| migration.version).collect()
}

/// The versions this program knows, for PostgreSQL.
pub(crate) fn versions_postgres() -> Vec<i64> {
    POSTGRES.iter().map(|migration| migration.version).collect()
}

pub(crate) async fn sqlite(path: &Path) -> Result<()> {
    let mut conn = crate::sqlite::options(path).connect().await?;
    let outcome = SQLITE.run(&mut conn).await;
    conn.close().await?;
    outcome.map_err(explain)
}

pub(crate) async fn postgres(url: &str) -> Result<()> {
    let mut conn = crate::postgres::options(url)?.connect().await?;
    // Purser itself: a migration may have to move rows of every tenant.
    sqlx::query("SELECT set_config('purser.tenant', '*', false)").execute(&mut conn).await?;
    let outcome = POSTGRES.run(&mut conn).await;
    conn.close().await?;
    outcome.map_err(explain)
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
