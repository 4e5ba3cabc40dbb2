//! Exchanging a refresh token for the next one.
//!
//! A token is good once; a second use ends the session, as one of its two holders stole it. A browser that asks twice is not two holders:
//! the answer to its first question got lost with the page that asked, or two pages asked before either heard. So for a moment, and for
//! as long as nobody used what came of it, a repeat by the browser is given the same token again. A thief who is as quick as that shares
//! one token with its owner, and the next exchange ends the session. Whoever keeps the token itself (the window, a program) asks once at
//! a time and has no such moment.

use std::sync::Arc;

use purser_core::access::{Grant, Origin, can};
use purser_core::events::Topic;
use purser_core::ids::TokenId;
use purser_core::people::Status;
use purser_core::time::SECOND;
use purser_core::{Error, Result, Timestamp};
use purser_store::sessions::Token;
use purser_store::{Scope, Tx, sessions, users};

use super::sign_in::{Begun, SignedIn, acting, finish};
use super::{policy, tokens};
use crate::audit::{self, Line};
use crate::tenants as tenancy;
use crate::{App, events};

/// How long a repeat by a browser is taken for one.
const REPEAT: i64 = 10 * SECOND;

/// Who keeps the refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeper {
    /// A browser, in a cookie no page can read.
    Browser,
    /// A program of its own.
    Client,
}

/// What came of a token.
enum Exchanged {
    /// The next one, and until when it works.
    For(String, Timestamp),
    /// Nothing: it was used before, and the session is ended.
    Replayed,
}

/// Exchange a refresh token.
pub async fn exchange(app: &App, token: &str, (keeper, origin): (Keeper, Arc<Origin>)) -> Result<SignedIn> {
    let now = app.clock.now();
    let hash = tokens::hash(token);
    let ended = || Error::Unauthenticated("session_ended", "This sign-in was ended. Sign in again.".into());
    let found = app.db.read(Scope::System, async |tx| sessions::find_token(tx, &hash).await.map_err(Error::from)).await?;
    let found = found.filter(|token| token.ended_at.is_none() && token.expires_at > now).ok_or_else(ended)?;
    let user = app.db.read(found.tenant_id, async |tx| users::find(tx, found.user_id).await.map_err(Error::from)).await?;
    let user = user.filter(|user| user.status == Status::Active).ok_or_else(ended)?;
    if let Some(refusal) = app.db.read(user.tenant_id, async |tx| tenancy::shut(tx, user.tenant_id).await).await? {
        return Err(refusal);
    }
    let by = acting(app, &user, found.session_id, &origin, now)?;
    let policy = policy::of(app, user.tenant_id).await?;
    let until = now.plus(policy.idle(found.remembered)).min(found.absolute_at.unwrap_or_else(|| now.plus(policy.longest())));
    let exchanged = app.db.transact(user.tenant_id, async |tx| follow(tx, app, &by, (&found, token, keeper, until)).await).await?;
    let Exchanged::For(refresh_token, expires_at) = exchanged else {
        return Err(Error::Unauthenticated("token_replayed", "This sign-in was used from two places and has been ended. Sign in again.".into()));
    };
    let (session, remembered) = (found.session_id, found.remembered);
    finish(app, Begun { user, session, refresh_token, expires_at, remembered, backup_codes: None, backup_left: None })
}

type Asked<'a> = (&'a Token, &'a str, Keeper, Timestamp);

/// Use the token up and store the next one; give a browser that repeats itself the same again; end the session otherwise.
async fn follow(tx: &mut Tx, app: &App, by: &Grant<can::ReadSelf>, (old, token, keeper, until): Asked<'_>) -> Result<Exchanged> {
    let now = by.now();
    if old.used_at.is_none() && sessions::use_token(tx, old.id, now).await? {
        let id: TokenId = by.id();
        let (next, hash) = tokens::follower(&app.seal, token, id)?;
        sessions::insert_token(tx, id, old.session_id, &hash, (now, until)).await?;
        sessions::touch(tx, old.session_id, now, until).await?;
        return Ok(Exchanged::For(next, until));
    }
    if keeper == Keeper::Browser
        && let Some(fresh) = sessions::fresh(tx, old.session_id, now.plus(-REPEAT)).await?
    {
        // Only what followed this very token: an older one that turns up again is a replay at any time.
        let (next, hash) = tokens::follower(&app.seal, token, fresh.id)?;
        if hash == fresh.hash {
            return Ok(Exchanged::For(next, fresh.expires_at));
        }
    }
    if sessions::end(tx, old.session_id, now, "replay").await? {
        events::emit(tx, by, Topic::Session, "ended", old.session_id.uuid());
        audit::record(tx, by, Line::new("session.replay", "user", old.user_id.uuid(), by.actor().name.clone()));
    }
    Ok(Exchanged::Replayed)
}
