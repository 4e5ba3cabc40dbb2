//! People as staff see them: the `users` table without its password, and the words they are found by (`user_terms`).
//!
//! Signing in reads `users` through `users.rs`. No rule lives here: which move is allowed is `purser_core::people`.

use purser_core::ids::UserId;
use purser_core::people::{Move, Standing, Status, name_key, person_terms};
use purser_core::{RoleKey, Timestamp};
use uuid::Uuid;

use crate::private::{self, Column, Place};
use crate::rows::{Instant, MaybeInstant};
use crate::{Query, Result, Tx, sql};

/// A person.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Person {
    /// Id.
    #[sqlx(try_from = "Uuid")]
    pub id: UserId,
    /// Address as it was written.
    pub email: String,
    /// Address as it is compared.
    pub email_key: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Whole name as lists sort it.
    pub name_key: String,
    /// Role.
    #[sqlx(try_from = "String")]
    pub role: RoleKey,
    /// Standing.
    #[sqlx(try_from = "String")]
    pub status: Status,
    /// Whether a password was ever chosen.
    pub has_password: bool,
    /// Telephone.
    pub phone: Option<String>,
    /// Country, two letters.
    pub country: Option<String>,
    /// Language tag.
    pub language: Option<String>,
    /// What staff wrote down.
    pub notes: Option<String>,
    /// What is there but sealed with a key this process does not have. It stays as it is when the rest is written.
    #[sqlx(skip)]
    pub unreadable: Vec<Column>,
    /// Whether the address was proved.
    pub email_verified: bool,
    /// Last time somebody signed in.
    #[sqlx(try_from = "MaybeInstant")]
    pub last_login_at: Option<Timestamp>,
    /// Since when it is locked.
    #[sqlx(try_from = "MaybeInstant")]
    pub locked_at: Option<Timestamp>,
    /// Why it is locked.
    pub lock_reason: Option<String>,
    /// Since when it is deleted.
    #[sqlx(try_from = "MaybeInstant")]
    pub deleted_at: Option<Timestamp>,
    /// Since when nothing is known of the person any more.
    #[sqlx(try_from = "MaybeInstant")]
    pub erased_at: Option<Timestamp>,
    /// Counts changes.
    pub version: i64,
    /// Made.
    #[sqlx(try_from = "Instant")]
    pub created_at: Timestamp,
    /// Last changed.
    #[sqlx(try_from = "Instant")]
    pub updated_at: Timestamp,
}

impl Person {
    /// What its next standing depends on.
    pub fn standing(&self) -> Standing {
        Standing { status: self.status, has_password: self.has_password, locked: self.locked_at.is_some(), erased: self.erased_at.is_some() }
    }
}

macro_rules! columns {
    () => {
        "u.id, u.email, u.email_key, u.first_name, u.last_name, u.name_key, u.role, u.status, (u.password_hash IS NOT NULL) AS has_password, \
         u.phone, u.country, u.language, u.notes, u.email_verified, u.last_login_at, u.locked_at, u.lock_reason, u.deleted_at, u.erased_at, u.version, \
         u.created_at, u.updated_at"
    };
}

mod find;

pub use find::{Filter, count, is_few, list};

const BY_ID: &str = concat!("SELECT ", columns!(), " FROM users u WHERE u.tenant_id = $1 AND u.id = $2");

/// One person, deleted or not.
pub async fn find(tx: &mut Tx, id: UserId) -> Result<Option<Person>> {
    let person = tx.optional(sql(BY_ID).bind(tx.tenant()).bind(id)).await?;
    person.map(|person| opened(tx, person)).transpose()
}

/// The row with its private columns readable.
fn opened(tx: &Tx, person: Person) -> Result<Person> {
    let place = |column| Place::user(tx.tenant(), person.id, column);
    let mut unreadable = Vec::new();
    let phone = tx.show(place(Column::UserPhone), person.phone, &mut unreadable)?;
    let notes = tx.show(place(Column::UserNotes), person.notes, &mut unreadable)?;
    Ok(Person { phone, notes, unreadable, ..person })
}

/// The people of `ids`, deleted or not, held until the transaction ends so that what is decided about them stays true. Those that do not
/// exist are left out.
pub async fn hold(tx: &mut Tx, ids: &[UserId]) -> Result<Vec<Person>> {
    let mut query = Query::start(concat!("SELECT ", columns!(), " FROM users u WHERE u.tenant_id = "));
    query.arg(tx.tenant()).push(" AND u.id IN ").list(ids.iter().map(|id| (*id).into())).push(" ORDER BY u.id");
    query.push(tx.pick("", " FOR UPDATE"));
    let people: Vec<Person> = tx.all(query).await?;
    people.into_iter().map(|person| opened(tx, person)).collect()
}

#[derive(sqlx::FromRow)]
struct Count {
    n: i64,
}

