//! Keys, each asked for by twenty at once while the server is killed now and then: one effect each, and the same answer for everybody, byte
//! for byte.

use std::collections::HashSet;

use purser_testkit::{json, times};
use reqwest::Method;
use serde_json::Value;
use tokio::task::JoinSet;

use super::client::Client;
use super::{PASSWORD, Place, Server, order, shop};

/// Who ask for the same at once.
const CALLERS: usize = 20;
/// A server in so many is killed in the middle.
const KILLED: u64 = 3;
/// Nobody stays signed in for the whole night.
const SIGNED_IN: u64 = 100;

/// What one caller heard: the answer, or that the line broke.
async fn ask(client: Client, key: String, body: Value) -> Option<(u16, Vec<u8>)> {
    let request = client.request(Method::POST, "/orders").header("idempotency-key", key).json(&body);
    let reply = request.send().await.ok()?;
    let status = reply.status().as_u16();
    Some((status, reply.bytes().await.ok()?.to_vec()))
}

/// An answer that every other one has to be; what is still being worked on is none.
fn heard(answers: &mut HashSet<Vec<u8>>, (status, body): (u16, Vec<u8>)) {
    match status {
        201 => drop(answers.insert(body)),
        409 => assert_eq!(serde_json::from_slice::<Value>(&body).unwrap()["code"], "still_running"),
        other => panic!("{other}: {}", String::from_utf8_lossy(&body)),
    }
}

/// Twenty with one key; after so many answers the server is killed, if it is to be.
async fn crowd((server, owner): (&mut Option<Server>, &Client), (key, body): (&str, &Value), kill_after: Option<usize>) -> HashSet<Vec<u8>> {
    let mut callers = JoinSet::new();
    for _ in 0..CALLERS {
        callers.spawn(ask(owner.clone(), key.to_owned(), body.clone()));
    }
    let (mut answers, mut came) = (HashSet::new(), 0);
    while let Some(answer) = callers.join_next().await {
        came += 1;
        if let Some(answer) = answer.unwrap() {
            heard(&mut answers, answer);
        }
        if kill_after.is_some_and(|after| came > after)
            && let Some(server) = server.take()
        {
            server.kill().await;
        }
    }
    answers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_asked_for_by_twenty_at_once_have_one_effect_through_kills() {
    let keys = times(6, 1_000);
    let place = Place::new();
    let first = place.serve().await;
    let mut owner = first.set_up().await;
    let things = shop(&owner, 100).await;
    let body = order(&things);
    let mut server = Some(first);
    let mut orders = HashSet::new();
    for number in 0..keys {
        let key = format!("crowd-{number}");
        // After the first answer, or after a few: every kill at another moment of the others.
        let kill_after = (number % KILLED == 0).then(|| usize::try_from(number / KILLED).unwrap() % 5);
        let mut answers = crowd((&mut server, &owner), (&key, &body), kill_after).await;
        if server.is_none() {
            let again = place.serve().await;
            owner = owner.at(&again.url);
            server = Some(again);
        }
        if number % SIGNED_IN == SIGNED_IN - 1 {
            owner = signed_in(&owner).await;
        }
        // Whoever heard nothing asks again.
        answers.extend(crowd((&mut server, &owner), (&key, &body), None).await);
        heard(&mut answers, ask(owner.clone(), key.clone(), body.clone()).await.expect("nobody was killed"));
        assert_eq!(answers.len(), 1, "{key} was answered in {} ways", answers.len());
        let answer: Value = serde_json::from_slice(answers.iter().next().unwrap()).unwrap();
        assert!(orders.insert(answer["data"]["id"].as_str().unwrap().to_owned()), "{key} made no order of its own");
    }
    let there: HashSet<String> = owner.all("/orders").await.iter().map(|order| order["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(there, orders);
    let (_, product) = owner.get(&format!("/products/{}", things.0)).await.unwrap();
    assert_eq!(product["data"]["stock"].as_u64(), Some(1_000 - keys), "{product}");
    server.unwrap().stop().await;
}

/// The owner, signed in anew.
pub(super) async fn signed_in(owner: &Client) -> Client {
    let body = json!({ "email": "owner@harbour.example", "password": PASSWORD });
    let (status, reply) = owner.post("/auth/login", body).await.unwrap();
    assert_eq!(status, 200, "{reply}");
    owner.with_token(reply["data"]["accessToken"].as_str().unwrap())
}
