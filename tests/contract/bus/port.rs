//! What every bus promises.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use purser_core::Timestamp;
use purser_core::events::Topic;
use purser_core::ids::TenantId;
use purser_core::time::SECOND;
use purser_service::bus::Local;
use purser_service::bus::port::{Bus, Message};
use uuid::Uuid;

use super::servers::{KINDS, Server};

const WAIT: Duration = Duration::from_millis(200);

fn messages(count: i64) -> Vec<Arc<Message>> {
    let tenant = TenantId(Uuid::from_u128(7));
    let message = |seq| Message {
        id: format!("{tenant}-{seq}"),
        tenant,
        seq,
        topic: Topic::Order,
        action: "paid".into(),
        subject_id: Uuid::from_u128(u128::try_from(seq).unwrap() % 3),
        actor_id: None,
        at: Timestamp::from_micros(1_763_715_600 * SECOND),
    };
    (1..=count).map(|seq| Arc::new(message(seq))).collect()
}

/// Everything `consumer` gets, settled, until there is nothing more.
async fn all(bus: &dyn Bus, consumer: &'static str) -> Vec<Message> {
    let mut got = Vec::new();
    loop {
        let deliveries = bus.receive(consumer, 4, WAIT).await.unwrap();
        if deliveries.is_empty() {
            return got;
        }
        let receipts = deliveries.iter().map(|delivery| delivery.receipt.clone()).collect();
        got.extend(deliveries.into_iter().map(|delivery| delivery.message.expect("a message")));
        bus.settle(consumer, receipts).await.unwrap();
    }
}

async fn promises(bus: &dyn Bus) {
    // Whoever asks is known from then on.
    for consumer in ["one", "two"] {
        assert!(bus.receive(consumer, 10, Duration::from_millis(20)).await.unwrap().is_empty());
    }
    let sent = messages(11);
    bus.publish(&sent[..5]).await.unwrap();
    bus.publish(&sent[5..]).await.unwrap();
    for consumer in ["one", "two"] {
        let got = all(bus, consumer).await;
        assert_eq!(got, sent.iter().map(|message| (**message).clone()).collect::<Vec<_>>(), "{consumer} on {}: all of them, in order", bus.name());
        assert!(all(bus, consumer).await.is_empty(), "{consumer} on {}: once", bus.name());
    }
    // Who waits is woken, and does not wait longer than that.
    let more = messages(1);
    let (got, ()) = tokio::join!(bus.receive("one", 10, Duration::from_secs(20)), async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let fresh = Message { id: "fresh".into(), ..(*more[0]).clone() };
        bus.publish(&[Arc::new(fresh)]).await.unwrap();
    });
    assert_eq!(got.unwrap().len(), 1, "{}", bus.name());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_bus_promises_the_same() {
    promises(&Local::default()).await;
    for kind in KINDS {
        let server = Server::start(kind).await;
        promises(&*server.bus()).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_share_what_comes_for_one_consumer() {
    for kind in KINDS {
        let server = Server::start(kind).await;
        let (here, there) = (server.bus(), server.bus());
        assert!(here.receive("one", 1, Duration::from_millis(20)).await.unwrap().is_empty());
        let sent = messages(40);
        there.publish(&sent).await.unwrap();
        let (mine, theirs) = tokio::join!(all(&*here, "one"), all(&*there, "one"));
        let ids: HashSet<&String> = mine.iter().chain(&theirs).map(|message| &message.id).collect();
        assert_eq!((ids.len(), mine.len() + theirs.len()), (40, 40), "{}: each to one of them", here.name());
    }
}

#[tokio::test]
async fn nobody_there_is_told_in_time_and_without_the_address() {
    for url in ["redis://:secret@127.0.0.1:9/0", "nats://secret@127.0.0.1:9"].into_iter().take(KINDS.len()) {
        let bus = purser_adapters::bus::at(url).unwrap();
        let away = tokio::time::timeout(Duration::from_secs(20), bus.publish(&messages(1))).await.expect("an answer in time").unwrap_err();
        assert!(!away.to_string().contains("secret") && !away.to_string().contains("127.0.0.1"), "{away}");
        assert!(bus.receive("one", 1, WAIT).await.is_err());
    }
}
