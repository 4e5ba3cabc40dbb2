//! The engine of one data folder: opened, listened on, drained.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use purser_adapters::counters::Redis;
use purser_adapters::folder::Folder;
use purser_adapters::mailbox::Mailbox;
use purser_adapters::puzzles::{self, Puzzle};
use purser_adapters::remotes::Ways;
use purser_adapters::sandbox::Sandbox;
use purser_adapters::smtp::Smtp;
use purser_adapters::texts::Twilio;
use purser_adapters::web::Outside;
use purser_core::events::Event;
use purser_core::ids::Ids;
use purser_core::time::Clock;
use purser_http::Options;
use purser_service::app::Setup;
use purser_service::bus::port::Bus;
use purser_service::catalog::slugs;
use purser_service::identity::captcha::{Captcha, Keys, Puzzles};
use purser_service::identity::passwords::{Breached, Passwords};
use purser_service::identity::places::Places;
use purser_service::identity::setup::DemoData;
use purser_service::identity::upkeep;
use purser_service::jobs::{self, Crew, Who};
use purser_service::limits::{Counters, Local};
use purser_service::mail::{Mailer, Post, Texter};
use purser_service::{App, access, audit, bus, events, files, imports, payments};
use purser_store::Db;
use tokio::sync::{Mutex, broadcast};

use crate::config::Problem;
use crate::demo::Demo;
use crate::listen::{self, Front, Listener, Reach};
use crate::lock::FolderLock;
use crate::{Config, StartError, Tls, seal, tls};

/// A running engine. Cheap to clone.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

struct Inner {
    config: Config,
    app: App,
    router: Router,
    lock: Mutex<Option<FolderLock>>,
    crew: Crew,
}

/// Work under way gets so long to end when the engine stops.
const GRACE: Duration = Duration::from_secs(10);

impl Engine {
    /// Take the data folder, open the database, put everything together. Nothing listens yet.
    pub async fn open(config: Config) -> Result<Self, StartError> {
        Self::open_with(config, Clock::System, Ids::random()).await
    }

    /// The same with a clock and an id source of the caller's choice, for tests and repeatable data.
    pub async fn open_with(config: Config, clock: Clock, ids: Ids) -> Result<Self, StartError> {
        let lock = FolderLock::take(&config.data)?;
        let engine = Self::assemble(config, clock, ids, Some(lock)).await?;
        files::clean_up(engine.app()).await.map_err(StartError::database)?;
        imports::recover(engine.app()).await.map_err(StartError::database)?;
        Ok(engine)
    }

    /// One more pair of hands for the work that waits in a PostgreSQL, beside whoever serves it: no door, and no hold on the data folder.
    pub async fn work(config: Config) -> Result<Self, StartError> {
        if config.database.is_none() {
            let message =
                "A file is worked on by the one process that has it open, `purser serve`. Workers need a PostgreSQL: --database postgres://…";
            return Err(StartError::Config(vec![Problem::new("database", message)]));
        }
        Self::assemble(config, Clock::System, Ids::random(), None).await
    }

    async fn assemble(config: Config, clock: Clock, ids: Ids, lock: Option<FolderLock>) -> Result<Self, StartError> {
        tls::install_provider();
        let db = Db::open(&config.store()).await.map_err(|error| StartError::database(error.into()))?;
        let vault = Arc::new(Folder::new(config.data.join("objects")));
        let data_folder = Some(config.data.display().to_string());
        let gateway = Arc::new(Sandbox::new(db.clone(), clock.clone()));
        let remotes = Arc::new(ways(&config, &db, &clock));
        let (seal, keyring) = seal::open(&config)?;
        let (mail, passwords, places) = (post(&config)?, passwords(&config)?, places(&config)?);
        let (counters, captcha) = (counters(&config)?, captcha(&config)?);
        let demo: Option<Arc<dyn DemoData>> = Some(Arc::new(Demo));
        let largest_file = files::LARGEST;
        let (web, puzzles, bus) = (Arc::new(web(&config)?), puzzles(&config), bus(&config)?);
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
        let app = App::new(setup).await.map_err(StartError::database)?;
        audit::tables_moved(&app, app.db.moved()).await.map_err(StartError::database)?;
        if app.db.moved().from > 0 && !app.db.moved().applied.is_empty() {
            slugs::remake(&app).await.map_err(StartError::database)?;
        }
        jobs::recover(&app).await.map_err(StartError::database)?;
        tokio::spawn(payments::keep_resolving(app.weak()));
        tokio::spawn(bus::keep_relaying(app.weak()));
        bus::keep_acting(&app);
        tokio::spawn(upkeep::keep_up(app.weak()));
        access::watch::keep_settling(app.weak());
        events::keep_short(&app);
        let crew = Crew::start_as(&app, who(lock.is_some()));
        let router = purser_http::router(app.clone(), Options::default());
        Ok(Self(Arc::new(Inner { config, app, router, lock: Mutex::new(lock), crew })))
    }

