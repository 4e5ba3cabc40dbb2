//! Killed −9 in the middle of a newsletter: whoever got theirs gets no second one, and of the few that were being handed over at that
//! moment it is said that nobody knows.

use std::collections::BTreeMap;
use std::time::Duration;

use purser_core::Error;
use purser_core::ids::Ids;
use purser_core::time::Clock;
use purser_store::{Config, Db, Scope, sql, tenants};
use purser_testkit::{Database, json};
use tokio::time::sleep;

use super::client::Client;
use super::{LIMIT, Place, Server};
use crate::routes::newsletters::{db_readers, smtp, text};

const PEOPLE: usize = 250;

async fn newsletter(owner: &Client, path: &str) -> serde_json::Value {
    let (status, reply) = owner.get(path).await.unwrap();
    assert_eq!(status, 200, "{reply}");
    reply["data"].clone()
}

fn count(of: &serde_json::Value, name: &str) -> usize {
    usize::try_from(of[name].as_u64().unwrap()).unwrap()
}

/// Start, kill in the middle, start again, and see it through.
async fn killed(database: Option<&Database>) {
    let mut sink = smtp::Server::start("0.02").await;
    let place = Place::new();
    std::fs::create_dir_all(place.data()).unwrap();
    let settings =
        format!("smtp_host = \"127.0.0.1\"\nsmtp_port = {}\nsmtp_security = \"none\"\nsmtp_from = \"Purser <purser@harbour.example>\"\n", sink.port);
    std::fs::write(place.data().join("purser.toml"), settings).unwrap();
    let url = database.map(|database| match &database.config {
        Config::Postgres(url) => url.clone(),
        Config::Sqlite(_) => panic!("a PostgreSQL database"),
    });
    let more: Vec<&str> = url.iter().flat_map(|url| ["--database", url.as_str()]).collect();
    let server: Server = place.serve_with(&more).await;
    let owner = server.set_up().await;
    let config = database.map_or_else(|| Config::Sqlite(place.data().join("purser.db")), |database| database.config.clone());
    let open = async || Db::open(&config).await.unwrap();
    server.stop().await;
    let db = open().await;
    let tenant = db.read(Scope::System, async |tx| tenants::all(tx).await.map_err(Error::from)).await.unwrap()[0].id;
    let addresses: Vec<String> = (0..PEOPLE).map(|count| format!("r{count}@x.example")).collect();
    db_readers(&db, (tenant, &Ids::random()), &addresses, Clock::System.now()).await;
    drop(db);
    let server = place.serve_with(&more).await;
    let owner = owner.at(&server.url);
    let (status, made) = owner.post("/newsletters", text()).await.unwrap();
    assert_eq!(status, 201, "{made}");
    let path = format!("/newsletters/{}", made["data"]["id"].as_str().unwrap());
    let (status, sent) = owner.post(&format!("{path}/send"), json!({})).await.unwrap();
    assert_eq!(status, 200, "{sent}");
    let middle = async {
        while count(&newsletter(&owner, &path).await, "sent") < PEOPLE / 3 {
            sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(LIMIT, middle).await.expect("it goes out");
    server.kill().await;
    if database.is_some() {
        // Its lease lapses; here it is taken away, so that the test need not wait for that.
        let db = open().await;
        let lapse = sql("UPDATE jobs SET lease_until = $1 WHERE state = 'running'").bind(Clock::System.now().plus(-1));
        db.transact(Scope::System, async |tx| tx.run(lapse).await).await.unwrap();
    }
    let server = place.serve_with(&more).await;
    let owner = owner.at(&server.url);
    let end = async {
        while newsletter(&owner, &path).await["state"] != "sent" {
            sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(LIMIT, end).await.expect("it is seen through");
    let over = newsletter(&owner, &path).await;
    let (sent, unknown) = (count(&over, "sent"), count(&over, "skipped"));
    assert_eq!((count(&over, "total"), count(&over, "failed"), sent + unknown), (PEOPLE, 0, PEOPLE), "{over}");
    assert!(unknown <= 5, "no more than were being handed over: {over}");
    let (_, taken): (_, BTreeMap<String, Vec<String>>) = sink.relent().await;
    assert!(taken.values().all(|copies| copies.len() == 1), "nobody got two");
    assert!(taken.len() >= sent && taken.len() <= PEOPLE, "{} were taken, {over}", taken.len());
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_gets_two_whatever_breaks_in_the_middle_on_sqlite() {
    killed(None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_gets_two_whatever_breaks_in_the_middle_on_postgres() {
    let Some(database) = Database::postgres().await else { return };
    killed(Some(&database)).await;
}
