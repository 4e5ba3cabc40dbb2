//! What is left to do of a newsletter that goes out, and whether anybody is going to do it.

use purser_core::Timestamp;
use purser_core::ids::NewsletterId;
use uuid::Uuid;

use super::Counted;
use crate::{Result, Tx, sql};

#[derive(sqlx::FromRow)]
struct Id {
    id: Uuid,
}

/// Newsletters that go out, at most `most`, the one that was touched longest ago first.
pub async fn going_out(tx: &mut Tx, most: i64) -> Result<Vec<NewsletterId>> {
    const SENDING: &str = "SELECT id FROM newsletters WHERE tenant_id = $1 AND state = 'sending' ORDER BY updated_at, id LIMIT $2";
    let rows: Vec<Id> = tx.all(sql(SENDING).bind(tx.tenant()).bind(most)).await?;
    Ok(rows.into_iter().map(|row| NewsletterId(row.id)).collect())
}

#[derive(sqlx::FromRow)]
struct Count {
    n: i64,
}

/// Whether work on a newsletter waits or runs. Its jobs are named after it.
pub async fn under_way(tx: &mut Tx, id: NewsletterId) -> Result<bool> {
    const LIVE: &str = "SELECT COUNT(*) AS n FROM jobs WHERE tenant_id = $1 AND kind IN ('newsletter.gather', 'newsletter.batch') \
         AND state IN ('pending', 'running') AND unique_key LIKE $2";
    let count: Count = tx.one(sql(LIVE).bind(tx.tenant()).bind(format!("{id}:%"))).await?;
    Ok(count.n > 0)
}

#[derive(sqlx::FromRow)]
struct First {
    batch: Option<i64>,
}

/// The first batch from `from` on in which somebody's turn is still to come.
pub async fn first_open(tx: &mut Tx, id: NewsletterId, from: i64) -> Result<Option<i64>> {
    const FIRST: &str = "SELECT MIN(batch) AS batch FROM newsletter_deliveries \
         WHERE tenant_id = $1 AND newsletter_id = $2 AND batch >= $3 AND state IN ('waiting', 'sending')";
    let first: First = tx.one(sql(FIRST).bind(tx.tenant()).bind(id).bind(from)).await?;
    Ok(first.batch)
}

/// For how many people it failed whose letters are still here.
pub async fn failed(tx: &mut Tx, id: NewsletterId) -> Result<i64> {
    const FAILED: &str = "SELECT COUNT(*) AS n FROM newsletter_deliveries WHERE tenant_id = $1 AND newsletter_id = $2 AND state = 'failed'";
    let count: Count = tx.one(sql(FAILED).bind(tx.tenant()).bind(id)).await?;
    Ok(count.n)
}

const LEAVE: &str = "UPDATE newsletter_deliveries SET state = 'skipped', why = 'stopped' \
     WHERE tenant_id = $1 AND newsletter_id = $2 AND state = 'waiting'";
const STOP: &str = "UPDATE newsletters SET state = 'sent', stopped_at = $3, finished_at = $3, updated_at = $3, gathered = $4, version = version + 1 \
     WHERE tenant_id = $1 AND id = $2 AND state = 'sending'";

/// Stop a newsletter that goes out: whose turn has not come gets none. How many those are; `None` if it does not go out.
pub async fn stop(tx: &mut Tx, id: NewsletterId, at: Timestamp) -> Result<Option<i64>> {
    // Letters before the newsletter, as whoever hands them over holds them; once more for those that were written down in between.
    let mut left = tx.run(sql(LEAVE).bind(tx.tenant()).bind(id)).await?;
    if tx.run(sql(STOP).bind(tx.tenant()).bind(id).bind(at).bind(true)).await? == 0 {
        return Ok(None);
    }
    left += tx.run(sql(LEAVE).bind(tx.tenant()).bind(id)).await?;
    let left = i64::try_from(left).unwrap_or(i64::MAX);
    super::add(tx, id, Counted { skipped: left, ..Counted::default() }).await?;
    Ok(Some(left))
}
