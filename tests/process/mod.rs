//! The real `purser` binary in a process of its own: started, called over the network, stopped, killed.

mod client;
mod cluster;
mod crash;
mod demo;
mod drain;
mod flood;
mod guard;
mod imports;
mod jobs;
mod keys;
mod log;
mod newsletters;
mod owner;
mod postgres_away;
mod slow;
mod start;
mod tls;
mod wire;
mod workers;
mod workers_killed;

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use purser_testkit::json;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use client::Client;

/// Nothing here takes this long; a process that hangs fails its test instead of the whole suite.
const LIMIT: Duration = Duration::from_mins(1);

pub(crate) const PASSWORD: &str = "harbour lantern 42 brass";

/// `purser` with these words, deaf to the settings of whoever runs the suite.
fn purser<W: AsRef<std::ffi::OsStr>>(words: impl IntoIterator<Item = W>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_purser-under-test"));
    command.args(words).env_clear().env("PURSER_LOG", "warn").stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// How a command that ends did so.
struct Ended {
    code: Option<i32>,
    out: String,
    err: String,
}

async fn run<W: AsRef<std::ffi::OsStr>>(words: impl IntoIterator<Item = W>) -> Ended {
    let output = tokio::time::timeout(LIMIT, purser(words).output()).await.expect("the command ends").unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ended { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// A folder for the data of one test.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::Builder::new().prefix("purser-process-").tempdir().unwrap() }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    async fn serve(&self) -> Server {
        self.serve_with(&[]).await
    }

    async fn serve_with(&self, more: &[&str]) -> Server {
        Server::start(&self.data(), more).await
    }
}

/// A running `purser serve`.
struct Server {
    child: Child,
    url: String,
    /// Kept open: a reader that is gone is another test.
    out: Lines<BufReader<ChildStdout>>,
}

impl Server {
    async fn start(data: &Path, more: &[&str]) -> Self {
        let mut command = purser(["serve", "--data"]);
        command.arg(data).args(["--listen", "127.0.0.1:0"]).args(more).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = tokio::time::timeout(LIMIT, out.next_line()).await.expect("it is ready in time").unwrap();
        let first = first.unwrap_or_else(|| panic!("purser ended before it was ready; its last words are above"));
        let url = first.strip_prefix("purser listening on ").unwrap_or_else(|| panic!("the first line is {first:?}")).to_owned();
        Self { child, url, out }
    }

    fn pid(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    fn port(&self) -> u16 {
        self.url.rsplit_once(':').unwrap().1.parse().unwrap()
    }

    fn nobody(&self) -> Client {
        Client::new(&self.url)
    }

    /// Make the tenant and its owner, and sign in as them.
    async fn set_up(&self) -> Client {
        let body =
            json!({ "tenantName": "Harbour", "firstName": "Olive", "lastName": "Owner", "email": "owner@harbour.example", "password": PASSWORD });
        let (status, reply) = self.nobody().post("/setup", body).await.unwrap();
        assert_eq!(status, 201, "{reply}");
        self.nobody().with_token(reply["data"]["accessToken"].as_str().unwrap())
    }

    /// SIGKILL: nothing is finished, nothing is closed.
    async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// SIGTERM, by the system's own word for it.
    async fn terminate(&self) {
        let sent = Command::new("kill").args(["-TERM", &self.pid().to_string()]).status().await.unwrap();
        assert!(sent.success());
    }

    async fn ended(mut self) -> ExitStatus {
        tokio::time::timeout(LIMIT, self.child.wait()).await.expect("it ends in time").unwrap()
    }

    async fn stop(self) {
        self.terminate().await;
        let status = self.ended().await;
        assert!(status.success(), "it ended with {status}");
    }
}

/// A product and somebody who buys.
async fn shop(owner: &Client, price: i64) -> (String, String) {
    let product = json!({ "name": "Lantern", "sku": "LANTERN-1", "price": { "amount": price, "currency": "EUR" }, "stock": 1_000 });
    let customer = json!({ "email": "wilma@world.example", "firstName": "Wilma", "lastName": "World", "role": "user" });
    (made(owner.post("/products", product).await.unwrap()), made(owner.post("/users", customer).await.unwrap()))
}

/// An order of one piece.
fn order((product, customer): &(String, String)) -> Value {
    let address = json!({ "name": "Wilma World", "street": "Quay 4", "city": "Bergen", "state": "Vestland", "zipCode": "5003", "country": "NO", "phone": "+4755512345" });
    json!({ "customerId": customer, "items": [{ "productId": product, "quantity": 1 }], "shippingAddress": address })
}

fn made((status, reply): (u16, Value)) -> String {
    assert_eq!(status, 201, "{reply}");
    reply["data"]["id"].as_str().unwrap().to_owned()
}
