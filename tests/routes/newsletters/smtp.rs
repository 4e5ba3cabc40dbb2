//! The whole way, to a real server: 250 people of whom 3 are refused, then those 3 and nobody else.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use purser_adapters::smtp::{Security, Settings, Smtp};
use purser_testkit::{Database, TestApp, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::mpsc;

use super::{draft, outcome, readers};

/// Refuses `refused…@` (550) until it is told a line; says of every recipient what it answered, and prints the head of what it took.
pub(crate) const SERVER: &str = r#"
import asyncio, base64, sys, threading
from aiosmtpd.smtp import SMTP

kind = {"strict": True}
class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if kind["strict"] and address.startswith("refused"):
            print("REFUSED", address, flush=True)
            return "550 5.1.1 <%s> user unknown" % address
        envelope.rcpt_tos.append(address)
        return "250 OK"
    async def handle_DATA(self, server, session, envelope):
        await asyncio.sleep(float(sys.argv[1]))
        print("TAKEN", envelope.rcpt_tos[0], base64.b64encode(envelope.content).decode(), flush=True)
        return "250 taken"

def listen():
    for line in sys.stdin:
        kind["strict"] = False
        print("WILLING", flush=True)

threading.Thread(target=listen, daemon=True).start()
loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
server = loop.run_until_complete(loop.create_server(lambda: SMTP(Handler()), "127.0.0.1", 0))
print("READY", server.sockets[0].getsockname()[1], flush=True)
loop.run_forever()
"#;

pub(crate) struct Server {
    _child: Child,
    input: ChildStdin,
    /// Read as it comes: a server nobody listens to stops at a full pipe.
    out: mpsc::UnboundedReceiver<String>,
    pub(crate) port: u16,
}

impl Server {
    /// One that takes so many seconds to take a mail.
    pub(crate) async fn start(seconds: &str) -> Self {
        let mut command = Command::new("/usr/bin/python3");
        command.args(["-c", SERVER, seconds]).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().expect("/usr/bin/python3 with python3-aiosmtpd (cargo xtask test installs it)");
        let (input, mut said) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()).lines());
        let (tell, out) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok(Some(line)) = said.next_line().await {
                let _ = tell.send(line);
            }
        });
        let mut server = Self { _child: child, input, out, port: 0 };
        server.port = server.line().await.strip_prefix("READY ").and_then(|port| port.parse().ok()).expect("a port");
        server
    }

    pub(crate) async fn line(&mut self) -> String {
        tokio::time::timeout(Duration::from_secs(30), self.out.recv()).await.expect("a line in time").expect("the server runs")
    }

    /// From now on everybody's is taken. What it said before: whom it refused, and what it took from whom.
    pub(crate) async fn relent(&mut self) -> (Vec<String>, BTreeMap<String, Vec<String>>) {
        self.input.write_all(b"go on\n").await.unwrap();
        let (mut refused, mut taken) = (Vec::new(), BTreeMap::<String, Vec<String>>::new());
        loop {
            let line = self.line().await;
            let words: Vec<&str> = line.split(' ').collect();
            match words.as_slice() {
                ["REFUSED", address] => refused.push((*address).to_owned()),
                ["TAKEN", address, content] => taken.entry((*address).to_owned()).or_default().push((*content).to_owned()),
                _ => return (refused, taken),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_hundred_and_fifty_three_are_refused_and_only_those_are_tried_again() {
    for database in [Some(Database::sqlite()), Database::postgres().await].into_iter().flatten() {
        let mut server = Server::start("0").await;
        let settings = Settings {
            host: "127.0.0.1".into(),
            port: server.port,
            security: Security::Plain,
            login: None,
            from: "Purser <purser@harbour.example>".into(),
            certificate: None,
        };
        let app = TestApp::with_mailer(database, Arc::new(Smtp::new(settings).unwrap())).await;
        let owner = app.owner().await;
        let name = |count: usize| if [7, 107, 207].contains(&count) { format!("refused{count}@x.example") } else { format!("r{count}@x.example") };
        let addresses: Vec<String> = (0..250).map(name).collect();
        readers(&app, &addresses.iter().map(String::as_str).collect::<Vec<_>>()).await;
        let path = draft(&owner).await;
        let _ = owner.post(&format!("{path}/send"), json!({})).await.ok();
        app.settle().await;
        assert_eq!(outcome(&owner, &path).await, ("sent".into(), [250, 247, 3, 0]));
        let (refused, taken) = server.relent().await;
        assert_eq!((refused.len(), taken.len(), taken.values().map(Vec::len).max()), (3, 247, Some(1)), "each once");
        let content = {
            use base64::Engine;
            String::from_utf8(base64::engine::general_purpose::STANDARD.decode(&taken["r1@x.example"][0]).unwrap()).unwrap()
        };
        let head = content.split("\r\n\r\n").next().unwrap().replace("\r\n ", "");
        assert!(head.contains("List-Unsubscribe: <https://console.example/unsubscribe/s1."), "{head}");
        assert!(head.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click") && head.contains("multipart/alternative"), "{head}");
        assert_eq!(owner.get("/newsletters/suppressions").await.ok().meta()["total"], 3);
        let _ = owner.post(&format!("{path}/again"), json!(null)).await.ok();
        app.settle().await;
        assert_eq!(outcome(&owner, &path).await, ("sent".into(), [250, 250, 0, 0]));
        let (refused, taken) = server.relent().await;
        let mut again: Vec<&str> = taken.keys().map(String::as_str).collect();
        again.sort_unstable();
        assert_eq!((refused.len(), again), (0, vec!["refused107@x.example", "refused207@x.example", "refused7@x.example"]));
    }
}
