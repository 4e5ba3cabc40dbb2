//! Counters that several servers share, on a real Redis.

use std::process::Stdio;
use std::time::Duration;

use purser_adapters::counters::Redis;
use purser_core::Timestamp;
use purser_core::time::SECOND;
use purser_service::limits::{Counters, Limit, Local, take};
use tokio::process::{Child, Command};

/// A Redis of the test's own.
struct Server {
    child: Child,
    port: u16,
    folder: tempfile::TempDir,
}

impl Server {
    async fn start() -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self::at(port, tempfile::tempdir().unwrap()).await
    }

    async fn at(port: u16, folder: tempfile::TempDir) -> Self {
        let mut command = Command::new("redis-server");
        command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port", &port.to_string(), "--dir"]).arg(folder.path());
        let child =
            command.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).spawn().expect("redis-server, from the package of that name");
        let up = async {
            while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), up).await.expect("Redis is up");
        Self { child, port, folder }
    }

    fn counters(&self) -> Redis {
        Redis::new(&format!("redis://127.0.0.1:{}/0", self.port)).unwrap()
    }

    async fn kill(mut self) -> (u16, tempfile::TempDir) {
        self.child.kill().await.unwrap();
        (self.port, self.folder)
    }
}

const NOW: Timestamp = Timestamp::from_micros(1_763_715_600 * SECOND);

/// What both forms of the port promise.
async fn promises(counters: &dyn Counters) {
    assert_eq!(counters.add("a", 1, 60, NOW).await.unwrap(), 1);
    assert_eq!(counters.add("a", 2, 60, NOW.plus(59 * SECOND)).await.unwrap(), 3);
    assert_eq!(counters.add("a", 0, 60, NOW).await.unwrap(), 3, "asking counts nothing");
    assert_eq!(counters.add("b", 0, 60, NOW).await.unwrap(), 0);
    assert_eq!(counters.add("a", 1, 60, NOW.plus(60 * SECOND)).await.unwrap(), 1, "the next span begins at nothing");
    assert!(!counters.away());
}

#[tokio::test]
async fn both_forms_promise_the_same() {
    promises(&Local::default()).await;
    let server = Server::start().await;
    promises(&server.counters()).await;
}

#[tokio::test]
async fn two_servers_allow_as_many_as_one() {
    let server = Server::start().await;
    let (here, there) = (std::sync::Arc::new(server.counters()), std::sync::Arc::new(server.counters()));
    let limit = Limit { calls: 100, span_s: 60 };
    let calls: Vec<_> = (0..200)
        .map(|at| {
            let counters = if at % 2 == 0 { here.clone() } else { there.clone() };
            tokio::spawn(async move { take(&*counters, "sign_in:192.0.2.1", limit, NOW).await.is_ok() })
        })
        .collect();
    let mut allowed = 0;
    for call in calls {
        allowed += u32::from(call.await.unwrap());
    }
    assert_eq!(allowed, 100);
    assert!(!here.away() && !there.away());
}

#[tokio::test]
async fn while_it_is_away_each_counts_alone_and_looks_again() {
    let server = Server::start().await;
    let counters = server.counters();
    let limit = Limit { calls: 2, span_s: 3_600 };
    assert!(take(&counters, "x", limit, NOW).await.is_ok());
    let (port, folder) = server.kill().await;
    assert!(take(&counters, "x", limit, NOW).await.is_ok());
    assert!(counters.away());
    assert!(take(&counters, "x", limit, NOW).await.is_ok());
    assert!(take(&counters, "x", limit, NOW).await.is_err(), "limits hold without it");
    let _again = Server::at(port, folder).await;
    // It looks again after some seconds, not at every call.
    assert!(take(&counters, "x", limit, NOW.plus(SECOND)).await.is_err());
    assert!(counters.away());
    let later = NOW.plus(6 * SECOND);
    let back = async {
        while counters.add("y", 1, 60, later.plus(60 * SECOND)).await.is_err() || counters.away() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let mut wait = Box::pin(back);
    tokio::time::timeout(Duration::from_secs(30), &mut wait).await.expect("it is found again");
}

#[tokio::test]
async fn what_is_no_address_is_told_without_repeating_it() {
    let error = Redis::new("http://:secret@redis.example").err().unwrap();
    assert!(!error.contains("secret"), "{error}");
}

#[tokio::test]
async fn a_redis_that_says_nothing_holds_nobody_up() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let counters = Redis::new(&format!("redis://127.0.0.1:{}/0", silent.local_addr().unwrap().port())).unwrap();
    let counted = tokio::time::timeout(Duration::from_secs(5), counters.add("x", 1, 60, NOW)).await.expect("an answer in time");
    assert_eq!(counted.unwrap(), 1);
    assert!(counters.away());
}
