//! An engine for one test.

use std::sync::Arc;
use std::time::Duration;

use purser_adapters::folder::Folder;
use purser_adapters::mailbox::Mailbox;
use purser_adapters::remotes::Ways;
use purser_adapters::sandbox::Sandbox;
use purser_core::access::{Grant, Origin, RoleKey, can};
use purser_core::ids::{Ids, JobId, TenantId, UserId};
use purser_core::jobs::Priority;
use purser_core::people::Status;
use purser_core::tenants::TenantState;
use purser_core::time::{Clock, DAY};
use purser_core::{Currency, Error, Timestamp};
use purser_http::Options;
use purser_service::bus::{self, port::Bus};
use purser_service::identity::captcha::{Captcha, Puzzles};
use purser_service::identity::passwords::Passwords;
use purser_service::identity::places::Places;
use purser_service::identity::setup::{self, FirstRun};
use purser_service::identity::sign_in;
use purser_service::limits::Local;
use purser_service::mail::{Mailer, Post};
use purser_service::payments::port::Gateway;
use purser_service::providers::{Nowhere, Web};
use purser_service::seal::{Keyring, Seal, SealKey};
use purser_service::{App, app::Setup, jobs, webhooks};
use purser_store::jobs as store;
use purser_store::users::User;
use purser_store::{Db, Scope, tenants, users};
use serde_json::json;
use tokio::sync::OnceCell;

use crate::caller::Caller;
use crate::database::Database;
use crate::puzzles::puzzles;
use crate::signing::db_signing_key;
use crate::work::Nothing;

/// The password of everybody in the suite.
pub(crate) const PASSWORD: &str = "harbour lantern 42 brass";

/// Largest file the suite's engine takes.
pub const LARGEST_FILE: u64 = 1024 * 1024;

/// The key the suite's secrets are sealed with.
const SEAL_KEY: [u8; 32] = *b"the suite's own key, for tests..";

/// Keys of a test: they last as long as it does.
struct Ring;

impl Keyring for Ring {
    fn add(&self) -> purser_core::Result<SealKey> {
        let key = purser_service::seal::new_key()?;
        purser_service::seal::read_keys(&key).map(|mut keys| keys.swap_remove(0)).map_err(purser_core::Error::internal)
    }
}

/// The suite's "now".
const NOW: &str = "2026-11-21T09:00:00Z";

/// When and as what an engine begins.
pub struct Start {
    /// Its clock.
    pub clock: Clock,
    /// Its ids.
    pub ids: Ids,
    /// The tenant it finds, if it is not the first on its database.
    pub tenant: Option<TenantId>,
}

impl Default for Start {
    fn default() -> Self {
        Self { clock: Clock::fixed(Timestamp::parse(NOW).expect("a time")), ids: Ids::seeded(1), tenant: None }
    }
}

/// Outside parties of a test's own.
pub(crate) struct Outside {
    pub(crate) bus: Arc<dyn Bus>,
    pub(crate) mailer: Arc<dyn Mailer>,
    pub(crate) captcha: Option<Arc<dyn Captcha>>,
    pub(crate) puzzles: Puzzles,
    pub(crate) web: Arc<dyn Web>,
    /// Where Stripe and PayPal are.
    pub(crate) providers: Option<String>,
}

impl Default for Outside {
    fn default() -> Self {
        Self {
            bus: Arc::new(bus::Local::default()),
            mailer: Arc::new(Mailbox),
            captcha: None,
            puzzles: puzzles("http://127.0.0.1:9/"),
            web: Arc::new(Nowhere),
            providers: None,
        }
    }
}

/// An engine in a throw-away database. Time stands still, ids repeat.
pub struct TestApp {
    /// The engine.
    pub app: App,
    /// Its router, as every door uses it.
    pub router: axum::Router,
    /// Its database.
    pub database: Database,
    tenant: OnceCell<TenantId>,
}

impl TestApp {
    /// On SQLite.
    pub async fn sqlite() -> Self {
        Self::on(Database::sqlite()).await
    }

