//! Carrying: from the outbox to the bus, and from the bus to whoever acts. Both go on for as long as the engine lives, and neither depends on
//! a message: what the bus does not tell is found in the outbox a little later.

use std::collections::HashSet;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use purser_core::bus::is_carried;
use purser_core::events::Event;
use purser_core::ids::TenantId;
use purser_core::time::SECOND;
use purser_core::{Error, Result};
use purser_store::bus as store;
use purser_store::{Scope, events as outbox};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::port::{Away, Message};
use super::{Consumer, act, catch_up};
use crate::{App, Parts};

/// Messages handed over at once.
const AT_ONCE: i64 = 200;

/// A process that hands over what happened in a tenant is left to it for so long after its last sign of life.
const TURN: i64 = 10 * SECOND;

/// After something happened, so long is waited for more of it.
const GATHER: Duration = Duration::from_millis(50);

/// A wait for messages is so long at most.
const PATIENCE: Duration = Duration::from_secs(2);

/// What no message told of is looked for so often; while the bus is away or something waits to be tried again, all the time.
const EVERY: Duration = Duration::from_secs(10);

/// A bus that is away is left alone for so long.
const PAUSE: Duration = Duration::from_millis(500);

/// Hand everything over that a bus outside has not got; how much.
pub async fn relay(app: &App) -> Result<usize> {
    let (bus, owner, now) = (app.bus.bus.name(), app.bus.owner, app.clock.now());
    let tenants = app.db.read(Scope::System, async |tx| store::unrelayed(tx, bus, (owner, now)).await.map_err(Error::from)).await?;
    let mut handed = 0;
    for tenant in tenants {
        handed += relay_tenant(app, tenant).await?;
    }
    Ok(handed)
}

async fn relay_tenant(app: &App, tenant: TenantId) -> Result<usize> {
    let (bus, owner) = (app.bus.bus.name(), app.bus.owner);
    let now = app.clock.now();
    let claimed = app.db.transact(tenant, async |tx| store::claim_relay(tx, bus, owner, (now, now.plus(TURN))).await.map_err(Error::from)).await?;
    let Some(mut at) = claimed else { return Ok(0) };
    let mut handed = 0;
    loop {
        let events = app.db.read(tenant, async |tx| outbox::carried(tx, at, AT_ONCE).await.map_err(Error::from)).await?;
        let Some(last) = events.last().map(|event| event.seq) else { return Ok(handed) };
        let messages: Vec<Arc<Message>> = events.iter().map(|event| Arc::new(Message::from(event))).collect();
        let outcome = app.bus.bus.publish(&messages).await;
        app.bus.note(app.clock.now(), &outcome);
        if let Err(Away(why)) = outcome {
            return Err(Error::Unavailable("bus_away", why.into()));
        }
        let until = app.clock.now().plus(TURN);
        if !app.db.transact(tenant, async |tx| store::relayed(tx, bus, owner, (last, until)).await.map_err(Error::from)).await? {
            return Ok(handed);
        }
        handed += events.len();
        at = last;
    }
}

/// Hand over for as long as the engine lives: what happens here to the bus of this process, everything to one outside.
pub async fn keep_relaying(app: Weak<Parts>) {
    let Some(mut news) = app.upgrade().map(|app| app.db.follow()) else { return };
    loop {
        {
            let Some(app) = app.upgrade().map(App::from).filter(|app| !app.db.is_closed()) else { return };
            if app.bus.bus.is_outside()
                && let Err(error) = relay(&app).await
                && !app.db.is_closed()
            {
                // That the bus is away was said once.
                tracing::debug!(%error, "what happened is handed over later");
            }
        }
        let wait = if app.upgrade().is_some_and(|app| app.bus.is_away()) { PAUSE } else { EVERY };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            event = something(&mut news) => {
                let Some(app) = app.upgrade().map(App::from) else { return };
                match event {
                    Some(event) if !app.bus.bus.is_outside() => drop(app.bus.bus.publish(&[Arc::new(Message::from(&*event))]).await),
                    Some(_) => tokio::time::sleep(GATHER).await,
                    // Some were missed; they are in the outbox.
                    None => app.bus.kick.send_replace(()),
                }
            }
        }
    }
}

