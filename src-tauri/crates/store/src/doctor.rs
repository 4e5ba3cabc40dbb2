//! A look at the database as it lies there: whole, of the right version, opened by the right role. Changes nothing.

use sqlx::{ConnectOptions, Connection, FromRow};

use crate::db::Config;
use crate::{Error, Result, migrate};

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// As it should be.
    Good,
    /// Works, but somebody should know.
    Doubtful,
    /// Broken.
    Bad,
}

/// One check.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What was looked at.
    pub about: &'static str,
    /// How it came out.
    pub health: Health,
    /// What was found, and what to do about it.
    pub words: String,
}

impl Finding {
    /// A finding from its three parts.
    pub fn new(about: &'static str, health: Health, words: impl Into<String>) -> Self {
        Self { about, health, words: words.into() }
    }
}

/// Look at the database of `config`.
pub async fn examine(config: &Config) -> Result<Vec<Finding>> {
    match config {
        Config::Sqlite(path) if !path.exists() => {
            Ok(vec![Finding::new("database", Health::Doubtful, "There is none yet; the first start makes it.")])
        }
        Config::Sqlite(path) => {
            let mut conn = crate::sqlite::options(path).create_if_missing(false).read_only(true).connect().await?;
            let mut findings = vec![whole(&mut conn).await?, references(&mut conn).await?];
            let applied: Vec<i64> = sqlx::query_scalar(APPLIED).fetch_all(&mut conn).await.unwrap_or_default();
            findings.push(migrations(&applied, &migrate::versions_sqlite()));
            conn.close().await?;
            Ok(findings)
        }
        Config::Postgres(url) => {
            let mut conn = crate::postgres::options(url)?.connect().await?;
            let role: Role = sqlx::query_as(ROLE).fetch_one(&mut conn).await?;
            let applied: Vec<i64> = sqlx::query_scalar(APPLIED).fetch_all(&mut conn).await.unwrap_or_default();
            conn.close().await?;
            Ok(vec![role.server(), role.rights(), migrations(&applied, &migrate::versions_postgres())])
        }
    }
}

const APPLIED: &str = "SELECT version FROM _sqlx_migrations WHERE success ORDER BY version";

/// Findings named one by one; what is broken beyond that is broken enough.
const NAMED: usize = 5;

async fn whole(conn: &mut sqlx::SqliteConnection) -> Result<Finding> {
    let lines: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check(20)").fetch_all(conn).await.map_err(Error::from)?;
    if lines.iter().all(|line| line == "ok") {
        return Ok(Finding::new("integrity", Health::Good, "The file is whole."));
    }
    let some: Vec<&str> = lines.iter().map(String::as_str).take(NAMED).collect();
    let words = format!("The file is damaged: {}. Put the last backup in its place.", some.join("; "));
    Ok(Finding::new("integrity", Health::Bad, words))
}

#[derive(FromRow)]
struct Dangling {
    table: String,
    parent: String,
}

async fn references(conn: &mut sqlx::SqliteConnection) -> Result<Finding> {
    let found: Vec<Dangling> = sqlx::query_as("PRAGMA foreign_key_check").fetch_all(conn).await?;
    if found.is_empty() {
        return Ok(Finding::new("references", Health::Good, "Every row refers to rows that are there."));
    }
    let some: Vec<String> = found.iter().take(NAMED).map(|row| format!("{} to {}", row.table, row.parent)).collect();
    Ok(Finding::new("references", Health::Bad, format!("{} rows refer to rows that are gone: {}.", found.len(), some.join(", "))))
}

fn migrations(applied: &[i64], known: &[i64]) -> Finding {
    let newer = applied.iter().filter(|version| !known.contains(version)).count();
    let missing = known.iter().filter(|version| !applied.contains(version)).count();
    match (newer, missing) {
        (0, 0) => Finding::new("migrations", Health::Good, format!("All {} are in force.", known.len())),
        (0, missing) => Finding::new("migrations", Health::Doubtful, format!("{missing} are to come; the next start applies them.")),
        _ => Finding::new("migrations", Health::Bad, "This data was written by a newer Purser. Install that version or a later one."),
    }
}

const ROLE: &str = "SELECT current_user::TEXT AS name, rolsuper, rolbypassrls, current_setting('server_version_num')::BIGINT AS version \
     FROM pg_roles WHERE rolname = current_user";

#[derive(FromRow)]
struct Role {
    name: String,
    rolsuper: bool,
    rolbypassrls: bool,
    version: i64,
}

impl Role {
    fn server(&self) -> Finding {
        let version = self.version / 10_000;
        let health = if version >= 15 { Health::Good } else { Health::Bad };
        Finding::new("server", health, format!("PostgreSQL {version}; Purser needs 15 or later."))
    }

    fn rights(&self) -> Finding {
        let Self { name, rolsuper, rolbypassrls, .. } = self;
        if *rolsuper || *rolbypassrls {
            let why = if *rolsuper { "is a superuser" } else { "bypasses row-level security" };
            let words =
                format!("The role {name} {why}, so the second wall between tenants does not hold. Connect as an ordinary role that owns the tables.");
            return Finding::new("role", Health::Doubtful, words);
        }
        Finding::new("role", Health::Good, format!("Row-level security binds the role {name}."))
    }
}
