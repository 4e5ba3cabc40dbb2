//! Which mails somebody on the staff gets about the work: what they chose on their own account page, of what they have the right to see. The
//! right is looked at whenever a mail is about to be written, not when it was chosen.

use std::collections::HashMap;

use purser_core::access::{Grant, Held, PersonalRight, Role, can, effective};
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::UserId;
use purser_core::mail::Wish;
use purser_core::{Error, Result, Timestamp};
use purser_store::users::{self, User};
use purser_store::wishes::{self as store, Wisher};
use purser_store::{Tx, rights, roles};
use serde::Serialize;

use crate::audit::{self, Line};
use crate::identity::sessions::own;
use crate::{App, events};

/// What one may be told of, and what one is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Wishes {
    /// What the caller has the right to be told of.
    #[serde(skip)]
    pub offered: Vec<Wish>,
    /// What they are told of.
    pub wanted: Vec<Wish>,
}

/// What somebody is told of: what they chose, or what is usual for their role.
fn wanted(wisher: &Wisher) -> Vec<Wish> {
    match &wisher.wanted_mails {
        Some(chosen) => chosen.split(' ').filter_map(|word| word.parse().ok()).collect(),
        None => Wish::ALL.iter().copied().filter(|wish| wish.is_usual_for(wisher.role)).collect(),
    }
}

fn wishes(held: &Held, wisher: &Wisher) -> Wishes {
    let offered: Vec<Wish> = Wish::ALL.iter().copied().filter(|wish| held.any.has(wish.needs())).collect();
    let wanted = wanted(wisher);
    Wishes { wanted: offered.iter().copied().filter(|wish| wanted.contains(wish)).collect(), offered }
}

/// What the caller may be told of, and is.
pub async fn read(app: &App, by: &Grant<can::ReadSelf>) -> Result<Wishes> {
    let id = by.user().ok_or(Error::NotFound("user"))?;
    let wisher = app.db.read(by, async |tx| store::of(tx, id).await?.ok_or(Error::NotFound("user"))).await?;
    Ok(wishes(&by.actor().held, &wisher))
}

/// Choose what to be told of.
pub async fn choose(app: &App, by: &Grant<can::ReadSelf>, chosen: &[Wish]) -> Result<Wishes> {
    // Not a program on its own: it is a person's mail.
    let (id, _) = own(by)?;
    app.db
        .transact(by, async |tx| {
            let wisher = store::of(tx, id).await?.ok_or(Error::NotFound("user"))?;
            let before = wishes(&by.actor().held, &wisher);
            let mut checks = Checks::new();
            checks.that(chosen.len() <= Wish::ALL.len(), "wanted", "too_many", format!("At most {} kinds.", Wish::ALL.len()));
            for (place, wish) in chosen.iter().enumerate().take(Wish::ALL.len()) {
                let message = "You do not have the right to see this.";
                checks.that(before.offered.contains(wish), &format!("wanted[{place}]"), "not_offered", message);
            }
            checks.done()?;
            let after = Wishes { wanted: before.offered.iter().copied().filter(|wish| chosen.contains(wish)).collect(), ..before.clone() };
            let words: Vec<&str> = after.wanted.iter().map(|wish| wish.as_str()).collect();
            store::choose(tx, id, words.join(" ")).await?;
            audit::record(tx, by, Line::new("user.mails", "user", id.uuid(), by.actor().name.clone()).before(&before).after(&after));
            events::emit(tx, by, Topic::User, "updated", id.uuid());
            Ok(after)
        })
        .await
}

/// Everybody who wants some and may have it, and what.
pub(super) async fn everybody(tx: &mut Tx, now: Timestamp) -> Result<Vec<(User, Vec<Wish>)>> {
    let wishers: Vec<Wisher> = store::all(tx, [Role::Owner.key(), Role::Finance.key()]).await?;
    let wishers: Vec<Wisher> = wishers.into_iter().filter(|wisher| !wanted(wisher).is_empty()).collect();
    if wishers.is_empty() {
        return Ok(Vec::new());
    }
    let book = roles::book(tx).await?;
    let ids: Vec<UserId> = wishers.iter().map(|wisher| wisher.id).collect();
    let mut given: HashMap<UserId, Vec<PersonalRight>> = HashMap::new();
    for right in rights::live_of(tx, &ids, now).await? {
        given.entry(right.user_id).or_default().push(PersonalRight::from(&right));
    }
    let mut people = Vec::new();
    for wisher in wishers {
        let own = given.get(&wisher.id).map(Vec::as_slice).unwrap_or_default();
        let wanted = wishes(&effective(&book, wisher.role, own, now), &wisher).wanted;
        if let (false, Some(user)) = (wanted.is_empty(), users::find(tx, wisher.id).await?) {
            people.push((user, wanted));
        }
    }
    Ok(people)
}
