//! `purser doctor`: what is right and wrong with a data folder. Changes nothing.

use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use purser_core::{Error, Money};
use purser_service::audit;
use purser_store::doctor::{Finding, Health, examine};
use purser_store::{Db, Scope, ledger, tenants};

use super::{Failure, Place};
use crate::{Config, StartError};

/// Look a data folder over and say what is wrong with it.
#[derive(Args)]
pub(super) struct Doctor {
    #[command(flatten)]
    place: Place,
}

pub(super) async fn run(command: Doctor) -> Result<ExitCode, Failure> {
    let config = command.place.load()?;
    let mut findings = folder(&config);
    match examine(&config.store()).await {
        Ok(more) => findings.extend(more),
        Err(error) => findings.push(Finding::new("database", Health::Bad, StartError::database(error.into()).to_string())),
    }
    // What is in a broken or newer file is not looked at: that could only make it worse.
    let sound = findings.iter().all(|finding| finding.health != Health::Bad);
    if sound && let Ok(db) = super::database(&config).await {
        match contents(&db).await {
            Ok(more) => findings.extend(more),
            Err(error) => findings.push(Finding::new("contents", Health::Bad, error.to_string())),
        }
        db.close().await;
    }
    for finding in &findings {
        let mark = match finding.health {
            Health::Good => "ok      ",
            Health::Doubtful => "look    ",
            Health::Bad => "broken  ",
        };
        println!("{mark}{:<12} {}", finding.about, finding.words);
    }
    let broken = findings.iter().any(|finding| finding.health == Health::Bad);
    Ok(if broken { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The folder itself: rights, room, who holds it.
fn folder(config: &Config) -> Vec<Finding> {
    let data = &config.data;
    if !data.is_dir() {
        return vec![Finding::new("folder", Health::Bad, format!("{} is not there.", data.display()))];
    }
    let mut findings = vec![rights(data), room(data)];
    let words = match crate::owner(data) {
        None => "Nobody holds the folder.".to_owned(),
        Some(owner) => {
            let at = owner.address.map_or_else(|| "listens nowhere".to_owned(), |address| format!("answers at {address}"));
            format!("Process {} holds the folder and {at}.", owner.pid)
        }
    };
    findings.push(Finding::new("owner", Health::Good, words));
    findings
}

#[cfg(unix)]
fn rights(data: &Path) -> Finding {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(data).map_or(0, |metadata| metadata.permissions().mode() & 0o777);
    let probe = data.join(".purser-doctor");
    let writable = std::fs::write(&probe, b"").and_then(|()| std::fs::remove_file(&probe));
    match writable {
        Err(error) => Finding::new("folder", Health::Bad, format!("{} can not be written to: {error}.", data.display())),
        Ok(()) if mode & 0o077 != 0 => {
            let words = format!("Others on this machine may look into {} (mode {mode:03o}). Close it with chmod 700.", data.display());
            Finding::new("folder", Health::Doubtful, words)
        }
        Ok(()) => Finding::new("folder", Health::Good, format!("{} is yours alone.", data.display())),
    }
}

#[cfg(not(unix))]
fn rights(data: &Path) -> Finding {
    Finding::new("folder", Health::Good, format!("{} is there.", data.display()))
}

/// Below this, a busy day may fill the disk.
const LOW_MB: u64 = 500;

#[cfg(unix)]
fn room(data: &Path) -> Finding {
    match rustix::fs::statvfs(data) {
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize) / 1_000_000;
            let health = if free < LOW_MB { Health::Doubtful } else { Health::Good };
            Finding::new("disk", health, format!("{free} MB free."))
        }
        Err(error) => Finding::new("disk", Health::Doubtful, format!("The free space can not be read: {error}.")),
    }
}

#[cfg(not(unix))]
fn room(_: &Path) -> Finding {
    Finding::new("disk", Health::Good, "Not looked at on this system.")
}

/// What the rows say: books that balance, logs that are whole.
async fn contents(db: &Db) -> Result<Vec<Finding>, Error> {
    let mut findings = Vec::new();
    for tenant in db.read(Scope::System, async |tx| tenants::all(tx).await.map_err(Error::from)).await? {
        let (accounts, postings) = db.read(tenant.id, async |tx| Ok::<_, Error>((ledger::prove(tx).await?, ledger::unbalanced(tx).await?))).await?;
        let wrong = accounts.iter().filter(|a| (a.debit, a.credit) != (a.kept_debit, a.kept_credit)).count() + postings.len();
        let off = accounts.iter().map(|account| account.debit - account.credit).sum::<i64>();
        let (health, words) = if wrong == 0 && off == 0 {
            (Health::Good, format!("{}: the books balance.", tenant.name))
        } else {
            let off = Money::new(off, tenant.currency);
            (Health::Bad, format!("{}: {wrong} accounts or bookings do not add up; the whole is off by {off}.", tenant.name))
        };
        findings.push(Finding::new("ledger", health, words));
    }
    for (tenant, verdict) in audit::verify_all(db).await? {
        findings.push(match verdict.first_bad {
            None => Finding::new("audit", Health::Good, format!("{tenant}: intact, {} lines.", verdict.checked)),
            Some(bad) => Finding::new("audit", Health::Bad, format!("{tenant}: broken at line {}: {}.", bad.seq, bad.reason)),
        });
    }
    Ok(findings)
}
