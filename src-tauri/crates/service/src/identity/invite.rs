//! Asked in: the link that lets somebody choose a first password.

use std::sync::Arc;

use purser_core::access::{Grant, Origin, can};
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::UserId;
use purser_core::mail::Template;
use purser_core::people::{PersonChecks, Purpose, Status, email_key};
use purser_core::{Error, Result};
use purser_store::users::User;
use purser_store::{Tx, links as store, people, users};

use super::passwords::{self, keep};
use super::{links, recover};
use crate::access::Ranks;
use crate::audit::{self, Line};
use crate::mail::{self, Draft};
use crate::{App, events};

/// Send the link with the transaction that asks somebody in.
pub(crate) async fn send<P>(app: &App, tx: &mut Tx, by: &Grant<P>, user: &User) -> Result<()> {
    let link = links::make(app, tx, by, (user, Purpose::Invitation)).await?;
    mail::write(tx, by, Draft { to: user, template: Template::Invitation, link: Some(link) }).await?;
    Ok(())
}

/// Where an invited person chooses a password, while that works.
pub(crate) async fn link(app: &App, user: &User) -> Result<Option<String>> {
    let found = app.db.read(user.tenant_id, async |tx| store::newest(tx, user.id, Purpose::Invitation).await.map_err(Error::from)).await?;
    let Some(found) = found.filter(|link| link.works(app.clock.now())) else { return Ok(None) };
    Ok(links::secret(app, &found)?.map(|secret| mail::address(app, Template::Invitation, &secret)))
}

/// Send the link once more; the one before stops working.
pub async fn again(app: &App, by: &Grant<can::CreateUser>, id: UserId) -> Result<()> {
    app.db
        .transact(by, async |tx| {
            let user = users::find(tx, id).await?.ok_or(Error::NotFound("user"))?;
            if user.status != Status::Invited {
                return Err(Error::conflict("not_invited", "Only somebody who was invited and has not chosen a password yet gets an invitation."));
            }
            Ranks::read(tx).await?.with(tx, &[id], by.now()).await?.covers(by, (id, user.role))?;
            tx.alone("links").await?;
            if let Some(last) = store::recent(tx, id, Purpose::Invitation, by.now().plus(-super::verify::GAP)).await?.first() {
                return Err(super::verify::wait(*last, by.now()));
            }
            send(app, tx, by, &user).await?;
            audit::record(tx, by, Line::new("user.invite", "user", id.uuid(), user.name()));
            events::emit(tx, by, Topic::User, "invited", id.uuid());
            Ok(())
        })
        .await
}

/// What somebody who was asked in says of themselves.
#[derive(Clone, Debug, Default)]
pub struct Acceptance {
    /// The password they choose.
    pub password: String,
    /// Given name, where it is to be another.
    pub first_name: Option<String>,
    /// Family name, where it is to be another.
    pub last_name: Option<String>,
    /// Language tag.
    pub language: Option<String>,
}

/// Take an invitation up: the account becomes active and the address counts as proved. Signing in is another step.
pub async fn accept(app: &App, token: &str, said: Acceptance, origin: Arc<Origin>) -> Result<()> {
    let mut checks = Checks::new();
    for (field, value) in [("firstName", &said.first_name), ("lastName", &said.last_name)] {
        if let Some(name) = value {
            checks.name(field, name.trim());
        }
    }
    if let Some(language) = &said.language {
        checks.language("language", language);
    }
    checks.done()?;
    recover::count_try(app, &origin).await?;
    passwords::at_most("password", &said.password)?;
    let (link, user) = links::working(app, token, Purpose::Invitation).await?;
    let fresh = keep::prepare(app, &user, "password", said.password).await?;
    let by = recover::on_behalf(app, &user, &origin)?;
    app.db
        .transact(&by, async |tx| {
            let user = recover::hold(tx, &user).await?;
            if user.status != Status::Invited || email_key(&user.email) != link.email_key || !store::use_up(tx, link.id, by.now()).await? {
                return Err(links::bad());
            }
            let person = people::find(tx, user.id).await?.ok_or_else(links::bad)?;
            let mut next = person.clone();
            let set = |place: &mut String, value: Option<String>| {
                if let Some(value) = value {
                    value.trim().clone_into(place);
                }
            };
            set(&mut next.first_name, said.first_name);
            set(&mut next.last_name, said.last_name);
            next.language = said.language.or(next.language);
            next.email_verified = true;
            next.updated_at = by.now();
            let renamed = next.first_name != person.first_name || next.last_name != person.last_name;
            if !people::update(tx, &next, renamed).await? {
                return Err(Error::Stale);
            }
            keep::put(tx, &by, user.id, &fresh, false).await?;
            let user = users::find(tx, user.id).await?.ok_or_else(links::bad)?;
            events::emit(tx, &by, Topic::User, "activated", user.id.uuid());
            audit::record(tx, &by, Line::new("user.accept", "user", user.id.uuid(), user.name()));
            mail::write(tx, &by, Draft { to: &user, template: Template::Welcome, link: None }).await?;
            Ok(())
        })
        .await
}