    /// On PostgreSQL; `None` only if the suite was told to leave it out.
    pub async fn postgres() -> Option<Self> {
        Some(Self::on(Database::postgres().await?).await)
    }

    /// On a database of the test's own.
    pub async fn on(database: Database) -> Self {
        Self::with_gateway(database, |sandbox| Arc::new(sandbox)).await
    }

    /// On a database and with a payment provider of the test's own, which may keep its books with the sandbox.
    pub async fn with_gateway(database: Database, gateway: impl FnOnce(Sandbox) -> Arc<dyn Gateway>) -> Self {
        Self::with(database, gateway, Outside::default()).await
    }

    /// On a database and with somebody of the test's own who takes mail.
    pub async fn with_mailer(database: Database, mailer: Arc<dyn Mailer>) -> Self {
        Self::with(database, |sandbox| Arc::new(sandbox), Outside { mailer, ..Outside::default() }).await
    }

    /// On a database and with a puzzle that tells people from programs.
    pub async fn with_captcha(database: Database, captcha: Arc<dyn Captcha>) -> Self {
        Self::with(database, |sandbox| Arc::new(sandbox), Outside { captcha: Some(captcha), ..Outside::default() }).await
    }

    /// On a database and with puzzles businesses can have.
    pub async fn with_puzzles(database: Database, puzzles: Puzzles) -> Self {
        Self::with(database, |sandbox| Arc::new(sandbox), Outside { puzzles, ..Outside::default() }).await
    }

    /// On a database and with a way of the test's own to other parties.
    pub async fn with_web(database: Database, web: Arc<dyn Web>) -> Self {
        Self::with(database, |sandbox| Arc::new(sandbox), Outside { web, ..Outside::default() }).await
    }

    /// On a database, with the payment providers at `url`.
    pub async fn with_providers(database: Database, url: &str) -> Self {
        Self::with(database, |sandbox| Arc::new(sandbox), Outside { providers: Some(url.to_owned()), ..Outside::default() }).await
    }

    /// On a database, with a payment provider, a clock and ids of the test's own: a process that goes on where another was killed.
    pub async fn start(database: Database, start: Start, gateway: impl FnOnce(Sandbox) -> Arc<dyn Gateway>) -> Self {
        Self::engine(database, gateway, (Outside::default(), start)).await
    }

    /// The database alone; everything else ends here.
    pub fn into_database(self) -> Database {
        self.database
    }

    async fn with(database: Database, gateway: impl FnOnce(Sandbox) -> Arc<dyn Gateway>, outside: Outside) -> Self {
        Self::engine(database, gateway, (outside, Start::default())).await
    }

    pub(crate) async fn engine(database: Database, gateway: impl FnOnce(Sandbox) -> Arc<dyn Gateway>, (outside, start): (Outside, Start)) -> Self {
        let (Outside { bus, mailer, captcha, puzzles, web, providers }, Start { clock, ids, tenant }) = (outside, start);
        let db = Db::open(&database.config).await.expect("the database opens");
        db_signing_key(&db).await;
        let vault = Arc::new(Folder::new(database.folder.path().join("objects")));
        let gateway = gateway(Sandbox::new(db.clone(), clock.clone()).hanging(Duration::from_millis(10)));
        let ways = Ways::new(db.clone(), clock.clone(), None);
        // Nobody is there unless a test says who.
        let there = providers.as_deref().unwrap_or("http://127.0.0.1:9");
        let remotes = Arc::new(ways.with_stripe_at(there).with_paypal_at(there));
        let seal = Seal::new(&[SEAL_KEY.into()]).expect("a key");
        let keyring: Option<Arc<dyn Keyring>> = Some(Arc::new(Ring));
        let (demo, largest_file, data_folder) = (None, LARGEST_FILE, None);
        let (mail, passwords) = (Post::new(mailer, Some("https://console.example".into())), Passwords::default());
        let (counters, places) = (Arc::new(Local::default()), Places::default());
        let setup = Setup {
            db,
            clock,
            ids,
            demo,
            vault,
            largest_file,
            gateway,
            remotes,
            press: Arc::new(purser_adapters::paper::Printer),
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
        };
        let app = App::new(setup).await.expect("the engine starts");
        let router = purser_http::router(app.clone(), Options::default());
        Self { app, router, database, tenant: OnceCell::new_with(tenant) }
    }

