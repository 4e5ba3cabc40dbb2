//! Who does the work: every process with a crew says so as long as it lives, and goes with a word when it ends in order.

use purser_core::access::{Grant, can};
use purser_core::time::DAY;
use purser_core::{Error, Result, Timestamp};
use purser_store::workers::{self as store, Holding, Worker};
use purser_store::{Engine, Scope};
use uuid::Uuid;

use super::perform::LEASE;
use crate::App;

/// What a process says of itself.
#[derive(Clone, Debug)]
pub struct Who {
    /// `serve`: it has a door as well; `worker`: work alone.
    pub role: &'static str,
    /// The machine it runs on.
    pub host: String,
}

impl Default for Who {
    fn default() -> Self {
        Self { role: "serve", host: "localhost".into() }
    }
}

impl Who {
    /// The row of the crew `id` that began at `since`.
    pub(super) fn row(&self, app: &App, id: Uuid, (since, room): (Timestamp, usize)) -> Worker {
        Worker {
            id,
            role: self.role.into(),
            host: self.host.clone(),
            pid: i64::from(std::process::id()),
            version: env!("CARGO_PKG_VERSION").into(),
            queues: app.jobs.queues().join(","),
            room: i64::try_from(room).unwrap_or(i64::MAX),
            started_at: since,
            beat_at: app.clock.now(),
        }
    }
}

/// Say that `worker` is there, and forget those nobody heard of for a day; on SQLite every other, for there is only this process.
pub(super) async fn say(app: &App, worker: &Worker, first: bool) -> Result<()> {
    let alone = first && app.db.engine() == Engine::Sqlite;
    let before = if alone { worker.beat_at.plus(1) } else { worker.beat_at.plus(-DAY) };
    app.db
        .transact(Scope::System, async |tx| {
            store::forget(tx, before).await?;
            store::beat(tx, worker).await.map_err(Error::from)
        })
        .await
}

/// `id` goes.
pub(super) async fn leave(app: &App, id: Uuid) -> Result<()> {
    app.db.transact(Scope::System, async |tx| store::leave(tx, id).await.map_err(Error::from)).await
}

/// One who does work, and what of this tenant's it is at.
#[derive(Clone, Debug)]
pub struct Shown {
    /// What it says of itself.
    pub worker: Worker,
    /// Whether it was heard of lately: not so long ago that its work goes to others.
    pub alive: bool,
    /// What it is at.
    pub holds: Vec<Holding>,
}

/// Everybody who does work, those heard of last first.
pub async fn workers(app: &App, by: &Grant<can::ReadJob>) -> Result<Vec<Shown>> {
    let (workers, holdings) = app.db.read(by, async |tx| Ok::<_, Error>((store::list(tx).await?, store::held(tx).await?))).await?;
    let shown = workers.into_iter().map(|worker| Shown {
        alive: by.now().since(worker.beat_at) <= LEASE,
        holds: holdings.iter().filter(|holding| holding.worker == worker.id).cloned().collect(),
        worker,
    });
    Ok(shown.collect())
}
