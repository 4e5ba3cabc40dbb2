//! How the sandbox provider behaves: `sandbox_settings` and `sandbox_faults`. Whatever people choose here, it is the provider that acts on it.

use purser_core::Timestamp;
use purser_core::ids::{ConnectionId, FaultId, TenantId};
use purser_core::sandbox::{FaultEffect, FaultTarget};
use uuid::Uuid;

use crate::rows::{Instant, MaybeInstant};
use crate::{Result, Tx, sql};

/// How it behaves.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Settings {
    /// Whether every call is written down.
    pub recording: bool,
    /// How long a card that takes its time takes, in seconds.
    pub processing_s: i64,
    /// Whether it tells by messages.
    pub webhooks: bool,
    /// How long after the fact, in seconds.
    pub delay_s: i64,
    /// How often each message is sent.
    pub copies: i64,
    /// How many of a hundred get lost.
    pub lose_percent: i64,
    /// Whether every second one is overtaken by the next.
    pub reorder: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { recording: false, processing_s: 2, webhooks: false, delay_s: 0, copies: 1, lose_percent: 0, reorder: false }
    }
}

/// How it behaves, if anybody ever chose.
pub async fn settings(tx: &mut Tx) -> Result<Option<Settings>> {
    const FIND: &str = "SELECT recording, processing_s, webhooks, delay_s, copies, lose_percent, reorder FROM sandbox_settings WHERE tenant_id = $1";
    tx.optional(sql(FIND).bind(tx.tenant())).await
}

/// Choose how it behaves.
pub async fn keep(tx: &mut Tx, settings: &Settings, now: Timestamp) -> Result<()> {
    const KEEP: &str = "INSERT INTO sandbox_settings (tenant_id, recording, processing_s, webhooks, delay_s, copies, lose_percent, reorder, told, \
         updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9) ON CONFLICT (tenant_id) DO UPDATE SET recording = $2, processing_s = $3, \
         webhooks = $4, delay_s = $5, copies = $6, lose_percent = $7, reorder = $8, updated_at = $9";
    let query = sql(KEEP)
        .bind(tx.tenant())
        .bind(settings.recording)
        .bind(settings.processing_s)
        .bind(settings.webhooks)
        .bind(settings.delay_s)
        .bind(settings.copies)
        .bind(settings.lose_percent)
        .bind(settings.reorder)
        .bind(now);
    tx.run(query).await.map(drop)
}

#[derive(sqlx::FromRow)]
struct Told {
    told: i64,
}

/// Count one more message; the how manieth it is. `None` if nobody ever chose how it behaves.
pub async fn count_message(tx: &mut Tx) -> Result<Option<i64>> {
    let query = sql("UPDATE sandbox_settings SET told = told + 1 WHERE tenant_id = $1 RETURNING told");
    Ok(tx.optional::<Told>(query.bind(tx.tenant())).await?.map(|row| row.told))
}

/// What goes wrong with the calls that come next.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Fault {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: FaultId,
    /// What.
    #[sqlx(try_from = "String")]
    pub effect: FaultEffect,
    /// With which calls.
    #[sqlx(try_from = "String")]
    pub operation: FaultTarget,
    /// Why it says no.
    pub code: Option<String>,
    /// How long it takes, in milliseconds.
    pub millis: Option<i64>,
    /// With how many calls more; without an end if not said.
    pub remaining: Option<i64>,
    /// Until when.
    #[sqlx(try_from = "MaybeInstant")]
    pub until: Option<Timestamp>,
    /// Made.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
}

const FAULTS: &str = "SELECT id, effect, operation, code, millis, remaining, until, created_at FROM sandbox_faults \
     WHERE tenant_id = $1 AND (until IS NULL OR until > $2) ORDER BY id LIMIT 50";
const HOLD_FAULTS: &str = "SELECT id, effect, operation, code, millis, remaining, until, created_at FROM sandbox_faults \
     WHERE tenant_id = $1 AND (until IS NULL OR until > $2) ORDER BY id LIMIT 50 FOR UPDATE";

