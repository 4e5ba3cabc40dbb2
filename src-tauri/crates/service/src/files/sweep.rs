//! The sweep: bytes that no row knows are what an interrupted upload left behind; those of a deleted file go when its grace is over.

use std::collections::HashSet;
use std::time::Duration;

use purser_core::ids::FileId;
use purser_core::time::{DAY, HOUR};
use purser_core::{Error, Result, Timestamp};
use purser_store::{Engine, Scope, files as store};

use super::AREA;
use crate::App;

/// How long the bytes of a deleted file are kept, in case it was a mistake. The row and what the audit log says of the file stay.
pub const GRACE: i64 = 30 * DAY;

/// Looked at so often.
const EVERY: Duration = Duration::from_hours(24);

/// No upload takes so long: what is older and unknown was left behind.
const LONGEST_UPLOAD: i64 = DAY;

/// Everything older than this was left behind by a process that is gone. Another process on the same database may be in the middle of an
/// upload; alone, nobody was before this one began.
fn horizon(app: &App) -> Timestamp {
    let now = app.clock.now();
    if app.db.engine() == Engine::Sqlite { now } else { now.plus(-HOUR) }
}

/// Remove what interrupted uploads left: at once what was never finished, then, while the engine already works, what no row wants; and this
/// once a day for as long as the engine lives.
pub async fn clean_up(app: &App) -> Result<()> {
    let horizon = horizon(app);
    app.vault.tidy(horizon).await?;
    let weak = app.weak();
    tokio::spawn(async move {
        let mut horizon = horizon;
        while let Some(app) = weak.upgrade().map(App::from) {
            if let Err(error) = sweep(&app, horizon).await {
                tracing::warn!(%error, "objects that nobody wants stay until the next sweep");
            }
            drop(app);
            tokio::time::sleep(EVERY).await;
            let Some(app) = weak.upgrade().map(App::from) else { return };
            horizon = app.clock.now().plus(-LONGEST_UPLOAD);
        }
    });
    Ok(())
}

/// Remove objects begun before `horizon` that no row wants: nobody knows them, or their file was deleted longer ago than [`GRACE`]. How many
/// there were.
pub async fn sweep(app: &App, horizon: Timestamp) -> Result<usize> {
    let gone = app.clock.now().plus(-GRACE);
    let mut removed = 0;
    for part in 0..=u8::MAX {
        let mut keys = app.vault.part(AREA, part).await?;
        keys.retain(|key| key.made_at() < horizon);
        for chunk in keys.chunks(500) {
            let ids: Vec<FileId> = chunk.iter().map(|key| FileId(key.id)).collect();
            let wanted = app.db.read(Scope::System, async |tx| store::wanted(tx, &ids, gone).await.map_err(Error::from)).await?;
            let wanted: HashSet<_> = wanted.into_iter().map(FileId::uuid).collect();
            for key in chunk.iter().filter(|key| !wanted.contains(&key.id)) {
                app.vault.remove(*key).await?;
                removed += 1;
            }
        }
    }
    if removed > 0 {
        tracing::info!(objects = removed, "objects of interrupted uploads and of files deleted long ago were removed");
    }
    Ok(removed)
}