/// Whether an account that is not deleted uses this address, other than `except`.
pub async fn email_taken(tx: &mut Tx, email_key: &str, except: Option<UserId>) -> Result<bool> {
    const TAKEN: &str = "SELECT COUNT(*) AS n FROM users WHERE tenant_id = $1 AND email_key = $2 AND deleted_at IS NULL AND id <> $3";
    let except = except.map_or(Uuid::nil(), UserId::uuid);
    let count: Count = tx.one(sql(TAKEN).bind(tx.tenant()).bind(email_key.to_owned()).bind(except)).await?;
    Ok(count.n > 0)
}

const UPDATE: &str = "UPDATE users SET email = $3, email_key = $4, first_name = $5, last_name = $6, name_key = $7, role = $8, \
     phone = CASE WHEN $17 THEN phone ELSE $9 END, phone_index = CASE WHEN $17 THEN phone_index ELSE $16 END, country = $10, language = $11, \
     notes = CASE WHEN $18 THEN notes ELSE $12 END, email_verified = $13, updated_at = $14, version = version + 1 WHERE tenant_id = $1 AND id = $2 AND version = $15";

/// Write the particulars and the role of `person`, whose `version` is the one that was read; `false` when it has moved on since.
///
/// `renamed`: name or address differ from what is stored, so the words it is found by are written anew.
pub async fn update(tx: &mut Tx, person: &Person, renamed: bool) -> Result<bool> {
    let place = |column| Place::user(tx.tenant(), person.id, column);
    let phone = tx.hide(place(Column::UserPhone), person.phone.as_deref())?;
    let notes = tx.hide(place(Column::UserNotes), person.notes.as_deref())?;
    let index = person.phone.as_ref().map(|phone| private::phone_index(tx.seal()?, tx.tenant(), phone)).transpose()?;
    let query = sql(UPDATE)
        .bind(tx.tenant())
        .bind(person.id)
        .bind(&person.email)
        .bind(&person.email_key)
        .bind(&person.first_name)
        .bind(&person.last_name)
        .bind(name_key(&person.first_name, &person.last_name))
        .bind(person.role)
        .bind(phone)
        .bind(person.country.clone())
        .bind(person.language.clone())
        .bind(notes)
        .bind(person.email_verified)
        .bind(person.updated_at)
        .bind(person.version)
        .bind(index)
        .bind(person.unreadable.contains(&Column::UserPhone))
        .bind(person.unreadable.contains(&Column::UserNotes));
    if tx.run(query).await? == 0 {
        return Ok(false);
    }
    if renamed {
        replace_terms(tx, person).await?;
    }
    Ok(true)
}

/// Forget the words `person` was found by and remember the present ones.
async fn replace_terms(tx: &mut Tx, person: &Person) -> Result<()> {
    let tenant = tx.tenant();
    tx.run(sql("DELETE FROM user_terms WHERE tenant_id = $1 AND user_id = $2").bind(tenant).bind(person.id)).await?;
    let words = person_terms(&person.first_name, &person.last_name, &person.email);
    if words.is_empty() {
        return Ok(());
    }
    let mut query = Query::start("INSERT INTO user_terms (tenant_id, term, user_id) VALUES");
    query.rows(words.into_iter().map(|word| [tenant.into(), word.into(), person.id.into()]));
    tx.run(query).await.map(drop)
}

/// Give `ids` the standing `to` by `step`, at `now`; how many rows that changed.
pub async fn set_standing(tx: &mut Tx, ids: &[UserId], step: &Step) -> Result<u64> {
    let mut query = Query::start("UPDATE users SET status = ");
    query.arg(step.to.as_str());
    match step.by {
        Move::Lock => query.push(", locked_at = ").arg(step.now).push(", lock_reason = ").arg(step.reason.clone()),
        Move::Unlock => query.push(", locked_at = NULL, lock_reason = NULL"),
        Move::Delete => query.push(", deleted_at = ").arg(step.now),
        Move::Restore => query.push(", deleted_at = NULL"),
    };
    query.push(", version = version + 1, updated_at = ").arg(step.now);
    query.push(" WHERE tenant_id = ").arg(tx.tenant()).push(" AND id IN ").list(ids.iter().map(|id| (*id).into()));
    tx.run(query).await
}

/// One move of one or many people to the same standing.
#[derive(Clone, Debug)]
pub struct Step {
    /// What is done.
    pub by: Move,
    /// The standing it ends in.
    pub to: Status,
    /// Why, for a lock.
    pub reason: Option<String>,
    /// When.
    pub now: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Id {
    #[sqlx(try_from = "Uuid")]
    id: UserId,
}

/// Owners who may act; whoever a sealed code lets in is none of them. Nobody else changes who they are until the transaction ends, so two of them can not step down at once; has to be
/// asked for before any person is held.
pub async fn owners_alone(tx: &mut Tx) -> Result<Vec<UserId>> {
    const OWNERS: &str = "SELECT id FROM users WHERE tenant_id = $1 AND role = 'owner' AND status = 'active' \
         AND id NOT IN (SELECT user_id FROM break_glass WHERE tenant_id = $1)";
    tx.alone("owners").await?;
    let rows: Vec<Id> = tx.all(sql(OWNERS).bind(tx.tenant())).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}
