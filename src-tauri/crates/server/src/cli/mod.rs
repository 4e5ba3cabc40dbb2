//! The command line. Each command prepares, calls one use case or the engine, and says what came of it.
#![expect(clippy::doc_markdown, reason = "these comments are the help text")]

mod audit;
mod breach_list;
mod break_glass;
mod country_list;
mod demo;
mod doctor;
mod import;
mod openapi;
mod owner;
mod serve;
mod tenant;
mod worker;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use purser_store::Db;

use crate::{Config, Layer, StartError};

/// Purser: the admin console that carries its back office with it.
#[derive(Parser)]
#[command(name = "purser", version, about, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the engine and listen for consoles. The first line says where.
    Serve(serve::Serve),
    /// Take work off the queue of a PostgreSQL, beside the servers on it. The first line says when it begins.
    Worker(worker::Worker),
    /// Fill the tenant of a data folder with a made-up business.
    Demo(demo::Demo),
    /// The audit log.
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Bring people, products or past orders in from a CSV file.
    Import(import::Import),
    /// The list of passwords known from breaches.
    #[command(subcommand)]
    BreachList(breach_list::BreachList),
    /// The list of networks and the countries they are registered in.
    #[command(subcommand)]
    CountryList(country_list::CountryList),
    /// Look a data folder over and say what is wrong with it.
    Doctor(doctor::Doctor),
    /// Print the OpenAPI document.
    Openapi,
    /// Sealed ways in, for the day nobody else gets in.
    #[command(subcommand)]
    BreakGlass(break_glass::BreakGlass),
    /// Owners.
    #[command(subcommand)]
    Owner(owner::Owner),
    /// The tenants of this installation.
    #[command(subcommand)]
    Tenant(tenant::Tenant),
}

/// Where the data lives; every command takes these.
#[derive(Args, Clone)]
struct Place {
    /// The data folder. [env: PURSER_DATA]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// PostgreSQL instead of the file in the data folder: postgres://user:password@host:5432/name. [env: PURSER_DATABASE]
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// A settings file instead of purser.toml in the data folder. [env: PURSER_CONFIG]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// What to log: error, warn, info, debug, or parts such as info,purser_http=debug. [env: PURSER_LOG]
    #[arg(long, value_name = "WHAT")]
    log: Option<String>,
    /// How log lines look: plain or json. [env: PURSER_LOG_FORMAT]
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<String>,
}

impl Place {
    fn layer(self) -> Layer {
        let Self { data, database, config, log, log_format } = self;
        Layer { file: config, data, database, log, log_format, ..Layer::default() }
    }

    /// Settings of a command that does its work and ends; it keeps quiet unless something is wrong.
    fn load(self) -> Result<Config, Failure> {
        let quiet = Layer { log: Some("warn".into()), ..Layer::default() };
        load(quiet.under(self.layer()))
    }
}

/// The database alone, for a look at it beside whoever holds the folder. It has to be there already.
async fn database(config: &Config) -> Result<Db, Failure> {
    if let purser_store::Config::Sqlite(path) = config.store()
        && !path.exists()
    {
        return Err(Failure::Told(format!("There is no database in {}.", config.data.display()), 4));
    }
    Ok(Db::open(&config.store()).await.map_err(|error| StartError::database(error.into()))?)
}

/// Put the settings together and start logging by them.
fn load(flags: Layer) -> Result<Config, Failure> {
    let config = Config::load(flags, std::env::vars())?;
    crate::logs::start(&config.log, config.log_format);
    Ok(config)
}

/// Why a command ended badly.
#[derive(Debug)]
enum Failure {
    /// The engine did not start.
    Start(StartError),
    /// A use case said no.
    Refused(purser_core::Error),
    /// Something to say, and the exit code.
    Told(String, u8),
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        Self::Start(error)
    }
}

impl From<purser_core::Error> for Failure {
    fn from(error: purser_core::Error) -> Self {
        Self::Refused(error)
    }
}

impl Failure {
    fn tell(self) -> ExitCode {
        match self {
            Self::Start(error) => {
                eprintln!("{error}");
                error.exit_code().into()
            }
            Self::Refused(error) => {
                eprintln!("{error}");
                if let purser_core::Error::Invalid(fields) | purser_core::Error::Unprocessable(fields) = &error {
                    for field in fields {
                        eprintln!("  {}: {}", field.field, field.message);
                    }
                }
                ExitCode::FAILURE
            }
            Self::Told(message, code) => {
                eprintln!("{message}");
                code.into()
            }
        }
    }
}

/// Read the command line, do what it says, and answer with the exit code.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("The machine has no room for another program: {error}.");
            return ExitCode::FAILURE;
        }
    };
    let outcome = runtime.block_on(async {
        match cli.command {
            Command::Serve(command) => serve::run(command).await,
            Command::Worker(command) => worker::run(command).await,
            Command::Demo(command) => demo::run(command).await,
            Command::Audit(command) => audit::run(command).await,
            Command::Import(command) => import::run(command).await,
            Command::BreachList(command) => breach_list::run(command),
            Command::CountryList(command) => country_list::run(command),
            Command::Doctor(command) => doctor::run(command).await,
            Command::Openapi => openapi::run(),
            Command::Owner(command) => owner::run(command).await,
            Command::BreakGlass(command) => break_glass::run(command).await,
            Command::Tenant(command) => tenant::run(command).await,
        }
    });
    outcome.unwrap_or_else(Failure::tell)
}
