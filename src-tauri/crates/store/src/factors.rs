//! The `factors` and `backup_codes` tables: what a person has besides a password.

use purser_core::Timestamp;
use purser_core::identity::FactorKind;
use purser_core::ids::{FactorId, TenantId, UserId};
use uuid::Uuid;

use crate::rows::{Instant, MaybeInstant};
use crate::{Query, Result, Tx, Value, sql};

/// A second factor.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Factor {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: FactorId,
    /// Tenant.
    #[sqlx(try_from = "Uuid")]
    pub tenant_id: TenantId,
    /// Whose it is.
    #[sqlx(try_from = "Uuid")]
    pub user_id: UserId,
    /// What kind.
    #[sqlx(try_from = "String")]
    pub kind: FactorKind,
    /// What its owner calls it.
    pub name: String,
    /// What is needed to check it, sealed.
    pub secret: String,
    /// The id an authenticator gave its credential.
    pub credential: Option<Vec<u8>>,
    /// The last step a code was taken of.
    pub last_step: Option<i64>,
    /// When enrolment began.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
    /// When its owner showed that it works; until then it proves nothing.
    #[sqlx(try_from = "MaybeInstant")]
    pub confirmed_at: Option<Timestamp>,
    /// When it was last used.
    #[sqlx(try_from = "MaybeInstant")]
    pub last_used_at: Option<Timestamp>,
}

/// The backup codes of a person.
#[derive(Clone, Copy, Debug, Default, sqlx::FromRow)]
pub struct Codes {
    /// How many are left.
    pub remaining: i64,
    /// When they were made.
    #[sqlx(try_from = "MaybeInstant")]
    pub made_at: Option<Timestamp>,
}

const LIST: &str = "SELECT id, tenant_id, user_id, kind, name, secret, credential, last_step, created_at, confirmed_at, last_used_at FROM factors \
     WHERE tenant_id = $1 AND user_id = $2 ORDER BY created_at, id LIMIT 100";
const FIND_CREDENTIAL: &str = "SELECT id, tenant_id, user_id, kind, name, secret, credential, last_step, created_at, confirmed_at, last_used_at \
     FROM factors WHERE credential = $1 AND confirmed_at IS NOT NULL";
const INSERT: &str = "INSERT INTO factors (id, tenant_id, user_id, kind, name, secret, credential, last_step, created_at, confirmed_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const CONFIRM: &str = "UPDATE factors SET confirmed_at = $3, last_used_at = $3, last_step = $4 \
     WHERE tenant_id = $1 AND id = $2 AND confirmed_at IS NULL";
const USE_STEP: &str = "UPDATE factors SET last_step = $3, last_used_at = $4 \
     WHERE tenant_id = $1 AND id = $2 AND confirmed_at IS NOT NULL AND (last_step IS NULL OR last_step < $3)";
const USED: &str = "UPDATE factors SET last_used_at = $3, secret = $4 WHERE tenant_id = $1 AND id = $2";
const RENAME: &str = "UPDATE factors SET name = $4 WHERE tenant_id = $1 AND user_id = $2 AND id = $3";
const DELETE: &str = "DELETE FROM factors WHERE tenant_id = $1 AND user_id = $2 AND id = $3";
const DELETE_PENDING: &str = "DELETE FROM factors WHERE tenant_id = $1 AND user_id = $2 AND kind = $3 AND confirmed_at IS NULL";
const DELETE_ALL: &str = "DELETE FROM factors WHERE tenant_id = $1 AND user_id = $2";
const INSERT_CODES: &str = "INSERT INTO backup_codes (id, tenant_id, user_id, hash, created_at) VALUES";
const DELETE_CODES: &str = "DELETE FROM backup_codes WHERE tenant_id = $1 AND user_id = $2";
const USE_CODE: &str = "UPDATE backup_codes SET used_at = $4 WHERE tenant_id = $1 AND user_id = $2 AND hash = $3 AND used_at IS NULL";
const CODES: &str = "SELECT COUNT(CASE WHEN used_at IS NULL THEN 1 END) AS remaining, MAX(created_at) AS made_at FROM backup_codes \
     WHERE tenant_id = $1 AND user_id = $2";

/// The factors of a person, oldest first, those that were never confirmed among them.
pub async fn list(tx: &mut Tx, user: UserId) -> Result<Vec<Factor>> {
    tx.all(sql(LIST).bind(tx.tenant()).bind(user)).await
}

/// The confirmed factor with this credential, of any tenant. Needs [`crate::Scope::System`].
pub async fn find_credential(tx: &mut Tx, credential: &[u8]) -> Result<Option<Factor>> {
    tx.optional(sql(FIND_CREDENTIAL).bind(credential.to_vec())).await
}

