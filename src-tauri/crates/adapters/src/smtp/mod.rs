//! Mail through an SMTP server, by lettre over rustls. Certificates are always checked; without TLS only on this machine.

use std::time::Duration;

use async_trait::async_trait;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use purser_service::mail::{Letter, Mailer, Refusal};

/// How long one step of a conversation may take.
const LONGEST: Duration = Duration::from_secs(30);

/// How a connection is secured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Security {
    /// Plain at first, then TLS before anything is said: port 587.
    #[default]
    StartTls,
    /// TLS from the first byte: port 465.
    Tls,
    /// None: to this machine alone.
    Plain,
}

/// Which server, and who sends.
#[derive(Clone)]
pub struct Settings {
    /// Name of the server.
    pub host: String,
    /// Port.
    pub port: u16,
    /// How a connection is secured.
    pub security: Security,
    /// Name and password, where the server wants them.
    pub login: Option<(String, String)>,
    /// Who sends: `Purser <purser@example.com>`.
    pub from: String,
    /// A certificate to trust beside the public ones, PEM.
    pub certificate: Option<Vec<u8>>,
}

/// An SMTP server.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    /// Behind the `@` of the ids of messages.
    domain: String,
}

impl Smtp {
    /// Mail through this server. Nothing is connected yet; what is wrong with the settings is told in a sentence.
    pub fn new(settings: Settings) -> Result<Self, String> {
        let from: Mailbox = settings.from.parse().map_err(|_| format!("{:?} is not a sender such as Purser <purser@example.com>.", settings.from))?;
        let tls = || -> Result<TlsParameters, String> {
            let mut tls = TlsParameters::builder(settings.host.clone()).certificate_store(CertificateStore::WebpkiRoots);
            if let Some(pem) = &settings.certificate {
                tls = tls.add_root_certificate(Certificate::from_pem(pem).map_err(|_| "The certificate is not PEM.".to_owned())?);
            }
            tls.build_rustls().map_err(|_| format!("{:?} can not be the name of a server.", settings.host))
        };
        let tls = match settings.security {
            Security::StartTls => Tls::Required(tls()?),
            Security::Tls => Tls::Wrapper(tls()?),
            Security::Plain => Tls::None,
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(settings.host).port(settings.port).tls(tls).timeout(Some(LONGEST));
        if let Some((name, password)) = settings.login {
            builder = builder.credentials(Credentials::new(name, password));
        }
        let domain = from.email.domain().to_owned();
        Ok(Self { transport: builder.build(), from, domain })
    }

    fn message(&self, letter: &Letter) -> Result<Message, Refusal> {
        let bad = |what: &str| Refusal::Never(format!("{what} can not be written to."));
        let (name, address) = &letter.to;
        let address: Address = address.parse().map_err(|_| bad("The address"))?;
        let name = Some(name.trim().to_owned()).filter(|name| !name.is_empty());
        Message::builder()
            .message_id(Some(format!("<{}@{}>", letter.id, self.domain)))
            .from(self.from.clone())
            .to(Mailbox::new(name, address))
            .subject(&letter.subject)
            .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".into()))
            .multipart(MultiPart::alternative_plain_html(letter.text.clone(), letter.html.clone()))
            .map_err(|_| bad("This"))
    }
}

#[async_trait]
impl Mailer for Smtp {
    fn name(&self) -> &'static str {
        "smtp"
    }

    async fn deliver(&self, letter: &Letter) -> Result<(), Refusal> {
        let message = self.message(letter)?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            // What the server says may hold the address, so only its number is passed on.
            Err(error) if error.is_permanent() => Err(Refusal::Never(format!("The mail server refused it{}.", code(&error)))),
            Err(error) if error.is_timeout() => Err(Refusal::Later("The mail server did not answer in time.".into())),
            Err(error) if error.is_tls() => Err(Refusal::Later("The certificate of the mail server can not be trusted.".into())),
            Err(error) if error.is_transient() => Err(Refusal::Later(format!("The mail server does not take it now{}.", code(&error)))),
            Err(error) if error.is_client() => Err(Refusal::Later("The mail server does not offer what is needed: TLS, or a way to sign in.".into())),
            Err(_) => Err(Refusal::Later("The mail server can not be reached.".into())),
        }
    }
}

fn code(error: &lettre::transport::smtp::Error) -> String {
    error.status().map_or_else(String::new, |code| format!(" ({code})"))
}
