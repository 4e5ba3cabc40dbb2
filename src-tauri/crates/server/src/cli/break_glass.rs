//! `purser break-glass`: sealed ways in, from a shell on the machine.

use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Subcommand};
use purser_core::access::{Actor, Grant};
use purser_service::identity::break_glass;

use super::{Failure, Place, owner};
use crate::Engine;

/// Sealed ways in, for the day nobody else gets in.
#[derive(Subcommand)]
pub(super) enum BreakGlass {
    /// Seal a code, shown once; the one before is void.
    Seal(Which),
    /// End what a sealed code opened, before its time.
    Close(Which),
}

/// Whose.
#[derive(Args)]
pub(super) struct Which {
    #[command(flatten)]
    place: Place,
    /// The tenant, by its short name when there are several.
    #[arg(long)]
    tenant: Option<String>,
}

pub(super) async fn run(command: BreakGlass) -> Result<ExitCode, Failure> {
    let (BreakGlass::Seal(which) | BreakGlass::Close(which)) = &command;
    let engine = Engine::open(which.place.clone().load()?).await?;
    let outcome = act(&engine, &command, which.tenant.as_deref()).await;
    engine.drain().await;
    outcome.map(|()| ExitCode::SUCCESS)
}

async fn act(engine: &Engine, command: &BreakGlass, slug: Option<&str>) -> Result<(), Failure> {
    let app = engine.app();
    let tenant = owner::tenant(app, slug).await?;
    let by = Grant::of(Arc::new(Actor::command(tenant.id)), Arc::default(), app.clock.now(), &app.ids)?;
    match command {
        BreakGlass::Seal(_) => {
            let sealed = break_glass::seal(app, &by).await?;
            println!("code {}   (shown once; write it down and lock it away)", sealed.code);
        }
        BreakGlass::Close(_) => {
            break_glass::close(app, &by).await?;
            println!("closed");
        }
    }
    Ok(())
}
