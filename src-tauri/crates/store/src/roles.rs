//! The `roles` table: the presets a tenant changed and the roles it made. A preset nobody changed has no row.

use purser_core::Timestamp;
use purser_core::access::{Power, RoleBook, RoleDef, RoleKey};
use purser_core::ids::UserId;
use uuid::Uuid;

use crate::{Query, Result, Tx, Value, sql};

type Words = sqlx::types::Json<Vec<String>>;

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(try_from = "String")]
    key: RoleKey,
    name: String,
    description: String,
    staff: bool,
    inherits: Words,
    granted: Words,
    withheld: Words,
    version: i64,
}

/// Words a later Purser knew are left out: what nobody can check, nobody holds.
fn read<T: std::str::FromStr>(words: &Words) -> Vec<T> {
    words.0.iter().filter_map(|word| word.parse().ok()).collect()
}

fn write<T: std::fmt::Display>(words: &[T]) -> serde_json::Value {
    words.iter().map(ToString::to_string).collect::<Vec<_>>().into()
}

impl From<Row> for RoleDef {
    fn from(row: Row) -> Self {
        Self {
            key: row.key,
            name: row.name,
            description: row.description,
            staff: row.staff,
            inherits: read(&row.inherits),
            granted: read::<Power>(&row.granted),
            withheld: read::<Power>(&row.withheld),
            version: row.version,
        }
    }
}

const ALL: &str = "SELECT key, name, description, staff, inherits, granted, withheld, version FROM roles WHERE tenant_id = $1 ORDER BY key LIMIT 500";
const INSERT: &str = "INSERT INTO roles (tenant_id, key, name, description, staff, inherits, granted, withheld, version, created_at, updated_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $9)";
const UPDATE: &str = "UPDATE roles SET name = $3, description = $4, staff = $5, inherits = $6, granted = $7, withheld = $8, updated_at = $9, \
     version = version + 1 WHERE tenant_id = $1 AND key = $2 AND version = $10";
const DELETE: &str = "DELETE FROM roles WHERE tenant_id = $1 AND key = $2";

/// Every role of the tenant, the presets among them.
pub async fn book(tx: &mut Tx) -> Result<RoleBook> {
    let rows: Vec<Row> = tx.all(sql(ALL).bind(tx.tenant())).await?;
    let book = RoleBook::new(rows.into_iter().map(RoleDef::from));
    Ok(if crate::tenancy::is_home(tx, tx.tenant()).await? { book } else { book.away_from_home() })
}

/// The same, and nobody else changes a role or gives one away until the transaction ends.
pub async fn book_alone(tx: &mut Tx) -> Result<RoleBook> {
    tx.alone("roles").await?;
    book(tx).await
}

fn values(role: &RoleDef, query: Query) -> Query {
    query
        .bind(role.key)
        .bind(&role.name)
        .bind(&role.description)
        .bind(role.staff)
        .bind(write(&role.inherits))
        .bind(write(&role.granted))
        .bind(write(&role.withheld))
}

/// Write a role down for the first time.
pub async fn insert(tx: &mut Tx, role: &RoleDef, at: Timestamp) -> Result<()> {
    let query = values(role, sql(INSERT).bind(tx.tenant())).bind(at);
    tx.run(query).await.map(drop)
}

/// Change a role that is still at `role.version`; `false` if it is not.
pub async fn update(tx: &mut Tx, role: &RoleDef, at: Timestamp) -> Result<bool> {
    let query = values(role, sql(UPDATE).bind(tx.tenant())).bind(at).bind(role.version);
    Ok(tx.run(query).await? == 1)
}

/// Forget a role; `false` if it is not there.
pub async fn delete(tx: &mut Tx, key: RoleKey) -> Result<bool> {
    Ok(tx.run(sql(DELETE).bind(tx.tenant()).bind(key)).await? > 0)
}

#[derive(sqlx::FromRow)]
struct Count {
    #[sqlx(try_from = "String")]
    role: RoleKey,
    n: i64,
}

/// How many accounts have each role, deleted ones included: they can be brought back.
pub async fn holders(tx: &mut Tx) -> Result<Vec<(RoleKey, i64)>> {
    const HOLDERS: &str = "SELECT role, COUNT(*) AS n FROM users WHERE tenant_id = $1 GROUP BY role";
    let rows: Vec<Count> = tx.all(sql(HOLDERS).bind(tx.tenant())).await?;
    Ok(rows.into_iter().map(|row| (row.role, row.n)).collect())
}

/// Somebody who has a role.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Holder {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: UserId,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Which role.
    #[sqlx(try_from = "String")]
    pub role: RoleKey,
}

/// People with one of these roles, by name, at most `most`; deleted accounts are left out.
pub async fn people(tx: &mut Tx, roles: &[RoleKey], most: i64) -> Result<Vec<Holder>> {
    let mut query = Query::start("SELECT u.id, u.first_name, u.last_name, u.role FROM users u WHERE u.tenant_id = ");
    query.arg(tx.tenant()).push(" AND u.deleted_at IS NULL AND u.role IN ").list(roles.iter().map(|key| Value::from(*key)));
    query.push(" ORDER BY u.name_key, u.id LIMIT ").arg(most);
    tx.all(query).await
}
