//! What every use case can reach.

use std::ops::Deref;
use std::sync::Arc;

use purser_core::ids::Ids;
use purser_core::time::Clock;
use purser_core::{Result, Timestamp};
use purser_store::Db;

use crate::files::Vault;
use crate::identity::authority::Authorities;
use crate::identity::passwords::Passwords;
use crate::identity::setup::DemoData;
use crate::identity::tokens::Tokens;
use crate::totals::Totals;

/// The running engine. Cheap to clone; one per process and database.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// The parts of an [`App`].
pub struct Parts {
    /// The database.
    pub db: Db,
    /// Where "now" comes from.
    pub clock: Clock,
    /// Where ids come from.
    pub ids: Ids,
    /// Hashing and checking of passwords.
    pub passwords: Passwords,
    /// Signing and checking of access tokens.
    pub tokens: Tokens,
    /// What each session may do, remembered until somebody changes it.
    pub authorities: Authorities,
    /// Demo data for the first run, if this process can make any.
    pub demo: Option<Arc<dyn DemoData>>,
    /// Where the bytes of files are kept.
    pub vault: Arc<dyn Vault>,
    /// Largest file taken, in bytes.
    pub largest_file: u64,
    /// How many rows lists have.
    pub totals: Totals,
    /// Where the data lies, for people to read.
    pub data_folder: Option<String>,
    /// When the engine was put together.
    pub started_at: Timestamp,
}

/// What an [`App`] is made from.
pub struct Setup {
    /// The database, open.
    pub db: Db,
    /// Where "now" comes from.
    pub clock: Clock,
    /// Where ids come from.
    pub ids: Ids,
    /// Demo data for the first run, if this process can make any.
    pub demo: Option<Arc<dyn DemoData>>,
    /// Where the bytes of files are kept.
    pub vault: Arc<dyn Vault>,
    /// Largest file taken, in bytes.
    pub largest_file: u64,
    /// Where the data lies, for people to read.
    pub data_folder: Option<String>,
}

impl App {
    /// Put the engine together; makes the first signing key if there is none.
    pub async fn new(setup: Setup) -> Result<Self> {
        let Setup { db, clock, ids, demo, vault, largest_file, data_folder } = setup;
        let tokens = Tokens::load(&db, &clock).await?;
        let passwords = Passwords::default();
        let (authorities, totals) = (Authorities::default(), Totals::default());
        let started_at = clock.now();
        Ok(Self(Arc::new(Parts { db, clock, ids, passwords, tokens, authorities, demo, vault, largest_file, totals, data_folder, started_at })))
    }
}

impl Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}
