//! Tenants as the owners of the home tenant look after them: made, suspended, taken out whole, deleted after a grace.
//!
//! `manage:tenant` can be held in the home tenant alone, whatever a role elsewhere says. It opens the tenant, not what is in it: nobody
//! reads another tenant's orders with it. What is done to a tenant stands in its own log and in that of the home.

mod export;
pub(crate) mod part;
mod purge;
mod tar;

pub use export::export;
pub(crate) use purge::{Purge, put_in};

use std::sync::Arc;

use purser_core::access::{Actor, Grant, Right, Role, can};
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::TenantId;
use purser_core::tenants::{GRACE_DAYS, TenantMove, TenantState, grace};
use purser_core::{Currency, Error, Result};
use purser_store::page::COUNT_LIMIT;
use purser_store::tenancy::{self as store, Filter, Usage};
use purser_store::tenants::{self, Tenant};
use purser_store::users::User;
use purser_store::{Listing, Page, Scope, Tx, users};
use serde::Serialize;

use crate::audit::{self, Line};
use crate::identity::{invite, setup, step_up};
use crate::{App, events};

/// A tenant to be made, and its first owner, who gets an invitation.
#[derive(Clone, Debug)]
pub struct NewTenant {
    /// Name of the business.
    pub name: String,
    /// Its name as addresses write it; made from the name if absent.
    pub slug: Option<String>,
    /// The currency it sells in.
    pub currency: Currency,
    /// E-mail of the owner.
    pub email: String,
    /// Given name of the owner.
    pub first_name: String,
    /// Family name of the owner.
    pub last_name: String,
}

/// A tenant that was made.
#[derive(Clone, Debug)]
pub struct Made {
    /// The tenant.
    pub tenant: Tenant,
    /// Its owner, invited.
    pub owner: User,
    /// The link of the invitation, where mail does not go out: its mailbox is in the new tenant, which nobody can look into yet.
    pub link: Option<String>,
}

/// Something to be done to a tenant.
#[derive(Clone, Debug)]
pub struct Step {
    /// What.
    pub step: TenantMove,
    /// Why.
    pub reason: String,
    /// Days until it is deleted, when it is closed.
    pub grace_days: Option<i64>,
    /// Its short name once more, when it is closed: so that it is this one.
    pub confirm: Option<String>,
}

/// A page of tenants and, without a cursor, how many there are.
pub async fn list(app: &App, _: &Grant<can::ManageTenant>, filter: &Filter, page: &Page) -> Result<(Listing<Tenant>, Option<(i64, bool)>)> {
    app.db
        .read(Scope::System, async |tx| {
            let total = if page.after.is_none() { Some(store::count(tx, filter, COUNT_LIMIT).await?) } else { None };
            Ok((store::list(tx, filter, page).await?, total))
        })
        .await
}

/// One tenant and how much it has.
pub async fn read(app: &App, _: &Grant<can::ManageTenant>, id: TenantId) -> Result<(Tenant, Usage)> {
    app.db
        .read(Scope::System, async |tx| {
            let tenant = tenants::find(tx, id).await?.ok_or(Error::NotFound("tenant"))?;
            Ok((tenant, store::usage(tx, id).await?))
        })
        .await
}

/// The same caller as they act on another tenant: what they do there stands in that tenant's log, under their name.
pub(crate) fn over<P: Right>(app: &App, by: &Grant<P>, tenant: TenantId) -> Result<Grant<P>> {
    let actor = Actor { tenant, ..by.actor().clone() };
    Grant::of(Arc::new(actor), Arc::new(by.origin().clone()), by.now(), &app.ids)
}

fn slug_is_good(slug: &str) -> bool {
    let plain = slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    (2..=60).contains(&slug.len()) && plain && !slug.starts_with('-') && !slug.ends_with('-')
}

fn check(new: &NewTenant, slug: &str) -> Result<()> {
    let mut checks = Checks::new();
    checks.text("name", &new.name, 100);
    checks.that(slug_is_good(slug), "slug", "not_a_slug", "2 to 60 of a-z, 0-9 and -, not at its ends.");
    checks.text("owner.firstName", &new.first_name, 100);
    checks.text("owner.lastName", &new.last_name, 100);
    checks.extend(purser_core::people::check_email("owner.email", &new.email));
    checks.done()
}

