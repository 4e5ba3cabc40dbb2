//! A random business on the real engine: customers and staff who do whatever comes to their mind, a provider with bad days, a process that
//! is killed in the middle, a clock that jumps. After every few steps the tables are read and the laws of the house are held against them,
//! and so is every answer anybody ever got.
//!
//! Everything is drawn from one seed. What runs at once inside the engine may still take turns in another order, so a seed repeats what
//! is tried, and nearly always what comes of it.

#![allow(clippy::missing_panics_doc, reason = "a test tool: it panics where it could not go on anyway")]

mod carts;
mod deeds;
mod dice;
mod ends;
mod laws;
mod memory;
mod plant;
mod quarrels;
mod sky;
mod tally;
mod trust;
mod world;

use purser_service::audit;
use purser_testkit::Database;

pub use plant::Plant;
pub use tally::Tally;

use deeds::Business;
use dice::Dice;
use world::World;

/// Steps of one business before the next one begins: tables stay small, so that every law can be held against all of them often.
pub const WORLD: u64 = 2_500;

/// What is simulated.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// What everything is drawn from.
    pub seed: u64,
    /// Steps.
    pub steps: u64,
    /// The laws are held against the tables every so many steps.
    pub every: u64,
    /// On PostgreSQL rather than SQLite.
    pub postgres: bool,
    /// A mistake that has to be noticed.
    pub plant: Option<Plant>,
    /// Leave the tables of a business in which a law was broken, and say where.
    pub keep: bool,
}

impl Plan {
    /// So many steps from this seed, on SQLite.
    pub const fn new(seed: u64, steps: u64) -> Self {
        Self { seed, steps, every: 50, postgres: false, plant: None, keep: false }
    }
}

/// A law that was broken.
#[derive(Clone, Debug)]
pub struct Broken {
    /// The seed.
    pub seed: u64,
    /// Steps done when it was noticed.
    pub step: u64,
    /// What is wrong, a sentence each.
    pub what: Vec<String>,
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "seed {}, noticed after step {}:", self.seed, self.step)?;
        for what in self.what.iter().take(10) {
            writeln!(f, "  {what}")?;
        }
        write!(f, "replay: cargo xtask simulate --seed {} --ops {} --every 1", self.seed, self.step)
    }
}

/// Simulate one business.
pub fn simulate(plan: &Plan) -> Result<Tally, Box<Broken>> {
    let mut dice = Dice::new(plan.seed);
    let database = async || {
        if plan.postgres { Database::postgres().await.expect("PURSER_TEST_POSTGRES names a server") } else { Database::sqlite() }
    };
    let mut world = World::begin(database, dice.throw());
    if let Some(plant) = plan.plant {
        let sky = world.sky.clone();
        world.on(async |app| plant.put(app, &sky).await);
    }
    let mut business = Business::new(world, dice.throw());
    let outcome = live(plan, &mut business);
    if outcome.is_err() && plan.keep {
        business.world.keep();
    }
    outcome
}

fn live(plan: &Plan, business: &mut Business) -> Result<Tally, Box<Broken>> {
    let broken = |step: u64, what: Vec<String>| Box::new(Broken { seed: plan.seed, step, what });
    business.stock_up().map_err(|what| broken(0, vec![what]))?;
    for step in 1..=plan.steps {
        business.step().map_err(|what| broken(step, vec![what]))?;
        if step % plan.every.max(1) == 0 {
            judge(business, false).map_err(|what| broken(step, what))?;
        }
    }
    business.settle().map_err(|what| broken(plan.steps, vec![what]))?;
    judge(business, true).map_err(|what| broken(plan.steps, what))?;
    // A last death: what was acknowledged is on disk.
    business.world.kill();
    judge(business, true).map_err(|what| broken(plan.steps, what))?;
    let count = |many: usize| u64::try_from(many).unwrap_or(u64::MAX);
    Ok(Tally {
        kills: business.world.lives - 1,
        faults: business.world.sky.faults(),
        orders: count(business.memory.orders.len()),
        refunds: count(business.memory.refunds.len()),
        checkouts: count(business.memory.ordered.len()),
        requests: count(business.memory.requests.len()),
        disputes: count(business.memory.disputes.len()),
        ..business.tally
    })
}

/// Hold the laws against the tables.
fn judge(business: &mut Business, calm: bool) -> Result<(), Vec<String>> {
    let (mut wrong, rows) = business.world.on(async |app| {
        let mut wrong = laws::broken(&app.app, calm).await;
        if calm {
            for (tenant, verdict) in audit::verify_all(&app.app.db).await.unwrap_or_default() {
                wrong.extend(verdict.first_bad.map(|bad| format!("the audit log of {tenant} is broken at line {}: {}", bad.seq, bad.reason)));
            }
        }
        (wrong, laws::rows(&app.app).await)
    });
    match rows {
        Ok(rows) => wrong.extend(business.memory.compare(&rows)),
        Err(error) => wrong.push(format!("the tables could not be read: {error}")),
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// The seeds of the businesses a long simulation is made of: each can be replayed alone.
pub fn seeds(seed: u64, steps: u64) -> Vec<(u64, u64)> {
    let mut dice = Dice::new(seed);
    let mut parts = Vec::new();
    let mut left = steps;
    while left > 0 {
        let part = left.min(WORLD);
        // The first is the seed itself, so that what is short replays as it is.
        parts.push((if parts.is_empty() { seed } else { dice.throw() >> 16 }, part));
        left -= part;
    }
    parts
}
