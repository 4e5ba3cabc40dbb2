//! Changing what failed work was put in with: for one that can never be done as it is.

use purser_core::access::{Grant, can};
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::{JobId, UserId};
use purser_core::jobs::{JobMove, JobState, Priority};
use purser_core::{Error, Result};
use purser_store::jobs::{self as store, Again, Job};
use serde_json::Value;

use super::QUEUED;
use crate::audit::{self, Line};
use crate::{App, events};

/// So much can be put in.
const LARGEST: usize = 16 * 1024;

/// What is to be different.
#[derive(Clone, Debug)]
pub struct Edit {
    /// All it is put in with.
    pub data: Value,
    /// Why.
    pub reason: String,
    /// Let it be tried again at once.
    pub retry: bool,
}

/// Put other words into work that has failed for good, for a reason, and let it be tried again if that is wanted. Only kinds that say so, and
/// only with what their kind can be put in with.
pub async fn edit(app: &App, by: &Grant<can::ManageJob>, id: JobId, edit: Edit) -> Result<Job> {
    let mut checks = Checks::new();
    checks.text("reason", &edit.reason, 500);
    checks.that(edit.data.to_string().len() <= LARGEST, "data", "too_long", "At most 16 KiB.");
    checks.done()?;
    app.db
        .transact(by, async |tx| {
            let job = store::find(tx, id).await?.ok_or(Error::NotFound("job"))?;
            if job.state != JobState::Dead {
                job.state.apply(JobMove::Retry)?;
                return Err(Error::conflict("not_failed", "Only what has failed for good can be changed."));
            }
            let reads = app.jobs.reading(&job.kind).ok_or_else(|| Error::conflict("not_editable", "Work of this kind can not be changed."))?;
            reads(&edit.data).map_err(|why| Error::invalid("data", "not_valid", format!("Work of this kind can not be put in with that: {why}.")))?;
            let late = || Error::conflict("moved_on", "It has moved on in the meantime. Look again.");
            if !store::edit(tx, &job, &edit.data).await? {
                return Err(late());
            }
            if edit.retry {
                let again = Again { by: by.actor().person().map(UserId::uuid), at: by.now(), priority: Priority::High.weight() };
                match store::retry(tx, id, job.state, &again).await {
                    Ok(true) => {}
                    Ok(false) => return Err(late()),
                    Err(error) if error.is_taken() => {
                        return Err(Error::conflict("already_queued", "The same work was put in again and is waiting or running already."));
                    }
                    Err(error) => return Err(error.into()),
                }
            }
            let next = store::find(tx, id).await?.ok_or(Error::NotFound("job"))?;
            let line = Line::new("job.edit", "job", id.uuid(), job.kind.clone()).reason(edit.reason.trim());
            audit::record(tx, by, line.before(&job.payload.0).after(&edit.data));
            events::emit(tx, by, Topic::Job, if edit.retry { QUEUED } else { "edited" }, id.uuid());
            Ok(next)
        })
        .await
}
