//! Settings: a file, then the environment, then flags; the later wins. Validated as a whole, every problem named at once.

mod layer;
mod mail;
mod parties;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

pub use layer::Layer;

use crate::{Proxies, StartError};

/// Something wrong with a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The setting: `listen`.
    pub setting: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl Problem {
    /// A problem with `setting`.
    pub fn new(setting: impl Into<String>, message: impl Into<String>) -> Self {
        Self { setting: setting.into(), message: message.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.setting, self.message)
    }
}

/// How much demo data is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DemoSize {
    /// 2,000 people and 10,000 orders.
    Small,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// A line for people.
    #[default]
    Plain,
    /// One JSON object a line.
    Json,
}

/// Where the certificate comes from.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Tls {
    /// None is configured: plain HTTP on this machine, a self-made certificate on the network.
    #[default]
    Off,
    /// PEM files.
    Files {
        /// The certificate and its chain.
        cert: PathBuf,
        /// Its private key.
        key: PathBuf,
    },
    /// One made here and kept in the data folder; whoever connects has to trust it by its fingerprint.
    SelfSigned,
}

/// The settings of one process, valid.
#[derive(Clone)]
pub struct Config {
    /// The data folder: the database file, stored files, keys, the lock.
    pub data: PathBuf,
    /// Where `serve` listens. The desktop shell listens only when sharing is switched on.
    pub listen: SocketAddr,
    /// PostgreSQL instead of the file in the data folder.
    pub database: Option<String>,
    /// Demo data for an empty folder.
    pub demo: Option<DemoSize>,
    /// What is logged, in the form `info,purser_http=debug`.
    pub log: String,
    /// How log lines look.
    pub log_format: LogFormat,
    /// The certificate.
    pub tls: Tls,
    /// Plain HTTP beyond this machine, for use behind a proxy that adds TLS.
    pub plain_http: bool,
    /// Where Stripe is, if it is a stand-in.
    pub stripe_url: Option<String>,
    /// Whether webhooks may go to private networks and to this machine.
    pub webhooks_inside: bool,
    /// Where the console is reached, for links in mails; where it listens unless said.
    pub public_url: Option<String>,
    /// List of breached passwords instead of the built-in one.
    pub breach_list: Option<PathBuf>,
    /// List of networks and their countries instead of the built-in one.
    pub country_list: Option<PathBuf>,
    /// The SMTP server; without one mail stays in the built-in mailbox.
    pub smtp: Option<purser_adapters::smtp::Settings>,
    /// The provider of text messages.
    pub sms: Option<purser_adapters::texts::Settings>,
    /// What tells people from programs.
    pub captcha: Option<purser_adapters::puzzles::Settings>,
    /// A Redis in which several servers count together.
    pub redis: Option<String>,
    /// A Redis or NATS that carries events between processes and to others; this process alone without one.
    pub bus: Option<String>,
    /// Proxies whose word on a caller's address is believed.
    pub trusted_proxies: Proxies,
    /// Pages of other sites that may call, as exact origins.
    pub origins: Vec<String>,
    /// Where the keys come from that secrets are sealed with.
    pub seal_keys: SealKeys,
    /// The system's keychain, where those of the data folder rest rather than in a file. The window has one to offer.
    pub keychain: Option<Arc<dyn crate::Keychain>>,
}

/// Where the keys come from that secrets are sealed with.
#[derive(Clone, PartialEq, Eq, Default)]
pub enum SealKeys {
    /// The data folder; made there if it has none.
    #[default]
    Folder,
    /// A file of the operator's.
    File(PathBuf),
    /// The keys themselves.
    Given(Vec<purser_service::seal::SealKey>),
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The database address holds a password.
        f.debug_struct("Config")
            .field("data", &self.data)
            .field("listen", &self.listen)
            .field("postgres", &self.database.is_some())
            .finish_non_exhaustive()
    }
}

impl Config {
    /// The settings of an embedded engine in `data`, everything else as it comes.
    pub fn embedded(data: impl Into<PathBuf>) -> Self {
        Self {
            data: data.into(),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            database: None,
            demo: None,
            log: "info".into(),
            log_format: LogFormat::Plain,
            tls: Tls::Off,
            plain_http: false,
            stripe_url: None,
            webhooks_inside: false,
            public_url: None,
            breach_list: None,
            country_list: None,
            smtp: None,
            sms: None,
            captcha: None,
            redis: None,
            bus: None,
            trusted_proxies: Proxies::default(),
            origins: Vec::new(),
            seal_keys: SealKeys::Folder,
            keychain: None,
        }
    }

