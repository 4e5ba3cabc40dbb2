//! The life of an account as staff lead it: find, invite, change, lock and unlock, delete and restore, and the story of one person.
//!
//! Rules only. Statements live in `purser_store::people`, HTTP words in `http::people`; signing in is `identity`.

mod bulk;
mod change;
mod erase;
mod export;
mod overview;
pub mod personal;
mod standing;

pub use bulk::{Bulk, Outcome, Row as BulkRow, bulk};
pub use change::{Invite, Particulars, invite, invite_once, set_role, update};
pub use erase::erase;
pub(crate) use erase::{Erase, erase_due, forget_unproved};
pub use export::export;
pub use overview::{Overview, overview};
pub use standing::{delete, lock, restore, unlock};

use purser_core::access::{Grant, RoleKey, can};
use purser_core::events::Topic;
use purser_core::ids::UserId;
use purser_core::people::full_name;
use purser_core::{Error, Result};
use purser_store::page::COUNT_LIMIT;
use purser_store::people::{Filter, Person};
use purser_store::{Listing, Page, Tx, people as store};
use serde::Serialize;

use crate::App;
use crate::access::{self, Ranks};
use crate::totals::Wanted;

/// Everybody is counted up to here.
const EVERYBODY: i64 = 50_000;

/// A page of people and, without a cursor, how many there are.
pub async fn list(app: &App, by: &Grant<can::ReadUser>, filter: &Filter, page: &Page) -> Result<(Listing<Person>, Option<(i64, bool)>)> {
    known(app, by, &filter.roles).await?;
    let most = if *filter == Filter::default() { EVERYBODY } else { COUNT_LIMIT };
    let wanted = Wanted { tenant: by.tenant(), list: format!("people {filter:?}"), topics: &[Topic::User], page };
    let count = async || app.db.read(by, async |tx| store::count(tx, filter, most).await.map_err(Error::from)).await;
    let total = app.totals.of(&app.db, &wanted, count).await?;
    let few = total.or_else(|| app.totals.known(&app.db, &wanted)).is_some_and(store::is_few);
    let listing = app.db.read(by, async |tx| store::list(tx, filter, page, few).await.map_err(Error::from)).await?;
    Ok((listing, total))
}

/// Refuse to look for roles there are not.
async fn known<P>(app: &App, by: &Grant<P>, roles: &[RoleKey]) -> Result<()> {
    if roles.is_empty() {
        return Ok(());
    }
    let ranks = Ranks::of(access::book(app, by.tenant()).await?);
    roles.iter().try_for_each(|role| ranks.known("role", *role))
}

/// One person, deleted ones included: their orders and the log still point at them.
pub async fn read(app: &App, by: &Grant<can::ReadUser>, id: UserId) -> Result<Person> {
    let person = app.db.read(by, async |tx| find(tx, id).await).await?;
    let shown = [("phone", person.phone.is_some()), ("notes", person.notes.is_some())];
    let shown: Vec<&'static str> = shown.into_iter().filter(|(_, there)| *there).map(|(name, _)| name).collect();
    if !shown.is_empty() {
        app.watch.viewed(app, by, (id, label(&person)), shown);
    }
    Ok(person)
}

async fn find(tx: &mut Tx, id: UserId) -> Result<Person> {
    store::find(tx, id).await?.ok_or(Error::NotFound("user"))
}

/// A person about to be changed, held until the transaction ends.
async fn hold(tx: &mut Tx, id: UserId) -> Result<Person> {
    store::hold(tx, &[id]).await?.pop().ok_or(Error::NotFound("user"))
}

/// What people call a person.
pub(crate) fn label(person: &Person) -> String {
    let name = full_name(&person.first_name, &person.last_name);
    if name.is_empty() { person.email.clone() } else { name }
}

/// A person as the audit log keeps them: nothing secret, nothing that every change touches.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Facts<'a> {
    email: &'a str,
    first_name: &'a str,
    last_name: &'a str,
    role: RoleKey,
    status: purser_core::people::Status,
    phone: Option<&'a str>,
    country: Option<&'a str>,
    language: Option<&'a str>,
    notes: Option<&'a str>,
    email_verified: bool,
    lock_reason: Option<&'a str>,
}

impl<'a> From<&'a Person> for Facts<'a> {
    fn from(person: &'a Person) -> Self {
        Self {
            email: &person.email,
            first_name: &person.first_name,
            last_name: &person.last_name,
            role: person.role,
            status: person.status,
            phone: person.phone.as_deref(),
            country: person.country.as_deref(),
            language: person.language.as_deref(),
            notes: person.notes.as_deref(),
            email_verified: person.email_verified,
            lock_reason: person.lock_reason.as_deref(),
        }
    }
}

/// The same with private columns told apart but not readable: they are sealed in their own table, and the log is read by more people.
pub(crate) fn told(fields: impl Serialize) -> serde_json::Value {
    let mut value = serde_json::to_value(fields).unwrap_or_default();
    for name in ["phone", "notes"] {
        if let Some(serde_json::Value::String(text)) = value.get_mut(name) {
            let ending: String = text.chars().skip(text.chars().count().saturating_sub(2)).collect();
            *text = if name == "phone" { format!("…{ending}") } else { "…".into() };
        }
    }
    value
}

fn last_owner() -> Error {
    Error::conflict("last_owner", "This is the last owner who can sign in. Make somebody else an owner first.")
}
