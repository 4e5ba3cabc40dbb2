//! Whether somebody wants newsletters: no, unless they said yes, and since when and how they did. What was said before is in the audit log.

use purser_core::access::{Grant, can};
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::UserId;
use purser_core::newsletters::{ConsentHow, SuppressionReason};
use purser_core::people::Status;
use purser_core::{Error, Result};
use purser_store::newsletters::{self as store, Consent, Suppression};
use purser_store::users::User;
use purser_store::{Tx, people, users};
use serde_json::{Value, json};

use crate::access::Ranks;
use crate::audit::{self, Line};
use crate::identity::sessions;
use crate::{App, events};

/// What holds for somebody.
#[derive(Clone, Debug)]
pub struct Standing {
    /// What they said; nothing if they were never asked.
    pub consent: Option<Consent>,
    /// Why their address gets none all the same.
    pub suppression: Option<Suppression>,
}

/// What somebody says now.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Whether they want newsletters.
    pub agreed: bool,
    /// How they said so, where staff writes it down.
    pub note: Option<String>,
}

async fn standing(tx: &mut Tx, user: &User) -> Result<Standing> {
    Ok(Standing { consent: store::consent(tx, user.id).await?, suppression: store::suppressed(tx, &user.email).await? })
}

async fn person(tx: &mut Tx, id: UserId) -> Result<User> {
    users::find(tx, id).await?.ok_or(Error::NotFound("user"))
}

/// Whether somebody wants newsletters.
pub async fn of(app: &App, by: &Grant<can::ReadUser>, id: UserId) -> Result<Standing> {
    app.db
        .read(by, async |tx| {
            let user = person(tx, id).await?;
            standing(tx, &user).await
        })
        .await
}

/// The same of oneself.
pub async fn own(app: &App, by: &Grant<can::ReadSelf>) -> Result<Standing> {
    let id = by.user().ok_or(Error::NotFound("user"))?;
    app.db
        .read(by, async |tx| {
            let user = person(tx, id).await?;
            standing(tx, &user).await
        })
        .await
}

/// Write down what somebody told staff. That they agreed is written down with how they did.
pub async fn choose(app: &App, by: &Grant<can::UpdateUser>, id: UserId, choice: Choice) -> Result<Standing> {
    let note = choice.note.as_deref().map(str::trim).unwrap_or_default().to_owned();
    let mut checks = Checks::new();
    if choice.agreed {
        checks.text("note", &note, 200);
    } else {
        checks.length("note", &note, 200);
    }
    checks.done()?;
    app.db
        .transact(by, async |tx| {
            let ranks = Ranks::read(tx).await?.with(tx, &[id], by.now()).await?;
            let user = person(tx, id).await?;
            ranks.within_reach(by, &people::find(tx, id).await?.ok_or(Error::NotFound("user"))?)?;
            if user.status == Status::Deleted {
                return Err(Error::conflict("deleted", "The account is deleted. Bring it back first."));
            }
            let note = Some(note).filter(|note| !note.is_empty());
            write(tx, by, &user, (choice.agreed, ConsentHow::Staff, note)).await?;
            standing(tx, &user).await
        })
        .await
}

/// Say for oneself whether one wants newsletters. Whoever wants them again gets them again. Only whoever proved an address can agree for it:
/// else anybody could sign somebody else up, or take them off the list of those who want no more.
pub async fn choose_own(app: &App, by: &Grant<can::ReadSelf>, agreed: bool) -> Result<Standing> {
    // Not a program on its own: only a person can agree.
    let (id, _) = sessions::own(by)?;
    if by.actor().acting.is_some() {
        return Err(Error::Refused("not_while_impersonating", "Only the person themselves can do this. Stop acting as them first.".into()));
    }
    app.db
        .transact(by, async |tx| {
            let user = person(tx, id).await?;
            if agreed && !user.email_verified {
                let message = "Prove your e-mail address first: the link is in the mail that was sent there.";
                return Err(Error::conflict("address_unproved", message));
            }
            write(tx, by, &user, (agreed, ConsentHow::Own, None)).await?;
            if agreed {
                store::lift(tx, &user.email, SuppressionReason::Unsubscribed).await?;
            }
            standing(tx, &user).await
        })
        .await
}

async fn write<P>(tx: &mut Tx, by: &Grant<P>, user: &User, (agreed, how, note): (bool, ConsentHow, Option<String>)) -> Result<()> {
    let before = store::consent(tx, user.id).await?;
    if before.as_ref().is_some_and(|before| before.agreed == agreed && before.how == how && before.note == note) {
        return Ok(());
    }
    let (by_id, by_name) = (by.user().map(UserId::uuid), by.actor().name.clone());
    let after = Consent { tenant_id: by.tenant(), user_id: user.id, agreed, how, note, by_name, by_id, at: by.now() };
    store::agree(tx, &after).await?;
    let facts = |consent: &Consent| json!({ "agreed": consent.agreed, "how": consent.how, "note": consent.note });
    let was = before.as_ref().map_or_else(|| json!({ "agreed": false, "how": Value::Null, "note": Value::Null }), facts);
    let line = Line::new("user.newsletters", "user", user.id.uuid(), user.name()).before(&was).after(&facts(&after));
    audit::record(tx, by, line);
    events::emit(tx, by, Topic::User, "updated", user.id.uuid());
    Ok(())
}
