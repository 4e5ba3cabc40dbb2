//! Strangers who make themselves an account, where the business wants that. They say four things of themselves and become customers, whatever
//! else they send; and whoever asks learns nothing of who is here.

use std::sync::Arc;

use purser_core::access::{Actor, Caller, Grant, Origin, can};
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::mail::Notice;
use purser_core::people::{PersonChecks, Status, email_key};
use purser_core::{Error, Result};
use purser_store::tenants::{self, Tenant};
use purser_store::users::User;
use purser_store::{Scope, Tx, people, registrations, users};

use super::passwords::{self, Policy, keep};
use super::recover::counter;
use super::{invite, policy, tokens, verify};
use crate::audit::{self, Line};
use crate::limits::{self, Limit};
use crate::mail::{self, News};
use crate::{App, events};

/// Accounts asked for from one address of the network.
const ASKED: Limit = Limit { calls: 3, span_s: 60 };
/// Mails one mailbox gets because of it.
const TOLD: Limit = Limit { calls: 1, span_s: 600 };

/// What a stranger says of themselves.
#[derive(Clone, Debug)]
pub struct Registration {
    /// Address.
    pub email: String,
    /// Password.
    pub password: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
}

/// The business that takes strangers in: the one of this name, or the only one there is. Which others there are is nobody's concern.
pub async fn open(app: &App, name: Option<&str>) -> Result<Option<Tenant>> {
    let all = app.db.read(Scope::System, async |tx| tenants::all(tx).await.map_err(Error::from)).await?;
    let found = match name {
        Some(slug) => all.into_iter().find(|tenant| tenant.slug == slug),
        None if all.len() == 1 => all.into_iter().next(),
        None => None,
    };
    let Some(tenant) = found.filter(|tenant| tenant.state.is_open()) else { return Ok(None) };
    Ok(policy::of(app, tenant.id).await?.self_registration.then_some(tenant))
}

/// Ask for an account. The answer is given before anything is looked up; everything else is in a mail.
pub async fn register(app: &App, business: Option<&str>, new: Registration, origin: Arc<Origin>) -> Result<()> {
    let mut checks = Checks::new();
    checks.email("email", &new.email).name("firstName", new.first_name.trim()).name("lastName", new.last_name.trim());
    checks.done()?;
    passwords::at_most("password", &new.password)?;
    let names = [new.email.as_str(), &new.first_name, &new.last_name];
    passwords::check((&Policy::default(), &app.passwords.breached), "password", &new.password, &names)?;
    limits::take(&*app.counters, &counter("register", &origin), ASKED, app.clock.now()).await?;
    let closed = || Error::Refused("registration_closed", "Nobody can make themselves an account here. Ask for an invitation.".into());
    let tenant = open(app, business).await?.ok_or_else(closed)?;
    let about = [new.email.as_str(), &new.first_name, &new.last_name, &tenant.name];
    passwords::check((&Policy::of(&tenant), &app.passwords.breached), "password", &new.password, &about)?;
    let later = app.clone();
    app.background.spawn(async move {
        if let Err(error) = take_in(&later, &tenant, new, &origin).await {
            tracing::warn!(%error, "an account that was asked for could not be made");
        }
    });
    Ok(())
}

async fn take_in(app: &App, tenant: &Tenant, new: Registration, origin: &Arc<Origin>) -> Result<()> {
    let key = email_key(&new.email);
    let mailbox = format!("register:{}:{}", tenant.id, hex::encode(tokens::hash(&key)));
    if limits::take(&*app.counters, &mailbox, TOLD, app.clock.now()).await.is_err() {
        return Ok(());
    }
    let about = [new.email.as_str(), &new.first_name, &new.last_name];
    let fresh = keep::first(app, tenant.id, ("password", new.password.clone()), &about).await?;
    let actor = Actor { caller: Caller::System, ..Actor::system(tenant.id) };
    let by: Grant<can::ReadSelf> = Grant::of(Arc::new(actor), origin.clone(), app.clock.now(), &app.ids)?;
    let user = row(&by, &new, fresh.hash.clone());
    app.db
        .transact(&by, async |tx| {
            tx.alone("register").await?;
            if people::email_taken(tx, &key, None).await? {
                return known(app, tx, &by, &user.email).await;
            }
            match users::insert(tx, std::slice::from_ref(&user)).await {
                // Somebody else took the address between the question and the answer: they hear of it from whoever did.
                Err(error) if error.is_taken() => return Err(Error::Stale),
                other => other?,
            }
            registrations::insert(tx, (user.tenant_id, user.id), by.now()).await?;
            keep::note(tx, &by, user.id, &fresh, false).await?;
            audit::record(tx, &by, Line::new("user.register", "user", user.id.uuid(), user.name()));
            events::emit(tx, &by, Topic::User, "created", user.id.uuid());
            verify::send(app, tx, &by, &user).await
        })
        .await
}

/// Whoever has the address already is told so, and nobody else.
async fn known(app: &App, tx: &mut Tx, by: &Grant<can::ReadSelf>, email: &str) -> Result<()> {
    let found = users::find_by_email(tx, email).await?;
    let Some(user) = found.into_iter().find(|user| user.tenant_id == by.tenant()) else { return Ok(()) };
    match user.status {
        Status::Invited => invite::send(app, tx, by, &user).await,
        Status::Active | Status::Locked => mail::tell(tx, by, &user, News::plain(Notice::AlreadyRegistered)).await,
        Status::Deleted => Ok(()),
    }
}

fn row(by: &Grant<can::ReadSelf>, new: &Registration, hash: String) -> User {
    let names = (new.first_name.as_str(), new.last_name.as_str());
    User { status: Status::Active, password_hash: Some(hash), ..User::new((by.id(), by.tenant()), &new.email, names, by.now()) }
}
