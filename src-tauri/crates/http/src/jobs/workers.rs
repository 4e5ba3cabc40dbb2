//! Who does the work.

use axum::extract::State;
use purser_core::Timestamp;
use purser_core::access::can;
use purser_core::ids::JobId;
use purser_service::App;
use purser_service::jobs::{self, WorkerShown};
use purser_store::workers::Holding;
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::Result;
use crate::extract::Allowed;
use crate::reply::Rows;

/// A process that does work.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Worker")]
pub(super) struct WorkerView {
    /// Another one each time it starts.
    id: Uuid,
    /// `serve`: it has a door as well; `worker`: work alone.
    role: String,
    /// The machine it runs on.
    host: String,
    /// Its number there.
    pid: i64,
    /// Version of Purser.
    version: String,
    /// Queues it takes work from.
    queues: Vec<String>,
    /// Work at once.
    room: i64,
    /// Whether it was heard of lately. What a silent one was at goes to others.
    alive: bool,
    started_at: Timestamp,
    /// When it said last that it is there.
    beat_at: Timestamp,
    /// What of yours it is at.
    holds: Vec<HoldingView>,
}

/// A piece of work somebody is at.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "WorkerHolding")]
struct HoldingView {
    id: JobId,
    kind: String,
    queue: String,
    /// How far it is, of 100.
    progress: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    started_at: Option<Timestamp>,
}

impl From<Holding> for HoldingView {
    fn from(held: Holding) -> Self {
        Self { id: held.id, kind: held.kind, queue: held.queue, progress: held.progress, started_at: held.started_at }
    }
}

impl From<WorkerShown> for WorkerView {
    fn from(shown: WorkerShown) -> Self {
        let worker = shown.worker;
        Self {
            id: worker.id,
            role: worker.role,
            host: worker.host,
            pid: worker.pid,
            version: worker.version,
            queues: worker.queues.split(',').filter(|name| !name.is_empty()).map(Into::into).collect(),
            room: worker.room,
            alive: shown.alive,
            started_at: worker.started_at,
            beat_at: worker.beat_at,
            holds: shown.holds.into_iter().map(HoldingView::from).collect(),
        }
    }
}

pub(super) async fn list(State(app): State<App>, Allowed(by): Allowed<can::ReadJob>) -> Result<Rows<WorkerView>> {
    Ok(Rows::whole(jobs::workers(&app, &by).await?.into_iter().map(WorkerView::from).collect()))
}
