//! The sweep: objects that no row knows are what an interrupted upload left behind.

use std::collections::HashSet;

use purser_core::ids::FileId;
use purser_core::time::HOUR;
use purser_core::{Error, Result, Timestamp};
use purser_store::{Engine, Scope, files as store};

use super::AREA;
use crate::App;

/// Everything older than this was left behind by a process that is gone. Another process on the same database may be in the middle of an
/// upload; alone, nobody was before this one began.
fn horizon(app: &App) -> Timestamp {
    let now = app.clock.now();
    if app.db.engine() == Engine::Sqlite { now } else { now.plus(-HOUR) }
}

/// Remove what interrupted uploads left: at once what was never finished, then, while the engine already works, what no row knows.
pub async fn clean_up(app: &App) -> Result<()> {
    let horizon = horizon(app);
    app.vault.tidy(horizon).await?;
    let app = app.clone();
    tokio::spawn(async move {
        if let Err(error) = sweep(&app, horizon).await {
            tracing::warn!(%error, "objects that nobody knows stay until the next start");
        }
    });
    Ok(())
}

/// Remove objects begun before `horizon` that no row knows; how many there were.
pub async fn sweep(app: &App, horizon: Timestamp) -> Result<usize> {
    let mut removed = 0;
    for part in 0..=u8::MAX {
        let mut keys = app.vault.part(AREA, part).await?;
        keys.retain(|key| key.made_at() < horizon);
        for chunk in keys.chunks(500) {
            let ids: Vec<FileId> = chunk.iter().map(|key| FileId(key.id)).collect();
            let known = app.db.read(Scope::System, async |tx| store::known(tx, &ids).await.map_err(Error::from)).await?;
            let known: HashSet<_> = known.into_iter().map(FileId::uuid).collect();
            for key in chunk.iter().filter(|key| !known.contains(&key.id)) {
                app.vault.remove(*key).await?;
                removed += 1;
            }
        }
    }
    if removed > 0 {
        tracing::info!(objects = removed, "objects of interrupted uploads were removed");
    }
    Ok(removed)
}
