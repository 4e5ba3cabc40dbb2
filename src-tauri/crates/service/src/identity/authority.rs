//! What a session may do, re-read whenever somebody's account or session changed: a role change or a lock bites on the next request.

use std::sync::Arc;

use moka::sync::Cache;
use purser_core::access::{Actor, Assurance, Caller};
use purser_core::events::Topic;
use purser_core::ids::SessionId;
use purser_core::people::Status;
use purser_core::{Error, Result, Timestamp};
use purser_store::{Scope, sessions};

use crate::App;
use crate::identity::tokens::Claims;

/// Sessions remembered at once.
const REMEMBERED: u64 = 50_000;

/// Answers of the database, kept for as long as nothing changed that could change them.
pub struct Authorities {
    cache: Cache<SessionId, Known>,
}

#[derive(Clone)]
struct Known {
    actor: Arc<Actor>,
    expires_at: Timestamp,
    as_of: (u64, u64),
}

impl Default for Authorities {
    fn default() -> Self {
        Self { cache: Cache::new(REMEMBERED) }
    }
}

/// The party behind an access token, with what it may do now. The token itself was checked before.
pub async fn actor(app: &App, claims: &Claims, now: Timestamp) -> Result<Arc<Actor>> {
    // Read before the database is asked: a change that comes in between makes the answer stale, never wrong.
    let as_of = (app.db.version(Topic::User), app.db.version(Topic::Session));
    if let Some(known) = app.authorities.cache.get(&claims.sid)
        && known.as_of == as_of
        && (known.actor.tenant, known.actor.user()) == (claims.tid, Some(claims.sub))
        && known.expires_at > now
    {
        return Ok(known.actor);
    }
    let row = app.db.read(Scope::System, async |tx| sessions::authority(tx, claims.sid).await.map_err(Error::from)).await?;
    let ended = || Error::Unauthenticated("session_ended", "This sign-in was ended. Sign in again.".into());
    let row = row.filter(|row| row.ended_at.is_none() && row.expires_at > now).ok_or_else(ended)?;
    if row.user_id != claims.sub || row.tenant_id != claims.tid || row.status != Status::Active {
        return Err(ended());
    }
    let actor = Arc::new(Actor {
        tenant: row.tenant_id,
        caller: Caller::User(row.user_id, claims.sid),
        name: format!("{} {}", row.first_name, row.last_name).trim().to_owned(),
        role: row.role,
        permissions: row.role.permissions(),
        assurance: Assurance { enrolled: row.enrolled, proved_at: row.proved_at },
    });
    app.authorities.cache.insert(claims.sid, Known { actor: actor.clone(), expires_at: row.expires_at, as_of });
    Ok(actor)
}
