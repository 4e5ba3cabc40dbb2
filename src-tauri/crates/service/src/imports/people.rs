//! Rows that are people.

use std::collections::{HashMap, HashSet};

use purser_core::access::{Grant, Role, RoleKey, can};
use purser_core::imports::Outcome;
use purser_core::people::{Status, check_email, email_key};
use purser_core::{Result, Timestamp};
use purser_store::passwords::{self as passwords_of, Standing};
use purser_store::users::{self, User};
use purser_store::{Tx, imports as store};

use super::Basis;
use super::row::Row;
use crate::access::Ranks;
use crate::identity::passwords;

/// Read a row.
pub(super) fn read(row: &mut Row<'_>, basis: &mut Basis<'_>) -> Option<User> {
    let email = row.needed("email", 254);
    if !email.is_empty()
        && let Some(error) = check_email("email", &email)
    {
        row.complain("email", &error.code, error.message);
    }
    if let Some(line) = basis.seen.insert(email_key(&email), row.line).filter(|_| !email.is_empty()) {
        row.complain("email", "duplicate", format!("Line {line} has the same e-mail."));
    }
    let (first_name, last_name) = row.names();
    if first_name.is_empty() && last_name.is_empty() {
        row.complain("firstName", "required", "A name is needed.");
    }
    let role = role(row, basis.by, &basis.ranks);
    let created_at = row.instant("createdAt", basis.slashes, basis.by.now()).unwrap_or_else(|| basis.by.now());
    let password_hash = password_hash(row, basis.by);
    let user = User {
        phone: row.text("phone", 40),
        country: row.country(),
        language: row.text("language", 35),
        notes: row.text("notes", 5_000),
        ..person(basis.by, (&email, first_name, last_name), created_at)
    };
    let status = if basis.ranks.is_staff(role) && password_hash.is_none() { Status::Invited } else { Status::Active };
    row.is_good().then_some(User { role, status, password_hash, ..user })
}

/// The hash of a password used elsewhere; whoever has it signs in with that password. Only somebody who may hand roles out brings hashes in:
/// they are as good as passwords they could have chosen.
fn password_hash(row: &mut Row<'_>, by: &Grant<can::RunImport>) -> Option<String> {
    let text = row.cell("passwordHash")?.to_owned();
    if !by.actor().may(purser_core::Permission::UpdateRole) {
        row.secret_complaint("passwordHash", "not_yours_to_give", "You may not bring passwords in.");
    } else if !passwords::can_take_over(&text) {
        row.secret_complaint("passwordHash", "not_a_hash", "This has to be a bcrypt hash of cost 8 to 14, or an argon2id hash.");
    }
    Some(text)
}

fn role(row: &mut Row<'_>, by: &Grant<can::RunImport>, ranks: &Ranks) -> RoleKey {
    let customer = Role::User.key();
    let Some(text) = row.cell("role") else { return customer };
    let known = text.to_lowercase().parse::<RoleKey>().ok().filter(|role| ranks.known("role", *role).is_ok());
    let Some(role) = known else {
        row.complain("role", "unknown_role", format!("Choose one of: {}.", ranks.keys().join(", ")));
        return customer;
    };
    if role != customer && !(by.actor().may(purser_core::Permission::UpdateRole) && ranks.may_assign(by, role)) {
        row.complain("role", "not_yours_to_give", "You may not give this role.");
    }
    role
}

/// A customer who is new here.
pub(super) fn person(by: &Grant<can::RunImport>, (email, first_name, last_name): (&str, String, String), created_at: Timestamp) -> User {
    User { status: Status::Active, created_at, ..User::new((by.id(), by.tenant()), email, (&first_name, &last_name), by.now()) }
}

/// Who of these is here already.
pub(super) async fn known(tx: &mut Tx, emails: impl Iterator<Item = &str>) -> Result<HashMap<String, store::Known>> {
    let keys: HashSet<String> = emails.map(email_key).collect();
    let keys: Vec<String> = keys.into_iter().collect();
    let found = store::known_people(tx, keys).await?;
    Ok(found.into_iter().map(|known| (known.key.clone(), known)).collect())
}

/// Bring people in; whoever is here already stays as they are.
pub(super) async fn write(tx: &mut Tx, people: &[User], dry: bool) -> Result<Outcome> {
    let here = known(tx, people.iter().map(|user| user.email.as_str())).await?;
    let new: Vec<User> = people.iter().filter(|user| !here.contains_key(&email_key(&user.email))).cloned().collect();
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let outcome = Outcome { inserted: count(new.len()), skipped: count(people.len() - new.len()), ..Outcome::default() };
    if !dry {
        users::insert(tx, &new).await?;
        for user in new.iter().filter(|user| user.password_hash.is_some()) {
            // Since when it is in force is not known; by the rules of here it is from now on.
            let standing = Standing { changed_at: user.updated_at, must_change: false };
            passwords_of::changed(tx, (user.tenant_id, user.id), standing).await?;
        }
    }
    Ok(outcome)
}
