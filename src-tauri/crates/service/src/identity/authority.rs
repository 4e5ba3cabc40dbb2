//! What a session may do, re-read whenever somebody's account or session changed: a role change or a lock bites on the next request.

use std::sync::Arc;

use moka::sync::Cache;
use purser_core::access::{Acting, Actor, Assurance, Caller, Device, Duty, Held, RoleDef, RoleKey};
use purser_core::ids::{SessionId, UserId};
use purser_core::people::{Status, full_name};
use purser_core::{Error, Permission, Result, Timestamp};
use purser_store::impersonations::{self, Impersonation};
use purser_store::sessions::Authority;
use purser_store::users::User;
use purser_store::{Scope, sessions, users};

use crate::App;
use crate::access::{self, Stand};
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
    /// Until when this stands if nobody changes anything.
    stands_until: Timestamp,
    as_of: [u64; 6],
}

impl Default for Authorities {
    fn default() -> Self {
        Self { cache: Cache::new(REMEMBERED) }
    }
}

/// The party behind an access token, with what it may do now. The token itself was checked before.
pub async fn actor(app: &App, claims: &Claims, now: Timestamp) -> Result<Arc<Actor>> {
    // Read before the database is asked: a change that comes in between makes the answer stale, never wrong.
    let as_of = access::TOPICS.map(|topic| app.db.version(topic));
    if let Some(known) = app.authorities.cache.get(&claims.sid)
        && known.as_of == as_of
        && (known.actor.tenant, known.actor.person()) == (claims.tid, Some(claims.sub))
        && known.stands_until > now
    {
        return Ok(known.actor);
    }
    let row = app.db.read(Scope::System, async |tx| sessions::authority(tx, claims.sid).await.map_err(Error::from)).await?;
    let ended = || Error::Unauthenticated("session_ended", "This sign-in was ended. Sign in again.".into());
    let row = row.filter(|row| row.ended_at.is_none() && row.expires_at > now).ok_or_else(ended)?;
    if row.user_id != claims.sub || row.tenant_id != claims.tid || row.status != Status::Active {
        return Err(ended());
    }
    let own = Face { user: row.user_id, name: full_name(&row.first_name, &row.last_name), role: row.role };
    let Stand { held, until, under, book } = access::stand(app, (row.tenant_id, own.user), own.role, now).await?;
    let (first, ends) = standing(&row, book.get(row.role), now);
    let stands_until = until.map_or(ends, |until| until.min(ends));
    let live = app.db.read(Scope::System, async |tx| impersonations::live(tx, claims.sid, now).await.map_err(Error::from)).await?;
    let (face, held, acting, stands_until) = match live {
        Some(live) => match as_another(app, &live, held, now).await? {
            Some((face, held, until)) => (face, held, Some(acting(&live)), stands_until.min(until)),
            None => (own, held, None, stands_until),
        },
        None => (own, held, None, stands_until),
    };
    // The policies are asked about the role acted in.
    let under = if acting.is_some() { access::under(app, (row.tenant_id, row.user_id), face.role).await? } else { under };
    let actor = Arc::new(Actor {
        tenant: row.tenant_id,
        caller: Caller::User(face.user, claims.sid),
        name: face.name,
        role: face.role,
        held,
        assurance: Assurance { enrolled: row.enrolled, proved_at: row.proved_at, first, unproved: !row.email_verified },
        device: Device { remembered: row.remembered, known: row.known_device, since: Some(row.created_at) },
        under,
        acting,
    });
    app.authorities.cache.insert(claims.sid, Known { actor: actor.clone(), stands_until, as_of });
    Ok(actor)
}

/// What the person has to do before anything else, and until when that holds: the session or the password runs out.
fn standing(row: &Authority, role: Option<&RoleDef>, now: Timestamp) -> (Option<Duty>, Timestamp) {
    let policy = Policy::read(&row.settings.0);
    let runs_out = row.password_changed_at.zip(role).and_then(|(changed, role)| policy.expires(role, changed));
    let first = if row.must_change || runs_out.is_some_and(|at| at <= now) {
        Some(Duty::ChangePassword)
    } else {
        (policy.require_verified_email && !row.email_verified).then_some(Duty::ProveEmail)
    };
    (first, runs_out.filter(|at| *at > now).map_or(row.expires_at, |at| at.min(row.expires_at)))
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

/// Whom a session stands for.
struct Face {
    user: UserId,
    name: String,
    role: RoleKey,
}

fn acting(live: &Impersonation) -> Acting {
    Acting { id: live.id, by: live.by_id, by_name: live.by_name.clone(), reason: live.reason.clone(), writes: live.writes, until: live.until }
}

/// The person somebody acts as, with what both may do; only with what changes nothing, unless it was asked to be otherwise. `None` once
/// the person can not sign in any more.
async fn as_another(app: &App, live: &Impersonation, by: Held, now: Timestamp) -> Result<Option<(Face, Held, Timestamp)>> {
    // Whoever may not any more is themselves again.
    if !by.any.has(Permission::ImpersonateUser) {
        return Ok(None);
    }
    let user = app.db.read(live.tenant_id, async |tx| users::find(tx, live.user_id).await.map_err(Error::from)).await?;
    let Some(user) = user.filter(|user| user.status == Status::Active) else { return Ok(None) };
    let (held, until) = access::rights::held(app, (live.tenant_id, user.id), user.role, now).await?;
    let held = held.meet(by);
    let held = if live.writes { held } else { held.reading() };
    let until = until.map_or(live.until, |until| until.min(live.until));
    Ok(Some((Face { user: user.id, name: user.name(), role: user.role }, held, until)))
}
