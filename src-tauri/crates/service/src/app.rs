//! What every use case can reach.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use purser_core::ids::{Ids, TenantId};
use purser_core::time::Clock;
use purser_core::{Result, Timestamp};
use purser_store::Db;
use tokio_util::task::TaskTracker;

use crate::files::Vault;
use crate::idempotency::Running;
use crate::identity::authority::Authorities;
use crate::identity::captcha::{Captcha, Puzzles};
use crate::identity::keys::Keys;
use crate::identity::passwords::Passwords;
use crate::identity::places::Places;
use crate::identity::policy::Policies;
use crate::identity::setup::DemoData;
use crate::identity::tokens::Tokens;
use crate::jobs::{self, Kinds};
use crate::limits::Counters;
use crate::mail::Post;
use crate::payments::port::Gateway;
use crate::payments::remote::Remotes;
use crate::payments::{Desk, Switch};
use crate::providers::{Parties, Web};
use crate::seal::{self, Keyring, Seal};
use crate::stats::Overviews;
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
    /// The roles of each tenant, remembered until one changes.
    pub books: crate::access::Books,
    /// The policies of each tenant, remembered until one changes.
    pub courts: crate::access::policies::Courts,
    /// What was used and refused, not written yet.
    pub watch: Arc<crate::access::watch::Watch>,
    /// What each session may do, remembered until somebody changes it.
    pub authorities: Authorities,
    /// API keys: what each may do, and when it was used.
    pub keys: Keys,
    /// Tells the country of an address.
    pub places: Places,
    /// How often something was tried.
    pub counters: Arc<dyn Counters>,
    /// Tells people from programs, where one is configured.
    pub captcha: Option<Arc<dyn Captcha>>,
    /// The same, of businesses that have their own.
    pub puzzles: Puzzles,
    /// How many may be asked about at once.
    pub(crate) captcha_slots: Arc<tokio::sync::Semaphore>,
    /// What each tenant asks of whoever signs in, remembered until a setting changes.
    pub policies: Policies,
    /// What must not be readable in the database.
    pub seal: Arc<Seal>,
    /// Where new keys go; nothing if they are given from outside.
    pub keyring: Option<Arc<dyn Keyring>>,
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
    /// Payments: the provider and what is being worked on.
    pub payments: Desk,
    /// Documents: the press and whose turn it is.
    pub documents: crate::documents::Desk,
    /// Requests whose repeats do no harm.
    pub once: Running,
    /// The figures of the home page.
    pub overviews: Overviews,
    /// Imports that are being worked on.
    pub imports: crate::imports::Running,
    /// Who takes mail, and where its links lead.
    pub mail: Post,
    /// The way to other parties on the network.
    pub web: Arc<dyn Web>,
    /// What carries what happened to whoever acts on it.
    pub bus: crate::bus::Carrier,
    /// What is known of the parties people sign in at.
    pub parties: Parties,
    /// What goes on after an answer was given; an orderly end waits for it.
    pub background: TaskTracker,
    /// The kinds of work for later this process knows.
    pub jobs: Kinds,
    /// The kinds of work in several steps this process knows.
    pub sagas: crate::sagas::Plays,
    /// When regular work of each tenant is due next, as far as this process knows.
    pub(crate) regular: Mutex<HashMap<TenantId, Timestamp>>,
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
    /// The payment provider of whoever connected none.
    pub gateway: Arc<dyn Gateway>,
    /// The ways to providers tenants connect.
    pub remotes: Arc<dyn Remotes>,
    /// Draws documents.
    pub press: Arc<dyn crate::documents::port::Press>,
    /// What must not be readable in the database.
    pub seal: Seal,
    /// Where new keys go; nothing if they are given from outside.
    pub keyring: Option<Arc<dyn Keyring>>,
    /// Who takes mail, and where its links lead.
    pub mail: Post,
    /// Hashing of passwords, and those known from breaches.
    pub passwords: Passwords,
    /// Tells the country of an address.
    pub places: Places,
    /// Counters of calls, shared by a fleet or of this process.
    pub counters: Arc<dyn Counters>,
    /// Tells people from programs, where one is configured.
    pub captcha: Option<Arc<dyn Captcha>>,
    /// The same, of businesses that have their own.
    pub puzzles: Puzzles,
    /// The way to other parties on the network.
    pub web: Arc<dyn Web>,
    /// What carries what happened.
    pub bus: Arc<dyn crate::bus::port::Bus>,
}

impl App {
    /// Put the engine together; makes the first signing key if there is none.
    pub async fn new(setup: Setup) -> Result<Self> {
        let Setup {
            db,
            clock,
            ids,
            demo,
            vault,
            largest_file,
            gateway,
            remotes,
            press,
            data_folder,
            seal,
            keyring,
            mail,
            passwords,
            places,
            counters,
            captcha,
            puzzles,
            web,
            bus,
        } = setup;
        let new_key = seal::register(&seal, &db, &clock).await?;
        let seal = Arc::new(seal);
        db.unlock(seal.clone());
        let payments = Desk::open(Switch::new(gateway, remotes, db.clone(), seal.clone()), &db, &clock, &ids);
        let parts = Parts {
            passwords,
            places,
            mail,
            web,
            bus: crate::bus::Carrier::new(bus, ids.next(clock.now())),
            parties: Parties::default(),
            background: TaskTracker::new(),
            tokens: Tokens::load(&db, &clock, seal.clone()).await?,
            books: crate::access::Books::default(),
            courts: crate::access::policies::Courts::default(),
            watch: Arc::default(),
            authorities: Authorities::default(),
            keys: Keys::default(),
            counters,
            captcha,
            puzzles,
            captcha_slots: Arc::new(tokio::sync::Semaphore::new(8)),
            policies: Policies::default(),
            seal,
            keyring,
            demo,
            vault,
            largest_file,
            data_folder,
            started_at: clock.now(),
            totals: Totals::default(),
            payments,
            documents: crate::documents::Desk::new(press),
            once: Running::new(ids.next(clock.now()), ids.clone()),
            overviews: Overviews::default(),
            imports: crate::imports::Running::default(),
            jobs: jobs::kinds(),
            sagas: crate::sagas::Plays::known(),
            regular: Mutex::default(),
            db,
            clock,
            ids,
        };
        let app = Self(Arc::new(parts));
        seal::catch_up(&app, new_key).await?;
        Ok(app)
    }

    /// The same engine for a task that must not keep it alive.
    pub fn weak(&self) -> Weak<Parts> {
        Arc::downgrade(&self.0)
    }
}

impl From<Arc<Parts>> for App {
    fn from(parts: Arc<Parts>) -> Self {
        Self(parts)
    }
}

impl Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}
