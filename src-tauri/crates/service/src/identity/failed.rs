//! Attempts to sign in that failed: counted for every account they may have been meant for, and written down.

use purser_core::access::Origin;
use purser_core::ids::TenantId;
use purser_core::mail::Notice;
use purser_core::people::Status;
use purser_core::{Error, Result};
use purser_store::users::User;
use purser_store::{Scope, sign_ins, tenants};

use super::attempts::{self, Lock};
use super::captcha;
use super::lockout::{self, Account, Failed};
use super::sign_in::{Credentials, refused};
use crate::App;

/// An attempt that failed.
pub(super) struct Failure<'a> {
    /// The accounts it may have been meant for.
    pub(super) meant: Vec<User>,
    pub(super) credentials: &'a Credentials,
    pub(super) origin: &'a Origin,
}

/// The tenant an attempt is written down with: the account's, else the first.
async fn tenant_of(app: &App, failure: &Failure<'_>) -> Result<Option<TenantId>> {
    match failure.meant.first() {
        Some(user) => Ok(Some(user.tenant_id)),
        None => Ok(app.db.read(Scope::System, async |tx| tenants::all(tx).await.map_err(Error::from)).await?.first().map(|tenant| tenant.id)),
    }
}

fn attempt(app: &App, failure: &Failure<'_>, tenant: TenantId, reason: &'static str) -> sign_ins::Attempt {
    // What was typed is kept where it looks like an address: people type their password into the wrong field.
    let typed = failure.credentials.email.trim();
    let email = purser_core::people::check_email("email", typed).is_none().then(|| typed.to_owned());
    let from = attempts::from(app, tenant, failure.origin, "password");
    attempts::refused(sign_ins::Attempt { user: failure.meant.first().map(|user| user.id), email, ..from }, reason)
}

/// Write an attempt down that was refused before the password was looked at.
pub(super) async fn note_refusal(app: &App, failure: Failure<'_>, reason: &'static str) -> Result<()> {
    let Some(tenant) = tenant_of(app, &failure).await? else { return Ok(()) };
    let row = attempt(app, &failure, tenant, reason);
    app.db.transact(tenant, async |tx| sign_ins::insert(tx, row).await.map_err(Error::from)).await
}

/// Count and write down a failed attempt; what to answer.
pub(super) async fn note_failure(app: &App, failure: Failure<'_>, (account, address): (&str, &str)) -> Result<Error> {
    let now = app.clock.now();
    captcha::failed(app, account, failure.origin).await?;
    if let Some(name) = lockout::counter(failure.origin.ip.as_deref()) {
        app.counters.add(&name, 1, lockout::BY_CALLER.span_s, now).await?;
    }
    let Some(tenant) = tenant_of(app, &failure).await? else { return Ok(refused()) };
    let accounts: Vec<Account> =
        if failure.meant.is_empty() { vec![Account::nobodys(account)] } else { failure.meant.iter().map(Account::of).collect() };
    let (answer, locks) = app
        .db
        .transact(tenant, async |tx| {
            let led = lockout::fail_all(tx, &accounts, address, now).await?;
            // Too late is who comes too late for all of them.
            let late = led.iter().all(|[here, _]| *here == Failed::Late);
            let reason = match failure.meant.first() {
                _ if late => "locked",
                Some(user) if user.status != Status::Active => "not_active",
                Some(_) => "wrong_password",
                None => "unknown_account",
            };
            sign_ins::insert(tx, attempt(app, &failure, tenant, reason)).await?;
            let locks: Vec<(User, Lock)> = failure.meant.iter().zip(&led).filter_map(|(user, led)| Some((user.clone(), lock(*led)?))).collect();
            for (user, lock) in locks.iter().filter(|(user, _)| user.tenant_id == tenant) {
                attempts::note_lock(tx, app, user, *lock);
            }
            let until = match accounts.first().filter(|_| late) {
                Some(account) => lockout::locked_until(tx, account, address, now).await?,
                None => None,
            };
            Ok::<_, Error>((until.map_or_else(refused, |until| lockout::limited(until, now)), locks))
        })
        .await?;
    // Each business has it in its own log.
    for (user, lock) in locks {
        if user.tenant_id != tenant {
            let note = async |tx: &mut purser_store::Tx| {
                attempts::note_lock(tx, app, &user, lock);
                Ok::<_, Error>(())
            };
            app.db.transact(user.tenant_id, note).await?;
        }
        attempts::tell_lock_later(app, user, failure.origin, lock);
    }
    Ok(answer)
}

/// What a failure locked, from here or from everywhere: the wider of the two, if both.
fn lock([here, everywhere]: [Failed; 2]) -> Option<Lock> {
    match (here, everywhere) {
        (_, Failed::Locked(until)) => Some(Lock { notice: Notice::LockedEverywhere, until }),
        (Failed::Locked(until), _) => Some(Lock { notice: Notice::LockedHere, until }),
        _ => None,
    }
}
