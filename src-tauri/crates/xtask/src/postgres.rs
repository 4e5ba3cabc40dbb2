//! A private PostgreSQL for one run of the tests: own folder, own port, gone afterwards.
//! The tests' role may make databases and nothing more, so that row-level security applies to it as it does in production.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::background::Background;
use crate::shell::{self, Result, free_port, program};
use crate::system;

/// Quick rather than safe: the data is thrown away.
const SETTINGS: &[&str] = &[
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=300",
    "shared_buffers=128MB",
    "listen_addresses=127.0.0.1",
    "logging_collector=off",
];

/// A running cluster; dropping it stops it and removes its folder.
pub(crate) struct Cluster {
    _server: Background,
    /// How the tests reach it.
    pub(crate) url: String,
}

/// PostgreSQL refuses to run as root, so root hands over to the user its package made.
struct User {
    name: Option<&'static str>,
}

impl User {
    fn current() -> Result<Self> {
        let root = shell::read(&mut program("id", ["-u"]))?.trim() == "0";
        Ok(Self { name: root.then_some("postgres") })
    }

    fn command(&self, file: &Path) -> Command {
        let mut command = match self.name {
            None => Command::new(file),
            Some(name) if shell::find("setpriv").is_some() => {
                let mut command = Command::new("setpriv");
                command.args(["--reuid", name, "--regid", name, "--init-groups", "--"]).arg(file);
                command
            }
            Some(name) => {
                let mut command = Command::new("runuser");
                command.args(["-u", name, "--"]).arg(file);
                command
            }
        };
        command.current_dir("/");
        command
    }
}

impl Cluster {
    /// Make one and wait until it answers.
    pub(crate) fn start() -> Result<Self> {
        let bin = system::postgres_bin().ok_or("PostgreSQL 15 or later was not found")?;
        // Each test has a database of its own, a thousand files that come and go: a disk's file system spends more on them than the tests do.
        let (user, dir, port) = (User::current()?, shell::private_folder_in(&shell::quick_folder(), "postgres")?, free_port()?);
        if let Some(name) = user.name {
            shell::read(&mut program("chown", [name.as_ref(), dir.as_os_str()]))?;
        }
        let data = dir.join("data");
        let mut initdb = user.command(&bin.join("initdb"));
        initdb.args([
            "--auth-local=trust",
            "--auth-host=scram-sha-256",
            "--username=postgres",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
            "-D",
        ]);
        shell::read(initdb.arg(&data))?;

        let mut postgres = user.command(&bin.join("postgres"));
        postgres.arg("-D").arg(&data).arg("-k").arg(&dir).args(["-p", &port.to_string()]);
        for setting in SETTINGS {
            postgres.args(["-c", setting]);
        }
        // INT is PostgreSQL's quick shutdown. The log stays outside its folder, which only PostgreSQL's user may enter.
        let log = shell::target().join("postgres-test.log");
        std::fs::create_dir_all(shell::target()).map_err(|error| format!("no target folder: {error}"))?;
        let server = Background::start("PostgreSQL", &postgres, "INT", &log, Some(&dir))?;
        server.wait_for(Duration::from_mins(1), |output| output.contains("ready to accept connections").then_some(()))?;

        let word = shell::secret()?;
        let mut psql = user.command(&bin.join("psql"));
        psql.args(["-h"]).arg(&dir).args(["-p", &port.to_string(), "-U", "postgres", "-d", "postgres", "-v", "ON_ERROR_STOP=1", "-q"]);
        psql.args(["-c", &format!("CREATE ROLE purser LOGIN CREATEDB NOSUPERUSER NOBYPASSRLS PASSWORD '{word}'")]);
        psql.args(["-c", "CREATE DATABASE purser OWNER purser"]);
        shell::read(&mut psql)?;
        Ok(Self { _server: server, url: format!("postgres://purser:{word}@127.0.0.1:{port}/purser") })
    }
}
