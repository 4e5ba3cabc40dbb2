//! Mail through a real server: aiosmtpd in a process of its own, over TLS and without, willing and not; and through one that breaks off.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use purser_adapters::smtp::{Security, Settings, Smtp};
use purser_service::mail::{Letter, Mailer, Refusal, tell_customers};
use purser_testkit::{Database, TestApp};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, ChildStdout, Command};
use uuid::Uuid;

use crate::routes::shop::Shop;

/// Takes everything but mail to `refused@…` (550) and `later@…` (451); prints what it took.
const SERVER: &str = r#"
import asyncio, base64, ssl, sys
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword, SMTP

class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("refused@"): return "550 5.1.1 <%s> user unknown" % address
        if address.startswith("later@"): return "451 4.7.1 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"
    async def handle_DATA(self, server, session, envelope):
        tls = "tls" if session.ssl else "plain"
        who = session.auth_data.login.decode() if session.authenticated else "-"
        print("MAIL", tls, who, ",".join(envelope.rcpt_tos), base64.b64encode(envelope.content).decode(), flush=True)
        return "250 taken"

def known(server, session, envelope, mechanism, data):
    good = isinstance(data, LoginPassword) and data.login == b"purser" and data.password == b"lantern"
    return AuthResult(success=good, auth_data=data if good else None, handled=False)

kind, port, cert, key = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
context = None
if kind != "none":
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
def make():
    if kind == "starttls":
        return SMTP(Handler(), tls_context=context, require_starttls=True, authenticator=known, auth_required=True)
    return SMTP(Handler())
server = loop.run_until_complete(loop.create_server(make, "127.0.0.1", port, ssl=context if kind == "tls" else None))
print("READY", server.sockets[0].getsockname()[1], flush=True)
loop.run_forever()
"#;

struct Server {
    _child: Child,
    out: tokio::io::Lines<BufReader<ChildStdout>>,
    port: u16,
    certificate: Vec<u8>,
    _folder: tempfile::TempDir,
}

impl Server {
    async fn start(kind: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let made = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
        let (cert, key, script) = (folder.path().join("cert.pem"), folder.path().join("key.pem"), folder.path().join("server.py"));
        std::fs::write(&cert, made.cert.pem()).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        std::fs::write(&script, SERVER).unwrap();
        // The system's Python, for which the package python3-aiosmtpd is.
        let mut command = Command::new("/usr/bin/python3");
        command.arg(&script).args([kind, "0"]).arg(&cert).arg(&key).stdout(Stdio::piped()).stdin(Stdio::null()).kill_on_drop(true);
        let mut child = command.spawn().expect("/usr/bin/python3 with python3-aiosmtpd (cargo xtask test installs it)");
        let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = tokio::time::timeout(Duration::from_secs(30), out.next_line()).await.expect("the server starts").unwrap();
        let first = first.expect("python3-aiosmtpd is there (cargo xtask test installs it)");
        let port = first.strip_prefix("READY ").and_then(|port| port.parse().ok()).unwrap_or_else(|| panic!("{first}"));
        Self { _child: child, out, port, certificate: made.cert.pem().into_bytes(), _folder: folder }
    }

    fn settings(&self, security: Security) -> Settings {
        let login = (security == Security::StartTls).then(|| ("purser".to_owned(), "lantern".to_owned()));
        let certificate = (security != Security::Plain).then(|| self.certificate.clone());
        Settings { host: "localhost".into(), port: self.port, security, login, from: "Purser <purser@harbour.example>".into(), certificate }
    }

    /// What it took: how it came, who signed in, to whom, the message.
    async fn took(&mut self) -> (String, String, String, String) {
        let line = tokio::time::timeout(Duration::from_secs(30), self.out.next_line()).await.expect("a mail").unwrap().unwrap();
        let mut words = line.split(' ').skip(1).map(str::to_owned);
        let mut next = || words.next().unwrap();
        let (tls, who, to, content) = (next(), next(), next(), next());
        use base64::Engine;
        let content = base64::engine::general_purpose::STANDARD.decode(content).unwrap();
        (tls, who, to, String::from_utf8(content).unwrap())
    }
}

fn letter(to: &str) -> Letter {
    Letter {
        id: Uuid::from_u128(7),
        to: ("Åse, Lovelace".into(), to.into()),
        subject: "Grüße\u{a0}an alle".into(),
        text: "Hello\n.\nhttps://console.example/invitation#token=abc\n".into(),
        html: "<p>Hello</p>".into(),
        unsubscribe: None,
        attached: Vec::new(),
    }
}

