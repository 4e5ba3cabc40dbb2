//! `purser-simulator --seed N --ops N`: a random business, and the next one, until so many steps are done. Run by `cargo xtask simulate`.

use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};

use clap::Parser;
use parking_lot::Mutex;
use purser_simulator::{Plan, Tally, seeds, simulate};

/// A random business on the real engine, with faults on purpose.
#[derive(Parser)]
struct Args {
    /// What everything is drawn from; printed, so that it can be replayed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Steps.
    #[arg(long, default_value_t = 10_000)]
    ops: u64,
    /// The laws are held against the tables every so many steps.
    #[arg(long, default_value_t = 100)]
    every: u64,
    /// Businesses at once.
    #[arg(long, default_value_t = 2)]
    at_once: usize,
    /// On PostgreSQL (`PURSER_TEST_POSTGRES`) rather than SQLite.
    #[arg(long)]
    postgres: bool,
    /// Leave the tables of a business in which a law was broken, and say where.
    #[arg(long)]
    keep: bool,
}

fn main() -> ExitCode {
    let args = Args::parse();
    // What the engine has to say is asked for as usual: `RUST_LOG=purser_service=warn`.
    tracing_subscriber::fmt().with_env_filter(tracing_subscriber::EnvFilter::from_default_env()).with_writer(std::io::stderr).init();
    let begun = std::time::Instant::now();
    println!("seed {}, {} steps on {}", args.seed, args.ops, if args.postgres { "PostgreSQL" } else { "SQLite" });
    let parts = seeds(args.seed, args.ops);
    let (next, sum, failed) = (AtomicUsize::new(0), Mutex::new(Tally::default()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..args.at_once.max(1) {
            scope.spawn(|| {
                while let Some((seed, steps)) = parts.get(next.fetch_add(1, Ordering::Relaxed)) {
                    match simulate(&Plan { every: args.every, postgres: args.postgres, keep: args.keep, ..Plan::new(*seed, *steps) }) {
                        Ok(tally) => sum.lock().add(tally),
                        Err(broken) => {
                            println!("{broken}");
                            failed.lock().push(broken.seed);
                        }
                    }
                }
            });
        }
    });
    let (tally, failed) = (*sum.lock(), failed.into_inner());
    println!(
        "{} businesses, {} calls, {} orders, {} of them from carts, {} refunds, {} requests, {} disputes, {} repeats, {} kills, {} faults of the provider, {} s",
        parts.len(),
        tally.calls,
        tally.orders,
        tally.checkouts,
        tally.refunds,
        tally.requests,
        tally.disputes,
        tally.repeats,
        tally.kills,
        tally.faults,
        begun.elapsed().as_secs()
    );
    if failed.is_empty() {
        println!("every law held");
        ExitCode::SUCCESS
    } else {
        println!("broken in the businesses of the seeds {failed:?}");
        ExitCode::FAILURE
    }
}
