//! Killed in the middle of inviting people, several times over: whoever was acknowledged is mailed to, once, and no work is lost or done twice.

use std::collections::BTreeMap;
use std::time::Duration;

use purser_testkit::json;
use serde_json::Value;
use tokio::task::JoinSet;

use super::Place;
use super::client::Client;

const ROUNDS: u64 = 5;
const WRITERS: u64 = 6;

/// Invite people until the line breaks; the addresses that were acknowledged.
async fn invite(client: Client, name: String) -> Vec<String> {
    let mut done = Vec::new();
    for count in 0.. {
        let email = format!("{name}-{count}@storm.example");
        let body = json!({ "email": email, "firstName": "Storm", "lastName": "Petrel", "role": "user" });
        match client.post("/users", body).await {
            Ok((201, _)) => done.push(email),
            Ok((status, reply)) => panic!("{status} {reply}"),
            Err(_) => return done,
        }
    }
    done
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acknowledged_work_is_done_once_through_crashes() {
    let place = Place::new();
    let mut server = place.serve().await;
    let mut owner = server.set_up().await;
    let mut acknowledged = Vec::new();
    for round in 0..ROUNDS {
        let mut writers = JoinSet::new();
        for name in 0..WRITERS {
            writers.spawn(invite(owner.clone(), format!("w{round}x{name}")));
        }
        // The kill comes once some mails of this round went out, while others are being written and sent.
        let before = total(&owner, "/mailbox?state=sent").await;
        while total(&owner, "/mailbox?state=sent").await < before + 5 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        server.kill().await;
        acknowledged.extend(writers.join_all().await.into_iter().flatten());
        server = place.serve().await;
        owner = owner.at(&server.url);
    }
    assert!(acknowledged.len() > 20, "the storm was a breeze: {}", acknowledged.len());
    let wait = async {
        while total(&owner, "/jobs?kind=mail.send&state=pending,running").await > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(super::LIMIT, wait).await.expect("the work that was left is done");
    let mut mailed: BTreeMap<String, usize> = BTreeMap::new();
    for mail in owner.all("/mailbox").await {
        assert_eq!(mail["state"], "sent", "{mail}");
        *mailed.entry(mail["address"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    for email in &acknowledged {
        assert_eq!(mailed.get(email), Some(&1), "{email}");
    }
    // One job a mail, all of them done; nobody was mailed to who is not there.
    let jobs: Vec<Value> = owner.all("/jobs").await.into_iter().filter(|job| job["kind"] == "mail.send").collect();
    assert_eq!(jobs.len(), mailed.len());
    assert!(jobs.iter().all(|job| job["state"] == "done"), "{jobs:?}");
    let people: Vec<Value> = owner.all("/users").await;
    let there: Vec<&str> = people.iter().map(|person| person["email"].as_str().unwrap()).collect();
    assert!(mailed.keys().all(|email| there.contains(&email.as_str())), "somebody was mailed to whose invitation was never kept");
    assert_eq!(mailed.len(), there.len() - 1, "everybody but the owner");
    server.stop().await;
}

async fn total(by: &Client, path: &str) -> i64 {
    let (status, reply) = by.get(path).await.unwrap();
    assert_eq!(status, 200, "{reply}");
    reply["meta"]["total"].as_i64().unwrap()
}
