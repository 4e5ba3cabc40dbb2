//! Killed in the middle of a storm of refunds, a dozen times, or a thousand at night. What was acknowledged is there, once; the books are even; the log is whole.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use purser_store::{Config, Db, Scope, sql};
use purser_testkit::{Database, json, times};
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::client::Client;
use super::keys::signed_in;
use super::{LIMIT, Place, order, run, shop};

/// Kills of a change, and of a night.
const ROUNDS: (u64, u64) = (12, 1_000);
/// After so many the owner signs in anew.
const SIGNED_IN: u64 = 50;
const WRITERS: u64 = 8;
/// Change it to see other mixes; the moment of the kill within the work under way differs with every run anyway.
const SEED: u64 = 0x5EED_0F2E_F04D_1234;

/// A small generator (`SplitMix64`): the same storm for the same seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % sides
    }
}

/// A refund somebody asked for.
#[derive(Clone, Debug)]
struct Asked {
    key: String,
    payment: String,
    body: Value,
}

/// What came of it.
#[derive(Clone, Debug)]
enum Heard {
    /// The server said it is done: this is the refund.
    Done(Value),
    /// The server refused.
    Refused(u16, Value),
    /// The line broke before an answer.
    Nothing,
}

async fn ask(client: &Client, asked: &Asked) -> Heard {
    match client.post_once(&format!("/payments/{}/refund", asked.payment), &asked.key, &asked.body).await {
        Ok((201, reply)) => Heard::Done(reply["data"].clone()),
        Ok((status, reply)) => Heard::Refused(status, reply),
        Err(_) => Heard::Nothing,
    }
}

/// Ask for refunds until the line breaks, telling of each.
async fn writer(client: Client, payments: Arc<Vec<String>>, mut dice: Dice, name: String, tell: mpsc::UnboundedSender<(Asked, Heard)>) {
    for count in 0.. {
        let payment = payments[usize::try_from(dice.roll(payments.len() as u64)).unwrap()].clone();
        let body = json!({ "amount": { "amount": 1 + dice.roll(40), "currency": "EUR" }, "reason": "storm" });
        let asked = Asked { key: format!("{name}-{count}"), payment, body };
        let heard = ask(&client, &asked).await;
        let broken = matches!(heard, Heard::Nothing);
        if tell.send((asked, heard)).is_err() || broken {
            return;
        }
    }
}

/// Payments to refund from: most have plenty for `rounds`, the last two run out on the way.
async fn payments(owner: &Client, rounds: u64) -> Vec<String> {
    let things = shop(owner, 100_000).await;
    let cheap = json!({ "name": "Wick", "sku": "WICK-1", "price": { "amount": 300, "currency": "EUR" }, "stock": 100 });
    let cheap = (super::made(owner.post("/products", cheap).await.unwrap()), things.1.clone());
    let mut payments = Vec::new();
    let plenty = 4 + rounds / 20;
    for place in 0..plenty + 2 {
        let id = super::made(owner.post("/orders", order(if place < plenty { &things } else { &cheap })).await.unwrap());
        let (status, reply) = owner.post(&format!("/orders/{id}/pay"), json!({ "paymentMethod": "pm_card_visa" })).await.unwrap();
        assert_eq!((status, reply["data"]["payment"]["state"].as_str()), (200, Some("captured")), "{reply}");
        payments.push(reply["data"]["payment"]["id"].as_str().unwrap().to_owned());
    }
    payments
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_of_refunds_survives_being_killed() {
    let place = Place::new();
    storm(&place, &[]).await;
    the_file_is_whole(&place).await;
}

/// The process is killed, its database is not: the next process finds keys that somebody else may still be working on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_of_refunds_on_postgres_survives_being_killed() {
    let Some(database) = Database::postgres().await else { return };
    let Config::Postgres(url) = &database.config else { panic!("a PostgreSQL database") };
    let place = Place::new();
    storm(&place, &["--database", url]).await;
    let data = place.data();
    let verdict = run(["audit", "verify", "--data", data.to_str().unwrap(), "--database", url]).await;
    assert_eq!(verdict.code, Some(0), "{}{}", verdict.out, verdict.err);
    let db = Db::open(&database.config).await.unwrap();
    every_refund_left_one_line(&db).await;
    db.close().await;
}

