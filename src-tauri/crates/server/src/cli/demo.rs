//! `purser demo`: fill a data folder with a made-up business.

use std::process::ExitCode;
use std::time::Instant;

use clap::Args;
use purser_core::ids::Ids;
use purser_core::time::Clock;
use purser_core::{Currency, Money};
use purser_service::identity::setup;
use purser_store::Scope;

use super::owner::{self, NewOwner};
use super::{Failure, Place};
use crate::Engine;
use crate::demo::{self, Plan};

/// Fill the tenant of a data folder with a made-up business; an empty folder gets the tenant and an owner first.
#[derive(Args)]
pub(super) struct Demo {
    #[command(flatten)]
    place: Place,
    /// Customers.
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(i64).range(1..=1_000_000))]
    users: i64,
    /// Orders.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(i64).range(0..=10_000_000))]
    orders: i64,
    /// The same seed makes the same business.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The tenant, by its short name, when there are several.
    #[arg(long, value_name = "SLUG")]
    tenant: Option<String>,
}

pub(super) async fn run(command: Demo) -> Result<ExitCode, Failure> {
    let config = command.place.load()?;
    let engine = Engine::open_with(config, Clock::System, Ids::seeded(command.seed)).await?;
    let outcome = fill(&engine, Plan { users: command.users, orders: command.orders, seed: command.seed }, command.tenant.as_deref()).await;
    engine.drain().await;
    outcome
}

async fn fill(engine: &Engine, plan: Plan, tenant: Option<&str>) -> Result<ExitCode, Failure> {
    let app = engine.app();
    let mut made_owner = None;
    if setup::needed(app).await? {
        made_owner = Some(owner::first(app, NewOwner::demo(), false).await?);
    }
    let tenant = owner::tenant(app, tenant).await?;
    eprintln!("Making {} people and {} orders for {} …", plan.users, plan.orders, tenant.name);
    let begun = Instant::now();
    let made = demo::fill(app, tenant.id, plan).await?;
    let seconds = begun.elapsed().as_millis();
    let money = |amount| Money::new(amount, tenant.currency);
    println!("{} people and {} orders in {}.{:03} s", made.users, made.orders, seconds / 1_000, seconds % 1_000);
    println!("taken {}, given back {}", money(made.captured), money(made.refunded));
    if let Some((email, password)) = made_owner {
        owner::show(&email, &password, false);
    }
    Ok(ExitCode::SUCCESS)
}

/// An empty folder gets the small business before anybody connects; one that holds a tenant is left alone.
pub(super) async fn on_empty(engine: &Engine) -> Result<Option<(String, String)>, Failure> {
    let app = engine.app();
    if !setup::needed(app).await? {
        return Ok(None);
    }
    let made = owner::first(app, NewOwner::demo(), false).await?;
    let tenants = app.db.read(Scope::System, async |tx| purser_store::tenants::all(tx).await.map_err(purser_core::Error::from)).await?;
    if let Some(tenant) = tenants.first() {
        demo::fill(app, tenant.id, Plan::SMALL).await?;
    }
    Ok(Some(made))
}

impl NewOwner {
    /// The owner of the made-up business.
    fn demo() -> Self {
        Self {
            tenant: "Harbour Supplies".into(),
            currency: Currency::EUR,
            first_name: "Olive".into(),
            last_name: "Harbour".into(),
            email: "owner@harbour.example".into(),
        }
    }
}
