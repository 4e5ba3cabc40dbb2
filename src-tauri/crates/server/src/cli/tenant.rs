//! `purser tenant`: the tenants of an installation, from a shell on its machine.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Subcommand};
use futures::StreamExt;
use purser_core::access::{Actor, Grant, Right};
use purser_core::tenants::TenantMove;
use purser_core::{Currency, Error};
use purser_service::App;
use purser_service::tenants::{self, NewTenant, Step};
use purser_store::tenants::Tenant as Row;
use purser_store::{Scope, tenancy};
use tokio::io::AsyncWriteExt;

use super::{Failure, Place, owner};
use crate::Engine;

/// Tenants.
#[derive(Subcommand)]
pub(super) enum Tenant {
    /// List them.
    List(Place),
    /// Make one and its owner, whose password is shown once.
    Create(Create),
    /// Keep everybody out and let no work be done.
    Suspend(Which),
    /// Let people in again.
    Resume(Which),
    /// Delete it when a grace is over.
    Close(Close),
    /// Take a deletion back; it comes back suspended.
    Restore(Which),
    /// Everything it has, as a tar archive.
    Export(Export),
}

/// A tenant to be made.
#[derive(Args)]
pub(super) struct Create {
    #[command(flatten)]
    place: Place,
    /// Name of the business.
    #[arg(long)]
    name: String,
    /// Its short name; made from the name if absent.
    #[arg(long)]
    slug: Option<String>,
    /// Currency it sells in.
    #[arg(long, default_value = "EUR")]
    currency: String,
    /// E-mail of its owner, who gets an invitation.
    #[arg(long)]
    email: String,
    /// Given name of its owner.
    #[arg(long)]
    first_name: String,
    /// Family name of its owner.
    #[arg(long)]
    last_name: String,
}

/// Which tenant, and why.
#[derive(Args)]
pub(super) struct Which {
    #[command(flatten)]
    place: Place,
    /// Its short name.
    slug: String,
    /// Why; stands in its log.
    #[arg(long)]
    reason: String,
}

/// Which tenant, why, and when.
#[derive(Args)]
pub(super) struct Close {
    #[command(flatten)]
    which: Which,
    /// Days until everything it has is deleted.
    #[arg(long, default_value_t = 30)]
    grace_days: i64,
}

/// Which tenant, and where to.
#[derive(Args)]
pub(super) struct Export {
    #[command(flatten)]
    place: Place,
    /// Its short name.
    slug: String,
    /// The file to write; it must not be there yet.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(super) async fn run(command: Tenant) -> Result<ExitCode, Failure> {
    let place = match &command {
        Tenant::List(place) => place,
        Tenant::Create(create) => &create.place,
        Tenant::Suspend(which) | Tenant::Resume(which) | Tenant::Restore(which) => &which.place,
        Tenant::Close(close) => &close.which.place,
        Tenant::Export(export) => &export.place,
    };
    let engine = Engine::open(place.clone().load()?).await?;
    let outcome = act(engine.app(), command).await;
    engine.drain().await;
    outcome.map(|()| ExitCode::SUCCESS)
}

async fn act(app: &App, command: Tenant) -> Result<(), Failure> {
    match command {
        Tenant::List(_) => list(app).await,
        Tenant::Create(create) => make(app, create).await,
        Tenant::Suspend(which) => step(app, (&which.slug, which.reason), TenantMove::Suspend, None).await,
        Tenant::Resume(which) => step(app, (&which.slug, which.reason), TenantMove::Resume, None).await,
        Tenant::Restore(which) => step(app, (&which.slug, which.reason), TenantMove::Restore, None).await,
        Tenant::Close(close) => step(app, (&close.which.slug, close.which.reason), TenantMove::Close, Some(close.grace_days)).await,
        Tenant::Export(export) => write(app, export).await,
    }
}

/// A shell on the machine acts as the home does.
async fn grant<P: Right>(app: &App) -> Result<Grant<P>, Failure> {
    let home = app.db.read(Scope::System, async |tx| tenancy::home(tx).await.map_err(Error::from)).await?;
    let home = home.ok_or_else(|| Failure::Told("There is no tenant in this data folder yet. Make one with `purser owner create`.".into(), 1))?;
    Ok(Grant::of(Arc::new(Actor::command(home.id)), Arc::default(), app.clock.now(), &app.ids)?)
}

async fn list(app: &App) -> Result<(), Failure> {
    let all = app.db.read(Scope::System, async |tx| purser_store::tenants::all(tx).await.map_err(Error::from)).await?;
    for tenant in all {
        let at = tenant.purge_at.map(|at| format!("  deleted after {at}")).unwrap_or_default();
        println!("{}  {}{}{at}", tenant.slug, tenant.state, if tenant.home { "  home" } else { "" });
    }
    Ok(())
}

async fn make(app: &App, create: Create) -> Result<(), Failure> {
    let currency: Currency =
        create.currency.parse().map_err(|_| Error::invalid("currency", "unknown", "This is not a currency code such as EUR."))?;
    let new =
        NewTenant { name: create.name, slug: create.slug, currency, email: create.email, first_name: create.first_name, last_name: create.last_name };
    let made = tenants::create(app, &grant(app).await?, new).await?;
    println!("tenant {}", made.tenant.slug);
    match made.link {
        Some(link) => println!("invitation {link}   (shown once; {} chooses a password there)", made.owner.email),
        None => println!("an invitation goes to {}", made.owner.email),
    }
    Ok(())
}

async fn step(app: &App, (slug, reason): (&str, String), step: TenantMove, grace_days: Option<i64>) -> Result<(), Failure> {
    let tenant: Row = owner::tenant(app, Some(slug)).await?;
    let confirm = Some(tenant.slug.clone());
    let moved = tenants::step(app, &grant(app).await?, tenant.id, Step { step, reason, grace_days, confirm }).await?;
    println!("{}  {}", moved.slug, moved.state);
    Ok(())
}

async fn write(app: &App, export: Export) -> Result<(), Failure> {
    let told = |error: std::io::Error| Failure::Told(format!("{}: {error}", export.out.display()), 1);
    let tenant = owner::tenant(app, Some(&export.slug)).await?;
    let (_, mut body) = tenants::export(app, &grant(app).await?, tenant.id).await?;
    let mut how = tokio::fs::OpenOptions::new();
    how.write(true).create_new(true);
    #[cfg(unix)]
    how.mode(0o600);
    let mut file = how.open(&export.out).await.map_err(told)?;
    while let Some(part) = body.next().await {
        file.write_all(&part?).await.map_err(told)?;
    }
    file.sync_all().await.map_err(told)?;
    println!("wrote {}", export.out.display());
    Ok(())
}
