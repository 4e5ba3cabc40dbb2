//! Lock and unlock, delete and restore: one rule for one person and for many.

use purser_core::access::{Grant, Right, Role, can};
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::UserId;
use purser_core::people::{Move, Status};
use purser_core::{Error, Result};
use purser_store::people::{Person, Step};
use purser_store::{Tx, people as store, registrations, sessions};

use super::{Facts, find, hold, label, last_owner};
use crate::access::Ranks;
use crate::audit::{self, Line};
use crate::identity::{lockout, step_up};
use crate::{App, events};

/// Lock an account. Its sessions stay, but every use of them is refused until it is unlocked.
pub async fn lock(app: &App, by: &Grant<can::UpdateUser>, id: UserId, reason: &str) -> Result<Person> {
    check_reason(reason)?;
    one(app, by, id, Move::Lock, Some(reason)).await
}

/// Unlock an account.
pub async fn unlock(app: &App, by: &Grant<can::UpdateUser>, id: UserId, reason: Option<&str>) -> Result<Person> {
    one(app, by, id, Move::Unlock, reason).await
}

/// Take an account away and end its sessions. It can be brought back as it was.
pub async fn delete(app: &App, by: &Grant<can::DeleteUser>, id: UserId, reason: Option<&str>) -> Result<Person> {
    one(app, by, id, Move::Delete, reason).await
}

/// Bring a deleted account back, locked if it was locked.
pub async fn restore(app: &App, by: &Grant<can::DeleteUser>, id: UserId, reason: Option<&str>) -> Result<Person> {
    one(app, by, id, Move::Restore, reason).await
}

/// A reason a person can read later.
pub(super) fn check_reason(reason: &str) -> Result<()> {
    Checks::new().text("reason", reason, 500).done()
}

async fn one<P: Right>(app: &App, by: &Grant<P>, id: UserId, step: Move, reason: Option<&str>) -> Result<Person> {
    let reason = reason.map(str::trim).filter(|text| !text.is_empty());
    if let Some(reason) = reason {
        check_reason(reason)?;
    }
    if step == Move::Delete {
        step_up::demand_unless_key(app, by).await?;
    }
    app.db
        .transact(by, async |tx| {
            let mut standings = Standings::read(tx, by, step, &[id]).await?;
            let person = hold(tx, id).await?;
            let to = verdict(tx, by, &person, step, &mut standings).await?;
            if step == Move::Unlock && lockout::forgive_person(tx, ((by.tenant(), id), &person.email_key), by.now()).await? && to.is_none() {
                // Nobody had locked the account; too many failures had.
                audit::record(tx, by, Line::new("sign_in.unlock", "user", id.uuid(), label(&person)));
                events::emit(tx, by, Topic::User, "unlocked", id.uuid());
            }
            let Some(to) = to else { return Ok(person) };
            apply(tx, by, &[(&person, to)], step, reason).await?;
            find(tx, id).await
        })
        .await
}

/// Who stands above whom, and the owners who may act, kept up as a transaction goes on.
pub(super) struct Standings {
    ranks: Ranks,
    owners: Vec<UserId>,
}

impl Standings {
    /// Read before anybody is held; only moves that can take an owner away need them.
    pub(super) async fn read<P>(tx: &mut Tx, by: &Grant<P>, step: Move, people: &[UserId]) -> Result<Self> {
        let owners = match step {
            Move::Lock | Move::Delete => store::owners_alone(tx).await?,
            Move::Unlock | Move::Restore => Vec::new(),
        };
        Ok(Self { ranks: Ranks::read(tx).await?.with(tx, people, by.now()).await?, owners })
    }

    /// One owner fewer, unless it is the last.
    fn take(&mut self, id: UserId) -> Result<()> {
        if self.owners.iter().all(|owner| *owner == id) {
            return Err(last_owner());
        }
        self.owners.retain(|owner| *owner != id);
        Ok(())
    }
}

/// What `step` would make of `person`, or why it may not be done. `None`: it already is so.
pub(super) async fn verdict<P>(tx: &mut Tx, by: &Grant<P>, person: &Person, step: Move, standings: &mut Standings) -> Result<Option<Status>> {
    standings.ranks.within_reach(by, person)?;
    let Some(to) = person.standing().apply(step)? else { return Ok(None) };
    if matches!(step, Move::Lock | Move::Delete) {
        if by.user() == Some(person.id) {
            return Err(Error::conflict("own_account", "This is your own account. Ask somebody else to do this."));
        }
        if person.role == Role::Owner && person.status == Status::Active {
            standings.take(person.id)?;
        }
    }
    if step == Move::Restore && store::email_taken(tx, &person.email_key, Some(person.id)).await? {
        return Err(Error::Taken("email", "Somebody else uses this e-mail address now. Change theirs first.".into()));
    }
    Ok(Some(to))
}

/// Carry out verdicts: one statement per resulting standing, one line in the log and one notice per person.
pub(super) async fn apply<P>(tx: &mut Tx, by: &Grant<P>, people: &[(&Person, Status)], step: Move, reason: Option<&str>) -> Result<()> {
    for to in Status::ALL {
        let ids: Vec<UserId> = people.iter().filter(|(_, status)| status == to).map(|(person, _)| person.id).collect();
        if ids.is_empty() {
            continue;
        }
        let change = Step { by: step, to: *to, reason: reason.map(str::to_owned), now: by.now() };
        match store::set_standing(tx, &ids, &change).await {
            // Two deleted accounts with one address, restored together.
            Err(error) if error.is_taken() => {
                return Err(Error::Taken("email", "Two of these accounts have the same e-mail address.".into()));
            }
            other => other?,
        };
    }
    // Whom somebody lets back in is known here.
    if matches!(step, Move::Restore | Move::Unlock) && !people.is_empty() {
        let ids: Vec<UserId> = people.iter().map(|(person, _)| person.id).collect();
        registrations::all_proved(tx, &ids).await?;
    }
    for (person, to) in people {
        if step == Move::Delete {
            sessions::end_all(tx, person.id, None, by.now(), "deleted").await?;
        }
        note(tx, by, (person, *to), step, reason);
    }
    Ok(())
}

fn note<P>(tx: &mut Tx, by: &Grant<P>, (person, to): (&Person, Status), step: Move, reason: Option<&str>) {
    let (action, happened) = match step {
        Move::Lock => ("user.lock", "locked"),
        Move::Unlock => ("user.unlock", "unlocked"),
        Move::Delete => ("user.delete", "deleted"),
        Move::Restore => ("user.restore", "restored"),
    };
    let lock_reason = match step {
        Move::Lock => reason.map(str::to_owned),
        Move::Unlock => None,
        Move::Delete | Move::Restore => person.lock_reason.clone(),
    };
    let next = Person { status: to, lock_reason, ..person.clone() };
    let (before, after) = audit::changes(&Facts::from(person), &Facts::from(&next));
    let mut line = Line::new(action, "user", person.id.uuid(), label(person)).before(&before).after(&after);
    if let Some(reason) = reason {
        line = line.reason(reason);
    }
    audit::record(tx, by, line);
    events::emit(tx, by, Topic::User, happened, person.id.uuid());
}
