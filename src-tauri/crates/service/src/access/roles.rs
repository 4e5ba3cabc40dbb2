//! The roles of a tenant: what each may do, who has it, and what a change of it would mean before it is made.

use purser_core::access::{Grant, Held, Power, Role, RoleBook, RoleDef, RoleKey, can};
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::people::full_name;
use purser_core::{Error, Patch, Result};
use purser_store::Tx;
use purser_store::roles::{self as store, Holder};
use serde::Serialize;

use crate::audit::{self, Line};
use crate::identity::step_up;
use crate::{App, events};

/// Most roles a tenant makes of its own.
const MOST: usize = 100;
/// Most roles one inherits from.
const MOST_PARENTS: usize = 5;
/// People named in a preview.
const NAMED: i64 = 10;

/// A role with what follows from it.
#[derive(Clone, Debug)]
pub struct Overview {
    /// The role.
    pub role: RoleDef,
    /// Everything a person of it holds, inherited or not.
    pub held: Held,
    /// Accounts that have it, deleted ones included.
    pub holders: i64,
}

/// A role to make.
#[derive(Clone, Debug)]
pub struct NewRole {
    /// Key; made from the name when it is absent.
    pub key: Option<RoleKey>,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether it belongs to staff.
    pub staff: bool,
    /// Roles whose powers it has as well.
    pub inherits: Vec<RoleKey>,
    /// Powers of its own.
    pub powers: Vec<Power>,
}

/// A change of a role: only what is mentioned changes.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// What people call it; not of a preset.
    pub name: Patch<String>,
    /// What it is for; not of a preset.
    pub description: Patch<String>,
    /// Roles whose powers it has as well; not of a preset.
    pub inherits: Patch<Vec<RoleKey>>,
    /// Exactly the powers of its own.
    pub powers: Patch<Vec<Power>>,
}

/// One role that a change reaches.
#[derive(Clone, Debug)]
pub struct Affected {
    /// The role.
    pub role: RoleKey,
    /// What its people would gain.
    pub gained: Vec<Power>,
    /// What its people would lose.
    pub lost: Vec<Power>,
    /// How many people that is.
    pub people: i64,
}

/// What a change would mean.
#[derive(Clone, Debug)]
pub struct Effect {
    /// The role and every role that inherits from it, as far as their powers change.
    pub roles: Vec<Affected>,
    /// Accounts whose powers change.
    pub people: i64,
    /// The first of them by name.
    pub named: Vec<(Holder, String)>,
}

/// Every role: presets first, then the tenant's own by name.
pub async fn list(app: &App, by: &Grant<can::ReadRole>) -> Result<Vec<Overview>> {
    app.db
        .read(by, async |tx| {
            let book = store::book(tx).await?;
            let holders = store::holders(tx).await?;
            Ok(book.all().into_iter().map(|role| overview(&book, role, &holders)).collect())
        })
        .await
}

/// One role.
pub async fn read(app: &App, by: &Grant<can::ReadRole>, key: RoleKey) -> Result<Overview> {
    app.db.read(by, async |tx| one(tx, key).await).await
}

async fn one(tx: &mut Tx, key: RoleKey) -> Result<Overview> {
    let book = store::book(tx).await?;
    let role = book.get(key).ok_or(Error::NotFound("role"))?;
    Ok(overview(&book, role, &store::holders(tx).await?))
}

fn overview(book: &RoleBook, role: &RoleDef, holders: &[(RoleKey, i64)]) -> Overview {
    Overview { role: role.clone(), held: book.held(role.key), holders: count(holders, role.key) }
}

fn count(holders: &[(RoleKey, i64)], key: RoleKey) -> i64 {
    holders.iter().find(|(role, _)| *role == key).map_or(0, |(_, count)| *count)
}

