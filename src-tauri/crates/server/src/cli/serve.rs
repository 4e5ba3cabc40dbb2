//! `purser serve`: open the engine, listen, and drain when told to stop.
#![expect(clippy::doc_markdown, reason = "these comments are the help text")]

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::{Failure, Place};
use crate::{Engine, Layer, Reach};

/// Run the engine and listen for consoles.
#[derive(Args)]
pub(super) struct Serve {
    #[command(flatten)]
    place: Place,
    /// Address and port; port 0 takes any free one. [env: PURSER_LISTEN] [default: 127.0.0.1:7420]
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<String>,
    /// Fill an empty data folder with a made-up business: small is 2,000 people and 10,000 orders. [env: PURSER_DEMO]
    #[arg(long, value_name = "SIZE")]
    demo: Option<String>,
    /// The certificate and its chain, PEM. [env: PURSER_TLS_CERT]
    #[arg(long, value_name = "FILE")]
    tls_cert: Option<PathBuf>,
    /// Its private key, PEM. [env: PURSER_TLS_KEY]
    #[arg(long, value_name = "FILE")]
    tls_key: Option<PathBuf>,
    /// Make a certificate and keep it in the data folder. [env: PURSER_TLS_SELF_SIGNED]
    #[arg(long)]
    tls_self_signed: bool,
    /// Where people reach the console: links in mails lead there, and passkeys work there alone. [env: PURSER_PUBLIC_URL]
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// A list made with `purser breach-list build` instead of the built-in one. [env: PURSER_BREACH_LIST]
    #[arg(long, value_name = "FILE")]
    breach_list: Option<PathBuf>,
    /// A list made with `purser country-list build` instead of the built-in one: where in the world addresses are. [env: PURSER_COUNTRY_LIST]
    #[arg(long, value_name = "FILE")]
    country_list: Option<PathBuf>,
    /// The mail server; without one mail stays in the built-in mailbox. Port, sender and sign-in are settings of the same beginning in
    /// the file or the environment (smtp_port, PURSER_SMTP_PORT). [env: PURSER_SMTP_HOST]
    #[arg(long, value_name = "HOST")]
    smtp_host: Option<String>,
    /// Account at Twilio, or at somebody who speaks its language, for codes as text messages; token, sender and address are settings of the
    /// same beginning (sms_token, sms_from, sms_url). [env: PURSER_SMS_ACCOUNT]
    #[arg(long, value_name = "ID")]
    sms_account: Option<String>,
    /// A puzzle after failed sign-ins: recaptcha_v3, hcaptcha or turnstile; its keys are captcha_site_key and captcha_secret. [env:
    /// PURSER_CAPTCHA]
    #[arg(long, value_name = "KIND")]
    captcha: Option<String>,
    /// A Redis in which several servers count calls together; without it, or while it is away, each counts alone. [env: PURSER_REDIS]
    #[arg(long, value_name = "URL")]
    redis: Option<String>,
    /// Carry events between processes and to others: redis://host:6379/0 (a stream), nats://host:4222 (JetStream), rediss:// and tls:// with TLS.
    /// [env: PURSER_BUS]
    #[arg(long, value_name = "URL")]
    bus: Option<String>,
    /// Allow plain HTTP beyond this machine, behind a proxy that adds TLS. [env: PURSER_PLAIN_HTTP]
    #[arg(long)]
    plain_http: bool,
    /// Addresses or nets of proxies in front, separated by commas: their X-Forwarded-For tells who is calling. [env: PURSER_TRUSTED_PROXIES]
    #[arg(long, value_name = "ADDRESSES")]
    trusted_proxies: Option<String>,
    /// File with the keys secrets are sealed with; by default seal.key in the data folder. [env: PURSER_SEAL_KEY_FILE, or the key itself in PURSER_SEAL_KEY]
    #[arg(long, value_name = "FILE")]
    seal_key_file: Option<PathBuf>,
}

pub(super) async fn run(command: Serve) -> Result<ExitCode, Failure> {
    let yes = |flag: bool| flag.then(|| "true".to_owned());
    let flags = Layer {
        listen: command.listen,
        demo: command.demo,
        tls_cert: command.tls_cert,
        tls_key: command.tls_key,
        tls_self_signed: yes(command.tls_self_signed),
        plain_http: yes(command.plain_http),
        public_url: command.public_url,
        breach_list: command.breach_list,
        country_list: command.country_list,
        smtp_host: command.smtp_host,
        sms_account: command.sms_account,
        captcha: command.captcha,
        redis: command.redis,
        bus: command.bus,
        trusted_proxies: command.trusted_proxies,
        seal_key_file: command.seal_key_file,
        ..command.place.layer()
    };
    let config = super::load(flags)?;
    let address = config.listen;
    // Asked for before anything is open, so that a signal during the start is not lost.
    let mut stop = Stop::new()?;
    let wants_demo = config.demo.is_some();
    let engine = Engine::open(config).await?;
    let made = if wants_demo { super::demo::on_empty(&engine).await? } else { None };
    let reach = if address.ip().is_loopback() { Reach::Machine } else { Reach::Network };
    let listener = match engine.listen(address, reach).await {
        Ok(listener) => listener,
        Err(error) => {
            engine.drain().await;
            return Err(error.into());
        }
    };
    announce(&listener.url());
    if let Some((email, password)) = made {
        super::owner::show(&email, &password, false);
    }
    stop.wait().await;
    tracing::info!("draining");
    engine.stop_listening(listener).await;
    engine.drain().await;
    Ok(ExitCode::SUCCESS)
}

/// The one line programs wait for. A reader that has gone away is no reason to stop.
fn announce(url: &str) {
    let mut out = std::io::stdout().lock();
    drop(writeln!(out, "purser listening on {url}").and_then(|()| out.flush()));
}

/// The signals that ask for an orderly end.
pub(super) struct Stop {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Stop {
    pub(super) fn new() -> Result<Self, Failure> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            let terminate = signal(SignalKind::terminate()).map_err(|error| Failure::Told(format!("No signals can be received: {error}."), 1))?;
            Ok(Self { terminate })
        }
        #[cfg(not(unix))]
        Ok(Self {})
    }

    pub(super) async fn wait(&mut self) {
        let interrupt = tokio::signal::ctrl_c();
        #[cfg(unix)]
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = interrupt => {}
        }
        #[cfg(not(unix))]
        drop(interrupt.await);
    }
}
