//! The tables of whoever acts on what happened: how far each is and what it dealt with here, what it could not do in `stuck.rs`, what was
//! handed to a bus outside in `relay.rs`.

mod relay;
mod stuck;

use purser_core::Timestamp;
use purser_core::ids::TenantId;
use uuid::Uuid;

use crate::rows::MaybeInstant;
use crate::{Query, Result, Tx, sql};

pub use relay::{claim as claim_relay, position as relay_position, relayed, unrelayed};
pub use stuck::{
    Filter, Stuck, Tally, add as add_stuck, blocked, count as count_stuck, drop_from, due, end as end_stuck, find as find_stuck, first_about,
    list as list_stuck, tally, try_again, waiting_tenants,
};

/// How far one is.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Standing {
    /// Who.
    pub name: String,
    /// Everything up to this number was dealt with, but for what is stuck.
    pub seq: i64,
    /// How many it acted on so far.
    pub handled: i64,
    /// When it moved on last.
    #[sqlx(try_from = "MaybeInstant")]
    pub moved_at: Option<Timestamp>,
    /// Why it could not do something, the last time.
    pub error: Option<String>,
    /// When that was.
    #[sqlx(try_from = "MaybeInstant")]
    pub failed_at: Option<Timestamp>,
    /// Somebody showed it again what happened from that number on.
    pub replayed_from: Option<i64>,
    /// Who did.
    pub replayed_by: Option<Uuid>,
    /// When.
    #[sqlx(try_from = "MaybeInstant")]
    pub replayed_at: Option<Timestamp>,
}

macro_rules! columns {
    () => {
        "name, seq, handled, moved_at, error, failed_at, replayed_from, replayed_by, replayed_at"
    };
}

/// Everybody in the tenant who has begun.
pub async fn standings(tx: &mut Tx) -> Result<Vec<Standing>> {
    const ALL: &str = concat!("SELECT ", columns!(), " FROM bus_consumers WHERE tenant_id = $1 ORDER BY name LIMIT 100");
    tx.all(sql(ALL).bind(tx.tenant())).await
}

#[derive(sqlx::FromRow)]
struct Seq {
    seq: i64,
}

/// How far `name` is in the tenant; 0 before it began.
pub async fn position(tx: &mut Tx, name: &'static str) -> Result<i64> {
    let found: Option<Seq> =
        tx.optional(sql("SELECT seq FROM bus_consumers WHERE tenant_id = $1 AND name = $2").bind(tx.tenant()).bind(name)).await?;
    Ok(found.map_or(0, |row| row.seq))
}

const HOLD: &str = concat!("UPDATE bus_consumers SET seq = seq WHERE tenant_id = $1 AND name = $2 RETURNING ", columns!());
const BEGIN: &str = "INSERT INTO bus_consumers (tenant_id, name, seq) VALUES ($1, $2, 0) ON CONFLICT (tenant_id, name) DO NOTHING";

/// How far `name` is in the tenant, ours until the transaction ends: two processes never act for it at once.
pub async fn hold(tx: &mut Tx, name: &'static str) -> Result<Standing> {
    let held = sql(HOLD).bind(tx.tenant()).bind(name);
    if let Some(standing) = tx.optional(held.clone()).await? {
        return Ok(standing);
    }
    tx.run(sql(BEGIN).bind(tx.tenant()).bind(name)).await?;
    tx.one(held).await
}

/// Note that `name` acts on these; those it has not acted on before, in no order.
pub async fn take_in(tx: &mut Tx, name: &'static str, seqs: &[i64]) -> Result<Vec<i64>> {
    if seqs.is_empty() {
        return Ok(Vec::new());
    }
    let tenant = tx.tenant();
    let mut query = Query::start("INSERT INTO bus_inbox (tenant_id, consumer, seq) VALUES");
    query.rows(seqs.iter().map(|seq| [tenant.into(), name.into(), (*seq).into()]));
    query.push(" ON CONFLICT (tenant_id, consumer, seq) DO NOTHING RETURNING seq");
    let added: Vec<Seq> = tx.all(query).await?;
    Ok(added.into_iter().map(|row| row.seq).collect())
}

/// `name` is at `seq` and acted on `handled` more.
pub async fn move_to(tx: &mut Tx, name: &'static str, (seq, handled): (i64, i64), now: Timestamp) -> Result<()> {
    const MOVE: &str = "UPDATE bus_consumers SET seq = CASE WHEN seq > $3 THEN seq ELSE $3 END, handled = handled + $4, moved_at = $5 \
         WHERE tenant_id = $1 AND name = $2";
    tx.run(sql(MOVE).bind(tx.tenant()).bind(name).bind(seq).bind(handled).bind(now)).await.map(drop)
}

/// `name` could not do something.
pub async fn failed(tx: &mut Tx, name: &'static str, why: &str, now: Timestamp) -> Result<()> {
    const FAILED: &str = "UPDATE bus_consumers SET error = $3, failed_at = $4 WHERE tenant_id = $1 AND name = $2";
    tx.run(sql(FAILED).bind(tx.tenant()).bind(name).bind(why.to_owned()).bind(now)).await.map(drop)
}

/// Show `name` again what happened after `seq`: it forgets that it has acted on it.
pub async fn rewind(tx: &mut Tx, name: &'static str, seq: i64, (by, now): (Option<Uuid>, Timestamp)) -> Result<()> {
    const FORGET: &str = "DELETE FROM bus_inbox WHERE tenant_id = $1 AND consumer = $2 AND seq > $3";
    const REWIND: &str = "UPDATE bus_consumers SET seq = CASE WHEN seq < $3 THEN seq ELSE $3 END, replayed_from = $3 + 1, replayed_by = $4, \
         replayed_at = $5 WHERE tenant_id = $1 AND name = $2";
    tx.run(sql(FORGET).bind(tx.tenant()).bind(name).bind(seq)).await?;
    tx.run(sql(REWIND).bind(tx.tenant()).bind(name).bind(seq).bind(by).bind(now)).await.map(drop)
}

#[derive(sqlx::FromRow)]
struct Of {
    #[sqlx(try_from = "Uuid")]
    id: TenantId,
}

/// Active tenants in which something happened that `name` has not seen. Needs [`crate::Scope::System`].
pub async fn behind(tx: &mut Tx, name: &'static str) -> Result<Vec<TenantId>> {
    const BEHIND: &str = "SELECT t.id FROM tenants t WHERE t.state = 'active' AND EXISTS (SELECT 1 FROM events e WHERE e.tenant_id = t.id \
         AND e.seq > COALESCE((SELECT c.seq FROM bus_consumers c WHERE c.tenant_id = t.id AND c.name = $1), 0) AND e.topic <> 'job') ORDER BY t.id";
    let found: Vec<Of> = tx.all(sql(BEHIND).bind(name)).await?;
    Ok(found.into_iter().map(|row| row.id).collect())
}

/// Forget what was acted on of events that are forgotten themselves, at most `most` at once; how much. Needs [`crate::Scope::System`].
pub async fn forget(tx: &mut Tx, most: i64) -> Result<u64> {
    const FORGET: &str = "DELETE FROM bus_inbox WHERE (tenant_id, consumer, seq) IN (SELECT i.tenant_id, i.consumer, i.seq FROM bus_inbox i \
         WHERE i.seq < (SELECT MIN(e.seq) FROM events e WHERE e.tenant_id = i.tenant_id) LIMIT $1)";
    tx.run(sql(FORGET).bind(most)).await
}
