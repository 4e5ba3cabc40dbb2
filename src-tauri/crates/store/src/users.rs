//! The `users` table: a person by id or e-mail, and what signing in needs. Lists and changes by staff are in `people.rs`.

use purser_core::Timestamp;
use purser_core::access::{Role, RoleKey};
use purser_core::ids::{TenantId, UserId};
use purser_core::people::{Status, email_key, name_key, person_terms};
use uuid::Uuid;

use crate::private::{self, Column, Place};
use crate::rows::{Instant, MaybeInstant};
use crate::{Query, Result, Tx, Value, registrations, sql};

/// A person, staff or customer.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct User {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: UserId,
    /// The tenant the person belongs to.
    #[sqlx(try_from = "Uuid")]
    pub tenant_id: TenantId,
    /// E-mail as written.
    pub email: String,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Role.
    #[sqlx(try_from = "String")]
    pub role: RoleKey,
    /// Where the account stands in its life.
    #[sqlx(try_from = "String")]
    pub status: Status,
    /// Password hash in PHC form; `None` until a password is set.
    pub password_hash: Option<String>,
    /// Telephone.
    pub phone: Option<String>,
    /// ISO 3166 country code.
    pub country: Option<String>,
    /// Language tag.
    pub language: Option<String>,
    /// What staff wrote down about the person.
    pub notes: Option<String>,
    /// Whether the e-mail was proved.
    pub email_verified: bool,
    /// Last sign-in.
    #[sqlx(try_from = "MaybeInstant")]
    pub last_login_at: Option<Timestamp>,
    /// When the account was locked.
    #[sqlx(try_from = "MaybeInstant")]
    pub locked_at: Option<Timestamp>,
    /// Why it was locked.
    pub lock_reason: Option<String>,
    /// When it was removed; it can be brought back.
    #[sqlx(try_from = "MaybeInstant")]
    pub deleted_at: Option<Timestamp>,
    /// Raised by every change.
    pub version: i64,
    /// When it was made.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
    /// When it was last changed.
    #[sqlx(try_from = "Instant")]
    pub updated_at: Timestamp,
}

impl User {
    /// Somebody new: a customer who is invited, with nothing but name and address, which are trimmed.
    pub fn new((id, tenant_id): (UserId, TenantId), email: &str, (first_name, last_name): (&str, &str), at: Timestamp) -> Self {
        Self {
            id,
            tenant_id,
            email: email.trim().to_owned(),
            first_name: first_name.trim().to_owned(),
            last_name: last_name.trim().to_owned(),
            role: Role::User.key(),
            status: Status::Invited,
            password_hash: None,
            phone: None,
            country: None,
            language: None,
            notes: None,
            email_verified: false,
            last_login_at: None,
            locked_at: None,
            lock_reason: None,
            deleted_at: None,
            version: 1,
            created_at: at,
            updated_at: at,
        }
    }

    /// Given and family name.
    pub fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name).trim().to_owned()
    }
}

/// The columns of [`User`].
pub(crate) const COLUMNS: &str = "u.id, u.tenant_id, u.email, u.first_name, u.last_name, u.role, u.status, u.password_hash, u.phone, u.country, \
     u.language, u.notes, u.email_verified, u.last_login_at, u.locked_at, u.lock_reason, u.deleted_at, u.version, u.created_at, u.updated_at";

const INSERT: &str = "INSERT INTO users (id, tenant_id, email, email_key, first_name, last_name, name_key, role, status, password_hash, phone, \
     country, language, notes, email_verified, version, created_at, updated_at, phone_index) VALUES";
const SIGNED_IN: &str = "UPDATE users SET last_login_at = $3 WHERE tenant_id = $1 AND id = $2";
const SET_PASSWORD: &str = "UPDATE users SET password_hash = $3, status = CASE WHEN status = 'invited' THEN 'active' ELSE status END, \
     version = version + 1, updated_at = $4 WHERE tenant_id = $1 AND id = $2";

/// A person of this tenant, removed ones included.
pub async fn find(tx: &mut Tx, id: UserId) -> Result<Option<User>> {
    let mut query = Query::start("SELECT ");
    query.push(COLUMNS).push(" FROM users u WHERE u.tenant_id = ").arg(tx.tenant()).push(" AND u.id = ").arg(id);
    let user = tx.optional(query).await?;
    user.map(|user| opened(tx, user)).transpose()
}

/// The row with its private columns readable.
fn opened(tx: &Tx, user: User) -> Result<User> {
    let place = |column| Place::user(user.tenant_id, user.id, column);
    // Whoever signs in needs neither.
    let mut unreadable = Vec::new();
    let phone = tx.show(place(Column::UserPhone), user.phone, &mut unreadable)?;
    let notes = tx.show(place(Column::UserNotes), user.notes, &mut unreadable)?;
    Ok(User { phone, notes, ..user })
}

/// Everybody in the installation who could sign in with this e-mail, at most 8 tenants. Needs [`crate::Scope::System`].
pub async fn find_by_email(tx: &mut Tx, email: &str) -> Result<Vec<User>> {
    let mut query = Query::start("SELECT ");
    query.push(COLUMNS).push(" FROM users u WHERE u.email_key = ").arg(email_key(email));
    query.push(" AND u.deleted_at IS NULL ORDER BY u.created_at, u.id LIMIT 8");
    let users = tx.all(query).await?;
    users.into_iter().map(|user| opened(tx, user)).collect()
}

#[derive(sqlx::FromRow)]
struct Hash {
    hash: String,
}

