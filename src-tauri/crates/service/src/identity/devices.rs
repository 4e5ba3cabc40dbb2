//! Sign-ins from where somebody never signed in before: known by a cookie, else by the program and the address together. The person is
//! told by mail, with a link for the case that it was somebody else.

use std::sync::Arc;

use purser_core::access::{Grant, Origin, can};
use purser_core::events::Topic;
use purser_core::ids::SessionId;
use purser_core::mail::Template;
use purser_core::people::Purpose;
use purser_core::time::DAY;
use purser_core::{Error, Result};
use purser_store::sign_ins::Seen;
use purser_store::users::User;
use purser_store::{Tx, devices as store, links as link_store, sessions, sign_ins, users};

use super::{links, recover, undo};
use crate::audit::{self, Line};
use crate::mail::{self, Draft};
use crate::{App, events};

/// How far back somebody is remembered.
const KNOWN_FOR: i64 = 400 * DAY;

/// Note where a person signs in from; whether they never did from there, and whether they are known to have. The very first sign-in is from
/// nowhere new, but on no device that is known either.
pub(crate) async fn note(tx: &mut Tx, user: &User, origin: &Origin, now: purser_core::Timestamp) -> Result<(bool, bool)> {
    if let Some(hash) = &origin.device {
        let known = store::is_known(tx, user.id, hash).await?;
        store::seen(tx, user.id, hash, now).await?;
        if known {
            return Ok((false, true));
        }
    }
    // A call within the process comes from nowhere.
    if origin.user_agent.is_none() && origin.ip.is_none() {
        return Ok((false, false));
    }
    let agent = origin.user_agent.as_deref().unwrap_or_default();
    let seen = sign_ins::device(tx, user.id, (agent, origin.ip.as_deref()), now.plus(-KNOWN_FOR)).await?;
    Ok((seen == Seen::Others, seen == Seen::This))
}

/// Tell a person of a sign-in from somewhere new: in the log, on every open page, by mail.
pub(crate) async fn tell(
    tx: &mut Tx,
    app: &App,
    by: &Grant<can::ReadSelf>,
    (user, session, place): (&User, SessionId, Option<String>),
) -> Result<()> {
    audit::record(tx, by, Line::new("session.new_device", "user", user.id.uuid(), user.name()));
    events::emit(tx, by, Topic::Session, "new_device", session.uuid());
    let link = links::make(app, tx, by, (user, Purpose::Disown)).await?;
    mail::write_from(tx, by, Draft { to: user, template: Template::NewDevice, link: Some(link) }, place).await?;
    Ok(())
}

/// Say with the link of such a mail that it was somebody else: every session ends, the password is out of force, no browser is known any
/// more, and keys, factors and another address that came since are taken back. What is left is the secret of a link to choose another password with.
pub async fn disown(app: &App, token: &str, origin: Arc<Origin>) -> Result<String> {
    recover::count_try(app, &origin).await?;
    let (link, user) = links::working(app, token, Purpose::Disown).await?;
    // A password nobody knows, so that the account stays one that has a password.
    let nobodys = app.passwords.hash(hex::encode(rand::random::<[u8; 32]>())).await?;
    let by = recover::on_behalf(app, &user, &origin)?;
    let made = app
        .db
        .transact(&by, async |tx| {
            let user = recover::hold(tx, &user).await?;
            if !link_store::use_up(tx, link.id, by.now()).await? {
                return Err(links::bad());
            }
            if user.password_hash.is_some() {
                users::set_password(tx, user.id, nobodys, by.now()).await?;
            }
            sessions::end_all(tx, user.id, None, by.now(), "disowned").await?;
            store::forget_of(tx, user.id).await?;
            events::emit(tx, &by, Topic::User, "sign_in_disowned", user.id.uuid());
            events::emit(tx, &by, Topic::Session, "ended", user.id.uuid());
            undo::since(tx, &by, &user, &link).await?;
            let user = users::find(tx, user.id).await?.ok_or(Error::NotFound("user"))?;
            let reset = links::make(app, tx, &by, (&user, Purpose::Reset)).await?;
            link_store::find(tx, reset).await?.ok_or_else(links::bad)
        })
        .await?;
    links::secret(app, &made)?.ok_or_else(|| Error::internal("a new link without its secret"))
}
