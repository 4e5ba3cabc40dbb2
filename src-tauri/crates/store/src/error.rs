//! What the database says when it will not, turned into the words of [`purser_core::Error`].

/// The result of every statement.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure of the database, or of a rule met while a statement was being prepared.
#[derive(Debug)]
pub enum Error {
    /// The driver's word.
    Driver(sqlx::Error),
    /// A failure that already has its words.
    Core(purser_core::Error),
}

impl Error {
    /// Whether a unique key is already taken. SQLite does not say which one, so callers ask one question at a time.
    pub fn is_taken(&self) -> bool {
        matches!(self, Self::Driver(sqlx::Error::Database(error)) if error.is_unique_violation())
    }

    /// Whether a `CHECK` of the schema said no: the second wall behind a rule.
    pub fn is_check(&self) -> bool {
        matches!(self, Self::Driver(sqlx::Error::Database(error)) if error.is_check_violation())
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Driver(error) => error.fmt(f),
            Self::Core(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self::Driver(error)
    }
}

impl From<purser_core::Error> for Error {
    fn from(error: purser_core::Error) -> Self {
        Self::Core(error)
    }
}

impl From<Error> for purser_core::Error {
    fn from(error: Error) -> Self {
        let driver = match error {
            Error::Core(error) => return error,
            Error::Driver(error) => error,
        };
        match &driver {
            sqlx::Error::PoolTimedOut => Self::Unavailable("database_busy", "The database is busy. Try again in a moment.".into()),
            sqlx::Error::Io(_) | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
                // A closed pool is this process on its way out, not a fault.
                if !matches!(driver, sqlx::Error::PoolClosed) {
                    tracing::error!(error = %driver, "the database can not be reached");
                }
                Self::Unavailable("database_away", "The database can not be reached. Try again in a moment.".into())
            }
            sqlx::Error::Database(cause) => from_engine(cause.as_ref()).unwrap_or_else(|| Self::Internal(Box::new(driver))),
            _ => Self::Internal(Box::new(driver)),
        }
    }
}

/// The failures of the engine itself that a person can do something about.
fn from_engine(cause: &dyn sqlx::error::DatabaseError) -> Option<purser_core::Error> {
    use purser_core::Error as E;
    if cause.is_unique_violation() {
        return Some(E::conflict("taken", "Something with these values is there already."));
    }
    if cause.is_foreign_key_violation() {
        return Some(E::conflict("referenced", "Something this refers to is gone, or something still refers to it."));
    }
    // SQLite's extended code keeps the primary code in its low byte; PostgreSQL's are five characters.
    let code = cause.code().unwrap_or_default();
    let primary = code.parse::<u32>().map(|extended| extended & 0xff);
    match (primary, code.as_ref()) {
        (Ok(13), _) | (_, "53100") => {
            Some(E::Unavailable("disk_full", "The disk is full. Nothing was changed; free some space and try again.".into()))
        }
        (Ok(8), _) | (_, "25006") => Some(E::Unavailable("read_only", "The data folder can not be written to. Nothing was changed.".into())),
        (Ok(10 | 11 | 26), _) => Some(E::Unavailable("database_broken", "The database file can not be read properly. Run `purser doctor`.".into())),
        (Ok(5 | 6), _) | (_, "40001" | "40P01" | "55P03" | "57014" | "53300") => {
            Some(E::Unavailable("database_busy", "The database is busy. Try again in a moment.".into()))
        }
        (_, "57P01" | "57P02" | "57P03") => Some(E::Unavailable("database_away", "The database is restarting. Try again in a moment.".into())),
        _ => None,
    }
}
