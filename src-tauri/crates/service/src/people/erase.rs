//! Erasing a person: what says who it was goes for good, from every table, from the files and from the log; orders, money and the chain of
//! the log stay as they are.
//!
//! The person's own row and everything that is theirs alone is emptied at once; orders, files and the log follow in a job.

use std::time::Duration;

use purser_core::access::{Grant, Role, can};
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::{FileId, UserId};
use purser_core::jobs::Wait;
use purser_core::people::{Move, Status};
use purser_core::time::SECOND;
use purser_core::{Error, Result};
use purser_store::audit::{self as log, About};
use purser_store::people::Person;
use purser_store::{Tx, erasure, receivables};
use serde::{Deserialize, Serialize};

use super::standing::apply;
use super::{find, hold};
use crate::access::Ranks;
use crate::audit::{self, ERASED, Line};
use crate::files::{AREA, Key};
use crate::identity::step_up;
use crate::jobs::{Failure, Plan, Turn, Work, enqueue};
use crate::{App, events};

/// Erase a person whose account was deleted before: that is the time to think again, this is final.
pub async fn erase(app: &App, by: &Grant<can::EraseUser>, id: UserId, reason: &str) -> Result<Person> {
    Checks::new().text("reason", reason, 500).done()?;
    step_up::demand(app, by).await?;
    app.db
        .transact(by, async |tx| {
            let ranks = Ranks::read(tx).await?.with(tx, &[id], by.now()).await?;
            let person = hold(tx, id).await?;
            ranks.within_reach(by, &person)?;
            check(tx, &person).await?;
            empty(tx, by, (&person, reason.trim())).await?;
            find(tx, id).await
        })
        .await
}

async fn check(tx: &mut Tx, person: &Person) -> Result<()> {
    if person.erased_at.is_some() {
        return Err(Error::conflict("erased", "This person was erased already."));
    }
    if person.status != Status::Deleted {
        return Err(Error::conflict("not_deleted", "Delete the account first. Until it is erased it can be brought back."));
    }
    let owes = receivables::Filter { open: Some(true), customers: vec![person.id], ..receivables::Filter::default() };
    if receivables::count(tx, &owes, 1).await?.0 > 0 {
        return Err(Error::conflict("owes", "They owe something for an order sold on account. Receive it or give it up first."));
    }
    match erasure::open_orders(tx, person.id).await? {
        0 => Ok(()),
        open => Err(Error::conflict("orders_open", format!("{open} of their orders are not over yet. Deliver or cancel them first."))),
    }
}

async fn empty<P>(tx: &mut Tx, by: &Grant<P>, (person, reason): (&Person, &str)) -> Result<()> {
    let who = erasure::Erased { id: person.id, email_key: person.email_key.clone(), at: by.now() };
    let files = erasure::empty(tx, &who).await?;
    audit::record(tx, by, Line::new(ERASED, "user", person.id.uuid(), "Erased person").reason(reason));
    events::emit(tx, by, Topic::User, "erased", person.id.uuid());
    events::emit(tx, by, Topic::Session, "ended", person.id.uuid());
    enqueue(tx, by, &Erase { user: person.id, files }, crate::jobs::When::default()).await.map(drop)
}

/// What tidying erases by itself: nobody asked for it but the settings.
pub(crate) async fn erase_due(app: &App, by: &Grant<can::ManageJob>, id: UserId) -> Result<()> {
    app.db
        .transact(by, async |tx| {
            let person = hold(tx, id).await?;
            match check(tx, &person).await {
                Ok(()) => empty(tx, by, (&person, "Deleted longer ago than the settings keep people")).await,
                Err(Error::Conflict(..)) => Ok(()),
                Err(error) => Err(error),
            }
        })
        .await
}

/// Take an account away for good whose owner never proved its address, unless they did in this moment, or became somebody.
pub(crate) async fn forget_unproved(tx: &mut Tx, by: &Grant<can::ManageJob>, (id, days): (UserId, i64)) -> Result<()> {
    let person = hold(tx, id).await?;
    let nobody = person.status == Status::Active && !person.email_verified && person.role == Role::User;
    if !nobody || erasure::any_order(tx, id).await? {
        return Ok(());
    }
    let reason = format!("The address was not proved within {days} days");
    apply(tx, by, &[(&person, Status::Deleted)], Move::Delete, Some(&reason)).await?;
    let person = find(tx, id).await?;
    empty(tx, by, (&person, &reason)).await
}

/// The rest of erasing a person: orders, bytes of files, the log.
#[derive(Serialize, Deserialize)]
pub(crate) struct Erase {
    user: UserId,
    files: Vec<FileId>,
}

/// Lines of the log emptied at once.
const AT_ONCE: i64 = 200;

impl Work for Erase {
    const KIND: &'static str = "people.erase";
    const QUEUE: &'static str = "upkeep";
    const PLAN: Plan = Plan { tries: 10, wait: Wait::Doubling(10 * SECOND, 3_600 * SECOND), longest: Duration::from_hours(1) };

    async fn run(self, app: App, turn: Turn) -> Result<(), Failure> {
        for file in &self.files {
            app.vault.remove(Key { area: AREA, tenant: turn.tenant, id: file.uuid() }).await?;
        }
        let mut after = uuid::Uuid::nil();
        while let Some(last) = app.db.transact(turn.tenant, async |tx| erasure::empty_orders(tx, self.user, after).await).await? {
            after = last;
        }
        turn.progress(30).await?;
        let theirs = std::iter::once(self.user.uuid()).chain(self.files.iter().map(|file| file.uuid())).collect();
        for about in [About::Actor(self.user), About::Subjects(theirs)] {
            while app.db.transact(turn.tenant, async |tx| log::erase(tx, &about, AT_ONCE).await).await? > 0 {
                turn.progress(60).await?;
            }
        }
        Ok(())
    }
}
