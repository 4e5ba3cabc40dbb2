//! The bus as people look after it: who is how far, what is stuck, what happened; show it again, try again, leave out.

use purser_core::access::{Actor, Grant, can};
use purser_core::bus::StuckState;
use purser_core::error::Checks;
use purser_core::events::{Event, Topic};
use purser_core::ids::{StuckId, UserId};
use purser_core::{Error, Result, Timestamp};
use purser_store::bus::{self as store, Filter, Standing, Stuck, Tally};
use purser_store::events::{self as notices, Lag};
use purser_store::page::COUNT_LIMIT;
use purser_store::{Listing, Page, Tx};
use serde::Serialize;

use super::Consumer;
use crate::App;
use crate::audit::{self, Line};
use crate::events;

/// How far a bus outside is.
#[derive(Clone, Copy, Debug)]
pub struct Relayed {
    /// It has everything up to this number.
    pub seq: i64,
    /// What it has not got.
    pub lag: Lag,
}

/// One consumer and how far it is.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub about: &'static str,
    /// How far it is; nothing before it began.
    pub standing: Option<Standing>,
    /// What it has not seen, counted up to [`COUNT_LIMIT`] and one.
    pub lag: Lag,
    /// What is tried again.
    pub waiting: i64,
    /// What was given up.
    pub parked: i64,
}

/// Everybody who acts on what happens.
pub type Consumers = Vec<Shown>;

/// The bus and everybody on it, as of one tenant.
#[derive(Clone, Debug)]
pub struct State {
    /// What carries.
    pub adapter: &'static str,
    /// Since when it does not, and why.
    pub away: Option<(Timestamp, String)>,
    /// The newest thing that happened.
    pub newest: Option<Event>,
    /// How far a bus outside is; nothing if it is in this process.
    pub relay: Option<Relayed>,
    /// Who acts.
    pub consumers: Consumers,
}

/// The bus as it is now.
pub async fn read(app: &App, by: &Grant<can::ReadJob>) -> Result<State> {
    let carrier = &app.bus;
    let known = carrier.consumers();
    let (newest, relay, consumers) = app
        .db
        .read(by, async |tx| {
            let newest = notices::newest(tx).await?;
            let relay = if carrier.bus.is_outside() {
                let seq = store::relay_position(tx, carrier.bus.name()).await?;
                Some(Relayed { seq, lag: notices::lag(tx, seq, COUNT_LIMIT + 1).await? })
            } else {
                None
            };
            let (standings, tally) = (store::standings(tx).await?, store::tally(tx).await?);
            let mut consumers = Vec::with_capacity(known.len());
            for consumer in &known {
                let standing = standings.iter().find(|standing| standing.name == consumer.name()).cloned();
                consumers.push(shown(tx, &**consumer, standing, &tally).await?);
            }
            Ok::<_, Error>((newest, relay, consumers))
        })
        .await?;
    let away = carrier.away.lock().as_ref().map(|(since, trouble)| (*since, trouble.to_string()));
    Ok(State { adapter: carrier.bus.name(), away, newest, relay, consumers })
}

async fn shown(tx: &mut Tx, consumer: &dyn Consumer, standing: Option<Standing>, tally: &[Tally]) -> Result<Shown> {
    let seq = standing.as_ref().map_or(0, |standing| standing.seq);
    let of = |state| tally.iter().find(|tally| tally.consumer == consumer.name() && tally.state == state).map_or(0, |tally| tally.n);
    Ok(Shown {
        name: consumer.name(),
        about: consumer.about(),
        lag: notices::lag(tx, seq, COUNT_LIMIT + 1).await?,
        standing,
        waiting: of(StuckState::Waiting),
        parked: of(StuckState::Parked),
    })
}

/// Announce that something about the bus changed.
pub(super) fn announce<P>(tx: &mut Tx, by: &Grant<P>, action: &str) {
    events::emit(tx, by, Topic::Job, action, by.tenant().uuid());
}

/// From where on something is shown again.
#[derive(Clone, Copy, Debug, Default)]
pub struct Point {
    /// From this number on.
    pub from_seq: Option<i64>,
    /// From this instant on.
    pub since: Option<Timestamp>,
}

/// What was shown again, as the audit log keeps it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Again {
    consumer: &'static str,
    from_seq: i64,
    was_at: i64,
}

