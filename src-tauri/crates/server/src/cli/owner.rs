//! `purser owner create`: an owner with a random password, shown once. On an empty folder the tenant comes with it.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use purser_core::access::{Actor, Grant, Role, can};
use purser_core::{Currency, Error};
use purser_service::App;
use purser_service::identity::setup::{self, FirstRun};
use purser_service::people::{self, Invite};
use purser_store::Scope;
use purser_store::tenants::{self, Tenant};
use std::sync::Arc;

use super::{Failure, Place};
use crate::Engine;

/// Owners.
#[derive(Subcommand)]
pub(super) enum Owner {
    /// Make an owner with a random password, shown once.
    Create(Create),
}

/// Make an owner with a random password, shown once.
#[derive(Args)]
pub(super) struct Create {
    #[command(flatten)]
    place: Place,
    /// E-mail, which is also the name to sign in with.
    #[arg(long)]
    email: String,
    /// Given name.
    #[arg(long)]
    first_name: String,
    /// Family name.
    #[arg(long)]
    last_name: String,
    /// The tenant: its name in an empty folder, its short name when there are several.
    #[arg(long)]
    tenant: Option<String>,
    /// Currency of a new tenant.
    #[arg(long, default_value = "EUR")]
    currency: String,
}

/// Who is to be made.
pub(super) struct NewOwner {
    pub(super) tenant: String,
    pub(super) currency: Currency,
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) email: String,
}

pub(super) async fn run(command: Owner) -> Result<ExitCode, Failure> {
    let Owner::Create(create) = command;
    let currency = create.currency.parse().map_err(|_| Error::invalid("currency", "unknown", "This is not a currency code such as EUR."))?;
    let config = create.place.load()?;
    let engine = Engine::open(config).await?;
    let new = NewOwner {
        tenant: create.tenant.clone().unwrap_or_else(|| "My business".into()),
        currency,
        first_name: create.first_name,
        last_name: create.last_name,
        email: create.email,
    };
    let outcome = make(engine.app(), new, create.tenant.as_deref()).await;
    engine.drain().await;
    let (email, password) = outcome?;
    show(&email, &password, true);
    Ok(ExitCode::SUCCESS)
}

async fn make(app: &App, new: NewOwner, slug: Option<&str>) -> Result<(String, String), Failure> {
    if setup::needed(app).await? {
        return first(app, new, true).await;
    }
    let tenant = tenant(app, slug).await?;
    let now = app.clock.now();
    let actor = Actor::command(tenant.id);
    let by: Grant<can::CreateUser> = Grant::of(Arc::new(actor), Arc::default(), now, &app.ids)?;
    let password = password();
    let invite = Invite {
        email: new.email,
        first_name: new.first_name,
        last_name: new.last_name,
        role: Role::Owner.key(),
        password: Some(password.clone()),
        must_change_password: true,
        phone: None,
        country: None,
        language: None,
        notes: None,
    };
    let person = people::invite(app, &by, invite).await?;
    Ok((person.email, password))
}

/// The tenant and its owner in an empty folder. `must_change`: whoever gets the password has to choose another before anything else.
pub(super) async fn first(app: &App, new: NewOwner, must_change: bool) -> Result<(String, String), Failure> {
    let password = password();
    let first = FirstRun {
        tenant_name: new.tenant,
        first_name: new.first_name,
        last_name: new.last_name,
        email: new.email,
        password: password.clone(),
        currency: new.currency,
    };
    setup::check(app, &first)?;
    let owner = setup::create(app, first, must_change).await?;
    Ok((owner.email, password))
}

/// The tenant meant: the one with this short name, or the only one.
pub(super) async fn tenant(app: &App, slug: Option<&str>) -> Result<Tenant, Failure> {
    let all = app.db.read(Scope::System, async |tx| tenants::all(tx).await.map_err(Error::from)).await?;
    choose(all, slug)
}

fn choose(mut all: Vec<Tenant>, slug: Option<&str>) -> Result<Tenant, Failure> {
    let names = || all.iter().map(|tenant| tenant.slug.as_str()).collect::<Vec<_>>().join(", ");
    match (slug, all.len()) {
        (_, 0) => Err(Failure::Told("There is no tenant in this data folder yet. Make one with `purser owner create` or in the console.".into(), 1)),
        (None, 1) => Ok(all.remove(0)),
        (None, _) => Err(Failure::Told(format!("There are several tenants; name one with --tenant: {}.", names()), 2)),
        (Some(slug), _) => match all.iter().position(|tenant| tenant.slug == slug || tenant.name == slug) {
            Some(place) => Ok(all.remove(place)),
            None => Err(Failure::Told(format!("There is no tenant {slug:?}. There is: {}.", names()), 2)),
        },
    }
}

/// Sixteen signs nobody guesses, without those that look alike, in groups that can be typed.
fn password() -> String {
    const SIGNS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let mut text = String::new();
    while text.len() < 19 {
        if text.len() % 5 == 4 {
            text.push('-');
            continue;
        }
        // Numbers past the largest multiple are drawn again, so that every sign is as likely.
        let drawn = usize::from(rand::random::<u8>());
        if drawn < 256 / SIGNS.len() * SIGNS.len() {
            text.push(char::from(SIGNS[drawn % SIGNS.len()]));
        }
    }
    text
}

/// The one time the password is seen. `must_change`: the first sign-in asks for another.
pub(super) fn show(email: &str, password: &str, must_change: bool) {
    let then = if must_change { "the first sign-in asks for one of your own" } else { "change it after signing in" };
    println!("owner {email}");
    println!("password {password}   (shown once; {then})");
}