#[tokio::test]
async fn mail_goes_out_over_tls_signed_in_and_whole() {
    let mut server = Server::start("starttls").await;
    let smtp = Smtp::new(server.settings(Security::StartTls)).unwrap();
    smtp.deliver(&letter("ada@example.com")).await.unwrap();
    let (tls, who, to, message) = server.took().await;
    assert_eq!((tls.as_str(), who.as_str(), to.as_str()), ("tls", "purser", "ada@example.com"));
    let (head, body) = message.split_once("\r\n\r\n").unwrap();
    let message_id = "Message-ID: <00000000-0000-0000-0000-000000000007@harbour.example>";
    assert!(head.contains(message_id) && head.contains("Auto-Submitted: auto-generated") && head.contains("multipart/alternative"), "{head}");
    assert!(head.contains("From: Purser <purser@harbour.example>") || head.contains("From: \"Purser\" <purser@harbour.example>"), "{head}");
    assert!(body.contains("text/plain") && body.contains("text/html") && body.contains("#token=abc"), "{body}");
    // A wrong password is no reason to lose the mail.
    let mut settings = server.settings(Security::StartTls);
    settings.login = Some(("purser".into(), "wrong".into()));
    let refused = Smtp::new(settings).unwrap().deliver(&letter("ada@example.com")).await.unwrap_err();
    assert!(matches!(&refused, Refusal::Later(why) if !why.contains("wrong")), "{refused:?}");
}

#[tokio::test]
async fn a_certificate_nobody_vouches_for_is_not_trusted() {
    let server = Server::start("tls").await;
    let trusting = Smtp::new(server.settings(Security::Tls)).unwrap();
    trusting.deliver(&letter("ada@example.com")).await.unwrap();
    let settings = Settings { certificate: None, ..server.settings(Security::Tls) };
    let refused = Smtp::new(settings).unwrap().deliver(&letter("ada@example.com")).await;
    assert!(matches!(refused, Err(Refusal::Later(_))), "{refused:?}");
    // And TLS is never left out because the server does not offer it.
    let plain = Server::start("none").await;
    let settings = Settings { port: plain.port, ..server.settings(Security::StartTls) };
    assert!(matches!(Smtp::new(settings).unwrap().deliver(&letter("ada@example.com")).await, Err(Refusal::Later(_))));
}

#[tokio::test]
async fn refusals_for_now_and_for_good_are_told_apart_and_name_nobody() {
    let server = Server::start("none").await;
    let smtp = Smtp::new(server.settings(Security::Plain)).unwrap();
    let good = smtp.deliver(&letter("refused@example.com")).await.unwrap_err();
    assert_eq!(good, Refusal::Nobody("The mail server refused it (550).".into()));
    let now = smtp.deliver(&letter("later@example.com")).await.unwrap_err();
    assert_eq!(now, Refusal::Later("The mail server does not take it now (451).".into()));
    let nonsense = smtp.deliver(&letter("no address")).await.unwrap_err();
    assert_eq!(nonsense, Refusal::Never("The address can not be written to.".into()));
    let port = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap().port()
    };
    assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err());
    let away = Smtp::new(Settings { port, ..server.settings(Security::Plain) }).unwrap().deliver(&letter("ada@example.com")).await.unwrap_err();
    assert_eq!(away, Refusal::Later("The mail server can not be reached.".into()));
}

/// A server that says yes to everything but one word; there it gives this answer, or breaks off where that is empty.
async fn rude(word: &'static str, answer: &'static str) -> Smtp {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(converse(stream, word, answer));
        }
    });
    let from = "Purser <purser@harbour.example>".into();
    Smtp::new(Settings { host: "127.0.0.1".into(), port, security: Security::Plain, login: None, from, certificate: None }).unwrap()
}

async fn converse(stream: TcpStream, word: &str, answer: &str) {
    let (read, mut write) = stream.into_split();
    let (mut lines, mut said) = (BufReader::new(read).lines(), "CONNECT".to_owned());
    loop {
        let reply = match said.as_str() {
            said if said.starts_with(word) => answer,
            "CONNECT" => "220 rude",
            "DATA" => "354 go on",
            _ => "250 yes",
        };
        if reply.is_empty() || write.write_all(format!("{reply}\r\n").as_bytes()).await.is_err() {
            return;
        }
        said = loop {
            let Ok(Some(line)) = lines.next_line().await else { return };
            if !reply.starts_with("354") || line == "." {
                break line;
            }
        };
    }
}

