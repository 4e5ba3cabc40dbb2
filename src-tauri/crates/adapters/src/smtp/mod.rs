//! Mail through an SMTP server, by lettre over rustls. Certificates are always checked; without TLS only on this machine.

mod talk;

use async_trait::async_trait;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, Message};
use purser_service::mail::{Letter, Mailer, Refusal};

use self::talk::Line;

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
    line: Line,
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
        let login = settings.login.map(|(name, password)| Credentials::new(name, password));
        let line = Line { host: settings.host, port: settings.port, tls, login, name: ClientId::default() };
        let domain = from.email.domain().to_owned();
        Ok(Self { line, from, domain })
    }

    fn message(&self, letter: &Letter) -> Result<Message, Refusal> {
        let bad = |what: &str| Refusal::Never(format!("{what} can not be written to."));
        let (name, address) = &letter.to;
        let address: Address = address.parse().map_err(|_| bad("The address"))?;
        let name = Some(name.trim().to_owned()).filter(|name| !name.is_empty());
        let header =
            |name: &str, value: String| HeaderName::new_from_ascii(name.into()).map(|name| HeaderValue::new(name, value)).map_err(|_| bad("This"));
        let mut builder = Message::builder();
        if let Some(way_out) = &letter.unsubscribe {
            builder = builder
                .raw_header(header("List-Unsubscribe", format!("<{way_out}>"))?)
                .raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".into())?);
        }
        builder
            .message_id(Some(format!("<{}@{}>", letter.id, self.domain)))
            .from(self.from.clone())
            .to(Mailbox::new(name, address))
            .subject(&letter.subject)
            .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".into()))
            .multipart(body(letter))
            .map_err(|_| bad("This"))
    }
}

/// The text in both forms, and what comes with it.
fn body(letter: &Letter) -> MultiPart {
    let text = MultiPart::alternative_plain_html(letter.text.clone(), letter.html.clone());
    if letter.attached.is_empty() {
        return text;
    }
    letter.attached.iter().fold(MultiPart::mixed().multipart(text), |whole, paper| {
        let kind = ContentType::parse("application/pdf").unwrap_or(ContentType::TEXT_PLAIN);
        whole.singlepart(Attachment::new(paper.name.clone()).body(paper.bytes.clone(), kind))
    })
}

#[async_trait]
impl Mailer for Smtp {
    fn name(&self) -> &'static str {
        "smtp"
    }

    async fn deliver(&self, letter: &Letter) -> Result<(), Refusal> {
        self.line.hand_over(&self.message(letter)?).await
    }
}