    /// Put the layers together: the file the flags or the environment name (or `purser.toml` in the data folder), the environment, the flags.
    pub fn load(flags: Layer, env: impl IntoIterator<Item = (String, String)>) -> Result<Self, StartError> {
        let mut problems = Vec::new();
        let env = Layer::from_env(env);
        let above = env.under(flags);
        let file = Layer::from_file(&above, &mut problems);
        let config = Self::check(file.under(above), &mut problems);
        match config {
            Some(config) if problems.is_empty() => Ok(config),
            _ => Err(StartError::Config(problems)),
        }
    }

    /// Where the database is.
    pub fn store(&self) -> purser_store::Config {
        match &self.database {
            Some(url) => purser_store::Config::Postgres(url.clone()),
            None => purser_store::Config::Sqlite(self.data.join("purser.db")),
        }
    }

    fn check(layer: Layer, problems: &mut Vec<Problem>) -> Option<Self> {
        let data = layer.data.clone().filter(|data| !data.as_os_str().is_empty());
        if data.is_none() {
            problems.push(Problem::new("data", "Say where the data lives: --data DIR, or PURSER_DATA."));
        }
        let plain_http = read_bool("plain_http", layer.plain_http.as_deref(), problems);
        let webhooks_inside = read_bool("webhooks_inside", layer.webhooks_inside.as_deref(), problems);
        let tls = tls(&layer, problems);
        let listen = listen(layer.listen.as_deref(), problems);
        if !listen.ip().is_loopback() && tls == Tls::Off && !plain_http && !problems.iter().any(|problem| problem.setting.starts_with("tls")) {
            let message = format!(
                "{listen} can be reached from other machines, so it needs TLS: give --tls-cert and --tls-key, or --tls-self-signed. \
                 Behind a proxy that adds TLS, allow plain HTTP with --plain-http."
            );
            problems.push(Problem::new("listen", message));
        }
        let (public_url, smtp) = (mail::public_url(layer.public_url.as_deref(), problems), mail::smtp(&layer, problems));
        let sms = parties::sms(&layer, problems);
        let stripe_url = parties::stripe(&layer, problems);
        let (captcha, redis, bus) = (parties::captcha(&layer, problems), parties::redis(&layer, problems), parties::bus(&layer, problems));
        let database = database(layer.database, problems);
        let demo = word("demo", layer.demo.as_deref(), &[("small", DemoSize::Small)], problems);
        let log = log(layer.log, problems);
        let formats = [("plain", LogFormat::Plain), ("json", LogFormat::Json)];
        let log_format = word("log_format", layer.log_format.as_deref(), &formats, problems).unwrap_or_default();
        let (breach_list, country_list) = (layer.breach_list, layer.country_list);
        let seal_keys = seal_keys(layer.seal_key.as_deref(), layer.seal_key_file, problems);
        let trusted_proxies = proxies(layer.trusted_proxies.as_deref(), problems);
        let data = data?;
        let origins = origins(layer.origins.as_deref(), problems);
        Some(Self {
            data,
            listen,
            database,
            demo,
            log,
            log_format,
            tls,
            plain_http,
            stripe_url,
            webhooks_inside,
            public_url,
            breach_list,
            country_list,
            smtp,
            sms,
            captcha,
            redis,
            bus,
            trusted_proxies,
            origins,
            seal_keys,
            keychain: None,
        })
    }
}

fn proxies(text: Option<&str>, problems: &mut Vec<Problem>) -> Proxies {
    Proxies::parse(text.unwrap_or_default()).unwrap_or_else(|wrong| {
        problems.push(Problem::new("trusted_proxies", format!("{wrong:?} is no address such as 10.0.0.7 or net such as 10.0.0.0/24.")));
        Proxies::default()
    })
}

