//! Why the engine could not start, in words a person can act on, and the exit code that tells programs the same.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::config::Problem;

/// Why the engine did not start.
#[derive(Debug)]
pub enum StartError {
    /// The settings are not valid; everything wrong with them.
    Config(Vec<Problem>),
    /// Another process has the data folder.
    Owned {
        /// The folder.
        folder: PathBuf,
        /// The process, if its note can be read.
        pid: Option<u32>,
        /// The address it listens on, if it does.
        address: Option<String>,
    },
    /// The data folder can not be made, read or written.
    Folder(PathBuf, std::io::Error),
    /// The disk has no room left.
    DiskFull(PathBuf),
    /// The database will not open.
    Database {
        /// `database_newer`, `database_broken`, `database_away`, …
        code: &'static str,
        /// What to do about it.
        message: String,
    },
    /// The address can not be listened on.
    Address(SocketAddr, std::io::Error),
    /// The certificate or its key can not be used.
    Certificate(String),
    /// Anything else; a defect.
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

impl StartError {
    /// The stable word a program can branch on.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Config(_) => "config",
            Self::Owned { .. } => "owned",
            Self::Folder(..) => "folder",
            Self::DiskFull(_) => "disk_full",
            Self::Database { code, .. } => code,
            Self::Address(..) => "address",
            Self::Certificate(_) => "certificate",
            Self::Internal(_) => "internal",
        }
    }

    /// What the program exits with: 2 settings, 3 owned by another process, 4 data folder, 5 disk full, 6 database newer, 7 database
    /// broken, 8 database away, 9 address, 10 certificate, 1 anything else.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_) => 2,
            Self::Owned { .. } => 3,
            Self::Folder(..) => 4,
            Self::DiskFull(_) | Self::Database { code: "disk_full", .. } => 5,
            Self::Database { code: "database_newer", .. } => 6,
            Self::Database { code: "database_broken", .. } => 7,
            Self::Database { .. } => 8,
            Self::Address(..) => 9,
            Self::Certificate(_) => 10,
            Self::Internal(_) => 1,
        }
    }

    /// A failure of the file system at `path`.
    pub(crate) fn io(path: &Path, error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::DiskFull(path.to_owned()),
            _ => Self::Folder(path.to_owned(), error),
        }
    }

    /// What the database said while it was being opened.
    pub(crate) fn database(error: purser_core::Error) -> Self {
        match error {
            purser_core::Error::Unavailable(code, message) => Self::Database { code, message: message.into_owned() },
            purser_core::Error::Invalid(fields) => {
                let problem = |field: purser_core::FieldError| Problem::new("database", field.message);
                Self::Config(fields.into_iter().map(problem).collect())
            }
            purser_core::Error::Internal(cause) => Self::Internal(cause),
            other => Self::Internal(Box::new(other)),
        }
    }
}

impl std::fmt::Display for StartError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Config(problems) => {
                f.write_str("The settings can not be used:")?;
                problems.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
            }
            Self::Owned { folder, pid, address } => {
                write!(f, "The data folder {} is in use by another Purser", folder.display())?;
                if let Some(pid) = pid {
                    write!(f, " (process {pid})")?;
                }
                match address {
                    Some(address) => write!(f, ". It answers at {address}; connect to it, or stop it first."),
                    None => f.write_str(". Stop it first, or choose another folder."),
                }
            }
            Self::Folder(path, error) => {
                write!(f, "The data folder can not be used: {}: {error}. Check that it exists and that you may write to it.", path.display())
            }
            Self::DiskFull(path) => write!(f, "The disk that holds {} is full. Free some space and start again.", path.display()),
            Self::Database { message, .. } | Self::Certificate(message) => f.write_str(message),
            Self::Address(address, error) if error.kind() == std::io::ErrorKind::AddrInUse => {
                write!(f, "The address {address} is taken by another program. Choose another port, or 0 for any free one.")
            }
            Self::Address(address, error) => write!(f, "The address {address} can not be listened on: {error}."),
            Self::Internal(error) => write!(f, "Purser could not start: {error}"),
        }
    }
}

impl std::error::Error for StartError {}
