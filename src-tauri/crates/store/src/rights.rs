//! The `rights` table: what single people were given or denied.

use purser_core::Timestamp;
use purser_core::access::{PersonalRight, Power};
use purser_core::ids::{RightId, TenantId, UserId};
use uuid::Uuid;

use crate::rows::{Instant, MaybeInstant};
use crate::{Query, Result, Tx, Value, sql};

/// A right given to one person, or denied to them.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Right {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: RightId,
    /// Whose.
    #[sqlx(try_from = "Uuid")]
    pub user_id: UserId,
    /// What.
    #[sqlx(try_from = "String")]
    pub power: Power,
    /// Whether it takes away.
    pub denied: bool,
    /// Why.
    pub reason: String,
    /// Who gave or denied it, if it was a person.
    pub created_by: Option<Uuid>,
    /// Their name at that time.
    pub created_by_name: String,
    /// When.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
    /// When it stops by itself.
    #[sqlx(try_from = "MaybeInstant")]
    pub expires_at: Option<Timestamp>,
    /// When somebody ended it.
    #[sqlx(try_from = "MaybeInstant")]
    pub ended_at: Option<Timestamp>,
    /// Who ended it.
    pub ended_by_name: Option<String>,
}

impl From<&Right> for PersonalRight {
    fn from(right: &Right) -> Self {
        Self { id: right.id, power: right.power, denied: right.denied, expires_at: right.expires_at, ended_at: right.ended_at }
    }
}

macro_rules! select {
    () => {
        "SELECT id, user_id, power, denied, reason, created_by, created_by_name, created_at, expires_at, ended_at, ended_by_name FROM rights \
         WHERE tenant_id = $1 AND user_id = $2"
    };
}

const OF_USER: &str = concat!(select!(), " ORDER BY created_at DESC, id DESC LIMIT 200");
const LIVE: &str = concat!(select!(), " AND ended_at IS NULL AND (expires_at IS NULL OR expires_at > $3) ORDER BY created_at, id LIMIT 200");
const BY_ID: &str = concat!(select!(), " AND id = $3");
const INSERT: &str = "INSERT INTO rights (id, tenant_id, user_id, power, denied, reason, created_by, created_by_name, created_at, expires_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const END: &str = "UPDATE rights SET ended_at = $3, ended_by = $4, ended_by_name = $5 WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL";

/// What a person was given and denied, newest first, what is over among it; at most 200.
pub async fn of_user(tx: &mut Tx, user: UserId) -> Result<Vec<Right>> {
    tx.all(sql(OF_USER).bind(tx.tenant()).bind(user)).await
}

/// What is in force of it.
pub async fn live(tx: &mut Tx, tenant: TenantId, user: UserId, now: Timestamp) -> Result<Vec<Right>> {
    tx.all(sql(LIVE).bind(tenant).bind(user).bind(now)).await
}

/// What was given to these people and is in force; denials are left out.
pub async fn given(tx: &mut Tx, users: &[UserId], now: Timestamp) -> Result<Vec<Right>> {
    Ok(live_of(tx, users, now).await?.into_iter().filter(|right| !right.denied).collect())
}

/// What is in force of what these people were given and denied.
pub async fn live_of(tx: &mut Tx, users: &[UserId], now: Timestamp) -> Result<Vec<Right>> {
    let mut query = Query::start("SELECT id, user_id, power, denied, reason, created_by, created_by_name, created_at, expires_at, ended_at, ");
    query.push("ended_by_name FROM rights WHERE tenant_id = ").arg(tx.tenant()).push(" AND user_id IN ");
    query.list(users.iter().map(|id| Value::from(*id)));
    query.push(" AND ended_at IS NULL AND (expires_at IS NULL OR expires_at > ").arg(now).push(")");
    tx.all(query).await
}

/// One right of a person.
pub async fn find(tx: &mut Tx, user: UserId, id: RightId) -> Result<Option<Right>> {
    tx.optional(sql(BY_ID).bind(tx.tenant()).bind(user).bind(id)).await
}

/// Write a right down.
pub async fn insert(tx: &mut Tx, right: &Right) -> Result<()> {
    let query = sql(INSERT)
        .bind(right.id)
        .bind(tx.tenant())
        .bind(right.user_id)
        .bind(right.power.to_string())
        .bind(right.denied)
        .bind(&right.reason)
        .bind(right.created_by)
        .bind(&right.created_by_name)
        .bind(right.created_at)
        .bind(right.expires_at);
    tx.run(query).await.map(drop)
}

/// End a right, by whom and under what name; `false` if it is over already.
pub async fn end(tx: &mut Tx, id: RightId, at: Timestamp, (by, name): (Option<UserId>, String)) -> Result<bool> {
    Ok(tx.run(sql(END).bind(tx.tenant()).bind(id).bind(at).bind(by.map(UserId::uuid)).bind(name)).await? == 1)
}
