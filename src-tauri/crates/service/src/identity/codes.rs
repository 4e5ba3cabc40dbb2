//! Codes that are sent by mail or as text messages: six digits, good for ten minutes, once, for five tries, and for what they were sent for.
//!
//! The hash that checks a code is made with a random value that lies sealed beside it, so that the database alone gives no code away. Used,
//! replaced or run out, both are gone.

use std::sync::Arc;

use aws_lc_rs::constant_time;
use purser_core::access::{Grant, Origin, can};
use purser_core::identity::FactorKind;
use purser_core::ids::CodeId;
use purser_core::mail::Channel;
use purser_core::people::email_key;
use purser_core::time::{HOUR, MINUTE};
use purser_core::{Error, Result, Timestamp};
use purser_store::codes::{self as store, Code};
use purser_store::factors::{self as factor_store, Factor};
use purser_store::users::User;
use purser_store::{Tx, challenges, people, users};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::challenge::{self, FACTOR};
use super::sessions::own;
use super::{factors, lockout, sign_in, tokens};
use crate::App;
use crate::mail;

/// How long a code works.
const LIFE: i64 = 10 * MINUTE;
/// How often one can be tried.
const TRIES: i64 = 5;
/// How long until another is sent.
const PAUSE: i64 = MINUTE;
/// How many are sent to one person in an hour.
const HOURLY: usize = 5;
/// Bytes of the random value that goes into a hash.
const SALT: usize = 16;
const DIGITS: usize = 6;

/// A code that was sent.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Where to, as much of it as helps its owner to look there.
    pub sent_to: String,
    /// When it stops working.
    pub expires_at: Timestamp,
    /// When another can be sent.
    pub resend_at: Timestamp,
}

fn place(id: CodeId) -> String {
    format!("code:{id}")
}

fn hash(salt: &[u8], user: &User, code: &str) -> Vec<u8> {
    Sha256::digest([salt, user.id.uuid().as_bytes(), code.as_bytes()].concat()).to_vec()
}

/// Six digits, each as likely as the others.
fn draw() -> String {
    format!("{:06}", rand::random_range(0..1_000_000_u32))
}

/// The kind of factor that is reached by this channel.
pub(crate) const fn kind(channel: Channel) -> FactorKind {
    match channel {
        Channel::Email => FactorKind::Email,
        Channel::Sms => FactorKind::Sms,
    }
}

/// How much of an address its owner needs to know it by.
fn masked(channel: Channel, address: &str) -> String {
    match channel {
        Channel::Email => {
            let (name, domain) = address.split_once('@').unwrap_or((address, ""));
            format!("{}•••@{domain}", name.chars().next().unwrap_or('•'))
        }
        Channel::Sms => {
            let digits: Vec<char> = address.chars().filter(char::is_ascii_digit).collect();
            format!("•••• {}", digits[digits.len().saturating_sub(2)..].iter().collect::<String>())
        }
    }
}

/// Seconds until another code may be sent, if not now.
fn wait(before: &[Timestamp], now: Timestamp) -> Option<Timestamp> {
    let pause = before.first().map(|last| last.plus(PAUSE)).filter(|until| *until > now);
    let full = before.get(HOURLY - 1).map(|oldest| oldest.plus(HOUR)).filter(|until| *until > now);
    pause.max(full)
}

/// Send a code to `address` for what has the id `bound`; those sent before stop working.
pub(crate) async fn send<P>(tx: &mut Tx, app: &App, by: &Grant<P>, user: &User, (channel, address, bound): (Channel, &str, Uuid)) -> Result<Sent> {
    let now = by.now();
    // One at a time, so that the pause is kept.
    people::hold(tx, &[user.id]).await?;
    let before = store::recent(tx, user.id, channel, now.plus(-HOUR)).await?;
    if let Some(until) = wait(&before, now) {
        return Err(lockout::limited(until, now));
    }
    let (id, code, salt): (CodeId, String, [u8; SALT]) = (by.id(), draw(), rand::random());
    let row = Code {
        id,
        tenant_id: user.tenant_id,
        user_id: user.id,
        channel,
        bound_to: bound,
        hash: hash(&salt, user, &code),
        sealed: Some(app.seal.seal(&place(id), &[salt.as_slice(), code.as_bytes()].concat())?),
        created_at: now,
        expires_at: now.plus(LIFE),
        used_at: None,
        replaced_at: None,
    };
    store::replace(tx, user.id, channel, now).await?;
    store::insert(tx, &row).await?;
    mail::write_code(tx, by, user, (channel, address, id)).await?;
    Ok(Sent { sent_to: masked(channel, address), expires_at: row.expires_at, resend_at: now.plus(PAUSE) })
}

fn open(app: &App, code: &Code) -> Result<Option<(Vec<u8>, String)>> {
    let Some(sealed) = &code.sealed else { return Ok(None) };
    let mut salt = app.seal.open(&place(code.id), sealed)?;
    let plain = String::from_utf8(salt.split_off(SALT.min(salt.len()))).map_err(|_| Error::internal("a code that is no text"))?;
    Ok(Some((salt, plain)))
}

