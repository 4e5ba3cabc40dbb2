//! Guessing does not pay: too many failures lock an account, first towards the address they come from, then towards everywhere but the
//! addresses it is usually signed in to from. A lock ends by itself; each lasts twice as long as the one before.

use purser_core::ids::UserId;
use purser_core::time::{DAY, MINUTE, SECOND};
use purser_core::{Error, Result, Timestamp};
use purser_store::lockouts::{self as store, Lockout};
use purser_store::{Tx, sign_ins};

use crate::limits::Limit;

/// How many failures, in what span, lead to how long a lock.
struct Rule {
    failures: i64,
    span: i64,
    first: i64,
    longest: i64,
}

/// One account from one address.
const BY_ADDRESS: Rule = Rule { failures: 5, span: 15 * MINUTE, first: 15 * MINUTE, longest: DAY };
/// One account from everywhere: somebody with many addresses.
const BY_ACCOUNT: Rule = Rule { failures: 30, span: 15 * MINUTE, first: 15 * MINUTE, longest: DAY };
/// Second factors of one person, who has shown the password already.
const BY_PERSON: Rule = Rule { failures: 10, span: 15 * MINUTE, first: 15 * MINUTE, longest: DAY };

/// Failures from one address on whatever accounts: somebody who tries one password on many.
pub(crate) const BY_CALLER: Limit = Limit { calls: 50, span_s: 15 * 60 };

/// How far back a sign-in makes an address a usual one.
const USUAL: i64 = 90 * DAY;

/// What a failed attempt led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failed {
    /// It was counted.
    Counted,
    /// It was one too many: locked from now on.
    Locked,
    /// It came too late: somebody else's failure had locked it.
    Late,
}

fn rule(account: &str, address: &str) -> Rule {
    match (account.starts_with("factor:"), address) {
        (true, _) => BY_PERSON,
        (false, "") => BY_ACCOUNT,
        (false, _) => BY_ADDRESS,
    }
}

/// The account under which failures of second factors are counted.
pub(crate) fn factor_account(user: UserId) -> String {
    format!("factor:{user}")
}

/// The name of an address; a call within the process has none.
pub(crate) fn address(ip: Option<&str>) -> &str {
    ip.unwrap_or("local")
}

/// The name failures of an address are counted under. This machine is not counted: behind a proxy on it everybody comes from here.
pub(crate) fn counter(ip: Option<&str>) -> Option<String> {
    let ip = ip.filter(|ip| ip.parse::<std::net::IpAddr>().is_ok_and(|ip| !ip.to_canonical().is_loopback()))?;
    Some(format!("sign_in:{ip}"))
}

/// Until when `account` is locked towards `address`, if it is. Needs [`purser_store::Scope::System`].
pub(crate) async fn locked_until(tx: &mut Tx, account: &str, address: &str, now: Timestamp) -> Result<Option<Timestamp>> {
    let known = store::find(tx, account, address).await?;
    let until = |row: Option<&Lockout>| row.and_then(|row| row.locked_until).filter(|until| *until > now);
    let here = until(known.iter().find(|row| row.address == address));
    let everywhere = until(known.iter().find(|row| row.address.is_empty()));
    // Whoever attacks from everywhere must not keep the owner out.
    let everywhere = match everywhere {
        Some(until) if !sign_ins::is_usual_address(tx, account, address, now.plus(-USUAL)).await? => Some(until),
        _ => None,
    };
    Ok(here.max(everywhere))
}

/// Refuse while second factors of a person are locked.
pub(crate) async fn refuse_factor(tx: &mut Tx, user: UserId, now: Timestamp) -> Result<()> {
    let known = store::find(tx, &factor_account(user), "").await?;
    match known.first().and_then(|row| row.locked_until).filter(|until| *until > now) {
        Some(until) => Err(limited(until, now)),
        None => Ok(()),
    }
}

/// "Too many calls", until then.
pub(crate) fn limited(until: Timestamp, now: Timestamp) -> Error {
    let seconds = (until.since(now).saturating_add(SECOND - 1) / SECOND).max(1);
    Error::RateLimited { retry_after_s: u32::try_from(seconds).unwrap_or(u32::MAX) }
}

/// Count a failure towards `address`, or of everywhere when it is empty.
pub(crate) async fn fail(tx: &mut Tx, account: &str, address: &str, now: Timestamp) -> Result<Failed> {
    let rule = rule(account, address);
    let row = store::fail(tx, (account, address), now, (now.plus(-rule.span), now.plus(-DAY))).await?;
    if row.failures > rule.failures {
        return Ok(Failed::Late);
    }
    if row.failures < rule.failures {
        return Ok(Failed::Counted);
    }
    let doubled = u32::try_from(row.locks.clamp(0, 20)).unwrap_or(0);
    let lasts = rule.first.saturating_mul(2_i64.saturating_pow(doubled)).min(rule.longest);
    store::lock(tx, (account, address), now.plus(lasts)).await?;
    Ok(Failed::Locked)
}

/// Forget failures: somebody proved who they are.
pub(crate) async fn clear(tx: &mut Tx, account: &str, address: &str) -> Result<()> {
    Ok(store::clear(tx, account, address).await?)
}

/// Forget every failure of a person; whether there was any.
pub(crate) async fn clear_person(tx: &mut Tx, email_key: &str, user: UserId) -> Result<bool> {
    let signing_in = store::clear_all(tx, email_key).await?;
    let factors = store::clear_all(tx, &factor_account(user)).await?;
    Ok(signing_in + factors > 0)
}