#[tokio::test]
async fn a_break_before_the_end_of_the_text_is_for_later_and_one_after_it_is_unknown() {
    for word in ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA"] {
        let broken = rude(word, "").await.deliver(&letter("ada@example.com")).await.unwrap_err();
        assert!(matches!(broken, Refusal::Later(_)), "at {word}: {broken:?}");
    }
    let silent = rude(".", "").await.deliver(&letter("ada@example.com")).await.unwrap_err();
    assert_eq!(silent, Refusal::Unknown("The mail server went silent in the middle.".into()));
    rude("QUIT", "").await.deliver(&letter("ada@example.com")).await.unwrap();
}

#[tokio::test]
async fn only_a_code_that_says_so_means_that_there_is_nobody() {
    let refused = |why: &str| Refusal::Never(why.into());
    let cases = [
        ("RCPT", "550 5.1.1 user unknown", Refusal::Nobody("The mail server refused it (550).".into())),
        ("RCPT", "550 5.2.1 mailbox disabled", Refusal::Nobody("The mail server refused it (550).".into())),
        (".", "554 5.1.10 no such recipient", Refusal::Nobody("The mail server refused it (554).".into())),
        ("RCPT", "550 go away", refused("The mail server refused it (550).")),
        ("RCPT", "550 5.7.1 blocked as spam", refused("The mail server refused it (550).")),
        ("RCPT", "551 not here", refused("The mail server refused it (551).")),
        ("RCPT", "553 not like this", refused("The mail server refused it (553).")),
        ("RCPT", "556 takes no mail", refused("The mail server refused it (556).")),
        (".", "550 looks like spam", refused("The mail server refused it (550).")),
        // Of the sender, it says nothing of whoever it is for.
        ("MAIL", "550 5.1.1 who are you", refused("The mail server refused it (550).")),
        (".", "451 4.3.0 full", Refusal::Later("The mail server does not take it now (451).".into())),
        ("CONNECT", "554 5.7.1 nobody today", Refusal::Later("The mail server does not let Purser in (554).".into())),
    ];
    for (word, answer, expected) in cases {
        assert_eq!(rude(word, answer).await.deliver(&letter("ada@example.com")).await.unwrap_err(), expected, "{word}: {answer}");
    }
}

#[tokio::test]
async fn the_confirmation_of_an_order_goes_out_once() {
    let mut server = Server::start("none").await;
    let smtp = Smtp::new(server.settings(Security::Plain)).unwrap();
    let app = TestApp::with_mailer(Database::sqlite(), Arc::new(smtp)).await;
    let shop = Shop::open(&app).await;
    let _ = shop.paid().await;
    let payment = shop.paid().await;
    for _ in 0..2 {
        tell_customers(&app.app).await.unwrap();
        app.settle().await;
    }
    let _ = shop.refund(&payment, Some(500)).await.is(201);
    tell_customers(&app.app).await.unwrap();
    app.settle().await;
    let customer = shop.owner.get(&format!("/users/{}", shop.customer)).await.ok().data()["email"].as_str().unwrap().to_owned();
    let (mut subjects, mut papers) = (Vec::new(), 0);
    while subjects.len() < 3 {
        let (_, _, to, message) = server.took().await;
        let head = message.split("\r\n\r\n").next().unwrap();
        if to == customer {
            // What went back comes with its credit note, drawn as it is sent.
            let paper = head.contains("multipart/mixed");
            assert!(paper || head.contains("multipart/alternative"), "{head}");
            papers += usize::from(paper);
            assert_eq!(paper, message.contains("application/pdf") && message.contains("filename=\"credit-note-2-"), "{head}");
            assert_eq!(paper, message.contains("\r\nJVBERi0"), "a PDF is one by its bytes");
            subjects.push(head.lines().find(|line| line.starts_with("Subject:")).unwrap_or_default().to_owned());
        }
    }
    let confirmed = |number: &str| subjects.iter().filter(|subject| subject.contains(&format!("Your order {number} at"))).count();
    assert_eq!((confirmed("#1"), confirmed("#2"), papers), (1, 1, 1), "{subjects:?}");
}
