//! What a session may do, re-read whenever somebody's account or session changed: a role change or a lock bites on the next request.

use std::sync::Arc;

use moka::sync::Cache;
use purser_core::access::{Actor, Assurance, Caller, Duty};
use purser_core::events::Topic;
use purser_core::ids::SessionId;
use purser_core::people::Status;
use purser_core::{Error, Result, Timestamp};
use purser_store::users::User;
use purser_store::{Scope, sessions};

use crate::App;
use crate::identity::passwords::Policy;
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
    as_of: [u64; 3],
}

impl Default for Authorities {
    fn default() -> Self {
        Self { cache: Cache::new(REMEMBERED) }
    }
}

/// The party behind an access token, with what it may do now. The token itself was checked before.
pub async fn actor(app: &App, claims: &Claims, now: Timestamp) -> Result<Arc<Actor>> {
    // Read before the database is asked: a change that comes in between makes the answer stale, never wrong.
    let as_of = [Topic::User, Topic::Session, Topic::Setting].map(|topic| app.db.version(topic));
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
    let policy = Policy::read(&row.settings.0);
    let runs_out = row.password_changed_at.and_then(|changed| policy.expires(row.role, changed));
    let first = if row.must_change || runs_out.is_some_and(|at| at <= now) {
        Some(Duty::ChangePassword)
    } else {
        (policy.require_verified_email && !row.email_verified).then_some(Duty::ProveEmail)
    };
    // What is remembered holds until the session or the password runs out.
    let expires_at = runs_out.filter(|at| *at > now).map_or(row.expires_at, |at| at.min(row.expires_at));
    let actor = Arc::new(Actor {
        tenant: row.tenant_id,
        caller: Caller::User(row.user_id, claims.sid),
        name: format!("{} {}", row.first_name, row.last_name).trim().to_owned(),
        role: row.role,
        permissions: row.role.permissions(),
        assurance: Assurance { enrolled: row.enrolled, proved_at: row.proved_at, first },
    });
    app.authorities.cache.insert(claims.sid, Known { actor: actor.clone(), expires_at, as_of });
    Ok(actor)
}

/// What somebody who just signed in has to do before anything else.
pub async fn duty(app: &App, user: &User, session: SessionId) -> Result<Option<Duty>> {
    let now = app.clock.now();
    let claims = Claims::of(user.id, user.tenant_id, session, now);
    match actor(app, &claims, now).await {
        Ok(actor) => Ok(actor.assurance.first),
        // Ended in the same moment, which the first use of its token will tell.
        Err(Error::Unauthenticated(..)) => Ok(None),
        Err(error) => Err(error),
    }
}