fn tls(layer: &Layer, problems: &mut Vec<Problem>) -> Tls {
    let self_signed = read_bool("tls_self_signed", layer.tls_self_signed.as_deref(), problems);
    let (setting, message) = match (&layer.tls_cert, &layer.tls_key, self_signed) {
        (None, None, false) => return Tls::Off,
        (None, None, true) => return Tls::SelfSigned,
        (Some(cert), Some(key), false) => return Tls::Files { cert: cert.clone(), key: key.clone() },
        (_, _, true) => ("tls_self_signed", "Give a certificate or have one made, not both."),
        (Some(_), None, false) => ("tls_key", "A certificate needs its private key as well."),
        (None, Some(_), false) => ("tls_cert", "A private key needs its certificate as well."),
    };
    problems.push(Problem::new(setting, message));
    Tls::Off
}

fn origins(text: Option<&str>, problems: &mut Vec<Problem>) -> Vec<String> {
    let named: Vec<&str> = text.unwrap_or_default().split(',').map(str::trim).filter(|origin| !origin.is_empty()).collect();
    for origin in &named {
        let (scheme, host) = origin.split_once("://").unwrap_or_default();
        let local = ["localhost", "127.0.0.1", "[::1]"].iter().any(|name| host == *name || host.starts_with(&format!("{name}:")));
        let plain = !host.is_empty() && !host.contains(['/', '*', '?', '#', '@', ' ']) && host == host.to_lowercase();
        if !plain || !(scheme == "https" || (scheme == "http" && local)) {
            let message =
                format!("{origin:?} is not an exact origin such as https://shop.example; a star is not taken, and http only for this machine.");
            problems.push(Problem::new("origins", message));
        }
    }
    named.into_iter().map(str::to_owned).collect()
}

fn seal_keys(given: Option<&str>, file: Option<PathBuf>, problems: &mut Vec<Problem>) -> SealKeys {
    match (given, file) {
        (None, None) => SealKeys::Folder,
        (None, Some(file)) => SealKeys::File(file),
        (Some(_), Some(_)) => {
            problems.push(Problem::new("seal_key", "Give the key itself or a file with it, not both."));
            SealKeys::Folder
        }
        (Some(given), None) => match purser_service::seal::read_keys(&given.replace(',', "\n")) {
            Ok(keys) => SealKeys::Given(keys),
            Err(message) => {
                problems.push(Problem::new("seal_key", message));
                SealKeys::Folder
            }
        },
    }
}

fn listen(text: Option<&str>, problems: &mut Vec<Problem>) -> SocketAddr {
    let fallback = SocketAddr::from((Ipv4Addr::LOCALHOST, 7_420));
    let Some(text) = text else { return fallback };
    let parsed = text.parse().ok().or_else(|| {
        let (host, port) = text.rsplit_once(':')?;
        let host: IpAddr = match host {
            "localhost" => Ipv4Addr::LOCALHOST.into(),
            "*" | "" => Ipv6Addr::UNSPECIFIED.into(),
            _ => return None,
        };
        Some(SocketAddr::from((host, port.parse::<u16>().ok()?)))
    });
    parsed.unwrap_or_else(|| {
        problems.push(Problem::new("listen", format!("{text:?} is not an address and port such as 127.0.0.1:7420 (port 0 takes any free one).")));
        fallback
    })
}

fn database(url: Option<String>, problems: &mut Vec<Problem>) -> Option<String> {
    let url = url.filter(|url| !url.is_empty())?;
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        let message = "This has to look like postgres://user:password@host:5432/name. Left out, Purser keeps its data in a file in the data folder.";
        problems.push(Problem::new("database", message));
    }
    Some(url)
}

fn log(text: Option<String>, problems: &mut Vec<Problem>) -> String {
    let text = text.unwrap_or_else(|| "info".into());
    if let Err(error) = tracing_subscriber::EnvFilter::try_new(&text) {
        problems.push(Problem::new("log", format!("{text:?} does not say what to log, for example info or info,purser_http=debug ({error}).")));
    }
    text
}

fn word<T: Copy>(setting: &str, text: Option<&str>, known: &[(&str, T)], problems: &mut Vec<Problem>) -> Option<T> {
    let text = text?;
    let found = known.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
    if found.is_none() {
        let names: Vec<_> = known.iter().map(|(name, _)| *name).collect();
        problems.push(Problem::new(setting, format!("{text:?} is not one of: {}.", names.join(", "))));
    }
    found
}

fn read_bool(setting: &str, text: Option<&str>, problems: &mut Vec<Problem>) -> bool {
    word(setting, text, &[("true", true), ("1", true), ("yes", true), ("false", false), ("0", false), ("no", false)], problems).unwrap_or(false)
}

#[cfg(test)]
mod tests;
