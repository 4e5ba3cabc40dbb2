//! Guessing does not pay: too many failures lock an account, first towards the address they come from, then towards everywhere but the
//! addresses it is usually signed in to from. A lock ends by itself; each lasts twice as long as the one before.
//!
//! An address may have an account in several businesses. Each has its own count, so that none lifts another's lock; an address nobody has an
//! account by is counted in the same way, step by step.

use purser_core::ids::{TenantId, UserId};
use purser_core::people::email_key;
use purser_core::time::{DAY, MINUTE, SECOND};
use purser_core::{Error, Result, Timestamp};
use purser_store::lockouts::{self as store, Lockout, Names};
use purser_store::users::User;
use purser_store::{Tx, sign_ins};

use super::tokens;
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
    /// It was one too many: locked from now on until then.
    Locked(Timestamp),
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

/// Longest address anybody has, in bytes of UTF-8.
const LONGEST: usize = 1_024;

/// What somebody typed as it is counted: an address as it is compared; of what is too long to be one only its hash, so that nobody fills the
/// memory and the database with what they type.
pub(crate) fn typed(email: &str) -> String {
    let key = email_key(email);
    if key.len() <= LONGEST { key } else { format!("long:{}", hex::encode(tokens::hash(&key))) }
}

/// What failures at the sign-in page are counted for.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    own: String,
    typed: String,
    who: Option<(TenantId, UserId)>,
}

impl Account {
    /// The account of a person.
    pub(crate) fn of(user: &User) -> Self {
        Self::named((user.tenant_id, user.id), &email_key(&user.email))
    }

    /// The same by its parts.
    pub(crate) fn named((tenant, user): (TenantId, UserId), email_key: &str) -> Self {
        Self { own: store::own_name(Some(tenant), email_key), typed: store::typed_name(email_key), who: Some((tenant, user)) }
    }

    /// An address nobody has an account by.
    pub(crate) fn nobodys(email_key: &str) -> Self {
        Self { own: store::own_name(None, email_key), typed: store::typed_name(email_key), who: None }
    }

    /// Under what it is stored.
    pub(crate) fn names(&self) -> Names<'_> {
        Names { own: &self.own, typed: &self.typed }
    }
}

/// Until when `account` is locked towards `address`, if it is. Needs [`purser_store::Scope::System`], or the account's own tenant.
pub(crate) async fn locked_until(tx: &mut Tx, account: &Account, address: &str, now: Timestamp) -> Result<Option<Timestamp>> {
    let known = store::find_own(tx, account.names(), address).await?;
    let until = |row: Option<&Lockout>| row.and_then(|row| row.locked_until).filter(|until| *until > now);
    let here = until(known.iter().find(|row| row.address == address));
    let everywhere = until(known.iter().find(|row| row.address.is_empty()));
    // Whoever attacks from everywhere must not keep the owner out.
    let everywhere = match (everywhere, account.who) {
        (Some(_), Some(who)) if sign_ins::is_usual_address(tx, who, address, now.plus(-USUAL)).await? => None,
        (everywhere, _) => everywhere,
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
    let until = now.plus(lasts);
    store::lock(tx, (account, address), until).await?;
    Ok(Failed::Locked(until))
}

/// Count a failure at the sign-in page for every account that was meant, and for the address as typed; what it led to for each.
pub(crate) async fn fail_all(tx: &mut Tx, accounts: &[Account], address: &str, now: Timestamp) -> Result<Vec<[Failed; 2]>> {
    let mut led = vec![[Failed::Counted; 2]; accounts.len()];
    for (side, address) in [address, ""].into_iter().enumerate() {
        for (account, led) in accounts.iter().zip(&mut led) {
            store::begin(tx, account.names(), address).await?;
            if let Some(led) = led.get_mut(side) {
                *led = fail(tx, &account.own, address, now).await?;
            }
        }
        if let Some(account) = accounts.first() {
            fail(tx, &account.typed, address, now).await?;
        }
    }
    Ok(led)
}

/// Begin anew from `address`: somebody proved who they are.
pub(crate) async fn forgive(tx: &mut Tx, account: &Account, address: &str, now: Timestamp) -> Result<()> {
    store::pardon(tx, account.names(), Some(address), now).await?;
    Ok(())
}

/// Forget failures of second factors: somebody proved who they are.
pub(crate) async fn clear(tx: &mut Tx, account: &str, address: &str) -> Result<()> {
    Ok(store::clear(tx, account, address).await?)
}

/// Begin anew from everywhere: somebody proved who they are in another way.
pub(crate) async fn forgive_all(tx: &mut Tx, account: &Account, now: Timestamp) -> Result<()> {
    store::pardon(tx, account.names(), None, now).await?;
    Ok(())
}

/// Let a person begin anew; whether there was any failure.
pub(crate) async fn forgive_person(tx: &mut Tx, (who, email_key): ((TenantId, UserId), &str), now: Timestamp) -> Result<bool> {
    let signing_in = store::pardon(tx, Account::named(who, email_key).names(), None, now).await?;
    let factors = store::clear_all(tx, &factor_account(who.1)).await?;
    Ok(signing_in + factors > 0)
}