    /// Move the clock on by `micros`.
    pub fn advance(&self, micros: i64) {
        self.app.clock.advance(micros);
    }

    /// Somebody who is not signed in.
    pub fn nobody(&self) -> Caller {
        Caller::new(self.router.clone(), None, None)
    }

    /// The tenant of the test, made at the first call.
    pub async fn tenant(&self) -> TenantId {
        *self
            .tenant
            .get_or_init(async || {
                let first = FirstRun {
                    tenant_name: "Harbour Supplies".into(),
                    first_name: "Olive".into(),
                    last_name: "Owner".into(),
                    email: "owner@harbour.example".into(),
                    password: PASSWORD.into(),
                    currency: Currency::EUR,
                };
                setup::create(&self.app, first, false).await.expect("the first run").tenant_id
            })
            .await
    }

    /// The owner, signed in through the door.
    pub async fn owner(&self) -> Caller {
        self.tenant().await;
        self.sign_in("owner@harbour.example").await
    }

    /// Sign in through the door.
    pub async fn sign_in(&self, email: &str) -> Caller {
        let body = json!({ "email": email, "password": PASSWORD });
        let reply = self.nobody().post("/auth/login", body).await.ok();
        let user = reply.data()["user"]["id"].as_str().map(str::to_owned);
        Caller::new(self.router.clone(), reply.data()["accessToken"].as_str().map(str::to_owned), user)
    }

    /// The owner, signed in behind the door: without the second step.
    pub async fn owner_unasked(&self) -> Caller {
        self.tenant().await;
        let find = async |tx: &mut purser_store::Tx| users::find_by_email(tx, "owner@harbour.example").await.map_err(Error::from);
        let owner = self.app.db.read(Scope::System, find).await.expect("a read").into_iter().next().expect("the owner");
        let id = owner.id.to_string();
        let signed_in = sign_in::begin(&self.app, owner, false, Arc::new(Origin::default())).await.expect("a session");
        Caller::new(self.router.clone(), Some(signed_in.access_token), Some(id))
    }

    /// The same person, signed in behind the door once more: time has gone on.
    pub async fn again(&self, caller: &Caller) -> Caller {
        let id: UserId = caller.id.as_deref().and_then(|id| id.parse().ok()).expect("a person");
        let user = self.app.db.read(self.tenant().await, async |tx| users::find(tx, id).await.map_err(Error::from)).await;
        let user = user.expect("a read").expect("a person who is there");
        let signed_in = sign_in::begin(&self.app, user, false, Arc::new(Origin::default())).await.expect("a session");
        Caller::new(self.router.clone(), Some(signed_in.access_token), caller.id.clone())
    }

    /// Somebody of this role in the test's tenant, signed in behind the door.
    pub async fn caller(&self, role: impl Into<RoleKey>) -> Caller {
        let tenant = self.tenant().await;
        self.db_caller(tenant, role).await
    }

    /// Somebody of this role in another tenant, made for it.
    pub async fn stranger(&self, role: impl Into<RoleKey>) -> Caller {
        self.tenant().await;
        let tenant = self.db_tenant("Elsewhere").await;
        self.db_caller(tenant, role).await
    }

    /// Add a tenant.
    pub async fn db_tenant(&self, name: &str) -> TenantId {
        let now = self.app.clock.now();
        let id: TenantId = self.app.ids.next(now);
        let tenant = tenants::Tenant {
            id,
            name: name.into(),
            slug: format!("{}-{id}", name.to_lowercase()),
            currency: Currency::EUR,
            environment: "local".into(),
            settings: tenants::Settings::default(),
            version: 1,
            created_at: now,
            updated_at: now,
            state: TenantState::Active,
            home: false,
            state_reason: None,
            state_at: None,
            purge_at: None,
        };
        self.app.db.transact(Scope::System, async |tx| tenants::insert(tx, &tenant).await.map_err(Error::from)).await.expect("a tenant");
        id
    }

