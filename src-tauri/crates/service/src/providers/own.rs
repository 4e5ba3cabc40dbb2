//! The identities people have elsewhere: one's own, and those of others as staff see them.

use purser_core::access::{Grant, can};
use purser_core::events::Topic;
use purser_core::identity::FactorKind;
use purser_core::ids::{IdentityId, UserId};
use purser_core::mail::Notice;
use purser_core::{Error, Result};
use purser_store::identities::{self as store, Linked};
use purser_store::{Tx, factors, users};

use crate::audit::{self, Line};
use crate::identity::step_up;
use crate::mail::{self, News};
use crate::{App, events};

/// The ways in a person has.
#[derive(Clone, Debug)]
pub struct Identities {
    /// Elsewhere.
    pub linked: Vec<Linked>,
    /// Whether there is a password as well.
    pub has_password: bool,
}

async fn of(tx: &mut Tx, id: UserId) -> Result<Identities> {
    let user = users::find(tx, id).await?.ok_or(Error::NotFound("user"))?;
    Ok(Identities { linked: store::of(tx, id).await?, has_password: user.password_hash.is_some() })
}

/// One's own.
pub async fn list_own(app: &App, by: &Grant<can::ReadSelf>) -> Result<Identities> {
    let id = by.user().ok_or(Error::NotFound("user"))?;
    app.db.read(by, async |tx| of(tx, id).await).await
}

/// Those of a person.
pub async fn list_of(app: &App, by: &Grant<can::ManageSession>, id: UserId) -> Result<Identities> {
    app.db.read(by, async |tx| of(tx, id).await).await
}

/// Take one's own identity away, unless it is the last way in.
pub async fn unlink(app: &App, by: &Grant<can::ReadSelf>, id: IdentityId) -> Result<()> {
    step_up::demand(app, by).await?;
    let user = by.user().ok_or(Error::NotFound("user"))?;
    app.db
        .transact(by, async |tx| {
            // Two at once would each see the other one left.
            purser_store::people::hold(tx, &[user]).await?;
            let ways = of(tx, user).await?;
            let linked = ways.linked.iter().find(|linked| linked.id == id).ok_or(Error::NotFound("identity"))?;
            let others = ways.linked.iter().any(|other| other.id != id && other.enabled);
            let passkey = factors::list(tx, user).await?.iter().any(|factor| factor.kind == FactorKind::Passkey && factor.confirmed_at.is_some());
            if !ways.has_password && !others && !passkey {
                let message = "This is the only way into your account. Choose a password or add another way first.";
                return Err(Error::conflict("last_way_in", message));
            }
            if !store::delete(tx, id, user).await? {
                return Err(Error::NotFound("identity"));
            }
            let before = serde_json::json!({ "provider": linked.provider_name, "identity": id });
            audit::record(tx, by, Line::new("user.identity_unlink", "user", user.uuid(), by.actor().name.clone()).before(&before));
            events::emit(tx, by, Topic::User, "identity_unlinked", user.uuid());
            let person = users::find(tx, user).await?.ok_or(Error::NotFound("user"))?;
            mail::tell(tx, by, &person, News::of(Notice::ProviderUnlinked, linked.provider_name.clone())).await
        })
        .await
}
