//! How far what happened was handed to a bus outside. One process at a time hands over what happened in a tenant; a second would do no harm
//! but say everything twice.

use purser_core::Timestamp;
use purser_core::ids::TenantId;
use uuid::Uuid;

use crate::{Result, Tx, sql};

#[derive(sqlx::FromRow)]
struct Of {
    #[sqlx(try_from = "Uuid")]
    id: TenantId,
}

/// Tenants with something that was not handed to `bus` yet, and that no other process than `owner` is at. Needs [`crate::Scope::System`].
pub async fn unrelayed(tx: &mut Tx, bus: &'static str, (owner, now): (Uuid, Timestamp)) -> Result<Vec<TenantId>> {
    const UNRELAYED: &str = "SELECT t.id FROM tenants t LEFT JOIN bus_relays r ON r.tenant_id = t.id AND r.bus = $1 \
         WHERE (r.owner IS NULL OR r.owner = $2 OR r.owner_until < $3) AND EXISTS (SELECT 1 FROM events e \
         WHERE e.tenant_id = t.id AND e.seq > COALESCE(r.seq, 0) AND e.topic <> 'job') ORDER BY t.id";
    let found: Vec<Of> = tx.all(sql(UNRELAYED).bind(bus).bind(owner).bind(now)).await?;
    Ok(found.into_iter().map(|row| row.id).collect())
}

#[derive(sqlx::FromRow)]
struct Seq {
    seq: i64,
}

/// Take the tenant on until `until`: how far it is, or `None` if another process is at it.
pub async fn claim(tx: &mut Tx, bus: &'static str, owner: Uuid, (now, until): (Timestamp, Timestamp)) -> Result<Option<i64>> {
    const BEGIN: &str = "INSERT INTO bus_relays (tenant_id, bus, seq) VALUES ($1, $2, 0) ON CONFLICT (tenant_id, bus) DO NOTHING";
    const CLAIM: &str = "UPDATE bus_relays SET owner = $3, owner_until = $5 WHERE tenant_id = $1 AND bus = $2 \
         AND (owner IS NULL OR owner = $3 OR owner_until < $4) RETURNING seq";
    tx.run(sql(BEGIN).bind(tx.tenant()).bind(bus)).await?;
    let claimed: Option<Seq> = tx.optional(sql(CLAIM).bind(tx.tenant()).bind(bus).bind(owner).bind(now).bind(until)).await?;
    Ok(claimed.map(|row| row.seq))
}

/// The bus has everything up to `seq`; `false` if another process took the tenant on meanwhile.
pub async fn relayed(tx: &mut Tx, bus: &'static str, owner: Uuid, (seq, until): (i64, Timestamp)) -> Result<bool> {
    const RELAYED: &str = "UPDATE bus_relays SET seq = $4, owner_until = $5 WHERE tenant_id = $1 AND bus = $2 AND owner = $3 AND seq < $4";
    Ok(tx.run(sql(RELAYED).bind(tx.tenant()).bind(bus).bind(owner).bind(seq).bind(until)).await? == 1)
}

/// How far what happened in the tenant was handed to `bus`; 0 before the first.
pub async fn position(tx: &mut Tx, bus: &'static str) -> Result<i64> {
    let found: Option<Seq> = tx.optional(sql("SELECT seq FROM bus_relays WHERE tenant_id = $1 AND bus = $2").bind(tx.tenant()).bind(bus)).await?;
    Ok(found.map_or(0, |row| row.seq))
}
