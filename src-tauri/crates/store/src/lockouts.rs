//! The `lockouts` table: failures by account and address. Belongs to the installation, since an account nobody has counts as well.
//!
//! Failures at the sign-in page are counted twice: for the address as it was typed, and for the account a business has by it. The first is
//! only there for accounts that come later, which begin with it: nobody is to tell from a lock that goes when an account was made.

use purser_core::Timestamp;
use purser_core::ids::TenantId;

use crate::rows::{Instant, MaybeInstant};
use crate::{Result, Tx, sql};

/// Failures of one account from one address, or from everywhere (an empty address).
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Lockout {
    /// The account.
    pub account: String,
    /// The address; empty for everywhere.
    pub address: String,
    /// Failures in the present span.
    pub failures: i64,
    /// Times it was locked of late; each lasts twice as long as the one before.
    pub locks: i64,
    /// Locked until then.
    #[sqlx(try_from = "MaybeInstant")]
    pub locked_until: Option<Timestamp>,
    /// Last failure.
    #[sqlx(try_from = "Instant")]
    pub updated_at: Timestamp,
}

/// What counts for an account: its own entries, and where it has none those of the address as typed.
macro_rules! counts {
    () => {
        "(l.account = $1 OR (l.account = $2 AND NOT EXISTS (SELECT 1 FROM lockouts o WHERE o.account = $1 AND o.address = l.address)))"
    };
}

const FIND: &str = "SELECT account, address, failures, locks, locked_until, updated_at FROM lockouts WHERE account = $1 AND address IN ($2, '')";
const FIND_OWN: &str = concat!(
    "SELECT l.account, l.address, l.failures, l.locks, l.locked_until, l.updated_at FROM lockouts l WHERE ",
    counts!(),
    " AND l.address IN ($3, '')"
);
const OF: &str = "SELECT account, address, failures, locks, locked_until, updated_at FROM lockouts WHERE account = $1 ORDER BY address LIMIT 100";
const OF_OWN: &str = concat!(
    "SELECT l.account, l.address, l.failures, l.locks, l.locked_until, l.updated_at FROM lockouts l WHERE ",
    counts!(),
    " AND l.failures > 0 ORDER BY l.address LIMIT 100"
);
const BEGIN: &str = "INSERT INTO lockouts (account, address, failures, since, locks, locked_until, updated_at) \
     SELECT $1, l.address, l.failures, l.since, l.locks, l.locked_until, l.updated_at FROM lockouts l WHERE l.account = $2 AND l.address = $3 \
     ON CONFLICT (account, address) DO NOTHING";
const PARDON: &str = concat!(
    "INSERT INTO lockouts (account, address, failures, since, locks, locked_until, updated_at) \
     SELECT $1, l.address, 0, $3, 0, NULL, $3 FROM lockouts l WHERE ",
    counts!(),
    " AND l.failures > 0 AND ($4 = '*' OR l.address IN ($4, '')) ORDER BY l.address DESC \
     ON CONFLICT (account, address) DO UPDATE SET failures = 0, locks = 0, locked_until = NULL, since = excluded.since, \
     updated_at = excluded.updated_at"
);
// A span ends when it is old, or when the lock it led to is over; how often it was locked is forgotten a day after the last failure.
const FAIL: &str = "INSERT INTO lockouts (account, address, failures, since, locks, locked_until, updated_at) VALUES ($1, $2, 1, $3, 0, NULL, $3) \
     ON CONFLICT (account, address) DO UPDATE SET \
     failures = CASE WHEN lockouts.locked_until <= $3 OR (lockouts.locked_until IS NULL AND lockouts.since <= $4) THEN 1 \
         ELSE lockouts.failures + 1 END, \
     since = CASE WHEN lockouts.locked_until <= $3 OR (lockouts.locked_until IS NULL AND lockouts.since <= $4) THEN $3 ELSE lockouts.since END, \
     locks = CASE WHEN lockouts.updated_at <= $5 THEN 0 ELSE lockouts.locks END, \
     locked_until = CASE WHEN lockouts.locked_until <= $3 THEN NULL ELSE lockouts.locked_until END, updated_at = $3 \
     RETURNING account, address, failures, locks, locked_until, updated_at";