/// Something happened that is carried; `None` if more happened than could be heard.
async fn something(news: &mut Receiver<Arc<Event>>) -> Option<Arc<Event>> {
    loop {
        match news.recv().await {
            Ok(event) if is_carried(event.topic) => return Some(event),
            Ok(_) => {}
            Err(RecvError::Lagged(_)) => return None,
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

/// Let every consumer act for as long as the engine lives.
pub fn keep_acting(app: &App) {
    for consumer in app.bus.consumers() {
        tokio::spawn(keep(app.weak(), consumer));
    }
}

async fn keep(weak: Weak<Parts>, consumer: Arc<dyn Consumer>) {
    let Some(mut kick) = weak.upgrade().map(|app| app.bus.kick.subscribe()) else { return };
    let mut looked: Option<Instant> = None;
    loop {
        let Some(app) = weak.upgrade().map(App::from).filter(|app| !app.db.is_closed()) else { return };
        if looked.is_none_or(|at| at.elapsed() >= EVERY) || app.bus.is_away() {
            looked = Some(Instant::now());
            match catch_up(&app, &*consumer).await {
                // What could not be done is tried again within a moment, not after the next pause.
                Ok(_) if waits(&app, &*consumer).await => looked = None,
                Ok(_) => {}
                Err(error) if app.db.is_closed() => return drop(error),
                Err(error) => tracing::warn!(%error, consumer = consumer.name(), "what happened could not be acted on; trying again"),
            }
        }
        let bus = app.bus.bus.clone();
        drop(app);
        let received = tokio::select! {
            received = bus.receive(consumer.name(), 500, PATIENCE) => received,
            kicked = kick.changed() => {
                if kicked.is_err() { return }
                looked = None;
                continue;
            }
        };
        let Some(app) = weak.upgrade().map(App::from).filter(|app| !app.db.is_closed()) else { return };
        app.bus.note(app.clock.now(), &received);
        match received {
            Ok(deliveries) if deliveries.is_empty() => {}
            Ok(deliveries) => {
                tokio::time::sleep(GATHER).await;
                let tenants: HashSet<TenantId> =
                    deliveries.iter().filter_map(|delivery| delivery.message.as_ref()).map(|message| message.tenant).collect();
                if let Err(error) = act_in(&app, &*consumer, tenants).await {
                    tracing::warn!(%error, consumer = consumer.name(), "what happened could not be acted on; trying again");
                    // Not settled: the bus brings it again, and the outbox has it anyway.
                    tokio::time::sleep(PAUSE).await;
                    looked = None;
                    continue;
                }
                let receipts = deliveries.into_iter().map(|delivery| delivery.receipt).collect();
                let settled = bus.settle(consumer.name(), receipts).await;
                app.bus.note(app.clock.now(), &settled);
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

/// Whether something of `consumer` is to be tried again soon.
async fn waits(app: &App, consumer: &dyn Consumer) -> bool {
    let soon = app.clock.now().plus(10 * SECOND);
    let waiting = app.db.read(Scope::System, async |tx| store::waiting_tenants(tx, consumer.name(), soon).await.map_err(Error::from)).await;
    waiting.is_ok_and(|tenants| !tenants.is_empty())
}

async fn act_in(app: &App, consumer: &dyn Consumer, tenants: HashSet<TenantId>) -> Result<()> {
    if tenants.is_empty() {
        return Ok(());
    }
    // A look costs no turn on the writing connection, and most messages tell of what was acted on with the one before.
    let behind = app.db.read(Scope::System, async |tx| store::behind(tx, consumer.name()).await.map_err(Error::from)).await?;
    for tenant in behind.into_iter().filter(|tenant| tenants.contains(tenant)) {
        act::act(app, consumer, tenant).await?;
    }
    Ok(())
}
