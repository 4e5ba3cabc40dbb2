//! Acting: what a consumer has not seen, in the transaction that notes it; what it could not do, again.

use std::collections::HashSet;

use purser_core::access::{Grant, can};
use purser_core::bus::{StuckState, TRIES, WAIT};
use purser_core::events::Event;
use purser_core::ids::TenantId;
use purser_core::{Error, Result, Timestamp};
use purser_store::bus::{self as store, Stuck};
use purser_store::{Scope, Tx, events as outbox};

use super::Consumer;
use crate::App;

/// Events acted on in one transaction.
const AT_ONCE: i64 = 300;

/// Events tried again at one look.
const AGAIN: i64 = 50;

/// Act on everything `consumer` has not seen and on what is due again, in every tenant; how many events it acted on.
pub async fn catch_up(app: &App, consumer: &dyn Consumer) -> Result<usize> {
    let (name, now) = (consumer.name(), app.clock.now());
    let (behind, waiting) =
        app.db.read(Scope::System, async |tx| Ok::<_, Error>((store::behind(tx, name).await?, store::waiting_tenants(tx, name, now).await?))).await?;
    let mut done = 0;
    for tenant in waiting {
        done += again(app, consumer, tenant).await?;
    }
    for tenant in behind {
        done += act(app, consumer, tenant).await?;
    }
    Ok(done)
}

/// Act on everything `consumer` has not seen in a tenant; how many events it acted on.
pub(super) async fn act(app: &App, consumer: &dyn Consumer, tenant: TenantId) -> Result<usize> {
    let mut done = 0;
    loop {
        let by = Grant::<can::ManageJob>::system(tenant, app.clock.now(), &app.ids);
        let step = app.db.transact(&by, async |tx| step(tx, &by, consumer, AT_ONCE).await).await;
        match step {
            Ok(None) => return Ok(done),
            Ok(Some(acted)) => done += acted,
            // One of them can not be acted on: which one shows when each has a transaction of its own.
            Err(error) => {
                tracing::warn!(%error, consumer = consumer.name(), "events could not be acted on together; one by one");
                done += one_by_one(app, consumer, tenant).await?;
            }
        }
    }
}

/// The next `most` events; `None` once there are none.
async fn step(tx: &mut Tx, by: &Grant<can::ManageJob>, consumer: &dyn Consumer, most: i64) -> Result<Option<usize>> {
    let standing = store::hold(tx, consumer.name()).await?;
    let events = outbox::carried(tx, standing.seq, most).await?;
    let Some(last) = events.last().map(|event| event.seq) else { return Ok(None) };
    let wanted: Vec<Event> = events.into_iter().filter(|event| consumer.wants(event)).collect();
    let acted = if !wanted.is_empty() && consumer.is_on(tx).await? { take(tx, by, consumer, wanted).await? } else { 0 };
    store::move_to(tx, consumer.name(), (last, i64::try_from(acted).unwrap_or(0)), by.now()).await?;
    Ok(Some(acted))
}

/// Act on those that were not acted on before and are not behind something that is stuck.
async fn take(tx: &mut Tx, by: &Grant<can::ManageJob>, consumer: &dyn Consumer, events: Vec<Event>) -> Result<usize> {
    let blocked = store::blocked(tx, consumer.name()).await?;
    let (behind, free): (Vec<Event>, Vec<Event>) = events.into_iter().partition(|event| blocked.contains(&event.subject_id));
    let behind: Vec<Stuck> = behind.iter().map(|event| stuck(by, consumer, event, None)).collect();
    store::add_stuck(tx, &behind).await?;
    let seqs: Vec<i64> = free.iter().map(|event| event.seq).collect();
    let new: HashSet<i64> = store::take_in(tx, consumer.name(), &seqs).await?.into_iter().collect();
    let events: Vec<Event> = free.into_iter().filter(|event| new.contains(&event.seq)).collect();
    if !events.is_empty() {
        consumer.act(tx, by, &events).await?;
    }
    Ok(events.len())
}

/// The next events, each in a transaction of its own; what can not be acted on is set aside.
async fn one_by_one(app: &App, consumer: &dyn Consumer, tenant: TenantId) -> Result<usize> {
    let mut done = 0;
    for _ in 0..AT_ONCE {
        let by = Grant::<can::ManageJob>::system(tenant, app.clock.now(), &app.ids);
        match app.db.transact(&by, async |tx| step(tx, &by, consumer, 1).await).await {
            Ok(None) => break,
            Ok(Some(acted)) => done += acted,
            Err(error) => {
                let why = reason(&error);
                app.db.transact(&by, async |tx| set_aside(tx, &by, consumer, &why).await).await?;
            }
        }
    }
    Ok(done)
}

