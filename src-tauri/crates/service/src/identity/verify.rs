//! Proving an address by a link.

use std::sync::Arc;

use purser_core::access::{Grant, Origin, can};
use purser_core::events::Topic;
use purser_core::mail::Template;
use purser_core::people::Purpose;
use purser_core::time::{MINUTE, SECOND};
use purser_core::{Error, Result, Timestamp};
use purser_store::users::User;
use purser_store::{Tx, links as store, users};

use super::{links, recover};
use crate::audit::{self, Line};
use crate::mail::{self, Draft};
use crate::{App, events};

/// Between two links.
pub(crate) const GAP: i64 = MINUTE;
/// In this while at most three.
const WHILE: i64 = 5 * MINUTE;
const MOST: usize = 3;

/// Come back when a minute has passed since `last`.
pub(crate) fn wait(last: Timestamp, now: Timestamp) -> Error {
    let left = (GAP - now.since(last)).max(0);
    Error::RateLimited { retry_after_s: u32::try_from(left / SECOND + 1).unwrap_or(60) }
}

/// Send the link with the transaction that has a new address to prove.
pub(crate) async fn send<P>(app: &App, tx: &mut Tx, by: &Grant<P>, user: &User) -> Result<()> {
    let link = links::make(app, tx, by, (user, Purpose::Verification)).await?;
    mail::write(tx, by, Draft { to: user, template: Template::Verification, link: Some(link) }).await?;
    Ok(())
}

/// Send it once more, with the day on which the account is deleted if nobody proves the address.
pub(super) async fn remind<P>(app: &App, tx: &mut Tx, by: &Grant<P>, (user, day): (&User, String)) -> Result<()> {
    let link = links::make(app, tx, by, (user, Purpose::Verification)).await?;
    mail::write_before(tx, by, Draft { to: user, template: Template::Verification, link: Some(link) }, day).await?;
    Ok(())
}

/// Send a link to the caller's own address, unless it is proved: then there is nothing to do.
pub async fn send_own(app: &App, by: &Grant<can::ReadSelf>) -> Result<()> {
    let id = by.user().ok_or(Error::NotFound("user"))?;
    app.db
        .transact(by, async |tx| {
            let user = users::find(tx, id).await?.ok_or(Error::NotFound("user"))?;
            if user.email_verified {
                return Ok(());
            }
            tx.alone("links").await?;
            let recent = store::recent(tx, id, Purpose::Verification, by.now().plus(-WHILE)).await?;
            if let Some(last) = recent.first().filter(|last| by.now().since(**last) < GAP) {
                return Err(wait(*last, by.now()));
            }
            if recent.len() >= MOST {
                let left = recent.last().map_or(WHILE, |first| WHILE - by.now().since(*first));
                return Err(Error::RateLimited { retry_after_s: u32::try_from(left.max(0) / SECOND + 1).unwrap_or(300) });
            }
            send(app, tx, by, &user).await?;
            audit::record(tx, by, Line::new("user.verification", "user", id.uuid(), user.name()));
            Ok(())
        })
        .await
}

/// Prove an address with a link. A link that did so before says the same again; `true` if it was proved already.
pub async fn verify(app: &App, token: &str, origin: Arc<Origin>) -> Result<bool> {
    recover::count_try(app, &origin).await?;
    let (link, user) = links::known(app, token, None).await?.ok_or_else(links::bad)?;
    if link.purpose == Purpose::NewAddress {
        return super::own::move_to(app, token, &origin).await;
    }
    if link.purpose != Purpose::Verification {
        return Err(links::bad());
    }
    if link.used_at.is_some() && user.email_verified {
        return Ok(true);
    }
    let (link, user) = links::working(app, token, Purpose::Verification).await.map(|(_, user)| (link, user))?;
    let by = recover::on_behalf(app, &user, &origin)?;
    app.db
        .transact(&by, async |tx| {
            let user = recover::hold(tx, &user).await?;
            if purser_core::people::email_key(&user.email) != link.email_key {
                return Err(links::bad());
            }
            if !store::use_up(tx, link.id, by.now()).await? {
                // Somebody pressed twice at once.
                return if user.email_verified { Ok(true) } else { Err(links::bad()) };
            }
            if !users::verified(tx, user.id, by.now()).await? {
                return Ok(true);
            }
            events::emit(tx, &by, Topic::User, "verified", user.id.uuid());
            audit::record(tx, &by, Line::new("user.verify", "user", user.id.uuid(), user.name()));
            mail::write(tx, &by, Draft { to: &user, template: Template::Welcome, link: None }).await?;
            Ok(false)
        })
        .await
}
