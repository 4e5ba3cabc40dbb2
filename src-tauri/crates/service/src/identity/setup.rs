//! The first run: one tenant and its owner.

use std::sync::Arc;

use purser_core::access::{Actor, Grant, Origin, Role, can};
use purser_core::error::Checks;
use purser_core::ids::TenantId;
use purser_core::people::Status;
use purser_core::tenants::TenantState;
use purser_core::{Currency, Error, Result, Timestamp};
use purser_store::tenants::Tenant;
use purser_store::users::User;
use purser_store::{Scope, tenants, users};

use super::passwords::{self, Policy, keep};
use super::sign_in::{self, SignedIn};
use crate::App;
use crate::audit::{self, Line};

/// What the first run asks for.
#[derive(Clone, Debug)]
pub struct FirstRun {
    /// Name of the business.
    pub tenant_name: String,
    /// Given name of the owner.
    pub first_name: String,
    /// Family name of the owner.
    pub last_name: String,
    /// E-mail of the owner.
    pub email: String,
    /// Password of the owner.
    pub password: String,
    /// Currency it sells in.
    pub currency: Currency,
}

/// Whether the first run is still to come.
pub async fn needed(app: &App) -> Result<bool> {
    Ok(app.db.read(Scope::System, async |tx| tenants::all(tx).await.map_err(Error::from)).await?.is_empty())
}

/// Fills a fresh tenant with a plausible business to look around in; the server provides one.
#[async_trait::async_trait]
pub trait DemoData: Send + Sync {
    /// Fill `tenant`, which has nothing in it but its owner.
    async fn fill(&self, app: &App, tenant: TenantId) -> Result<()>;
}

/// Make the tenant and its owner, and sign the owner in. Works once; afterwards a conflict.
pub async fn run(app: &App, first: FirstRun, demo: bool, origin: Arc<Origin>) -> Result<SignedIn> {
    check(app, &first)?;
    if !needed(app).await? {
        return Err(done());
    }
    let owner = create(app, first, false).await?;
    if demo && let Some(data) = &app.demo {
        data.fill(app, owner.tenant_id).await?;
    }
    sign_in::begin(app, owner, false, origin).await
}

fn done() -> Error {
    Error::conflict("already_set_up", "Purser is set up already. Sign in instead.")
}

/// Whether what the first run was told can be used.
pub fn check(app: &App, first: &FirstRun) -> Result<()> {
    let mut checks = Checks::new();
    checks.text("tenantName", &first.tenant_name, 100);
    checks.text("firstName", &first.first_name, 100);
    checks.text("lastName", &first.last_name, 100);
    checks.extend(purser_core::people::check_email("email", &first.email));
    checks.done()?;
    let about = [first.email.as_str(), &first.first_name, &first.last_name, &first.tenant_name];
    passwords::check((&Policy::default(), &app.passwords.breached), "password", &first.password, &about)
}

/// Make the tenant and its owner; a conflict if there is a tenant already. `must_change`: somebody else chose the password.
pub async fn create(app: &App, first: FirstRun, must_change: bool) -> Result<User> {
    let now = app.clock.now();
    let tenant_id: TenantId = app.ids.next(now);
    let tenant = Tenant { home: true, ..tenant((tenant_id, now), (&first.tenant_name, slug(&first.tenant_name)), first.currency) };
    let fresh = keep::Fresh::of(app.passwords.hash(first.password).await?);
    let names = (first.first_name.as_str(), first.last_name.as_str());
    let owner = User {
        role: Role::Owner.key(),
        status: Status::Active,
        password_hash: Some(fresh.hash.clone()),
        ..User::new((app.ids.next(now), tenant_id), &first.email, names, now)
    };
    let actor = Actor { name: owner.name(), ..Actor::system(tenant_id) };
    let by: Grant<can::UpdateRole> = Grant::of(Arc::new(actor), Arc::default(), now, &app.ids)?;
    app.db
        .transact(Scope::System, async |tx| {
            tx.alone("setup").await?;
            if !tenants::all(tx).await?.is_empty() {
                return Err(done());
            }
            tenants::insert(tx, &tenant).await?;
            users::insert(tx, std::slice::from_ref(&owner)).await?;
            keep::note(tx, &by, owner.id, &fresh, must_change).await?;
            audit::record(tx, &by, Line::new("tenant.create", "tenant", tenant_id.uuid(), tenant.name.clone()));
            audit::record(tx, &by, Line::new("user.create", "user", owner.id.uuid(), owner.name()));
            Ok(())
        })
        .await?;
    Ok(owner)
}

/// A tenant as it begins.
pub(crate) fn tenant((id, now): (TenantId, Timestamp), (name, slug): (&str, String), currency: Currency) -> Tenant {
    Tenant {
        id,
        name: name.trim().to_owned(),
        slug,
        currency,
        environment: "local".into(),
        settings: purser_store::tenants::Settings::default(),
        version: 1,
        created_at: now,
        updated_at: now,
        state: TenantState::Active,
        home: false,
        state_reason: None,
        state_at: None,
        purge_at: None,
    }
}

/// A name as addresses write it: `Harbour Supplies` becomes `harbour-supplies`.
pub(crate) fn slug(name: &str) -> String {
    let words: Vec<String> =
        name.to_lowercase().split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect();
    if words.is_empty() { "tenant".into() } else { words.join("-") }
}