async fn storm(place: &Place, more: &[&str]) {
    let rounds = times(ROUNDS.0, ROUNDS.1);
    println!("seed {SEED:#x}, {rounds} kills");
    let server = place.serve_with(more).await;
    let mut owner = server.set_up().await;
    let payments = Arc::new(payments(&owner, rounds).await);
    let mut server = Some(server);
    let mut dice = Dice(SEED);
    let (mut done, mut refused): (HashMap<String, (Asked, Value)>, HashSet<String>) = Default::default();
    let mut waiting = 0;
    for round in 0..rounds {
        let (tell, mut told) = mpsc::unbounded_channel();
        let mut writers = JoinSet::new();
        for name in 0..WRITERS {
            let dice = Dice(SEED ^ (round << 32) ^ name);
            writers.spawn(writer(owner.clone(), payments.clone(), dice, format!("storm-{round}-{name}"), tell.clone()));
        }
        drop(tell);
        // The kill comes after so many answers, while the other writers' requests are in the middle of whatever they do.
        let kill_after = 1 + dice.roll(60);
        let (mut answers, mut unheard) = (0, Vec::new());
        while let Some((asked, heard)) = tokio::time::timeout(LIMIT, told.recv()).await.expect("the storm goes on") {
            answers += 1;
            match heard {
                Heard::Done(refund) => drop(done.insert(asked.key.clone(), (asked, refund))),
                Heard::Refused(status, reply) => {
                    assert!([409, 422].contains(&status), "{status} {reply}");
                    refused.insert(asked.key);
                }
                Heard::Nothing => unheard.push(asked),
            }
            if answers >= kill_after
                && let Some(server) = server.take()
            {
                server.kill().await;
            }
        }
        writers.join_all().await;
        let again = place.serve_with(more).await;
        owner = owner.at(&again.url);
        if round % SIGNED_IN == SIGNED_IN - 1 {
            owner = signed_in(&owner).await;
        }
        // Whoever heard nothing asks again with the same key, and only now learns what became of it.
        for asked in unheard {
            match ask(&owner, &asked).await {
                Heard::Done(refund) => drop(done.insert(asked.key.clone(), (asked, refund))),
                // On a shared database the process that claimed the key may live on elsewhere: it is given two minutes.
                Heard::Refused(409, reply) if reply["code"] == "still_running" && !more.is_empty() => waiting += 1,
                Heard::Refused(status, reply) => {
                    assert!([409, 422].contains(&status) && reply["code"] != "still_running", "round {round}: {status} {reply}");
                    refused.insert(asked.key);
                }
                Heard::Nothing => panic!("nobody was killed"),
            }
        }
        server = Some(again);
    }
    assert!(done.len() > usize::try_from(rounds).unwrap(), "the storm was a breeze: {} refunds", done.len());
    repeats_answer_the_same(&owner, &done).await;
    books_are_even(&owner, &payments, (&done, waiting)).await;
    server.unwrap().stop().await;
}

/// Every key, asked once more after all the crashes, gives the refund it gave before.
async fn repeats_answer_the_same(owner: &Client, done: &HashMap<String, (Asked, Value)>) {
    for (asked, refund) in done.values() {
        let Heard::Done(again) = ask(owner, asked).await else { panic!("{} is no longer known", asked.key) };
        assert_eq!(&again, refund, "{}", asked.key);
    }
}

/// At most `waiting` refunds are there whose key has not been answered yet.
async fn books_are_even(owner: &Client, payments: &[String], (done, waiting): (&HashMap<String, (Asked, Value)>, usize)) {
    let rows = owner.all("/refunds").await;
    let ids: HashSet<&str> = rows.iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), rows.len(), "a refund is listed twice");
    let acknowledged: HashSet<&str> = done.values().map(|(_, refund)| refund["id"].as_str().unwrap()).collect();
    assert_eq!(acknowledged.len(), done.len(), "two keys made one refund");
    let (lost, extra) = (acknowledged.difference(&ids).collect::<Vec<_>>(), ids.difference(&acknowledged).collect::<Vec<_>>());
    assert!(lost.is_empty() && extra.len() <= waiting, "lost: {lost:?}; nobody asked for: {extra:?}");
    let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
    for row in &rows {
        assert_eq!(row["state"], "succeeded", "{row}");
        *sums.entry(row["paymentId"].as_str().unwrap()).or_default() += row["amount"]["amount"].as_i64().unwrap();
    }
    for id in payments {
        let (_, payment) = owner.get(&format!("/payments/{id}")).await.unwrap();
        let (refunded, captured) = (payment["data"]["refunded"]["amount"].as_i64().unwrap(), payment["data"]["captured"]["amount"].as_i64().unwrap());
        assert_eq!(sums.get(id.as_str()).copied().unwrap_or(0), refunded, "{payment}");
        assert!(refunded <= captured, "{payment}");
    }
    let (_, proof) = owner.get("/ledger/proof").await.unwrap();
    assert_eq!(proof["data"]["balanced"], true, "{proof}");
    let entries = owner.all("/ledger/entries").await;
    let booked: HashSet<&str> = entries.iter().filter_map(|entry| entry["refundId"].as_str()).collect();
    assert_eq!(booked, ids, "the ledger knows other refunds than the list");
    let (_, verdict) = owner.get("/audit/verify").await.unwrap();
    assert_eq!(verdict["data"]["intact"], true, "{verdict}");
}

#[derive(sqlx::FromRow)]
struct Check {
    integrity_check: String,
}

#[derive(sqlx::FromRow)]
struct Count {
    n: i64,
}

async fn the_file_is_whole(place: &Place) {
    let data = place.data();
    let verdict = run(["audit", "verify", "--data", data.to_str().unwrap()]).await;
    assert_eq!(verdict.code, Some(0), "{}{}", verdict.out, verdict.err);
    let db = Db::open(&Config::Sqlite(data.join("purser.db"))).await.unwrap();
    let checks = db.read(Scope::System, async |tx| tx.all::<Check>(sql("PRAGMA integrity_check")).await).await.unwrap();
    assert_eq!(checks.iter().map(|check| check.integrity_check.as_str()).collect::<Vec<_>>(), ["ok"]);
    const ORPHANS: &str = "SELECT COUNT(*) AS n FROM pragma_foreign_key_check";
    assert_eq!(count(&db, ORPHANS).await, 0);
    every_refund_left_one_line(&db).await;
    db.close().await;
}

async fn count(db: &Db, text: &'static str) -> i64 {
    db.read(Scope::System, async |tx| tx.one::<Count>(sql(text)).await).await.unwrap().n
}

async fn every_refund_left_one_line(db: &Db) {
    const LINES: &str = "SELECT COUNT(*) AS n FROM audit_log WHERE action = 'order.refund'";
    const REFUNDS: &str = "SELECT COUNT(*) AS n FROM refunds";
    assert_eq!(count(db, LINES).await, count(db, REFUNDS).await, "one line of the log a refund");
}
