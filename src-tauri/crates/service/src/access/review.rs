//! The access review: who among the staff holds what they have not used for a while.

use std::collections::{HashMap, HashSet};

use purser_core::access::{Grant, Permissions, PersonalRight, RoleKey, can, effective};
use purser_core::ids::UserId;
use purser_core::people::full_name;
use purser_core::time::DAY;
use purser_core::{Error, Permission, Result, Timestamp};
use purser_store::refusals::{self, Use};
use purser_store::rights;
use purser_store::roles::{self, Holder};

use super::watch;
use crate::App;

/// People looked at; a business with more staff reviews them by role.
const MOST: i64 = 500;

/// One person and what they hold in vain.
#[derive(Clone, Debug)]
pub struct Reviewed {
    /// The person.
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// Their role.
    pub role: RoleKey,
    /// When they last used anything.
    pub last_used_at: Option<Timestamp>,
    /// How many permissions they hold.
    pub held: usize,
    /// Those they have not used in that time.
    pub unused: Vec<Permission>,
}

/// Everybody of the staff, by name; `role` narrows it to one role.
pub async fn review(app: &App, by: &Grant<can::ReadRole>, days: u32, role: Option<RoleKey>) -> Result<Vec<Reviewed>> {
    watch::settle(app, Some(by.tenant())).await?;
    let from = by.now().plus(-i64::from(days) * DAY);
    app.db
        .read(by, async |tx| {
            let book = roles::book(tx).await?;
            let keys: Vec<RoleKey> = match role {
                Some(role) => vec![role],
                None => book.all().into_iter().filter(|role| role.staff).map(|role| role.key).collect(),
            };
            let people = roles::people(tx, &keys, MOST).await?;
            let ids: Vec<UserId> = people.iter().map(|person| person.id).collect();
            let mut own: HashMap<UserId, Vec<PersonalRight>> = HashMap::new();
            for right in rights::live_of(tx, &ids, by.now()).await? {
                own.entry(right.user_id).or_default().push(PersonalRight::from(&right));
            }
            let mut uses: HashMap<UserId, Vec<Use>> = HashMap::new();
            for one in refusals::uses(tx, &ids).await? {
                uses.entry(one.user_id).or_default().push(one);
            }
            let look = |person: Holder| {
                let rights = own.remove(&person.id).unwrap_or_default();
                let held = effective(&book, person.role, &rights, by.now()).any;
                let own_uses = uses.remove(&person.id).unwrap_or_default();
                reviewed(&person, held, &own_uses, from)
            };
            Ok::<_, Error>(people.into_iter().map(look).collect())
        })
        .await
}

fn reviewed(person: &Holder, held: Permissions, uses: &[Use], from: Timestamp) -> Reviewed {
    let lately: HashSet<&str> = uses.iter().filter(|one| one.last_used_at >= from).map(|one| one.permission.as_str()).collect();
    Reviewed {
        id: person.id,
        name: full_name(&person.first_name, &person.last_name),
        role: person.role,
        last_used_at: uses.iter().map(|one| one.last_used_at).max(),
        held: held.iter().count(),
        unused: held.iter().filter(|permission| !lately.contains(permission.as_str())).collect(),
    }
}