    /// The settings it was opened with.
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// The use cases.
    pub fn app(&self) -> &App {
        &self.0.app
    }

    /// Every route. The desktop shell hands its requests straight to it.
    pub fn router(&self) -> Router {
        self.0.router.clone()
    }

    /// Committed changes, as they happen.
    pub fn follow(&self) -> broadcast::Receiver<Arc<Event>> {
        self.0.app.db.follow()
    }

    /// Open a door. [`Reach::Machine`] keeps it to this machine, whatever `address` says; [`Reach::Network`] always speaks TLS unless the
    /// settings allow plain HTTP.
    pub async fn listen(&self, address: SocketAddr, reach: Reach) -> Result<Listener, StartError> {
        let config = &self.0.config;
        let address = match reach {
            Reach::Machine if !address.ip().is_loopback() => SocketAddr::from((Ipv4Addr::LOCALHOST, address.port())),
            _ => address,
        };
        let certificate = match (&config.tls, reach) {
            (Tls::Files { cert, key }, _) => Some(tls::from_files(cert, key)?),
            (Tls::SelfSigned, _) => Some(tls::self_signed(&config.data)?),
            (Tls::Off, Reach::Network) if !config.plain_http => Some(tls::self_signed(&config.data)?),
            (Tls::Off, _) => None,
        };
        // A page of another site that reaches this machine under a name of its own is turned away; on the network names are anybody's.
        let hosts = if reach == Reach::Machine { ["127.0.0.1", "localhost", "[::1]"].map(str::to_owned).to_vec() } else { Vec::new() };
        let router = purser_http::router(self.0.app.clone(), Options { hosts, origins: config.origins.clone() });
        let front = Front { tls: reach == Reach::Network && config.plain_http, proxies: config.trusted_proxies.clone() };
        let listener = listen::open(address, router, certificate, front).await?;
        if let Some(lock) = self.0.lock.lock().await.as_mut() {
            lock.note(Some(listener.url()))?;
        }
        self.0.app.mail.opened(&listener.url());
        Ok(listener)
    }

    /// Close a door; the data folder's note no longer names it.
    pub async fn stop_listening(&self, listener: Listener) {
        listener.stop().await;
        if let Some(lock) = self.0.lock.lock().await.as_mut()
            && let Err(error) = lock.note(None)
        {
            tracing::warn!(%error, "the note in the data folder still names a closed door");
        }
    }

    /// Finish: let work under way end, close the database and let go of the data folder. Doors have to be stopped before.
    pub async fn drain(&self) {
        self.0.app.background.close();
        if tokio::time::timeout(GRACE, self.0.app.background.wait()).await.is_err() {
            tracing::warn!("something that went on after its answer was cut off");
        }
        self.0.crew.drain(&self.0.app, GRACE).await;
        if let Err(error) = access::watch::settle(&self.0.app, None).await {
            tracing::warn!(%error, "uses and refusals of the last seconds were not written");
        }
        self.0.app.db.close().await;
        drop(self.0.lock.lock().await.take());
    }
}

/// What this process says of itself in the list of workers.
fn who(serves: bool) -> Who {
    let told = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let host = told.map(|host| host.trim().chars().take(200).collect::<String>()).filter(|host| !host.is_empty());
    Who { role: if serves { "serve" } else { "worker" }, host: host.unwrap_or_else(|| "localhost".into()) }
}

