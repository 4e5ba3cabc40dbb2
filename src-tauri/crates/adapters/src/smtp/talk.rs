//! One conversation with a mail server, step by step: what a break in it means depends on how far it was.
//!
//! lettre's own transport tells what went wrong and not when. Before the last byte of a letter went over, nothing was taken and the letter
//! can be handed over again; from then on only the server knows.

use std::future::Future;
use std::time::Duration;

use lettre::address::Envelope;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Tls};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter, ServerInfo};
use lettre::{Address, Message};
use purser_service::mail::Refusal;

/// How long one step of a conversation may take.
const LONGEST: Duration = Duration::from_secs(30);
/// How long a server may think about a letter it has: it looks for what it does not want in it.
const THINKING: Duration = Duration::from_secs(90);
/// How long the answer to a goodbye is waited for.
const GOODBYE: Duration = Duration::from_secs(2);

/// What an enhanced code (RFC 3463) says where there is nobody at an address.
const NOBODY: [&str; 6] = ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"];

/// How far a conversation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// At the door: nothing was said of a letter yet.
    Door,
    /// From whom it is.
    Sender,
    /// For whom it is, and whether its text may come.
    Receiver,
    /// Its text goes over: it may have been taken.
    Text,
}

/// Where the server is, and how it is spoken to.
pub(super) struct Line {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) tls: Tls,
    pub(super) login: Option<Credentials>,
    /// What this machine calls itself.
    pub(super) name: ClientId,
}

impl Line {
    /// Hand a message over.
    pub(super) async fn hand_over(&self, message: &Message) -> Result<(), Refusal> {
        let mut connection = self.open().await?;
        let handed = say(&mut connection, message).await;
        // Whether the goodbye is heard changes nothing any more.
        let _ = tokio::time::timeout(GOODBYE, connection.abort()).await;
        handed
    }

    async fn open(&self) -> Result<AsyncSmtpConnection, Refusal> {
        let wrapped = if let Tls::Wrapper(tls) = &self.tls { Some(tls.clone()) } else { None };
        let place = (self.host.as_str(), self.port);
        let mut connection = step(Stage::Door, AsyncSmtpConnection::connect_tokio1(place, Some(LONGEST), &self.name, wrapped, None)).await?;
        if let Tls::Required(tls) = &self.tls {
            step(Stage::Door, connection.starttls(tls.clone(), &self.name)).await?;
        }
        if let Some(login) = &self.login {
            step(Stage::Door, connection.auth(DEFAULT_MECHANISMS, login)).await?;
        }
        Ok(connection)
    }
}

async fn say(connection: &mut AsyncSmtpConnection, message: &Message) -> Result<(), Refusal> {
    let (envelope, text) = (message.envelope(), message.formatted());
    let options = options(connection.server_info(), envelope, &text)?;
    step(Stage::Sender, connection.command(Mail::new(envelope.from().cloned(), options))).await?;
    for to in envelope.to() {
        step(Stage::Receiver, connection.command(Rcpt::new(to.clone(), Vec::new()))).await?;
    }
    step(Stage::Receiver, connection.command(Data)).await?;
    step(Stage::Text, connection.message(&text)).await.map(drop)
}

/// What has to be said of a message that is more than ASCII. What the server does not know it never takes.
fn options(server: &ServerInfo, envelope: &Envelope, text: &[u8]) -> Result<Vec<MailParameter>, Refusal> {
    let plain = |address: &Address| AsRef::<str>::as_ref(address).is_ascii();
    let mut options = Vec::new();
    if !envelope.from().into_iter().chain(envelope.to()).all(plain) {
        if !server.supports_feature(Extension::SmtpUtfEight) {
            return Err(Refusal::Never("The mail server takes no address with letters beyond ASCII.".into()));
        }
        options.push(MailParameter::SmtpUtfEight);
    }
    if !text.is_ascii() {
        if !server.supports_feature(Extension::EightBitMime) {
            return Err(Refusal::Never("The mail server takes no text with letters beyond ASCII.".into()));
        }
        options.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    Ok(options)
}

/// One step, for as long as it may take.
async fn step<T>(stage: Stage, doing: impl Future<Output = Result<T, Error>>) -> Result<T, Refusal> {
    let longest = if stage == Stage::Text { THINKING } else { LONGEST };
    match tokio::time::timeout(longest, doing).await {
        Ok(done) => done.map_err(|error| refusal(stage, &error)),
        Err(_) if stage == Stage::Text => Err(silent()),
        Err(_) => Err(late()),
    }
}

fn silent() -> Refusal {
    Refusal::Unknown("The mail server went silent in the middle.".into())
}

fn late() -> Refusal {
    Refusal::Later("The mail server did not answer in time.".into())
}

/// What it means that a step failed. What the server says may hold the address, so only its number is passed on.
fn refusal(stage: Stage, error: &Error) -> Refusal {
    let Some(code) = error.status() else { return broken(stage, error) };
    if error.is_transient() {
        return Refusal::Later(format!("The mail server does not take it now ({code})."));
    }
    match stage {
        // That says nothing of the letter: a wrong password, or a server that lets nobody in today.
        Stage::Door => Refusal::Later(format!("The mail server does not let Purser in ({code}).")),
        Stage::Receiver | Stage::Text if is_nobody(error) => Refusal::Nobody(format!("The mail server refused it ({code}).")),
        _ => Refusal::Never(format!("The mail server refused it ({code}).")),
    }
}

/// A step without an answer that can be read.
fn broken(stage: Stage, error: &Error) -> Refusal {
    if stage == Stage::Text {
        return silent();
    }
    if error.is_timeout() {
        return late();
    }
    Refusal::Later(
        match stage {
            _ if error.is_tls() => "The certificate of the mail server can not be trusted.",
            _ if error.is_client() => "The mail server does not offer what is needed: TLS, or a way to sign in.",
            Stage::Door => "The mail server can not be reached.",
            _ => "The mail server broke off before it had the letter.",
        }
        .into(),
    )
}

/// Whether the server says that there is nobody at the address. A number alone does not: 550 is said of spam, of a blocked sender and of a
/// forbidden relay as well, and whoever is taken for gone gets nothing more.
fn is_nobody(error: &Error) -> bool {
    use std::error::Error as _;
    let said = error.source().map(ToString::to_string).unwrap_or_default();
    said.split_whitespace().next().is_some_and(|word| NOBODY.contains(&word))
}