const LOCK: &str = "UPDATE lockouts SET locked_until = $3, locks = locks + 1 WHERE account = $1 AND address = $2";
const CLEAR: &str = "DELETE FROM lockouts WHERE account = $1 AND (address = $2 OR address = '')";
const CLEAR_ALL: &str = "DELETE FROM lockouts WHERE account = $1";
const FORGET: &str = "DELETE FROM lockouts WHERE updated_at < $1 AND (locked_until IS NULL OR locked_until < $1)";

/// What is known of an account from this address, and from everywhere.
pub async fn find(tx: &mut Tx, account: &str, address: &str) -> Result<Vec<Lockout>> {
    tx.all(sql(FIND).bind(account.to_owned()).bind(address.to_owned())).await
}

/// Everything that is known of an account, at most 100 addresses.
pub async fn of(tx: &mut Tx, account: &str) -> Result<Vec<Lockout>> {
    tx.all(sql(OF).bind(account.to_owned())).await
}

/// Count a failure at `now`; spans that began before `span` are over, locks before `day` forgotten.
pub async fn fail(tx: &mut Tx, (account, address): (&str, &str), now: Timestamp, (span, day): (Timestamp, Timestamp)) -> Result<Lockout> {
    tx.one(sql(FAIL).bind(account.to_owned()).bind(address.to_owned()).bind(now).bind(span).bind(day)).await
}

/// Lock it until `until`.
pub async fn lock(tx: &mut Tx, (account, address): (&str, &str), until: Timestamp) -> Result<()> {
    tx.run(sql(LOCK).bind(account.to_owned()).bind(address.to_owned()).bind(until)).await.map(drop)
}

/// An account of a business: under what its own failures are counted, and those of the address as typed.
#[derive(Clone, Copy, Debug)]
pub struct Names<'a> {
    /// Of the business.
    pub own: &'a str,
    /// Of whoever types it.
    pub typed: &'a str,
}

/// The name of the account a business has by an address; without one, of an account nobody has.
pub fn own_name(tenant: Option<TenantId>, email_key: &str) -> String {
    match tenant {
        Some(tenant) => format!("{tenant}:{email_key}"),
        None => format!("-:{email_key}"),
    }
}

/// The name of an address as it was typed. Names of accounts and of second factors have a colon, so that nobody counts there by typing one.
pub fn typed_name(email_key: &str) -> String {
    if email_key.contains(':') { format!("?:{email_key}") } else { email_key.to_owned() }
}

/// What counts for an account from this address, and from everywhere.
pub async fn find_own(tx: &mut Tx, names: Names<'_>, address: &str) -> Result<Vec<Lockout>> {
    tx.all(sql(FIND_OWN).bind(names.own.to_owned()).bind(names.typed.to_owned()).bind(address.to_owned())).await
}

/// Everything that counts for an account, at most 100 addresses.
pub async fn of_own(tx: &mut Tx, names: Names<'_>) -> Result<Vec<Lockout>> {
    tx.all(sql(OF_OWN).bind(names.own.to_owned()).bind(names.typed.to_owned())).await
}

/// Let an account without an entry for this address begin with what is known of the address as typed.
pub async fn begin(tx: &mut Tx, names: Names<'_>, address: &str) -> Result<()> {
    tx.run(sql(BEGIN).bind(names.own.to_owned()).bind(names.typed.to_owned()).bind(address.to_owned())).await.map(drop)
}

/// Let an account begin anew, from this address and from everywhere; without one, from all of them. How many entries that changed.
pub async fn pardon(tx: &mut Tx, names: Names<'_>, address: Option<&str>, now: Timestamp) -> Result<u64> {
    let address = address.unwrap_or("*").to_owned();
    tx.run(sql(PARDON).bind(names.own.to_owned()).bind(names.typed.to_owned()).bind(now).bind(address)).await
}

/// Forget the failures of an account from this address, and those from everywhere.
pub async fn clear(tx: &mut Tx, account: &str, address: &str) -> Result<()> {
    tx.run(sql(CLEAR).bind(account.to_owned()).bind(address.to_owned())).await.map(drop)
}

/// Forget every failure of an account; how many entries.
pub async fn clear_all(tx: &mut Tx, account: &str) -> Result<u64> {
    tx.run(sql(CLEAR_ALL).bind(account.to_owned())).await
}

/// Forget what nobody added to since `before`.
pub async fn forget(tx: &mut Tx, before: Timestamp) -> Result<u64> {
    tx.run(sql(FORGET).bind(before)).await
}