/// Make a tenant and invite its owner.
pub async fn create(app: &App, by: &Grant<can::ManageTenant>, new: NewTenant) -> Result<Made> {
    let slug = new.slug.clone().unwrap_or_else(|| setup::slug(&new.name));
    check(&new, &slug)?;
    step_up::demand(app, by).await?;
    let (tenant, owner) = rows(by, &new, slug);
    let there = over(app, by, tenant.id)?;
    app.db
        .transact(Scope::System, async |tx| {
            tx.alone("tenants").await?;
            if store::is_taken(tx, &tenant.slug).await? {
                return Err(Error::Taken("slug", "Another tenant has this short name already.".into()));
            }
            tenants::insert(tx, &tenant).await?;
            users::insert(tx, std::slice::from_ref(&owner)).await?;
            invite::send(app, tx, &there, &owner).await?;
            note(tx, (by, &there), &tenant, ("tenant.create", "created"), None);
            audit::record(tx, &there, Line::new("user.create", "user", owner.id.uuid(), owner.name()));
            Ok(())
        })
        .await?;
    let link = if app.mail.mailer.keeps() { invite::link(app, &owner).await? } else { None };
    Ok(Made { tenant, owner, link })
}

fn rows(by: &Grant<can::ManageTenant>, new: &NewTenant, slug: String) -> (Tenant, User) {
    let now = by.now();
    let tenant = setup::tenant((by.id(), now), (&new.name, slug), new.currency);
    let names = (new.first_name.as_str(), new.last_name.as_str());
    let owner = User { role: Role::Owner.key(), ..User::new((by.id(), tenant.id), &new.email, names, now) };
    (tenant, owner)
}

/// Where a tenant stands, as the audit log keeps it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Facts {
    state: TenantState,
    #[serde(skip_serializing_if = "Option::is_none")]
    purge_at: Option<purser_core::Timestamp>,
}

impl Facts {
    fn of(tenant: &Tenant) -> Self {
        Self { state: tenant.state, purge_at: tenant.purge_at }
    }
}

/// A line in both logs, and a notice to both.
fn note<P>(tx: &mut Tx, (by, there): (&Grant<P>, &Grant<P>), tenant: &Tenant, (action, event): (&'static str, &'static str), was: Option<&Facts>) {
    for grant in [by, there] {
        let mut line = Line::new(action, "tenant", tenant.id.uuid(), tenant.name.clone()).after(&Facts::of(tenant));
        if let Some(was) = was {
            line = line.before(was);
        }
        if let Some(reason) = &tenant.state_reason {
            line = line.reason(reason.clone());
        }
        audit::record(tx, grant, line);
        events::emit(tx, grant, Topic::Tenant, event, tenant.id.uuid());
    }
}

/// Suspend, resume, close or restore a tenant. It counts for the next request of everybody in it.
pub async fn step(app: &App, by: &Grant<can::ManageTenant>, id: TenantId, step: Step) -> Result<Tenant> {
    let days = step.grace_days.unwrap_or(GRACE_DAYS.1);
    let mut checks = Checks::new();
    checks.text("reason", &step.reason, 500);
    let within = (GRACE_DAYS.0..=GRACE_DAYS.2).contains(&days);
    checks.that(within, "graceDays", "out_of_range", format!("From {} to {} days.", GRACE_DAYS.0, GRACE_DAYS.2));
    checks.done()?;
    step_up::demand(app, by).await?;
    let there = over(app, by, id)?;
    app.db
        .transact(Scope::System, async |tx| {
            let mut tenant = tenants::find(tx, id).await?.ok_or(Error::NotFound("tenant"))?;
            if tenant.home {
                return Err(Error::conflict("home_tenant", "This is the home of the installation. It can be neither shut nor deleted."));
            }
            let was = Facts::of(&tenant);
            tenant.state = tenant.state.apply(step.step)?;
            if step.step == TenantMove::Close && step.confirm.as_deref() != Some(tenant.slug.as_str()) {
                return Err(Error::invalid("confirm", "not_the_same", format!("Write its short name, {}, to delete it.", tenant.slug)));
            }
            tenant.state_reason = Some(step.reason.trim().to_owned());
            tenant.state_at = Some(by.now());
            tenant.purge_at = (tenant.state == TenantState::Closing).then(|| by.now().plus(grace(days)));
            if !store::set_state(tx, &tenant).await? {
                return Err(Error::Stale);
            }
            tenant.version += 1;
            note(tx, (by, &there), &tenant, words(step.step), Some(&was));
            Ok(tenant)
        })
        .await
}

const fn words(step: TenantMove) -> (&'static str, &'static str) {
    match step {
        TenantMove::Suspend => ("tenant.suspend", "suspended"),
        TenantMove::Resume => ("tenant.resume", "resumed"),
        TenantMove::Close => ("tenant.close", "closing"),
        TenantMove::Restore => ("tenant.restore", "restored"),
        TenantMove::Purge => ("tenant.purge", "purging"),
    }
}

/// What everybody of `tenant` hears while it is not open.
pub(crate) async fn shut(tx: &mut Tx, tenant: TenantId) -> Result<Option<Error>> {
    Ok(tenants::find(tx, tenant).await?.and_then(|tenant| tenant.state.refusal()))
}
