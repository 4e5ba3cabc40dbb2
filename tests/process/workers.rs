//! Several `purser worker` processes on one PostgreSQL: they share the queue, and one that leaves gives back what it was at.

use purser_core::Error;
use purser_core::jobs::JobState;
use purser_core::time::Clock;
use purser_store::jobs::{self, Filter, Held};
use purser_store::{Config, Db, Page, Scope, tenants};
use purser_testkit::{Database, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use super::{LIMIT, Place, purser, run};

const LETTERS: usize = 40;

pub(super) async fn worker(data: &str, url: &str) -> Child {
    let mut child = purser(["worker", "--data", data, "--database", url]).stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = tokio::time::timeout(LIMIT, out.next_line()).await.expect("it is ready in time").unwrap();
    assert_eq!(first.as_deref(), Some("purser worker ready"));
    child
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_share_the_queue_and_one_may_leave() {
    let Some(database) = Database::postgres().await else { return };
    let Config::Postgres(url) = &database.config else { panic!("a PostgreSQL database") };
    let place = Place::new();
    let server = place.serve_with(&["--database", url]).await;
    let owner = server.set_up().await;
    let db = Db::open(&database.config).await.unwrap();
    let tenant = db.read(Scope::System, async |tx| tenants::all(tx).await.map_err(Error::from)).await.unwrap()[0].id;
    let rein = async |paused: bool| {
        let held = Held { queue: "mail".into(), paused, at_once: None, per_minute: None, changed_by: None, changed_at: Clock::System.now() };
        db.transact(tenant, async |tx| jobs::hold_back(tx, &held).await).await.unwrap();
    };
    rein(true).await;
    for count in 0..LETTERS {
        let body = json!({ "email": format!("w{count}@storm.example"), "firstName": "Storm", "lastName": "Petrel", "role": "user" });
        assert_eq!(owner.post("/users", body).await.unwrap().0, 201);
    }
    server.stop().await;
    let count = async |states: Vec<JobState>| {
        let filter = Filter { states, queues: vec!["mail".into()], ..Filter::default() };
        db.read(tenant, async |tx| jobs::count(tx, &filter, 1_000).await).await.unwrap().0
    };
    let all = i64::try_from(LETTERS).unwrap();
    assert_eq!(count(vec![JobState::Pending]).await, all);
    let data = place.data().to_str().unwrap().to_owned();
    let (mut one, mut two) = (worker(&data, url).await, worker(&data, url).await);
    let there = async || db.read(tenant, async |tx| purser_store::workers::list(tx).await).await.unwrap();
    let both = async {
        while there().await.len() < 2 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(LIMIT, both).await.expect("both say that they are there");
    let pids: Vec<i64> = [&one, &two].map(|child| i64::from(child.id().expect("it runs"))).into();
    let listed = there().await;
    assert!(listed.iter().all(|worker| worker.role == "worker" && pids.contains(&worker.pid) && worker.queues.contains("mail")), "{listed:?}");
    rein(false).await;
    while count(vec![JobState::Done]).await == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let sent = Command::new("kill").args(["-TERM", &one.id().expect("it runs").to_string()]).status().await.unwrap();
    assert!(sent.success() && tokio::time::timeout(LIMIT, one.wait()).await.expect("it ends in time").unwrap().success());
    let done = async {
        while count(vec![JobState::Pending, JobState::Running]).await > 0 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(LIMIT, done).await.expect("the other one does the rest");
    assert_eq!(count(vec![JobState::Done]).await, all);
    let left: Vec<i64> = there().await.into_iter().map(|worker| worker.pid).collect();
    assert_eq!(left, pids[1..], "one that ends in order takes its name off the list, as the server did");
    let filter = Filter { queues: vec!["mail".into()], ..Filter::default() };
    let page = db.read(tenant, async |tx| jobs::list(tx, &filter, &Page { limit: 100, ..Page::default() }).await).await.unwrap();
    assert!(page.rows.iter().all(|job| job.attempts == 1), "each was begun once");
    two.start_kill().unwrap();
    db.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_has_no_workers_beside_its_own_process() {
    let place = Place::new();
    let ended = run(["worker", "--data", place.data().to_str().unwrap()]).await;
    assert!(ended.code != Some(0) && ended.err.contains("PostgreSQL"), "{:?} {}{}", ended.code, ended.out, ended.err);
}