/// Show a consumer again what happened from a point on, as far back as it is kept. Each consumer bears to act twice.
pub async fn replay(app: &App, by: &Grant<can::ManageJob>, name: &str, point: Point, reason: &str) -> Result<Shown> {
    let consumer = app.bus.find(name).ok_or(Error::NotFound("consumer"))?;
    let mut checks = Checks::new();
    checks.text("reason", reason, 500);
    checks.that(point.from_seq.is_some() != point.since.is_some(), "fromSeq", "one_of", "Say either a number or an instant.");
    checks.that(point.from_seq.is_none_or(|seq| seq >= 0), "fromSeq", "out_of_range", "A number from 0.");
    checks.done()?;
    let shown = app
        .db
        .transact(by, async |tx| {
            let before = store::hold(tx, consumer.name()).await?;
            let newest = notices::newest(tx).await?.map_or(0, |event| event.seq);
            let from = match point {
                Point { from_seq: Some(seq), .. } => seq.max(1),
                Point { since, .. } => match since {
                    Some(at) => notices::first_since(tx, at).await?.unwrap_or(newest + 1),
                    None => newest + 1,
                },
            };
            if from > newest {
                return Err(Error::conflict("nothing_there", "Nothing has happened since then."));
            }
            if from > before.seq + 1 {
                return Err(Error::conflict("not_there_yet", "It has not come that far; there is nothing to show again."));
            }
            store::rewind(tx, consumer.name(), from - 1, (by.actor().person().map(UserId::uuid), by.now())).await?;
            store::drop_from(tx, consumer.name(), from - 1).await?;
            let again = Again { consumer: consumer.name(), from_seq: from, was_at: before.seq };
            audit::record(tx, by, Line::new("event.replay", "tenant", by.tenant().uuid(), consumer.name()).after(&again).reason(reason.trim()));
            announce(tx, by, "bus_replayed");
            let standing = store::hold(tx, consumer.name()).await?;
            let tally = store::tally(tx).await?;
            shown(tx, &*consumer, Some(standing), &tally).await
        })
        .await?;
    app.bus.kick.send_replace(());
    Ok(shown)
}

/// A page of what is stuck and, without a cursor, how much there is.
pub async fn list_stuck(app: &App, by: &Grant<can::ReadJob>, filter: &Filter, page: &Page) -> Result<(Listing<Stuck>, Option<(i64, bool)>)> {
    app.db
        .read(by, async |tx| {
            let total = if page.after.is_none() { Some(store::count_stuck(tx, filter, COUNT_LIMIT).await?) } else { None };
            Ok((store::list_stuck(tx, filter, page).await?, total))
        })
        .await
}

/// What is stuck, as the audit log keeps it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Facts<'a> {
    consumer: &'a str,
    seq: i64,
    state: StuckState,
    attempts: i64,
}

fn facts(stuck: &Stuck) -> Facts<'_> {
    Facts { consumer: &stuck.consumer, seq: stuck.seq, state: stuck.state, attempts: stuck.attempts }
}

fn label(stuck: &Stuck) -> String {
    format!("{}: {}.{}", stuck.consumer, stuck.topic, stuck.action)
}

/// Let something be tried again at once, from the first try on.
pub async fn retry(app: &App, by: &Grant<can::ManageJob>, id: StuckId) -> Result<Stuck> {
    let stuck = app
        .db
        .transact(by, async |tx| {
            let before = store::find_stuck(tx, id).await?.ok_or(Error::NotFound("event"))?;
            let after = Stuck { state: StuckState::Waiting, attempts: 0, next_at: by.now(), ..before.clone() };
            if !store::try_again(tx, &after).await? {
                return Err(Error::NotFound("event"));
            }
            audit::record(tx, by, Line::new("event.retry", "event", id.uuid(), label(&before)).before(&facts(&before)).after(&facts(&after)));
            announce(tx, by, "bus_retried");
            Ok::<_, Error>(after)
        })
        .await?;
    app.bus.kick.send_replace(());
    Ok(stuck)
}

/// Leave something out for good, for a reason; what waits behind it goes on.
pub async fn skip(app: &App, by: &Grant<can::ManageJob>, id: StuckId, reason: &str) -> Result<()> {
    let mut checks = Checks::new();
    checks.text("reason", reason, 500);
    checks.done()?;
    app.db
        .transact(by, async |tx| {
            let before = store::find_stuck(tx, id).await?.ok_or(Error::NotFound("event"))?;
            if !store::end_stuck(tx, id).await? {
                return Err(Error::NotFound("event"));
            }
            audit::record(tx, by, Line::new("event.skip", "event", id.uuid(), label(&before)).before(&facts(&before)).reason(reason.trim()));
            announce(tx, by, "bus_skipped");
            Ok::<_, Error>(())
        })
        .await?;
    app.bus.kick.send_replace(());
    Ok(())
}

/// A page of what happened, of areas the caller may read, and without a cursor how much there is.
pub async fn outbox(app: &App, by: &Grant<can::ReadJob>, filter: &notices::Filter, page: &Page) -> Result<(Listing<Event>, Option<(i64, bool)>)> {
    let filter = notices::Filter { topics: seen_by(by.actor()), ..filter.clone() };
    app.db
        .read(by, async |tx| {
            let total = if page.after.is_none() { Some(notices::count(tx, &filter, COUNT_LIMIT).await?) } else { None };
            Ok((notices::list(tx, &filter, page).await?, total))
        })
        .await
}

fn seen_by(actor: &Actor) -> Vec<Topic> {
    Topic::ALL.iter().copied().filter(|topic| actor.held.any.has(events::needed(*topic))).collect()
}