    /// Make this tenant the home of the installation, in place of the one that was.
    pub async fn db_move_home(&self, tenant: TenantId) {
        let moved = self.app.db.transact(Scope::System, async |tx| {
            tx.run(purser_store::sql("UPDATE tenants SET home = FALSE WHERE home")).await?;
            tx.run(purser_store::sql("UPDATE tenants SET home = TRUE WHERE id = $1").bind(tenant)).await
        });
        assert_eq!(moved.await.expect("another home"), 1);
    }

    /// Add somebody to a tenant.
    pub async fn db_user(&self, tenant: TenantId, role: impl Into<RoleKey>, first_name: &str) -> User {
        static HASH: OnceCell<String> = OnceCell::const_new();
        let hash = HASH.get_or_init(async || self.app.passwords.hash(PASSWORD.into()).await.expect("a hash")).await;
        let now = self.app.clock.now();
        let id: purser_core::ids::UserId = self.app.ids.next(now);
        let user = User {
            role: role.into(),
            status: Status::Active,
            password_hash: Some(hash.clone()),
            country: Some("NO".into()),
            email_verified: true,
            ..User::new((id, tenant), &format!("{}.{id}@harbour.example", first_name.to_lowercase()), (first_name, "Example"), now)
        };
        let added = self.app.db.transact(tenant, async |tx| users::insert(tx, std::slice::from_ref(&user)).await.map_err(Error::from)).await;
        added.expect("a person");
        user
    }

    /// Let what goes on after its answer end, and do everything that is due.
    pub async fn settle(&self) {
        self.app.background.close();
        self.app.background.wait().await;
        self.app.background.reopen();
        webhooks::tell(&self.app).await.expect("what others are told");
        jobs::run_due(&self.app).await.expect("the jobs");
    }

    /// Put a piece of work in that nobody does: it waits for another day, or has failed for good.
    pub async fn db_job(&self, tenant: TenantId, dead: bool) -> JobId {
        let now = self.app.clock.now();
        let by = Grant::<can::ManageJob>::system(tenant, now, &self.app.ids);
        let run_at = (!dead).then(|| now.plus(30 * DAY));
        let put_in = self.app.db.transact(tenant, async |tx| {
            let id = jobs::enqueue(tx, &by, &Nothing {}, jobs::When { run_at, priority: Some(Priority::Critical), unique: None }).await?;
            let id = id.ok_or(Error::NotFound("job"))?;
            Ok::<_, Error>(id)
        });
        let id = put_in.await.expect("a job");
        if dead {
            let worker = self.app.ids.next(now);
            let claim = store::Claim { worker, now, lease_until: now.plus(DAY), most: 1 };
            let taken = self.app.db.transact(Scope::System, async |tx| store::claim(tx, &claim).await).await.expect("a job is taken");
            assert_eq!(taken.iter().map(|job| job.id).collect::<Vec<_>>(), [id], "the most urgent job comes first");
            let ended = store::Ended::Dead("Nobody does this.".into());
            let died = self.app.db.transact(tenant, async |tx| store::end(tx, id, worker, (&ended, now)).await).await;
            assert!(died.expect("a dead job"));
        }
        id
    }

    async fn db_caller(&self, tenant: TenantId, role: impl Into<RoleKey>) -> Caller {
        let role = role.into();
        let user = self.db_user(tenant, role, role.as_str()).await;
        self.signed_in(user).await
    }

    /// Somebody who is there already, signed in behind the door.
    pub async fn signed_in(&self, user: User) -> Caller {
        let id = user.id.to_string();
        let signed_in = sign_in::begin(&self.app, user, false, Arc::new(Origin::default())).await.expect("a session");
        Caller::new(self.router.clone(), Some(signed_in.access_token), Some(id))
    }
}