/// Make a role. Events and the log speak of roles under the id of the tenant, for roles go by their key.
pub async fn create(app: &App, by: &Grant<can::ManageRole>, new: NewRole) -> Result<Overview> {
    let name = new.name.trim().to_owned();
    let mut checks = Checks::new();
    checks.text("name", &name, 60).length("description", &new.description, 300);
    let key = new.key.or_else(|| RoleKey::from_name(&name));
    few(&mut checks, &new.powers);
    if key.is_none() {
        checks.extend([RoleKey::complaint("key")]);
    }
    checks.done()?;
    let Some(key) = key else { return Err(Error::internal("a role without a key")) };
    step_up::demand(app, by).await?;
    let blank = RoleDef { key, name, description: new.description.trim().to_owned(), staff: new.staff, ..RoleDef::preset(Role::Guest) };
    let role = RoleDef { inherits: new.inherits, version: 1, ..blank }.with_own(new.powers.into_iter().collect());
    app.db
        .transact(by, async |tx| {
            let book = store::book_alone(tx).await?;
            if book.get(key).is_some() {
                return Err(Error::Taken("key", "There is a role of this key already.".into()));
            }
            if book.all().len() >= MOST + Role::ALL.len() {
                return Err(Error::conflict("too_many", format!("A tenant can have {MOST} roles of its own.")));
            }
            check(by, &book, &role)?;
            store::insert(tx, &role, by.now()).await?;
            audit::record(tx, by, Line::new("role.create", "role", by.tenant().uuid(), role.name.clone()).after(&Facts::of(&role)));
            events::emit(tx, by, Topic::Role, "created", by.tenant().uuid());
            one(tx, key).await
        })
        .await
}

/// As many powers as there are, in both reaches, are enough.
fn few(checks: &mut Checks, powers: &[Power]) {
    let most = 2 * purser_core::Permission::ALL.len();
    checks.that(powers.len() <= most, "permissions", "too_many", format!("At most {most} permissions."));
}

/// What `change` would mean, without making it.
pub async fn preview(app: &App, by: &Grant<can::ManageRole>, key: RoleKey, change: Change) -> Result<Effect> {
    app.db
        .read(by, async |tx| {
            let book = store::book(tx).await?;
            let role = book.get(key).ok_or(Error::NotFound("role"))?;
            let next = changed(by, &book, role, change)?;
            effect(tx, &book, &book.clone().with(next)).await
        })
        .await
}

/// Change a role whose `version` the caller has read. Everybody who has it, or inherits from it, feels it on their next request.
pub async fn update(app: &App, by: &Grant<can::ManageRole>, key: RoleKey, version: i64, change: Change) -> Result<Overview> {
    step_up::demand(app, by).await?;
    app.db
        .transact(by, async |tx| {
            let book = store::book_alone(tx).await?;
            let role = book.get(key).ok_or(Error::NotFound("role"))?;
            if role.version != version {
                return Err(Error::Stale);
            }
            let next = changed(by, &book, role, change)?;
            if next == *role {
                return one(tx, key).await;
            }
            if role.version == 0 {
                store::insert(tx, &next, by.now()).await?;
            } else if !store::update(tx, &next, by.now()).await? {
                return Err(Error::Stale);
            }
            let (before, after) = audit::changes(&Facts::of(role), &Facts::of(&next));
            audit::record(tx, by, Line::new("role.update", "role", by.tenant().uuid(), next.name.clone()).before(&before).after(&after));
            events::emit(tx, by, Topic::Role, "updated", by.tenant().uuid());
            one(tx, key).await
        })
        .await
}

/// Forget a role nobody has and none inherits from.
pub async fn delete(app: &App, by: &Grant<can::ManageRole>, key: RoleKey) -> Result<()> {
    step_up::demand(app, by).await?;
    app.db
        .transact(by, async |tx| {
            let book = store::book_alone(tx).await?;
            let role = book.get(key).ok_or(Error::NotFound("role"))?;
            if role.as_preset().is_some() {
                return Err(Error::conflict("preset", "This role comes with Purser. It can be changed, not removed."));
            }
            within(by, &book, role)?;
            let holders = count(&store::holders(tx).await?, key);
            if holders > 0 {
                return Err(Error::conflict("role_held", format!("{holders} accounts have this role. Give them another one first.")));
            }
            let heirs: Vec<String> = book.heirs(key).into_iter().filter(|heir| *heir != key).map(|heir| heir.to_string()).collect();
            if !heirs.is_empty() {
                return Err(Error::conflict("role_inherited", format!("Other roles inherit from it: {}.", heirs.join(", "))));
            }
            store::delete(tx, key).await?;
            audit::record(tx, by, Line::new("role.delete", "role", by.tenant().uuid(), role.name.clone()).before(&Facts::of(role)));
            events::emit(tx, by, Topic::Role, "deleted", by.tenant().uuid());
            Ok(())
        })
        .await
}

