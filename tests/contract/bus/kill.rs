//! The bus is killed in the middle of the stream and comes back: everything is delivered, and acted on once and in order.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use purser_core::access::{Grant, can};
use purser_core::events::{Event, Topic};
use purser_core::ids::{Ids, TenantId};
use purser_core::time::Clock;
use purser_core::{Error, Result};
use purser_service::bus::{self, Consumer};
use purser_service::events::emit;
use purser_store::{Tx, sql};
use purser_testkit::{Database, Start, TestApp, both};
use uuid::Uuid;

use super::servers::{Kind, Server};

/// Counts what it acts on in the transaction it acts in, and notes what comes out of order.
struct Counting;

async fn count(tx: &mut Tx, name: String, add: i64) -> Result<i64> {
    #[derive(sqlx::FromRow)]
    struct Row {
        value: i64,
    }
    const ADD: &str = "INSERT INTO counters (tenant_id, name, value) VALUES ($1, $2, $3) \
         ON CONFLICT (tenant_id, name) DO UPDATE SET value = counters.value + $3 RETURNING value";
    let row: Row = tx.one(sql(ADD).bind(tx.tenant()).bind(name).bind(add)).await?;
    Ok(row.value)
}

#[async_trait]
impl Consumer for Counting {
    fn name(&self) -> &'static str {
        "counting"
    }

    fn about(&self) -> &'static str {
        "Counts."
    }

    fn wants(&self, event: &Event) -> bool {
        event.topic == Topic::Order
    }

    async fn act(&self, tx: &mut Tx, _: &Grant<can::ManageJob>, events: &[Event]) -> Result<()> {
        for event in events {
            count(tx, format!("bus seen {}", event.seq), 1).await?;
            let last = count(tx, format!("bus last {}", event.subject_id), 0).await?;
            if last >= event.seq {
                count(tx, "bus disorder".into(), 1).await?;
            }
            count(tx, format!("bus last {}", event.subject_id), event.seq - last).await?;
        }
        Ok(())
    }
}

/// So many things change in turn.
const THINGS: u128 = 7;

async fn happen(app: &TestApp, tenant: TenantId, count: u128) {
    for place in 0..count {
        let by = Grant::<can::ManageJob>::system(tenant, app.app.clock.now(), &app.app.ids);
        let done = app.app.db.transact(&by, async |tx| {
            emit(tx, &by, Topic::Order, "tested", Uuid::from_u128(place % THINGS + 1));
            // What is not for them comes between.
            emit(tx, &by, Topic::Job, "done", Uuid::from_u128(9));
            Ok::<_, Error>(())
        });
        done.await.unwrap();
    }
}

#[derive(sqlx::FromRow)]
struct Counted {
    name: String,
    value: i64,
}

async fn counted(app: &TestApp, tenant: TenantId) -> HashMap<String, i64> {
    let read = async |tx: &mut Tx| tx.all(sql("SELECT name, value FROM counters WHERE tenant_id = $1 AND name LIKE 'bus %'").bind(tx.tenant())).await;
    let rows: Vec<Counted> = app.app.db.read(tenant, read).await.unwrap();
    rows.into_iter().map(|row| (row.name, row.value)).collect()
}

/// The numbers of what happened to orders.
async fn happened(app: &TestApp, tenant: TenantId) -> BTreeSet<i64> {
    let events = app.app.db.read(tenant, async |tx| purser_store::events::carried(tx, 0, 10_000).await).await.unwrap();
    events.into_iter().filter(|event| event.topic == Topic::Order).map(|event| event.seq).collect()
}

fn go(app: &TestApp) {
    app.app.bus.learn(Arc::new(Counting));
    tokio::spawn(bus::keep_relaying(app.app.weak()));
    bus::keep_acting(&app.app);
}

async fn until(what: &str, mut done: impl AsyncFnMut() -> bool) {
    let wait = async {
        while !done().await {
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), wait).await.unwrap_or_else(|_| panic!("{what}: not in time"));
}

async fn acted_on_once_and_in_order(app: &TestApp, tenant: TenantId) {
    let all = happened(app, tenant).await;
    until("everything is acted on", async || counted(app, tenant).await.keys().filter(|name| name.starts_with("bus seen")).count() >= all.len())
        .await;
    let counted = counted(app, tenant).await;
    for seq in &all {
        assert_eq!(counted.get(&format!("bus seen {seq}")), Some(&1), "event {seq}");
    }
    assert_eq!(counted.get("bus disorder"), None);
}

/// Everything the bus carried, as somebody outside reads it.
async fn outside(server: &Server) -> BTreeSet<i64> {
    let bus = server.bus();
    let mut got = BTreeSet::new();
    loop {
        let deliveries = bus.receive("outside", 100, Duration::from_millis(300)).await.unwrap();
        if deliveries.is_empty() {
            return got;
        }
        let receipts = deliveries.iter().map(|delivery| delivery.receipt.clone()).collect();
        got.extend(
            deliveries.into_iter().filter_map(|delivery| delivery.message).filter(|message| message.topic == Topic::Order).map(|message| message.seq),
        );
        bus.settle("outside", receipts).await.unwrap();
    }
}

async fn killed_and_back(database: Database, kind: Kind) {
    let mut server = Server::start(kind).await;
    let start = || Start { clock: Clock::System, ids: Ids::random(), tenant: None };
    // Where the database allows it, two processes hand over and act.
    let other = matches!(database.config, purser_store::Config::Postgres(_)).then(|| database.shared());
    let app = TestApp::with_bus(database, server.bus(), start()).await;
    let tenant = app.tenant().await;
    go(&app);
    let _other = match other {
        Some(database) => {
            let other = TestApp::with_bus(database, server.bus(), start()).await;
            go(&other);
            Some(other)
        }
        None => None,
    };
    happen(&app, tenant, 40).await;
    until("it has begun", async || !counted(&app, tenant).await.is_empty()).await;
    server.kill().await;
    happen(&app, tenant, 60).await;
    // Consumers of ours go on without it.
    acted_on_once_and_in_order(&app, tenant).await;
    server.again().await;
    happen(&app, tenant, 40).await;
    acted_on_once_and_in_order(&app, tenant).await;
    let all = happened(&app, tenant).await;
    let newest = *all.last().unwrap();
    until("everything is handed over", async || {
        let name = app.app.db.read(tenant, async |tx| purser_store::bus::relay_position(tx, server.bus().name()).await).await.unwrap();
        name >= newest
    })
    .await;
    let carried = outside(&server).await;
    assert!(all.is_subset(&carried), "missing outside: {:?}", all.difference(&carried).collect::<Vec<_>>());
}

both! {
    async fn within_a_process_nothing_is_missed_either(app) {
        let tenant = app.tenant().await;
        go(&app);
        happen(&app, tenant, 60).await;
        acted_on_once_and_in_order(&app, tenant).await;
        happen(&app, tenant, 5).await;
        acted_on_once_and_in_order(&app, tenant).await;
    }

    async fn a_redis_that_is_killed_loses_nothing(app) {
        killed_and_back(app.into_database(), Kind::Redis).await;
    }
}

#[cfg(feature = "nats")]
both! {
    async fn a_nats_that_is_killed_loses_nothing(app) {
        killed_and_back(app.into_database(), Kind::Nats).await;
    }
}
