//! Work as people look after it: see it, try it again, call it off.

use purser_core::access::{Grant, can};
use purser_core::events::Topic;
use purser_core::ids::{JobId, UserId};
use purser_core::jobs::{JobMove, JobState, Priority};
use purser_core::{Error, Result};
use purser_store::jobs::{self as store, Again, Filter, Job, Tally};
use purser_store::page::COUNT_LIMIT;
use purser_store::{Listing, Page, Tx};
use serde::Serialize;

use super::QUEUED;
use crate::audit::{self, Line};
use crate::{App, events};

/// A page of work and, without a cursor, how much there is.
pub async fn list(app: &App, by: &Grant<can::ReadJob>, filter: &Filter, page: &Page) -> Result<(Listing<Job>, Option<(i64, bool)>)> {
    app.db
        .read(by, async |tx| {
            let total = if page.after.is_none() { Some(store::count(tx, filter, COUNT_LIMIT).await?) } else { None };
            Ok((store::list(tx, filter, page).await?, total))
        })
        .await
}

/// One piece of work.
pub async fn read(app: &App, by: &Grant<can::ReadJob>, id: JobId) -> Result<Job> {
    app.db.read(by, async |tx| find(tx, id).await).await
}

/// How much work there is, by queue and state.
pub async fn stats(app: &App, by: &Grant<can::ReadJob>) -> Result<Vec<Tally>> {
    app.db.read(by, async |tx| store::stats(tx).await.map_err(Error::from)).await
}

async fn find(tx: &mut Tx, id: JobId) -> Result<Job> {
    store::find(tx, id).await?.ok_or(Error::NotFound("job"))
}

/// A job as the audit log keeps it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Facts<'a> {
    state: JobState,
    attempts: i64,
    last_error: Option<&'a str>,
}

impl<'a> From<&'a Job> for Facts<'a> {
    fn from(job: &'a Job) -> Self {
        Self { state: job.state, attempts: job.attempts, last_error: job.last_error.as_deref() }
    }
}

/// Let what failed or was called off be tried again, from the first try on and before what is usual. A second press changes nothing.
pub async fn retry(app: &App, by: &Grant<can::ManageJob>, id: JobId) -> Result<Job> {
    moved(app, by, id, JobMove::Retry).await
}

/// Call work off. What is under way is stopped where it stands.
pub async fn cancel(app: &App, by: &Grant<can::ManageJob>, id: JobId) -> Result<Job> {
    moved(app, by, id, JobMove::Cancel).await
}

async fn moved(app: &App, by: &Grant<can::ManageJob>, id: JobId, step: JobMove) -> Result<Job> {
    app.db
        .transact(by, async |tx| {
            let job = find(tx, id).await?;
            job.state.apply(step)?;
            let late = || Error::conflict("moved_on", "It has moved on in the meantime. Look again.");
            let (done, action, happened) = match step {
                JobMove::Cancel => (store::cancel(tx, id, job.state, by.now()).await, "job.cancel", "cancelled"),
                JobMove::Retry => {
                    let again = Again { by: by.actor().person().map(UserId::uuid), at: by.now(), priority: Priority::High.weight() };
                    (store::retry(tx, id, job.state, &again).await, "job.retry", QUEUED)
                }
            };
            match done {
                Ok(true) => {}
                Ok(false) => return Err(late()),
                Err(error) if error.is_taken() => {
                    return Err(Error::conflict("already_queued", "The same work was put in again and is waiting or running already."));
                }
                Err(error) => return Err(error.into()),
            }
            let next = find(tx, id).await?;
            let (before, after) = audit::changes(&Facts::from(&job), &Facts::from(&next));
            audit::record(tx, by, Line::new(action, "job", id.uuid(), job.kind.clone()).before(&before).after(&after));
            events::emit(tx, by, Topic::Job, happened, id.uuid());
            Ok(next)
        })
        .await
}
