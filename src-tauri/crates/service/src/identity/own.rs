//! One's own particulars: name, telephone and language at once, another address once it was proved. Nobody needs a right for that but their own
//! account.

use std::sync::Arc;

use purser_core::access::{Grant, Origin, can};
use purser_core::events::Topic;
use purser_core::ids::UserId;
use purser_core::mail::{Notice, Template};
use purser_core::people::{Purpose, Status, email_key};
use purser_core::time::MINUTE;
use purser_core::{Error, Result};
use purser_store::people::{self as store, Person};
use purser_store::{Tx, links as link_store, registrations, users};

use super::sessions::own;
use super::{links, recover, step_up, verify};
use crate::audit::{self, Line};
use crate::mail::{self, Draft, News};
use crate::people::{Facts, Particulars, label, told};
use crate::{App, events};

/// Links to other addresses somebody may ask for in this while: each is a mail to somebody who may not want it.
const WHILE: i64 = 60 * MINUTE;
const MOST: usize = 5;

/// Change one's own particulars. Whether a link went out to another address.
pub async fn update(app: &App, by: &Grant<can::ReadSelf>, mut change: Particulars) -> Result<bool> {
    let (id, _) = own(by)?;
    change.check()?;
    // Another address counts once it was proved; the rest at once.
    let email = std::mem::take(&mut change.email);
    app.db
        .transact(by, async |tx| {
            let person = store::hold(tx, &[id]).await?.pop().ok_or(Error::NotFound("user"))?;
            let new = email.set().map(|email| email.trim().to_owned()).filter(|email| email_key(email) != person.email_key);
            change.readable(&person)?;
            let (next, renamed) = change.applied(&person);
            // Where one is reached is what one's own account is recovered by.
            if new.is_some() || next.phone != person.phone {
                step_up::check_self(by)?;
            }
            save(tx, by, &person, (next, renamed)).await?;
            match &new {
                Some(email) => ask(app, tx, by, (id, email)).await.map(|()| true),
                None => Ok(false),
            }
        })
        .await
}

async fn save(tx: &mut Tx, by: &Grant<can::ReadSelf>, person: &Person, (next, renamed): (Person, bool)) -> Result<()> {
    if !renamed && next.phone == person.phone && next.language == person.language {
        return Ok(());
    }
    let next = Person { updated_at: by.now(), ..next };
    if !store::update(tx, &next, renamed).await? {
        return Err(Error::Stale);
    }
    note(tx, by, person, &next);
    Ok(())
}

fn note(tx: &mut Tx, by: &Grant<can::ReadSelf>, person: &Person, next: &Person) {
    let (before, after) = audit::changes(&Facts::from(person), &Facts::from(next));
    audit::record(tx, by, Line::new("user.update", "user", next.id.uuid(), label(next)).before(&told(before)).after(&told(after)));
    events::emit(tx, by, Topic::User, "updated", next.id.uuid());
}

/// Send a link to the new address. Whether somebody has it already is not said before whoever reads it has pressed the link: else this would
/// tell who has an account.
async fn ask(app: &App, tx: &mut Tx, by: &Grant<can::ReadSelf>, (id, email): (UserId, &str)) -> Result<()> {
    tx.alone("links").await?;
    let recent = link_store::recent(tx, id, Purpose::NewAddress, by.now().plus(-WHILE)).await?;
    if let Some(last) = recent.first().filter(|last| by.now().since(**last) < verify::GAP) {
        return Err(verify::wait(*last, by.now()));
    }
    if recent.len() >= MOST {
        return Err(Error::RateLimited { retry_after_s: 3_600 });
    }
    let user = users::find(tx, id).await?.ok_or(Error::NotFound("user"))?;
    let link = links::make_for(app, tx, by, (&user, Purpose::NewAddress, email)).await?;
    mail::write_to(tx, by, Draft { to: &user, template: Template::Verification, link: Some(link) }, email).await?;
    audit::record(tx, by, Line::new("user.new_address", "user", id.uuid(), user.name()));
    Ok(())
}

/// The link to another address was pressed: it is the account's from now on, and whoever reads the old one is told. `false`: it was not proved
/// before.
pub(super) async fn move_to(app: &App, token: &str, origin: &Arc<Origin>) -> Result<bool> {
    let (link, user) = links::known(app, token, Some(Purpose::NewAddress)).await?.ok_or_else(links::bad)?;
    // Pressed a second time.
    if link.used_at.is_some() && email_key(&user.email) == link.email_key {
        return Ok(true);
    }
    let (link, user) = links::working(app, token, Purpose::NewAddress).await?;
    let by = recover::on_behalf(app, &user, origin)?;
    app.db
        .transact(&by, async |tx| {
            let user = recover::hold(tx, &user).await?;
            if user.status != Status::Active || !link_store::use_up(tx, link.id, by.now()).await? {
                return Err(links::bad());
            }
            let person = store::find(tx, user.id).await?.ok_or_else(links::bad)?;
            if store::email_taken(tx, &link.email_key, Some(user.id)).await? {
                return Err(Error::Taken("email", "Somebody with this e-mail address is here already.".into()));
            }
            let (email, email_key) = (link.email_key.clone(), link.email_key.clone());
            let next = Person { email, email_key, email_verified: true, updated_at: by.now(), ..person.clone() };
            match store::update(tx, &next, true).await {
                Err(error) if error.is_taken() => {
                    return Err(Error::Taken("email", "Somebody with this e-mail address is here already.".into()));
                }
                other => other?,
            };
            registrations::proved(tx, user.id).await?;
            // What was sent to the old address is good for nothing any more.
            for purpose in [Purpose::Verification, Purpose::Reset] {
                link_store::replace(tx, user.id, purpose, by.now()).await?;
            }
            note(tx, &by, &person, &next);
            let news = News { address: Some(&person.email), ..News::plain(Notice::EmailChanged) };
            mail::tell(tx, &by, &user, news).await?;
            Ok(false)
        })
        .await
}
