//! The `identities` table: people as the parties they sign in at know them.

use std::collections::HashMap;

use purser_core::Timestamp;
use purser_core::ids::{IdentityId, ProviderId, TenantId, UserId};
use purser_core::providers::Kind;
use uuid::Uuid;

use crate::rows::{Instant, MaybeInstant};
use crate::{Result, Tx, sql};

/// A person as a provider knows them.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Identity {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: IdentityId,
    /// Tenant.
    #[sqlx(try_from = "Uuid")]
    pub tenant_id: TenantId,
    /// The connection.
    #[sqlx(try_from = "Uuid")]
    pub provider_id: ProviderId,
    /// The person.
    #[sqlx(try_from = "Uuid")]
    pub user_id: UserId,
    /// The provider's name for them.
    pub subject: String,
    /// Their address there, when they last came.
    pub email: Option<String>,
    /// Whether their account was made through it.
    pub made_account: bool,
    /// Since when.
    #[sqlx(try_from = "Instant")]
    pub linked_at: Timestamp,
    /// When it was last signed in with.
    #[sqlx(try_from = "MaybeInstant")]
    pub last_used_at: Option<Timestamp>,
}

/// The same with what the connection is called.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Linked {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: IdentityId,
    /// The connection.
    #[sqlx(try_from = "Uuid")]
    pub provider_id: ProviderId,
    /// What the connection is called.
    pub provider_name: String,
    /// What it leads to.
    #[sqlx(try_from = "String")]
    pub kind: Kind,
    /// Whether the connection can be used.
    pub enabled: bool,
    /// Their address there, when they last came.
    pub email: Option<String>,
    /// Since when.
    #[sqlx(try_from = "Instant")]
    pub linked_at: Timestamp,
    /// When it was last signed in with.
    #[sqlx(try_from = "MaybeInstant")]
    pub last_used_at: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
struct Count {
    n: i64,
}

#[derive(sqlx::FromRow)]
struct Counted {
    #[sqlx(try_from = "Uuid")]
    provider_id: ProviderId,
    n: i64,
}

const BY_SUBJECT: &str = "SELECT id, tenant_id, provider_id, user_id, subject, email, made_account, linked_at, last_used_at FROM identities \
     WHERE tenant_id = $1 AND provider_id = $2 AND subject = $3";
const OF: &str = "SELECT i.id, i.provider_id, p.name AS provider_name, p.kind, p.enabled, i.email, i.linked_at, i.last_used_at FROM identities i \
     JOIN providers p ON p.id = i.provider_id WHERE i.tenant_id = $1 AND i.user_id = $2 ORDER BY i.linked_at, i.id";
const INSERT: &str = "INSERT INTO identities (id, tenant_id, provider_id, user_id, subject, email, made_account, linked_at, last_used_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const USED: &str = "UPDATE identities SET email = $3, last_used_at = $4 WHERE tenant_id = $1 AND id = $2";
const DELETE: &str = "DELETE FROM identities WHERE tenant_id = $1 AND id = $2 AND user_id = $3";
const COUNT: &str = "SELECT COUNT(*) AS n FROM identities WHERE tenant_id = $1 AND provider_id = $2";
const COUNTS: &str = "SELECT provider_id, COUNT(*) AS n FROM identities WHERE tenant_id = $1 GROUP BY provider_id";
const OWNERS: &str = "SELECT COUNT(*) AS n FROM identities i JOIN users u ON u.id = i.user_id WHERE i.tenant_id = $1 AND i.provider_id = $2 \
     AND u.role = 'owner'";
const STRANDED: &str = "SELECT COUNT(*) AS n FROM identities i JOIN users u ON u.id = i.user_id WHERE i.tenant_id = $1 AND i.provider_id = $2 \
     AND u.password_hash IS NULL AND u.deleted_at IS NULL \
     AND NOT EXISTS (SELECT 1 FROM identities o WHERE o.tenant_id = $1 AND o.user_id = i.user_id AND o.provider_id <> $2)";

/// Whoever the provider calls by this name.
pub async fn find(tx: &mut Tx, provider: ProviderId, subject: &str) -> Result<Option<Identity>> {
    tx.optional(sql(BY_SUBJECT).bind(tx.tenant()).bind(provider).bind(subject.to_owned())).await
}

/// The identities of a person, oldest first.
pub async fn of(tx: &mut Tx, user: UserId) -> Result<Vec<Linked>> {
    tx.all(sql(OF).bind(tx.tenant()).bind(user)).await
}

/// Add an identity. One that somebody has, or a second one of the same provider, shows as [`crate::Error::is_taken`].
pub async fn insert(tx: &mut Tx, identity: &Identity) -> Result<()> {
    let query = sql(INSERT)
        .bind(identity.id)
        .bind(identity.tenant_id)
        .bind(identity.provider_id)
        .bind(identity.user_id)
        .bind(&identity.subject)
        .bind(identity.email.clone())
        .bind(identity.made_account)
        .bind(identity.linked_at)
        .bind(identity.last_used_at);
    tx.run(query).await.map(drop)
}

/// It was signed in with.
pub async fn used(tx: &mut Tx, id: IdentityId, email: Option<String>, at: Timestamp) -> Result<()> {
    tx.run(sql(USED).bind(tx.tenant()).bind(id).bind(email).bind(at)).await.map(drop)
}

/// Take an identity away from `user`; `false` if it is not theirs.
pub async fn delete(tx: &mut Tx, id: IdentityId, user: UserId) -> Result<bool> {
    Ok(tx.run(sql(DELETE).bind(tx.tenant()).bind(id).bind(user)).await? == 1)
}

/// How many people a connection knows.
pub async fn count(tx: &mut Tx, provider: ProviderId) -> Result<i64> {
    Ok(tx.one::<Count>(sql(COUNT).bind(tx.tenant()).bind(provider)).await?.n)
}

/// How many people each connection knows; those that know nobody are left out.
pub async fn counts(tx: &mut Tx) -> Result<HashMap<ProviderId, i64>> {
    let rows: Vec<Counted> = tx.all(sql(COUNTS).bind(tx.tenant())).await?;
    Ok(rows.into_iter().map(|row| (row.provider_id, row.n)).collect())
}

/// How many of them are owners.
pub async fn owners(tx: &mut Tx, provider: ProviderId) -> Result<i64> {
    Ok(tx.one::<Count>(sql(OWNERS).bind(tx.tenant()).bind(provider)).await?.n)
}

/// How many of them have no other way in.
pub async fn stranded(tx: &mut Tx, provider: ProviderId) -> Result<i64> {
    Ok(tx.one::<Count>(sql(STRANDED).bind(tx.tenant()).bind(provider)).await?.n)
}