/// Add a factor. A credential somebody has already shows as [`crate::Error::is_taken`].
pub async fn insert(tx: &mut Tx, factor: &Factor) -> Result<()> {
    let query = sql(INSERT)
        .bind(factor.id)
        .bind(factor.tenant_id)
        .bind(factor.user_id)
        .bind(factor.kind.as_str())
        .bind(&factor.name)
        .bind(&factor.secret)
        .bind(factor.credential.clone())
        .bind(factor.last_step)
        .bind(factor.created_at)
        .bind(factor.confirmed_at);
    tx.run(query).await.map(drop)
}

/// From now on the factor counts; `false` if it did already or is gone.
pub async fn confirm(tx: &mut Tx, id: FactorId, at: Timestamp, step: Option<i64>) -> Result<bool> {
    Ok(tx.run(sql(CONFIRM).bind(tx.tenant()).bind(id).bind(at).bind(step)).await? == 1)
}

/// Use a step up; `false` if it, or a later one, was used already.
pub async fn use_step(tx: &mut Tx, id: FactorId, step: i64, at: Timestamp) -> Result<bool> {
    Ok(tx.run(sql(USE_STEP).bind(tx.tenant()).bind(id).bind(step).bind(at)).await? == 1)
}

/// Note a use, with the secret as it now is.
pub async fn used(tx: &mut Tx, id: FactorId, at: Timestamp, secret: String) -> Result<()> {
    tx.run(sql(USED).bind(tx.tenant()).bind(id).bind(at).bind(secret)).await.map(drop)
}

/// Give a factor another name; `false` if this person has no such factor.
pub async fn rename(tx: &mut Tx, user: UserId, id: FactorId, name: String) -> Result<bool> {
    Ok(tx.run(sql(RENAME).bind(tx.tenant()).bind(user).bind(id).bind(name)).await? == 1)
}

/// Take a factor away; `false` if this person has no such factor.
pub async fn delete(tx: &mut Tx, user: UserId, id: FactorId) -> Result<bool> {
    Ok(tx.run(sql(DELETE).bind(tx.tenant()).bind(user).bind(id)).await? == 1)
}

/// Forget enrolments of this kind that were never confirmed.
pub async fn delete_pending(tx: &mut Tx, user: UserId, kind: FactorKind) -> Result<()> {
    tx.run(sql(DELETE_PENDING).bind(tx.tenant()).bind(user).bind(kind.as_str())).await.map(drop)
}

/// Take every factor and backup code of a person away; how many factors.
pub async fn delete_all(tx: &mut Tx, user: UserId) -> Result<u64> {
    delete_codes(tx, user).await?;
    tx.run(sql(DELETE_ALL).bind(tx.tenant()).bind(user)).await
}

/// Store backup codes by their hashes.
pub async fn insert_codes(tx: &mut Tx, user: UserId, codes: Vec<(Uuid, Vec<u8>)>, at: Timestamp) -> Result<()> {
    let tenant = tx.tenant();
    let mut query = Query::start(INSERT_CODES);
    query.rows(codes.into_iter().map(|(id, hash)| -> [Value; 5] { [id.into(), tenant.into(), user.into(), hash.into(), at.into()] }));
    tx.run(query).await.map(drop)
}

/// Forget every backup code of a person.
pub async fn delete_codes(tx: &mut Tx, user: UserId) -> Result<()> {
    tx.run(sql(DELETE_CODES).bind(tx.tenant()).bind(user)).await.map(drop)
}

/// Use a backup code up; `false` if the person has no such code or used it before.
pub async fn use_code(tx: &mut Tx, user: UserId, hash: &[u8], at: Timestamp) -> Result<bool> {
    Ok(tx.run(sql(USE_CODE).bind(tx.tenant()).bind(user).bind(hash.to_vec()).bind(at)).await? == 1)
}

/// How many backup codes are left, and from when they are.
pub async fn codes(tx: &mut Tx, user: UserId) -> Result<Codes> {
    tx.one(sql(CODES).bind(tx.tenant()).bind(user)).await
}

#[derive(sqlx::FromRow)]
struct Sealed {
    #[sqlx(try_from = "Uuid")]
    id: FactorId,
    secret: String,
}

/// The sealed secrets of the tenant's factors, at most 100,000.
pub async fn sealed(tx: &mut Tx) -> Result<Vec<(FactorId, String)>> {
    const SEALED: &str = "SELECT id, secret FROM factors WHERE tenant_id = $1 AND secret LIKE 's1.%' ORDER BY id LIMIT 100000";
    let rows: Vec<Sealed> = tx.all(sql(SEALED).bind(tx.tenant())).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.secret)).collect())
}

/// Put the same secret, sealed anew, in the place of `old`.
pub async fn reseal(tx: &mut Tx, id: FactorId, (old, new): (String, String)) -> Result<()> {
    const RESEAL: &str = "UPDATE factors SET secret = $4 WHERE tenant_id = $1 AND id = $2 AND secret = $3";
    tx.run(sql(RESEAL).bind(tx.tenant()).bind(id).bind(old).bind(new)).await.map(drop)
}
