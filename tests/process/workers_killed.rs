//! One of several `purser worker` processes is killed −9 in the middle of a piece of work: when its lease lapses the work is begun once more by
//! another, and what comes of it is there once.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use parking_lot::Mutex;
use purser_core::Error;
use purser_core::jobs::JobState;
use purser_core::time::Clock;
use purser_store::jobs::{self, Filter, Held, Job};
use purser_store::webhooks::{self, Delivery};
use purser_store::{Config, Db, Page, Scope, sql, tenants};
use purser_testkit::{Database, json};
use tokio::sync::Notify;

use super::workers::worker;
use super::{LIMIT, Place};

/// A system that is told: the first call hangs until it is let go, which is never heard by whoever was killed.
#[derive(Default)]
struct Told {
    /// How often each message came.
    came: Mutex<HashMap<String, usize>>,
    calls: AtomicUsize,
    first: Notify,
}

async fn take(State(told): State<Arc<Told>>, headers: HeaderMap) -> &'static str {
    let id = headers["webhook-id"].to_str().unwrap().to_owned();
    *told.came.lock().entry(id).or_default() += 1;
    if told.calls.fetch_add(1, Ordering::SeqCst) == 0 {
        told.first.notify_one();
        std::future::pending::<()>().await;
    }
    "thanks"
}

async fn receiver() -> (String, Arc<Told>) {
    let told = Arc::new(Told::default());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let router = Router::new().route("/hook", post(take)).with_state(told.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, told)
}

async fn work(db: &Db, tenant: purser_core::ids::TenantId) -> Vec<Job> {
    let filter = Filter { queues: vec!["webhooks".into()], ..Filter::default() };
    db.read(tenant, async |tx| jobs::list(tx, &filter, &Page { limit: 100, ..Page::default() }).await).await.unwrap().rows
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_killed_worker_was_at_is_done_by_another_once() {
    let Some(database) = Database::postgres().await else { return };
    let Config::Postgres(url) = &database.config else { panic!("a PostgreSQL database") };
    let (hook, told) = receiver().await;
    let place = Place::new();
    std::fs::create_dir_all(place.data()).unwrap();
    std::fs::write(place.data().join("purser.toml"), "webhooks_inside = true\n").unwrap();
    let server = place.serve_with(&["--database", url]).await;
    let owner = server.set_up().await;
    let db = Db::open(&database.config).await.unwrap();
    let tenant = db.read(Scope::System, async |tx| tenants::all(tx).await.map_err(Error::from)).await.unwrap()[0].id;
    let rein = async |paused: bool| {
        let held = Held { queue: "webhooks".into(), paused, at_once: None, per_minute: None, changed_by: None, changed_at: Clock::System.now() };
        db.transact(tenant, async |tx| jobs::hold_back(tx, &held).await).await.unwrap();
    };
    rein(true).await;
    let (status, made) = owner.post("/webhooks/endpoints", json!({ "url": hook, "topics": ["product.created"] })).await.unwrap();
    assert_eq!(status, 201, "{made}");
    for sku in ["K-1", "K-2", "K-3", "K-4", "K-5", "K-6"] {
        let body = json!({ "name": "Lantern", "sku": sku, "price": { "amount": 100, "currency": "EUR" } });
        assert_eq!(owner.post("/products", body).await.unwrap().0, 201);
    }
    let settled = async |wanted: usize, states: &[JobState]| {
        let wait = async {
            while work(&db, tenant).await.iter().filter(|job| states.contains(&job.state)).count() < wanted {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(LIMIT, wait).await.expect("in time");
    };
    settled(6, &[JobState::Pending]).await;
    server.stop().await;

    let data = place.data().to_str().unwrap().to_owned();
    let mut doomed = worker(&data, url).await;
    rein(false).await;
    tokio::time::timeout(LIMIT, told.first.notified()).await.expect("it is at it");
    // The others are done meanwhile; the one that hangs is still leased when its process is killed.
    settled(5, &[JobState::Done]).await;
    let mut other = worker(&data, url).await;
    doomed.kill().await.unwrap();
    assert_eq!(work(&db, tenant).await.iter().filter(|job| job.state == JobState::Running).count(), 1);
    // A minute passes, for the lease of the job and for the delivery it had taken up.
    let lapsed = db.transact(tenant, async |tx| {
        let past = Clock::System.now().plus(-1);
        tx.run(sql("UPDATE webhook_deliveries SET sending_until_at = $2 WHERE tenant_id = $1 AND state = 'pending'").bind(tenant).bind(past)).await?;
        tx.run(sql("UPDATE jobs SET lease_until = $2 WHERE tenant_id = $1 AND state = 'running'").bind(tenant).bind(past)).await
    });
    assert_eq!(lapsed.await.unwrap(), 1);
    // Whoever starts looks for lapsed leases at once, the others at their next round; either may do it.
    let mut third = worker(&data, url).await;
    settled(6, &[JobState::Done]).await;
    let done = work(&db, tenant).await;
    let mut attempts: Vec<i64> = done.iter().map(|job| job.attempts).collect();
    attempts.sort_unstable();
    assert_eq!(attempts, [1, 1, 1, 1, 1, 2], "only what was cut off was begun again");
    let came = told.came.lock().clone();
    let mut times: Vec<usize> = came.values().copied().collect();
    times.sort_unstable();
    assert_eq!(times, [1, 1, 1, 1, 1, 2], "six messages, the one that was cut off twice under the same id: {came:?}");
    let deliveries: Vec<Delivery> = db
        .read(tenant, async |tx| webhooks::list_deliveries(tx, &webhooks::Filter::default(), &Page { limit: 100, ..Page::default() }).await)
        .await
        .unwrap()
        .rows;
    assert_eq!(deliveries.iter().filter(|delivery| delivery.state == purser_core::webhooks::DeliveryState::Delivered).count(), 6);
    for child in [&mut other, &mut third] {
        child.kill().await.unwrap();
    }
    db.close().await;
}