/// `role` with `change`, if the caller may make it.
fn changed(by: &Grant<can::ManageRole>, book: &RoleBook, role: &RoleDef, change: Change) -> Result<RoleDef> {
    let Change { name, description, inherits, powers } = change;
    let shape = !(name.is_keep() && description.is_keep() && inherits.is_keep());
    if !shape && powers.is_keep() {
        return Err(Error::invalid("body", "empty", "Name at least one field to change."));
    }
    let preset = role.as_preset();
    if preset == Some(Role::Owner) {
        return Err(Error::conflict("owner_is_whole", "An owner may always do everything. This role can not be changed."));
    }
    if preset.is_some() && shape {
        return Err(Error::conflict("preset", "This role comes with Purser: only its permissions can be changed. Make a role of your own instead."));
    }
    let mut checks = Checks::new();
    checks.extend(name.never_clear("name")).extend(description.never_clear("description"));
    checks.extend(inherits.never_clear("inherits")).extend(powers.never_clear("permissions"));
    if let Some(powers) = powers.set() {
        few(&mut checks, powers);
    }
    let mut next = role.clone();
    name.apply(&mut next.name);
    description.apply(&mut next.description);
    inherits.apply(&mut next.inherits);
    next.name = String::from(next.name.trim());
    checks.text("name", &next.name, 60).length("description", &next.description, 300);
    checks.done()?;
    if let Some(powers) = powers.set() {
        next = next.with_own(powers.iter().copied().collect());
    }
    within(by, book, role)?;
    check(by, book, &next)?;
    Ok(next)
}

/// What a role may be: it inherits from roles there are, never from itself, and holds nothing its maker does not.
fn check(by: &Grant<can::ManageRole>, book: &RoleBook, role: &RoleDef) -> Result<()> {
    let mut checks = Checks::new();
    checks.that(role.inherits.len() <= MOST_PARENTS, "inherits", "too_many", format!("A role inherits from at most {MOST_PARENTS} others."));
    for parent in &role.inherits {
        checks.that(book.get(*parent).is_some(), "inherits", "unknown_choice", format!("There is no role {parent}."));
        checks.that(*parent != Role::Owner, "inherits", "owner", "Nobody inherits from the owner.");
    }
    checks.that(!book.circle(role.key, &role.inherits), "inherits", "circle", "A role can not inherit from itself.");
    checks.done()?;
    // What nobody here can hold has no place in a role either.
    let held = book.clone().with(role.clone()).held(role.key).union(role.own());
    if held.within(by.actor().held) {
        return Ok(());
    }
    let lacking: Vec<String> = held.powers().into_iter().filter(|power| !by.actor().held.has(*power)).map(|power| power.to_string()).collect();
    let message = format!("A role can not hold what you do not hold yourself: {}.", lacking.join(", "));
    Err(Error::Refused("role_above_yours", message.into()))
}

/// Refuse to touch a role that holds more than the caller.
fn within(by: &Grant<can::ManageRole>, book: &RoleBook, role: &RoleDef) -> Result<()> {
    if book.held(role.key).within(by.actor().held) {
        return Ok(());
    }
    Err(Error::Refused("role_above_yours", "This role holds more than you do; somebody who holds as much can change it.".into()))
}

async fn effect(tx: &mut Tx, book: &RoleBook, next: &RoleBook) -> Result<Effect> {
    let holders = store::holders(tx).await?;
    let mut roles = Vec::new();
    for role in next.all() {
        let (was, is) = (book.held(role.key), next.held(role.key));
        let gained: Vec<Power> = is.powers().into_iter().filter(|power| !was.has(*power)).collect();
        let lost: Vec<Power> = was.powers().into_iter().filter(|power| !is.has(*power)).collect();
        if !gained.is_empty() || !lost.is_empty() {
            roles.push(Affected { role: role.key, gained, lost, people: count(&holders, role.key) });
        }
    }
    let keys: Vec<RoleKey> = roles.iter().map(|affected| affected.role).collect();
    let named = store::people(tx, &keys, NAMED).await?;
    let named = named.into_iter().map(|person| (person.clone(), full_name(&person.first_name, &person.last_name))).collect();
    Ok(Effect { people: roles.iter().map(|affected| affected.people).sum(), roles, named })
}

/// A role as the audit log keeps it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Facts<'a> {
    key: RoleKey,
    name: &'a str,
    description: &'a str,
    staff: bool,
    inherits: &'a [RoleKey],
    permissions: Vec<Power>,
}

impl<'a> Facts<'a> {
    fn of(role: &'a RoleDef) -> Self {
        Self {
            key: role.key,
            name: &role.name,
            description: &role.description,
            staff: role.staff,
            inherits: &role.inherits,
            permissions: role.own().powers(),
        }
    }
}