/// Every fault that is not over, the oldest first.
pub async fn faults(tx: &mut Tx, now: Timestamp) -> Result<Vec<Fault>> {
    tx.all(sql(FAULTS).bind(tx.tenant()).bind(now)).await
}

/// The same, held until the transaction ends.
pub async fn hold_faults(tx: &mut Tx, now: Timestamp) -> Result<Vec<Fault>> {
    tx.all(sql(tx.pick(FAULTS, HOLD_FAULTS)).bind(tx.tenant()).bind(now)).await
}

/// Add a fault.
pub async fn insert(tx: &mut Tx, fault: &Fault) -> Result<()> {
    const INSERT: &str = "INSERT INTO sandbox_faults (id, tenant_id, effect, operation, code, millis, remaining, until, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let query = sql(INSERT)
        .bind(fault.id)
        .bind(tx.tenant())
        .bind(fault.effect.as_str())
        .bind(fault.operation.as_str())
        .bind(fault.code.clone())
        .bind(fault.millis)
        .bind(fault.remaining)
        .bind(fault.until)
        .bind(fault.created_at);
    tx.run(query).await.map(drop)
}

/// It struck once: one call less.
pub async fn strike(tx: &mut Tx, fault: &Fault) -> Result<()> {
    const LESS: &str = "UPDATE sandbox_faults SET remaining = remaining - 1 WHERE tenant_id = $1 AND id = $2 AND remaining > 1";
    match fault.remaining {
        None => Ok(()),
        Some(1) => remove(tx, fault.id).await.map(drop),
        Some(_) => tx.run(sql(LESS).bind(tx.tenant()).bind(fault.id)).await.map(drop),
    }
}

/// Take a fault away; `false` if it is not there.
pub async fn remove(tx: &mut Tx, id: FaultId) -> Result<bool> {
    Ok(tx.run(sql("DELETE FROM sandbox_faults WHERE tenant_id = $1 AND id = $2").bind(tx.tenant()).bind(id)).await? == 1)
}

/// Take every fault away, or those that were over at `now`; how many.
pub async fn clear(tx: &mut Tx, over: Option<Timestamp>) -> Result<u64> {
    match over {
        None => tx.run(sql("DELETE FROM sandbox_faults WHERE tenant_id = $1").bind(tx.tenant())).await,
        Some(now) => tx.run(sql("DELETE FROM sandbox_faults WHERE tenant_id = $1 AND until <= $2").bind(tx.tenant()).bind(now)).await,
    }
}

/// The connection through which the sandbox of a tenant tells.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Door {
    /// The connection.
    #[sqlx(try_from = "Uuid")]
    pub id: ConnectionId,
    /// The tenant.
    #[sqlx(try_from = "Uuid")]
    pub tenant_id: TenantId,
    /// What its messages are signed with, sealed.
    pub secret: String,
}

/// The tenant's, if there is one.
pub async fn door(tx: &mut Tx) -> Result<Option<Door>> {
    const FIND: &str = "SELECT id, tenant_id, secret FROM payment_connections WHERE tenant_id = $1 AND kind = 'sandbox'";
    tx.optional(sql(FIND).bind(tx.tenant())).await
}

/// The one of whichever tenant. Needs [`crate::Scope::System`].
pub async fn door_anywhere(tx: &mut Tx, id: ConnectionId) -> Result<Option<Door>> {
    tx.optional(sql("SELECT id, tenant_id, secret FROM payment_connections WHERE id = $1 AND kind = 'sandbox'").bind(id)).await
}

/// Open one; the first one stays.
pub async fn open_door(tx: &mut Tx, door: &Door, now: Timestamp) -> Result<()> {
    // No name a person would choose: what people name is a list of its own.
    const OPEN: &str = "INSERT INTO payment_connections (id, tenant_id, kind, name, secret, has_signing, live, enabled, leads, version, created_at, \
         updated_at) VALUES ($1, $2, 'sandbox', $3, $4, TRUE, FALSE, TRUE, FALSE, 1, $5, $5) ON CONFLICT DO NOTHING";
    let name = format!("sandbox {}", door.id);
    tx.run(sql(OPEN).bind(door.id).bind(tx.tenant()).bind(name).bind(&door.secret).bind(now)).await.map(drop)
}