/// The code itself, for the message that is to hold it.
pub(crate) fn plain(app: &App, code: &Code) -> Result<Option<String>> {
    Ok(open(app, code)?.map(|(_, plain)| plain))
}

/// Whether `given` is the code that was sent for `bound`, using it up. A wrong one is counted.
pub(crate) async fn check(tx: &mut Tx, app: &App, user: &User, (channel, bound): (Channel, Uuid), given: &str) -> Result<bool> {
    let now = app.clock.now();
    let given: String = given.chars().filter(char::is_ascii_digit).take(DIGITS + 1).collect();
    let Some(code) = store::attempt(tx, user.id, (channel, bound), now, TRIES).await? else { return Ok(false) };
    let Some((salt, _)) = open(app, &code)? else { return Ok(false) };
    let right = constant_time::verify_slices_are_equal(&hash(&salt, user, &given), &code.hash).is_ok();
    Ok(right && store::use_up(tx, code.id, now).await?)
}

/// Where the codes of a factor go, if they can: the person's address must still be the one that was proved, and text messages need somebody
/// who takes them.
pub(crate) fn address(app: &App, user: &User, factor: &Factor) -> Result<Option<String>> {
    let address = String::from_utf8(app.seal.open(&factors::place(factor.id), &factor.secret)?).map_err(|_| Error::internal("no address"))?;
    Ok(match factor.kind {
        FactorKind::Email => Some(address).filter(|address| email_key(address) == email_key(&user.email)),
        FactorKind::Sms => Some(address).filter(|_| app.mail.texts()),
        FactorKind::Totp | FactorKind::Passkey => None,
    })
}

/// Where codes of this channel go to a person who added it as a factor.
async fn reachable(tx: &mut Tx, app: &App, user: &User, channel: Channel) -> Result<String> {
    let mine = factor_store::list(tx, user.id).await?;
    let factor = mine.iter().find(|factor| factor.kind == kind(channel) && factor.confirmed_at.is_some());
    let address = factor.map(|factor| address(app, user, factor)).transpose()?.flatten();
    address.ok_or_else(|| Error::conflict("no_such_way", "Codes can not be sent to this account that way."))
}

/// Send a code for the second step behind `token`.
pub async fn send_for_challenge(app: &App, token: &str, channel: Channel, origin: Arc<Origin>) -> Result<Sent> {
    let hash = tokens::hash(token);
    let tenant = challenge::tenant(app, &hash).await?;
    app.db
        .transact(tenant, async |tx| {
            let found = challenges::find(tx, &hash, app.clock.now()).await?;
            let asked = found.filter(|asked| asked.purpose == FACTOR).ok_or_else(challenge::over)?;
            let user = challenge::person(tx, &asked).await?;
            lockout::refuse_factor(tx, user.id, app.clock.now()).await?;
            let address = reachable(tx, app, &user, channel).await?;
            let by = sign_in::as_themselves(app, &user, &origin)?;
            let sent = send(tx, app, &by, &user, (channel, &address, asked.id.uuid())).await?;
            // A message may be slow: the sign-in waits as long as the code works.
            challenges::extend(tx, asked.id, sent.expires_at).await?;
            Ok(sent)
        })
        .await
}

/// Send a code with which the caller can step up.
pub async fn send_for_proof(app: &App, by: &Grant<can::ReadSelf>, channel: Channel) -> Result<Sent> {
    let (id, session) = own(by)?;
    app.db
        .transact(by, async |tx| {
            let user = users::find(tx, id).await?.ok_or(Error::NotFound("user"))?;
            lockout::refuse_factor(tx, id, by.now()).await?;
            let address = reachable(tx, app, &user, channel).await?;
            send(tx, app, by, &user, (channel, &address, session.uuid())).await
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_only_so_far() {
        assert_eq!(masked(Channel::Email, "olive@harbour.example"), "o•••@harbour.example");
        assert_eq!(masked(Channel::Sms, "+47 555 123 45"), "•••• 45");
        assert_eq!(masked(Channel::Sms, "4"), "•••• 4");
    }

    #[test]
    fn a_minute_lies_between_two_and_five_are_sent_in_an_hour() {
        let at = |minute: i64| Timestamp::from_micros(minute * MINUTE);
        assert_eq!(wait(&[], at(0)), None);
        assert_eq!(wait(&[at(10)], at(10)), Some(at(11)));
        assert_eq!(wait(&[at(10)], at(11)), None);
        let five = [at(50), at(40), at(30), at(20), at(10)];
        assert_eq!(wait(&five, at(55)), Some(at(70)));
        assert_eq!(wait(&five, at(70)), None);
    }

    #[test]
    fn every_code_has_six_digits() {
        for _ in 0..1_000 {
            let code = draw();
            assert!(code.len() == DIGITS && code.bytes().all(|sign| sign.is_ascii_digit()), "{code}");
        }
    }
}
