//! What single people hold beyond their role, or do not in spite of it, and the reason each of their rights is there.

use purser_core::access::{Grant, Held, PersonalRight, Power, Role, RoleKey, Source, can, effective, sources};
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::{RightId, UserId};
use purser_core::people::Status;
use purser_core::{Error, Permission, Result, Timestamp};
use purser_store::people::{self, Person};
use purser_store::rights::{self as store, Right};
use purser_store::{Tx, registrations, roles};
use serde::Serialize;

use super::Ranks;
use crate::audit::{self, Line};
use crate::identity::step_up;
use crate::people::label;
use crate::{App, events};

/// Most rights and denials one person has at a time.
const MOST: usize = 100;

/// A right to give or deny.
#[derive(Clone, Debug)]
pub struct NewRight {
    /// What.
    pub power: Power,
    /// Whether to deny it.
    pub denied: bool,
    /// Why.
    pub reason: String,
    /// Until when; `None` until somebody ends it.
    pub expires_at: Option<Timestamp>,
}

/// One power, whether it is held, and why.
#[derive(Clone, Debug)]
pub struct Reasoned {
    /// What.
    pub power: Power,
    /// Whether it is held.
    pub held: bool,
    /// What it comes from, and what stands against it.
    pub sources: Vec<Source>,
}

/// Everything about the rights of one person.
#[derive(Clone, Debug)]
pub struct Rights {
    /// The person.
    pub person: Person,
    /// What they were given and denied, newest first, with what is over.
    pub rights: Vec<Right>,
    /// Every power there is.
    pub powers: Vec<Reasoned>,
}

/// What became of a right that was ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// The right.
    pub right: Right,
    /// Whether the person still holds the power.
    pub held: bool,
    /// From what.
    pub sources: Vec<Source>,
}

/// The rights of a person and where they come from.
pub async fn of(app: &App, by: &Grant<can::ReadRole>, user: UserId) -> Result<Rights> {
    app.db.read(by, async |tx| reasoned(tx, user, by.now()).await).await
}

async fn find(tx: &mut Tx, user: UserId) -> Result<Person> {
    people::find(tx, user).await?.ok_or(Error::NotFound("user"))
}

async fn reasoned(tx: &mut Tx, user: UserId, now: Timestamp) -> Result<Rights> {
    let person = find(tx, user).await?;
    let book = roles::book(tx).await?;
    let rights = store::of_user(tx, user).await?;
    let own: Vec<PersonalRight> = rights.iter().map(PersonalRight::from).collect();
    let held = effective(&book, person.role, &own, now);
    let all = Permission::ALL.iter().flat_map(|permission| {
        let narrow = permission.knows_own().then_some(Power::own(*permission));
        [Some(Power::any(*permission)), narrow].into_iter().flatten()
    });
    let powers = all.map(|power| Reasoned { power, held: held.has(power), sources: sources(&book, person.role, &own, power, now) }).collect();
    Ok(Rights { person, rights, powers })
}

/// Give a person a right, or deny them one. The same again changes nothing.
pub async fn give(app: &App, by: &Grant<can::GrantRight>, user: UserId, new: NewRight) -> Result<Right> {
    let mut checks = Checks::new();
    checks.text("reason", &new.reason, 500);
    checks.that(new.expires_at.is_none_or(|until| until > by.now()), "expiresAt", "past", "This has passed already.");
    checks.done()?;
    step_up::demand(app, by).await?;
    app.db
        .transact(by, async |tx| {
            let ranks = Ranks::alone(tx).await?.with(tx, &[user], by.now()).await?;
            let person = people::hold(tx, &[user]).await?.pop().ok_or(Error::NotFound("user"))?;
            may_change(by, &ranks, &person, new.power)?;
            if new.denied && person.role == Role::Owner {
                return Err(Error::conflict("owner_is_whole", "Nothing can be denied an owner. Give them another role first."));
            }
            registrations::proved(tx, user).await?;
            let live = store::live(tx, by.tenant(), user, by.now()).await?;
            if let Some(same) = live.iter().find(|right| right.power == new.power && right.denied == new.denied) {
                if same.expires_at == new.expires_at && same.reason == new.reason.trim() {
                    return Ok(same.clone());
                }
                store::end(tx, same.id, by.now(), (by.user(), by.actor().name.clone())).await?;
            } else if live.len() >= MOST {
                return Err(Error::conflict("too_many", format!("A person can have {MOST} rights of their own. Make a role instead.")));
            }
            let right = row(by, user, &new);
            store::insert(tx, &right).await?;
            let action = if new.denied { "right.deny" } else { "right.grant" };
            note(tx, by, (&person, &right), action);
            Ok(right)
        })
        .await
}