/// What went wrong, for people: no secret, nothing personal; what broke inside goes to the log.
fn reason(error: &Error) -> String {
    if let Error::Internal(cause) = error {
        tracing::warn!(error = %cause, "an event could not be acted on");
    }
    error.to_string().chars().take(500).collect()
}

/// Leave the next event for later.
async fn set_aside(tx: &mut Tx, by: &Grant<can::ManageJob>, consumer: &dyn Consumer, why: &str) -> Result<()> {
    let standing = store::hold(tx, consumer.name()).await?;
    let Some(event) = outbox::carried(tx, standing.seq, 1).await?.into_iter().next() else { return Ok(()) };
    store::add_stuck(tx, &[stuck(by, consumer, &event, Some(why))]).await?;
    store::failed(tx, consumer.name(), why, by.now()).await?;
    Ok(store::move_to(tx, consumer.name(), (event.seq, 0), by.now()).await?)
}

/// `event` as it waits: for its next try, or behind another.
fn stuck(by: &Grant<can::ManageJob>, consumer: &dyn Consumer, event: &Event, why: Option<&str>) -> Stuck {
    Stuck {
        id: by.id(),
        tenant_id: by.tenant(),
        consumer: consumer.name().into(),
        seq: event.seq,
        topic: event.topic,
        action: event.action.clone(),
        subject_id: event.subject_id,
        actor_id: event.actor_id.map(purser_core::ids::UserId::uuid),
        at: event.at,
        state: StuckState::Waiting,
        attempts: i64::from(why.is_some()),
        error: why.map(str::to_owned),
        next_at: if why.is_some() { next(by.now(), 1) } else { by.now() },
        created_at: by.now(),
    }
}

fn next(now: Timestamp, tried: i64) -> Timestamp {
    now.plus(WAIT.after(tried, rand::random()))
}

/// Try again what is due in a tenant, and whatever waits behind it; how many events it acted on.
async fn again(app: &App, consumer: &dyn Consumer, tenant: TenantId) -> Result<usize> {
    let mut done = 0;
    loop {
        let now = app.clock.now();
        let by = Grant::<can::ManageJob>::system(tenant, now, &app.ids);
        let due = app.db.read(&by, async |tx| store::due(tx, consumer.name(), now, AGAIN).await.map_err(Error::from)).await?;
        if due.is_empty() {
            return Ok(done);
        }
        for one in due {
            match app.db.transact(&by, async |tx| retry_one(tx, &by, consumer, &one).await).await {
                Ok(acted) => done += acted,
                Err(error) => {
                    let why = reason(&error);
                    app.db.transact(&by, async |tx| failed_again(tx, &by, consumer, (&one, why)).await).await?;
                }
            }
        }
    }
}

/// One more try of the earliest about its thing.
async fn retry_one(tx: &mut Tx, by: &Grant<can::ManageJob>, consumer: &dyn Consumer, one: &Stuck) -> Result<usize> {
    store::hold(tx, consumer.name()).await?;
    let first = store::first_about(tx, consumer.name(), one.subject_id).await?;
    // Another process was quicker.
    if first.is_none_or(|first| first.id != one.id) || !store::end_stuck(tx, one.id).await? {
        return Ok(0);
    }
    let acted = if consumer.is_on(tx).await? && !store::take_in(tx, consumer.name(), &[one.seq]).await?.is_empty() {
        consumer.act(tx, by, &[one.event()]).await?;
        1
    } else {
        0
    };
    store::move_to(tx, consumer.name(), (0, i64::try_from(acted).unwrap_or(0)), by.now()).await?;
    Ok(acted)
}

async fn failed_again(tx: &mut Tx, by: &Grant<can::ManageJob>, consumer: &dyn Consumer, (one, why): (&Stuck, String)) -> Result<()> {
    store::hold(tx, consumer.name()).await?;
    let Some(known) = store::find_stuck(tx, one.id).await?.filter(|known| known.attempts == one.attempts) else { return Ok(()) };
    let attempts = known.attempts + 1;
    let state = if attempts >= TRIES { StuckState::Parked } else { StuckState::Waiting };
    store::failed(tx, consumer.name(), &why, by.now()).await?;
    let after = Stuck { state, attempts, error: Some(why), next_at: next(by.now(), attempts), ..known };
    store::try_again(tx, &after).await?;
    if state == StuckState::Parked {
        tracing::error!(consumer = consumer.name(), seq = one.seq, "an event was given up");
        super::manage::announce(tx, by, "bus_parked");
    }
    Ok(())
}
