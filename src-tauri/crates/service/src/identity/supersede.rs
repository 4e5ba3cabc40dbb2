//! A browser that signs in anew: the session it had before ends, so that its token is worth nothing to whoever kept a copy.

use std::sync::Arc;

use purser_core::access::Origin;
use purser_core::events::Topic;
use purser_core::ids::SessionId;
use purser_core::{Error, Result};
use purser_store::{Scope, sessions, users};

use super::{sign_in, tokens};
use crate::audit::{self, Line};
use crate::{App, events};

/// End the session of the refresh token `kept`, unless it is over already or is `current`.
pub async fn end(app: &App, kept: &str, current: SessionId, origin: &Arc<Origin>) -> Result<()> {
    let hash = tokens::hash(kept);
    let found = app.db.read(Scope::System, async |tx| sessions::find_token(tx, &hash).await.map_err(Error::from)).await?;
    let Some(old) = found.filter(|token| token.ended_at.is_none() && token.session_id != current) else { return Ok(()) };
    app.db
        .transact(old.tenant_id, async |tx| {
            let Some(user) = users::find(tx, old.user_id).await? else { return Ok(()) };
            let by = sign_in::as_themselves(app, &user, origin)?;
            if sessions::end(tx, old.session_id, by.now(), "signed_in_anew").await? {
                events::emit(tx, &by, Topic::Session, "ended", old.session_id.uuid());
                audit::record(tx, &by, Line::new("session.end", "user", user.id.uuid(), user.name()).reason("signed in anew"));
            }
            Ok::<_, Error>(())
        })
        .await
}
