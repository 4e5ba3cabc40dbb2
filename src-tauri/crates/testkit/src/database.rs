//! A database for one test: a file in a temporary folder, or a copy of a migrated PostgreSQL template.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use purser_store::{Config, Db};
use sqlx::{Connection, Executor, PgConnection};
use tokio::runtime::Builder;
use tokio::sync::OnceCell;

/// Where the suite finds PostgreSQL: a role that is not a superuser and may create databases.
const POSTGRES: &str = "PURSER_TEST_POSTGRES";
/// Set to leave PostgreSQL out on purpose; without it a missing server fails the suite rather than hide half of it.
const SQLITE_ONLY: &str = "PURSER_TEST_SQLITE_ONLY";

/// The file of a SQLite database, in the folder of its test.
const SQLITE: &str = "purser.db";

/// What a migrated SQLite file holds: its migrations take longer than many tests.
static MIGRATED: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let database = Database::empty_sqlite();
    let config = database.config.clone();
    // Whoever asks first is on a runtime already, which cannot wait for another on its own thread.
    let thread = std::thread::spawn(move || {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async { Db::open(&config).await.expect("an empty file migrates").close().await });
    });
    thread.join().expect("the migrations end");
    std::fs::read(database.folder.path().join(SQLITE)).expect("a migrated file")
});

static TEMPLATE: OnceCell<()> = OnceCell::const_new();
static NEXT: AtomicU32 = AtomicU32::new(0);

/// A database and what keeps it alive.
pub struct Database {
    /// How to open it again.
    pub config: Config,
    /// Folder of the test: the SQLite file, uploads.
    pub folder: tempfile::TempDir,
    /// What to remove from the server afterwards.
    _copy: Option<Copy>,
}

/// A database made for one test; dropping it removes it, so that a run needs room for the tests under way only.
struct Copy {
    server: String,
    name: String,
}

impl Drop for Copy {
    fn drop(&mut self) {
        let (server, statement) = (self.server.clone(), format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        let removal = async move {
            let mut conn = PgConnection::connect(&server).await?;
            conn.execute(sqlx::AssertSqlSafe(statement)).await
        };
        // The test's own runtime may be ending, and a drop cannot wait on it.
        let thread = std::thread::spawn(|| Builder::new_current_thread().enable_all().build().map(|runtime| runtime.block_on(removal)));
        if !matches!(thread.join(), Ok(Ok(Ok(_)))) {
            eprintln!("the database {} could not be removed", self.name);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the suite is told by its environment where PostgreSQL is and how much to try")]
pub(crate) fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn folder() -> tempfile::TempDir {
    tempfile::Builder::new().prefix("purser-test-").tempdir().expect("a temporary folder")
}

/// Where PostgreSQL is; `None` only if the suite was told to leave it out.
fn server() -> Option<String> {
    let url = setting(POSTGRES);
    let left_out = setting(SQLITE_ONLY).is_some();
    assert!(url.is_some() || left_out, "set {POSTGRES} (cargo xtask test does), or {SQLITE_ONLY}=1 to leave PostgreSQL out");
    url
}

impl Database {
    /// A fresh SQLite file that is migrated already.
    pub fn sqlite() -> Self {
        let database = Self::empty_sqlite();
        std::fs::write(database.folder.path().join(SQLITE), &*MIGRATED).expect("a database for the test");
        database
    }

    /// A SQLite database without a file.
    pub fn empty_sqlite() -> Self {
        let folder = folder();
        Self { config: Config::Sqlite(folder.path().join(SQLITE)), folder, _copy: None }
    }

    /// The same database for one more process; it lasts as long as this one.
    #[must_use]
    pub fn shared(&self) -> Self {
        Self { config: self.config.clone(), folder: folder(), _copy: None }
    }

    /// A fresh PostgreSQL database; `None` only if the suite was told to leave PostgreSQL out.
    pub async fn postgres() -> Option<Self> {
        let url = server()?;
        let template = format!("purser_template_{}", std::process::id());
        TEMPLATE.get_or_init(async || make_template(&url, &template).await).await;
        Some(Self::copy(url, &template).await)
    }

    /// A PostgreSQL database without a single table; `None` as with [`Self::postgres`].
    pub async fn empty_postgres() -> Option<Self> {
        Some(Self::copy(server()?, "template0").await)
    }

    async fn copy(url: String, template: &str) -> Self {
        let name = format!("purser_test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let mut conn = PgConnection::connect(&url).await.expect("PostgreSQL answers");
        let statement = format!("CREATE DATABASE {name} TEMPLATE {template}");
        conn.execute(sqlx::AssertSqlSafe(statement)).await.expect("a database for the test");
        Self { config: Config::Postgres(with_name(&url, &name)), folder: folder(), _copy: Some(Copy { server: url, name }) }
    }
}

async fn make_template(url: &str, template: &str) {
    let mut conn = PgConnection::connect(url).await.expect("PostgreSQL answers");
    conn.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {template}"))).await.expect("a template database");
    let db = Db::open(&Config::Postgres(with_name(url, template))).await.expect("the template migrates");
    db.close().await;
}

/// The same server, another database.
fn with_name(url: &str, name: &str) -> String {
    let (server, _) = url.rsplit_once('/').expect("an address with a database name");
    format!("{server}/{name}")
}