/// A hash of a password that came from elsewhere and was not used since, if there is any left. Needs [`crate::Scope::System`].
pub async fn old_hash(tx: &mut Tx) -> Result<Option<String>> {
    const OLD: &str =
        "SELECT password_hash AS hash FROM users WHERE password_hash IS NOT NULL AND password_hash NOT LIKE '_argon2id%' ORDER BY id LIMIT 1";
    let found: Option<Hash> = tx.optional(sql(OLD)).await?;
    Ok(found.map(|row| row.hash))
}

#[derive(sqlx::FromRow)]
struct Count {
    n: i64,
}

/// Whether a business other than `tenant` has people with addresses of this domain. Needs [`crate::Scope::System`].
pub async fn domain_elsewhere(tx: &mut Tx, tenant: TenantId, domain: &str) -> Result<bool> {
    const ANY: &str = "SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM users WHERE tenant_id <> $1 AND deleted_at IS NULL AND email_key LIKE $2 \
         LIMIT 1) AS found";
    let count: Count = tx.one(sql(ANY).bind(tenant).bind(format!("%@{domain}"))).await?;
    Ok(count.n > 0)
}

/// Add people. A taken e-mail shows as [`crate::Error::is_taken`].
pub async fn insert(tx: &mut Tx, users: &[User]) -> Result<()> {
    for chunk in users.chunks(500) {
        let mut query = Query::start(INSERT);
        query.rows(chunk.iter().map(|user| values(tx, user)).collect::<Result<Vec<_>>>()?);
        tx.run(query).await?;
        insert_terms(tx, chunk).await?;
    }
    Ok(())
}

fn values(tx: &Tx, user: &User) -> Result<[Value; 19]> {
    let place = |column| Place::user(user.tenant_id, user.id, column);
    let index = user.phone.as_ref().map(|phone| private::phone_index(tx.seal()?, user.tenant_id, phone)).transpose()?;
    Ok([
        user.id.into(),
        user.tenant_id.into(),
        (&user.email).into(),
        email_key(&user.email).into(),
        (&user.first_name).into(),
        (&user.last_name).into(),
        name_key(&user.first_name, &user.last_name).into(),
        user.role.into(),
        user.status.as_str().into(),
        user.password_hash.clone().into(),
        tx.hide(place(Column::UserPhone), user.phone.as_deref())?.into(),
        user.country.clone().into(),
        user.language.clone().into(),
        tx.hide(place(Column::UserNotes), user.notes.as_deref())?.into(),
        user.email_verified.into(),
        user.version.into(),
        user.created_at.into(),
        user.updated_at.into(),
        index.into(),
    ])
}

/// The words by which search finds a person.
pub(crate) fn terms(user: &User) -> Vec<String> {
    person_terms(&user.first_name, &user.last_name, &user.email)
}

/// Write the search words of `users`, who have none yet.
pub(crate) async fn insert_terms(tx: &mut Tx, users: &[User]) -> Result<()> {
    let rows: Vec<[Value; 3]> =
        users.iter().flat_map(|user| terms(user).into_iter().map(|term| [user.tenant_id.into(), term.into(), user.id.into()])).collect();
    if rows.is_empty() {
        return Ok(());
    }
    let mut query = Query::start("INSERT INTO user_terms (tenant_id, term, user_id) VALUES");
    query.rows(rows);
    tx.run(query).await.map(drop)
}

/// Note a sign-in.
pub async fn signed_in(tx: &mut Tx, id: UserId, at: Timestamp) -> Result<()> {
    tx.run(sql(SIGNED_IN).bind(tx.tenant()).bind(id).bind(at)).await.map(drop)
}

/// Set the password; an invited person becomes active.
pub async fn set_password(tx: &mut Tx, id: UserId, hash: String, at: Timestamp) -> Result<()> {
    tx.run(sql(SET_PASSWORD).bind(tx.tenant()).bind(id).bind(hash).bind(at)).await.map(drop)
}

const VERIFIED: &str = "UPDATE users SET email_verified = $3, version = version + 1, updated_at = $4 WHERE tenant_id = $1 AND id = $2 \
     AND email_verified <> $3";

/// Note that the address was proved; `false` if it was already.
pub async fn verified(tx: &mut Tx, id: UserId, at: Timestamp) -> Result<bool> {
    registrations::proved(tx, id).await?;
    Ok(tx.run(sql(VERIFIED).bind(tx.tenant()).bind(id).bind(true).bind(at)).await? == 1)
}

const ACTIVATE: &str = "UPDATE users SET status = 'active', version = version + 1, updated_at = $3 \
     WHERE tenant_id = $1 AND id = $2 AND status = 'invited'";

/// Open an account that was asked in, for somebody who came another way than by a password.
pub async fn activate(tx: &mut Tx, id: UserId, at: Timestamp) -> Result<bool> {
    Ok(tx.run(sql(ACTIVATE).bind(tx.tenant()).bind(id).bind(at)).await? == 1)
}

const REHASH: &str = "UPDATE users SET password_hash = $3 WHERE tenant_id = $1 AND id = $2 AND password_hash = $4";

/// Put another hash of the same password in the place of `old`; `false` if the password was changed meanwhile.
pub async fn rehash(tx: &mut Tx, id: UserId, (old, new): (String, String)) -> Result<bool> {
    Ok(tx.run(sql(REHASH).bind(tx.tenant()).bind(id).bind(new).bind(old)).await? == 1)
}
