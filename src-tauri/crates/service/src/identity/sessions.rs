//! The sessions of a person: list them, end one, end all; and changing one's own password.

use purser_core::access::{Caller, Grant, can};
use purser_core::events::Topic;
use purser_core::ids::{SessionId, UserId};
use purser_core::mail::Template;
use purser_core::people::Purpose;
use purser_core::{Error, Result};
use purser_store::sessions::Session;
use purser_store::users::User;
use purser_store::{sessions, users};

use super::passwords::keep;
use super::{factors, lockout, recover, step_up};
use crate::audit::{self, Line};
use crate::mail::{self, Draft};
use crate::{App, events};

pub(crate) fn own<P>(by: &Grant<P>) -> Result<(UserId, SessionId)> {
    match by.actor().caller {
        Caller::User(user, session) => Ok((user, session)),
        Caller::Key(..) => Err(Error::Refused("needs_session", "An API key can not do this. Sign in.".into())),
        Caller::System | Caller::Command => Err(Error::NotFound("session")),
    }
}

/// The caller's own account, their business, and the address that waits to be proved before it is theirs.
pub async fn me(app: &App, by: &Grant<can::ReadSelf>) -> Result<(User, purser_store::tenants::Tenant, Option<String>)> {
    let user = by.user().ok_or(Error::NotFound("user"))?;
    app.db
        .read(by, async |tx| {
            let user = users::find(tx, user).await?.ok_or(Error::NotFound("user"))?;
            let tenant = purser_store::tenants::find(tx, by.tenant()).await?.ok_or(Error::NotFound("tenant"))?;
            let asked = purser_store::links::newest(tx, user.id, Purpose::NewAddress).await?;
            Ok((user, tenant, asked.filter(|link| link.works(by.now())).map(|link| link.email_key)))
        })
        .await
}

/// The caller's own open sessions, and which of them is asking.
pub async fn list_own(app: &App, by: &Grant<can::ReadSelf>) -> Result<(Vec<Session>, SessionId)> {
    let (user, current) = own(by)?;
    let list = app.db.read(by, async |tx| sessions::list(tx, user, by.now()).await.map_err(Error::from)).await?;
    Ok((list, current))
}

/// End the session that is asking.
pub async fn sign_out(app: &App, by: &Grant<can::ReadSelf>) -> Result<()> {
    let (_, current) = own(by)?;
    end_own(app, by, current).await
}

/// End one of the caller's own sessions. The one that is asking ends at any time; another only for whoever showed lately who they are.
pub async fn end_own(app: &App, by: &Grant<can::ReadSelf>, id: SessionId) -> Result<()> {
    let (user, current) = own(by)?;
    if id != current {
        step_up::check_self(by)?;
    }
    app.db
        .transact(by, async |tx| {
            let open = sessions::list(tx, user, by.now()).await?;
            if !open.iter().any(|session| session.id == id) {
                return Err(Error::NotFound("session"));
            }
            sessions::end(tx, id, by.now(), "signed_out").await?;
            events::emit(tx, by, Topic::Session, "ended", id.uuid());
            audit::record(tx, by, Line::new("session.end", "user", user.uuid(), by.actor().name.clone()));
            Ok(())
        })
        .await
}

/// End every session of the caller's but the one that is asking; how many.
pub async fn end_others(app: &App, by: &Grant<can::ReadSelf>) -> Result<u64> {
    let (user, current) = own(by)?;
    step_up::check_self(by)?;
    end_many(app, by, (user, by.actor().name.clone()), Some(current)).await
}

async fn end_many<P>(app: &App, by: &Grant<P>, (user, name): (UserId, String), except: Option<SessionId>) -> Result<u64> {
    app.db
        .transact(by, async |tx| {
            let count = sessions::end_all(tx, user, except, by.now(), "ended_together").await?;
            if count > 0 {
                events::emit(tx, by, Topic::Session, "ended", user.uuid());
                let ended = serde_json::json!({ "sessions": count });
                audit::record(tx, by, Line::new("session.end_all", "user", user.uuid(), name).before(&ended));
            }
            Ok(count)
        })
        .await
}

/// End every session of another person; how many.
pub async fn end_all_of(app: &App, by: &Grant<can::ManageSession>, user: UserId) -> Result<u64> {
    let find = async |tx: &mut purser_store::Tx| users::find(tx, user).await?.ok_or(Error::NotFound("user"));
    let person = app.db.read(by, find).await?;
    end_many(app, by, (user, person.name()), None).await
}

/// The open sessions of another person.
pub async fn list_of(app: &App, by: &Grant<can::ManageSession>, user: UserId) -> Result<Vec<Session>> {
    app.db
        .read(by, async |tx| {
            users::find(tx, user).await?.ok_or(Error::NotFound("user"))?;
            Ok(sessions::list(tx, user, by.now()).await?)
        })
        .await
}

/// End one session of another person.
pub async fn end_of(app: &App, by: &Grant<can::ManageSession>, user: UserId, id: SessionId) -> Result<()> {
    app.db
        .transact(by, async |tx| {
            let person = users::find(tx, user).await?.ok_or(Error::NotFound("user"))?;
            let open = sessions::list(tx, user, by.now()).await?;
            if !open.iter().any(|session| session.id == id) {
                return Err(Error::NotFound("session"));
            }
            sessions::end(tx, id, by.now(), "ended_by_staff").await?;
            events::emit(tx, by, Topic::Session, "ended", id.uuid());
            audit::record(tx, by, Line::new("session.end", "user", user.uuid(), person.name()));
            Ok(())
        })
        .await
}

/// Change one's own password; every other session of the person ends.
pub async fn change_password(app: &App, by: &Grant<can::ReadSelf>, current: String, new: String) -> Result<()> {
    let (id, session) = own(by)?;
    let find = async |tx: &mut purser_store::Tx| {
        lockout::refuse_factor(tx, id, by.now()).await?;
        users::find(tx, id).await?.ok_or(Error::NotFound("user"))
    };
    let user = app.db.read(by, find).await?;
    let wrong = || Error::invalid("currentPassword", "wrong", "This is not the current password.");
    if !app.passwords.verify(current, user.password_hash.clone()).await? {
        // Whoever found an open window guesses no more often here than anywhere else.
        let count = async |tx: &mut purser_store::Tx| {
            lockout::refuse_factor(tx, id, by.now()).await?;
            factors::failed_by(tx, app, (&user, by.origin()), ("password", "wrong_password")).await
        };
        app.db.transact(by, count).await?;
        return Err(wrong());
    }
    let fresh = keep::prepare(app, &user, "newPassword", new).await?;
    app.db
        .transact(by, async |tx| {
            // What was shown has to be the password still: a link may have brought another in force meanwhile.
            if recover::hold(tx, &user).await?.password_hash != user.password_hash {
                return Err(wrong());
            }
            keep::put(tx, by, id, &fresh, false).await?;
            // A link that was asked for before is good for nothing any more.
            for purpose in [Purpose::Reset, Purpose::NewAddress] {
                purser_store::links::replace(tx, id, purpose, by.now()).await?;
            }
            sessions::end_all(tx, id, Some(session), by.now(), "password_changed").await?;
            mail::write(tx, by, Draft { to: &user, template: Template::PasswordChanged, link: None }).await?;
            events::emit(tx, by, Topic::User, "password_changed", id.uuid());
            events::emit(tx, by, Topic::Session, "ended", session.uuid());
            audit::record(tx, by, Line::new("user.password", "user", id.uuid(), user.name()));
            Ok(())
        })
        .await
}