fn row(by: &Grant<can::GrantRight>, user: UserId, new: &NewRight) -> Right {
    Right {
        id: by.id(),
        user_id: user,
        power: new.power,
        denied: new.denied,
        reason: new.reason.trim().to_owned(),
        created_by: by.user().map(UserId::uuid),
        created_by_name: by.actor().name.clone(),
        created_at: by.now(),
        expires_at: new.expires_at,
        ended_at: None,
        ended_by_name: None,
    }
}

/// End a right or a denial; says whether the person holds the power all the same.
pub async fn end(app: &App, by: &Grant<can::GrantRight>, user: UserId, id: RightId) -> Result<Ended> {
    // The end of a denial gives.
    step_up::demand(app, by).await?;
    app.db
        .transact(by, async |tx| {
            let ranks = Ranks::alone(tx).await?.with(tx, &[user], by.now()).await?;
            let person = people::hold(tx, &[user]).await?.pop().ok_or(Error::NotFound("user"))?;
            let right = store::find(tx, user, id).await?.ok_or(Error::NotFound("right"))?;
            may_change(by, &ranks, &person, right.power)?;
            if !PersonalRight::from(&right).is_live(by.now()) {
                return Err(Error::conflict("over", "This is over already."));
            }
            store::end(tx, id, by.now(), (by.user(), by.actor().name.clone())).await?;
            note(tx, by, (&person, &right), "right.end");
            let after = reasoned(tx, user, by.now()).await?;
            let left = after.powers.into_iter().find(|reasoned| reasoned.power == right.power);
            let right = after.rights.into_iter().find(|one| one.id == id).unwrap_or(right);
            Ok(Ended { right, held: left.as_ref().is_some_and(|left| left.held), sources: left.map_or_else(Vec::new, |left| left.sources) })
        })
        .await
}

/// Nobody hands out, or gives back, what they do not hold; nobody reaches above themselves; nobody changes their own rights.
fn may_change(by: &Grant<can::GrantRight>, ranks: &Ranks, person: &Person, power: Power) -> Result<()> {
    if by.user() == Some(person.id) {
        return Err(Error::conflict("own_account", "This is your own account. Ask somebody else to do this."));
    }
    if person.status == Status::Deleted {
        return Err(Error::conflict("deleted", "This account is deleted. Restore it first."));
    }
    ranks.within_reach(by, person)?;
    if by.actor().held.has(power) {
        return Ok(());
    }
    Err(Error::Refused("right_above_yours", format!("You do not hold {power} yourself, so you can neither give nor deny it.").into()))
}

fn note(tx: &mut Tx, by: &Grant<can::GrantRight>, (person, right): (&Person, &Right), action: &'static str) {
    let facts = Facts { permission: right.power, denied: right.denied, expires_at: right.expires_at };
    let line = Line::new(action, "user", person.id.uuid(), label(person)).reason(right.reason.clone());
    let line = if action == "right.end" { line.before(&facts) } else { line.after(&facts) };
    audit::record(tx, by, line);
    events::emit(tx, by, Topic::Role, "rights_changed", person.id.uuid());
}

/// A right as the audit log keeps it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Facts {
    permission: Power,
    denied: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
}

/// What a person of `role` holds now, and until when that stands if nobody changes anything.
pub(crate) async fn held(
    app: &App,
    (tenant, user): (purser_core::ids::TenantId, UserId),
    role: RoleKey,
    now: Timestamp,
) -> Result<(Held, Option<Timestamp>)> {
    let book = super::book(app, tenant).await?;
    let live = app.db.read(tenant, async |tx| store::live(tx, tenant, user, now).await.map_err(Error::from)).await?;
    let own: Vec<PersonalRight> = live.iter().map(PersonalRight::from).collect();
    Ok((effective(&book, role, &own, now), own.iter().filter_map(|right| right.expires_at).min()))
}
