//! Shapes of the bus on the wire.

use purser_core::Timestamp;
use purser_core::bus::StuckState;
use purser_core::events::{Event, Topic};
use purser_core::ids::{StuckId, UserId};
use purser_core::time::SECOND;
use purser_service::bus::{Point, Shown, State};
use purser_store::bus::Stuck;
use purser_store::events::Lag;
use purser_store::page::COUNT_LIMIT;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::reply::Versioned;

/// How far somebody is behind.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "EventLag")]
struct LagView {
    /// Events not seen yet.
    lag: i64,
    /// Whether these are all; otherwise there are at least so many.
    lag_exact: bool,
    /// Seconds since the oldest of them happened.
    lag_s: i64,
}

impl LagView {
    fn new(lag: Lag, now: Timestamp) -> Self {
        let lag_s = lag.oldest.map_or(0, |at| (now.since(at) / SECOND).max(0));
        Self { lag: lag.n.min(COUNT_LIMIT), lag_exact: lag.n <= COUNT_LIMIT, lag_s }
    }
}

/// How far a bus outside is.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "BusRelay")]
struct RelayView {
    /// It was handed everything up to this number.
    seq: i64,
    #[serde(flatten)]
    lag: LagView,
}

/// Who acts on what happened.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "EventConsumer")]
pub(super) struct ConsumerView {
    name: String,
    /// What it does.
    about: String,
    /// Everything up to this number was dealt with, but for what is stuck.
    seq: i64,
    #[serde(flatten)]
    lag: LagView,
    /// How many events it acted on so far.
    handled: i64,
    /// Tried again, or waiting behind one that is.
    waiting: i64,
    /// Given up; a person decides.
    parked: i64,
    /// When it moved on last.
    #[serde(skip_serializing_if = "Option::is_none")]
    moved_at: Option<Timestamp>,
    /// Why it could not act, the last time.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failed_at: Option<Timestamp>,
    /// Somebody showed it again what happened from this number on.
    #[serde(skip_serializing_if = "Option::is_none")]
    replayed_from: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replayed_by: Option<UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replayed_at: Option<Timestamp>,
}

impl ConsumerView {
    pub(super) fn new(shown: &Shown, now: Timestamp) -> Self {
        let standing = shown.standing.as_ref();
        Self {
            name: shown.name.into(),
            about: shown.about.into(),
            seq: standing.map_or(0, |standing| standing.seq),
            lag: LagView::new(shown.lag, now),
            handled: standing.map_or(0, |standing| standing.handled),
            waiting: shown.waiting,
            parked: shown.parked,
            moved_at: standing.and_then(|standing| standing.moved_at),
            last_error: standing.and_then(|standing| standing.error.clone()),
            failed_at: standing.and_then(|standing| standing.failed_at),
            replayed_from: standing.and_then(|standing| standing.replayed_from),
            replayed_by: standing.and_then(|standing| standing.replayed_by).map(UserId),
            replayed_at: standing.and_then(|standing| standing.replayed_at),
        }
    }
}

impl Versioned for ConsumerView {}

/// What carries events, and who acts on them.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Bus")]
pub(super) struct BusView {
    /// `in_process`, `redis` or `nats`.
    adapter: String,
    /// Whether it is away; consumers go on without it, others hear later.
    away: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    away_since: Option<Timestamp>,
    /// Why it is away.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
    /// Number of the newest event; 0 before the first.
    newest: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    newest_at: Option<Timestamp>,
    /// How far a bus outside is; absent if events are carried within the process.
    #[serde(skip_serializing_if = "Option::is_none")]
    relay: Option<RelayView>,
    consumers: Vec<ConsumerView>,
}

impl BusView {
    pub(super) fn new(state: State, now: Timestamp) -> Self {
        let (away_since, problem) = state.away.unzip();
        Self {
            adapter: state.adapter.into(),
            away: away_since.is_some(),
            away_since,
            problem,
            newest: state.newest.as_ref().map_or(0, |event| event.seq),
            newest_at: state.newest.map(|event| event.at),
            relay: state.relay.map(|relay| RelayView { seq: relay.seq, lag: LagView::new(relay.lag, now) }),
            consumers: state.consumers.iter().map(|shown| ConsumerView::new(shown, now)).collect(),
        }
    }
}

impl Versioned for BusView {}

/// From where on, and why.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "ReplayEvents")]
pub(super) struct ReplayBody {
    /// From the event with this number on. Either this or `since`.
    #[serde(default)]
    from_seq: Option<i64>,
    /// From this instant on. Either this or `fromSeq`.
    #[serde(default)]
    since: Option<Timestamp>,
    reason: String,
}

impl ReplayBody {
    pub(super) fn split(self) -> (Point, String) {
        (Point { from_seq: self.from_seq, since: self.since }, self.reason)
    }
}

/// Why it is left out.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "SkipEvent")]
pub(super) struct SkipBody {
    pub(super) reason: String,
}

/// An event that could not be acted on.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "StuckEvent")]
pub(super) struct StuckView {
    id: StuckId,
    /// Who could not.
    consumer: String,
    /// Number of the event.
    seq: i64,
    /// Its name: `order.paid`.
    event: String,
    /// What it is about.
    subject_id: Uuid,
    state: StuckState,
    /// Tries made.
    attempts: i64,
    /// Waits for an earlier one about the same thing.
    blocked_behind: bool,
    /// Why the last try failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// When it is tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_at: Option<Timestamp>,
    /// When it happened.
    at: Timestamp,
    /// Since when it is stuck.
    created_at: Timestamp,
}

impl From<Stuck> for StuckView {
    fn from(stuck: Stuck) -> Self {
        let blocked_behind = stuck.state == StuckState::Waiting && stuck.attempts == 0 && stuck.error.is_none();
        Self {
            id: stuck.id,
            consumer: stuck.consumer,
            seq: stuck.seq,
            event: format!("{}.{}", stuck.topic, stuck.action),
            subject_id: stuck.subject_id,
            state: stuck.state,
            attempts: stuck.attempts,
            blocked_behind,
            error: stuck.error,
            next_at: (stuck.state == StuckState::Waiting && !blocked_behind).then_some(stuck.next_at),
            at: stuck.at,
            created_at: stuck.created_at,
        }
    }
}

impl Versioned for StuckView {}

/// Something that happened.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Happened")]
pub(super) struct HappenedView {
    /// Its place in the order of commits; later is larger.
    seq: i64,
    /// `order.paid`.
    name: String,
    topic: Topic,
    action: String,
    subject_id: Uuid,
    /// The person who did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    actor_id: Option<UserId>,
    at: Timestamp,
}

impl From<Event> for HappenedView {
    fn from(event: Event) -> Self {
        Self {
            seq: event.seq,
            name: format!("{}.{}", event.topic, event.action),
            topic: event.topic,
            action: event.action,
            subject_id: event.subject_id,
            actor_id: event.actor_id,
            at: event.at,
        }
    }
}
