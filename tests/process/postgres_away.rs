//! PostgreSQL is stopped in the middle of people checking out, properly or as if it had died, and comes back. Nothing that was acknowledged is
//! gone, nothing is half done, and whoever was told to try again is served.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use purser_testkit::{json, times};
use serde_json::Value;
use tokio::task::JoinSet;

use super::client::Client;
use super::cluster::{Cluster, Stop};
use super::keys::signed_in;
use super::{LIMIT, Place, order, shop};

const WRITERS: usize = 6;
/// A database that is away is told of with 503; a key somebody is still at with 409.
const AGAIN: Duration = Duration::from_millis(100);

/// What the writers share.
struct Load {
    things: (String, String),
    /// Checkouts that were acknowledged so far.
    done: AtomicUsize,
    /// Answers that said to try again.
    put_off: AtomicUsize,
    over: AtomicBool,
}

/// Ask with one key until there is an answer; it is the same however often one had to ask.
async fn until_answered(client: &Client, load: &Load, (path, key, body): (&str, &str, &Value)) -> Value {
    let answered = async {
        loop {
            match client.post_once(path, key, body).await {
                Ok((201, reply)) => return reply["data"].clone(),
                Ok((status, reply)) => {
                    assert!(status == 503 || (status == 409 && reply["code"] == "still_running"), "{path} was answered {status}: {reply}");
                    load.put_off.fetch_add(1, Ordering::Relaxed);
                }
                Err(error) => panic!("the server itself was not stopped: {error}"),
            }
            tokio::time::sleep(AGAIN).await;
        }
    };
    // A key whose first request died with its connection is free again after two minutes at the latest.
    tokio::time::timeout(LIMIT * 4, answered).await.expect("it is answered in the end")
}

/// Fill carts and check them out until told to stop; the order of each cart.
async fn writer(client: Client, load: Arc<Load>, name: usize) -> Vec<(String, String)> {
    let mut ordered = Vec::new();
    let address = order(&load.things)["shippingAddress"].clone();
    for count in 0.. {
        if load.over.load(Ordering::Relaxed) {
            break;
        }
        let lines = json!([{ "productId": load.things.0, "quantity": 1 }]);
        let draft = json!({ "kind": "draft", "customerId": load.things.1, "lines": lines, "shippingAddress": address });
        let cart = until_answered(&client, &load, ("/carts", &format!("cart-{name}-{count}"), &draft)).await;
        let cart = cart["id"].as_str().unwrap().to_owned();
        let pay = json!({ "paymentMethod": "pm_card_visa" });
        let made = until_answered(&client, &load, (&format!("/carts/{cart}/checkout"), &format!("out-{name}-{count}"), &pay)).await;
        ordered.push((cart, made["order"]["id"].as_str().unwrap().to_owned()));
        load.done.fetch_add(1, Ordering::Relaxed);
    }
    ordered
}

/// Wait until so many more are acknowledged.
async fn go_on(load: &Load, more: usize) {
    let until = load.done.load(Ordering::Relaxed) + more;
    let reached = async {
        while load.done.load(Ordering::Relaxed) < until {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(LIMIT * 4, reached).await.expect("people go on checking out");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_check_out_while_postgres_is_stopped_and_started() {
    let Some(_there) = purser_testkit::Database::empty_postgres().await else { return };
    let mut cluster = Cluster::start().await;
    let place = Place::new();
    let server = place.serve_with(&["--database", &cluster.url()]).await;
    let mut owner = server.set_up().await;
    let load =
        Arc::new(Load { things: shop(&owner, 100).await, done: AtomicUsize::new(0), put_off: AtomicUsize::new(0), over: AtomicBool::new(false) });
    let mut ordered = Vec::new();
    for round in 0..times(2, 40) {
        load.over.store(false, Ordering::Relaxed);
        let mut writers = JoinSet::new();
        for name in 0..WRITERS {
            writers.spawn(writer(owner.clone(), load.clone(), usize::try_from(round).unwrap() * WRITERS + name));
        }
        go_on(&load, 1 + usize::try_from(round % 7).unwrap()).await;
        cluster.stop(if round % 2 == 0 { Stop::Fast } else { Stop::Immediate }).await;
        // Everybody learns that it is away before it comes back.
        let before = load.put_off.load(Ordering::Relaxed);
        let told = async {
            while load.put_off.load(Ordering::Relaxed) < before + WRITERS {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(LIMIT, told).await.expect("they are told to try again");
        cluster.again().await;
        go_on(&load, 1).await;
        load.over.store(true, Ordering::Relaxed);
        for more in writers.join_all().await {
            ordered.extend(more);
        }
        owner = signed_in(&owner).await;
    }
    nothing_is_half_done(&owner, &load, &ordered).await;
    server.stop().await;
    cluster.stop(Stop::Fast).await;
}

/// Every cart is one order, every order is paid once, goods and books add up, the log is whole.
async fn nothing_is_half_done(owner: &Client, load: &Load, ordered: &[(String, String)]) {
    // What a lost connection left open is finished by the server itself.
    let settled = async {
        loop {
            let rows = owner.all("/orders").await;
            if rows.iter().all(|row| row["paymentState"] == "paid") {
                return rows;
            }
            tokio::time::sleep(AGAIN).await;
        }
    };
    let rows = tokio::time::timeout(LIMIT * 4, settled).await.expect("every order is paid");
    let there: HashSet<&str> = rows.iter().map(|row| row["id"].as_str().unwrap()).collect();
    let acknowledged: HashMap<&str, &str> = ordered.iter().map(|(cart, order)| (order.as_str(), cart.as_str())).collect();
    assert_eq!(acknowledged.len(), ordered.len(), "two carts were told the same order");
    assert_eq!(there, acknowledged.keys().copied().collect::<HashSet<_>>(), "orders nobody was told of, or acknowledged ones that are gone");
    let payments = owner.all("/payments").await;
    let taken: Vec<&str> = payments.iter().filter(|row| row["state"] == "captured").map(|row| row["orderId"].as_str().unwrap()).collect();
    assert_eq!((taken.len(), taken.iter().copied().collect::<HashSet<_>>()), (rows.len(), there), "every order is paid once");
    let (_, product) = owner.get(&format!("/products/{}", load.things.0)).await.unwrap();
    assert_eq!(product["data"]["stock"].as_u64(), Some(1_000 - u64::try_from(rows.len()).unwrap()), "{product}");
    let (_, proof) = owner.get("/ledger/proof").await.unwrap();
    assert_eq!(proof["data"]["balanced"], true, "{proof}");
    let (_, verdict) = owner.get("/audit/verify").await.unwrap();
    assert_eq!(verdict["data"]["intact"], true, "{verdict}");
}