/// Who takes mail: the server of the settings, or the built-in mailbox.
fn post(config: &Config) -> Result<Post, StartError> {
    let mailer: Arc<dyn Mailer> = match &config.smtp {
        Some(settings) => {
            let smtp = Smtp::new(settings.clone()).map_err(|message| StartError::Config(vec![Problem::new("smtp", message)]))?;
            Arc::new(smtp)
        }
        None => Arc::new(Mailbox),
    };
    let texter: Option<Arc<dyn Texter>> = match &config.sms {
        Some(settings) => {
            let twilio = Twilio::new(settings.clone()).map_err(|message| StartError::Config(vec![Problem::new("sms_url", message)]))?;
            Some(Arc::new(twilio))
        }
        None => None,
    };
    Ok(Post::new(mailer, config.public_url.clone()).texting(texter))
}

/// The way to other parties. An installation others reach does not go back to its own machine for anybody.
fn web(config: &Config) -> Result<Outside, StartError> {
    let here = config.public_url.as_deref().is_none_or(|url| url.starts_with("http://"));
    let outside = Outside::new(here);
    let outside = if config.webhooks_inside { outside.and_then(Outside::delivering_inside) } else { outside };
    outside.map_err(|message| StartError::Config(vec![Problem::new("tls", message)]))
}

/// The ways to payment providers tenants connect.
fn ways(config: &Config, db: &Db, clock: &Clock) -> Ways {
    let ways = Ways::new(db.clone(), clock.clone(), config.public_url.clone());
    match &config.stripe_url {
        Some(url) => ways.with_stripe_at(url),
        None => ways,
    }
}

/// Hashing of passwords, with the list of breached ones of the settings.
fn passwords(config: &Config) -> Result<Passwords, StartError> {
    let Some(path) = &config.breach_list else { return Ok(Passwords::default()) };
    let list = Breached::open(path).map_err(|error| {
        let message = format!("{} can not be used as a list of breached passwords: {error}.", path.display());
        StartError::Config(vec![Problem::new("breach_list", message)])
    })?;
    Ok(Passwords::knowing(list))
}

/// The list of networks and their countries of the settings.
fn places(config: &Config) -> Result<Places, StartError> {
    let Some(path) = &config.country_list else { return Ok(Places::default()) };
    Places::open(path).map_err(|error| {
        let message = format!("{} can not be used as a list of networks and countries: {error}.", path.display());
        StartError::Config(vec![Problem::new("country_list", message)])
    })
}

/// Where calls are counted: together with others in the Redis of the settings, or here.
fn counters(config: &Config) -> Result<Arc<dyn Counters>, StartError> {
    let Some(url) = &config.redis else { return Ok(Arc::new(Local::default())) };
    let redis = Redis::new(url).map_err(|message| StartError::Config(vec![Problem::new("redis", message)]))?;
    Ok(Arc::new(redis))
}

/// What carries events: the bus of the settings, or this process itself.
fn bus(config: &Config) -> Result<Arc<dyn Bus>, StartError> {
    let Some(url) = &config.bus else { return Ok(Arc::new(bus::Local::default())) };
    purser_adapters::bus::at(url).map_err(|message| StartError::Config(vec![Problem::new("bus", message)]))
}

/// What tells people from programs, where the settings name one.
fn captcha(config: &Config) -> Result<Option<Arc<dyn Captcha>>, StartError> {
    let Some(settings) = &config.captcha else { return Ok(None) };
    let puzzle = Puzzle::new(settings.clone()).map_err(|message| StartError::Config(vec![Problem::new("captcha", message)]))?;
    Ok(Some(Arc::new(puzzle)))
}

/// Puzzles of businesses. Where the settings lead the installation's puzzle to another address, theirs of the same kind go there as well: it
/// stands between this server and the makers.
fn puzzles(config: &Config) -> Puzzles {
    let between = config.captcha.as_ref().and_then(|settings| settings.verify.clone().map(|url| (settings.kind, url)));
    Puzzles::new(Arc::new(move |keys: Keys| {
        let verify = between.clone().filter(|(kind, _)| *kind == keys.kind).map(|(_, url)| url);
        let settings = puzzles::Settings { kind: keys.kind, site_key: keys.site_key, secret: keys.secret, verify };
        let puzzle: Arc<dyn Captcha> = Arc::new(Puzzle::new(settings)?);
        Ok(puzzle)
    }))
}
