//! Letting what failed be tried again: one piece of work, or everything a filter finds. Or letting it be.

use purser_core::Timestamp;
use purser_core::ids::JobId;
use purser_core::jobs::{JobMove, JobState};
use uuid::Uuid;

use super::{Filter, Job, condition};
use crate::{Query, Result, Tx, sql};

/// Who lets it be tried again, when, and how urgent it is then at least.
#[derive(Clone, Copy, Debug)]
pub struct Again {
    /// The person.
    pub by: Option<Uuid>,
    /// Now.
    pub at: Timestamp,
    /// At least this priority.
    pub priority: i64,
}

const RETRY: &str = "UPDATE jobs SET state = 'pending', priority = CASE WHEN priority > $4 THEN priority ELSE $4 END, run_at = $5, attempts = 0, \
     progress = 0, finished_at = NULL, retried_by = $6, retried_at = $5, retries = retries + 1 WHERE tenant_id = $1 AND id = $2 AND state = $3";

/// Let what is over in state `from` be tried again from the start, now; `false` if it has moved on.
pub async fn retry(tx: &mut Tx, id: JobId, from: JobState, again: &Again) -> Result<bool> {
    let query = sql(RETRY).bind(tx.tenant()).bind(id).bind(from.as_str()).bind(again.priority).bind(again.at).bind(again.by);
    Ok(tx.run(query).await? == 1)
}

/// Put other words into what is over in state `from`; `false` if it has moved on.
pub async fn edit(tx: &mut Tx, job: &Job, payload: &serde_json::Value) -> Result<bool> {
    const EDIT: &str = "UPDATE jobs SET payload = $4 WHERE tenant_id = $1 AND id = $2 AND state = $3";
    let changed = tx.run(sql(EDIT).bind(tx.tenant()).bind(job.id).bind(job.state.as_str()).bind(payload.clone())).await? == 1;
    if changed {
        super::terms::rewrite(tx, &Job { payload: payload.clone().into(), ..job.clone() }).await?;
    }
    Ok(changed)
}

#[derive(sqlx::FromRow)]
struct Id {
    #[sqlx(try_from = "Uuid")]
    id: JobId,
}

/// Let up to `most` that failed for good and fit `filter` be tried again, oldest first. Of two of one kind and name the newer one goes, and
/// none while such a one waits or runs.
pub async fn retry_many(tx: &mut Tx, filter: &Filter, again: &Again, most: i64) -> Result<Vec<JobId>> {
    let dead = Filter { states: vec![JobState::Dead], ..filter.clone() };
    let mut found = Query::start("SELECT j.id FROM jobs j");
    found.append(condition(tx, &dead));
    found.push(
        " AND (j.unique_key IS NULL OR NOT EXISTS (SELECT 1 FROM jobs o WHERE o.tenant_id = j.tenant_id AND o.kind = j.kind \
         AND o.unique_key = j.unique_key AND (o.state IN ('pending', 'running') OR (o.state = 'dead' AND o.id > j.id)))) \
         ORDER BY j.created_at, j.id LIMIT ",
    );
    found.arg(most);
    let ids: Vec<Id> = tx.all(found).await?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = Query::start("UPDATE jobs SET state = 'pending', priority = CASE WHEN priority > ");
    query.arg(again.priority).push(" THEN priority ELSE ").arg(again.priority).push(" END, run_at = ").arg(again.at);
    query.push(", attempts = 0, progress = 0, finished_at = NULL, retries = retries + 1, retried_at = ").arg(again.at);
    query.push(", retried_by = ").arg(crate::Value::Uuid(again.by)).push(" WHERE tenant_id = ").arg(tx.tenant());
    query.push(" AND state = 'dead' AND id IN ").list(ids.iter().map(|row| row.id.into())).push(" RETURNING id");
    let moved: Vec<Id> = tx.all(query).await?;
    Ok(moved.into_iter().map(|row| row.id).collect())
}

/// Put away up to `most` that failed for good and fit `filter`, oldest first: nobody has to look at it any more. It keeps why it failed.
pub async fn discard_many(tx: &mut Tx, filter: &Filter, at: Timestamp, most: i64) -> Result<Vec<JobId>> {
    let dead = Filter { states: vec![JobState::Dead], ..filter.clone() };
    // The rule for one is the rule for many.
    let next = JobState::Dead.apply(JobMove::Cancel)?;
    let mut query = Query::start("UPDATE jobs SET state = ");
    query
        .arg(next.as_str())
        .push(", finished_at = ")
        .arg(at)
        .push(" WHERE tenant_id = ")
        .arg(tx.tenant())
        .push(" AND state = 'dead' AND id IN (SELECT j.id FROM jobs j");
    query.append(condition(tx, &dead));
    query.push(" ORDER BY j.created_at, j.id LIMIT ").arg(most).push(") RETURNING id");
    let moved: Vec<Id> = tx.all(query).await?;
    Ok(moved.into_iter().map(|row| row.id).collect())
}
