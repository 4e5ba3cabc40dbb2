//! Taking one factor of somebody else away: a device that was lost, a passkey nobody knows any more.

use purser_core::access::{Grant, can};
use purser_core::error::Checks;
use purser_core::events::Topic;
use purser_core::ids::{FactorId, UserId};
use purser_core::mail::Notice;
use purser_core::{Error, Result};
use purser_store::{factors as store, sessions, users};

use super::step_up;
use crate::audit::{self, Line};
use crate::mail::{self, News};
use crate::{App, events};

/// On what grounds somebody's factor is taken away. Whoever asks for it may be somebody else: how it was made sure of them is written
/// down, as surely as when they enrolled.
#[derive(Clone, Debug)]
pub struct Grounds {
    /// Why.
    pub reason: String,
    /// How it was made sure that it is the person who asks.
    pub identified_by: String,
}

impl Grounds {
    pub(crate) fn check(&self) -> Result<()> {
        Checks::new().text("reason", &self.reason, 500).text("identifiedBy", &self.identified_by, 500).done()
    }

    pub(crate) fn line(&self, line: Line) -> Line {
        let sure = serde_json::json!({ "identifiedBy": self.identified_by.trim() });
        line.after(&sure).reason(self.reason.trim())
    }
}

/// Take this factor away and end the person's sessions; with the last one the backup codes go too.
pub async fn one(app: &App, by: &Grant<can::ResetFactor>, (id, factor): (UserId, FactorId), grounds: &Grounds) -> Result<()> {
    grounds.check()?;
    if by.user() == Some(id) {
        return Err(Error::conflict("own_account", "This is your own account. Take your factors away one by one, or ask somebody else."));
    }
    step_up::demand(app, by).await?;
    app.db
        .transact(by, async |tx| {
            let user = users::find(tx, id).await?.ok_or(Error::NotFound("user"))?;
            crate::access::Ranks::read(tx).await?.with(tx, &[user.id], by.now()).await?.covers(by, (user.id, user.role))?;
            let known = store::list(tx, id).await?;
            let gone = known.iter().find(|known| known.id == factor).ok_or(Error::NotFound("factor"))?;
            if !store::delete(tx, id, factor).await? {
                return Err(Error::NotFound("factor"));
            }
            if !known.iter().any(|known| known.id != factor && known.confirmed_at.is_some()) {
                store::delete_codes(tx, id).await?;
            }
            sessions::end_all(tx, id, None, by.now(), "factor_removed").await?;
            let was = serde_json::json!({ "kind": gone.kind, "name": gone.name });
            audit::record(tx, by, grounds.line(Line::new("factor.remove", "user", id.uuid(), user.name()).before(&was)));
            events::emit(tx, by, Topic::User, "factor_removed", id.uuid());
            events::emit(tx, by, Topic::Session, "ended", id.uuid());
            mail::tell(tx, by, &user, News::of(Notice::FactorRemoved, gone.name.clone())).await
        })
        .await
}
