//! A forgotten password: ask for a link, choose another with it.

use std::sync::Arc;

use purser_core::access::{Actor, Caller, Grant, Origin, can};
use purser_core::events::Topic;
use purser_core::ids::UserId;
use purser_core::mail::Template;
use purser_core::people::{Purpose, Status, email_key};
use purser_core::time::MINUTE;
use purser_core::{Error, Result};
use purser_store::users::User;
use purser_store::{Scope, Tx, links as store, sessions, users};

use super::passwords::{self, keep};
use super::{links, lockout};
use crate::access::Ranks;
use crate::audit::{self, Line};
use crate::limits::{self, Limit};
use crate::mail::{self, Draft};
use crate::{App, events};

/// Links asked for from one address of the network.
const ASKED: Limit = Limit { calls: 3, span_s: 60 };
/// Links tried from one address of the network.
const TRIED: Limit = Limit { calls: 30, span_s: 60 };
/// One account gets a link at most so often; whoever asks hears nothing of it.
const COOLDOWN: i64 = MINUTE;

/// The name of a counter of what comes from one address.
pub(crate) fn counter(what: &str, origin: &Origin) -> String {
    format!("{what}:{}", origin.ip.as_deref().unwrap_or("here"))
}

/// Count a try of a link against its address.
pub(crate) async fn count_try(app: &App, origin: &Origin) -> Result<()> {
    limits::take(&*app.counters, &counter("link", origin), TRIED, app.clock.now()).await
}

/// What Purser does on behalf of somebody who is not signed in: their line in the log says from where.
pub(crate) fn on_behalf(app: &App, user: &User, origin: &Arc<Origin>) -> Result<Grant<can::ReadSelf>> {
    let actor = Actor { caller: Caller::System, ..Actor::system(user.tenant_id) };
    Grant::of(Arc::new(actor), origin.clone(), app.clock.now(), &app.ids)
}

/// Ask for a link to choose another password. The answer is given before anything is looked up, so that it tells nobody who has an account,
/// neither in words nor in time. A link that is lost because the process ended in that moment is asked for again.
pub async fn forgot(app: &App, email: String, origin: Arc<Origin>) -> Result<()> {
    if let Some(error) = purser_core::people::check_email("email", &email) {
        return Err(Error::Invalid(vec![error]));
    }
    limits::take(&*app.counters, &counter("forgot", &origin), ASKED, app.clock.now()).await?;
    let later = app.clone();
    app.background.spawn(async move {
        if let Err(error) = send_links(&later, &email, &origin).await {
            tracing::warn!(%error, "a link for a new password could not be sent");
        }
    });
    Ok(())
}

async fn send_links(app: &App, email: &str, origin: &Arc<Origin>) -> Result<()> {
    let found = app.db.read(Scope::System, async |tx| users::find_by_email(tx, email).await.map_err(Error::from)).await?;
    for user in found.into_iter().filter(|user| user.status == Status::Active) {
        let by = on_behalf(app, &user, origin)?;
        app.db
            .transact(&by, async |tx| {
                tx.alone("links").await?;
                if !store::recent(tx, user.id, Purpose::Reset, by.now().plus(-COOLDOWN)).await?.is_empty() {
                    return Ok(());
                }
                let link = links::make(app, tx, &by, (&user, Purpose::Reset)).await?;
                mail::write(tx, &by, Draft { to: &user, template: Template::PasswordReset, link: Some(link) }).await?;
                audit::record(tx, &by, Line::new("user.reset_request", "user", user.id.uuid(), user.name()));
                Ok::<_, Error>(())
            })
            .await?;
    }
    Ok(())
}

/// Choose another password with a link. It works once, ends every session, and signs nobody in: a second factor is asked for as always.
pub async fn reset(app: &App, token: &str, new: String, origin: Arc<Origin>) -> Result<()> {
    count_try(app, &origin).await?;
    passwords::at_most("newPassword", &new)?;
    let (link, user) = links::working(app, token, Purpose::Reset).await?;
    let fresh = keep::prepare(app, &user, "newPassword", new).await?;
    let by = on_behalf(app, &user, &origin)?;
    app.db
        .transact(&by, async |tx| {
            let user = hold(tx, &user).await?;
            if user.status != Status::Active || email_key(&user.email) != link.email_key || !store::use_up(tx, link.id, by.now()).await? {
                return Err(links::bad());
            }
            keep::put(tx, &by, user.id, &fresh, false).await?;
            store::replace(tx, user.id, Purpose::NewAddress, by.now()).await?;
            // The link came to this address, so it is theirs.
            users::verified(tx, user.id, by.now()).await?;
            lockout::forgive_all(tx, &lockout::Account::of(&user), by.now()).await?;
            sessions::end_all(tx, user.id, None, by.now(), "password_reset").await?;
            events::emit(tx, &by, Topic::User, "password_reset", user.id.uuid());
            events::emit(tx, &by, Topic::Session, "ended", user.id.uuid());
            audit::record(tx, &by, Line::new("user.reset", "user", user.id.uuid(), user.name()));
            mail::write(tx, &by, Draft { to: &user, template: Template::PasswordChanged, link: None }).await?;
            Ok(())
        })
        .await
}

/// The person as they are within this transaction.
pub(crate) async fn hold(tx: &mut Tx, user: &User) -> Result<User> {
    // Holds the row on PostgreSQL; on SQLite there is one writer.
    purser_store::people::hold(tx, &[user.id]).await?;
    users::find(tx, user.id).await?.ok_or_else(links::bad)
}

/// Have a person choose another password before they do anything else.
pub async fn demand(app: &App, by: &Grant<can::UpdateUser>, id: UserId) -> Result<()> {
    app.db
        .transact(by, async |tx| {
            let user = users::find(tx, id).await?.ok_or(Error::NotFound("user"))?;
            Ranks::read(tx).await?.with(tx, &[id], by.now()).await?.covers(by, (id, user.role))?;
            if user.password_hash.is_none() {
                return Err(Error::conflict("no_password", "This account has no password to change."));
            }
            purser_store::passwords::demand(tx, id, by.now()).await?;
            audit::record(tx, by, Line::new("user.demand_password", "user", id.uuid(), user.name()));
            events::emit(tx, by, Topic::User, "password_demanded", id.uuid());
            Ok(())
        })
        .await
}
